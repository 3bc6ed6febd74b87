#include "crypto/digest.hpp"

#include <doctest/doctest.h>

using namespace hb;
using namespace hb::crypto;

TEST_CASE("sha256: FIPS 180-2 examples, in one piece and in several") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 stream;
  stream.update("a");
  stream.update("");
  stream.update("bc");
  CHECK(stream.hex() == sha256_hex("abc"));
}

TEST_CASE("fingerprint: XXH3 of nothing is the published value") {
  CHECK(fingerprint("") == Fingerprint{0x99aa06d3014798d8ULL, 0x6001c324468d497fULL});
  CHECK_FALSE(fingerprint("a") == fingerprint("b"));
}

TEST_CASE("resource_key: positive, of type and id together") {
  CHECK(resource_key("Patient", "1") > 0);
  CHECK(resource_key("Patient", "1") == resource_key("Patient", "1"));
  CHECK(resource_key("Patient", "1") != resource_key("Person", "1"));
  const std::string long_id(1000, 'x');
  CHECK(resource_key("Patient", long_id) != resource_key("Patient", long_id + "y"));
}

TEST_CASE("keyed_token: the first 63 bits of HMAC-SHA256 (RFC 4231, case 2)") {
  CHECK(keyed_token("Jefe", "what do ya want for nothing?") == 0x5bdcc146bf60754eLL);
  // HMAC_SHA256("", "") = b613679a0814d9ec…; the highest bit is cut.
  CHECK(keyed_token("", "") == 0x3613679a0814d9ecLL);
  CHECK(keyed_token("Jefe", "what do ya want for nothing?") == 0x5bdcc146bf60754eLL);
}

TEST_CASE("keyed_token: with SM3 the first bytes of HMAC-SM3; secrets do not get mixed up") {
  const auto first = [](std::string_view mac) {
    std::uint64_t value = 0;
    for (const char c : mac.substr(0, 8)) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value & 0x7FFF'FFFF'FFFF'FFFFULL);
  };
  for (int round = 0; round < 3; ++round)
    for (const std::string secret : {"a", "b", "c", "d", "e", "f"})
      CHECK(keyed_token(secret, "张伟", Hash::sm3) == first(hmac(Hash::sm3, secret, "张伟")));
  CHECK(keyed_token("Jefe", "what do ya want for nothing?") == 0x5bdcc146bf60754eLL);
}
