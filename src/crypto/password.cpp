#include "crypto/password.hpp"

#include <argon2.h>
#include <fmt/format.h>

#include <cstdio>

#include "core/check.hpp"
#include "crypto/bytes.hpp"

namespace hb::crypto {
namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;

}  // namespace

std::string hash_password(std::string_view password, const PasswordCost& cost) {
  const std::string salt = random_bytes(salt_bytes);
  std::string text(
      argon2_encodedlen(cost.passes, cost.kibibytes, cost.lanes, salt_bytes, hash_bytes, Argon2_id),
      '\0');
  HB_CHECK(argon2id_hash_encoded(cost.passes, cost.kibibytes, cost.lanes, password.data(),
                                 password.size(), salt.data(), salt.size(), hash_bytes, text.data(),
                                 text.size()) == ARGON2_OK);
  text.resize(text.find('\0') == std::string::npos ? text.size() : text.find('\0'));
  return text;
}

bool verify_password(std::string_view password, const std::string& hash) {
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

/// Salt and hash are random base64 that ends with an A, because the bits left over must be zero;
/// hex digits are letters of base64 too.
std::string hash_of_nothing(const PasswordCost& cost) {
  const std::string salt = to_hex(random_bytes(salt_bytes)).substr(0, 21) + "A";  // 128 bits
  const std::string hash = to_hex(random_bytes(hash_bytes)).substr(0, 42) + "A";  // 256 bits
  return fmt::format("$argon2id$v={}$m={},t={},p={}${}${}", static_cast<int>(ARGON2_VERSION_NUMBER),
                     cost.kibibytes, cost.passes, cost.lanes, salt, hash);
}

bool is_outdated(const std::string& hash, const PasswordCost& cost) {
  unsigned version = 0;
  unsigned memory = 0;
  unsigned passes = 0;
  unsigned lanes = 0;
  if (std::sscanf(hash.c_str(), "$argon2id$v=%u$m=%u,t=%u,p=%u$", &version, &memory, &passes,
                  &lanes) != 4)
    return true;
  return version != ARGON2_VERSION_NUMBER || memory != cost.kibibytes || passes != cost.passes ||
         lanes != cost.lanes;
}

}  // namespace hb::crypto
