#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/date.hpp"

namespace hb::security {

struct RateOptions {
  double per_second = 0;  ///< sustained; 0: no limit
  double burst = 0;       ///< at once, after a pause
};

/// A token bucket per key (account, address). Memory is bounded: buckets that have filled up again
/// are forgotten, and when too many keys are in use at once, all are.
class RateLimit {
 public:
  explicit RateLimit(RateOptions options, std::size_t most_keys = 100'000)
      : options_(options), most_keys_(most_keys) {}

  /// Takes one. returns  0: granted; else whole seconds after which to try again, at least 1
  std::int64_t take(std::string_view key, Instant now);

 private:
  struct Bucket {
    double left;
    std::int64_t at;  ///< microseconds
  };
  double filled(const Bucket& bucket, Instant now) const;
  void forget_full(Instant now);

  RateOptions options_;
  std::size_t most_keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace hb::security
