#include "security/rate_limit.hpp"

#include <doctest/doctest.h>

using namespace hb;
using namespace hb::security;

namespace {
Instant at(double seconds) { return Instant{static_cast<std::int64_t>(seconds * 1e6)}; }
}  // namespace

TEST_CASE("RateLimit: a burst, then as many a second; each key for itself") {
  RateLimit limit({.per_second = 2, .burst = 3});
  for (int i = 0; i < 3; ++i) CHECK(limit.take("a", at(10)) == 0);
  CHECK(limit.take("a", at(10)) == 1);  // half a second to the next: 1, rounded up
  CHECK(limit.take("b", at(10)) == 0);
  CHECK(limit.take("a", at(10.4)) == 1);  // 0.8 of one is there
  CHECK(limit.take("a", at(10.5)) == 0);  // 1.0
  CHECK(limit.take("a", at(10.5)) == 1);
  for (int i = 0; i < 3; ++i) CHECK(limit.take("a", at(100)) == 0);  // no more than the burst
  CHECK(limit.take("a", at(100)) == 1);
  CHECK(limit.take("a", at(90)) == 1);  // a clock set back gives nothing
}

TEST_CASE("RateLimit: says how long to wait; 0 a second is no limit; memory is bounded") {
  RateLimit slow({.per_second = 0.1, .burst = 1});
  CHECK(slow.take("a", at(0)) == 0);
  CHECK(slow.take("a", at(0)) == 10);
  CHECK(slow.take("a", at(4)) == 6);
  RateLimit none({});
  for (int i = 0; i < 1000; ++i) CHECK(none.take("a", at(0)) == 0);
  RateLimit few({.per_second = 1, .burst = 1}, 4);
  for (int i = 0; i < 100; ++i) CHECK(few.take(std::to_string(i), at(0)) == 0);
}
