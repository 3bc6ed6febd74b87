#pragma once
#include <functional>

#include "core/date.hpp"

namespace hb {

/// The one thing tests replace. Passed as an argument, never called from deep inside.
using Clock = std::function<Instant()>;

Clock system_clock();

}  // namespace hb
