#include "crypto/one_time_code.hpp"

#include <doctest/doctest.h>

using namespace hb;
using namespace hb::crypto;

namespace {
constexpr std::string_view secret = "12345678901234567890";  // of RFC 6238, appendix B

Instant seconds(std::int64_t s) { return {s * 1'000'000}; }
}  // namespace

TEST_CASE("one_time_code: the last six digits of RFC 6238, appendix B") {
  CHECK(one_time_code(secret, code_step(seconds(59))) == "287082");
  CHECK(one_time_code(secret, code_step(seconds(1111111109))) == "081804");
  CHECK(one_time_code(secret, code_step(seconds(2000000000))) == "279037");
}

TEST_CASE("matching_step: one step off is taken, no code works twice") {
  const Instant now = seconds(1111111109);
  const std::int64_t step = code_step(now);
  CHECK(matching_step(secret, "081804", now, 0) == step);
  CHECK(matching_step(secret, "081804", seconds(1111111109 + 30), 0) == step);
  CHECK_FALSE(matching_step(secret, "081804", seconds(1111111109 + 90), 0));
  CHECK_FALSE(matching_step(secret, "081804", now, step));
  CHECK_FALSE(matching_step(secret, "081805", now, 0));
  CHECK_FALSE(matching_step(secret, "", now, 0));
}

TEST_CASE("code_uri: what an authenticator reads") {
  CHECK(code_uri("foobar", "健康", "li.na") ==
        "otpauth://totp/%E5%81%A5%E5%BA%B7:li.na?secret=MZXW6YTBOI&issuer=%E5%81%A5%E5%BA%B7");
}
