#pragma once
#include <string_view>

#include "core/result.hpp"

namespace hb::indicators {

/// A value with the range it may lie in when the numbers it is made of were rounded.
struct Ranged {
  long double value = 0;
  long double lower = 0;
  long double upper = 0;
};

/// Numbers, + - * / ^ and brackets: "100*((1597/1156)^(1/5)-1)". A number that is written with
/// decimals was rounded: it stands for half a unit of its last place to both sides; whole numbers
/// are counts and exact.
/// errors  invalid_input: not such a formula, where = "character 7"; division by a range with 0; a
///         power of a negative number
Result<Ranged> evaluate_formula(std::string_view text);

/// Rounded half away from zero to so many decimals, after binary noise (a relative 1e-12) is taken
/// out: 92.5 → 93, 2.675 → 2.68.
long double round_half_up(long double value, int decimals);

}  // namespace hb::indicators
