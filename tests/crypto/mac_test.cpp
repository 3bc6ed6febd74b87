#include "crypto/mac.hpp"

#include <doctest/doctest.h>

#include "crypto/bytes.hpp"

using namespace hb::crypto;

TEST_CASE("digest: SM3 of abc as in GB/T 32905-2016, annex A") {
  CHECK(to_hex(digest(Hash::sm3, "abc")) ==
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  CHECK(to_hex(digest(Hash::sha256, "abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("hmac: RFC 4231 case 2; an empty key is a key") {
  CHECK(to_hex(hmac(Hash::sha256, "Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac(Hash::sha256, "", "")) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  CHECK(hmac(Hash::sm3, "k", "x") != hmac(Hash::sm3, "k2", "x"));
}

TEST_CASE("derive_key: RFC 5869 case 3 (no salt, no info)") {
  const std::string secret(22, '\x0b');
  CHECK(to_hex(derive_key(Hash::sha256, secret, "", 42)) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  CHECK(derive_key(Hash::sm3, secret, "a") != derive_key(Hash::sm3, secret, "b"));
}
