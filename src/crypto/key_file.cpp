#include "crypto/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <optional>

#include "crypto/bytes.hpp"
#include "crypto/cipher.hpp"

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
  if (!written) ::unlink(file.c_str());
  return written;
}

bool is_private(const fs::path& file) {
  struct stat status = {};
  return ::stat(file.c_str(), &status) != 0 || (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

Error not_private(const fs::path& file) {
  return at(file, ErrorCode::invalid_input,
            "the key file may be read by others than its owner: chmod 600 it");
}

constexpr std::string_view master_key_head = "health-brain-master-key-1\n";

/// So that the name of a new file survives a crash as its content does.
void sync_folder(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

}  // namespace

Result<std::string> read_master_key(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    return unexpected(at(file, ErrorCode::not_found, "there is no key file here"));
  if (!is_private(file)) return unexpected(not_private(file));
  std::ifstream in(file, std::ios::binary);
  if (!in) return unexpected(at(file, ErrorCode::unavailable, "the key file cannot be read"));
  std::string text((std::istreambuf_iterator<char>(in)), {});
  std::string_view line = text;
  std::optional<std::string> key;
  if (line.starts_with(master_key_head)) {
    line.remove_prefix(master_key_head.size());
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    key = from_base64url(line);
  }
  wipe(text);
  if (!key || key->size() != cipher_key_bytes)
    return unexpected(at(file, ErrorCode::invalid_input, "the file holds no master key"));
  return std::move(*key);
}

Result<void> make_master_key(const fs::path& file) {
  std::error_code ignored;
  if (fs::exists(file, ignored))
    return unexpected(at(file, ErrorCode::conflict, "there is a key file here already"));
  std::string key = random_bytes(cipher_key_bytes);
  std::string text = std::string(master_key_head) + to_base64url(key) + "\n";
  const bool written = write_new(file, text, S_IRUSR | S_IWUSR);
  wipe(key);
  wipe(text);
  if (!written)
    return unexpected(at(file, ErrorCode::unavailable, "the key file cannot be written"));
  sync_folder(file);
  return {};
}

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
  if (!is_private(file)) return unexpected(not_private(file));
  Result<Key> key = read_key(file);
  if (key && !key->fits(Signature::ed25519))
    return unexpected(at(file, ErrorCode::invalid_input, "the key is no Ed25519 key"));
  return key;
}

}  // namespace hb::crypto
