#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "indicators/target.hpp"

namespace hb::indicators {

enum class Status : std::uint8_t { met, nearly, missed, not_decidable };

std::string_view status_word(Status status);  ///< "met", "nearly", "missed", "not_decidable"
Localized status_name(Status status);         ///< 完成, 基本完成, 未完成, 暂无法判定
/// "完成", "基本完成（参照市考核标准）", "未完成": the printed word; nullopt when it is none of
/// them.
std::optional<Status> status_from_print(std::string_view text);

/// A standard other than the plan's own target, by which a named authority judges an indicator.
/// It is content: the engine only applies what is stated.
struct Standard {
  std::string id;
  Localized name;  ///< 杭州市考核标准
  Localized authority;
  Localized source;                ///< where it is stated, with the quotation
  std::string target_text;         ///< its own target, when known: it then replaces the plan's
  std::optional<Status> finding;   ///< else what the authority found …
  std::string finding_value_text;  ///< … for exactly this value
};

/// All that an evaluation rests on.
struct Question {
  std::string target_text;
  Better better = Better::none;
  Localized unit;  ///< zh empty or "-" = not stated
  std::string value_text;
  std::optional<Decimal> value;  ///< the number as a column of its own, if there is one
  std::optional<int> value_year;
  std::optional<int> target_year;     ///< year of the plan's target
  std::vector<Localized> part_names;  ///< of several values in one cell; may be empty
  std::optional<Standard> standard;
};

struct Evaluation {
  Status status = Status::not_decidable;
  std::optional<Decimal> gap;  ///< in gap_unit, ≥ 0 = reached (at exactly 0 a strict bound is not);
                               ///< of several values the smallest; none when not comparable
  Localized gap_unit;
  Localized reason;  ///< always set, one or more sentences
  Cell target;       ///< as parsed
  Cell value;
};

/// Relative shortfall up to which a missed target counts as nearly reached: 5 % of the target,
/// inclusive (docs/indicators.md).
inline constexpr int nearly_percent = 5;

/// Judges one value against one target. What cannot be decided from what is stated is
/// not_decidable with its reason; it is never an error.
Evaluation evaluate(const Question& question);

}  // namespace hb::indicators
