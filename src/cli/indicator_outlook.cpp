#include <fmt/format.h>

#include <charconv>
#include <map>
#include <span>

#include "cli/exit_code.hpp"
#include "cli/indicator_plans.hpp"
#include "cli/measure_store.hpp"
#include "cli/text_input.hpp"
#include "core/csv.hpp"
#include "indicators/compare.hpp"
#include "indicators/yearly.hpp"

namespace hb::cli {
namespace {

using indicators::By;
using indicators::Measure;
using indicators::MeasureCell;

struct OutlookArguments {
  std::string store, scenes, id, area, period, target, scores;
  std::string path = "linear";
  std::string model;
  std::vector<std::string> milestones;
  int year = 0;
  int base_year = 0;
  int threads = default_threads();
  std::size_t groups = 5;
};

/// A store, one of its measures and the cells asked for.
struct Asked {
  MeasureStore store;
  const Measure* measure;
};

Result<Asked> ask(const OutlookArguments& arguments) {
  auto store = open_measure_store({arguments.store, arguments.scenes, arguments.threads});
  if (!store) return unexpected(store.error());
  const Measure* measure = store->engine->find(arguments.id);
  if (measure == nullptr)
    return fail(ErrorCode::not_found, "there is no computed indicator with this id", arguments.id);
  store->engine->refresh();
  return Asked{std::move(*store), measure};
}

Result<std::vector<MeasureCell>> cells(const Asked& asked, const Period& period,
                                       const std::string& area, By by) {
  asked.store.engine->ensure({asked.measure}, {period});
  return indicators::cells_of(*asked.store.engine, *asked.store.engine->snapshot(),
                              Principal::system("operation"), {asked.measure, period, area, by});
}

Result<indicators::OutlookAsk> outlook_ask(const OutlookArguments& arguments,
                                           const Measure& measure) {
  const indicators::MeasureTarget* known = indicators::latest_target(measure);
  if (arguments.target.empty() && known == nullptr)
    return fail(ErrorCode::invalid_input, "the indicator has no target: give one with --target",
                measure.id);
  const auto goal = indicators::read_goal(arguments.target.empty() ? known->text : arguments.target,
                                          measure.better);
  if (!goal) return unexpected(goal.error());
  indicators::OutlookAsk ask;
  ask.goal = *goal;
  ask.target_year = arguments.year != 0 ? arguments.year : known != nullptr ? known->year : 0;
  if (arguments.base_year != 0) ask.base_year = arguments.base_year;
  ask.path =
      arguments.path == "compound" ? indicators::PathKind::compound : indicators::PathKind::linear;
  indicators::set_scale(ask, measure);
  if (arguments.model == "linear") ask.model = stats::ForecastModel::linear;
  if (arguments.model == "exponential") ask.model = stats::ForecastModel::exponential;
  if (arguments.model == "logistic") ask.model = stats::ForecastModel::logistic;
  for (const std::string& text : arguments.milestones) {
    const std::size_t equals = text.find('=');
    indicators::YearValue one{};
    const char* end = text.data() + text.size();
    const bool read =
        equals != std::string::npos &&
        std::from_chars(text.data(), text.data() + equals, one.year).ec == std::errc() &&
        std::from_chars(text.data() + equals + 1, end, one.value).ec == std::errc();
    if (!read) return fail(ErrorCode::invalid_input, "YEAR=VALUE is expected", text);
    ask.milestones.push_back(one);
  }
  return ask;
}

std::string text_of(const std::optional<double>& number) {
  return number ? fmt::format("{:.6g}", *number) : "";
}

int run_outlook(const OutlookArguments& arguments) {
  const auto asked = ask(arguments);
  if (!asked) return give_up(asked.error());
  const auto wanted = outlook_ask(arguments, *asked->measure);
  if (!wanted) return give_up(wanted.error());
  indicators::MeasureEngine& engine = *asked->store.engine;
  const auto first = indicators::first_whole_year(asked->store.hub->tables());
  if (!first) return give_up(first.error());
  std::vector<MeasureCell> years;
  for (const Period& year : indicators::whole_years(engine, *asked->measure, *first,
                                                    civil(engine.options().today).year)) {
    const auto cell = cells(*asked, year, arguments.area, By::none);
    if (!cell) return give_up(cell.error());
    years.push_back(cell->front());
  }
  const auto found = indicators::outlook(indicators::series_of(*asked->measure, years), *wanted);
  if (!found) return give_up(found.error());
  fmt::print(
      "year,path,value,lower95,upper95,pace,forecast,forecast_lower95,forecast_upper95,"
      "probability\n");
  for (const indicators::OutlookYear& one : found->years) {
    const auto& point = one.point;
    const bool bounds = point && point->at95;
    fmt::print("{},{},{},{},{},{},{},{},{},{}\n", one.year, text_of(one.path),
               point ? text_of(point->value) : "", bounds ? text_of(point->at95->lower) : "",
               bounds ? text_of(point->at95->upper) : "",
               one.pace ? indicators::pace_word(*one.pace) : "", text_of(one.forecast),
               one.forecast95 ? text_of(one.forecast95->lower) : "",
               one.forecast95 ? text_of(one.forecast95->upper) : "",
               one.year == found->probability_year ? text_of(found->probability) : "");
  }
  if (!found->reason.en.empty()) say_error(found->reason.en);
  return exit_ok;
}

/// One line of `gap`: a whole or a street.
Result<std::string> gap_line(const Measure& measure, const MeasureCell& cell,
                             const std::string& target) {
  const auto& figure = cell.figure;
  if (!figure.numerator || !figure.denominator || figure.denominator->n <= 0)
    return fmt::format("{},,,,,\n", cell.area_unknown ? "unknown" : cell.area);
  const auto gap = indicators::closing(figure.numerator->n, figure.denominator->n,
                                       measure.multiplier, target, measure.better);
  if (!gap) return unexpected(gap.error());
  return fmt::format("{},{},{},{},{},{}\n", cell.area_unknown ? "unknown" : cell.area,
                     gap->numerator, gap->denominator, indicators::printed(measure, figure.value),
                     csv_field(target), gap->needed);
}

int run_gap(const OutlookArguments& arguments) {
  const auto period = parse_period(arguments.period);
  if (!period) return give_up(period.error());
  const auto asked = ask(arguments);
  if (!asked) return give_up(asked.error());
  const Measure& measure = *asked->measure;
  const bool counted = measure.method == indicators::Method::proportion ||
                       measure.method == indicators::Method::rate;
  const indicators::MeasureTarget* known = indicators::latest_target(measure);
  if (!counted || (arguments.target.empty() && known == nullptr))
    return give_up({ErrorCode::invalid_input,
                    counted ? "the indicator has no target: give one with --target"
                            : "only proportions and rates are closed by people",
                    measure.id});
  const std::string target = arguments.target.empty() ? known->text : arguments.target;
  const auto whole = cells(*asked, *period, arguments.area, By::none);
  if (!whole) return give_up(whole.error());
  const auto streets = cells(*asked, *period, arguments.area, By::area);
  if (!streets) return give_up(streets.error());
  std::string out = "area,numerator,denominator,value,target,needed\n";
  for (const auto* list : {&*whole, &*streets})
    for (const MeasureCell& cell : *list) {
      const auto line = gap_line(measure, cell, target);
      if (!line) return give_up(line.error());
      out += *line;
    }
  fmt::print("{}", out);
  return exit_ok;
}

std::vector<indicators::ComparedArea> areas_of(const std::vector<MeasureCell>& cells) {
  std::vector<indicators::ComparedArea> areas;
  for (const MeasureCell& cell : cells) {
    if (cell.area_unknown || !cell.figure.numerator || !cell.figure.denominator) continue;
    indicators::ComparedArea area;
    area.area = cell.area;
    area.events = cell.figure.numerator->number();
    area.denominator = cell.figure.denominator->number();
    areas.push_back(area);
  }
  return areas;
}

/// area,score
Result<std::map<std::string, double>> read_scores(const std::string& file) {
  const auto text = read_text_input(file);
  if (!text) return unexpected(text.error());
  const auto rows = parse_csv(*text);
  if (!rows) return unexpected(rows.error());
  std::map<std::string, double> scores;
  const std::vector<std::string> header = {"area", "score"};
  if (rows->empty() || rows->front().fields != header)
    return fail(ErrorCode::invalid_input, "the columns area,score are expected",
                text_input_name(file) + ":1");
  for (const CsvRow& row : std::span(*rows).subspan(1)) {
    double score = 0;
    const std::string field = row.fields.size() == 2 ? row.fields[1] : "";
    const char* end = field.data() + field.size();
    const auto read = std::from_chars(field.data(), end, score);
    if (read.ec != std::errc() || read.ptr != end)
      return fail(ErrorCode::invalid_input, "an area and a number are expected",
                  text_input_name(file) + ":" + std::to_string(row.line));
    scores[row.fields[0]] = score;
  }
  return scores;
}

int run_inequality(const OutlookArguments& arguments) {
  const auto period = parse_period(arguments.period);
  if (!period) return give_up(period.error());
  const auto scores = read_scores(arguments.scores);
  if (!scores) return give_up(scores.error());
  const auto asked = ask(arguments);
  if (!asked) return give_up(asked.error());
  const auto streets = cells(*asked, *period, arguments.area, By::area);
  if (!streets) return give_up(streets.error());
  std::vector<indicators::ScoredArea> areas;
  for (const indicators::ComparedArea& area : areas_of(*streets))
    if (const auto score = scores->find(area.area); score != scores->end())
      areas.push_back({area.area, score->second, area.events, area.denominator});
  const auto found = indicators::inequality_of(*asked->measure, areas, arguments.groups);
  if (!found) return give_up(found.error());
  const auto limits = [](const std::optional<stats::BothLimits>& both) {
    return both ? fmt::format("{:.6g},{:.6g}", both->at95.lower, both->at95.upper)
                : std::string(",");
  };
  fmt::print("index,value,lower95,upper95,areas,groups\n");
  fmt::print("sii,{:.6g},{},{},{}\n", found->index.sii, limits(found->index.sii_limits),
             areas.size(), found->groups);
  fmt::print("rii,{:.6g},{},{},{}\n", found->index.rii, limits(found->index.rii_limits),
             areas.size(), found->groups);
  return exit_ok;
}

using Arguments = std::shared_ptr<OutlookArguments>;

CLI::App* add_command(CLI::App& indicator, const Arguments& arguments, const char* name,
                      const char* what, bool of_period) {
  CLI::App* command = indicator.add_subcommand(name, what);
  command->add_option("--store", arguments->store, "Store directory")->required();
  command->add_option("--scenes", arguments->scenes, "Scenes directory; found if not given");
  command->add_option("--id", arguments->id, "Computed indicator")->required();
  command->add_option("--area", arguments->area, "Area code; everything if not given");
  if (of_period)
    command->add_option("--period", arguments->period, "2025, 2025-Q3, 2025-11")->required();
  return command;
}

}  // namespace

void add_indicator_outlook(CLI::App& indicator, int& exit_code) {
  auto ahead = std::make_shared<OutlookArguments>();
  CLI::App* outlook = add_command(indicator, ahead, "outlook",
                                  "Path to the target, pace, forecast and probability, from the "
                                  "years in the records (CSV)",
                                  false);
  outlook->add_option("--target", ahead->target, "As written: ≥70; the indicator's if not given");
  outlook->add_option("--year", ahead->year, "Year of the target")->check(CLI::Range(1900, 2200));
  outlook->add_option("--base-year", ahead->base_year, "Year from which the path goes")
      ->check(CLI::Range(1900, 2200));
  outlook->add_option("--path", ahead->path, "Same step or same percentage each year")
      ->check(CLI::IsMember({"linear", "compound"}))
      ->capture_default_str();
  outlook->add_option("--milestone", ahead->milestones, "YEAR=VALUE for a year between")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  outlook
      ->add_option(
          "--model", ahead->model,
          "Line through the values, their logs or their logits; by the method if not given")
      ->check(CLI::IsMember({"linear", "exponential", "logistic"}));
  outlook->footer(
      "Example:\n  healthbrain indicator outlook --store district-store --id "
      "hypertension-controlled --target \"≥70\" --year 2030 --base-year 2025");
  outlook->callback([&exit_code, ahead] { exit_code = run_outlook(*ahead); });

  auto missing = std::make_shared<OutlookArguments>();
  CLI::App* gap = add_command(indicator, missing, "gap",
                              "How many people close the gap to the target, by street (CSV)", true);
  gap->add_option("--target", missing->target, "As written: ≥70; the indicator's if not given");
  gap->footer(
      "Example:\n  healthbrain indicator gap --store district-store --id hypertension-controlled "
      "--period 2025 --area 770101");
  gap->callback([&exit_code, missing] { exit_code = run_gap(*missing); });

  auto uneven = std::make_shared<OutlookArguments>();
  CLI::App* inequality = add_command(indicator, uneven, "inequality",
                                     "Slope and relative index of inequality over streets with a "
                                     "score of deprivation (CSV)",
                                     true);
  inequality->add_option("--scores", uneven->scores, "CSV: area,score; higher = more deprived")
      ->required();
  inequality->add_option("--groups", uneven->groups, "Groups of about equal population")
      ->check(CLI::Range(5, 100))
      ->capture_default_str();
  inequality->footer(
      "Example:\n  healthbrain indicator inequality --store district-store --id "
      "hypertension-controlled --period 2025 --scores deprivation.csv");
  inequality->callback([&exit_code, uneven] { exit_code = run_inequality(*uneven); });
}

}  // namespace hb::cli
