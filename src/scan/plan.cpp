#include "scan/plan.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace hb::scan {
namespace {

using stats::Settings;

Model model_of(const Settings& options) {
  const std::string name = options.text("model");
  if (name == "permutation") return Model::permutation;
  if (name == "bernoulli") return Model::bernoulli;
  return name == "expectation" ? Model::expectation : Model::poisson;
}

Unit unit_of(const std::string& name) {
  if (name == "year") return Unit::year;
  if (name == "month") return Unit::month;
  return name == "week" ? Unit::week : Unit::day;
}

Result<std::optional<Moment>> moment_option(const Settings& options, std::string_view name) {
  if (!options.has(name)) return std::optional<Moment>();
  const auto moment = parse_moment(options.text(name));
  if (!moment) return unexpected(options.fault(name, "a day, month or year is expected"));
  return moment;
}

/// The study period: as the options say, else from the first to the last case.
Result<void> set_period(Plan& plan, const Tables& tables, const Settings& options) {
  const auto start = moment_option(options, "start");
  if (!start) return unexpected(start.error());
  const auto end = moment_option(options, "end");
  if (!end) return unexpected(end.error());
  bool first = true;
  for (const auto* rows : {&tables.cases, &tables.controls})
    for (const CountRow& row : *rows) {
      if (!row.moment) continue;
      plan.dated = true;
      if (first || row.moment->first < plan.start) plan.start = row.moment->first;
      if (first || row.moment->last > plan.end) plan.end = row.moment->last;
      first = false;
    }
  if (*start) plan.start = (*start)->first;
  if (*end) plan.end = (*end)->last;
  if (plan.end < plan.start) return unexpected(options.fault("end", "it lies before the start"));
  return {};
}

/// The finest unit in which the cases are dated.
Unit finest(const Tables& tables) {
  Unit unit = Unit::year;
  for (const CountRow& row : tables.cases)
    if (row.moment) unit = std::min(unit, row.moment->unit);
  return unit;
}

Result<void> set_steps(Plan& plan, const Tables& tables, const Settings& options) {
  if (options.is("analysis", "spatial")) {
    plan.bounds = {plan.start, Date{plan.end.days + 1}};
    return {};
  }
  if (!plan.dated)
    return unexpected(
        options.fault("analysis", "the cases have no dates; only spatial is possible"));
  const Unit unit = options.has("time_unit") ? unit_of(options.text("time_unit")) : finest(tables);
  plan.bounds =
      step_bounds(plan.start, plan.end, unit, static_cast<int>(options.number("time_length")));
  const std::size_t steps = plan.bounds.size() - 1;
  if (steps < 2) return unexpected(options.fault("the study period holds a single step of time"));
  if (steps > 20000) return unexpected(options.fault("more than 20,000 steps of time"));
  return {};
}

Result<void> set_windows(Plan& plan, const Settings& options) {
  const std::size_t steps = plan.bounds.size() - 1;
  ScanOptions& scan = plan.options;
  if (steps == 1) return {};
  const bool whole_period = options.number("max_window") >= 1;
  scan.longest = options.has("max_duration")
                     ? static_cast<std::size_t>(options.number("max_duration"))
                     : static_cast<std::size_t>(
                           options.number("max_window") * static_cast<double>(steps) + 1e-9);
  scan.longest = std::clamp<std::size_t>(scan.longest, 1, steps);
  if (plan.temporal && whole_period) scan.longest = steps - 1;
  scan.shortest = static_cast<std::size_t>(options.number("min_duration"));
  scan.until_end = options.truth("prospective");
  if (scan.shortest > scan.longest)
    return unexpected(options.fault("min_duration", "longer than the longest window"));
  constexpr double most_windows =
      3e6;  // 10 years of days with windows of up to 5 years are 5 million
  const auto lengths = static_cast<double>(scan.longest - scan.shortest + 1);
  const double mean_length = static_cast<double>(scan.longest + scan.shortest) / 2;
  if (!scan.until_end && lengths * (static_cast<double>(steps) - mean_length + 1) > most_windows)
    return unexpected(options.fault(
        "max_duration",
        "more than 3 million windows of time; shorten it or take a longer time_unit"));
  return {};
}

/// Step of a row; nullopt: outside the study period, or over more than one step.
std::optional<std::size_t> step_of(const Plan& plan, const CountRow& row, std::string& why) {
  if (!row.moment) return 0;
  if (row.moment->first < plan.start || row.moment->last > plan.end) {
    why = "this lies outside the study period, " + format_date(plan.start) + " to " +
          format_date(plan.end);
    return std::nullopt;
  }
  const auto after = std::ranges::upper_bound(plan.bounds, row.moment->first);
  const auto step = static_cast<std::size_t>(after - plan.bounds.begin()) - 1;
  if (step + 1 < plan.bounds.size() && row.moment->last >= plan.bounds[step + 1]) {
    why = "this spans more than one step of time";
    return std::nullopt;
  }
  return step;
}

std::size_t date_column(const Grid& grid) {
  for (const std::string_view name : {"date", "year"})
    if (const auto found = grid.find(name)) return *found;
  return 0;
}

/// Adds counts to cells; rows that fit no step are put aside and taken out of the list.
void add_counts(Plan& plan, std::vector<CountRow>& rows, const Grid& grid,
                std::vector<Error>& refused, std::vector<double>& cells) {
  const std::size_t steps = plan.bounds.size() - 1;
  std::erase_if(rows, [&](const CountRow& row) {
    std::string why;
    const auto step = step_of(plan, row, why);
    if (step) cells[row.place * steps + *step] += row.count;
    if (!step && row.count > 0) refused.push_back(grid.fault(row.row, date_column(grid), why));
    return !step;
  });
}

using Strata = std::map<std::string, std::vector<std::vector<PopulationPoint>>>;

/// Population counts by stratum and place, sorted by day; counts of one day are added up.
Strata strata_of(const Tables& tables, std::size_t places) {
  std::map<std::string, std::vector<std::map<std::int32_t, double>>> sums;
  for (const CountRow& row : tables.population) {
    auto& of_place = sums.try_emplace(row.stratum, places).first->second;
    const std::int32_t day = row.moment ? row.moment->middle().days : 0;
    of_place[row.place][day] += row.count;
  }
  Strata strata;
  for (const auto& [name, all] : sums) {
    auto& points = strata.try_emplace(name, places).first->second;
    for (std::size_t place = 0; place < places; ++place)
      for (const auto& [day, people] : all[place]) points[place].push_back({Date{day}, people});
  }
  return strata;
}

/// Expected cases by indirect standardisation: each stratum's rate over all places and days times
/// its person-days.
Result<void> standardise(Plan& plan, const Tables& tables) {
  const std::size_t places = tables.places.ids.size();
  const std::size_t steps = plan.bounds.size() - 1;
  std::map<std::string, double> cases;
  for (const CountRow& row : tables.cases) cases[row.stratum] += row.count;
  plan.field.expected.assign(places * steps, 0.0);
  plan.population.assign(places, 0.0);
  const Strata strata = strata_of(tables, places);
  for (const auto& [name, points] : strata) {
    std::vector<double> days(places * steps, 0.0);
    double all = 0;
    for (std::size_t place = 0; place < places; ++place) {
      if (points[place].empty()) continue;
      for (std::size_t step = 0; step < steps; ++step) {
        const double here = person_days(points[place], plan.bounds[step], plan.bounds[step + 1]);
        days[place * steps + step] = here;
        plan.population[place] += here;
        all += here;
      }
    }
    const auto found = cases.find(name);
    if (found == cases.end() || found->second == 0 || all <= 0) continue;
    for (std::size_t cell = 0; cell < days.size(); ++cell)
      plan.field.expected[cell] += found->second / all * days[cell];
  }
  for (double& people : plan.population) people /= plan.end.days - plan.start.days + 1;
  plan.weights.assign(places, 0.0);  // the population at risk, adjusted for the covariates
  for (std::size_t cell = 0; cell < plan.field.expected.size(); ++cell)
    plan.weights[cell / steps] += plan.field.expected[cell];
  for (const CountRow& row : tables.cases)
    if (const auto found = strata.find(row.stratum); row.count > 0 && found == strata.end())
      return unexpected(tables.case_grid.fault(
          row.row, 0, "nobody of the covariates of this case is in the population"));
  return {};
}

Result<void> read_expected(Plan& plan, Tables& tables) {
  const std::size_t places = tables.places.ids.size();
  const std::size_t steps = plan.bounds.size() - 1;
  plan.field.expected.assign(places * steps, 0.0);
  add_counts(plan, tables.population, tables.population_grid, tables.refused, plan.field.expected);
  plan.weights.assign(places, 0.0);
  for (std::size_t cell = 0; cell < plan.field.expected.size(); ++cell)
    plan.weights[cell / steps] += plan.field.expected[cell];
  return {};
}

/// Cases stand where nobody is expected: the first such row.
Result<void> check_expected(const Plan& plan, const Tables& tables) {
  const std::size_t steps = plan.bounds.size() - 1;
  for (const CountRow& row : tables.cases) {
    std::string why;
    const auto step = step_of(plan, row, why);
    if (row.count > 0 && step && plan.field.expected[row.place * steps + *step] <= 0)
      return unexpected(tables.case_grid.fault(
          row.row, 0,
          "a case at place " + tables.places.ids[row.place] + ", which has no population then"));
  }
  return {};
}

/// Cases by stratum, where there are covariates.
void split_strata(Plan& plan, const Tables& tables) {
  std::map<std::string, std::vector<double>> strata;
  for (const CountRow& row : tables.cases) {
    std::string why;
    if (const auto step = step_of(plan, row, why))
      strata.try_emplace(row.stratum, plan.field.cases.size(), 0.0)
          .first->second[row.place * plan.field.steps + *step] += row.count;
  }
  if (strata.size() < 2) return;
  for (auto& [name, cases] : strata) plan.field.strata.push_back(std::move(cases));
}

Result<void> expect(Plan& plan, Tables& tables, const Settings& options, const ScanFiles& files) {
  const std::size_t places = tables.places.ids.size();
  const std::size_t steps = plan.bounds.size() - 1;
  const Model model = plan.options.model;
  if (model == Model::permutation) {
    split_strata(plan, tables);
    expect_margins(plan.field);
    plan.weights.assign(places, 0.0);
    for (std::size_t cell = 0; cell < plan.field.cases.size(); ++cell)
      plan.weights[cell / steps] += plan.field.cases[cell];
    return {};
  }
  if (model == Model::bernoulli) {
    if (!files.controls) return unexpected(options.fault("model", "bernoulli needs --controls"));
    plan.field.people = plan.field.cases;
    add_counts(plan, tables.controls, tables.control_grid, tables.refused, plan.field.people);
    expect_share(plan.field);
    plan.weights.assign(places, 0.0);
    for (std::size_t cell = 0; cell < plan.field.people.size(); ++cell)
      plan.weights[cell / steps] += plan.field.people[cell];
    plan.population = plan.weights;
    return {};
  }
  if (!files.population)
    return unexpected(options.fault(
        "model", options.text("model") + " needs --population; permutation needs cases alone"));
  if (model == Model::expectation && !tables.population_is_expected)
    return unexpected(
        options.fault("model", "expectation needs a column expected in --population"));
  if (tables.population_is_expected) {
    if (auto read = read_expected(plan, tables); !read) return read;
  } else if (auto made = standardise(plan, tables); !made) {
    return made;
  }
  if (auto sound = check_expected(plan, tables); !sound) return sound;
  if (model == Model::expectation) return {};
  const double cases = std::accumulate(plan.field.cases.begin(), plan.field.cases.end(), 0.0);
  const double all = std::accumulate(plan.field.expected.begin(), plan.field.expected.end(), 0.0);
  for (double& expected : plan.field.expected) expected *= all > 0 ? cases / all : 0;
  return {};
}

void set_zones(Plan& plan, const Places& places, const Settings& options) {
  plan.zones.geometry = places.geometry;
  plan.zones.most_share = options.number("max_zone");
  if (options.has("max_radius")) plan.zones.most_radius = options.number("max_radius");
  if (options.has("max_places"))
    plan.zones.most_places = static_cast<std::size_t>(options.number("max_places"));
  plan.zones.ellipses = options.is("shape", "ellipse");
}

}  // namespace

Result<Plan> make_plan(Tables& tables, const Settings& options, const ScanFiles& files) {
  Plan plan;
  ScanOptions& scan = plan.options;
  scan.model = model_of(options);
  plan.temporal = options.is("analysis", "temporal");
  if (!plan.temporal && !files.places)
    return unexpected(options.fault("analysis", options.text("analysis") + " needs --places"));
  if (plan.temporal && scan.model == Model::permutation)
    return unexpected(options.fault("model", "permutation says nothing of time alone"));
  if (options.truth("prospective") && options.is("analysis", "spatial"))
    return unexpected(options.fault("prospective", "a spatial analysis has no time"));
  if (options.is("analysis", "spatial") && scan.model == Model::permutation)
    return unexpected(options.fault("model", "permutation needs days"));
  scan.least_cases = options.number("min_cases");
  scan.again_later = options.is("overlap", "later");
  const std::string weight = options.text("penalty");
  scan.compactness = weight == "strong" ? 1 : weight == "medium" ? 0.5 : 0;
  scan.replicates = static_cast<std::size_t>(options.number("replicates"));
  scan.stop_after = static_cast<std::size_t>(options.number("early_stop"));
  scan.seed = static_cast<std::uint64_t>(options.number("seed"));
  scan.threads = static_cast<unsigned>(options.number("threads"));
  if (auto set = set_period(plan, tables, options); !set) return unexpected(set.error());
  if (auto set = set_steps(plan, tables, options); !set) return unexpected(set.error());
  if (auto set = set_windows(plan, options); !set) return unexpected(set.error());
  plan.field.places = tables.places.ids.size();
  plan.field.steps = plan.bounds.size() - 1;
  plan.field.cases.assign(plan.field.places * plan.field.steps, 0.0);
  add_counts(plan, tables.cases, tables.case_grid, tables.refused, plan.field.cases);
  if (std::accumulate(plan.field.cases.begin(), plan.field.cases.end(), 0.0) < 2)
    return fail(ErrorCode::invalid_input, "fewer than 2 cases lie in the study period",
                tables.case_grid.file);
  if (auto made = expect(plan, tables, options, files); !made) return unexpected(made.error());
  set_zones(plan, tables.places, options);
  return plan;
}

}  // namespace hb::scan
