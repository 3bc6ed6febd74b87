#include "cli/indicator_plans.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "core/csv.hpp"
#include "indicators/plan_check.hpp"
#include "core/json_text.hpp"

namespace hb::cli {
namespace {

namespace json = boost::json;

struct CheckArguments {
  std::string plan, scenes;
  std::string language = "zh";
  std::string format = "csv";
  bool all = false;
};

Result<std::vector<indicators::PlanFinding>> findings_of(const CheckArguments& arguments) {
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  const auto plans = indicators::load_plans(*scenes);
  if (!plans) return unexpected(plans.error());
  const auto definitions = indicators::Definitions::load(*scenes);
  if (!definitions) return unexpected(definitions.error());
  const auto checks = indicators::load_all_checks(*scenes);
  if (!checks) return unexpected(checks.error());
  if (!arguments.plan.empty() &&
      std::ranges::find(*plans, arguments.plan, &indicators::Plan::id) == plans->end())
    return fail(ErrorCode::not_found, "there is no plan with this id", arguments.plan);
  return indicators::check_plans(*plans, *definitions, *checks, {arguments.plan, arguments.all});
}

using Fields = std::vector<std::pair<const char*, std::string>>;

Fields fields_of(const indicators::PlanFinding& one, bool english) {
  const auto pick = [english](const Localized& text) { return english ? text.en : text.zh; };
  return {{"rule", one.rule},
          {"id", one.id},
          {"plan", one.plan},
          {"no", one.no},
          {"name", pick(one.name)},
          {"source", pick(one.source)},
          {"verdict", std::string(indicators::verdict_word(one.verdict))},
          {"reading", pick(one.reading)},
          {"computed", one.computed},
          {"printed", one.printed},
          {"difference", one.difference},
          {"text", pick(one.text)}};
}

int run_check(const CheckArguments& arguments) {
  const auto findings = findings_of(arguments);
  if (!findings) return give_up(findings.error());
  const bool english = arguments.language == "en";
  if (arguments.format == "json") {
    json::array out;
    for (const auto& one : *findings) {
      json::object object;
      for (const auto& [name, text] : fields_of(one, english)) object[name] = text;
      out.push_back(std::move(object));
    }
    fmt::print("{}\n", json_text(out));
    return exit_ok;
  }
  bool first = true;
  for (const auto& one : *findings) {
    const Fields fields = fields_of(one, english);
    std::string header;
    std::string line;
    for (const auto& [name, text] : fields) {
      header += (header.empty() ? "" : ",") + std::string(name);
      line += (&name == &fields.front().first ? "" : ",") + csv_field(text);
    }
    fmt::print("{}{}\n", first ? header + "\n" : "", line);
    first = false;
  }
  return exit_ok;
}

}  // namespace

void add_indicator_plans(CLI::App& indicator, int& exit_code) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* check = indicator.add_subcommand(
      "check-plan", "What in plans and documents does not agree, by rules, in neutral words");
  check->add_option("--plan", arguments->plan,
                    "Only this plan, without the figures of other documents");
  check->add_flag("--all", arguments->all, "Also what agrees");
  check->add_option("--scenes", arguments->scenes, "Scenes directory; found if not given");
  check->add_option("--format", arguments->format, "csv or json")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  check->add_option("--lang", arguments->language, "Language of the texts")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str();
  std::string rules;
  for (const auto& [id, name] : indicators::plan_rules())
    rules += fmt::format("\n  {:<28}{}", id, name.en);
  check->footer(
      "Example:\n  healthbrain indicator check-plan --plan plan-14-5-hangzhou-2025\n\n"
      "For internal use: figures are never corrected, and nobody is said to be wrong. Rules:" +
      rules);
  check->callback([&exit_code, arguments] { exit_code = run_check(*arguments); });
}

}  // namespace hb::cli
