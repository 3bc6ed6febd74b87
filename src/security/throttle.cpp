#include "security/throttle.hpp"

namespace hb::security {
namespace {

constexpr int most_per_account = 5;   ///< failures from one address
constexpr int most_per_address = 50;  ///< failures of all accounts together
constexpr std::int64_t window_micros = 15LL * 60 * 1'000'000;
constexpr std::size_t most_counts = 100'000;

std::string pair_key(std::string_view account, std::string_view address) {
  std::string key(address);
  return key.append("\n").append(account);
}

}  // namespace

bool Throttle::blocked(const std::string& key, int most, Instant now) {
  const auto count = counts_.find(key);
  if (count == counts_.end()) return false;
  if (now.micros - count->second.since.micros < window_micros)
    return count->second.failures >= most;
  counts_.erase(count);
  return false;
}

bool Throttle::allows(std::string_view account, std::string_view address, Instant now) {
  const std::lock_guard lock(mutex_);
  return !blocked(pair_key(account, address), most_per_account, now) &&
         !blocked(std::string(address), most_per_address, now);
}

void Throttle::failed(std::string_view account, std::string_view address, Instant now) {
  const std::lock_guard lock(mutex_);
  if (counts_.size() >= most_counts) forget_old(now);
  for (const std::string& key : {pair_key(account, address), std::string(address)}) {
    Count& count = counts_[key];
    if (count.failures == 0 || now.micros - count.since.micros >= window_micros) count = {0, now};
    ++count.failures;
  }
}

void Throttle::succeeded(std::string_view account, std::string_view address) {
  const std::lock_guard lock(mutex_);
  counts_.erase(pair_key(account, address));
}

void Throttle::forget_old(Instant now) {
  std::erase_if(counts_, [&](const auto& item) {
    return now.micros - item.second.since.micros >= window_micros;
  });
  if (counts_.size() >= most_counts) counts_.clear();  // memory stays bounded under attack
}

}  // namespace hb::security
