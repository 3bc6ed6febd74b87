#include "server/report_pages.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "report/store_figures.hpp"
#include "server/figure_views.hpp"
#include "server/json.hpp"
#include "server/measures.hpp"
#include "server/outcome.hpp"

namespace hb::server {

namespace {

namespace fs = std::filesystem;

/// Printed by the browser of the system, into a file of our own that is read and removed.
Result<std::string> pdf_of(const report::Document& document) {
  std::string path = (fs::temp_directory_path() / "hb-page-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) return fail(ErrorCode::unavailable, "no temporary file can be made");
  ::close(file);
  const Result<void> printed = report::html_to_pdf(report::to_html(document), path);
  std::ostringstream bytes;
  if (printed) bytes << std::ifstream(path, std::ios::binary).rdbuf();
  ::unlink(path.c_str());
  if (!printed) return unexpected(printed.error());
  return bytes.str();
}

}  // namespace

int last_full_year(const Services& services) {
  const YearMonthDay day = civil(services.today());
  return day.month == 12 && day.day == 31 ? day.year : day.year - 1;
}

Result<report::FilledReport> filled_report(Services& services, const report::ReportTemplate& form,
                                           const std::string& area, int year) {
  const auto book = open_report_book(services);
  if (!book) return unexpected(book.error());
  const indicators::Reader outside{Principal::published("operation"), false, false};
  auto filled = report::fill(
      form,
      report::data_of(
          {*services.measures, source_of(services, outside), **book, area, year,
           [&](const std::string& code) {
             return code.empty() ? Localized{"全部区域", "All areas"} : services.areas.name(code);
           }}));
  if (filled) filled->document.simulated = services.hub.store().info().simulated;
  return filled;
}

Response file_response(const char* type, const std::string& name, std::string body) {
  Response response = text_response(200, type, std::move(body));
  response.headers.emplace_back("content-disposition", "attachment; filename=\"" + name + "\"");
  return response;
}

Response document_response(const report::Document& document, std::string_view format,
                           const std::string& name) {
  if (format == "docx") {
    const auto bytes = report::to_docx(document);
    if (!bytes) return outcome(bytes.error());
    return file_response("application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                         name + ".docx", *bytes);
  }
  if (format == "pdf") {
    const auto bytes = pdf_of(document);
    if (!bytes) return outcome(bytes.error());
    return file_response("application/pdf", name + ".pdf", *bytes);
  }
  return text_response(200, "text/html; charset=utf-8", report::to_html(document));
}

}  // namespace hb::server
