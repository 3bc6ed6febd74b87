#pragma once
#include <atomic>
#include <string>
#include <string_view>

#include "security/rate_limit.hpp"
#include "server/http.hpp"

namespace hb::server {

/// How often somebody may ask. An address stands for everybody behind it (a hospital has one), so
/// it may ask more than an account.
struct Limits {
  /// per_second  requests of one account, ten times as many at once; 0: no limit. An address may
  /// ask
  ///             four times as much. Log-ins: one a second per address, 30 at once.
  /// workers     of the listener: comparing passwords never takes more than half of them
  Limits(double per_second, int workers)
      : users({per_second, per_second * 10}),
        addresses({per_second * 4, per_second * 40}),
        log_ins({per_second > 0 ? 1.0 : 0.0, 30}),
        most_checks(workers > 1 ? workers / 2 : 1) {}

  security::RateLimit users, addresses, log_ins;
  const int most_checks;
  std::atomic<int> checks{0};
};

/// A place among those who may compare passwords now: each takes 64 MB and a core for a while.
class CheckPlace {
 public:
  explicit CheckPlace(Limits& limits)
      : limits_(limits), free_(++limits.checks <= limits.most_checks) {}
  ~CheckPlace() { --limits_.checks; }
  CheckPlace(const CheckPlace&) = delete;
  CheckPlace& operator=(const CheckPlace&) = delete;
  bool is_free() const { return free_; }

 private:
  Limits& limits_;
  bool free_;
};

/// One key per IPv4 address and per IPv6 network of 64 bits: who has one address there has them
/// all.
std::string address_key(std::string_view address);

/// 429 with Retry-After.
Response too_often(std::int64_t seconds);

}  // namespace hb::server
