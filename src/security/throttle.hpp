#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/date.hpp"

namespace hb::security {

/// Slows down guessing without letting anybody lock somebody else out: failures count for an
/// account *as tried from one address*, and for the address as a whole; never for the account
/// alone.
class Throttle {
 public:
  /// Whether an attempt may be made now.
  bool allows(std::string_view account, std::string_view address, Instant now);
  void failed(std::string_view account, std::string_view address, Instant now);
  void succeeded(std::string_view account, std::string_view address);

 private:
  struct Count {
    int failures = 0;
    Instant since;
  };
  bool blocked(const std::string& key, int most, Instant now);
  void forget_old(Instant now);

  std::mutex mutex_;
  std::unordered_map<std::string, Count> counts_;
};

}  // namespace hb::security
