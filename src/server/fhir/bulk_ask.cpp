// What a kick-off of an export asks for: reading it, keeping it.
#include <algorithm>

#include "fhir/definitions.hpp"
#include "server/fhir/answer.hpp"
#include "server/fhir/bulk_export.hpp"

namespace hb::server::fhir_api {

namespace {

namespace json = boost::json;

constexpr std::size_t most_patients = 100'000;
constexpr std::size_t most_filters = 50;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// At a comma that begins another query ("Type?"): commas within a query separate its values.
std::vector<std::string> split_filters(std::string_view text) {
  std::vector<std::string> filters;
  for (const std::string& part : split(text)) {
    const std::size_t mark = part.find('?');
    if (filters.empty() ||
        (mark != std::string::npos && fhir::is_resource_type(part.substr(0, mark))))
      filters.push_back(part);
    else
      filters.back() += "," + part;
  }
  return filters;
}

Result<void> check_type(std::string_view type, const char* parameter) {
  if (fhir::is_resource_type(type)) return {};
  return fail(ErrorCode::invalid_input,
              "'" + std::string(type.substr(0, 40)) + "' is not a resource type of FHIR R4",
              parameter);
}

Result<void> read_types(std::string_view value, ExportAsk& ask) {
  for (const std::string& type : split(value)) {
    if (const Result<void> known = check_type(type, "_type"); !known) return known;
    ask.types.push_back(type);
  }
  return {};
}

Result<void> read_since(std::string_view value, ExportAsk& ask) {
  std::string text(value);
  std::ranges::replace(text, ' ', '+');  // of an offset that stood in an address as it is
  const Result<Instant> since = parse_instant(text);
  if (!since)
    return fail(ErrorCode::invalid_input,
                "expected an instant with its offset, such as 2026-11-21T08:00:00Z", "_since");
  ask.since = *since;
  return {};
}

Result<void> read_elements(std::string_view value, ExportAsk& ask) {
  for (const std::string& word : split(value)) {
    const std::size_t dot = word.find('.');
    const std::string type = dot == std::string::npos ? "" : word.substr(0, dot);
    const std::string element = dot == std::string::npos ? word : word.substr(dot + 1);
    if (!type.empty())
      if (const Result<void> known = check_type(type, "_elements"); !known) return known;
    if (element.empty() || element.find('.') != std::string::npos)
      return fail(ErrorCode::invalid_input,
                  "expected elements of the first level, such as Patient.birthDate or status",
                  "_elements");
    ask.elements.emplace_back(type, element);
  }
  return {};
}

Result<void> read_filters(std::string_view value, ExportAsk& ask, Instant now) {
  for (const std::string& filter : split_filters(value)) {
    const std::size_t mark = filter.find('?');
    if (mark == std::string::npos)
      return fail(ErrorCode::invalid_input, "expected searches such as Observation?status=final",
                  "_typeFilter");
    const std::string type = filter.substr(0, mark);
    if (const Result<void> known = check_type(type, "_typeFilter"); !known) return known;
    const auto query = export_filter(type, filter.substr(mark + 1), now);
    if (!query) return unexpected(query.error());
    ask.filters.emplace_back(type, filter.substr(mark + 1));
    if (ask.filters.size() > most_filters)
      return fail(ErrorCode::invalid_input, "at most " + std::to_string(most_filters) + " searches",
                  "_typeFilter");
  }
  return {};
}

Result<void> read_patient(std::string_view value, ExportAsk& ask) {
  for (std::string id : split(value)) {
    constexpr std::string_view type = "Patient/";
    if (id.starts_with(type)) id.erase(0, type.size());
    if (!fhir::is_resource_id(id))
      return fail(ErrorCode::invalid_input, "expected references such as Patient/12", "patient");
    ask.patients.push_back(std::move(id));
    if (ask.patients.size() > most_patients)
      return fail(ErrorCode::invalid_input, "at most " + std::to_string(most_patients) + " persons",
                  "patient");
  }
  return {};
}

Result<void> check_format(std::string_view value) {
  for (const std::string_view known :
       {"application/fhir+ndjson", "application/fhir ndjson", "application/ndjson", "ndjson"})
    if (value == known) return {};
  return fail(ErrorCode::invalid_input, "files are given as application/fhir+ndjson",
              "_outputFormat");
}

}  // namespace

Result<search::Query> export_filter(const std::string& type, const std::string& text, Instant now) {
  Request form;
  std::string target = "/form?";
  for (const char c : text) target += c == '|' ? "%7C" : c == ' ' ? "%20" : std::string(1, c);
  if (!parse_target(target, form))
    return fail(ErrorCode::invalid_input, "this is not the text of a search", "_typeFilter");
  search::QueryOptions options;
  options.now = now;
  auto query = search::parse_query(type, form.parameters, options);
  if (!query) {
    query.error().where = "_typeFilter";
    return query;
  }
  if (!query->sort.empty() || !query->includes.empty() || !query->reverse_includes.empty())
    return fail(ErrorCode::invalid_input, "a filter has conditions alone, no order and no includes",
                "_typeFilter");
  return query;
}

Result<ExportAsk> parse_export(const search::QueryText& parameters, bool lenient, Instant now) {
  ExportAsk ask;
  for (const auto& [name, value] : parameters) {
    Result<void> read;
    if (name == "_type") {
      read = read_types(value, ask);
    } else if (name == "_since") {
      read = read_since(value, ask);
    } else if (name == "_elements") {
      read = read_elements(value, ask);
    } else if (name == "_typeFilter") {
      read = read_filters(value, ask, now);
    } else if (name == "patient") {
      read = read_patient(value, ask);
    } else if (name == "_outputFormat") {
      read = check_format(value);
    } else if (name != "_format" && !lenient) {
      read = fail(ErrorCode::invalid_input,
                  "an export has no parameter '" + name.substr(0, 40) +
                      "'; known are _type _since _elements _typeFilter patient _outputFormat",
                  name.substr(0, 40));
    }
    if (!read) return unexpected(read.error());
  }
  return ask;
}

Result<search::QueryText> parameters_of(std::string_view body) {
  boost::system::error_code error;
  const json::value whole = json::parse(body, error);
  if (error || text_member(body, "resourceType") != "Parameters")
    return fail(ErrorCode::invalid_input, "expected a resource Parameters");
  search::QueryText text;
  const json::value* list = whole.as_object().if_contains("parameter");
  if (list == nullptr) return text;
  if (!list->is_array()) return fail(ErrorCode::invalid_input, "expected a list", "parameter");
  for (const json::value& one : list->get_array()) {
    const auto refuse = [] {
      return fail(ErrorCode::invalid_input, "expected a name and a value[x]", "parameter");
    };
    if (!one.is_object()) return refuse();
    std::string name;
    std::string value;
    for (const auto& member : one.get_object()) {
      const json::value* content = &member.value();
      if (member.key() == "valueReference" && content->is_object())
        content = content->get_object().if_contains("reference");
      if (content == nullptr || !content->is_string()) return refuse();
      if (member.key() == "name") name = content->get_string();
      if (member.key().starts_with("value")) value = content->get_string();
    }
    if (name.empty() || value.empty()) return refuse();
    text.emplace_back(std::move(name), std::move(value));
  }
  return text;
}

namespace {

json::array pairs_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  json::array list;
  for (const auto& [first, second] : pairs) list.push_back(json::array{first, second});
  return list;
}

std::vector<std::pair<std::string, std::string>> pairs_in(const json::value& list) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const json::value& pair : list.as_array())
    pairs.emplace_back(pair.as_array().at(0).as_string(), pair.as_array().at(1).as_string());
  return pairs;
}

}  // namespace

json::object object_of(const ExportAsk& ask) {
  json::object object{{"level", static_cast<std::int64_t>(ask.level)},
                      {"group", ask.group},
                      {"types", json::array(ask.types.begin(), ask.types.end())},
                      {"elements", pairs_of(ask.elements)},
                      {"filters", pairs_of(ask.filters)},
                      {"patients", json::array(ask.patients.begin(), ask.patients.end())},
                      {"snapshot", ask.snapshot},
                      {"time", ask.time.micros}};
  if (ask.since) object["since"] = ask.since->micros;
  return object;
}

ExportAsk export_ask_in(const json::object& object) {
  ExportAsk ask;
  ask.level = static_cast<ExportLevel>(object.at("level").as_int64());
  ask.group = object.at("group").as_string();
  for (const json::value& type : object.at("types").as_array())
    ask.types.emplace_back(type.as_string());
  ask.elements = pairs_in(object.at("elements"));
  ask.filters = pairs_in(object.at("filters"));
  for (const json::value& id : object.at("patients").as_array())
    ask.patients.emplace_back(id.as_string());
  ask.snapshot = object.at("snapshot").as_int64();
  ask.time = Instant{object.at("time").as_int64()};
  if (const json::value* since = object.if_contains("since"))
    ask.since = Instant{since->as_int64()};
  return ask;
}

}  // namespace hb::server::fhir_api
