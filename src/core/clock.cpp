#include "core/clock.hpp"

#include <chrono>

namespace hb {

Clock system_clock() {
  return [] {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
  };
}

}  // namespace hb
