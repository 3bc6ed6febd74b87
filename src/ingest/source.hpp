#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb::ingest {

struct FileDigest;

/// The bytes of a delivery file, unpacked while they are read. A plain file or gzip, told by
/// content.
class ByteSource {
 public:
  /// spool_key  not empty: the file was written by crypto::SpoolWriter with it
  /// errors  not_found, forbidden or unavailable with where = path
  static Result<ByteSource> open(const std::string& path, std::string_view spool_key = {});
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  /// Reads up to `size` unpacked bytes; 0 = the end, or damage(): what came before it is good.
  std::size_t read(char* into, std::size_t size);
  /// Empty, or why the stream ended before its end ("the gzip stream is cut off").
  const std::string& damage() const;
  /// Packed bytes consumed so far (opened, where the file is a spool), for progress.
  std::int64_t consumed() const;

 private:
  struct State;
  friend Result<FileDigest> digest_file(const std::string& path, std::string_view spool_key);
  explicit ByteSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct FileDigest {
  std::string sha256;
  std::int64_t bytes;
};
/// Digest of a file's bytes as they lie on disk, or as the spool was given them.
/// errors  as ByteSource::open; unavailable: it breaks off
Result<FileDigest> digest_file(const std::string& path, std::string_view spool_key = {});

}  // namespace hb::ingest
