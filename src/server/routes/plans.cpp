// Plans held against figures, and the check of plans: all of it for bureau staff.
#include "indicators/figure_source.hpp"
#include "indicators/measure_cells.hpp"
#include "indicators/plan_check.hpp"
#include "server/figure_views.hpp"
#include "server/json.hpp"
#include "server/measures.hpp"
#include "server/parameters.hpp"
#include "server/plan_routes.hpp"

namespace hb::server {

namespace {

using indicators::AssessedRow;

json::value number_or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::object assessed_object(const AssessedRow& row) {
  json::array ids;
  json::array computed;
  for (const indicators::Definition* one : row.definitions) {
    ids.emplace_back(one->id);
    if (!one->computed.empty()) computed.emplace_back(one->computed);
  }
  return {
      {"id", row.row->id},
      {"no", row.row->no},
      {"field", texts(row.row->field)},
      {"name", texts(row.row->name)},
      {"scope", texts_or_null(row.row->scope)},
      {"unit", texts_or_null(row.row->unit)},
      {"definitions", std::move(ids)},
      {"computed", std::move(computed)},
      {"owner", row.definitions.empty() ? json::value(nullptr)
                                        : json::value(texts(row.definitions[0]->owner))},
      {"base", row.base_text},
      {"base_year", row.base_year ? json::value(*row.base_year) : json::value(nullptr)},
      {"value", row.current.value},
      {"origin", indicators::origin_word(row.current.origin)},
      {"origin_name", texts(indicators::origin_name(row.current.origin))},
      {"state", row.current.state},
      {"remark", texts_or_null(row.current.remark)},
      {"target", row.row->target_text},
      {"status", indicators::status_word(row.evaluation.status)},
      {"reason", texts(row.evaluation.reason)},
      {"gap",
       row.evaluation.gap ? json::value(to_double(*row.evaluation.gap)) : json::value(nullptr)},
      {"change", number_or_null(row.change)},
      {"expected", number_or_null(row.expected)},
      {"pace", row.pace ? json::value(indicators::pace_word(*row.pace)) : json::value(nullptr)}};
}

/// Figures that nobody published are shown to who may see reports; internal ones too.
indicators::FigureSource visible(indicators::FigureSource figures, bool sees_reports) {
  return [figures = std::move(figures), sees_reports](const indicators::Definition& definition,
                                                      int year) -> indicators::CurrentFigure {
    if (sees_reports) return figures(definition, year);
    if (!definition.is_public)
      return {indicators::FigureOrigin::none, "", 0, "", {"内部数据", "internal"}};
    indicators::CurrentFigure found = figures(definition, year);
    if (found.origin == indicators::FigureOrigin::reported) return {};
    return found;
  };
}

}  // namespace

/// GET /api/plans/{id}/assessment?year=&area=
Response get_plan_assessment(Request& request, const Principal& principal, Services& services) {
  const indicators::Plan* plan = services.catalogue.plan(request.capture("id"));
  if (plan == nullptr) return not_found({"该规划", "such plan"});
  const auto area = area_of(request);
  if (!area) return area.error();
  if (!indicators::may_read(principal, *area))
    return outcome(
        {ErrorCode::forbidden, "this area is outside the areas that you may see", "area"});
  const auto year = number_of(request, "year", 1949, 2100);
  if (!year) return year.error();
  const auto definitions = indicators::Definitions::load(scenes_of(services));
  if (!definitions) return outcome(definitions.error());
  const auto book = open_report_book(services);
  if (!book) return outcome(book.error());
  const int wanted = year->has_value() ? static_cast<int>(**year) : plan->year;
  const bool reports = services.gate.may(principal, "figures:read");
  const auto found = indicators::assess_plan(
      *plan, *definitions, wanted,
      visible(indicators::figures_of({book->get(), services.measures.get(),
                                      source_of(services, reader_of(services, principal)), *area}),
              reports),
      services.catalogue.plans());
  json::array rows;
  for (const AssessedRow& row : found.rows) rows.push_back(assessed_object(row));
  return json_response(200, json::object{{"plan", plan->id},
                                         {"title", texts(plan->title)},
                                         {"year", found.year},
                                         {"target_year", plan->year},
                                         {"area", *area},
                                         {"met", found.counts.met},
                                         {"nearly", found.counts.nearly},
                                         {"missed", found.counts.missed},
                                         {"not_decidable", found.counts.not_decidable},
                                         {"without_figure", found.without_figure},
                                         {"rows", std::move(rows)}});
}

/// GET /api/plan-check?plan=
Response get_plan_check(Request& request, const Principal&, Services& services) {
  const auto plan = text_of(request, "plan");
  if (!plan) return plan.error();
  if (!plan->empty() && services.catalogue.plan(*plan) == nullptr)
    return not_found({"该规划", "such plan"});
  const auto definitions = indicators::Definitions::load(scenes_of(services));
  if (!definitions) return outcome(definitions.error());
  const auto checks = indicators::load_all_checks(scenes_of(services));
  if (!checks) return outcome(checks.error());
  const auto found =
      indicators::check_plans(services.catalogue.plans(), *definitions, *checks, {*plan, false});
  if (!found) return outcome(found.error());
  json::array rules;
  for (const auto& [id, name] : indicators::plan_rules())
    rules.push_back(json::object{{"id", id}, {"name", texts(name)}});
  json::array items;
  for (const indicators::PlanFinding& one : *found) {
    const indicators::Plan* of = services.catalogue.plan(one.plan);
    items.push_back(
        json::object{{"rule", one.rule},
                     {"id", one.id},
                     {"plan", one.plan},
                     {"plan_title", of ? json::value(texts(of->title)) : json::value(nullptr)},
                     {"no", one.no},
                     {"name", texts(one.name)},
                     {"source", texts(one.source)},
                     {"reading", texts(one.reading)},
                     {"computed", one.computed},
                     {"printed", one.printed},
                     {"difference", one.difference},
                     {"text", texts(one.text)}});
  }
  return json_response(200, json::object{{"rules", std::move(rules)}, {"items", std::move(items)}});
}

}  // namespace hb::server
