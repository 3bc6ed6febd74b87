#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/spool.hpp"
#include "server/http.hpp"

namespace hb::server {

/// A request body on its way into a new file of a directory, sealed with a key that is kept in
/// memory only; removed again unless finish() was called.
class UploadFile {
 public:
  explicit UploadFile(std::string directory);
  ~UploadFile();
  UploadFile(const UploadFile&) = delete;
  UploadFile& operator=(const UploadFile&) = delete;

  /// errors  unavailable: the file cannot be made or written (disk full)
  Result<void> write(std::string_view piece);
  /// The file, closed, with its digest; the caller removes it.
  Upload finish();

 private:
  Result<void> append(std::string_view piece);

  std::string directory_;
  std::string key_;
  crypto::SpoolWriter spool_;
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
  crypto::Sha256 digest_;
};

/// Removes the file of an upload that nobody took on.
void remove_upload(Upload& upload);

/// 413 with the limit in words.
Response too_large(std::uint64_t limit);

}  // namespace hb::server
