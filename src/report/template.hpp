#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "indicators/measure.hpp"
#include "report/document.hpp"

namespace hb::report {

/// One year of a computed indicator, as a report prints it.
struct ReportFigure {
  const indicators::Measure* measure = nullptr;
  std::optional<double> value;
  std::string printed;                 ///< with the indicator's decimals; empty = no value
  std::string numerator, denominator;  ///< whole numbers; empty = none
  std::optional<double> lower, upper;
  std::string target;  ///< as written; empty = none
  std::string status;  ///< 完成; empty = none
  std::string origin;  ///< 已发布第1版, 由居民记录计算
  std::string reason;  ///< why there is no value
};

/// What a report is filled with.
struct ReportData {
  int year = 0;
  std::string area;  ///< 映川区
  /// A computed indicator in a year; a figure without measure: there is no such indicator.
  std::function<ReportFigure(const std::string& id, int year)> figure;
  /// Its streets in that year: name and value; empty = none.
  std::function<std::vector<std::pair<std::string, double>>(const std::string& id)> streets;
};

struct TemplatePart {
  std::string heading;  ///< 【概况】 of a yearbook entry, or of a part; may be empty
  std::vector<std::string> sentences;  ///< with {placeholders}
};
struct TemplateSection {
  std::string title;
  std::vector<TemplatePart> parts;
  std::vector<std::string> table;  ///< ids
  std::string table_caption;
  std::string streets;  ///< id drawn by street
};
/// scenes/<scene>/reports/<id>.yaml
struct ReportTemplate {
  std::string id;
  Localized name;
  bool official = true;
  std::string title;  ///< with {year} and {area}
  std::string flow;   ///< id of the flow through which the offices pass it; empty = none
  std::vector<TemplateSection> sections;
  std::string file;
};

/// errors  invalid_input with where = file:line
Result<ReportTemplate> load_template(const std::filesystem::path& file);
/// By its id under scenes_dir/*/reports. errors  not_found: names the ones there are
Result<ReportTemplate> find_template(const std::filesystem::path& scenes_dir,
                                     const std::string& id);

/// Indicators that a template mentions, each once.
std::vector<std::string> ids_of(const ReportTemplate& report);

/// A filled report, and what it had to leave out.
struct FilledReport {
  Document document;
  std::vector<std::string> omitted;  ///< sentences without a figure, with the reason
  SheetTable sheet;                  ///< all figures, numbers as numbers
};

/// Fills a template. Placeholders: {year}, {last-year}, {area}; of an indicator {id} (value with
/// unit), {id.value}, {id.numerator}, {id.denominator}, {id.last} and {id.change} (比上年上升1.2个
/// 百分点, 增长3.4%, 持平). A sentence with a figure that cannot be given is left out and said.
/// errors  invalid_input: a placeholder that is not known, where = file
Result<FilledReport> fill(const ReportTemplate& report, const ReportData& data);

/// 上升1.20个百分点 · 提高1.62岁 · 下降3.40% · 持平: percentages in points, years in years,
/// everything else in percent of the year before (in the unit where that was 0).
std::string change_words(const ReportFigure& now, const ReportFigure& before);

}  // namespace hb::report
