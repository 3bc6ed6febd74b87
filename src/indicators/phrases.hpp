#pragma once
#include <string>
#include <string_view>

#include "core/localized.hpp"
#include "indicators/target.hpp"

namespace hb::indicators {

/// Words for people shared by descriptions and reasons.

/// {"省", "the province"}; empty level = a superior authority
Localized authority_name(std::string_view level);
/// {"全省平均水平", "the provincial average"}
Localized average_name(std::string_view level);

/// The unit of a number: the one glued on, else the indicator's; empty texts = none.
Localized quantity_unit(const Quantity& quantity, const Localized& unit);
/// The unit of a difference: percentage points for percent, else the same.
Localized difference_unit(const Localized& unit);
/// 92.3% · 10.5人 · 10.5 persons · 7/10万
Localized append_unit(Localized number, const Localized& unit);
/// true: the column says nothing ("", "-")
bool is_no_unit(std::string_view unit);

/// {"不低于92.3%", "at least 92.3%"}, with the period where it is stated.
Localized describe(const Quantity& quantity, const Localized& unit);

}  // namespace hb::indicators
