#include <algorithm>
#include <map>

#include "core/utf8.hpp"
#include "core/json_text.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

using indicators::Indicator;
using indicators::Plan;
using indicators::Status;

using Row = IndicatorIndex::Entry;
using Rows = std::vector<const Row*>;

struct Filter {
  std::string plan, field, status, text, sort;
  bool descending = false;
};

Parsed<Filter> filter_of(const Request& request) {
  Filter filter;
  const std::pair<std::string_view, std::string Filter::*> plain[] = {
      {"plan", &Filter::plan}, {"field", &Filter::field}, {"q", &Filter::text}};
  for (const auto& [name, target] : plain) {
    const auto text = text_of(request, name);
    if (!text) return unexpected(text.error());
    filter.*target = *text;
  }
  filter.text = fold(filter.text);
  const auto status = word_of(request, "status", {"met", "nearly", "missed", "not_decidable"});
  if (!status) return unexpected(status.error());
  filter.status = *status;
  const auto sort = word_of(request, "sort", {"no", "name", "status", "gap"});
  if (!sort) return unexpected(sort.error());
  filter.sort = *sort;
  const auto order = word_of(request, "order", {"asc", "desc"});
  if (!order) return unexpected(order.error());
  filter.descending = *order == "desc";
  return filter;
}

bool is_in_field(const Row& row, const std::string& field) {
  return field.empty() || row.indicator->field.zh == field || row.indicator->field.en == field;
}

/// All rows of the filter but for the status.
Rows rows_of(const Services& services, const Filter& filter) {
  Rows rows;
  for (const Row& row : services.indicators.entries()) {
    const bool wanted = (filter.plan.empty() || row.plan->id == filter.plan) &&
                        is_in_field(row, filter.field) &&
                        row.folded.find(filter.text) != std::string::npos;
    if (wanted) rows.push_back(&row);
  }
  return rows;
}

bool has_status(const Row& row, const std::string& status) {
  return status.empty() || status_word(row.indicator->evaluation.status) == status;
}

std::optional<double> gap_of(const Row& row) {
  const auto& gap = row.indicator->evaluation.gap;
  return gap ? std::optional(indicators::to_double(*gap)) : std::nullopt;
}

void sort_rows(Rows& rows, const Filter& filter) {
  const auto is_before = [&](const Row* a, const Row* b) {
    const indicators::Indicator& left = *a->indicator;
    const indicators::Indicator& right = *b->indicator;
    if (filter.sort == "name" && left.name.zh != right.name.zh) return left.name.zh < right.name.zh;
    if (filter.sort == "status" && left.evaluation.status != right.evaluation.status)
      return left.evaluation.status < right.evaluation.status;
    if (filter.sort == "gap" && gap_of(*a) != gap_of(*b)) return gap_of(*a) < gap_of(*b);
    return a->order < b->order;
  };
  std::sort(rows.begin(), rows.end(), is_before);
  if (filter.descending) std::reverse(rows.begin(), rows.end());
  // What has no gap stands last in both directions.
  if (filter.sort == "gap")
    std::stable_partition(rows.begin(), rows.end(),
                          [](const Row* row) { return gap_of(*row).has_value(); });
}

Rows chosen_rows(const Services& services, const Filter& filter) {
  Rows rows = rows_of(services, filter);
  std::erase_if(rows, [&](const Row* row) { return !has_status(*row, filter.status); });
  sort_rows(rows, filter);
  return rows;
}

/// Counts over the rows of the filter, each facet without its own choice.
json::object facets_of(const Services& services, const Filter& filter) {
  Filter no_plan = filter, no_field = filter;
  no_plan.plan.clear();
  no_field.field.clear();
  json::array plans, fields;
  const Rows over_plans = rows_of(services, no_plan);
  for (const Plan& plan : services.catalogue.plans()) {
    const auto count = std::count_if(over_plans.begin(), over_plans.end(), [&](const Row* row) {
      return row->plan == &plan && has_status(*row, filter.status);
    });
    plans.push_back(json::object{{"id", plan.id}, {"title", texts(plan.title)}, {"count", count}});
  }
  std::vector<std::pair<Localized, std::int64_t>> counted;
  for (const Row* row : rows_of(services, no_field)) {
    if (!has_status(*row, filter.status)) continue;
    auto known = std::find_if(counted.begin(), counted.end(), [&](const auto& item) {
      return item.first == row->indicator->field;
    });
    if (known == counted.end()) known = counted.insert(counted.end(), {row->indicator->field, 0});
    ++known->second;
  }
  for (const auto& [field, count] : counted)
    fields.push_back(json::object{{"field", texts(field)}, {"count", count}});
  json::object statuses{{"met", 0}, {"nearly", 0}, {"missed", 0}, {"not_decidable", 0}};
  for (const Row* row : rows_of(services, filter)) {
    json::value& count = statuses[status_word(row->indicator->evaluation.status)];
    count = count.as_int64() + 1;
  }
  return {{"plans", std::move(plans)},
          {"fields", std::move(fields)},
          {"statuses", std::move(statuses)}};
}

json::value number_or_null(const std::optional<indicators::Decimal>& number) {
  return number ? json::value(indicators::to_double(*number)) : json::value(nullptr);
}

std::string_view comparison_sign(indicators::Comparison comparison) {
  switch (comparison) {
    case indicators::Comparison::at_least:
      return ">=";
    case indicators::Comparison::above:
      return ">";
    case indicators::Comparison::at_most:
      return "<=";
    case indicators::Comparison::below:
      return "<";
    case indicators::Comparison::between:
      return "between";
    case indicators::Comparison::about:
      return "about";
    case indicators::Comparison::unstated:
      return "=";
  }
  return "=";
}

/// {"text","comparison","value","upper","period"}; null where no target is stated.
json::value target_object(const Indicator& indicator) {
  const indicators::Cell& target = indicator.evaluation.target;
  if (target.kind == indicators::CellKind::empty) return nullptr;
  json::object object{{"text", texts(indicators::describe(target, indicator.unit))},
                      {"canonical", indicators::canonical(target)},
                      {"comparison", nullptr},
                      {"value", nullptr},
                      {"upper", nullptr},
                      {"period", nullptr}};
  if (target.kind == indicators::CellKind::numbers && !target.quantities.empty()) {
    const indicators::Quantity& first = target.quantities.front();
    object["comparison"] = comparison_sign(first.comparison);
    object["value"] = indicators::to_double(first.number);
    object["upper"] = number_or_null(first.upper);
    if (first.period) {
      const auto& [from, to] = *first.period;
      object["period"] =
          from == to ? std::to_string(from) : std::to_string(from) + "-" + std::to_string(to);
    }
  }
  return object;
}

json::array value_list(const Indicator& indicator) {
  json::array values;
  for (const indicators::Quantity& quantity : indicator.evaluation.value.quantities)
    values.push_back(indicators::to_double(quantity.number));
  return values;
}

json::object basis_object(const indicators::Basis& basis) {
  return {{"population", texts(basis.population)},
          {"area", texts(basis.area)},
          {"year", texts(basis.year)},
          {"date", texts(basis.date)}};
}

json::value standard_object(const Indicator& indicator) {
  if (!indicator.standard) return nullptr;
  const indicators::Standard& standard = *indicator.standard;
  return json::object{{"name", texts(standard.name)},
                      {"authority", texts(standard.authority)},
                      {"source", texts(standard.source)}};
}

Localized level_name(const std::string& level) {
  static const std::map<std::string, Localized> names = {{"country", {"国家", "Country"}},
                                                         {"province", {"省", "Province"}},
                                                         {"city", {"市", "City"}},
                                                         {"district", {"区", "District"}}};
  const auto found = names.find(level);
  return found == names.end() ? Localized{level, level} : found->second;
}

std::string part(const std::string& text) { return text.empty() ? "all" : text; }

}  // namespace

json::object indicator_object(const Indicator& indicator, const Plan& plan) {
  const auto year = [](const std::optional<int>& value) {
    return value ? json::value(*value) : json::value(nullptr);
  };
  json::array levels;
  for (const indicators::LevelTarget& target : indicator.targets)
    levels.push_back(json::object{
        {"level", texts(level_name(target.level))}, {"year", target.year}, {"text", target.text}});
  return {
      {"id", indicator.id},
      {"plan", plan.id},
      {"planTitle", texts(plan.title)},
      {"no", indicator.no},
      {"field", texts(indicator.field)},
      {"name", texts(indicator.name)},
      {"scope", texts_or_null(indicator.scope)},
      {"unit", texts(indicator.unit)},
      {"better", indicators::better_word(indicator.better)},
      {"targetText", indicator.target_text},
      {"target", target_object(indicator)},
      {"targets", std::move(levels)},
      {"valueText", indicator.value_text},
      {"value", number_or_null(indicator.value)},
      {"values", value_list(indicator)},
      {"valueYear", year(indicator.value_year)},
      {"status", indicators::status_word(indicator.evaluation.status)},
      {"printedStatus", indicator.printed_status.empty() ? json::value(nullptr)
                                                         : json::value(indicator.printed_status)},
      {"gap", number_or_null(indicator.evaluation.gap)},
      {"gapUnit", texts(indicator.evaluation.gap_unit)},
      {"reason", texts(indicator.evaluation.reason)},
      {"standard", standard_object(indicator)},
      {"basis", basis_object(indicator.basis)},
      {"source", json::object{{"title", texts(plan.source.title)},
                              {"document", plan.source.document},
                              {"place", plan.source.place}}},
      {"note", indicator.note ? texts_or_null(*indicator.note) : json::value(nullptr)}};
}

/// GET /api/plans
Response get_plans(Request&, const Principal&, Services& services) {
  json::array items;
  for (const Plan& plan : services.catalogue.plans())
    items.push_back(
        json::object{{"id", plan.id},
                     {"title", texts(plan.title)},
                     {"level", texts(level_name(plan.level))},
                     {"area", texts(plan.area)},
                     {"year", plan.year},
                     {"source", json::object{{"title", texts(plan.source.title)},
                                             {"document", plan.source.document},
                                             {"page", plan.source.place}}},
                     {"count", plan.indicators.size()},
                     {"counts", counts_object(indicators::count_statuses(plan.indicators))}});
  return json_response(200, json::object{{"items", std::move(items)}});
}

/// GET /api/indicators
Response get_indicators(Request& request, const Principal&, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto filter = filter_of(request);
  if (!filter) return filter.error();
  const Rows rows = chosen_rows(services, *filter);
  const auto total = static_cast<std::int64_t>(rows.size());
  // The items are ready as text; only the frame is made for the request.
  std::string body = "{\"items\":[";
  for (std::int64_t i = page->offset(); i < total && i < page->offset() + page->size; ++i) {
    if (i > page->offset()) body += ',';
    body += rows[static_cast<std::size_t>(i)]->json;
  }
  body += "],\"total\":" + std::to_string(total) + ",\"page\":" + std::to_string(page->number) +
          ",\"size\":" + std::to_string(page->size) +
          ",\"facets\":" + json_text(facets_of(services, *filter)) + "}";
  return text_response(200, "application/json", std::move(body));
}

/// GET /api/indicators/{id}
Response get_indicator(Request& request, const Principal& principal, Services& services) {
  const Indicator* indicator = services.catalogue.indicator(request.capture("id"));
  const Plan* plan = indicator ? services.catalogue.plan(indicator->plan) : nullptr;
  if (!plan) return not_found({"该指标", "such indicator"});
  json::object body = indicator_object(*indicator, *plan);
  json::array history;
  for (const indicators::ReportedPoint& point : indicator->history)
    history.push_back(json::object{
        {"period", point.year ? json::value(std::to_string(*point.year)) : json::value(nullptr)},
        {"value", number_or_null(point.number)},
        {"valueText", point.text},
        {"source", texts(point.source)}});
  body["history"] = std::move(history);
  // What departments delivered for this indicator and what differs from the printed value.
  const auto reported = services.hub.store().reported(principal, plan->id);
  if (!reported) return outcome(reported.error());
  json::array conflicts;
  for (const records::ReportedValue& value : *reported) {
    const bool same_row = value.indicator == indicator->no &&
                          (indicator->scope.zh.empty() || value.scope == indicator->scope.zh);
    if (!same_row || value.value_text.empty() || value.value_text == indicator->value_text)
      continue;
    conflicts.push_back(json::object{{"valueText", value.value_text},
                                     {"period", value.period},
                                     {"delivery", value.delivery},
                                     {"line", value.line}});
  }
  body["conflicts"] = std::move(conflicts);
  return json_response(200, body);
}

/// GET /api/indicators.csv: the filters stand in the file name
Response get_indicators_csv(Request& request, const Principal&, Services& services) {
  const auto filter = filter_of(request);
  if (!filter) return filter.error();
  const auto language = word_of(request, "lang", {"zh", "en"});
  if (!language) return language.error();
  const bool english = *language == "en";
  const auto pick = [english](const Localized& text) { return english ? text.en : text.zh; };
  std::string text =
      english ? "plan,no,field,indicator,scope,unit,target,value,year,status,gap,reason\r\n"
              : "规划,序号,领域,指标,范围,单位,目标,现状值,年份,状态,差距,判定理由\r\n";
  for (const Row* row : chosen_rows(services, *filter)) {
    const Indicator* indicator = row->indicator;
    const Plan* plan = row->plan;
    const indicators::Evaluation& evaluation = indicator->evaluation;
    std::string line;
    for (const std::string& cell :
         {pick(plan->title), indicator->no, pick(indicator->field), pick(indicator->name),
          pick(indicator->scope), pick(indicator->unit), indicator->target_text,
          indicator->value_text,
          indicator->value_year ? std::to_string(*indicator->value_year) : std::string{},
          pick(indicators::status_name(evaluation.status)),
          evaluation.gap ? indicators::format_decimal(*evaluation.gap) : std::string{},
          pick(evaluation.reason)})
      line += (line.empty() ? "" : ",") + csv_cell(cell);
    text += line + "\r\n";
  }
  return csv_response("indicators-" + part(filter->plan) + "-" + part(filter->status) +
                          (filter->text.empty() ? "" : "-" + filter->text) + ".csv",
                      std::move(text));
}

}  // namespace hb::server
