#include "server/figure_views.hpp"

#include <algorithm>

#include "indicators/measure_engine.hpp"
#include "server/outcome.hpp"

namespace hb::server {

namespace fs = std::filesystem;
using indicators::Definition;
using indicators::FigureCell;
using indicators::Measure;

fs::path scenes_of(const Services& services) {
  return services.views_dir.parent_path().parent_path();
}

Result<std::unique_ptr<indicators::ReportBook>> open_report_book(const Services& services) {
  const fs::path file = fs::path(services.hub.directory()) / "figures.db";
  return indicators::ReportBook::open(file.string(), services.clock);
}

namespace {

constexpr std::string_view code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_input:
      return "invalid_input";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::unavailable:
      break;
  }
  return "unavailable";
}

/// What the book says in English, in Chinese.
std::string chinese(const Error& error) {
  const auto begins = [&](std::string_view words) { return error.message.starts_with(words); };
  if (begins("who submitted")) return "提交人不得审核自己提交的数据，请由其他人员审核";
  if (begins("more has happened")) return "该数据已有新的处理，请刷新后再操作";
  if (begins("a figure is returned")) return "退回须填写说明";
  if (begins("a decision states")) return "裁定须填写理由";
  if (begins("different values")) return "同一指标、区域、统计期填报了不同数值，请先裁定";
  if (begins("there is nothing to decide")) return "该数据没有待裁定的不同数值";
  if (begins("only an approved")) return "只有已审核的数据可以发布";
  if (begins("a figure goes")) return "不符合流程：草稿→提交→审核→发布";
  if (begins("this number is published")) return "该数据已发布过，再次发布须填写理由";
  if (error.where == "indicator-internal") return "内部指标（visible: internal），不得发布";
  if (begins("there is no reported figure")) return "没有此编号的填报数据";
  return error.message;
}

}  // namespace

json::object figure_fault(const Error& error) {
  return {
      {"code", code_name(error.code)}, {"message", error.message}, {"messageZh", chinese(error)}};
}

Response figure_outcome(const Error& error) {
  const Localized words{chinese(error), error.message};
  switch (error.code) {
    case ErrorCode::not_found:
      return refusal(404, "not_found", words, error.where);
    case ErrorCode::conflict:
      return refusal(409, "conflict", words, error.where);
    case ErrorCode::forbidden:
      return refusal(403, "forbidden", words, error.where);
    case ErrorCode::invalid_input:
      return refusal(400, "invalid_input", words, error.where);
    default:
      return outcome(error);
  }
}

Result<FigureWords> FigureWords::load(const Services& services) {
  auto definitions = indicators::Definitions::load(scenes_of(services));
  if (!definitions) return unexpected(definitions.error());
  return FigureWords(std::move(*definitions), services);
}

Localized FigureWords::name(const std::string& indicator) const {
  if (const Definition* definition = find(indicator)) return definition->name;
  if (const Measure* measure = services_->measures->find(indicator)) return measure->title;
  return {indicator, indicator};
}

void FigureWords::add_names(const FigureCell& cell, json::object& out) const {
  const Definition* definition = find(cell.indicator);
  const Measure* measure = services_->measures->find(cell.indicator);
  out["indicator"] = cell.indicator;
  out["name"] = texts(name(cell.indicator));
  out["unit"] = definition != nullptr ? texts(definition->unit.name)
                : measure != nullptr  ? texts(measure->unit)
                                      : texts({"", ""});
  out["owner"] = definition != nullptr ? json::value(texts(definition->owner)) : nullptr;
  out["area"] = cell.area;
  out["area_name"] = texts(cell.area.empty() ? Localized{"全部区域", "All areas"}
                                             : services_->areas.name(cell.area));
  out["period"] = cell.period;
}

json::object FigureWords::figure(const indicators::ReportedFigure& one, bool in_conflict) const {
  json::object out{{"figure", one.id}};
  add_names(one.given.cell, out);
  out["version"] = one.given.version;
  out["value"] = one.given.value;
  out["numerator"] = one.given.numerator;
  out["denominator"] = one.given.denominator;
  out["note"] = one.given.note;
  out["state"] = indicators::sign_word(one.state);
  out["state_by"] = one.state_by;
  out["state_at"] = format_instant(one.state_at);
  out["entered_by"] = one.by;
  out["entered_at"] = format_instant(one.at);
  out["file"] = one.given.file;
  out["line"] = one.given.line;
  out["seen"] = one.act;
  out["conflict"] = in_conflict;
  return out;
}

json::object FigureWords::vintage(const indicators::Vintage& one) const {
  json::object out;
  add_names(one.cell, out);
  out["vintage"] = one.number;
  out["version"] = one.version;
  out["computed"] = one.computed;
  out["figure"] = one.figure > 0 ? json::value(one.figure) : json::value(nullptr);
  out["value"] = one.value;
  out["lower"] = one.lower;
  out["upper"] = one.upper;
  out["by"] = one.by;
  out["at"] = format_instant(one.at);
  out["reason"] = one.reason;
  return out;
}

bool is_in(const std::vector<indicators::Conflict>& conflicts,
           const indicators::ReportedFigure& one) {
  return one.state != indicators::SignState::set_aside &&
         std::ranges::any_of(conflicts, [&](const indicators::Conflict& conflict) {
           return conflict.cell == one.given.cell;
         });
}

}  // namespace hb::server
