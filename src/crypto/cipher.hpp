#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace hb::crypto {

/// How bytes are sealed; the installation chooses.
enum class Suite : std::uint8_t {
  aes_256_gcm = 1,       ///< NIST SP 800-38D
  sm4_ctr_hmac_sm3 = 2,  ///< GB/T 32907-2016 in counter mode, then GB/T 32905 HMAC over all of it
};

/// "aes-256-gcm", "sm4-ctr-hmac-sm3"
std::string_view suite_name(Suite suite);
/// errors  invalid_input: no such suite
Result<Suite> suite_of(std::string_view name);

/// Keys are this long for every suite; sm4_ctr_hmac_sm3 derives its two keys from them.
inline constexpr std::size_t cipher_key_bytes = 32;

/// One key in use. May be called from many threads: each borrows a context in which the key is
/// already set up, which costs more than a short text.
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
  struct State;
  Suite suite_;
  std::unique_ptr<State> state_;
};

/// A keyed permutation of 16 bytes (AES-256 or SM4, one block): equal blocks stay equal, and nobody
/// without the key can tell or try which. May be called from many threads.
class BlockVeil {
 public:
  BlockVeil(Suite suite, std::string_view key);
  ~BlockVeil();
  BlockVeil(const BlockVeil&) = delete;
  BlockVeil& operator=(const BlockVeil&) = delete;
  /// block  16 bytes
  std::string hide(std::string_view block) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hb::crypto
