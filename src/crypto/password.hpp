#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace hb::crypto {

/// Cost of Argon2id (RFC 9106, second recommended option: 64 MiB, 3 passes).
struct PasswordCost {
  std::uint32_t kibibytes = 64 * 1024;
  std::uint32_t passes = 3;
  std::uint32_t lanes = 1;
};

/// Argon2id with a random salt, in the usual text form "$argon2id$v=19$m=…,t=…,p=…$salt$hash".
std::string hash_password(std::string_view password, const PasswordCost& cost = {});
/// False also when `hash` is none. Takes as long whether the password fits or not.
bool verify_password(std::string_view password, const std::string& hash);
/// A hash that no password has; comparing with it takes as long as with any other of this cost.
std::string hash_of_nothing(const PasswordCost& cost = {});
/// True when `hash` was made at another cost: to be made anew at the next log-in.
bool is_outdated(const std::string& hash, const PasswordCost& cost = {});

}  // namespace hb::crypto
