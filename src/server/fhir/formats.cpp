#include "server/fhir/formats.hpp"

#include <algorithm>
#include <charconv>

#include "fhir/xml.hpp"
#include "server/fhir/answer.hpp"

namespace hb::server::fhir_api {

namespace {

constexpr std::string_view xml_type = "application/fhir+xml; charset=utf-8";
constexpr std::string_view json_types[] = {"application/fhir+json", "application/json", "json",
                                           "text/json", "application/json+fhir"};
constexpr std::string_view xml_types[] = {"application/fhir+xml", "application/xml", "xml",
                                          "text/xml", "application/xml+fhir"};
/// Of bodies that are no resource, and of answers that are none.
constexpr std::string_view other_types[] = {"application/x-www-form-urlencoded",
                                            "application/json-patch+json",
                                            "application/merge-patch+json",
                                            "application/fhir+ndjson",
                                            "application/ndjson",
                                            "application/x-ndjson"};
constexpr std::string_view other_answers[] = {"application/fhir+ndjson",
                                              "application/ndjson",
                                              "application/x-ndjson",
                                              "ndjson",
                                              "text/csv",
                                              "csv"};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The part before the first mark, and what is left behind it.
std::string_view take(std::string_view& rest, char mark) {
  const std::size_t end = std::min(rest.find(mark), rest.size());
  const std::string_view part = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// A "+" that stood in an address unescaped may have become a blank.
std::string plain_type(std::string_view text) {
  std::string type = lower(take(text, ';'));
  std::ranges::replace(type, ' ', '+');
  return type;
}

template <class List>
bool is_one_of(const List& list, std::string_view type) {
  return std::ranges::find(list, type) != std::end(list);
}

std::optional<Format> format_named(std::string_view type) {
  if (is_one_of(xml_types, type)) return Format::xml;
  if (is_one_of(json_types, type) || is_one_of(other_answers, type) || type == "text/html" ||
      type.empty())
    return Format::json;
  return std::nullopt;
}

/// The weight of a range of types; 0: not wanted at all, or of another version of FHIR.
double weight_of(std::string_view parameters) {
  double weight = 1;
  while (!parameters.empty()) {
    std::string_view value = take(parameters, ';');
    const std::string name = lower(take(value, '='));
    if (name == "q") std::from_chars(value.data(), value.data() + value.size(), weight);
    if (name == "fhirversion" && !value.starts_with("4.0")) weight = 0;
  }
  return weight;
}

std::optional<Format> accepted_format(std::string_view accept) {
  std::optional<Format> best;
  double best_weight = 0;
  while (!accept.empty()) {
    std::string_view range = take(accept, ',');
    const std::string type = lower(take(range, ';'));
    const double weight = weight_of(range);
    const bool any = type == "*/*" || type == "application/*";
    const auto format = any ? std::optional(Format::json) : format_named(type);
    if (!format || weight <= 0) continue;
    if (!best || weight > best_weight) {
      best = format;
      best_weight = weight;
    }
  }
  return best;
}

}  // namespace

std::optional<Format> wanted_format(const Request& request) {
  if (const auto asked = request.query("_format"); asked && !asked->empty())
    return format_named(plain_type(*asked));
  const std::string_view accept = request.header("accept");
  if (accept.empty()) return Format::json;
  return accepted_format(accept);
}

std::optional<Response> read_format(Request& request) {
  if (!wanted_format(request))
    return outcome_response(406, {{"error", "not-supported",
                                   "answers are given as application/fhir+json or "
                                   "application/fhir+xml of FHIR R4",
                                   request.query("_format") ? "_format" : "Accept"}});
  if (request.body.empty()) return std::nullopt;
  const std::string type = plain_type(request.header("content-type"));
  if (type.empty() || is_one_of(json_types, type) || is_one_of(other_types, type))
    return std::nullopt;
  if (!is_one_of(xml_types, type))
    return outcome_response(
        415, {{"error", "not-supported",
               "bodies are taken as application/fhir+json or application/fhir+xml, found '" +
                   type.substr(0, 60) + "'",
               "Content-Type"}});
  Result<std::string> json = fhir::xml_to_json(request.body);
  if (!json)
    return outcome_response(400,
                            {{"error", "structure", json.error().message, json.error().where}});
  request.body = std::move(*json);
  return std::nullopt;
}

void write_format(const Request& request, Response& response) {
  if (response.body.empty() || response.content_type != content_type) return;
  if (wanted_format(request).value_or(Format::json) != Format::xml) return;
  Result<std::string> xml = fhir::json_to_xml(response.body);
  if (!xml) {
    response.status = 406;
    response.headers.clear();
    const std::string why = "this cannot be written as XML: " + xml.error().message;
    xml = fhir::json_to_xml(outcome_text({{"error", "not-supported", why, xml.error().where}}));
    if (!xml) return;
  }
  response.content_type = xml_type;
  response.body = std::move(*xml);
}

}  // namespace hb::server::fhir_api
