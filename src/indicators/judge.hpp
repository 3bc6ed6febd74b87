#pragma once
#include <optional>

#include "core/localized.hpp"
#include "indicators/evaluate.hpp"

namespace hb::indicators {

/// One number against one bound.
struct Judgement {
  Status status = Status::not_decidable;
  std::optional<Decimal> gap;
  Localized reason;  ///< one sentence without its full stop
};

/// unit  of the indicator; glued-on units are compared with it
Judgement judge(const Quantity& target, const Quantity& value, const Localized& unit);

}  // namespace hb::indicators
