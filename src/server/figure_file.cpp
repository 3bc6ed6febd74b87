#include "server/figure_file.hpp"

#include "core/csv.hpp"
#include "exchange/adx.hpp"
#include "exchange/measure_report.hpp"
#include "report/xlsx.hpp"

namespace hb::server {

Result<std::string> figures_csv(std::string_view bytes, const std::string& name) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const char begin = first == std::string_view::npos ? '\0' : bytes[first];
  const auto placed = [&](const Error& error) {
    return fail(error.code, error.message, error.where.empty() ? name : name + ": " + error.where);
  };
  if (report::looks_like_xlsx(bytes)) {
    auto csv = report::xlsx_to_csv(bytes);
    if (!csv) return placed(csv.error());
    return csv;
  }
  if (begin != '{' && begin != '<') return std::string(bytes);
  const std::string text(bytes);
  const auto values =
      begin == '{' ? exchange::read_measure_reports(text) : exchange::read_adx(text);
  if (!values) return placed(values.error());
  return exchange::report_csv(*values);
}

Result<std::string> template_file(const std::vector<std::vector<std::string>>& rows, bool workbook,
                                  const std::string& year) {
  if (!workbook) {
    std::string csv = "\xEF\xBB\xBF";
    for (const auto& row : rows)
      for (std::size_t i = 0; i < row.size(); ++i)
        csv += csv_field(row[i]) + (i + 1 < row.size() ? "," : "\n");
    return csv;
  }
  report::SheetTable sheet{year.empty() ? "template" : year, {}, {}};
  sheet.widths = {38, 48, 14, 12, 10, 8, 14, 14, 12, 30};
  for (const auto& row : rows) sheet.rows.emplace_back(row.begin(), row.end());
  return report::write_xlsx({sheet});
}

}  // namespace hb::server
