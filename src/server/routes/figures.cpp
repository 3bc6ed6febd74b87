// Reported figures on their way to the public, and the published numbers: what can be read of them.
#include <algorithm>
#include <array>

#include "indicators/measure_cells.hpp"
#include "indicators/vintage_now.hpp"
#include "server/figure_routes.hpp"
#include "server/figure_views.hpp"
#include "server/measures.hpp"
#include "server/parameters.hpp"

namespace hb::server {

namespace {

using indicators::ReportedFigure;
using indicators::SignState;

constexpr std::array all_states = {SignState::draft, SignState::submitted, SignState::approved,
                                   SignState::published, SignState::set_aside};

struct Filter {
  std::string state;  ///< "conflict" too; empty = all
  std::string indicator, area, period, text;

  bool keeps(const ReportedFigure& one, bool in_conflict, const FigureWords& words) const {
    const std::string& id = one.given.cell.indicator;
    if (!indicator.empty() && id != indicator) return false;
    if (!area.empty() && !one.given.cell.area.starts_with(area)) return false;
    if (!period.empty() && one.given.cell.period != period) return false;
    if (text.empty()) return true;
    const Localized name = words.name(id);
    const auto holds = [&](const std::string& in) { return in.find(text) != std::string::npos; };
    return holds(id) || holds(name.zh) || holds(name.en) || (in_conflict && text == "conflict");
  }
  bool has_state(const ReportedFigure& one, bool in_conflict) const {
    if (state.empty()) return true;
    return state == "conflict" ? in_conflict : state == indicators::sign_word(one.state);
  }
};

Parsed<Filter> filter_of(const Request& request) {
  Filter filter;
  if (request.query("state")) {
    const auto state = word_of(
        request, "state", {"draft", "submitted", "approved", "published", "set-aside", "conflict"});
    if (!state) return unexpected(state.error());
    filter.state = *state;
  }
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  filter.area = *area;
  for (const auto& [name, into] : {std::pair{"indicator", &filter.indicator},
                                   {"period", &filter.period},
                                   {"q", &filter.text}}) {
    const auto text = text_of(request, name);
    if (!text) return unexpected(text.error());
    *into = *text;
  }
  return filter;
}

/// Cells as they are handed on to everybody: what is published is held against the same.
indicators::CellSource outside_cells(const Services& services) {
  return source_of(services, {Principal::published("operation"), false, false});
}

}  // namespace

/// GET /api/figures?state=&indicator=&area=&period=&q=&page=&size=
Response get_figures(Request& request, const Principal& principal, Services& services) {
  const auto filter = filter_of(request);
  if (!filter) return filter.error();
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto words = FigureWords::load(services);
  if (!words) return outcome(words.error());
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  const auto figures = (*book)->figures({});
  if (!figures) return outcome(figures.error());
  const auto conflicts = (*book)->conflicts();
  if (!conflicts) return outcome(conflicts.error());
  json::object counts;
  for (const SignState state : all_states) counts[indicators::sign_word(state)] = 0;
  counts["conflict"] = 0;
  json::array items;
  std::int64_t total = 0;
  for (const ReportedFigure& one : *figures) {
    if (!indicators::may_read(principal, one.given.cell.area)) continue;
    const bool open = is_in(*conflicts, one);
    if (!filter->keeps(one, open, *words)) continue;
    json::value& count = counts[indicators::sign_word(one.state)];
    count = count.as_int64() + 1;
    if (open) counts["conflict"] = counts["conflict"].as_int64() + 1;
    if (!filter->has_state(one, open)) continue;
    if (total >= page->offset() && total < page->offset() + page->size)
      items.push_back(words->figure(one, open));
    ++total;
  }
  return json_response(200, json::object{{"total", total},
                                         {"page", page->number},
                                         {"size", page->size},
                                         {"counts", std::move(counts)},
                                         {"items", std::move(items)}});
}

/// GET /api/figures/{id}: one figure, what its cell means, who signed it, what was published of it
Response get_figure(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto words = FigureWords::load(services);
  if (!words) return outcome(words.error());
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  const auto one = (*book)->figure(*id);
  if (!one || !indicators::may_read(principal, one->given.cell.area))
    return not_found({"此编号的填报数据", "such reported figure"});
  const indicators::FigureCell& cell = one->given.cell;
  const indicators::FigureFilter of_cell{cell.indicator, cell.area, cell.period, std::nullopt};
  const auto acts = (*book)->acts(*id);
  const auto others = (*book)->figures(of_cell);
  const auto vintages = (*book)->vintages(of_cell);
  const auto conflicts = (*book)->conflicts();
  if (!acts || !others || !vintages || !conflicts)
    return outcome({ErrorCode::unavailable, "the reported figures cannot be read", "figures.db"});
  json::object out{{"item", words->figure(*one, is_in(*conflicts, *one))}};
  const indicators::Definition* definition = words->find(cell.indicator);
  const indicators::DefinitionVersion* version =
      definition == nullptr ? nullptr : definition->version(one->given.version);
  out["basis"] = nullptr;
  if (version != nullptr)
    out["basis"] = json::object{{"population", texts(version->basis.population)},
                                {"area", texts(version->basis.area)},
                                {"year", texts(version->basis.year)},
                                {"date", texts(version->basis.date)}};
  json::array history;
  for (const indicators::SignAct& act : *acts)
    history.push_back(json::object{{"state", indicators::sign_word(act.state)},
                                   {"by", act.by},
                                   {"at", format_instant(act.at)},
                                   {"note", act.note}});
  out["history"] = std::move(history);
  json::array beside;
  for (const ReportedFigure& other : *others)
    if (other.id != *id) beside.push_back(words->figure(other, is_in(*conflicts, other)));
  out["others"] = std::move(beside);
  json::array published;
  for (const indicators::Vintage& vintage : *vintages) published.push_back(words->vintage(vintage));
  out["vintages"] = std::move(published);
  return json_response(200, out);
}

/// GET /api/figures/conflicts: cells for which different values were reported
Response get_figure_conflicts(Request&, const Principal& principal, Services& services) {
  const auto words = FigureWords::load(services);
  if (!words) return outcome(words.error());
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  const auto conflicts = (*book)->conflicts();
  if (!conflicts) return outcome(conflicts.error());
  json::array items;
  for (const indicators::Conflict& conflict : *conflicts) {
    if (!indicators::may_read(principal, conflict.cell.area)) continue;
    json::object one;
    words->add_names(conflict.cell, one);
    json::array figures;
    for (const ReportedFigure& figure : conflict.figures)
      figures.push_back(words->figure(figure, true));
    one["figures"] = std::move(figures);
    items.push_back(std::move(one));
  }
  return json_response(200, json::object{{"items", std::move(items)}});
}

/// GET /api/vintages?indicator=&area=&period=&compare=true: published numbers; with `compare` also
/// what the definitions and records give now, for the newest of each cell
Response get_vintages(Request& request, const Principal& principal, Services& services) {
  auto filter = filter_of(request);
  if (!filter) return filter.error();
  const auto compare = word_of(request, "compare", {"true", "false"});
  if (!compare) return compare.error();
  const auto words = FigureWords::load(services);
  if (!words) return outcome(words.error());
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  const auto vintages = (*book)->vintages({filter->indicator, "", filter->period, std::nullopt});
  if (!vintages) return outcome(vintages.error());
  const bool compares = request.query("compare") && *compare == "true";
  const indicators::CellSource cells = outside_cells(services);
  json::array items;
  for (std::size_t i = 0; i < vintages->size(); ++i) {
    const indicators::Vintage& one = (*vintages)[i];
    const indicators::Measure* const measure = services.measures->find(one.cell.indicator);
    if (measure != nullptr && is_kept_from(services, principal, *measure)) continue;
    if (!indicators::may_read(principal, one.cell.area)) continue;
    if (!filter->area.empty() && one.cell.area != filter->area) continue;
    json::object out = words->vintage(one);
    const bool newest = i + 1 == vintages->size() || (*vintages)[i + 1].cell != one.cell;
    out["newest"] = newest;
    out["now"] = nullptr;
    out["difference"] = nullptr;
    out["change"] = nullptr;
    if (compares && newest) {
      const auto found = indicators::difference_of(one, *services.measures, cells);
      if (!found) return outcome(found.error());
      out["now"] = found->now;
      out["difference"] = found->difference;
      out["change"] = indicators::change_word(found->change);
    }
    items.push_back(std::move(out));
  }
  return json_response(200, json::object{{"items", std::move(items)}});
}

}  // namespace hb::server
