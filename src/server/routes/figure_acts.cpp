// What is done with reported figures: import, sign-off, decision of conflicts, publication. Every
// act is in the audit before its answer leaves.
#include <algorithm>

#include "indicators/measure_cells.hpp"
#include "indicators/report_import.hpp"
#include "indicators/vintage_now.hpp"
#include "server/figure_file.hpp"
#include "server/figure_routes.hpp"
#include "server/figure_views.hpp"
#include "server/flow_body.hpp"
#include "server/measures.hpp"
#include "server/parameters.hpp"
#include "server/report_pages.hpp"

namespace hb::server {

namespace {

using indicators::ReportBook;
using indicators::SignState;

constexpr std::size_t most_at_once = 500;

bool is_area_code(const std::string& code) {
  return (code.size() == 6 || code.size() == 9 || code.size() == 12) &&
         code.find_first_not_of("0123456789") == std::string::npos;
}

struct Act {
  std::string_view word, permission;
  SignState to;
};
constexpr Act all_acts[] = {{"submit", "figures:write", SignState::submitted},
                            {"approve", "figures:review", SignState::approved},
                            {"return", "figures:review", SignState::draft},
                            {"publish", "figures:review", SignState::published}};

struct Item {
  std::int64_t figure = 0;
  std::int64_t seen = 0;
};

std::vector<Item> items_of(FlowBody& body) {
  std::vector<Item> items;
  const json::array* given = body.array_at("items");
  const Localized expected{"1–500 项 {figure, seen}", "1 to 500 of {figure, seen}"};
  if (given == nullptr || given->empty() || given->size() > most_at_once) {
    if (body.ok()) body.refuse("items", expected);
    return items;
  }
  for (const json::value& one : *given) {
    const auto whole = [&](const char* name) -> std::int64_t {
      if (!one.is_object()) return 0;
      const json::value* value = one.as_object().if_contains(name);
      return value != nullptr && value->is_int64() ? value->as_int64() : 0;
    };
    items.push_back({whole("figure"), whole("seen")});
    if ((items.back().figure <= 0 || items.back().seen <= 0) && body.ok())
      body.refuse("items", expected);
  }
  return items;
}

json::object act_on(const Item& item, const Act& act, const std::string& note,
                    const Principal& principal, const FigureWords& words, ReportBook& book) {
  json::object out{{"figure", item.figure}};
  const auto refused = [&](const Error& error) {
    out["ok"] = false;
    out["error"] = figure_fault(error);
    return out;
  };
  const auto one = book.figure(item.figure);
  if (!one || !indicators::may_read(principal, one->given.cell.area))
    return refused({ErrorCode::not_found, "there is no reported figure with this number", ""});
  const indicators::ActGround ground{principal.from, item.seen};
  if (act.to == SignState::published) {
    if (const auto* known = words.find(one->given.cell.indicator); known != nullptr)
      if (const auto may = indicators::check_publishable(*known); !may) return refused(may.error());
    const auto made = book.publish(item.figure, principal.user, note, ground);
    if (!made) return refused(made.error());
    out["vintage"] = made->number;
  } else if (const auto moved = book.move(item.figure, act.to, principal.user, note, ground);
             !moved) {
    return refused(moved.error());
  }
  out["ok"] = true;
  out["state"] = indicators::sign_word(act.to);
  return out;
}

json::object row_object(const indicators::ImportedRow& row, const FigureWords& words) {
  return {{"line", row.line},
          {"outcome", indicators::outcome_word(row.outcome)},
          {"indicator", row.cell.indicator},
          {"name", texts(words.name(row.cell.indicator))},
          {"area", row.cell.area},
          {"period", row.cell.period},
          {"value", row.value},
          {"rule", row.rule},
          {"message", texts_or_null(row.message)},
          {"figure", row.figure > 0 ? json::value(row.figure) : json::value(nullptr)}};
}

}  // namespace

/// GET /api/figures/template?year=&area=&plan=&format=xlsx&all=
Response get_figure_template(Request& request, const Principal&, Services& services) {
  const auto year = number_of(request, "year", 1949, 2100);
  if (!year) return year.error();
  const auto area = area_of(request);
  if (!area) return area.error();
  const auto plan = text_of(request, "plan");
  if (!plan) return plan.error();
  if (!plan->empty() && services.catalogue.plan(*plan) == nullptr)
    return not_found({"该规划", "such plan"});
  const auto format = word_of(request, "format", {"csv", "xlsx"});
  if (!format) return format.error();
  const auto all = word_of(request, "all", {"true", "false"});
  if (!all) return all.error();
  const auto language = word_of(request, "lang", {"zh", "en"});
  if (!language) return language.error();
  const auto words = FigureWords::load(services);
  if (!words) return outcome(words.error());
  indicators::TemplateOptions options;
  options.plan = *plan;
  options.year = std::to_string(year->value_or(civil(services.today()).year));
  options.area = *area;
  options.with_computed = request.query("all") && *all == "true";
  options.language = *language == "en" ? indicators::Language::en : indicators::Language::zh;
  const bool workbook = request.query("format") && *format == "xlsx";
  const auto bytes = template_file(
      indicators::report_template(words->definitions(), services.catalogue.plans(), options),
      workbook, options.year);
  if (!bytes) return outcome(bytes.error());
  const std::string name = "indicators-" + options.year;
  return workbook
             ? file_response("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                             name + ".xlsx", *bytes)
             : file_response("text/csv; charset=utf-8", name + ".csv", *bytes);
}

/// POST /api/figures/import?name=&area=&check=true, the file as body: every row with what became
/// of it; with `check` nothing is entered
Response import_figure_file(Request& request, const Principal& principal, Services& services) {
  const auto name = text_of(request, "name");
  if (!name) return name.error();
  const auto area = area_of(request);
  if (!area) return area.error();
  const auto check = word_of(request, "check", {"true", "false"});
  if (!check) return check.error();
  const auto words = FigureWords::load(services);
  if (!words) return outcome(words.error());
  const std::string file = name->empty() ? "upload" : *name;
  const auto csv = figures_csv(request.body, file);
  if (!csv) return outcome(csv.error());
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  indicators::ImportOptions options;
  options.file = file;
  options.area = *area;
  options.by = principal.user;
  options.from = principal.from;
  options.dry_run = request.query("check") && *check == "true";
  options.knows_area = [&](const std::string& code) {
    return is_area_code(code) && indicators::may_read(principal, code);
  };
  const auto rows = indicators::import_figures(*csv, words->definitions(), **book, options);
  if (const Result<void> told = (*book)->settle(services.hub.store()); !told)
    return outcome(told.error());
  if (!rows) return outcome(rows.error());
  json::object counts;
  for (const char* word : {"added", "known", "conflict", "empty", "refused", "unreadable"})
    counts[word] = 0;
  json::array items;
  for (const indicators::ImportedRow& row : *rows) {
    json::value& count = counts[indicators::outcome_word(row.outcome)];
    count = count.as_int64() + 1;
    if (row.outcome != indicators::RowOutcome::empty) items.push_back(row_object(row, *words));
  }
  return json_response(200, json::object{{"file", file},
                                         {"checked_only", options.dry_run},
                                         {"counts", std::move(counts)},
                                         {"rows", std::move(items)}});
}

/// POST /api/figures/acts {act, items: [{figure, seen}], note}: each figure has its own result
Response post_figure_acts(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"act", "items", "note"});
  const std::string word = body.text("act", true);
  const std::vector<Item> items = items_of(body);
  const std::string note = body.text("note", false, 2000);
  const Act* act = nullptr;
  for (const Act& one : all_acts)
    if (one.word == word) act = &one;
  if (act == nullptr && body.ok())
    body.refuse("act",
                {"submit、approve、return 或 publish", "submit, approve, return or publish"});
  if (!body.ok()) return body.refused();
  if (!services.gate.may(principal, act->permission))
    return refusal(403, "forbidden", {"没有此项权限", "no permission to do this"}, act->permission);
  const auto words = FigureWords::load(services);
  if (!words) return outcome(words.error());
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  json::array results;
  for (const Item& item : items)
    results.push_back(act_on(item, *act, note, principal, *words, **book));
  if (const Result<void> told = (*book)->settle(services.hub.store()); !told)
    return outcome(told.error());
  return json_response(200, json::object{{"results", std::move(results)}});
}

/// POST /api/figures/decision {keep, seen, why}
Response post_figure_decision(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"keep", "seen", "why"});
  const auto keep = body.whole("keep", true);
  const auto seen = body.whole("seen", true);
  const std::string why = body.text("why", true, 2000);
  if (!body.ok()) return body.refused();
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  const auto one = (*book)->figure(*keep);
  if (!one || !indicators::may_read(principal, one->given.cell.area))
    return not_found({"此编号的填报数据", "such reported figure"});
  const auto decided = (*book)->decide(*keep, principal.user, why, {principal.from, *seen});
  if (!decided) return figure_outcome(decided.error());
  if (const Result<void> told = (*book)->settle(services.hub.store()); !told)
    return outcome(told.error());
  return json_response(200, json::object{{"kept", *keep}});
}

/// POST /api/vintages {period, area, indicator, reason}: computed numbers become published ones, as
/// everybody is given them
Response post_vintages(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"period", "area", "indicator", "reason"});
  const std::string text = body.text("period", true);
  const std::string area = body.text("area", false);
  const std::string id = body.text("indicator", false);
  const std::string reason = body.text("reason", false, 2000);
  const auto period = parse_period(text);
  if (!period && body.ok())
    body.refuse("period", {"2025、2025-Q3 或 2025-11", "2025, 2025-Q3 or 2025-11"});
  if (!area.empty() && !is_area_code(area) && body.ok())
    body.refuse("area", {"6、9 或 12 位区划代码", "a code of 6, 9 or 12 digits"});
  if (!body.ok()) return body.refused();
  if (const Result<void> known = check_period(services, *period); !known)
    return outcome(known.error());
  if (!indicators::may_read(principal, area))
    return outcome(
        {ErrorCode::forbidden, "this area is outside the areas that you may see", "area"});
  if (!id.empty()) {
    const indicators::Measure* const asked = given_measure(services, principal, id);
    if (asked == nullptr) return not_found({"该计算指标", "such computed indicator"});
    if (const auto may = indicators::check_publishable(*asked); !may)
      return figure_outcome(may.error());
  }
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  const indicators::CellSource cells =
      source_of(services, {Principal::published("operation"), false, false});
  json::array results;
  for (const indicators::Measure& measure : services.measures->measures()) {
    if ((!id.empty() && measure.id != id) || !measure.has_period(period->kind)) continue;
    if (!indicators::check_publishable(measure)) continue;
    const auto now = indicators::computed_now(cells, measure, *period, area);
    if (!now) return outcome(now.error());
    if (now->value.empty()) continue;
    json::object out{
        {"indicator", measure.id}, {"name", texts(measure.title)}, {"value", now->value}};
    const auto made = (*book)->publish_computed(*now, principal.user, reason, {principal.from, 0});
    out["ok"] = made.has_value();
    if (made) out["vintage"] = made->number;
    if (!made) out["error"] = figure_fault(made.error());
    results.push_back(std::move(out));
  }
  if (const Result<void> told = (*book)->settle(services.hub.store()); !told)
    return outcome(told.error());
  return json_response(200, json::object{{"results", std::move(results)}});
}

}  // namespace hb::server
