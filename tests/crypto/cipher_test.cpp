#include "crypto/cipher.hpp"

#include <doctest/doctest.h>

#include "crypto/bytes.hpp"
#include "crypto/keyring.hpp"

using namespace hb::crypto;

TEST_CASE("cipher: what is sealed opens, in both suites and of any length") {
  for (const Suite suite : {Suite::aes_256_gcm, Suite::sm4_ctr_hmac_sm3}) {
    const Cipher cipher(suite, random_bytes(cipher_key_bytes));
    for (const std::size_t length : {0, 1, 15, 16, 17, 5000}) {
      const std::string plain = random_bytes(length);
      const std::string sealed = cipher.encrypt(plain, "Patient");
      CHECK(*cipher.decrypt(sealed, "Patient") == plain);
      CHECK(sealed != cipher.encrypt(plain, "Patient"));  // another nonce
    }
  }
}

TEST_CASE("cipher: every changed, cut or moved byte is found") {
  for (const Suite suite : {Suite::aes_256_gcm, Suite::sm4_ctr_hmac_sm3}) {
    const Cipher cipher(suite, std::string(cipher_key_bytes, 'k'));
    const std::string sealed = cipher.encrypt("张伟", "name");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      CHECK_FALSE(cipher.decrypt(changed, "name").has_value());
      CHECK_FALSE(cipher.decrypt(sealed.substr(0, i), "name").has_value());
    }
    CHECK_FALSE(cipher.decrypt(sealed, "address").has_value());
    const Cipher other(suite, std::string(cipher_key_bytes, 'x'));
    CHECK_FALSE(other.decrypt(sealed, "name").has_value());
  }
}

TEST_CASE("keyring: reads back with its master key, and with no other") {
  const std::string master(cipher_key_bytes, 'm');
  for (const Suite suite : {Suite::aes_256_gcm, Suite::sm4_ctr_hmac_sm3}) {
    const Keyring ring = Keyring::create(suite, master);
    const std::string sealed = ring.seal("李娜", "Patient");
    const auto again = Keyring::read(ring.text(), master);
    REQUIRE(again.has_value());
    CHECK(*again->open(sealed, "Patient") == "李娜");
    CHECK(again->index_key() == ring.index_key());
    CHECK(again->suite() == suite);
    CHECK_FALSE(Keyring::read(ring.text(), std::string(cipher_key_bytes, 'n')).has_value());
    CHECK_FALSE(Keyring::read("", master).has_value());
    CHECK_FALSE(Keyring::read("health-brain-keys-1 rot13\n", master).has_value());
    // A key cannot take the place of another.
    std::string swapped = ring.text();
    swapped.replace(swapped.find("\nindex "), 7, "\n7 ");
    CHECK_FALSE(Keyring::read(swapped, master).has_value());
  }
}

TEST_CASE(
    "keyring: rotation seals with a new key and opens the old; a new master changes no data") {
  Keyring ring = Keyring::create(Suite::sm4_ctr_hmac_sm3, std::string(cipher_key_bytes, 'm'));
  const std::string old = ring.seal("a", "x");
  CHECK_FALSE(ring.is_outdated(old));
  ring.rotate();
  CHECK(ring.is_outdated(old));
  CHECK(*ring.open(old, "x") == "a");
  CHECK_FALSE(ring.is_outdated(ring.seal("a", "x")));
  ring.change_master(std::string(cipher_key_bytes, 'n'));
  const auto again = Keyring::read(ring.text(), std::string(cipher_key_bytes, 'n'));
  REQUIRE(again.has_value());
  CHECK(*again->open(old, "x") == "a");
  CHECK(again->current() == 2);
  CHECK_FALSE(again->open("", "x").has_value());
  CHECK_FALSE(again->open(std::string("\x02\x00\x00\x00\x09", 5), "x").has_value());
}
