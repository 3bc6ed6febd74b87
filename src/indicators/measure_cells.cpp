#include "indicators/measure_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/check.hpp"
#include "stats/suppression.hpp"

namespace hb::indicators {
namespace {

Localized kinds_text(const Measure& measure) {
  Localized text;
  for (const auto& [kind, name] : {std::pair(Period::Kind::month, Localized{"月", "month"}),
                                   std::pair(Period::Kind::quarter, Localized{"季度", "quarter"}),
                                   std::pair(Period::Kind::year, Localized{"年", "year"})}) {
    if (!measure.has_period(kind)) continue;
    text.zh += (text.zh.empty() ? "" : "、") + name.zh;
    text.en += (text.en.empty() ? "" : ", ") + name.en;
  }
  return {"本指标只按" + text.zh + "计算", "this indicator is computed by " + text.en + " only"};
}

/// Numerator or denominator: of SQL, or counts of other measures that are put together.
struct Side {
  struct Term {
    std::int64_t times;
    MeasureEngine::Gathered gathered;
  };
  std::vector<Term> terms;
};

/// Both parts of a measure over one period.
struct Parts {
  Side numerator;
  Side denominator;
  bool has_denominator = false;
  std::optional<Localized> reason;  ///< why no figure can be made of them
  struct Of;
  std::vector<Of> of;  ///< the measures that a formula is made of

  std::vector<const MeasureEngine::Gathered*> all() const;
};
struct Parts::Of {
  const Measure* measure;
  Parts parts;
};

std::vector<const MeasureEngine::Gathered*> Parts::all() const {
  std::vector<const MeasureEngine::Gathered*> all;
  for (const Of& one : of) std::ranges::copy(one.parts.all(), std::back_inserter(all));
  if (!of.empty()) return all;
  for (const Side* side : {&numerator, &denominator})
    for (const Side::Term& term : side->terms) all.push_back(&term.gathered);
  return all;
}

Localized error_text(const Error& error) {
  const std::string file = error.where.empty() ? "" : error.where + ": ";
  return {"计算出错：" + file + error.message, "not computed: " + file + error.message};
}

/// Of a measure with SQL.
Parts own_parts(const MeasureEngine& engine, const Snapshot& snapshot, const Measure& measure,
                const Period& period) {
  Parts parts;
  parts.numerator.terms.push_back({1, engine.gather(snapshot, measure.numerator, period)});
  parts.has_denominator = measure.denominator.has_value();
  if (parts.has_denominator)
    parts.denominator.terms.push_back({1, engine.gather(snapshot, *measure.denominator, period)});
  for (const MeasureEngine::Gathered* part : parts.all()) {
    if (part->error != nullptr) {
      parts.reason = error_text(*part->error);
      return parts;
    }
    if (!part->complete) {
      parts.reason = {"正在计算", "being computed"};
      return parts;
    }
  }
  const bool nothing = std::ranges::all_of(parts.numerator.terms.front().gathered.slices,
                                           [](const auto& slice) { return slice->no_data; });
  if (nothing) parts.reason = {"本期没有相关记录", "there are no records of this period"};
  return parts;
}

Localized because_of(const Measure& part, const Localized& reason) {
  return {part.title.zh + "：" + reason.zh, part.title.en + ": " + reason.en};
}

Side side_of(const FormulaSide& side, const std::vector<Parts::Of>& of) {
  Side made;
  for (const CountTerm& count : side.counts) {
    const auto one = std::ranges::find_if(
        of, [&](const Parts::Of& known) { return known.measure->id == count.measure; });
    if (one == of.end()) continue;
    const Side& from = count.denominator ? one->parts.denominator : one->parts.numerator;
    for (const Side::Term& term : from.terms)
      made.terms.push_back({count.times * term.times, term.gathered});
  }
  return made;
}

Parts parts_of(const MeasureEngine& engine, const Snapshot& snapshot, const Measure& measure,
               const Period& period) {
  Parts parts;
  parts.reason = obstacle(engine, measure, period);
  if (parts.reason) return parts;
  if (!measure.derivation) return own_parts(engine, snapshot, measure, period);
  const Formula& formula = *measure.derivation->formula;
  for (const std::string& id : formula.measures) {
    const Measure* const part = engine.find(id);
    HB_CHECK(part != nullptr);  // load_measures() has looked
    parts.of.push_back({part, parts_of(engine, snapshot, *part, period)});
    if (parts.of.back().parts.reason && !parts.reason)
      parts.reason = because_of(*part, *parts.of.back().parts.reason);
  }
  if (parts.reason || !formula.numerator) return parts;
  parts.numerator = side_of(*formula.numerator, parts.of);
  parts.has_denominator = formula.denominator.has_value();
  if (parts.has_denominator) parts.denominator = side_of(*formula.denominator, parts.of);
  return parts;
}

/// Adds so many times another sum; exact, or `overflow`.
void add_times(Sum& sum, const Sum& other, std::int64_t times) {
  if (!other.any) return;
  constexpr std::int64_t scale = 10'000;
  bool sound = !sum.overflow && !other.overflow;
  std::int64_t more = 0;
  sound = sound && !__builtin_mul_overflow(other.n, times, &more);
  if (sum.any && sum.decimal != other.decimal) {
    std::int64_t& whole = sum.decimal ? more : sum.n;
    sound = sound && !__builtin_mul_overflow(whole, scale, &whole);
  }
  sound = sound && !__builtin_add_overflow(sum.n, more, &sum.n);
  sum.decimal = sum.decimal || other.decimal;
  sum.any = true;
  sum.overflow = !sound;
}

Sum sum_of(const Side& side, const Pick& pick) {
  Sum sum;
  const bool own = side.terms.size() == 1 && side.terms.front().times == 1;
  for (const Side::Term& term : side.terms) {
    Sum one;
    for (const auto& slice : term.gathered.slices) add(one, *slice, pick);
    if (own) return one;
    add_times(sum, one, term.times);
  }
  return sum;
}

/// Age groups that occur in the parts.
std::set<std::int16_t> ages_of(const Parts& parts) {
  std::set<std::int16_t> ages;
  for (const MeasureEngine::Gathered* part : parts.all())
    for (const auto& slice : part->slices)
      for (const Slice::Row& row : slice->rows) ages.insert(row.age);
  return ages;
}

std::set<std::string> areas_of(const Parts& parts, const std::string& prefix) {
  std::set<std::string> areas;
  for (const MeasureEngine::Gathered* part : parts.all())
    for (const auto& slice : part->slices)
      for (const std::string& area : slice->areas)
        if (area.starts_with(prefix)) areas.insert(area);
  return areas;
}

std::vector<AgeSums> age_sums(const Parts& parts, Pick pick) {
  std::vector<AgeSums> sums;
  for (const std::int16_t age : ages_of(parts)) {
    if (age == unknown_age) continue;
    pick.age = age;
    sums.push_back({age, sum_of(parts.numerator, pick), sum_of(parts.denominator, pick)});
  }
  return sums;
}

Figure figure_for(const Measure& measure, const Parts& parts, const Pick& pick);

/// A value made of other measures' values.
Figure value_figure(const Measure& measure, const Parts& parts, const Pick& pick) {
  std::optional<Localized> missing;
  const auto term = [&](TermOf of, const std::string& id) -> std::optional<double> {
    const auto one = std::ranges::find_if(
        parts.of, [&](const Parts::Of& known) { return known.measure->id == id; });
    const Figure figure = figure_for(*one->measure, one->parts, pick);
    const auto& count = of == TermOf::numerator ? figure.numerator : figure.denominator;
    const bool given = of == TermOf::value ? figure.value.has_value() : count.has_value();
    if (!given && !missing)
      missing = because_of(*one->measure,
                           figure.reason.value_or(Localized{"没有数值", "there is no value"}));
    if (of == TermOf::value) return figure.value;
    return count ? std::optional(count->number()) : std::nullopt;
  };
  const auto value = evaluate(measure.derivation->formula->value, term);
  if (!value)
    return no_figure(
        missing.value_or(Localized{"算式中除数为零", "a divisor in the formula is 0"}));
  Figure figure;
  figure.value = measure.multiplier * *value;
  return figure;
}

Figure figure_for(const Measure& measure, const Parts& parts, const Pick& pick) {
  if (parts.reason) return no_figure(*parts.reason);
  if (measure.method == Method::formula) return value_figure(measure, parts, pick);
  if (is_life_table(measure.method)) {
    Pick everyone = pick;
    everyone.age.reset();
    return life_figure(measure, age_sums(parts, everyone), pick.age.value_or(0));
  }
  const Sum numerator = sum_of(parts.numerator, pick);
  if (!parts.has_denominator) return figure_of(measure, numerator, nullptr);
  const Sum denominator = sum_of(parts.denominator, pick);
  return figure_of(measure, numerator, &denominator);
}

/// Everything that stays the same for the cells of one answer.
struct Maker {
  const MeasureEngine& engine;
  const Snapshot& snapshot;
  const Measure& measure;

  MeasureCell make(const Parts& parts, const Period& period, const Pick& pick) const {
    MeasureCell cell{period, pick.area};
    cell.area_unknown = pick.area_unknown_only;
    cell.sex = pick.sex;
    cell.age = pick.age;
    cell.figure = figure_for(measure, parts, pick);
    for (const Parts::Of& one : parts.of)
      cell.parts.push_back({one.measure, figure_for(*one.measure, one.parts, pick), {}, {}, {}});
    cell.feed = snapshot.feed;
    const bool part_of_people = pick.sex || pick.age || pick.area_unknown_only;
    if (part_of_people)
      cell.judged.reason = {"分组数值不与目标比较", "a part of the people has no target"};
    else
      cell.judged = judge_figure(measure, cell.figure, period,
                                 pick.area.size() < street_digits ? "district" : "street");
    return cell;
  }

  Parts parts(const Period& period) const { return parts_of(engine, snapshot, measure, period); }
};

std::vector<MeasureCell> by_area(const Maker& maker, const Principal& principal,
                                 const CellsAsk& ask) {
  const Parts parts = maker.parts(ask.period);
  std::vector<MeasureCell> cells;
  for (const std::string& area : areas_of(parts, ask.area)) {
    Pick pick;
    pick.area = area;
    pick.area_unknown_only = area.empty();
    if (area.empty() ? principal.unrestricted : may_read(principal, area))
      cells.push_back(maker.make(parts, ask.period, pick));
  }
  set_ranks(maker.measure, cells);
  return cells;
}

std::vector<MeasureCell> by_periods(const Maker& maker, const CellsAsk& ask) {
  std::vector<MeasureCell> cells;
  const std::vector<Period> periods =
      ask.by == By::month ? months_of(ask.period) : trend_of(maker.measure, ask.period);
  for (const Period& period : periods) {
    Pick pick;
    pick.area = ask.area;
    cells.push_back(maker.make(maker.parts(period), period, pick));
  }
  return cells;
}

std::vector<MeasureCell> by_people(const Maker& maker, const CellsAsk& ask) {
  const Parts parts = maker.parts(ask.period);
  std::vector<MeasureCell> cells;
  Pick pick;
  pick.area = ask.area;
  if (ask.by == By::sex) {
    std::set<Sex> sexes;
    for (const MeasureEngine::Gathered* part : parts.all())
      for (const auto& slice : part->slices)
        for (const Slice::Row& row : slice->rows) sexes.insert(row.sex);
    for (const Sex sex : sexes) {
      pick.sex = sex;
      cells.push_back(maker.make(parts, ask.period, pick));
    }
    return cells;
  }
  std::set<std::int16_t> ages = ages_of(parts);
  if (is_life_table(maker.measure.method)) ages.erase(unknown_age);
  for (const std::int16_t age : ages) {
    pick.age = age;
    cells.push_back(maker.make(parts, ask.period, pick));
  }
  return cells;
}

}  // namespace

std::optional<Localized> obstacle(const MeasureEngine& engine, const Measure& measure,
                                  const Period& period) {
  if (!measure.has_period(period.kind)) return kinds_text(measure);
  if (period.first > engine.options().today)
    return Localized{"统计期尚未开始", "the period has not begun"};
  return std::nullopt;
}

void set_ranks(const Measure& measure, std::vector<MeasureCell>& cells) {
  const auto is_better = [&](double a, double b) {
    return measure.better == Better::lower ? a < b : a > b;
  };
  for (MeasureCell& cell : cells) {
    if (!cell.figure.value || cell.area_unknown) continue;
    int ahead = 0;
    for (const MeasureCell& other : cells)
      if (other.figure.value && !other.area_unknown)
        ahead += is_better(*other.figure.value, *cell.figure.value) ? 1 : 0;
    cell.rank = ahead + 1;
  }
}

void hide_small_counts(const Measure& measure, By by, int below, const Localized& reason,
                       std::vector<MeasureCell>& cells) {
  const bool proportion = measure.method == Method::proportion;
  const auto counts_of = [&](bool gap) {
    std::vector<std::optional<double>> counts;
    for (const MeasureCell& cell : cells) {
      const auto& n =
          measure.method == Method::mean ? cell.figure.denominator : cell.figure.numerator;
      if (!n || n->decimal || is_life_table(measure.method))
        counts.emplace_back();
      else if (!gap)
        counts.emplace_back(n->number());
      else if (cell.figure.denominator && !cell.figure.denominator->decimal)
        counts.emplace_back(cell.figure.denominator->number() - n->number());
      else
        counts.emplace_back();
    }
    return counts;
  };
  const bool adds_up = by != By::none;
  std::vector<bool> hidden = stats::hidden_counts(counts_of(false), below, adds_up);
  if (proportion) {
    const std::vector<bool> gaps = stats::hidden_counts(counts_of(true), below, adds_up);
    for (std::size_t i = 0; i < hidden.size(); ++i) hidden[i] = hidden[i] || gaps[i];
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!hidden[i]) continue;
    MeasureCell& cell = cells[i];
    std::optional<Sum> denominator = std::move(cell.figure.denominator);
    cell.figure = no_figure(reason);
    if (measure.method != Method::mean) cell.figure.denominator = std::move(denominator);
    cell.judged = {};
    cell.judged.reason = reason;
    cell.rank.reset();
    cell.parts.clear();
  }
}

bool may_read(const Principal& principal, const std::string& area) {
  return principal.unrestricted ||
         std::ranges::any_of(principal.areas, [&](const std::string& own) {
           return !own.empty() && area.starts_with(own);
         });
}

std::vector<Period> trend_of(const Measure& measure, const Period& period) {
  Period last = period;
  std::size_t count = 12;
  if (measure.has_period(Period::Kind::month)) {
    last = month_of(period.last);
  } else if (measure.has_period(Period::Kind::quarter)) {
    const YearMonthDay day = civil(period.last);
    last = *parse_period(fmt::format("{:04}-Q{}", day.year, (day.month + 2) / 3));
    count = 8;
  } else {
    last = *parse_period(fmt::format("{:04}", civil(period.last).year));
    count = 5;
  }
  std::vector<Period> periods;
  for (; periods.size() < count; last = period_before(last)) periods.push_back(last);
  std::ranges::reverse(periods);
  return periods;
}

std::vector<Period> periods_for(const CellsAsk& ask) {
  if (ask.by == By::month) return months_of(ask.period);
  if (ask.by == By::trend) return trend_of(*ask.measure, ask.period);
  return {ask.period};
}

Result<std::vector<MeasureCell>> cells_of(const MeasureEngine& engine, const Snapshot& snapshot,
                                          const Principal& principal, const CellsAsk& ask) {
  if (ask.measure->method == Method::composite)
    return composite_cells(engine, snapshot, principal, ask);
  const Maker maker{engine, snapshot, *ask.measure};
  if (ask.by == By::area) return by_area(maker, principal, ask);
  if (!may_read(principal, ask.area))
    return fail(ErrorCode::forbidden, "this area is outside the areas that you may see", ask.area);
  if (ask.by == By::age && ask.measure->method == Method::premature_30q70)
    return fail(ErrorCode::invalid_input, "premature mortality has no age groups", ask.measure->id);
  if (ask.by == By::age && ask.measure->method == Method::formula &&
      std::ranges::any_of(engine.behind(*ask.measure),
                          [](const Measure* one) { return is_life_table(one->method); }))
    return fail(ErrorCode::invalid_input, "a formula over life tables has no age groups",
                ask.measure->id);
  if (ask.by == By::sex || ask.by == By::age) return by_people(maker, ask);
  if (ask.by == By::month || ask.by == By::trend) return by_periods(maker, ask);
  Pick pick;
  pick.area = ask.area;
  return std::vector{maker.make(maker.parts(ask.period), ask.period, pick)};
}

Result<MeasureCell> cell_of(const MeasureEngine& engine, const Snapshot& snapshot,
                            const Principal& principal, const CellsAsk& ask) {
  Result<std::vector<MeasureCell>> cells =
      cells_of(engine, snapshot, principal, {ask.measure, ask.period, ask.area, By::none});
  if (!cells) return unexpected(cells.error());
  return std::move(cells->front());
}

Localized age_name(const Measure& measure, std::int16_t age) {
  if (age == unknown_age) return {"年龄不详", "age unknown"};
  if (age >= 85) return {fmt::format("{}岁及以上", age), fmt::format("{} and over", age)};
  if (measure.method == Method::life_expectancy)
    return {fmt::format("{}岁时", age), fmt::format("at age {}", age)};
  return {fmt::format("{}–{}岁", age, age + 4), fmt::format("{}–{}", age, age + 4)};
}

Localized sex_name(Sex sex) {
  switch (sex) {
    case Sex::male:
      return {"男", "male"};
    case Sex::female:
      return {"女", "female"};
    case Sex::other:
      return {"其他", "other"};
    case Sex::unknown:
      break;
  }
  return {"不详", "unknown"};
}

}  // namespace hb::indicators
