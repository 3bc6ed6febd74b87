#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb::ingest {

/// The bytes of a delivery file, unpacked while they are read. A plain file or gzip, told by
/// content.
class ByteSource {
 public:
  /// errors  not_found, forbidden or unavailable with where = path
  static Result<ByteSource> open(const std::string& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  /// Reads up to `size` unpacked bytes; 0 = the end, or damage(): what came before it is good.
  std::size_t read(char* into, std::size_t size);
  /// Empty, or why the stream ended before its end ("the gzip stream is cut off").
  const std::string& damage() const;
  /// Packed bytes consumed so far, for progress.
  std::int64_t consumed() const;

 private:
  struct State;
  explicit ByteSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct FileDigest {
  std::string sha256;
  std::int64_t bytes;
};
/// Digest of a file's bytes as they lie on disk.
Result<FileDigest> digest_file(const std::string& path);

}  // namespace hb::ingest
