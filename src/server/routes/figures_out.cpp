// Figures handed on: FHIR MeasureReports, ADX, and a feed in the manner of OData for spreadsheets.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/json_text.hpp"
#include "exchange/adx.hpp"
#include "exchange/measure_report.hpp"
#include "server/json.hpp"
#include "server/measures.hpp"
#include "server/parameters.hpp"
#include "server/plan_routes.hpp"

namespace hb::server {

namespace {

using exchange::DataValue;
using indicators::By;
using indicators::CellsAsk;
using indicators::Measure;
using indicators::MeasureCell;

/// Cells of measures for a period, as the principal is given them.
Result<void> add_values(const Services& services, const Principal& principal, const CellsAsk& ask,
                        std::vector<DataValue>& out) {
  const auto cells =
      given_cells(services, *services.measures->snapshot(), reader_of(services, principal), ask);
  if (!cells) {
    if (cells.error().code == ErrorCode::invalid_input) return {};  // a split it does not have
    return unexpected(cells.error());
  }
  for (const MeasureCell& cell : *cells)
    if (!cell.area_unknown) out.push_back(exchange::data_value(*ask.measure, cell));
  return {};
}

struct Wanted {
  std::string area;
  Period period;
  std::string id;
  By by = By::none;
};

Parsed<Wanted> wanted_of(const Request& request, const Principal& principal,
                         const Services& services) {
  Wanted wanted{};
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  wanted.area = *area;
  const auto period = period_of(request, std::to_string(civil(services.today()).year));
  if (!period) return unexpected(period.error());
  if (const Result<void> known = check_period(services, *period); !known)
    return unexpected(outcome(known.error()));
  wanted.period = *period;
  const auto id = text_of(request, "id");
  if (!id) return unexpected(id.error());
  if (!id->empty() && given_measure(services, principal, *id) == nullptr)
    return unexpected(not_found({"该计算指标", "such computed indicator"}));
  wanted.id = *id;
  const auto by = word_of(request, "by", {"area", "sex", "age"});
  if (!by) return unexpected(by.error());
  if (request.query("by")) wanted.by = *by == "sex" ? By::sex : *by == "age" ? By::age : By::area;
  return wanted;
}

Result<std::vector<DataValue>> values_for(const Services& services, const Principal& principal,
                                          const Wanted& wanted) {
  std::vector<CellsAsk> asks;
  for (const Measure& measure : services.measures->measures()) {
    if (!wanted.id.empty() && measure.id != wanted.id) continue;
    if (!measure.has_period(wanted.period.kind)) continue;
    if (is_kept_from(services, principal, measure)) continue;
    asks.push_back({&measure, wanted.period, wanted.area, By::none});
    if (wanted.by != By::none) asks.push_back({&measure, wanted.period, wanted.area, wanted.by});
  }
  ensure_measures(services, asks);
  std::vector<DataValue> values;
  for (const CellsAsk& ask : asks)
    if (const auto added = add_values(services, principal, ask, values); !added)
      return unexpected(added.error());
  return values;
}

Response as_file(std::string_view type, std::string name, std::string body) {
  Response response = text_response(200, std::string(type), std::move(body));
  response.headers.emplace_back("content-disposition", "attachment; filename=\"" + name + "\"");
  return response;
}

// --- OData -----------------------------------------------------------------------------------

constexpr std::string_view columns[] = {
    "indicator", "version", "name",  "name_en",   "area",        "area_name", "level", "period",
    "value",     "lower",   "upper", "numerator", "denominator", "unit",      "reason"};

json::value number_of(const std::string& text) {
  if (text.empty()) return nullptr;
  return std::stod(text);
}

json::object entity(const Services& services, const DataValue& value, bool is_street) {
  return {{"indicator", value.indicator},
          {"version", value.version},
          {"name", value.name.zh},
          {"name_en", value.name.en},
          {"area", value.area},
          {"area_name", value.area.empty() ? "" : services.areas.name(value.area).zh},
          {"level", is_street ? "street" : "whole"},
          {"period", value.period},
          {"value", number_of(value.value)},
          {"lower", number_of(value.lower)},
          {"upper", number_of(value.upper)},
          {"numerator", number_of(value.numerator)},
          {"denominator", number_of(value.denominator)},
          {"unit", value.unit.zh},
          {"reason", value.value.empty() ? json::value(value.reason.zh) : json::value(nullptr)}};
}

/// name eq 'text' joined by and; nothing else of OData's filters.
Parsed<std::vector<std::pair<std::string, std::string>>> filters_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> filters;
  const auto wrong = [] {
    return unexpected(bad_parameter("$filter", {"形如 period eq '2025' and area eq '770101'",
                                                "like period eq '2025' and area eq '770101'"}));
  };
  while (!text.empty()) {
    const std::size_t eq = text.find(" eq '");
    if (eq == std::string_view::npos) return wrong();
    const std::string name(text.substr(0, eq));
    const std::size_t begin = eq + 5;
    const std::size_t end = text.find('\'', begin);
    if (end == std::string_view::npos ||
        std::ranges::find(columns, std::string_view(name)) == std::end(columns))
      return wrong();
    filters.emplace_back(name, std::string(text.substr(begin, end - begin)));
    text = text.substr(end + 1);
    if (text.empty()) break;
    constexpr std::string_view join = " and ";
    if (!text.starts_with(join)) return wrong();
    text = text.substr(join.size());
  }
  return filters;
}

Parsed<std::vector<std::string>> selected(const Request& request) {
  const auto text = text_of(request, "$select");
  if (!text) return unexpected(text.error());
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t comma = std::min(text->find(',', at), text->size());
    names.push_back(text->substr(at, comma - at));
    if (std::ranges::find(columns, std::string_view(names.back())) == std::end(columns))
      return unexpected(
          bad_parameter("$select", {"列名，以逗号分隔", "names of columns, separated by commas"}));
    at = comma + 1;
  }
  if (names.empty()) names.assign(std::begin(columns), std::end(columns));
  return names;
}

struct Feed {
  Wanted wanted;
  std::vector<std::pair<std::string, std::string>> filters;
  std::vector<std::string> select;
  std::int64_t top = 5'000;
  std::int64_t skip = 0;
  bool count = false;
  bool csv = false;
};

Parsed<Feed> feed_of(const Request& request, const Services& services) {
  Feed feed{};
  const auto filter = text_of(request, "$filter");
  if (!filter) return unexpected(filter.error());
  auto filters = filters_of(*filter);
  if (!filters) return unexpected(filters.error());
  feed.filters = std::move(*filters);
  auto select = selected(request);
  if (!select) return unexpected(select.error());
  feed.select = std::move(*select);
  const auto top = number_of(request, "$top", 0, 100'000);
  if (!top) return unexpected(top.error());
  feed.top = top->value_or(feed.top);
  const auto skip = number_of(request, "$skip", 0, 10'000'000);
  if (!skip) return unexpected(skip.error());
  feed.skip = skip->value_or(0);
  const auto count = word_of(request, "$count", {"true", "false"});
  if (!count) return unexpected(count.error());
  feed.count = request.query("$count") && *count == "true";
  const auto format = word_of(request, "$format", {"json", "csv"});
  if (!format) return unexpected(format.error());
  feed.csv = request.query("$format") && *format == "csv";
  std::string period = std::to_string(civil(services.today()).year);
  for (const auto& [name, value] : feed.filters) {
    if (name == "period") period = value;
    if (name == "area") feed.wanted.area = value;
    if (name == "indicator") feed.wanted.id = value;
  }
  const auto parsed = parse_period(period);
  if (!parsed) return unexpected(outcome(parsed.error()));
  if (const Result<void> known = check_period(services, *parsed); !known)
    return unexpected(outcome(known.error()));
  feed.wanted.period = *parsed;
  feed.wanted.by = By::area;
  return feed;
}

bool fits(const json::object& row, const Feed& feed) {
  return std::ranges::all_of(feed.filters, [&](const auto& filter) {
    const json::value& value = row.at(filter.first);
    if (filter.first == "area") return true;  // taken as a prefix when the cells were asked for
    return value.is_string() ? value.get_string() == filter.second
                             : json_text(value) == filter.second;
  });
}

std::string csv_of(const json::array& rows, const std::vector<std::string>& select) {
  std::string out;
  for (std::size_t i = 0; i < select.size(); ++i) out += (i > 0 ? "," : "") + select[i];
  out += "\r\n";
  for (const json::value& row : rows) {
    for (std::size_t i = 0; i < select.size(); ++i) {
      const json::value& value = row.at(select[i]);
      out += (i > 0 ? "," : "");
      if (value.is_string())
        out += csv_cell(value.get_string());
      else if (!value.is_null())
        out += json_text(value);
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace

/// GET /api/exchange/measure-reports?area=&period=&by=&id=
Response get_measure_reports(Request& request, const Principal& principal, Services& services) {
  const auto wanted = wanted_of(request, principal, services);
  if (!wanted) return wanted.error();
  const auto values = values_for(services, principal, *wanted);
  if (!values) return outcome(values.error());
  return as_file("application/fhir+json", "measure-reports.json",
                 exchange::measure_reports(*values, services.clock(), ""));
}

/// GET /api/exchange/adx?area=&period=&by=&id=
Response get_adx(Request& request, const Principal& principal, Services& services) {
  const auto wanted = wanted_of(request, principal, services);
  if (!wanted) return wanted.error();
  const auto values = values_for(services, principal, *wanted);
  if (!values) return outcome(values.error());
  return as_file("application/xml", "indicators.adx.xml",
                 exchange::write_adx(*values, services.clock()));
}

/// GET /api/odata: service document
Response get_odata(Request&, const Principal&, Services&) {
  return json_response(200, json::object{{"@odata.context", "$metadata"},
                                         {"value", json::array{json::object{{"name", "Figures"},
                                                                            {"kind", "EntitySet"},
                                                                            {"url", "Figures"}}}}});
}

/// GET /api/odata/$metadata
Response get_odata_metadata(Request&, const Principal&, Services&) {
  std::string properties;
  for (const std::string_view name : columns) {
    const bool is_number = name == "value" || name == "lower" || name == "upper" ||
                           name == "numerator" || name == "denominator";
    properties += fmt::format("<Property Name=\"{}\" Type=\"{}\"/>", name,
                              is_number           ? "Edm.Double"
                              : name == "version" ? "Edm.Int32"
                                                  : "Edm.String");
  }
  return text_response(
      200, "application/xml",
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><edmx:Edmx Version=\"4.0\" "
      "xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices><Schema "
      "Namespace=\"HealthBrain\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\"><EntityType "
      "Name=\"Figure\"><Key><PropertyRef Name=\"indicator\"/><PropertyRef Name=\"area\"/>"
      "<PropertyRef Name=\"period\"/></Key>" +
          properties +
          "</EntityType><EntityContainer Name=\"Container\"><EntitySet Name=\"Figures\" "
          "EntityType=\"HealthBrain.Figure\"/></EntityContainer></Schema></edmx:DataServices>"
          "</edmx:Edmx>");
}

/// GET /api/odata/Figures?$filter=&$select=&$top=&$skip=&$count=&$format=
Response get_odata_figures(Request& request, const Principal& principal, Services& services) {
  const auto feed = feed_of(request, services);
  if (!feed) return feed.error();
  const auto values = values_for(services, principal, feed->wanted);
  if (!values) return outcome(values.error());
  json::array rows;
  std::int64_t all = 0;
  for (const DataValue& value : *values) {
    const bool is_street = value.area.size() >= indicators::street_digits;
    json::object row = entity(services, value, is_street);
    if (!fits(row, *feed)) continue;
    ++all;
    if (all <= feed->skip || static_cast<std::int64_t>(rows.size()) >= feed->top) continue;
    json::object chosen;
    for (const std::string& name : feed->select) chosen[name] = row.at(name);
    rows.push_back(std::move(chosen));
  }
  if (feed->csv) return csv_response("figures.csv", csv_of(rows, feed->select));
  json::object body{{"@odata.context", "$metadata#Figures"}};
  if (feed->count) body["@odata.count"] = all;
  body["value"] = std::move(rows);
  return json_response(200, body);
}

}  // namespace hb::server
