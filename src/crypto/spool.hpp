#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "crypto/cipher.hpp"

namespace hb::crypto {

/// A file that lies on disk for a while and that only who holds its key in memory can read: frames
/// of 64 KiB, sealed one by one with their number, the last one shorter and marked.
inline constexpr std::size_t spool_frame_bytes = 64 * 1024;
inline constexpr std::size_t sealed_frame_bytes = spool_frame_bytes + 28;  ///< nonce and tag

class SpoolWriter {
 public:
  explicit SpoolWriter(std::string_view key);
  /// What of it goes to the end of the file now; often nothing.
  std::string add(std::string_view plain);
  /// The last frame. Nothing may be added afterwards.
  std::string finish();

 private:
  Cipher cipher_;
  std::string waiting_;
  std::uint64_t frame_ = 0;
};

class SpoolReader {
 public:
  explicit SpoolReader(std::string_view key);
  /// The next sealed_frame_bytes of the file, or what is left of it. Empty plain text only at the
  /// end. errors  invalid_input: damaged, cut off, in another order, or of another key
  Result<std::string> open(std::string_view sealed);
  bool ended() const { return ended_; }  ///< the marked frame was seen

 private:
  Cipher cipher_;
  std::uint64_t frame_ = 0;
  bool ended_ = false;
};

}  // namespace hb::crypto
