#include "crypto/spool.hpp"

namespace hb::crypto {
namespace {

std::string place(std::uint64_t frame, bool last) {
  return "spool " + std::to_string(frame) + (last ? " last" : "");
}

}  // namespace

SpoolWriter::SpoolWriter(std::string_view key) : cipher_(Suite::aes_256_gcm, key) {}

std::string SpoolWriter::add(std::string_view plain) {
  std::string sealed;
  while (!plain.empty()) {
    const std::string_view piece = plain.substr(0, spool_frame_bytes - waiting_.size());
    waiting_ += piece;
    plain.remove_prefix(piece.size());
    if (waiting_.size() < spool_frame_bytes) break;
    sealed += cipher_.encrypt(waiting_, place(frame_++, false));
    waiting_.clear();
  }
  return sealed;
}

std::string SpoolWriter::finish() {
  std::string sealed = cipher_.encrypt(waiting_, place(frame_++, true));
  waiting_.clear();
  return sealed;
}

SpoolReader::SpoolReader(std::string_view key) : cipher_(Suite::aes_256_gcm, key) {}

Result<std::string> SpoolReader::open(std::string_view sealed) {
  if (ended_) return fail(ErrorCode::invalid_input, "something follows the end of a sealed file");
  const bool last = sealed.size() < sealed_frame_bytes;
  Result<std::string> plain = cipher_.decrypt(sealed, place(frame_++, last));
  ended_ = plain && last;
  return plain;
}

}  // namespace hb::crypto
