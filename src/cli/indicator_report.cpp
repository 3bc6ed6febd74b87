#include <fmt/format.h>

#include <fstream>

#include "cli/exit_code.hpp"
#include "cli/indicator_plans.hpp"
#include "cli/measure_store.hpp"
#include "report/store_figures.hpp"
#include "server/areas.hpp"

namespace hb::cli {
namespace {

struct ReportArguments {
  std::string store, scenes, name, area, area_name, out, organ, number, date, signed_by;
  int year = 0;
  int threads = default_threads();
};

Result<void> write_as(const std::string& path, const report::FilledReport& filled) {
  const auto save = [&](const std::string& bytes) -> Result<void> {
    std::ofstream out(path, std::ios::binary);
    out << bytes;
    out.flush();
    if (!out) return fail(ErrorCode::unavailable, "cannot be written", path);
    return {};
  };
  if (path.ends_with(".pdf")) return report::html_to_pdf(report::to_html(filled.document), path);
  if (path.ends_with(".html")) return save(report::to_html(filled.document));
  const auto bytes = path.ends_with(".docx") ? report::to_docx(filled.document)
                                             : report::write_xlsx({filled.sheet});
  if (!bytes) return unexpected(bytes.error());
  return save(*bytes);
}

/// 2026年3月1日
std::string chinese_date(Date day) {
  const YearMonthDay parts = civil(day);
  return fmt::format("{}年{}月{}日", parts.year, parts.month, parts.day);
}

int run_report(const ReportArguments& arguments) {
  const std::string& out = arguments.out;
  if (!out.ends_with(".html") && !out.ends_with(".docx") && !out.ends_with(".pdf") &&
      !out.ends_with(".xlsx"))
    return give_up({ErrorCode::invalid_input, "--out ends with .html, .docx, .pdf or .xlsx", out});
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return give_up(scenes.error());
  const auto form = report::find_template(*scenes, arguments.name);
  if (!form) return give_up(form.error());
  const auto store = open_measure_store({arguments.store, arguments.scenes, arguments.threads});
  if (!store) return give_up(store.error());
  store->engine->refresh();
  const auto book = open_report_book(arguments.store);
  if (!book) return give_up(book.error());
  const auto areas = server::Areas::load(store->hub->directory());
  if (!areas) return give_up(areas.error());
  report::ReportData data =
      report::data_of({*store->engine, store->for_outside(), **book, arguments.area, arguments.year,
                       [&](const std::string& code) { return areas->name(code); }});
  if (!arguments.area_name.empty()) data.area = arguments.area_name;
  auto filled = report::fill(*form, data);
  if (!filled) return give_up(filled.error());
  report::Document& document = filled->document;
  document.organ = arguments.organ;
  document.number = arguments.number;
  document.signed_by = arguments.signed_by;
  document.simulated = store->hub->store().info().simulated;
  document.date =
      arguments.date.empty() ? chinese_date(day_in_shanghai(system_clock()())) : arguments.date;
  if (const auto written = write_as(out, *filled); !written) return give_up(written.error());
  if (const auto saved = store->engine->save(); !saved) say_error(saved.error());
  for (const std::string& one : filled->omitted) say_error("left out: " + one);
  return filled->omitted.empty() ? exit_ok : exit_some_put_aside;
}

}  // namespace

void add_indicator_report(CLI::App& indicator, int& exit_code) {
  auto arguments = std::make_shared<ReportArguments>();
  CLI::App* command = indicator.add_subcommand(
      "report", "The yearly report or the yearbook chapter, filled with figures");
  command->add_option("--store", arguments->store, "Store directory")->required();
  command->add_option("--report", arguments->name, "yearly-health-report, yearbook-chapter")
      ->required();
  command->add_option("--year", arguments->year, "Year of the figures")
      ->required()
      ->check(CLI::Range(1949, 2100));
  command->add_option("--area", arguments->area, "Area code")->required();
  command->add_option("--area-name", arguments->area_name, "Name of the area; found if not given");
  command->add_option("--out", arguments->out, "File: .html, .pdf, .docx or .xlsx (the figures)")
      ->required();
  command->add_option("--organ", arguments->organ, "Who issues it, for the head of the report");
  command->add_option("--number", arguments->number, "Number of the document");
  command->add_option("--date", arguments->date, "Date below the report; today if not given");
  command->add_option("--signed", arguments->signed_by, "Author of a yearbook chapter");
  command->add_option("--scenes", arguments->scenes, "Scenes directory; found if not given");
  command->footer(
      "Example:\n  healthbrain indicator report --store district-store --report "
      "yearly-health-report --year 2025 --area 770101\n    --organ 映川区卫生健康局 --out 2025.pdf"
      "\n\nSentences whose figure cannot be given are left out and said (exit 3).");
  command->callback([&exit_code, arguments] { exit_code = run_report(*arguments); });
}

}  // namespace hb::cli
