#include "server/upload.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "crypto/bytes.hpp"
#include "server/outcome.hpp"

namespace hb::server {

UploadFile::UploadFile(std::string directory)
    : directory_(std::move(directory)),
      key_(crypto::random_bytes(crypto::cipher_key_bytes)),
      spool_(key_) {}

UploadFile::~UploadFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!path_.empty()) unlink(path_.c_str());
}

Result<void> UploadFile::write(std::string_view piece) {
  if (descriptor_ < 0) {
    std::error_code ignored;
    std::filesystem::create_directories(directory_, ignored);
    path_ = directory_ + "/upload-XXXXXX";
    descriptor_ = mkostemp(path_.data(), O_CLOEXEC);
    if (descriptor_ < 0) {
      path_.clear();
      return fail(ErrorCode::unavailable,
                  std::string("the upload cannot be kept: ") + std::strerror(errno));
    }
  }
  digest_.update(piece);
  bytes_ += piece.size();
  return append(spool_.add(piece));
}

Result<void> UploadFile::append(std::string_view piece) {
  while (!piece.empty()) {
    const ssize_t written = ::write(descriptor_, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && (errno == ENOSPC || errno == EDQUOT))
      return fail(ErrorCode::unavailable, "the disk for uploads is full; nothing was kept");
    if (written < 0)
      return fail(ErrorCode::unavailable,
                  std::string("the upload cannot be kept: ") + std::strerror(errno));
    piece.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Upload UploadFile::finish() {
  if (descriptor_ >= 0) {
    (void)append(spool_.finish());  // a file without its end is told when it is read
    close(std::exchange(descriptor_, -1));
  }
  return {std::exchange(path_, {}), bytes_, digest_.hex(), key_};
}

void remove_upload(Upload& upload) {
  if (!upload.path.empty()) unlink(upload.path.c_str());
  upload.path.clear();
}

Response too_large(std::uint64_t limit) {
  const std::string amount =
      limit >= (1u << 20) ? std::to_string(limit >> 20) + " MB" : std::to_string(limit) + " bytes";
  return refusal(413, "invalid_input",
                 {"上传内容过大，上限为 " + amount, "the body is larger than " + amount});
}

}  // namespace hb::server
