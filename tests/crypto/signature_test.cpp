#include "crypto/signature.hpp"

#include <doctest/doctest.h>

#include "crypto/bytes.hpp"

using namespace hb::crypto;

TEST_CASE("signature: every kind signs and verifies, and takes no other's") {
  for (const Signature kind : {Signature::ed25519, Signature::sm2, Signature::rs256,
                               Signature::rs384, Signature::es256, Signature::es384}) {
    const Key pair = Key::generate(kind);
    const std::string sign = pair.sign(kind, "anchor 17");
    CHECK(pair.verify(kind, "anchor 17", sign));
    CHECK_FALSE(pair.verify(kind, "anchor 18", sign));
    CHECK_FALSE(pair.verify(kind, "anchor 17", ""));
    CHECK_FALSE(Key::generate(kind).verify(kind, "anchor 17", sign));
    const auto read = Key::from_pem(pair.public_pem());
    REQUIRE(read.has_value());
    CHECK(read->verify(kind, "anchor 17", sign));
    const auto both = Key::from_pem(pair.private_pem());
    REQUIRE(both.has_value());
    CHECK(pair.verify(kind, "x", both->sign(kind, "x")));
    const Signature other = kind == Signature::es256 ? Signature::rs256 : Signature::es256;
    CHECK_FALSE(pair.fits(other));
    CHECK_FALSE(pair.verify(other, "anchor 17", sign));
  }
}

TEST_CASE("signature: the ES256 example of RFC 7515, appendix A.3") {
  const auto key = Key::from_jwk("EC", "P-256", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                                 "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
  REQUIRE(key.has_value());
  const std::string signed_text =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLm"
      "NvbS9pc19yb290Ijp0cnVlfQ";
  const auto sign = from_base64url(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  REQUIRE(sign.has_value());
  CHECK(key->verify(Signature::es256, signed_text, *sign));
  CHECK_FALSE(key->verify(Signature::es384, signed_text, *sign));
  CHECK_FALSE(key->verify(Signature::es256, signed_text + "x", *sign));
}

TEST_CASE("signature: what is no key is refused") {
  CHECK_FALSE(Key::from_pem("").has_value());
  CHECK_FALSE(
      Key::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----").has_value());
  CHECK_FALSE(Key::from_jwk("oct", "", "AAAA", "AAAA").has_value());
  CHECK_FALSE(Key::from_jwk("EC", "P-256", "AAAA", "AAAA").has_value());
  CHECK_FALSE(Key::from_jwk("EC", "P-521", "AAAA", "AAAA").has_value());
  CHECK_FALSE(Key::from_jwk("RSA", "", "=", "AQAB").has_value());
  // A short RSA key is a key, but fits no signature.
  const auto weak = Key::from_jwk("RSA", "", to_base64url(std::string(64, '\xC1')), "AQAB");
  if (weak) CHECK_FALSE(weak->fits(Signature::rs256));
}
