// Reports filled with figures: a page to read and print, a document to write on, a workbook.
#include <fmt/format.h>

#include <filesystem>

#include "indicators/measure_cells.hpp"
#include "report/store_figures.hpp"
#include "server/figure_views.hpp"
#include "server/json.hpp"
#include "server/measures.hpp"
#include "server/parameters.hpp"
#include "server/plan_routes.hpp"

namespace hb::server {

namespace {

namespace fs = std::filesystem;

/// The last year that is over.
int last_year(const Services& services) {
  const YearMonthDay day = civil(services.today());
  return day.month == 12 && day.day == 31 ? day.year : day.year - 1;
}

Response file_response(const char* type, const std::string& name, std::string body) {
  Response response = text_response(200, type, std::move(body));
  response.headers.emplace_back("content-disposition", "attachment; filename=\"" + name + "\"");
  return response;
}

}  // namespace

/// GET /api/reports
Response get_reports(Request&, const Principal&, Services& services) {
  json::array items;
  std::error_code ignored;
  for (const fs::directory_entry& scene : fs::directory_iterator(scenes_of(services), ignored))
    for (const fs::directory_entry& file :
         fs::directory_iterator(scene.path() / "reports", ignored)) {
      if (file.path().extension() != ".yaml") continue;
      const auto form = report::load_template(file.path());
      if (!form) return outcome(form.error());
      items.push_back(json::object{{"id", form->id}, {"name", texts(form->name)}});
    }
  return json_response(200, json::object{{"items", std::move(items)}});
}

/// GET /api/reports/{id}?area=&year=&format=
Response get_report(Request& request, const Principal& principal, Services& services) {
  const auto area = area_of(request);
  if (!area) return area.error();
  if (!indicators::may_read(principal, *area))
    return outcome(
        {ErrorCode::forbidden, "this area is outside the areas that you may see", "area"});
  const auto year = number_of(request, "year", 1949, 2100);
  if (!year) return year.error();
  const auto format = word_of(request, "format", {"html", "docx", "xlsx"});
  if (!format) return format.error();
  const auto form = report::find_template(scenes_of(services), std::string(request.capture("id")));
  if (!form) return not_found({"该报告", "such report"});
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  const int wanted = year->has_value() ? static_cast<int>(**year) : last_year(services);
  const Reader outside{Principal::published("operation"), false, false};  // reports are handed on
  auto filled = report::fill(
      *form,
      report::data_of(
          {*services.measures, source_of(services, outside), **book, *area, wanted,
           [&](const std::string& code) {
             return code.empty() ? Localized{"全部区域", "All areas"} : services.areas.name(code);
           }}));
  if (!filled) return outcome(filled.error());
  filled->document.simulated = services.hub.store().info().simulated;
  const std::string name = fmt::format("{}-{}", form->id, wanted);
  if (request.query("format") && *format == "docx") {
    const auto bytes = report::to_docx(filled->document);
    if (!bytes) return outcome(bytes.error());
    return file_response("application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                         name + ".docx", *bytes);
  }
  if (request.query("format") && *format == "xlsx") {
    const auto bytes = report::write_xlsx({filled->sheet});
    if (!bytes) return outcome(bytes.error());
    return file_response("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                         name + ".xlsx", *bytes);
  }
  return text_response(200, "text/html; charset=utf-8", report::to_html(filled->document));
}

}  // namespace hb::server
