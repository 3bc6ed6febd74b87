// Comparison of a computed indicator: streets, institutions and teams against all of them
// together, a street against similar ones.
#include <algorithm>
#include <cmath>
#include <map>

#include "crypto/digest.hpp"
#include "indicators/compare.hpp"
#include "indicators/responsible.hpp"
#include "indicators/similar.hpp"
#include "indicators/small_groups.hpp"
#include "server/measures.hpp"
#include "server/parameters.hpp"
#include "server/plan_routes.hpp"

namespace hb::server {

namespace {

using indicators::By;
using indicators::CellsAsk;
using indicators::ComparedArea;
using indicators::Measure;
using indicators::MeasureCell;
using indicators::ResponsiblePart;
using indicators::UnitCount;

constexpr std::size_t district_digits = 6;
constexpr std::int64_t most_neighbours = 20;

json::value number_or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

/// Rounded to what is printed.
json::value rounded(const Measure& measure, const std::optional<double>& number) {
  if (!number) return nullptr;
  return std::stod(indicators::printed(measure, number));
}

/// What a request asks.
struct Asked {
  CellsAsk ask{};
  const ResponsiblePart* who = nullptr;  ///< null: streets are compared
  std::string_view by = "area";
  bool widened = false;
  bool similar = false;
  std::optional<std::int64_t> k;
};

Parsed<Asked> asked_of(const Request& request, const Principal& principal,
                       const Services& services) {
  Asked asked;
  asked.ask.measure = given_measure(services, principal, request.capture("id"));
  if (asked.ask.measure == nullptr)
    return unexpected(not_found({"该计算指标", "such computed indicator"}));
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  asked.ask.area = *area;
  const auto period = period_of(request, std::to_string(civil(services.today()).year));
  if (!period) return unexpected(period.error());
  if (const Result<void> known = check_period(services, *period); !known)
    return unexpected(outcome(known.error()));
  asked.ask.period = *period;
  const auto widened = word_of(request, "widened", {"yes", "no"});
  if (!widened) return unexpected(widened.error());
  asked.widened = *widened == "yes";
  const auto by = word_of(request, "by", {"area", "institution", "team"});
  if (!by) return unexpected(by.error());
  const auto among = word_of(request, "among", {"all", "similar"});
  if (!among) return unexpected(among.error());
  asked.similar = *among == "similar";
  const auto k = number_of(request, "k", 1, most_neighbours);
  if (!k) return unexpected(k.error());
  asked.k = *k;
  if (by->empty() || *by == "area") return asked;
  asked.by = *by == "team" ? "team" : "institution";
  const auto& who = *by == "team" ? asked.ask.measure->team : asked.ask.measure->institution;
  if (!who)
    return unexpected(not_found({"该指标的责任单位划分", "such a split of this indicator"}));
  if (asked.similar)
    return unexpected(
        outcome({ErrorCode::invalid_input, "only streets have similar ones: by=area", "among"}));
  asked.who = &*who;
  return asked;
}

/// What is compared, this period and the one before, with the name of each row.
struct Rows {
  std::vector<MeasureCell> cells;
  std::vector<MeasureCell> before;
  std::map<std::string, const UnitCount*> units;
  std::shared_ptr<const indicators::UnitCounts> counts;  ///< keeps `units`
};

MeasureCell unit_cell(const CellsAsk& ask, const UnitCount& unit, bool unknown) {
  MeasureCell cell{ask.period, unit.unit};
  cell.area_unknown = unknown;
  indicators::Sum numerator;
  numerator.n = unit.numerator;
  numerator.any = true;
  indicators::Sum denominator = numerator;
  denominator.n = unit.denominator;
  cell.figure = indicators::figure_of(*ask.measure, numerator, &denominator);
  return cell;
}

/// The units' figures as the reader is given them: a reader to whom a compartment is closed gets
/// figures without it, one without the right to small counts none of few persons.
Result<std::vector<MeasureCell>> unit_cells(const Services& services, const Reader& reader,
                                            const CellsAsk& ask, const ResponsiblePart& who,
                                            std::shared_ptr<const indicators::UnitCounts>& counts) {
  auto found =
      services.measures->units(*ask.measure, who, ask.period, ask.area, !reader.small_groups);
  if (!found) return unexpected(found.error());
  counts = *found;
  std::vector<MeasureCell> cells;
  for (const UnitCount& unit : counts->units) cells.push_back(unit_cell(ask, unit, false));
  if (counts->unknown.denominator > 0) cells.push_back(unit_cell(ask, counts->unknown, true));
  if (!reader.internal && ask.measure->has_internal_counts())
    for (MeasureCell& cell : cells) cell.figure.numerator = cell.figure.denominator = {};
  const auto& policy = services.catalogue.policy();
  if (!reader.small_counts && policy)
    indicators::hide_small_counts(*ask.measure, By::area, policy->small_count(),
                                  policy->small_basis(), cells);
  return cells;
}

/// Who may see the area sees its units; an institution sees itself among the published figures of
/// the others.
Parsed<Reader> unit_reader(const Services& services, const Principal& principal,
                           const std::string& area) {
  Reader reader = reader_of(services, principal);
  if (indicators::may_read(principal, area)) return reader;
  if (principal.organizations.empty())
    return unexpected(
        outcome({ErrorCode::forbidden, "this area is outside the areas that you may see", "area"}));
  reader.small_counts = false;
  reader.small_groups = false;
  return reader;
}

Parsed<Rows> unit_rows(const Services& services, const Principal& principal, const Asked& asked) {
  const auto reader = unit_reader(services, principal, asked.ask.area);
  if (!reader) return unexpected(reader.error());
  Rows rows;
  std::shared_ptr<const indicators::UnitCounts> former;
  auto cells = unit_cells(services, *reader, asked.ask, *asked.who, rows.counts);
  if (!cells) return unexpected(outcome(cells.error()));
  rows.cells = std::move(*cells);
  CellsAsk before = asked.ask;
  before.period = indicators::period_before(asked.ask.period);
  auto earlier = unit_cells(services, *reader, before, *asked.who, former);
  if (!earlier) return unexpected(outcome(earlier.error()));
  rows.before = std::move(*earlier);
  for (const UnitCount& unit : rows.counts->units) rows.units.emplace(unit.unit, &unit);
  return rows;
}

Parsed<Rows> area_rows(const Services& services, const Principal& principal, const Asked& asked) {
  const CellsAsk streets{asked.ask.measure, asked.ask.period,
                         asked.ask.area.substr(0, district_digits), By::area};
  CellsAsk before = streets;
  before.period = indicators::period_before(streets.period);
  const Reader reader = reader_of(services, principal);
  ensure_measures(services, {streets, before});
  const auto snapshot = services.measures->snapshot();
  auto now = given_cells(services, *snapshot, reader, streets);
  if (!now) return unexpected(outcome(now.error()));
  auto earlier = given_cells(services, *snapshot, reader, before);
  if (!earlier) return unexpected(outcome(earlier.error()));
  return Rows{std::move(*now), std::move(*earlier), {}, nullptr};
}

std::vector<ComparedArea> compared(const std::vector<MeasureCell>& cells) {
  std::vector<ComparedArea> areas;
  for (const MeasureCell& cell : cells) {
    if (cell.area_unknown || !cell.figure.value || !cell.figure.numerator ||
        !cell.figure.denominator)
      continue;
    ComparedArea area;
    area.area = cell.area;
    area.events = cell.figure.numerator->number();
    area.denominator = cell.figure.denominator->number();
    areas.push_back(area);
  }
  return areas;
}

bool is_own(const Principal& principal, const UnitCount* unit) {
  return unit != nullptr && !unit->organization.empty() &&
         std::ranges::any_of(principal.organizations, [&](const std::string& id) {
           return std::to_string(crypto::resource_key("Organization", id)) == unit->organization;
         });
}

json::object row_object(const Services& services, const Principal& principal,
                        const Measure& measure, const ComparedArea& area, const Rows& rows) {
  const auto former = std::ranges::find(rows.before, area.area, &MeasureCell::area);
  std::optional<double> previous;
  if (former != rows.before.end()) previous = former->figure.value;
  std::optional<double> change;
  if (previous && area.value) change = *area.value - *previous;
  const auto limit = [&](const std::optional<stats::Interval>& both, bool upper) -> json::value {
    if (!both) return nullptr;
    return rounded(measure, upper ? both->upper : both->lower);
  };
  const auto found = rows.units.find(area.area);
  const UnitCount* const unit = found == rows.units.end() ? nullptr : found->second;
  const Localized name =
      unit != nullptr ? Localized{unit->name, unit->name} : services.areas.name(area.area);
  return {{"key", area.area},
          {"name", texts(name)},
          {"numerator", area.events},
          {"denominator", area.denominator},
          {"value", rounded(measure, area.value)},
          {"lower", limit(area.at95, false)},
          {"upper", limit(area.at95, true)},
          {"lower998", limit(area.at998, false)},
          {"upper998", limit(area.at998, true)},
          {"standing", indicators::standing_word(area.standing)},
          {"previous", rounded(measure, previous)},
          {"change", rounded(measure, change)},
          {"own", is_own(principal, unit)},
          {"distance", nullptr}};
}

/// The profiles of the streets, as the reader is given them. Internal indicators take part: only
/// the distance is told.
Result<std::vector<std::vector<std::optional<double>>>> profiles(
    const Services& services, Reader reader, const CellsAsk& ask,
    const std::vector<std::string>& streets) {
  reader.internal = true;
  std::vector<std::vector<std::optional<double>>> profile(streets.size());
  for (const indicators::ProfileItem& item : services.measures->options().profile->items) {
    const Measure* const measure = services.measures->find(item.measure);
    if (measure == nullptr)
      return fail(ErrorCode::invalid_input, "the profile names an unknown indicator", item.measure);
    const CellsAsk column{measure, ask.period, ask.area.substr(0, district_digits), By::area};
    ensure_measures(services, {column});
    const auto cells = given_cells(services, *services.measures->snapshot(), reader, column);
    if (!cells) return unexpected(cells.error());
    for (std::size_t i = 0; i < streets.size(); ++i) {
      const auto cell = std::ranges::find(*cells, streets[i], &MeasureCell::area);
      std::optional<double> value;
      if (cell != cells->end()) value = cell->figure.value;
      if (value && item.log) value = *value > 0 ? std::optional(std::log(*value)) : std::nullopt;
      profile[i].push_back(value);
    }
  }
  return profile;
}

json::object no_neighbours(const Localized& reason) {
  return {{"area", nullptr},
          {"keys", json::array{}},
          {"pooled", nullptr},
          {"lower", nullptr},
          {"upper", nullptr},
          {"standing", nullptr},
          {"indicators", json::array{}},
          {"why", nullptr},
          {"reason", texts(reason)}};
}

/// The area against its nearest neighbours together.
Result<json::object> neighbours(const Services& services, const Principal& principal,
                                const Asked& asked, const std::vector<ComparedArea>& areas,
                                std::vector<json::object>& rows) {
  const auto& profile = services.measures->options().profile;
  if (!profile)
    return no_neighbours({"场景中没有相似街道的画像定义", "the scenes state no profile of areas"});
  if (asked.ask.area.size() < indicators::street_digits)
    return no_neighbours({"请先选定一个街道", "choose a street first"});
  const std::string own = asked.ask.area.substr(0, indicators::street_digits);
  std::vector<std::string> streets;
  for (const ComparedArea& area : areas) streets.push_back(area.area);
  const auto at = std::ranges::find(streets, own);
  if (at == streets.end())
    return no_neighbours({"该街道没有可比较的数值", "this street has no figure to compare"});
  const auto values = profiles(services, reader_of(services, principal), asked.ask, streets);
  if (!values) return unexpected(values.error());
  std::vector<double> weights;
  json::array items;
  for (const indicators::ProfileItem& item : profile->items) {
    weights.push_back(item.weight);
    items.push_back(json::object{{"id", item.measure},
                                 {"title", texts(services.measures->find(item.measure)->title)}});
  }
  const auto found =
      stats::nearest(*values, weights, static_cast<std::size_t>(at - streets.begin()),
                     static_cast<std::size_t>(asked.k.value_or(profile->k)));
  if (!found)
    return no_neighbours({"可比较的街道不足，或该街道的画像不全",
                          "too few streets to compare, or the street's profile is not whole"});
  std::vector<ComparedArea> similar;
  json::array keys;
  for (const stats::Neighbour& one : *found) {
    similar.push_back(areas[one.row]);
    keys.push_back(json::string(areas[one.row].area));
    rows[one.row]["distance"] = std::round(one.distance * 100) / 100;
  }
  const auto pooled = indicators::pooled_figure(
      *asked.ask.measure, areas[static_cast<std::size_t>(at - streets.begin())], similar);
  if (!pooled) return unexpected(pooled.error());
  return json::object{{"area", own},
                      {"keys", std::move(keys)},
                      {"pooled", rounded(*asked.ask.measure, pooled->value)},
                      {"lower", rounded(*asked.ask.measure, pooled->lower)},
                      {"upper", rounded(*asked.ask.measure, pooled->upper)},
                      {"standing", indicators::standing_word(pooled->standing)},
                      {"indicators", std::move(items)},
                      {"why", texts(profile->why)},
                      {"reason", nullptr}};
}

json::array limits_array(const indicators::AreaComparison& found) {
  json::array limits;
  for (const indicators::FunnelLimit& one : found.limits)
    limits.push_back(json::object{{"denominator", one.denominator},
                                  {"lower95", number_or_null(one.lower95)},
                                  {"upper95", number_or_null(one.upper95)},
                                  {"lower998", number_or_null(one.lower998)},
                                  {"upper998", number_or_null(one.upper998)}});
  return limits;
}

/// What nobody answers for.
json::value unassigned(const Rows& rows) {
  const auto cell = std::ranges::find_if(
      rows.cells, [](const MeasureCell& one) { return one.area_unknown && one.figure.numerator; });
  if (!rows.counts || cell == rows.cells.end()) return nullptr;
  return json::object{{"numerator", cell->figure.numerator->n},
                      {"denominator", cell->figure.denominator->n}};
}

}  // namespace

/// GET /api/measures/{id}/compare?area=&period=&by=&among=&k=&widened=
Response get_measure_compare(Request& request, const Principal& principal, Services& services) {
  const auto asked = asked_of(request, principal, services);
  if (!asked) return asked.error();
  const Measure& measure = *asked->ask.measure;
  const auto rows = asked->who != nullptr ? unit_rows(services, principal, *asked)
                                          : area_rows(services, principal, *asked);
  if (!rows) return rows.error();
  const auto found = indicators::compare_areas(measure, compared(rows->cells), {asked->widened});
  if (!found) return outcome(found.error());
  std::vector<json::object> objects;
  for (const ComparedArea& area : found->areas)
    objects.push_back(row_object(services, principal, measure, area, *rows));
  json::value similar = nullptr;
  if (asked->similar) {
    auto near = neighbours(services, principal, *asked, found->areas, objects);
    if (!near) return outcome(near.error());
    similar = std::move(*near);
  }
  const auto hidden = std::ranges::count_if(rows->cells, [](const MeasureCell& cell) {
    return !cell.area_unknown && !cell.figure.numerator;
  });
  return json_response(
      200,
      json::object{{"id", measure.id},
                   {"period", format_period(asked->ask.period)},
                   {"area", asked->who != nullptr ? asked->ask.area
                                                  : asked->ask.area.substr(0, district_digits)},
                   {"by", asked->by},
                   {"unit", asked->who != nullptr ? json::value(texts(asked->who->name)) : nullptr},
                   {"feed", services.measures->snapshot()->feed},
                   {"benchmark", rounded(measure, found->benchmark)},
                   {"overdispersion", number_or_null(found->overdispersion)},
                   {"widened", found->widened},
                   {"reason", texts_or_null(found->reason)},
                   {"rows", json::array(objects.begin(), objects.end())},
                   {"hidden", hidden},
                   {"unassigned", unassigned(*rows)},
                   {"similar", std::move(similar)},
                   {"limits", limits_array(*found)}});
}

}  // namespace hb::server
