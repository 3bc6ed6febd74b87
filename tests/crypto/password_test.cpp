#include "crypto/password.hpp"

#include <doctest/doctest.h>

#include "crypto/bytes.hpp"

using namespace hb::crypto;

namespace {
constexpr PasswordCost cheap{.kibibytes = 64, .passes = 1, .lanes = 1};
}

TEST_CASE("password: salted, verified, refused") {
  const std::string hash = hash_password("映川-2026!", cheap);
  CHECK(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  CHECK(verify_password("映川-2026!", hash));
  CHECK_FALSE(verify_password("映川-2026", hash));
  CHECK(hash != hash_password("映川-2026!", cheap));
  CHECK_FALSE(verify_password("x", "no hash"));
  CHECK_FALSE(verify_password("", ""));
}

TEST_CASE("password: made at another cost is to be made anew") {
  const std::string hash = hash_password("x", cheap);
  CHECK_FALSE(is_outdated(hash, cheap));
  CHECK(is_outdated(hash));
  CHECK(is_outdated("no hash", cheap));
}
