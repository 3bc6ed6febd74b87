#include "indicators/judge.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "indicators/phrases.hpp"

namespace hb::indicators {
namespace {

__extension__ typedef __int128 Wide;

/// A place on the number line: just below, at or just above a number, or at an end of the line.
struct Point {
  enum class Where : std::uint8_t { low_end, at, high_end };
  Where where = Where::at;
  Decimal number;
  int side = 0;  ///< -1 just below, +1 just above
};

int compare(const Point& point, const Decimal& bound) {
  if (point.where != Point::Where::at) return point.where == Point::Where::low_end ? -1 : 1;
  if (point.number < bound) return -1;
  if (point.number > bound) return 1;
  return point.side;
}

Decimal absolute(Decimal number) {
  number.scaled = std::abs(number.scaled);
  return number;
}

Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// shortfall / |bound| in hundredths of a percent, rounded half up; nullopt when bound is 0.
std::optional<std::int64_t> basis_points(const Decimal& shortfall, const Decimal& bound) {
  const Wide divisor = static_cast<Wide>(absolute(bound).scaled) * power_of_ten(shortfall.scale);
  if (divisor == 0) return std::nullopt;
  const Wide share = static_cast<Wide>(shortfall.scaled) * power_of_ten(bound.scale) * 10'000;
  return static_cast<std::int64_t>(std::min<Wide>((share + divisor / 2) / divisor, 99'999'999));
}

/// shortfall ≤ 5 % of |bound|, exactly.
bool within_tolerance(const Decimal& shortfall, const Decimal& bound) {
  if (bound.scaled == 0) return false;
  const Wide share = static_cast<Wide>(shortfall.scaled) * power_of_ten(bound.scale) * 100;
  const Wide limit = static_cast<Wide>(absolute(bound).scaled) * power_of_ten(shortfall.scale);
  return share <= limit * nearly_percent;
}

struct Bounds {
  std::optional<Decimal> low;   ///< the value must not lie below …
  std::optional<Decimal> high;  ///< … nor above
  bool strict = false;          ///< nor at the bound
};

Bounds bounds_of(const Quantity& target) {
  switch (target.comparison) {
    case Comparison::at_least:
      return {target.number, std::nullopt, false};
    case Comparison::above:
      return {target.number, std::nullopt, true};
    case Comparison::at_most:
      return {std::nullopt, target.number, false};
    case Comparison::below:
      return {std::nullopt, target.number, true};
    case Comparison::between:
      return {target.number, target.upper, false};
    case Comparison::about:
    case Comparison::unstated:
      break;
  }
  return {};
}

struct Miss {
  Status status = Status::met;
  Decimal shortfall;
  Decimal bound;
};

/// How a point stands to the bounds. A point at an end of the line that fails misses by any
/// measure.
Miss miss(const Bounds& bounds, const Point& point) {
  const auto fails = [&](const Decimal& bound, int wanted) {
    const int order = compare(point, bound) * wanted;
    return order < 0 || (order == 0 && bounds.strict);
  };
  const Decimal* failed = nullptr;
  if (bounds.low && fails(*bounds.low, 1)) failed = &*bounds.low;
  if (bounds.high && fails(*bounds.high, -1)) failed = &*bounds.high;
  if (failed == nullptr) return {};
  Miss result{Status::missed, {}, *failed};
  if (point.where != Point::Where::at) return result;
  result.shortfall = absolute(subtract(point.number, *failed));
  if (within_tolerance(result.shortfall, *failed)) result.status = Status::nearly;
  return result;
}

/// Signed distance of an exact number to the nearest bound: ≥ 0 inside.
Decimal gap_of(const Bounds& bounds, const Decimal& number) {
  std::optional<Decimal> gap;
  if (bounds.low) gap = subtract(number, *bounds.low);
  if (bounds.high) {
    const Decimal from_high = subtract(*bounds.high, number);
    gap = gap ? std::min(*gap, from_high) : from_high;
  }
  return gap.value_or(Decimal{});
}

struct Interval {
  Point low;
  Point high;
};

Interval interval_of(const Quantity& value) {
  const Point at{Point::Where::at, value.number, 0};
  const Point low_end{Point::Where::low_end, {}, 0};
  const Point high_end{Point::Where::high_end, {}, 0};
  switch (value.comparison) {
    case Comparison::at_least:
      return {at, high_end};
    case Comparison::above:
      return {{Point::Where::at, value.number, 1}, high_end};
    case Comparison::at_most:
      return {low_end, at};
    case Comparison::below:
      return {low_end, {Point::Where::at, value.number, -1}};
    case Comparison::between:
      return {at, {Point::Where::at, value.upper.value_or(value.number), 0}};
    case Comparison::about:
    case Comparison::unstated:
      break;
  }
  return {at, at};
}

/// "8.11" of hundredths of a percent 811.
std::string percent(std::int64_t hundredths) {
  std::string text = format_decimal({hundredths, 2});
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

struct Texts {
  Localized value;
  Localized target;
  Localized unit;
};

Localized number_with(const Decimal& number, const Localized& unit) {
  const std::string text = format_decimal(number);
  return append_unit({text, text}, unit);
}

Localized reached_reason(const Texts& texts) {
  return {texts.value.zh + "，达到目标（" + texts.target.zh + "）",
          "reached: " + texts.value.en + ", target " + texts.target.en};
}

Localized not_reached(const Texts& texts) {
  return {texts.value.zh + "，未达到目标（" + texts.target.zh + "）",
          "not reached: " + texts.value.en + ", target " + texts.target.en};
}

Localized missed_reason(const Texts& texts, const Miss& missed) {
  const Localized short_by = number_with(missed.shortfall, difference_unit(texts.unit));
  Localized reason = not_reached(texts);
  reason.zh += "，相差" + short_by.zh;
  reason.en += "; short by " + short_by.en;
  const auto share = basis_points(missed.shortfall, missed.bound);
  if (!share) return reason;
  const bool nearly = missed.status == Status::nearly;
  const std::string limit = std::to_string(nearly_percent);
  reason.zh += "，为目标值的" + percent(*share) + (nearly ? "%，不超过" : "%，超过") + limit + "%";
  reason.en += ", which is " + percent(*share) + "% of the target (" +
               (nearly ? "not more than " : "more than ") + limit + "%)";
  return reason;
}

Judgement undecidable(std::string zh, std::string en) {
  return {Status::not_decidable, std::nullopt, {std::move(zh), std::move(en)}};
}

Judgement judge_exact(const Bounds& bounds, const Quantity& value, const Texts& texts) {
  const Miss missed = miss(bounds, {Point::Where::at, value.number, 0});
  Judgement result{missed.status, gap_of(bounds, value.number), {}};
  result.reason =
      missed.status == Status::met ? reached_reason(texts) : missed_reason(texts, missed);
  return result;
}

/// A value that is only a bound or a range: decided when its two ends agree.
Judgement judge_bound(const Bounds& bounds, const Quantity& value, const Texts& texts) {
  const Interval interval = interval_of(value);
  const Miss low = miss(bounds, interval.low);
  const Miss high = miss(bounds, interval.high);
  const bool one_side = (low.status == Status::met) == (high.status == Status::met) &&
                        (low.status == Status::met || low.bound == high.bound);
  if (!one_side) {
    return undecidable(
        texts.value.zh + "只是界限，与目标（" + texts.target.zh + "）比较不能得出结论",
        texts.value.en + " is only a bound and does not decide against the target (" +
            texts.target.en + ")");
  }
  if (low.status != high.status) {
    return undecidable(texts.value.zh + "只是界限，未达到目标（" + texts.target.zh +
                           "），但不能区分基本完成与未完成",
                       texts.value.en + " is only a bound: the target (" + texts.target.en +
                           ") is not reached, but nearly and missed cannot be told apart");
  }
  const Point& known = interval.low.where == Point::Where::at ? interval.low : interval.high;
  Judgement result{low.status, gap_of(bounds, known.number), {}};
  if (value.upper) result.gap = std::min(*result.gap, gap_of(bounds, *value.upper));
  result.reason = reached_reason(texts);
  if (low.status != Status::met) result.reason = not_reached(texts);
  result.reason.zh += "；数值为界限，差距按界限计算";
  result.reason.en += "; the value is a bound and the gap is counted from it";
  return result;
}

bool cumulative(const std::optional<Years>& period) {
  return period && period->first != period->last;
}

/// Why the two cannot be compared; empty = they can.
Localized incomparable(const Quantity& target, const Quantity& value, const Localized& unit,
                       const Texts& texts) {
  if (target.change != value.change || target.decline != value.decline ||
      target.yearly != value.yearly) {
    return {"目标（" + texts.target.zh + "）与数值（" + texts.value.zh +
                "）一为变化幅度、一为数量或变化的计法不同，不可直接比较",
            "the target (" + texts.target.en + ") and the value (" + texts.value.en +
                ") are not of one kind: one is a change, or changes counted differently"};
  }
  const Localized target_unit = quantity_unit(target, unit);
  const Localized value_unit = quantity_unit(value, unit);
  if (!target_unit.zh.empty() && !value_unit.zh.empty() && target_unit.zh != value_unit.zh) {
    return {"目标单位（" + target_unit.zh + "）与数值单位（" + value_unit.zh + "）不同",
            "the unit of the target (" + target_unit.en + ") is not that of the value (" +
                value_unit.en + ")"};
  }
  const bool periods = cumulative(target.period) || cumulative(value.period);
  if (periods && target.period != value.period) {
    return {"目标（" + texts.target.zh + "）与数值（" + texts.value.zh +
                "）的累计期间不同或未注明，不可直接比较",
            "the target (" + texts.target.en + ") and the value (" + texts.value.en +
                ") are counted over different or unstated periods"};
  }
  return {};
}

}  // namespace

Judgement judge(const Quantity& target, const Quantity& value, const Localized& unit) {
  const Texts texts{describe(value, unit), describe(target, unit), quantity_unit(value, unit)};
  const Localized obstacle = incomparable(target, value, unit, texts);
  if (!obstacle.zh.empty()) return undecidable(obstacle.zh, obstacle.en);
  if (target.comparison == Comparison::unstated) {
    return undecidable("目标（" + texts.target.zh + "）未说明越高越好还是越低越好",
                       "the target (" + texts.target.en + ") does not say which side is good");
  }
  if (target.comparison == Comparison::about || value.comparison == Comparison::about) {
    return undecidable(
        "目标（" + texts.target.zh + "）或数值（" + texts.value.zh + "）为约数，允许的偏差未注明",
        "the target (" + texts.target.en + ") or the value (" + texts.value.en +
            ") is approximate and how far it may lie off is not stated");
  }
  const Bounds bounds = bounds_of(target);
  if (value.comparison == Comparison::unstated) return judge_exact(bounds, value, texts);
  return judge_bound(bounds, value, texts);
}

}  // namespace hb::indicators
