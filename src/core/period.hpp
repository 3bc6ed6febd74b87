#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/date.hpp"
#include "core/result.hpp"

namespace hb {

/// 2025 · 2025-Q3 · 2025-11 · 2025-W47 · 2025-11-21, kept with its kind.
struct Period {
  enum class Kind : std::uint8_t { year, quarter, month, week, day };
  Kind kind;
  Date first;
  Date last;  ///< inclusive

  friend bool operator==(const Period&, const Period&) = default;
};

/// errors invalid_input: not one of the five forms, or no such period
Result<Period> parse_period(std::string_view text);
std::string format_period(const Period& period);

}  // namespace hb
