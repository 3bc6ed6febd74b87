#include "cli/indicator_forecast.hpp"

#include <fmt/format.h>

#include <charconv>

#include "cli/exit_code.hpp"
#include "cli/text_input.hpp"
#include "indicators/target_path.hpp"

namespace hb::cli {
namespace {

struct ForecastArguments {
  std::string input;
  std::string better = "none";
  std::string path = "linear";
  std::string model = "linear";
  std::vector<std::string> milestones;
  int base_year = 0;
  indicators::ForecastRequest request;
};

/// "2023=80"
Result<indicators::YearValue> read_milestone(const std::string& text) {
  indicators::YearValue milestone{};
  const char* end = text.data() + text.size();
  const auto year = std::from_chars(text.data(), end, milestone.year);
  if (year.ec == std::errc() && year.ptr != end && *year.ptr == '=') {
    const auto value = std::from_chars(year.ptr + 1, end, milestone.value);
    if (value.ec == std::errc() && value.ptr == end) return milestone;
  }
  return fail(ErrorCode::invalid_input, "YEAR=VALUE is expected, like 2023=80",
              "--milestone " + text);
}

int refuse(const Error& error) {
  say_error(error);
  return exit_usage;
}

int run_forecast(ForecastArguments& arguments) {
  indicators::ForecastRequest& request = arguments.request;
  request.better = arguments.better == "higher"  ? indicators::Better::higher
                   : arguments.better == "lower" ? indicators::Better::lower
                                                 : indicators::Better::none;
  request.path =
      arguments.path == "compound" ? indicators::PathKind::compound : indicators::PathKind::linear;
  request.model = arguments.model == "exponential" ? stats::ForecastModel::exponential
                  : arguments.model == "logistic"  ? stats::ForecastModel::logistic
                                                   : stats::ForecastModel::linear;
  if (arguments.base_year != 0) request.base_year = arguments.base_year;
  for (const std::string& text : arguments.milestones) {
    const auto milestone = read_milestone(text);
    if (!milestone) return refuse(milestone.error());
    request.milestones.push_back(*milestone);
  }
  const Result<std::string> text = read_text_input(arguments.input);
  if (!text) return refuse(text.error());
  const Result<std::string> table =
      indicators::forecast_table(*text, text_input_name(arguments.input), request);
  if (!table) return refuse(table.error());
  fmt::print("{}", *table);
  return exit_ok;
}

}  // namespace

void add_indicator_forecast(CLI::App& indicator, int& exit_code) {
  auto arguments = std::make_shared<ForecastArguments>();
  CLI::App* command = indicator.add_subcommand(
      "forecast", "Annual path to a target, pace, forecast and probability of meeting it (CSV)");
  command->add_option("--input", arguments->input, "Table with year,value; - for stdin")
      ->required();
  command->add_option("--target", arguments->request.target, "Target as written: ≥92.3, 30以内")
      ->required();
  command->add_option("--year", arguments->request.year, "Year of the target")
      ->required()
      ->check(CLI::Range(1900, 2200));
  command
      ->add_option("--base-year", arguments->base_year,
                   "Year from which the path goes; the first with a value if not given")
      ->check(CLI::Range(1900, 2200));
  command->add_option("--better", arguments->better, "Better side of a plain number")
      ->check(CLI::IsMember({"higher", "lower", "none"}))
      ->capture_default_str();
  command->add_option("--path", arguments->path, "Same step or same percentage each year")
      ->check(CLI::IsMember({"linear", "compound"}))
      ->capture_default_str();
  command->add_option("--milestone", arguments->milestones, "YEAR=VALUE stated for a year between")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command
      ->add_option("--model", arguments->model,
                   "Line through the values, their logs or their logits")
      ->check(CLI::IsMember({"linear", "exponential", "logistic"}))
      ->capture_default_str();
  command
      ->add_option("--ceiling", arguments->request.ceiling,
                   "Of the logistic model: the values lie between 0 and it")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->footer(
      "Example:\n  healthbrain indicator forecast --input control-rate.csv --target \"≥70\" \\\n"
      "    --year 2030 --base-year 2025 --milestone 2027=64\n\n"
      "Columns read: year, value, lower95 and upper95 if there are any; others name the group.\n"
      "Columns written: the group, year, path, value, lower95, upper95, pace (ahead, on_pace,\n"
      "behind), forecast, forecast_lower95, forecast_upper95, probability, status.");
  command->callback([&exit_code, arguments] { exit_code = run_forecast(*arguments); });
}

}  // namespace hb::cli
