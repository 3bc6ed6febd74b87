#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb::crypto {

/// How bytes are sealed; the installation chooses.
enum class Suite : std::uint8_t {
  aes_256_gcm = 1,       ///< NIST SP 800-38D
  sm4_ctr_hmac_sm3 = 2,  ///< GB/T 32907-2016 in counter mode, then GB/T 32905 HMAC over all of it
};

/// Keys are this long for every suite; sm4_ctr_hmac_sm3 derives its two keys from them.
inline constexpr std::size_t cipher_key_bytes = 32;

/// One key in use. May be called from many threads.
class Cipher {
 public:
  /// key  cipher_key_bytes
  Cipher(Suite suite, std::string_view key);
  ~Cipher();
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;

  /// nonce ‖ ciphertext ‖ tag, with a random nonce. What `context` says (a column, a type) must be
  /// said again to decrypt, so that a sealed value cannot be moved elsewhere.
  std::string encrypt(std::string_view plain, std::string_view context) const;
  /// errors  invalid_input: cut, changed, sealed with another key or for another context
  Result<std::string> decrypt(std::string_view sealed, std::string_view context) const;

 private:
  Suite suite_;
  std::string cipher_key_, mac_key_;
};

}  // namespace hb::crypto
