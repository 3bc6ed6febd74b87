#include "security/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace hb::security {

double RateLimit::filled(const Bucket& bucket, Instant now) const {
  const double seconds =
      static_cast<double>(std::max<std::int64_t>(now.micros - bucket.at, 0)) / 1e6;
  return std::min(options_.burst, bucket.left + seconds * options_.per_second);
}

std::int64_t RateLimit::take(std::string_view key, Instant now) {
  if (options_.per_second <= 0) return 0;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= most_keys_) forget_full(now);
  Bucket& bucket =
      buckets_.try_emplace(std::string(key), Bucket{options_.burst, now.micros}).first->second;
  bucket.left = filled(bucket, now);
  bucket.at = now.micros;
  if (bucket.left >= 1) {
    bucket.left -= 1;
    return 0;
  }
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil((1 - bucket.left) / options_.per_second)));
}

void RateLimit::forget_full(Instant now) {
  std::erase_if(buckets_,
                [&](const auto& item) { return filled(item.second, now) >= options_.burst; });
  if (buckets_.size() >= most_keys_) buckets_.clear();
}

}  // namespace hb::security
