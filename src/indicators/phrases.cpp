#include "indicators/phrases.hpp"

#include <algorithm>
#include <array>

namespace hb::indicators {
namespace {

struct Level {
  std::string_view level;
  std::string_view zh;
  std::string_view en;
  std::string_view average_zh;
  std::string_view average_en;
};

constexpr std::array levels = {
    Level{"country", "国家", "the state", "全国平均水平", "the national average"},
    Level{"province", "省", "the province", "全省平均水平", "the provincial average"},
    Level{"city", "市", "the city", "全市平均水平", "the city average"},
    Level{"district", "区", "the district", "全区平均水平", "the district average"},
};

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

Localized authority_name(std::string_view level) {
  for (const Level& known : levels) {
    if (known.level == level) return {std::string(known.zh), std::string(known.en)};
  }
  return {"上级", "a superior authority"};
}

Localized average_name(std::string_view level) {
  for (const Level& known : levels) {
    if (known.level == level) return {std::string(known.average_zh), std::string(known.average_en)};
  }
  return {"平均水平", "the average"};
}

bool is_no_unit(std::string_view unit) { return unit.empty() || unit == "-"; }

Localized quantity_unit(const Quantity& quantity, const Localized& unit) {
  if (quantity.unit.empty()) return is_no_unit(unit.zh) ? Localized{} : unit;
  if (quantity.unit == unit.zh) return unit;
  const bool readable = is_ascii(quantity.unit) || quantity.unit == "‰";
  return {quantity.unit, readable ? quantity.unit : ""};
}

Localized difference_unit(const Localized& unit) {
  if (unit.zh == "%") return {"个百分点", "percentage points"};
  return unit;
}

Localized append_unit(Localized number, const Localized& unit) {
  const bool rate = unit.zh.starts_with("1/");  // 7 of 1/10万 is written 7/10万
  number.zh += rate ? unit.zh.substr(1) : unit.zh;
  const bool glued = unit.en == "%" || unit.en == "‰" || unit.en.empty();
  number.en += (glued ? "" : " ") + unit.en;
  return number;
}

}  // namespace hb::indicators
