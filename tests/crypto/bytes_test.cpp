#include "crypto/bytes.hpp"

#include <doctest/doctest.h>

using namespace hb::crypto;

TEST_CASE("base64url and base32: the examples of RFC 4648 §10, without padding") {
  CHECK(to_base64url("") == "");
  CHECK(to_base64url("f") == "Zg");
  CHECK(to_base64url("fo") == "Zm8");
  CHECK(to_base64url("foobar") == "Zm9vYmFy");
  CHECK(to_base64url("\xfb\xff") == "-_8");
  CHECK(to_base32("foobar") == "MZXW6YTBOI");
  CHECK(to_base32("f") == "MY");
}

TEST_CASE("from_base64url: one text for one value, everything else is refused") {
  CHECK(from_base64url("Zm9vYmFy") == "foobar");
  CHECK(from_base64url("Zg") == "f");
  CHECK_FALSE(from_base64url("Zh"));    // bits left over
  CHECK_FALSE(from_base64url("Z"));     // no byte
  CHECK_FALSE(from_base64url("Zg=="));  // padding
  CHECK_FALSE(from_base64url("Z+"));
  CHECK(from_base64url("") == "");
}

TEST_CASE("hex: there and back") {
  CHECK(to_hex(std::string_view("\x00\xab", 2)) == "00ab");
  CHECK(from_hex("00ab") == std::string("\x00\xab", 2));
  CHECK_FALSE(from_hex("0"));
  CHECK_FALSE(from_hex("0G"));
}

TEST_CASE("random: of the length asked for, never twice the same") {
  CHECK(random_bytes(16).size() == 16);
  CHECK(random_token().size() == 43);
  CHECK(random_token() != random_token());
}

TEST_CASE("equal_in_constant_time and wipe") {
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
  std::string secret = "secret";
  wipe(secret);
  CHECK(secret.empty());
}
