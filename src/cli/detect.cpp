#include "surveillance/detect.hpp"

#include <fmt/format.h>

#include <fstream>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/text_input.hpp"

namespace hb::cli {
namespace {

struct DetectArguments {
  std::string method;
  std::string input;
  std::string config;
  std::string range;
  std::string output;
};

int refuse(const Error& error) {
  say_error(error);
  return exit_usage;
}

int write(const std::string& csv, const std::string& path) {
  if (path.empty()) {
    fmt::print("{}", csv);
    return exit_ok;
  }
  std::ofstream file(path, std::ios::binary);
  file << csv;
  file.close();
  if (file) return exit_ok;
  say_error(fmt::format("{}: the answer cannot be written there", path));
  return exit_nothing_done;
}

int run(const DetectArguments& arguments) {
  const Result<std::string> text = read_text_input(arguments.input);
  if (!text) return refuse(text.error());
  Result<std::string> config = std::string();
  if (!arguments.config.empty()) config = read_text_input(arguments.config);
  if (!config) return refuse(config.error());
  const auto answer = surveillance::detect({.method = arguments.method,
                                            .csv = *text,
                                            .csv_name = text_input_name(arguments.input),
                                            .config = *config,
                                            .config_name = text_input_name(arguments.config),
                                            .range = arguments.range});
  if (!answer) return refuse(answer.error());
  if (const int failed = write(answer->csv, arguments.output); failed != exit_ok) return failed;
  for (const Error& error : answer->refused) say_error(error);
  return answer->refused.empty() ? exit_ok : exit_some_put_aside;
}

/// Methods with their options, presets and columns.
std::string help() {
  std::string text =
      "Columns read: t (whole numbers without a gap), observed (empty = missing), and where they "
      "are\n"
      "there unit, date, period, population. Columns written: unit, t, date, observed, expected,\n"
      "upperbound, alarm (0 or 1; empty where there is no answer) and the method's "
      "own.\n\nMethods:\n";
  for (const surveillance::Detector& one : surveillance::detectors()) {
    text += fmt::format("  {}: {}\n", one.name, one.title);
    if (!one.columns.empty()) text += fmt::format("      columns  {}\n", one.columns);
    for (const surveillance::DetectOption& option : one.options)
      text += fmt::format("      {:<21}{}{} [{}]\n", option.name, option.what,
                          option.words.find('|') == std::string_view::npos
                              ? ""
                              : fmt::format(" ({})", option.words),
                          option.fallback);
    for (const surveillance::Preset& preset : one.presets)
      text += fmt::format("      preset: {:<19} {}\n", preset.name, preset.what);
  }
  return text +
         "\nExample:\n"
         "  healthbrain detect --method farrington-flexible --input weekly.csv --config c.yaml\n"
         "c.yaml:\n  preset: noufaily-2013\n  alpha: 0.01\n"
         "\nMethods, sources and how each kind of bad input is answered: docs/surveillance.md\n"
         "Exit code 3 when a unit could not be judged (named on stderr), 2 when the table, an "
         "option\n"
         "or the range is not what is expected.";
}

}  // namespace

void add_detect(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<DetectArguments>();
  CLI::App* command =
      app.add_subcommand("detect", "Aberrations in series of counts (CSV in, CSV on stdout)");
  command->add_option("--method", arguments->method, "Name of the method, below")->required();
  command->add_option("--input", arguments->input, "Series, CSV with a header; - for stdin")
      ->required();
  command->add_option("--config", arguments->config, "Options of the method, YAML");
  command->add_option("--range", arguments->range, "First and last time point, 100:160");
  command->add_option("--output", arguments->output, "File for the answer instead of stdout");
  command->footer(help());
  command->callback([&exit_code, arguments] { exit_code = run(*arguments); });
}

}  // namespace hb::cli
