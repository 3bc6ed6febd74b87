#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/indicator_figures.hpp"
#include "cli/indicator_forecast.hpp"
#include "cli/indicator_measures.hpp"
#include "cli/indicator_plans.hpp"
#include "indicators/plan.hpp"

namespace hb::cli {

namespace {

struct EvaluateArguments {
  std::string plan;
  std::string plan_id;
  std::string scenes;
  std::string language = "zh";
};

int run_evaluate(const EvaluateArguments& arguments) {
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return give_up(scenes.error());
  indicators::PlanCsvOptions options;
  options.file = arguments.plan;
  options.scenes_dir = *scenes;
  options.plan = arguments.plan_id;
  options.language =
      arguments.language == "en" ? indicators::Language::en : indicators::Language::zh;
  const Result<std::string> table = indicators::evaluate_plan_csv(options);
  if (!table) return give_up(table.error());
  fmt::print("{}", *table);
  return exit_ok;
}

}  // namespace

void add_indicator(CLI::App& app, int& exit_code) {
  CLI::App* indicator = app.add_subcommand("indicator", "Indicators against their targets");
  indicator->require_subcommand(1);
  indicator->footer(
      "Example:\n  healthbrain indicator evaluate --plan plan-2020.csv\n"
      "  healthbrain indicator compute --store district-store --period 2025");

  auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* evaluate =
      indicator->add_subcommand("evaluate", "Judge every row of a plan table (CSV on stdout)");
  evaluate->add_option("--plan", arguments->plan, "Plan table, CSV")->required();
  evaluate->add_option("--plan-id", arguments->plan_id,
                       "Id of the plan in the scenes; the file's name if not given");
  evaluate->add_option("--scene,--scenes", arguments->scenes,
                       "Scenes directory with what a table cannot say; found if not given");
  evaluate->add_option("--lang", arguments->language, "Language of the reasons")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str();
  evaluate->footer(
      "Example:\n  healthbrain indicator evaluate --plan plan-13-5-gongshu-2020.csv --lang en\n\n"
      "Columns: no,name_zh,scope,target_text,target,value,status,gap,reason\n"
      "Status: met 完成, nearly 基本完成, missed 未完成, not_decidable 暂无法判定");
  evaluate->callback([&exit_code, arguments] { exit_code = run_evaluate(*arguments); });
  add_indicator_measures(*indicator, exit_code);
  add_indicator_forecast(*indicator, exit_code);
  add_indicator_figures(*indicator, exit_code);
  add_indicator_plans(*indicator, exit_code);
  add_indicator_assess(*indicator, exit_code);
  add_indicator_outlook(*indicator, exit_code);
  add_indicator_compare(*indicator, exit_code);
  add_indicator_export(*indicator, exit_code);
  add_indicator_report(*indicator, exit_code);
}

}  // namespace hb::cli
