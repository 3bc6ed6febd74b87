#include "indicators/measure_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "stats/interval.hpp"
#include "stats/life_table.hpp"

namespace hb::indicators {
namespace {

/// First age of the open group in the tables of a region (age_band goes up to 85).
constexpr int open_age = 85;

Localized refusal_text(stats::LifeTableStatus status) {
  using enum stats::LifeTableStatus;
  switch (status) {
    case value_suppressed:
      return {"95%置信区间宽于20年，不给出数值",
              "the 95 % interval is wider than 20 years: no value is given"};
    case population_le_0:
      return {"有年龄组没有人口", "an age group has no population"};
    case missing_age_band:
      return {"年龄组不全（应为0、1、5……85岁）", "not exactly the age groups 0, 1, 5 … 85"};
    case deaths_gt_population:
      return {"有年龄组死亡数大于人口数", "an age group has more deaths than people"};
    case low_population:
      return {"人口不足5000，不计算寿命表", "5,000 people or fewer: no life table is made"};
    case no_deaths_in_last_band:
      return {"最高年龄组没有死亡", "there are no deaths in the oldest age group"};
    case negative_deaths:
      return {"死亡数为负", "negative deaths"};
    case ok:
      break;
  }
  return {};
}

Localized too_large() { return {"合计超出可表示的范围", "the sum is larger than can be held"}; }

Figure with_interval(Figure figure, double value, double lower, double upper) {
  figure.value = value;
  figure.lower = lower;
  figure.upper = upper;
  return figure;
}

Figure refused(Figure figure, Localized reason) {
  figure.reason = std::move(reason);
  return figure;
}

Figure mean_figure(const Measure& measure, Figure figure) {
  const Sum& sum = *figure.numerator;
  const double k = figure.denominator->number();
  figure.value = measure.multiplier * sum.number() / k;
  if (!sum.has_squares) return figure;
  const auto mean =
      stats::mean_of_sums(sum.number(), sum.squares_number(), static_cast<std::int64_t>(k));
  if (mean && mean->limits) {
    figure.lower = measure.multiplier * mean->limits->lower;
    figure.upper = measure.multiplier * mean->limits->upper;
  }
  return figure;
}

std::vector<stats::AgeGroup> age_groups(const std::vector<AgeSums>& groups) {
  std::vector<stats::AgeGroup> known;
  for (const AgeSums& group : groups)
    known.push_back({group.from, group.people.number(), group.deaths.number()});
  return known;
}

Figure premature_figure(const Measure& measure, Figure figure,
                        const std::vector<stats::AgeGroup>& groups) {
  const auto found = stats::premature_mortality(groups);
  if (!found)
    return refused(std::move(figure), {"30至69岁年龄组不全，或有年龄组没有人口",
                                       "30q70 cannot be computed: " + found.error().message});
  const double m = measure.multiplier;
  return with_interval(std::move(figure), m * found->probability, m * found->limits.lower,
                       m * found->limits.upper);
}

/// The target to judge by: of the level, of the year if there is one, else the next later year,
/// else the latest.
const MeasureTarget* target_for(const Measure& measure, int year, std::string_view level) {
  const MeasureTarget* best = nullptr;
  const auto rank = [year](const MeasureTarget& target) {
    return target.year >= year ? target.year - year : 10'000 + year - target.year;
  };
  for (const MeasureTarget& target : measure.targets)
    if (target.level == level && (best == nullptr || rank(target) < rank(*best))) best = &target;
  return best;
}

/// Whether one limit of the interval reaches the target and the other does not.
bool lies_in_interval(const Measure& measure, const Figure& figure, Question question) {
  if (!figure.lower || !figure.upper) return false;
  const auto at = [&](const std::optional<double>& limit) {
    question.value_text = printed(measure, limit);
    return evaluate(question).status;
  };
  const Status lower = at(figure.lower);
  const Status upper = at(figure.upper);
  if (lower == Status::not_decidable || upper == Status::not_decidable) return false;
  return (lower == Status::met) != (upper == Status::met);
}

}  // namespace

Figure no_figure(Localized reason) {
  Figure figure;
  figure.reason = std::move(reason);
  return figure;
}

Figure figure_of(const Measure& measure, const Sum& numerator, const Sum* denominator) {
  Figure figure;
  figure.numerator = numerator;
  if (denominator != nullptr) figure.denominator = *denominator;
  if (numerator.overflow || (denominator != nullptr && denominator->overflow))
    return refused(std::move(figure), too_large());
  const double x = numerator.number();
  if (measure.method == Method::count) {
    figure.value = measure.multiplier * x;
    return figure;
  }
  const double n = denominator != nullptr ? denominator->number() : 0;
  if (!(n > 0)) return refused(std::move(figure), {"分母为零", "the denominator is 0"});
  const double m = measure.multiplier;
  switch (measure.method) {
    case Method::proportion: {
      const auto limits = stats::wilson(x, n);
      if (!limits)
        return refused(std::move(figure),
                       {"分子大于分母，口径待核", "no proportion: " + limits.error().message});
      return with_interval(std::move(figure), m * x / n, m * limits->lower, m * limits->upper);
    }
    case Method::rate: {
      const auto rate = stats::crude_rate(x, n);
      if (!rate)
        return refused(std::move(figure), {"事件数为负", "no rate: " + rate.error().message});
      return with_interval(std::move(figure), m * rate->value, m * rate->limits.lower,
                           m * rate->limits.upper);
    }
    case Method::mean:
      return mean_figure(measure, std::move(figure));
    default:
      figure.value = m * x / n;
      return figure;
  }
}

Figure life_figure(const Measure& measure, const std::vector<AgeSums>& groups,
                   std::int16_t at_age) {
  Figure figure;
  Sum deaths;
  Sum people;
  for (const AgeSums& group : groups) {
    if (group.deaths.overflow || group.people.overflow) return no_figure(too_large());
    if (measure.method == Method::premature_30q70 && (group.from < 30 || group.from >= 70))
      continue;
    deaths.n += group.deaths.n;
    people.n += group.people.n;
    deaths.decimal |= group.deaths.decimal;
    people.decimal |= group.people.decimal;
  }
  figure.numerator = deaths;
  figure.denominator = people;
  const std::vector<stats::AgeGroup> known = age_groups(groups);
  if (measure.method == Method::premature_30q70)
    return premature_figure(measure, std::move(figure), known);
  const auto table = stats::life_table(known, {.open_from = open_age});
  if (!table) return refused(std::move(figure), {"无法计算寿命表", table.error().message});
  const auto row = std::ranges::find(*table, at_age, &stats::LifeExpectancy::from);
  if (row == table->end())
    return refused(std::move(figure), {"寿命表没有该年龄", "the life table has no such age"});
  if (row->limits) {
    figure.lower = measure.multiplier * row->limits->lower;
    figure.upper = measure.multiplier * row->limits->upper;
  }
  if (!row->years) return refused(std::move(figure), refusal_text(row->status));
  figure.value = measure.multiplier * *row->years;
  return figure;
}

std::string printed(const Measure& measure, const std::optional<double>& value) {
  if (!value) return {};
  const std::string text = fmt::format("{:.{}f}", *value, measure.decimals);
  return std::strtod(text.c_str(), nullptr) == 0 && text.front() == '-' ? text.substr(1) : text;
}

Judged judge_figure(const Measure& measure, const Figure& figure, const Period& period,
                    std::string_view level) {
  Judged judged;
  const int year = civil(period.first).year;
  judged.target = target_for(measure, year, level);
  if (judged.target == nullptr && level == "street")
    judged.target = target_for(measure, year, "district");
  if (judged.target == nullptr) {
    judged.reason = {"没有目标", "there is no target"};
    return judged;
  }
  if (!figure.value) {
    judged.reason = figure.reason.value_or(Localized{});
    return judged;
  }
  const bool adds_up = measure.method == Method::count || measure.method == Method::rate;
  if (adds_up && period.kind != Period::Kind::year) {
    judged.reason = {"年度目标不与月度、季度数值比较",
                     "a yearly target is not compared with a month or a quarter"};
    return judged;
  }
  if (level == "street" && measure.method == Method::count && judged.target->level == "district") {
    judged.reason = {"全区合计目标不与街道数值比较",
                     "a target for the district's total is not compared with a street"};
    return judged;
  }
  Question question;
  question.target_text = judged.target->text;
  question.better = measure.better;
  question.unit = measure.unit;
  question.value_text = printed(measure, figure.value);
  question.value_year = year;
  question.target_year = judged.target->year;
  const Evaluation evaluation = evaluate(question);
  judged.status = evaluation.status;
  judged.reason = evaluation.reason;
  if (evaluation.gap) judged.gap = to_double(*evaluation.gap);
  judged.in_interval = lies_in_interval(measure, figure, std::move(question));
  if (judged.in_interval) {
    judged.reason.zh += (judged.reason.zh.empty() ? "" : "；") +
                        std::string("目标值在95%置信区间内，与目标的差别可能出于偶然");
    judged.reason.en += (judged.reason.en.empty() ? "" : "; ") +
                        std::string(
                            "the target lies inside the 95 % interval: the difference "
                            "from it may be chance");
  }
  return judged;
}

}  // namespace hb::indicators
