#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <map>

#include "cli/exit_code.hpp"
#include "cli/indicator_plans.hpp"
#include "cli/measure_store.hpp"
#include "core/csv.hpp"
#include "core/json_text.hpp"
#include "indicators/compare.hpp"
#include "indicators/measure_cells.hpp"
#include "indicators/responsible.hpp"
#include "indicators/similar.hpp"

namespace hb::cli {
namespace {

namespace json = boost::json;
using indicators::By;
using indicators::ComparedArea;
using indicators::Measure;
using indicators::MeasureCell;
using indicators::ResponsiblePart;
using indicators::UnitCount;

constexpr std::size_t district_digits = 6;

struct CompareArguments {
  std::string store, scenes, id, area, period;
  std::string by = "street";
  std::string among = "all";
  std::string format = "csv";
  int k = 0;
  int threads = default_threads();
  bool overdispersion = false;
};

/// A row to be compared: a street, an institution or a team.
struct Compared {
  ComparedArea counts;
  std::string name, organization;
  std::optional<double> previous;
};

struct Asked {
  MeasureStore store;
  const Measure* measure;
  Period period;
};

Result<std::vector<MeasureCell>> streets_of(const Asked& asked, const Measure& measure,
                                            const Period& period, const std::string& area) {
  asked.store.engine->ensure({&measure}, {period});
  return indicators::cells_of(*asked.store.engine, *asked.store.engine->snapshot(),
                              Principal::system("operation"),
                              {&measure, period, area.substr(0, district_digits), By::area});
}

Result<std::vector<Compared>> street_rows(const Asked& asked, const std::string& area) {
  const auto now = streets_of(asked, *asked.measure, asked.period, area);
  if (!now) return unexpected(now.error());
  const auto before =
      streets_of(asked, *asked.measure, indicators::period_before(asked.period), area);
  if (!before) return unexpected(before.error());
  std::vector<Compared> rows;
  for (const MeasureCell& cell : *now) {
    if (cell.area_unknown || !cell.figure.numerator || !cell.figure.denominator) continue;
    Compared row;
    row.counts.area = cell.area;
    row.counts.events = cell.figure.numerator->number();
    row.counts.denominator = cell.figure.denominator->number();
    const auto former = std::ranges::find(*before, cell.area, &MeasureCell::area);
    if (former != before->end()) row.previous = former->figure.value;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::optional<double> value_of(const Measure& measure, const UnitCount& unit) {
  indicators::Sum numerator;
  numerator.n = unit.numerator;
  numerator.any = true;
  indicators::Sum denominator = numerator;
  denominator.n = unit.denominator;
  return indicators::figure_of(measure, numerator, &denominator).value;
}

Result<std::vector<Compared>> unit_rows(const Asked& asked, const CompareArguments& arguments) {
  const Measure& measure = *asked.measure;
  const auto& who = arguments.by == "team" ? measure.team : measure.institution;
  if (!who)
    return fail(
        ErrorCode::not_found,
        "this indicator does not say which " + arguments.by + " answers for it (responsible)",
        measure.id);
  const auto now = asked.store.engine->units(measure, *who, asked.period, arguments.area, false);
  if (!now) return unexpected(now.error());
  const auto before = asked.store.engine->units(
      measure, *who, indicators::period_before(asked.period), arguments.area, false);
  if (!before) return unexpected(before.error());
  std::vector<Compared> rows;
  for (const UnitCount& unit : (*now)->units) {
    Compared row;
    row.counts.area = unit.unit;
    row.counts.events = static_cast<double>(unit.numerator);
    row.counts.denominator = static_cast<double>(unit.denominator);
    row.name = unit.name;
    row.organization = unit.organization;
    const auto former = std::ranges::find((*before)->units, unit.unit, &UnitCount::unit);
    if (former != (*before)->units.end()) row.previous = value_of(measure, *former);
    rows.push_back(std::move(row));
  }
  if ((*now)->unknown.denominator > 0)
    say_error(fmt::format("unassigned: {} of {}", (*now)->unknown.numerator,
                          (*now)->unknown.denominator));
  return rows;
}

// --- among similar streets -----------------------------------------------------------------------

struct Similar {
  std::map<std::string, double> distance;  ///< of the neighbours
  indicators::PooledFigure pooled;
};

/// The profile of each street: a row per street.
Result<std::vector<std::vector<std::optional<double>>>> profile_of(
    const Asked& asked, const indicators::AreaProfile& profile, const std::string& area,
    const std::vector<ComparedArea>& streets) {
  std::vector<std::vector<std::optional<double>>> rows(streets.size());
  for (const indicators::ProfileItem& item : profile.items) {
    const Measure* const measure = asked.store.engine->find(item.measure);
    if (measure == nullptr)
      return fail(ErrorCode::invalid_input, "the profile names an unknown indicator", item.measure);
    const auto cells = streets_of(asked, *measure, asked.period, area);
    if (!cells) return unexpected(cells.error());
    for (std::size_t i = 0; i < streets.size(); ++i) {
      const auto cell = std::ranges::find(*cells, streets[i].area, &MeasureCell::area);
      std::optional<double> value;
      if (cell != cells->end()) value = cell->figure.value;
      if (value && item.log) value = *value > 0 ? std::optional(std::log(*value)) : std::nullopt;
      rows[i].push_back(value);
    }
  }
  return rows;
}

Result<Similar> similar_to(const Asked& asked, const CompareArguments& arguments,
                           const std::vector<ComparedArea>& streets) {
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  const auto profile = indicators::load_profile(*scenes);
  if (!profile) return unexpected(profile.error());
  if (*profile == nullptr)
    return fail(ErrorCode::not_found, "the scenes state no profile of areas", "profile.yaml");
  const auto own = std::ranges::find(streets, arguments.area, &ComparedArea::area);
  if (own == streets.end())
    return fail(ErrorCode::invalid_input, "--among similar needs a street with a figure: 9 digits",
                "--area " + arguments.area);
  const auto rows = profile_of(asked, **profile, arguments.area, streets);
  if (!rows) return unexpected(rows.error());
  std::vector<double> weights;
  for (const indicators::ProfileItem& item : (*profile)->items) weights.push_back(item.weight);
  const auto at = static_cast<std::size_t>(own - streets.begin());
  const int k = arguments.k > 0 ? arguments.k : (*profile)->k;
  const auto found = stats::nearest(*rows, weights, at, static_cast<std::size_t>(k));
  if (!found) return unexpected(found.error());
  Similar similar;
  std::vector<ComparedArea> others;
  for (const stats::Neighbour& one : *found) {
    similar.distance[streets[one.row].area] = one.distance;
    others.push_back(streets[one.row]);
  }
  const auto pooled = indicators::pooled_figure(*asked.measure, *own, others);
  if (!pooled) return unexpected(pooled.error());
  similar.pooled = *pooled;
  return similar;
}

// --- output --------------------------------------------------------------------------------------

json::value number(const std::optional<double>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

/// The columns of a row, in order.
json::object row_object(const Compared& row, const ComparedArea& found, const std::string& by,
                        const std::optional<Similar>& similar) {
  const auto limit = [](const std::optional<stats::Interval>& both, bool upper) {
    return both ? json::value(upper ? both->upper : both->lower) : json::value(nullptr);
  };
  json::object out{{by == "street" ? "area" : "unit", found.area}};
  if (by != "street") {
    out["name"] = row.name;
    out["organization"] = row.organization;
  }
  out["numerator"] = static_cast<std::int64_t>(found.events);
  out["denominator"] = static_cast<std::int64_t>(found.denominator);
  out["value"] = number(found.value);
  out["lower95"] = limit(found.at95, false);
  out["upper95"] = limit(found.at95, true);
  out["lower998"] = limit(found.at998, false);
  out["upper998"] = limit(found.at998, true);
  out["significance"] = stats::significance_word(found.significance);
  out["standing"] = indicators::standing_word(found.standing);
  out["previous"] = number(row.previous);
  out["change"] = row.previous && found.value ? number(*found.value - *row.previous) : nullptr;
  if (similar) {
    const auto near = similar->distance.find(found.area);
    out["distance"] = near == similar->distance.end() ? json::value(nullptr) : near->second;
  }
  return out;
}

std::string cell_text(const json::value& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return csv_field(std::string(value.as_string()));
  return value.is_double() ? fmt::format("{:.6g}", value.as_double())
                           : std::to_string(value.as_int64());
}

void print_csv(const json::array& rows, const indicators::AreaComparison& found) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string header, line;
    for (const auto& member : rows[i].as_object()) {
      header += (header.empty() ? "" : ",") + std::string(member.key());
      line += (&member == &*rows[i].as_object().begin() ? "" : ",") + cell_text(member.value());
    }
    if (i == 0) fmt::print("{},benchmark\n", header);
    fmt::print("{},{}\n", line, cell_text(number(found.benchmark)));
  }
}

json::object whole_object(const Asked& asked, const CompareArguments& arguments,
                          const indicators::AreaComparison& found,
                          const std::optional<Similar>& similar, json::array rows) {
  json::object out{
      {"indicator", asked.measure->id},
      {"period", format_period(asked.period)},
      {"area", arguments.area},
      {"by", arguments.by},
      {"benchmark", number(found.benchmark)},
      {"overdispersion", number(found.overdispersion)},
      {"widened", found.widened},
      {"reason", found.reason.en.empty() ? json::value(nullptr) : json::value(found.reason.en)},
      {"similar", nullptr}};
  if (similar)
    out["similar"] = json::object{{"pooled", similar->pooled.value},
                                  {"lower95", number(similar->pooled.lower)},
                                  {"upper95", number(similar->pooled.upper)},
                                  {"standing", indicators::standing_word(similar->pooled.standing)},
                                  {"neighbours", similar->distance.size()}};
  out["rows"] = std::move(rows);
  return out;
}

Result<Asked> ask(const CompareArguments& arguments) {
  const auto period = parse_period(arguments.period);
  if (!period) return unexpected(period.error());
  auto store = open_measure_store({arguments.store, arguments.scenes, arguments.threads});
  if (!store) return unexpected(store.error());
  const Measure* measure = store->engine->find(arguments.id);
  if (measure == nullptr)
    return fail(ErrorCode::not_found, "there is no computed indicator with this id", arguments.id);
  store->engine->refresh();
  return Asked{std::move(*store), measure, *period};
}

int run_compare(const CompareArguments& arguments) {
  if (arguments.among == "similar" && arguments.by != "street")
    return give_up({ErrorCode::invalid_input, "only streets have similar ones: --by street",
                    "--among similar"});
  const auto asked = ask(arguments);
  if (!asked) return give_up(asked.error());
  const auto rows =
      arguments.by == "street" ? street_rows(*asked, arguments.area) : unit_rows(*asked, arguments);
  if (!rows) return give_up(rows.error());
  std::vector<ComparedArea> counts;
  for (const Compared& row : *rows) counts.push_back(row.counts);
  const auto found =
      indicators::compare_areas(*asked->measure, std::move(counts), {arguments.overdispersion});
  if (!found) return give_up(found.error());
  std::optional<Similar> similar;
  if (arguments.among == "similar") {
    auto near = similar_to(*asked, arguments, found->areas);
    if (!near) return give_up(near.error());
    similar = std::move(*near);
  }
  json::array out;
  for (std::size_t i = 0; i < rows->size(); ++i)
    out.push_back(row_object((*rows)[i], found->areas[i], arguments.by, similar));
  if (arguments.format == "json")
    fmt::print("{}\n", json_text(whole_object(*asked, arguments, *found, similar, std::move(out))));
  else
    print_csv(out, *found);
  if (similar && arguments.format == "csv")
    fmt::print(stderr, "similar streets together: {:.6g}; {}\n", similar->pooled.value,
               indicators::standing_word(similar->pooled.standing));
  if (found->overdispersion)
    fmt::print(stderr, "overdispersion {:.3f}{}\n", *found->overdispersion,
               found->widened ? ", limits widened" : "");
  if (!found->reason.en.empty()) say_error(found->reason.en);
  return exit_ok;
}

}  // namespace

void add_indicator_compare(CLI::App& indicator, int& exit_code) {
  auto arguments = std::make_shared<CompareArguments>();
  CLI::App* compare = indicator.add_subcommand(
      "compare",
      "Streets, institutions or teams against all of them together: better, similar or worse; "
      "year on year");
  compare->add_option("--store", arguments->store, "Store directory")->required();
  compare->add_option("--scenes", arguments->scenes, "Scenes directory; found if not given");
  compare->add_option("--id", arguments->id, "Computed indicator: a proportion or a rate")
      ->required();
  compare->add_option("--period", arguments->period, "2025, 2025-Q3, 2025-11")->required();
  compare->add_option("--area", arguments->area, "Area code; everything if not given");
  compare->add_option("--by", arguments->by, "What is compared")
      ->check(CLI::IsMember({"street", "institution", "team"}))
      ->capture_default_str();
  compare->add_option("--among", arguments->among, "similar: the street --area and those like it")
      ->check(CLI::IsMember({"all", "similar"}))
      ->capture_default_str();
  compare->add_option("--k", arguments->k, "Similar streets; as the profile says if not given")
      ->check(CLI::Range(1, 20));
  compare->add_option("--format", arguments->format, "csv or json")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  compare->add_flag("--overdispersion", arguments->overdispersion,
                    "Widen the limits by the spread between rows");
  compare->footer(
      "Example:\n  healthbrain indicator compare --store district-store --id "
      "hypertension-controlled --period 2025 --area 770101 --by institution\n"
      "  healthbrain indicator compare --store district-store --id hypertension-controlled "
      "--period 2025 --area 770101003 --among similar --k 4 --format json\n\n"
      "For the authority itself: small counts are not hidden.");
  compare->callback([&exit_code, arguments] { exit_code = run_compare(*arguments); });
}

}  // namespace hb::cli
