#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/flow_run.hpp"
#include "workflow/check.hpp"
#include "workflow/draw.hpp"
#include "workflow/simulate.hpp"

namespace hb::cli {
namespace {

using workflow::Checked;
using workflow::Flow;
using workflow::Language;

int run_check(const std::string& path) {
  const Result<Checked> checked = workflow::check(path);
  if (!checked) return give_up(checked.error());
  for (const workflow::Fault& fault : checked->faults) fmt::print("{}\n", describe(fault));
  if (!checked->faults.empty()) return exit_nothing_done;
  for (const Flow& flow : checked->flows)
    fmt::print(stderr, "sound: {} {} ({} states)\n", flow.id, flow.version, flow.states.size());
  return exit_ok;
}

struct DrawArguments {
  std::string path;
  std::string format = "svg";
  std::string language = "zh";
};

int run_draw(const DrawArguments& arguments) {
  std::vector<workflow::Fault> faults;
  const auto flow = workflow::load_flow(arguments.path, faults);
  for (const workflow::Fault& fault : faults) say_error(describe(fault));
  if (!flow) return exit_nothing_done;
  const Language language = arguments.language == "zh" ? Language::zh : Language::en;
  const std::string text = arguments.format == "svg"       ? workflow::draw_svg(*flow, language)
                           : arguments.format == "mermaid" ? workflow::draw_mermaid(*flow, language)
                                                           : workflow::draw_dot(*flow, language);
  fmt::print("{}", text);
  return exit_ok;
}

void add_check(CLI::App& flow, int& exit_code) {
  auto path = std::make_shared<std::string>();
  CLI::App* check = flow.add_subcommand(
      "check", "Prove that flows are sound; each fault on stdout as file:line:column: … (exit 1)");
  check->add_option("path", *path, "A flow file, or a folder with flows")->required();
  check->footer("Example:\n  healthbrain flow check scenes/outbreak-response/flows/outbreak.yaml");
  check->callback([&exit_code, path] { exit_code = run_check(*path); });
}

void add_draw(CLI::App& flow, int& exit_code) {
  auto arguments = std::make_shared<DrawArguments>();
  CLI::App* draw = flow.add_subcommand("draw", "Draw a flow (on stdout)");
  draw->add_option("path", arguments->path, "A flow file")->required();
  draw->add_option("--format", arguments->format, "svg, mermaid or dot")
      ->check(CLI::IsMember({"svg", "mermaid", "dot"}))
      ->capture_default_str();
  draw->add_option("--language", arguments->language, "zh or en")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str();
  draw->footer("Example:\n  healthbrain flow draw outbreak.yaml --language en > outbreak.svg");
  draw->callback([&exit_code, arguments] { exit_code = run_draw(*arguments); });
}

struct SimulateArguments {
  std::string path;
  std::string actors;
  workflow::SimulateOptions options;
};

int say_faults(const std::vector<workflow::Fault>& faults) {
  for (const workflow::Fault& fault : faults) say_error(describe(fault));
  return exit_nothing_done;
}

int run_simulate(SimulateArguments& arguments) {
  std::vector<workflow::Fault> faults;
  if (!arguments.actors.empty()) workflow::load_crews(arguments.actors, arguments.options, faults);
  const auto flow = workflow::load_flow(arguments.path, faults);
  if (!faults.empty() || !flow) return say_faults(faults);
  const auto folder = std::filesystem::absolute(arguments.path).parent_path();
  const Result<Checked> checked = workflow::check(folder);
  if (!checked) return give_up(checked.error());
  if (!checked->faults.empty()) return say_faults(checked->faults);
  std::vector<workflow::Library::Entry> entries;
  for (const Flow& one : checked->flows)
    entries.push_back({one, checked->surroundings.at(one.file).calendars});
  const auto result = workflow::simulate(*flow, entries, arguments.options);
  if (!result) return give_up(result.error());
  fmt::print("{}", workflow::to_csv(*result));
  if (result->stuck == 0 && result->problems.empty()) return exit_ok;
  say_error(fmt::format("{} of {} instances cannot go on, {} kinds of problems", result->stuck,
                        arguments.options.instances, result->problems.size()));
  return exit_nothing_done;
}

void add_simulation(CLI::App& flow, int& exit_code) {
  auto arguments = std::make_shared<SimulateArguments>();
  CLI::App* simulate = flow.add_subcommand(
      "simulate", "Run a flow with random people on a clock of its own (CSV on stdout)");
  simulate->add_option("path", arguments->path, "A flow file")->required();
  simulate->add_option("--instances", arguments->options.instances, "How many are started")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  simulate->add_option("--seed", arguments->options.seed, "The same seed gives the same result")
      ->capture_default_str();
  simulate->add_option("--actors", arguments->actors, "YAML (flow-actors-1): people, their pace")
      ->check(CLI::ExistingFile);
  simulate->footer(
      "Example:\n  healthbrain flow simulate outbreak.yaml --instances 1000 --seed 1\n\n"
      "Says what was entered, made and missed, how busy the people were and where instances got\n"
      "stuck; exit code 1 when one did.");
  simulate->callback([&exit_code, arguments] { exit_code = run_simulate(*arguments); });
}

}  // namespace

void add_flow(CLI::App& app, int& exit_code) {
  CLI::App* flow = app.add_subcommand("flow", "Flows: work that closes its loop");
  flow->require_subcommand(1);
  flow->footer(
      "Example:\n  healthbrain flow check scenes\n\nThe language of flows: docs/workflow.md");
  add_check(*flow, exit_code);
  add_draw(*flow, exit_code);
  add_simulation(*flow, exit_code);
  add_flow_run(*flow, exit_code);
}

}  // namespace hb::cli
