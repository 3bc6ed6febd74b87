#include "crypto/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "crypto/bytes.hpp"

namespace hb::crypto {
namespace fs = std::filesystem;
namespace {

Error at(const fs::path& file, ErrorCode code, const char* message) {
  return {code, message, file.string()};
}

/// Fails when the file is there: two programs that start at once must not have two keys.
bool write_new(const fs::path& file, std::string_view text, mode_t mode) {
  const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (handle < 0) return false;
  const bool written =
      ::write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(handle) == 0;
  ::close(handle);
  return written;
}

}  // namespace

Result<Key> read_key(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    return unexpected(at(file, ErrorCode::not_found, "there is no key file here"));
  std::ifstream in(file, std::ios::binary);
  if (!in) return unexpected(at(file, ErrorCode::unavailable, "the key file cannot be read"));
  std::string pem((std::istreambuf_iterator<char>(in)), {});
  Result<Key> key = Key::from_pem(pem);
  wipe(pem);
  if (!key)
    return unexpected(at(file, ErrorCode::invalid_input, "the file holds no key in PEM form"));
  return key;
}

Result<Key> signing_key(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    const Key key = Key::generate(Signature::ed25519);
    std::string pem = key.private_pem();
    const bool written = write_new(file, pem, S_IRUSR | S_IWUSR);
    wipe(pem);
    if (!written && !fs::exists(file, ignored))
      return unexpected(at(file, ErrorCode::unavailable, "the key file cannot be written"));
    if (written) write_new(fs::path(file) += ".pub", key.public_pem(), S_IRUSR | S_IRGRP | S_IROTH);
  }
  struct stat status = {};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return unexpected(at(file, ErrorCode::invalid_input,
                         "the key file may be read by others than its owner: chmod 600 it"));
  Result<Key> key = read_key(file);
  if (key && !key->fits(Signature::ed25519))
    return unexpected(at(file, ErrorCode::invalid_input, "the key is no Ed25519 key"));
  return key;
}

}  // namespace hb::crypto
