#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "workflow/check.hpp"
#include "workflow/draw.hpp"

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

}  // namespace

void add_flow(CLI::App& app, int& exit_code) {
  CLI::App* flow = app.add_subcommand("flow", "Flows: work that closes its loop");
  flow->require_subcommand(1);
  flow->footer(
      "Example:\n  healthbrain flow check scenes\n\nThe language of flows: docs/workflow.md");
  add_check(*flow, exit_code);
  add_draw(*flow, exit_code);
}

}  // namespace hb::cli
