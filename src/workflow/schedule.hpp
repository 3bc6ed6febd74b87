#pragma once
#include <string>

#include "core/date.hpp"
#include "workflow/flow.hpp"

namespace hb::workflow {

/// When a flow is begun by the calendar, and for which month: "2026-03".
struct Occasion {
  Instant at;
  std::string period;

  friend bool operator==(const Occasion&, const Occasion&) = default;
};

/// The last occasion at or before a moment.
Occasion last_occasion(const Schedule& schedule, Instant now);
/// The one before.
Occasion before(const Schedule& schedule, const Occasion& occasion);
/// With which its instance is started, so that it is begun once.
std::string key_of(const Flow& flow, const Occasion& occasion);

}  // namespace hb::workflow
