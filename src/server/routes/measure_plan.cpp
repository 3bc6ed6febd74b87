// Targets of computed indicators: the way to the target, who closes the gap.
#include <algorithm>

#include "indicators/yearly.hpp"
#include "server/measures.hpp"
#include "server/parameters.hpp"
#include "server/plan_routes.hpp"

namespace hb::server {

namespace {

using indicators::By;
using indicators::CellsAsk;
using indicators::Measure;
using indicators::MeasureCell;

constexpr int most_years = 8;
constexpr int years_ahead = 5;  // of a forecast when the target's year is over
constexpr auto people_limit = std::chrono::seconds(20);

Parsed<CellsAsk> ask_of(const Request& request, const Principal& principal,
                        const Services& services) {
  CellsAsk ask{};
  ask.measure = given_measure(services, principal, request.capture("id"));
  if (ask.measure == nullptr)
    return unexpected(not_found({"该计算指标", "such computed indicator"}));
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  ask.area = *area;
  const auto period = period_of(request, std::to_string(civil(services.today()).year));
  if (!period) return unexpected(period.error());
  if (const Result<void> known = check_period(services, *period); !known)
    return unexpected(outcome(known.error()));
  ask.period = *period;
  return ask;
}

json::value number_or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

/// Rounded to what is printed.
json::value rounded(const Measure& measure, const std::optional<double>& number) {
  if (!number) return nullptr;
  return std::stod(indicators::printed(measure, number));
}

Result<std::vector<MeasureCell>> cells_for(const Services& services, const Principal& principal,
                                           const CellsAsk& ask) {
  ensure_measures(services, {ask});
  return given_cells(services, *services.measures->snapshot(), reader_of(services, principal), ask);
}

/// The years of a measure that are over, as this principal is given them.
Result<std::vector<MeasureCell>> yearly_cells(const Services& services, const Principal& principal,
                                              const CellsAsk& ask) {
  const auto first = indicators::first_whole_year(services.hub.tables());
  if (!first) return unexpected(first.error());
  std::vector<MeasureCell> cells;
  for (const Period& year : indicators::whole_years(*services.measures, *ask.measure, *first,
                                                    civil(ask.period.last).year, most_years)) {
    const auto cell = cells_for(services, principal, {ask.measure, year, ask.area, By::none});
    if (!cell) return unexpected(cell.error());
    cells.push_back(cell->front());
  }
  return cells;
}

/// The target asked for, else the one the indicator's plans lead to.
struct Wanted {
  std::string text;
  int year = 0;
  const indicators::MeasureTarget* known = nullptr;
};
Parsed<Wanted> wanted_of(const Request& request, const Measure& measure) {
  Wanted wanted;
  const auto text = text_of(request, "target");
  if (!text) return unexpected(text.error());
  const auto year = number_of(request, "year", 1949, 2100);
  if (!year) return unexpected(year.error());
  wanted.known = indicators::latest_target(measure);
  wanted.text = *text;
  if (wanted.text.empty() && wanted.known != nullptr) wanted.text = wanted.known->text;
  if (wanted.known != nullptr) wanted.year = wanted.known->year;
  if (*year) wanted.year = static_cast<int>(**year);
  return wanted;
}

json::object outlook_object(const Measure& measure, const indicators::Outlook& found) {
  json::array years;
  for (const indicators::OutlookYear& one : found.years) {
    const bool bounds = one.point && one.point->at95;
    years.push_back(json::object{
        {"year", one.year},
        {"path", rounded(measure, one.path)},
        {"value", one.point ? rounded(measure, one.point->value) : json::value(nullptr)},
        {"lower", bounds ? rounded(measure, one.point->at95->lower) : json::value(nullptr)},
        {"upper", bounds ? rounded(measure, one.point->at95->upper) : json::value(nullptr)},
        {"pace", one.pace ? json::value(indicators::pace_word(*one.pace)) : json::value(nullptr)},
        {"forecast", rounded(measure, one.forecast)},
        {"forecast_lower",
         one.forecast95 ? rounded(measure, one.forecast95->lower) : json::value(nullptr)},
        {"forecast_upper",
         one.forecast95 ? rounded(measure, one.forecast95->upper) : json::value(nullptr)}});
  }
  return {
      {"years", std::move(years)},
      {"pace", found.pace ? json::value(indicators::pace_word(*found.pace)) : json::value(nullptr)},
      {"probability", number_or_null(found.probability)},
      {"probability_year",
       found.probability ? json::value(found.probability_year) : json::value(nullptr)},
      {"reason", texts_or_null(found.reason)}};
}

/// Institutions that keep the records of the people in the gap, most first; small counts are left
/// out where the asker has no right to them.
Result<json::array> institutions_of(const Services& services, const Principal& principal,
                                    const CellsAsk& ask) {
  json::array list;
  if (!ask.measure->list) return list;
  const std::string sql = "SELECT o.name AS name, count(*) AS n FROM (\n" + ask.measure->list->sql +
                          "\n) AS listed JOIN resident AS r ON r.resident_id = listed.resident_id "
                          "LEFT JOIN organization AS o ON o.organization_key = r.organization_key "
                          "WHERE NOT listed.in_numerator GROUP BY o.name "
                          "ORDER BY count(*) DESC NULLS LAST, o.name NULLS LAST LIMIT 30";
  const auto rows =
      services.hub.tables().query(principal, sql,
                                  {{"from", ask.period.first},
                                   {"to", std::min(ask.period.last, services.today())},
                                   {"area", ask.area},
                                   {"today", services.today()}},
                                  people_limit);
  if (!rows) return unexpected(rows.error());
  const auto& policy = services.catalogue.policy();
  const std::int64_t least =
      !policy || policy->sees_small_counts(principal) ? 1 : policy->small_count();
  for (const auto& row : rows->rows) {
    const auto* name = std::get_if<std::string>(&row[0]);
    const auto* count = std::get_if<std::int64_t>(&row[1]);
    if (name == nullptr || count == nullptr || *count < least) continue;
    list.push_back(json::object{{"name", *name}, {"people", *count}});
  }
  return list;
}

json::value closing_value(const Measure& measure, const MeasureCell& cell,
                          const std::string& target) {
  const auto& figure = cell.figure;
  if (!figure.value || !figure.numerator || !figure.denominator || figure.denominator->n <= 0)
    return nullptr;
  const auto gap = indicators::closing(figure.numerator->n, figure.denominator->n,
                                       measure.multiplier, target, measure.better);
  return gap ? json::value(gap->needed) : json::value(nullptr);
}

}  // namespace

/// GET /api/measures/{id}/outlook?area=&period=&target=&year=&path=: the way to the target
Response get_measure_outlook(Request& request, const Principal& principal, Services& services) {
  const auto ask = ask_of(request, principal, services);
  if (!ask) return ask.error();
  const auto wanted = wanted_of(request, *ask->measure);
  if (!wanted) return wanted.error();
  const auto path = word_of(request, "path", {"linear", "compound"});
  if (!path) return path.error();
  const auto cells = yearly_cells(services, principal, *ask);
  if (!cells) return outcome(cells.error());
  json::object body{{"id", ask->measure->id}, {"area", ask->area},           {"target", nullptr},
                    {"target_year", nullptr}, {"years", json::array{}},      {"pace", nullptr},
                    {"probability", nullptr}, {"probability_year", nullptr}, {"reason", nullptr}};
  if (wanted->text.empty()) {
    body["reason"] = texts({"没有目标", "there is no target"});
    return json_response(200, body);
  }
  const auto goal = indicators::read_goal(wanted->text, ask->measure->better);
  if (!goal) {
    body["reason"] = texts({"目标“" + wanted->text + "”不是一个数值，不作路径和预测",
                            "the target “" + wanted->text + "” is not one level: no path"});
    return json_response(200, body);
  }
  indicators::OutlookAsk outlook;
  outlook.goal = *goal;
  outlook.target_year = wanted->year != 0 ? wanted->year : civil(services.today()).year + 5;
  outlook.until = civil(ask->period.last).year + years_ahead;
  outlook.path =
      *path == "compound" ? indicators::PathKind::compound : indicators::PathKind::linear;
  indicators::set_scale(outlook, *ask->measure);
  const auto found = indicators::outlook(indicators::series_of(*ask->measure, *cells), outlook);
  if (!found) return outcome(found.error());
  for (auto& [key, value] : outlook_object(*ask->measure, *found)) body[key] = value;
  body["target"] = wanted->text;
  body["target_year"] = outlook.target_year;
  body["target_value"] = goal->value;
  return json_response(200, body);
}

/// GET /api/measures/{id}/gap?area=&period=&target=: how many people close the gap, and where
Response get_measure_gap(Request& request, const Principal& principal, Services& services) {
  const auto ask = ask_of(request, principal, services);
  if (!ask) return ask.error();
  const auto wanted = wanted_of(request, *ask->measure);
  if (!wanted) return wanted.error();
  const Measure& measure = *ask->measure;
  const auto whole = cells_for(services, principal, {&measure, ask->period, ask->area, By::none});
  if (!whole) return outcome(whole.error());
  const auto streets = cells_for(services, principal, {&measure, ask->period, ask->area, By::area});
  if (!streets) return outcome(streets.error());
  json::array rows;
  for (const MeasureCell& cell : *streets) {
    const json::value needed = closing_value(measure, cell, wanted->text);
    if (cell.area_unknown || needed.is_null()) continue;
    rows.push_back(json::object{{"key", cell.area},
                                {"name", texts(services.areas.name(cell.area))},
                                {"numerator", cell.figure.numerator->n},
                                {"denominator", cell.figure.denominator->n},
                                {"value", rounded(measure, cell.figure.value)},
                                {"needed", needed}});
  }
  std::ranges::stable_sort(rows, [](const json::value& a, const json::value& b) {
    return a.at("needed").as_int64() > b.at("needed").as_int64();
  });
  const bool lists = measure.list.has_value() && services.gate.may(principal, "residents:read");
  auto institutions =
      lists ? institutions_of(services, principal, *ask) : Result<json::array>(json::array{});
  if (!institutions) return outcome(institutions.error());
  return json_response(
      200, json::object{{"id", measure.id},
                        {"period", format_period(ask->period)},
                        {"area", ask->area},
                        {"target", wanted->text},
                        {"needed", closing_value(measure, whole->front(), wanted->text)},
                        {"rows", std::move(rows)},
                        {"institutions", std::move(*institutions)}});
}

}  // namespace hb::server
