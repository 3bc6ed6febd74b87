#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/text_input.hpp"
#include "tempo/commands.hpp"

namespace hb::cli {
namespace {

struct TempoArguments {
  std::string input;
  std::string si;
  std::string config;
};

int refuse(const Error& error) {
  say_error(error);
  return exit_usage;
}

struct Texts {
  std::string input, si, config;
};

Result<Texts> read_texts(const TempoArguments& arguments) {
  Texts texts;
  for (const auto& [path, text] :
       {std::pair{&arguments.input, &texts.input}, std::pair{&arguments.si, &texts.si},
        std::pair{&arguments.config, &texts.config}}) {
    if (path->empty()) continue;
    auto read = read_text_input(*path);
    if (!read) return unexpected(read.error());
    *text = std::move(*read);
  }
  return texts;
}

int print(const Result<tempo::TempoAnswer>& answer) {
  if (!answer) return refuse(answer.error());
  fmt::print("{}", answer->csv);
  for (const Error& error : answer->refused) say_error(error);
  return answer->refused.empty() ? exit_ok : exit_some_put_aside;
}

std::string config_name(const TempoArguments& arguments) {
  return arguments.config.empty() ? "options" : text_input_name(arguments.config);
}

int run_rt(const TempoArguments& arguments) {
  const auto texts = read_texts(arguments);
  if (!texts) return refuse(texts.error());
  std::optional<tempo::TextFile> si;
  if (!arguments.si.empty()) si = tempo::TextFile{texts->si, text_input_name(arguments.si)};
  return print(tempo::run_rt({texts->input, text_input_name(arguments.input)}, si,
                             {texts->config, config_name(arguments)}));
}

template <class Run>
int run_with(const TempoArguments& arguments, Run run) {
  const auto texts = read_texts(arguments);
  if (!texts) return refuse(texts.error());
  return print(run(tempo::TextFile{texts->input, text_input_name(arguments.input)},
                   tempo::TextFile{texts->config, config_name(arguments)}));
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& title,
                      const std::string& input, TempoArguments& arguments) {
  CLI::App* command = app.add_subcommand(name, title);
  command->add_option("--input", arguments.input, input)->required();
  command->add_option("--config", arguments.config, "Options, YAML; - for stdin");
  return command;
}

std::string options_text(std::span<const stats::SettingRule> rules) {
  return "Options of --config:\n" + stats::help_of_settings(rules);
}

constexpr std::string_view codes =
    "\nExit code 2 when a file or an option is not what is expected, 3 when rows could not be "
    "used\n"
    "(named on stderr). Columns, methods and sources: docs/tempo.md";

}  // namespace

void add_rt(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<TempoArguments>();
  CLI::App* rt =
      add_command(app, "rt", "Reproduction number, growth and forecast of an epidemic curve",
                  "Epidemic curve, CSV with date, I (or local, imported); - for stdin", *arguments);
  rt->add_option("--si", arguments->si, "Serial interval, CSV with k, w");
  rt->footer(options_text(tempo::rt_settings()) +
             "\nExample:\n  healthbrain rt --input curve.csv --si interval.csv\n"
             "  healthbrain rt --input curve.csv --config rt.yaml\nrt.yaml:\n"
             "  mean_si: 6.8\n  std_si: 4.1\n  window: 7" +
             std::string(codes));
  rt->callback([&exit_code, arguments] { exit_code = run_rt(*arguments); });
}

void add_nowcast(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<TempoArguments>();
  CLI::App* nowcast =
      add_command(app, "nowcast", "Cases of the last days, reporting delay allowed for",
                  "Line list, CSV with a row per case; - for stdin", *arguments);
  nowcast->footer(options_text(tempo::nowcast_settings()) +
                  "\nExample:\n  healthbrain nowcast --input cases.csv --config nowcast.yaml\n"
                  "nowcast.yaml:\n  dEventCol: onset\n  dReportCol: reported\n  now: 2026-11-20\n"
                  "  D: 10\n  m: 28" +
                  std::string(codes));
  nowcast->callback(
      [&exit_code, arguments] { exit_code = run_with(*arguments, tempo::run_nowcast); });
}

void add_mem(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<TempoArguments>();
  CLI::App* mem = add_command(
      app, "mem", "Moving epidemic method: thresholds and intensity levels",
      "Weeks by seasons, CSV with week and a column per season; - for stdin", *arguments);
  mem->footer(options_text(tempo::mem_settings()) +
              "\nExample:\n  healthbrain mem --input seasons.csv --config mem.yaml\nmem.yaml:\n"
              "  i.param: 2.8\n  i.n.max: 5" +
              std::string(codes));
  mem->callback([&exit_code, arguments] { exit_code = run_with(*arguments, tempo::run_mem); });
}

}  // namespace hb::cli
