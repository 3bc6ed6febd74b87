#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/csv.hpp"
#include "scan/commands.hpp"
#include "scan/plan.hpp"
#include "scan/watch_command.hpp"
#include "stats/sheet.hpp"

namespace hb::scan {
namespace {

using stats::number_text;
using stats::SettingKind;
using stats::SettingRule;
using stats::Settings;

constexpr SettingRule rules[] = {
    {"model", SettingKind::word, "poisson|permutation|bernoulli|expectation", "poisson",
     "what is expected without clusters"},
    {"analysis", SettingKind::word, "space-time|spatial|temporal|shiryaev-roberts", "space-time",
     "kind of zones; shiryaev-roberts watches single events"},
    {"prospective", SettingKind::truth, "", "false", "only clusters that last until the end"},
    {"start", SettingKind::text, "", "", "study period: day, month or year; else the first case"},
    {"end", SettingKind::text, "", "", "its end; else the last case"},
    {"dates", SettingKind::word, "auto|none", "auto", "none: text tables have no column of dates"},
    {"time_unit", SettingKind::word, "day|week|month|year", "",
     "step of time; else the finest of the cases"},
    {"time_length", SettingKind::whole, "", "1", "units in a step", 1, 10000},
    {"max_window", SettingKind::number, "", "0.5", "longest window, share of the period", 0.000001,
     1},
    {"max_duration", SettingKind::whole, "", "", "longest window, steps", 1, 20000},
    {"min_duration", SettingKind::whole, "", "1", "shortest window, steps", 1, 20000},
    {"max_zone", SettingKind::number, "", "0.5", "largest zone, share of the population at risk",
     0.000001, 1},
    {"max_radius", SettingKind::number, "", "", "largest radius, km or units of the plane", 0, 1e9},
    {"max_places", SettingKind::whole, "", "", "most places of a zone", 1, 1e6},
    {"max_reported", SettingKind::number, "", "",
     "largest zone that is written, share; replicates look at all up to max_zone", 0.000001, 1},
    {"overlap", SettingKind::word, "later|none", "later",
     "later: a place may be in several clusters, at least a step of time apart"},
    {"min_cases", SettingKind::whole, "", "2", "fewest cases of a cluster", 1, 1e6},
    {"shape", SettingKind::word, "circle|ellipse", "circle", "of the zones"},
    {"penalty", SettingKind::word, "none|medium|strong", "medium", "on long ellipses"},
    {"coordinates", SettingKind::word, "latlong|cartesian", "",
     "else cartesian when there is a column x"},
    {"covariates", SettingKind::texts, "", "",
     "columns to adjust for; else those named covariate…"},
    {"replicates", SettingKind::whole, "", "999", "Monte Carlo replicates", 0, 1e6},
    {"early_stop", SettingKind::whole, "", "0",
     "stop after as many replicates at or above the best cluster; 0 = never", 0, 1e6},
    {"seed", SettingKind::whole, "", "1", "of the replicates", 0, 9e15},
    {"threads", SettingKind::whole, "", "0", "0 = one per core", 0, 256},
    {"clusters", SettingKind::whole, "", "0", "most clusters written; 0 = all", 0, 1e6},
    {"max_p", SettingKind::number, "", "1", "clusters with a larger p-value are not written", 0, 1},
    {"radius", SettingKind::number, "", "", "shiryaev-roberts: of the cylinders", 1e-9, 1e9},
    {"epsilon", SettingKind::number, "", "0.2", "shiryaev-roberts: increase looked for", 1e-6, 1e6},
    {"threshold", SettingKind::number, "", "", "shiryaev-roberts: alarm above it", 1e-9, 1e300},
    {"areaA", SettingKind::number, "", "1", "shiryaev-roberts: known of R, 1 alone", 1, 1},
    {"areaAcapBk", SettingKind::number, "", "1", "shiryaev-roberts: known of R, 1 alone", 1, 1},
    {"x", SettingKind::text, "", "x", "shiryaev-roberts: column"},
    {"y", SettingKind::text, "", "y", "shiryaev-roberts: column"},
    {"t", SettingKind::text, "", "t", "shiryaev-roberts: column of times, numbers"},
    {"output", SettingKind::word, "clusters|simulated", "clusters",
     "simulated: the largest statistic of every replicate"},
};

/// A cluster of an earlier answer.
struct Earlier {
  std::string name;
  std::vector<std::string> places;
  Date start, end;
};

Result<std::vector<Earlier>> read_previous(const TextFile& file) {
  std::vector<Earlier> all;
  if (std::ranges::count(file.text, '\n') <= 1) return all;  // a header alone: no cluster
  const auto sheet = stats::Sheet::read(file.text, file.name);
  if (!sheet) return unexpected(sheet.error());
  std::size_t columns[4];
  constexpr std::string_view names[] = {"cluster", "start", "end", "locations"};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto column = sheet->column(names[i]);
    if (!column) return unexpected(column.error());
    columns[i] = *column;
  }
  for (std::size_t row = 0; row < sheet->rows(); ++row) {
    Earlier one{sheet->text(row, columns[0]), {}, {}, {}};
    const auto start = parse_date(sheet->text(row, columns[1]));
    const auto end = parse_date(sheet->text(row, columns[2]));
    if (!start || !end)
      return unexpected(sheet->fault(row, columns[start ? 2 : 1], "a day is expected"));
    one.start = *start;
    one.end = *end;
    std::string_view rest = sheet->text(row, columns[3]);
    while (!rest.empty()) {
      const auto cut = std::min(rest.find(';'), rest.size());
      one.places.emplace_back(rest.substr(0, cut));
      rest.remove_prefix(std::min(cut + 1, rest.size()));
    }
    all.push_back(std::move(one));
  }
  return all;
}

/// What is written of one cluster.
struct Row {
  const Plan* plan;
  const Places* places;
  const ZoneFamily* family;
  Candidate cluster;
};

std::string location_text(const Row& row) {
  std::string text;
  for (std::size_t i = 0; i <= row.cluster.zone; ++i)
    text += (i > 0 ? ";" : "") + row.places->ids[row.family->order[i]];
  return text;
}

Date first_day(const Row& row) { return row.plan->bounds[row.cluster.first]; }
Date last_day(const Row& row) { return Date{row.plan->bounds[row.cluster.last + 1].days - 1}; }

std::string risk_text(const Row& row, double total) {
  const Candidate& c = row.cluster;
  const Model model = row.plan->options.model;
  std::string text = number_text(c.cases / c.expected) + ",";
  if (model == Model::poisson || model == Model::bernoulli)
    if (const double outside = (total - c.cases) / (total - c.expected); outside > 0)
      text += number_text(c.cases / c.expected / outside);
  return text;
}

std::string population_text(const Row& row) {
  if (row.plan->population.empty()) return {};
  double people = 0;
  for (std::size_t i = 0; i <= row.cluster.zone; ++i)
    people += row.plan->population[row.family->order[i]];
  return number_text(people);
}

std::string place_text(const Row& row) {
  if (row.plan->temporal) return ",,,,,";
  const std::uint32_t centre = row.family->centre;
  const Point& point = row.places->points[centre];
  const bool globe = row.places->geometry == Geometry::globe;
  std::string text = csv_field(row.places->ids[centre]) + "," +
                     number_text(globe ? point.y : point.x) + "," +
                     number_text(globe ? point.x : point.y) + "," +
                     number_text(row.family->radius[row.cluster.zone]) + ",";
  return text + number_text(row.family->shape) + "," + number_text(row.family->angle);
}

/// new, ongoing or – when there is nothing to compare with – active; empty for past clusters.
std::string status_text(const Row& row, const std::optional<std::vector<Earlier>>& previous,
                        std::string& earlier) {
  const bool alive = row.plan->field.steps > 1 && row.cluster.last + 1 == row.plan->field.steps;
  if (!alive) return {};
  if (!previous) return "active";
  for (const Earlier& one : *previous) {
    const bool meets = one.start <= last_day(row) && first_day(row) <= one.end;
    for (std::size_t i = 0; meets && i <= row.cluster.zone; ++i)
      if (std::ranges::find(one.places, row.places->ids[row.family->order[i]]) !=
          one.places.end()) {
        earlier = one.name;
        return "ongoing";
      }
  }
  return "new";
}

constexpr std::string_view header =
    "cluster,n_locations,cases,expected,obs_exp,relative_risk,statistic,p_value,p_gumbel,"
    "recurrence_days,start,end,population,centre,latitude_or_x,longitude_or_y,radius,shape,angle,"
    "status,earlier,replicates,locations\n";

std::string cluster_text(std::size_t number, const Row& row, const Simulation& simulation,
                         double total, const std::optional<std::vector<Earlier>>& previous) {
  const Candidate& c = row.cluster;
  std::string csv = std::to_string(number) + "," + std::to_string(c.zone + 1) + "," +
                    number_text(c.cases) + "," + number_text(c.expected) + "," +
                    risk_text(row, total) + "," + number_text(c.statistic) + ",";
  if (simulation.best.empty()) {
    csv += ",,,";
  } else {
    const double tail = p_gumbel(simulation, c.statistic);
    csv += number_text(p_value(simulation, c.statistic)) + "," + number_text(tail) + ",";
    const double step = static_cast<double>(row.plan->end.days - row.plan->start.days + 1) /
                        static_cast<double>(row.plan->field.steps);
    if (row.plan->options.until_end && tail > 1e-300) csv += number_text(step / tail);
    csv += ",";
  }
  if (row.plan->dated) csv += format_date(first_day(row)) + "," + format_date(last_day(row)) + ",";
  if (!row.plan->dated) csv += ",,";
  std::string earlier;
  const std::string status = status_text(row, previous, earlier);
  csv += population_text(row) + "," + place_text(row) + "," + status + "," + csv_field(earlier) +
         "," + std::to_string(simulation.best.size()) + ",";
  return csv + (row.plan->temporal ? "All" : csv_field(location_text(row))) + "\n";
}

std::string simulated_csv(const Simulation& simulation) {
  std::string csv = "replicate,statistic\n";
  for (std::size_t i = 0; i < simulation.best.size(); ++i)
    csv += std::to_string(i + 1) + "," + number_text(simulation.best[i]) + "\n";
  return csv;
}

Result<std::vector<ZoneFamily>> families_of(const Plan& plan, const Tables& tables,
                                            double most_share, const Settings& options) {
  if (plan.temporal) return std::vector<ZoneFamily>{whole_area(plan.field.places)};
  ZoneOptions zones = plan.zones;
  zones.most_share = most_share;
  auto families = make_zones(tables.places.points, plan.weights, zones);
  if (!families) return unexpected(options.fault(families.error().message));
  if (families->empty())
    return unexpected(options.fault("max_zone", "no place is as small as the largest zone"));
  return families;
}

/// A temporal scan needs a single zone: cases of all places.
void merge_places(Plan& plan) {
  Field merged;
  merged.places = 1;
  merged.steps = plan.field.steps;
  const auto sum = [&](const std::vector<double>& values) {
    std::vector<double> sums(values.empty() ? 0 : merged.steps, 0.0);
    for (std::size_t cell = 0; cell < values.size(); ++cell)
      sums[cell % merged.steps] += values[cell];
    return sums;
  };
  merged.cases = sum(plan.field.cases);
  merged.expected = sum(plan.field.expected);
  merged.people = sum(plan.field.people);
  plan.field = std::move(merged);
  plan.population.clear();
}

}  // namespace

std::span<const SettingRule> scan_settings() { return rules; }

Result<ScanText> run_scan(const ScanFiles& files) {
  const auto options = Settings::read(files.options.text, files.options.name, rules);
  if (!options) return unexpected(options.error());
  if (options->is("analysis", "shiryaev-roberts")) return run_watch(files.cases, *options);
  auto tables = read_tables(files, *options);
  if (!tables) return unexpected(tables.error());
  auto plan = make_plan(*tables, *options, files);
  if (!plan) return unexpected(plan.error());
  std::optional<std::vector<Earlier>> previous;
  if (files.previous) {
    auto read = read_previous(*files.previous);
    if (!read) return unexpected(read.error());
    previous = std::move(*read);
  }
  if (plan->temporal) merge_places(*plan);
  const double most_share = options->number("max_zone");
  const auto searched = families_of(*plan, *tables, most_share, *options);
  if (!searched) return unexpected(searched.error());
  const double written = options->number_if("max_reported").value_or(most_share);
  const auto families = families_of(*plan, *tables, std::min(written, most_share), *options);
  if (!families) return unexpected(families.error());
  const auto found = best_by_centre(plan->field, *families, plan->options);
  if (!found) return unexpected(options->fault(found.error().message));
  const auto simulation = simulate(plan->field, *searched, plan->options,
                                   found->empty() ? 0 : found->front().statistic);
  if (!simulation) return unexpected(options->fault(simulation.error().message));
  if (options->is("output", "simulated"))
    return ScanText{simulated_csv(*simulation), std::move(tables->refused)};
  const double total = std::accumulate(plan->field.cases.begin(), plan->field.cases.end(), 0.0);
  std::string csv(header);
  const auto most = static_cast<std::size_t>(options->number("clusters"));
  std::size_t number = 0;
  for (const Candidate& one :
       without_overlap(*found, *families, plan->field.places, plan->options.again_later)) {
    if (most > 0 && number == most) break;
    if (!simulation->best.empty() && p_value(*simulation, one.statistic) > options->number("max_p"))
      break;
    const Row row{&*plan, &tables->places, &(*families)[one.family], one};
    csv += cluster_text(++number, row, *simulation, total, previous);
  }
  return ScanText{std::move(csv), std::move(tables->refused)};
}

}  // namespace hb::scan
