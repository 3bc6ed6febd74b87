#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "crypto/cipher.hpp"
#include "crypto/mac.hpp"

namespace hb::crypto {

/// The data keys of one store, each wrapped by the installation's master key (envelope): the master
/// key never touches data, and changing it wraps the data keys anew without touching data either.
/// Sealed bytes name their data key, so that old ones stay readable after a rotation.
class Keyring {
 public:
  /// A first data key and an index key.
  static Keyring create(Suite suite, std::string_view master_key);
  /// errors  invalid_input: the master key is another, or the text is damaged
  static Result<Keyring> read(std::string_view text, std::string_view master_key);
  Keyring(Keyring&&) noexcept;
  Keyring& operator=(Keyring&&) noexcept;
  ~Keyring();

  /// As kept in the store: suite and wrapped keys, one per line, no secret in it.
  std::string text() const;

  /// A new data key; from now on it seals. Old ones still open.
  void rotate();
  /// Wraps all keys with another master key.
  void change_master(std::string_view master_key);

  /// way ‖ key id ‖ nonce ‖ ciphertext ‖ tag
  std::string seal(std::string_view plain, std::string_view context) const;
  /// errors  invalid_input: damaged, of an unknown key, or for another context
  Result<std::string> open(std::string_view sealed, std::string_view context) const;
  /// True when another key than the present one sealed it: rotation has it before it.
  bool is_outdated(std::string_view sealed) const;

  /// HMAC key of the blind index; the same for the whole life of a store.
  const std::string& index_key() const { return index_key_; }
  std::uint32_t current() const { return current_; }
  Suite suite() const { return suite_; }
  Hash hash() const { return suite_ == Suite::aes_256_gcm ? Hash::sha256 : Hash::sm3; }

 private:
  Keyring(Suite suite, std::string_view master_key);
  void add(std::uint32_t id, std::string key);

  Suite suite_;
  std::string master_key_, index_key_;
  std::uint32_t current_ = 0;
  std::map<std::uint32_t, std::string> keys_;
  std::map<std::uint32_t, std::unique_ptr<Cipher>> ciphers_;
};

}  // namespace hb::crypto
