#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/text_input.hpp"
#include "scan/commands.hpp"

namespace hb::cli {
namespace {

struct ScanArguments {
  std::string cases, places, population, controls, previous, config;
};

int refuse(const Error& error) {
  say_error(error);
  return exit_usage;
}

int run(const ScanArguments& arguments) {
  const std::string* paths[] = {&arguments.cases,    &arguments.places,   &arguments.population,
                                &arguments.controls, &arguments.previous, &arguments.config};
  std::string texts[6];
  for (std::size_t i = 0; i < 6; ++i) {
    if (paths[i]->empty()) continue;
    auto text = read_text_input(*paths[i]);
    if (!text) return refuse(text.error());
    texts[i] = std::move(*text);
  }
  const auto file = [&](std::size_t i) {
    return scan::TextFile{texts[i], text_input_name(*paths[i])};
  };
  const auto given = [&](std::size_t i) {
    return paths[i]->empty() ? std::nullopt : std::optional(file(i));
  };
  const scan::TextFile options = arguments.config.empty() ? scan::TextFile{"", "options"} : file(5);
  const auto answer = scan::run_scan({file(0), given(1), given(2), given(3), given(4), options});
  if (!answer) return refuse(answer.error());
  fmt::print("{}", answer->csv);
  for (const Error& error : answer->refused) say_error(error);
  return answer->refused.empty() ? exit_ok : exit_some_put_aside;
}

}  // namespace

void add_scan(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ScanArguments>();
  CLI::App* scan = app.add_subcommand("scan", "Clusters in space and time (CSV on stdout)");
  scan->add_option("--cases", arguments->cases, "place, cases, date and covariates; - for stdin")
      ->required();
  scan->add_option("--places", arguments->places, "place, latitude, longitude; or place, x, y");
  scan->add_option("--population", arguments->population,
                   "place, date, population and covariates; or place, date, expected");
  scan->add_option("--controls", arguments->controls, "place, controls, date (model: bernoulli)");
  scan->add_option("--previous", arguments->previous,
                   "An earlier answer: clusters that go on are marked ongoing");
  scan->add_option("--config", arguments->config, "Options, YAML");
  scan->footer(
      "Options of --config:\n" + stats::help_of_settings(scan::scan_settings()) +
      "\nExample:\n  healthbrain scan --cases cases.csv --places places.csv --config scan.yaml\n"
      "scan.yaml:\n  model: permutation\n  prospective: true\n  max_duration: 30\n"
      "\nExit code 2 when a file or an option is not what is expected, 3 when rows could not be\n"
      "used (named on stderr). Columns, methods and sources: docs/scan.md");
  scan->callback([&exit_code, arguments] { exit_code = run(*arguments); });
}

}  // namespace hb::cli
