#include <fmt/format.h>

#include "cli/exit_code.hpp"
#include "cli/indicator_plans.hpp"
#include "cli/measure_store.hpp"
#include "exchange/adx.hpp"
#include "exchange/measure_report.hpp"

namespace hb::cli {
namespace {

using indicators::By;

struct ExportArguments {
  std::string store, scenes, id, area, period, by;
  std::string format = "measure-report";
  std::string reporter;
  int threads = default_threads();
};

int run_export(const ExportArguments& arguments) {
  const auto period = parse_period(arguments.period);
  if (!period) return give_up(period.error());
  const auto store = open_measure_store({arguments.store, arguments.scenes, arguments.threads});
  if (!store) return give_up(store.error());
  indicators::MeasureEngine& engine = *store->engine;
  engine.refresh();
  std::vector<const indicators::Measure*> wanted;
  for (const indicators::Measure& measure : engine.measures())
    if ((arguments.id.empty() || measure.id == arguments.id) && measure.has_period(period->kind) &&
        !measure.internal)
      wanted.push_back(&measure);
  if (wanted.empty())
    return give_up({ErrorCode::not_found, "no public computed indicator has this id and period",
                    arguments.id});
  const indicators::CellSource given = store->for_outside();
  std::vector<By> splits = {By::none};
  if (arguments.by == "street") splits.push_back(By::area);
  if (arguments.by == "sex") splits.push_back(By::sex);
  if (arguments.by == "age") splits.push_back(By::age);
  std::vector<exchange::DataValue> values;
  for (const indicators::Measure* measure : wanted)
    for (const By by : splits) {
      const auto cells = given({measure, *period, arguments.area, by});
      if (!cells) continue;  // a split that this method does not have
      for (const indicators::MeasureCell& cell : *cells)
        if (!cell.area_unknown) values.push_back(exchange::data_value(*measure, cell));
    }
  const Instant now = system_clock()();
  if (arguments.format == "adx")
    fmt::print("{}", exchange::write_adx(values, now));
  else if (arguments.format == "csv")
    fmt::print("{}", exchange::report_csv(values));
  else
    fmt::print("{}\n", exchange::measure_reports(values, now, arguments.reporter));
  return exit_ok;
}

}  // namespace

void add_indicator_export(CLI::App& indicator, int& exit_code) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = indicator.add_subcommand(
      "export", "Computed indicators of a period as FHIR MeasureReports, ADX or CSV");
  command->add_option("--store", arguments->store, "Store directory")->required();
  command->add_option("--period", arguments->period, "2025, 2025-Q3, 2025-11")->required();
  command->add_option("--id", arguments->id, "Only this indicator");
  command->add_option("--area", arguments->area, "Area code; everything if not given");
  command->add_option("--by", arguments->by, "Also by street, sex or age")
      ->check(CLI::IsMember({"street", "sex", "age"}));
  command->add_option("--format", arguments->format, "measure-report, adx or csv")
      ->check(CLI::IsMember({"measure-report", "adx", "csv"}))
      ->capture_default_str();
  command->add_option("--reporter", arguments->reporter, "Name of the institution that sends it");
  command->add_option("--scenes", arguments->scenes, "Scenes directory; found if not given");
  command->footer(
      "Example:\n  healthbrain indicator export --store district-store --period 2025 "
      "--area 770101 --format adx > 2025.adx.xml\n\n"
      "`indicator import` takes all three. Small counts are not hidden: the file is for "
      "authorities.");
  command->callback([&exit_code, arguments] { exit_code = run_export(*arguments); });
}

}  // namespace hb::cli
