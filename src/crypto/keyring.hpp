#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
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
  /// created  told with the key, never trusted
  static Keyring create(Suite suite, std::string_view master_key, Instant created = {});
  /// errors  invalid_input: the master key is another, or the text is damaged
  static Result<Keyring> read(std::string_view text, std::string_view master_key);
  Keyring(Keyring&&) noexcept;
  Keyring& operator=(Keyring&&) noexcept;
  ~Keyring();

  /// As kept in the store: suite and wrapped keys, one per line, no secret in it.
  std::string text() const;

  /// A new data key; from now on it seals. Old ones still open.
  void rotate(Instant created = {});
  /// Wraps all keys with another master key.
  void change_master(std::string_view master_key);

  /// way ‖ key id ‖ nonce ‖ ciphertext ‖ tag
  std::string seal(std::string_view plain, std::string_view context) const;
  /// errors  invalid_input: damaged, of an unknown key, or for another context
  Result<std::string> open(std::string_view sealed, std::string_view context) const;
  /// Number of the key that sealed it; 0: none of ours.
  std::uint32_t key_of(std::string_view sealed) const;
  /// True when another key than the present one sealed it: rotation has it before it.
  bool is_outdated(std::string_view sealed) const { return key_of(sealed) != current_; }

  /// HMAC key of the blind index; the same for the whole life of a store.
  const std::string& index_key() const { return index_key_; }
  /// A word as it stands in the blind index: HMAC under the index key, cut to 63 bits.
  std::int64_t token(std::string_view word) const;
  /// 16 bytes to 16 bytes under a key derived from the index key: equal ones stay equal, and
  /// whoever has no key cannot try bodies against it.
  std::string veil(std::string_view fingerprint) const { return veil_->hide(fingerprint); }

  struct Key {
    std::uint32_t id;
    Instant created;
  };
  std::vector<Key> keys() const;  ///< rising
  std::uint32_t current() const { return current_; }
  Suite suite() const { return suite_; }
  Hash hash() const { return suite_ == Suite::aes_256_gcm ? Hash::sha256 : Hash::sm3; }

 private:
  struct Entry {
    std::string key;
    Instant created;
    std::unique_ptr<Cipher> cipher;
  };
  Keyring(Suite suite, std::string_view master_key);
  void add(std::uint32_t id, std::string key, Instant created);
  void set_index_key(std::string key);

  Suite suite_;
  std::string master_key_, index_key_;
  std::uint32_t current_ = 0;
  std::map<std::uint32_t, Entry> keys_;
  std::unique_ptr<BlockVeil> veil_;
};

}  // namespace hb::crypto
