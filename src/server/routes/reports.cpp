// Reports filled with figures: a page to read and print, a document to write on, a workbook.
#include <fmt/format.h>

#include <filesystem>

#include "indicators/measure_cells.hpp"
#include "server/figure_views.hpp"
#include "server/json.hpp"
#include "server/parameters.hpp"
#include "server/plan_routes.hpp"
#include "server/report_pages.hpp"

namespace hb::server {

namespace {

namespace fs = std::filesystem;

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
      items.push_back(json::object{{"id", form->id},
                                   {"name", texts(form->name)},
                                   {"official", form->official},
                                   {"passed", !form->flow.empty()}});
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
  const auto format = word_of(request, "format", {"html", "docx", "pdf", "xlsx"});
  if (!format) return format.error();
  const auto form = report::find_template(scenes_of(services), std::string(request.capture("id")));
  if (!form) return not_found({"该报告", "such report"});
  const int wanted = year->has_value() ? static_cast<int>(**year) : last_full_year(services);
  const auto filled = filled_report(services, *form, *area, wanted);
  if (!filled) return outcome(filled.error());
  const std::string name = fmt::format("{}-{}", form->id, wanted);
  if (*format != "xlsx") return document_response(filled->document, *format, name);
  const auto bytes = report::write_xlsx({filled->sheet});
  if (!bytes) return outcome(bytes.error());
  return file_response("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                       name + ".xlsx", *bytes);
}

}  // namespace hb::server
