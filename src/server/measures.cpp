#include "server/measures.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/json_text.hpp"

namespace hb::server {

namespace {

using indicators::By;
using indicators::CellsAsk;
using indicators::Figure;
using indicators::Measure;
using indicators::MeasureCell;
using indicators::Snapshot;

json::value number_or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

/// Counts as whole numbers, sums of DECIMAL with what stands behind the point.
json::value sum_value(const std::optional<indicators::Sum>& sum) {
  if (!sum) return nullptr;
  if (!sum->decimal) return sum->n;
  return sum->number();
}

/// Rounded to what is printed: pages must not show digits that the indicator does not have.
json::value rounded(const Measure& measure, const std::optional<double>& value) {
  if (!value) return nullptr;
  return std::stod(indicators::printed(measure, value));
}

void put_figure(json::object& object, const Measure& measure, const Figure& figure) {
  object["value"] = rounded(measure, figure.value);
  object["lower"] = rounded(measure, figure.lower);
  object["upper"] = rounded(measure, figure.upper);
  object["numerator"] = sum_value(figure.numerator);
  object["denominator"] = sum_value(figure.denominator);
  object["reason"] = figure.reason ? json::value(texts(*figure.reason)) : json::value(nullptr);
}

void put_judged(json::object& object, const indicators::Judged& judged) {
  object["status"] = judged.target != nullptr ? json::value(indicators::status_word(judged.status))
                                              : json::value(nullptr);
  object["status_reason"] = texts_or_null(judged.reason);
  object["gap"] = number_or_null(judged.gap);
}

json::object target_object(const Measure& measure, const indicators::MeasureTarget& target) {
  const indicators::Cell cell = indicators::read_target(target.text, measure.better);
  json::value value = nullptr;
  if (cell.kind == indicators::CellKind::numbers && cell.quantities.size() == 1 &&
      !cell.quantities.front().upper && !cell.quantities.front().change)
    value = indicators::to_double(cell.quantities.front().number);
  return {{"text", target.text},
          {"level", target.level},
          {"year", target.year},
          {"value", std::move(value)},
          {"source", texts(target.source)}};
}

json::object head_object(const Measure& measure) {
  constexpr std::pair<Period::Kind, std::string_view> kinds[] = {{Period::Kind::month, "month"},
                                                                 {Period::Kind::quarter, "quarter"},
                                                                 {Period::Kind::year, "year"}};
  json::array periods;
  for (const auto& [kind, word] : kinds)
    if (measure.has_period(kind)) periods.emplace_back(word);
  json::array responsible;
  if (measure.institution) responsible.emplace_back("institution");
  if (measure.team) responsible.emplace_back("team");
  return {{"id", measure.id},
          {"field", measure.field},
          {"responsible", std::move(responsible)},
          {"title", texts(measure.title)},
          {"unit", texts(measure.unit)},
          {"decimals", measure.decimals},
          {"better", indicators::better_word(measure.better)},
          {"method", indicators::method_word(measure.method)},
          {"multiplier", measure.multiplier},
          {"periods", std::move(periods)},
          {"has_list", measure.list.has_value()}};
}

/// What a printed figure and a computed one are counted by, where that is not the same.
json::value basis_difference(const indicators::Basis& printed, const indicators::Basis& computed) {
  if (printed.population.zh == computed.population.zh && printed.area.zh == computed.area.zh)
    return nullptr;
  return texts({"口径不同，不能直接比较。原表：" + printed.population.zh + "，" + printed.area.zh,
                "Another basis, not comparable as it is. Printed: " + printed.population.en + ", " +
                    printed.area.en});
}

/// What plans print for the same thing, oldest first.
json::array reported_array(const Services& services, const Measure& measure) {
  json::array reported;
  for (const std::string& id : measure.plan_rows) {
    const indicators::Indicator* row = services.catalogue.indicator(id);
    const indicators::Plan* plan = row != nullptr ? services.catalogue.plan(row->plan) : nullptr;
    if (plan == nullptr) continue;
    for (const indicators::ReportedPoint& point : row->history)
      reported.push_back(
          json::object{{"indicator", row->id},
                       {"plan", texts(plan->title)},
                       {"no", row->no},
                       {"name", texts(row->name)},
                       {"year", point.year ? json::value(*point.year) : json::value(nullptr)},
                       {"text", point.text},
                       {"value", point.number ? json::value(indicators::to_double(*point.number))
                                              : json::value(nullptr)},
                       {"differs", basis_difference(row->basis, measure.basis)}});
  }
  return reported;
}

/// Null: the measure is a count, or made of others without a fraction.
const Localized* denominator_name(const Measure& measure) {
  if (measure.denominator) return &measure.denominator->name;
  if (!measure.derivation || !measure.derivation->formula) return nullptr;
  const auto& side = measure.derivation->formula->denominator;
  return side ? &side->name : nullptr;
}

indicators::GivingRules giving_rules(const Services& services) {
  return {services.catalogue.policy(), services.compartments};
}

std::vector<CellsAsk> asks_for(const Measure& measure, const Period& period,
                               const std::string& area) {
  return {{&measure, period, area, By::none},
          {&measure, indicators::period_before(period), area, By::none},
          {&measure, period, area, By::trend}};
}

}  // namespace

std::unique_ptr<indicators::MeasureEngine> make_measure_engine(
    const Services& services, const std::string& store,
    std::shared_ptr<const indicators::AreaProfile> profile) {
  indicators::MeasureOptions options;
  options.directory = store;
  options.today = services.today();
  options.profile = std::move(profile);
  return std::make_unique<indicators::MeasureEngine>(services.hub.tables(), services.hub.store(),
                                                     services.catalogue.measures(), options);
}

std::vector<Period> first_periods(Date today) {
  const YearMonthDay day = civil(today);
  const Period year = *parse_period(fmt::format("{:04}", day.year));
  return {indicators::month_of(today),
          *parse_period(fmt::format("{:04}-Q{}", day.year, (day.month + 2) / 3)), year,
          indicators::period_before(year)};
}

std::vector<Period> later_periods(Date today) {
  constexpr int before[] = {12, 4, 4};  // months, quarters; years beside the one before
  const std::vector<Period> first = first_periods(today);
  const Period newest[] = {first[0], first[1], first[3]};
  std::vector<Period> periods;
  for (std::size_t kind = 0; kind < std::size(newest); ++kind) {
    Period period = newest[kind];
    for (int i = 0; i < before[kind]; ++i)
      periods.push_back(period = indicators::period_before(period));
  }
  return periods;
}

Result<void> check_period(const Services& services, const Period& period) {
  constexpr int always = 10;  // years before today that need no look into the tables
  const int year = civil(period.first).year;
  const int newest = civil(services.today()).year;
  if (year > newest + 1)
    return fail(ErrorCode::invalid_input,
                fmt::format("this year lies ahead; the data end in {}", newest), "period");
  if (year >= newest - always) return {};
  const int first = civil(services.measures->first_event_day()).year;
  if (year >= first) return {};
  return fail(ErrorCode::invalid_input, fmt::format("the data go from {} to {}", first, newest),
              "period");
}

Reader reader_of(const Services& services, const Principal& principal) {
  Reader reader = indicators::reader_of(giving_rules(services), principal);
  reader.internal = services.gate.may(principal, internal_figures);
  return reader;
}

bool is_kept_from(const Services& services, const Principal& principal, const Measure& measure) {
  return measure.internal && !services.gate.may(principal, internal_figures);
}

const Measure* given_measure(const Services& services, const Principal& principal,
                             std::string_view id) {
  const Measure* const measure = services.measures->find(id);
  const bool kept = measure != nullptr && is_kept_from(services, principal, *measure);
  return kept ? nullptr : measure;
}

Result<std::vector<MeasureCell>> given_cells(const Services& services, const Snapshot& snapshot,
                                             const Reader& reader, const CellsAsk& ask) {
  return indicators::given_cells(*services.measures, giving_rules(services), snapshot, reader, ask);
}

json::object measure_view(const Measure& measure, const MeasureCell& cell,
                          const std::optional<double>& previous,
                          const std::vector<MeasureCell>& trend) {
  json::object object = head_object(measure);
  put_figure(object, measure, cell.figure);
  put_judged(object, cell.judged);
  object["target"] = cell.judged.target != nullptr
                         ? json::value(target_object(measure, *cell.judged.target))
                         : json::value(nullptr);
  object["previous"] = rounded(measure, previous);
  json::array points;
  for (const MeasureCell& one : trend)
    points.push_back(json::object{{"period", format_period(one.period)},
                                  {"value", rounded(measure, one.figure.value)},
                                  {"lower", rounded(measure, one.figure.lower)},
                                  {"upper", rounded(measure, one.figure.upper)}});
  object["trend"] = std::move(points);
  return object;
}

Result<json::object> measure_object(const Services& services, const Snapshot& snapshot,
                                    const Reader& reader, const CellsAsk& ask) {
  const auto one =
      given_cells(services, snapshot, reader, {ask.measure, ask.period, ask.area, By::none});
  if (!one) return unexpected(one.error());
  const auto before =
      given_cells(services, snapshot, reader,
                  {ask.measure, indicators::period_before(ask.period), ask.area, By::none});
  if (!before) return unexpected(before.error());
  const auto trend =
      given_cells(services, snapshot, reader, {ask.measure, ask.period, ask.area, By::trend});
  if (!trend) return unexpected(trend.error());
  return measure_view(*ask.measure, one->front(), before->front().figure.value, *trend);
}

Result<json::object> measure_detail(const Services& services, const Snapshot& snapshot,
                                    const Reader& reader, const CellsAsk& ask) {
  auto object = measure_object(services, snapshot, reader, ask);
  if (!object) return object;
  const Measure& measure = *ask.measure;
  const indicators::Basis& basis = measure.basis;
  (*object)["basis"] = json::object{{"population", texts(basis.population)},
                                    {"area", texts(basis.area)},
                                    {"year", texts(basis.year)},
                                    {"date", texts(basis.date)}};
  (*object)["source"] =
      json::object{{"title", texts(measure.source.title)}, {"document", measure.source.document}};
  (*object)["version"] = measure.version;
  const Localized* const denominator = denominator_name(measure);
  (*object)["numerator_name"] = texts_or_null(measure.numerator.name);
  (*object)["denominator_name"] =
      denominator != nullptr ? json::value(texts(*denominator)) : json::value(nullptr);
  (*object)["sql"] = json::object{
      {"numerator", measure.derivation ? json::value(nullptr) : json::value(measure.numerator.sql)},
      {"denominator",
       measure.denominator ? json::value(measure.denominator->sql) : json::value(nullptr)}};
  const auto whole =
      given_cells(services, snapshot, reader, {ask.measure, ask.period, ask.area, By::none});
  if (!whole) return unexpected(whole.error());
  (*object)["derivation"] = derivation_value(services, measure, whole->front());
  json::array targets;
  for (const indicators::MeasureTarget& target : measure.targets)
    targets.push_back(target_object(measure, target));
  (*object)["targets"] = std::move(targets);
  (*object)["reported"] = reported_array(services, measure);
  (*object)["period"] = format_period(ask.period);
  (*object)["area"] = ask.area;
  (*object)["feed"] = snapshot.feed;
  (*object)["as_of"] = format_instant(snapshot.as_of);
  return object;
}

json::object measure_row(const Services& services, const Measure& measure, By by,
                         const MeasureCell& cell) {
  std::string key;
  Localized name;
  switch (by) {
    case By::area:
      key = cell.area;
      name = cell.area_unknown ? Localized{"区划不详", "Area unknown"}
                               : services.areas.name(cell.area);
      break;
    case By::sex:
      key = indicators::sex_word(*cell.sex);
      name = indicators::sex_name(*cell.sex);
      break;
    case By::age:
      key = *cell.age == indicators::unknown_age ? "unknown" : std::to_string(*cell.age);
      name = indicators::age_name(measure, *cell.age);
      break;
    default:
      key = format_period(cell.period);
      name = {key, key};
  }
  json::object object{{"key", key}, {"name", texts(name)}};
  put_figure(object, measure, cell.figure);
  put_judged(object, cell.judged);
  object["rank"] = cell.rank ? json::value(*cell.rank) : json::value(nullptr);
  if (measure.derivation) object["parts"] = row_parts(measure, cell);
  return object;
}

void ensure_measures(const Services& services, const std::vector<CellsAsk>& asks) {
  indicators::MeasureEngine& engine = *services.measures;
  if (!engine.wait_until_ready(std::chrono::seconds(2))) return;
  std::vector<const Measure*> wanted(1);
  // Whether a figure is given may depend on how many residents there are.
  if (const Measure* people = indicators::people_counted(engine, giving_rules(services)))
    wanted.push_back(people);
  for (const CellsAsk& ask : asks) {
    wanted.front() = ask.measure;
    engine.ensure(wanted, indicators::periods_for(ask));
  }
}

indicators::CellSource source_of(const Services& services, const Reader& reader) {
  return [&services, reader](const CellsAsk& ask) {
    ensure_measures(services, {ask});
    return given_cells(services, *services.measures->snapshot(), reader, ask);
  };
}

std::string list_word(const Reader& reader) {
  return std::string(reader.small_counts ? "c" : "") + (reader.small_groups ? "g" : "") +
         (reader.internal ? "i" : "");
}

Result<std::string> make_measure_list(Services& services, const std::string& key) {
  const std::size_t bar = key.find('|');
  const std::size_t end = key.find('|', bar + 1);
  const std::string area = key.substr(0, bar);
  const Result<Period> period = parse_period(key.substr(bar + 1, end - bar - 1));
  // Who may read the area has been asked before: the numbers are the same for all whom the same is
  // given.
  const std::string word = key.substr(end + 1);
  const Reader reader{Principal::published("public-health"), word.find('c') != word.npos,
                      word.find('g') != word.npos, word.find('i') != word.npos};
  if (!period) return unexpected(period.error());
  std::vector<CellsAsk> asks;
  for (const Measure& measure : services.measures->measures())
    std::ranges::move(asks_for(measure, *period, area), std::back_inserter(asks));
  ensure_measures(services, asks);
  const auto snapshot = services.measures->snapshot();
  json::array items;
  for (const Measure& measure : services.measures->measures()) {
    if (measure.internal && !reader.internal) continue;
    auto object = measure_object(services, *snapshot, reader, {&measure, *period, area, By::none});
    if (!object) return unexpected(object.error());
    items.push_back(std::move(*object));
  }
  return json_text(json::object{{"period", format_period(*period)},
                                {"area", area},
                                {"feed", snapshot->feed},
                                {"as_of", format_instant(snapshot->as_of)},
                                {"items", std::move(items)}});
}

}  // namespace hb::server
