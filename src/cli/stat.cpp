#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/text_input.hpp"
#include "stats/sheet_method.hpp"

namespace hb::cli {
namespace {

struct StatArguments {
  std::string input;
  std::vector<std::string> options;
};

int refuse(const Error& error) {
  say_error(error);
  return exit_usage;
}

int run(const stats::StatMethod& method, const StatArguments& arguments) {
  const Result<std::string> text = read_text_input(arguments.input);
  if (!text) return refuse(text.error());
  const auto answer =
      stats::run_stat(method.name, *text, text_input_name(arguments.input), arguments.options);
  if (!answer) return refuse(answer.error());
  fmt::print("{}", answer->csv);
  for (const Error& error : answer->refused) say_error(error);
  return exit_ok;  // what cannot be given says so in its own row
}

/// Columns, options, answer and an example of a method.
std::string help_of(const stats::StatMethod& method) {
  std::string text = "Columns read (any other column names the group and is echoed):\n";
  for (const stats::ColumnRule& column : method.columns)
    text += fmt::format("  {:<15} {}\n", column.name, column.what);
  if (!method.options.empty()) text += "\nOptions (--option NAME=VALUE):\n";
  for (const stats::OptionRule& option : method.options) {
    const std::string words =
        option.words.empty() ? "" : " (" + stats::list_of_words(option.words) + ")";
    const std::string fallback =
        option.fallback.empty() ? "" : fmt::format(", {} if not given", option.fallback);
    text += fmt::format("  {:<15} {}{}{}\n", option.name, option.what, words, fallback);
  }
  text += fmt::format(
      "\nColumns written: the group, value, lower95, upper95, lower998, upper998,\n"
      "method, status{}{}\n",
      method.adds.empty() ? "" : ", ", fmt::join(stats::added_names(method), ", "));
  text += fmt::format("\nExample:\n  healthbrain stat {} --input figures.csv{}{}\nfigures.csv:\n{}",
                      method.name, method.example.empty() ? "" : " ", method.example, method.input);
  return text + "\nMethod, source and reasons to refuse: docs/statistics.md";
}

}  // namespace

void add_stat(CLI::App& app, int& exit_code) {
  CLI::App* stat = app.add_subcommand("stat", "Statistics of a table (CSV in, CSV on stdout)");
  stat->require_subcommand(1);
  stat->footer(
      "Example:\n  healthbrain stat rate --input deaths.csv --option multiplier=100000\n"
      "  healthbrain stat dsr --input - --option standard=china-2010 < bands.csv\n\n"
      "Figures that cannot be given are empty and `status` says why. Exit code 3 when rows could\n"
      "not be used (named on stderr), 2 when the table or an option is not what is expected.");
  for (const stats::StatMethod& method : stats::stat_methods()) {
    auto arguments = std::make_shared<StatArguments>();
    CLI::App* command = stat->add_subcommand(std::string(method.name), std::string(method.title));
    command->add_option("--input", arguments->input, "Table, CSV with a header; - for stdin")
        ->required();
    command->add_option("--option", arguments->options, "NAME=VALUE, any number of times")
        ->expected(1)
        ->take_all()
        ->allow_extra_args(false);
    command->footer(help_of(method));
    command->callback([&exit_code, &method, arguments] { exit_code = run(method, *arguments); });
  }
}

}  // namespace hb::cli
