#include "server/fhir/answer.hpp"

#include <boost/json.hpp>

#include "core/date.hpp"
#include "ingest/json_scan.hpp"
#include "records/health.hpp"

namespace hb::server::fhir_api {

namespace {

struct Known {
  ErrorCode code;
  int status;
  std::string_view issue;
};
constexpr Known known_errors[] = {{ErrorCode::invalid_input, 400, "invalid"},
                                  {ErrorCode::not_found, 404, "not-found"},
                                  {ErrorCode::conflict, 409, "conflict"},
                                  {ErrorCode::forbidden, 404, "not-found"},
                                  {ErrorCode::unavailable, 503, "transient"}};

/// Members of an object but some, joined; for taking an object apart and putting it together anew.
std::string members_without(std::string_view object, std::initializer_list<std::string_view> keys) {
  std::string kept;
  ingest::for_each_member(object, [&](std::string_view key, std::string_view value) {
    for (const std::string_view unwanted : keys)
      if (key == unwanted) return;
    (kept += ",\"").append(key).append("\":").append(value);
  });
  return kept;
}

}  // namespace

std::string http_date(Instant instant) {
  static constexpr const char* days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string text = format_instant(instant);  // 2026-11-21T00:00:00.123Z
  const Date day = *parse_date(text.substr(0, 10));
  const YearMonthDay parts = civil(day);
  const std::string two = text.substr(8, 2);
  return std::string(days[((day.days % 7) + 7) % 7]) + ", " + two + " " + months[parts.month - 1] +
         " " + text.substr(0, 4) + " " + text.substr(11, 8) + " GMT";
}

std::string json_text(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

std::string member(std::string_view json, std::string_view key) {
  std::string found;
  ingest::for_each_member(json, [&](std::string_view name, std::string_view value) {
    if (name == key) found = value;
  });
  return found;
}

std::string text_member(std::string_view json, std::string_view key) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(member(json, key), error);
  if (error || !value.is_string()) return {};
  return std::string(value.as_string());
}

std::vector<std::string> elements_of(std::string_view array) {
  std::vector<std::string> elements;
  std::size_t at = 1;
  while (at < array.size()) {
    at = array.find_first_not_of(" \t\r\n,", at);
    if (at == std::string_view::npos || array[at] == ']') break;
    const std::size_t end = ingest::value_end(array, at);
    if (end == std::string_view::npos) break;
    elements.emplace_back(array.substr(at, end - at));
    at = end;
  }
  return elements;
}

std::string without_version(std::string_view json) {
  const std::string meta = member(json, "meta");
  std::string kept = meta;
  if (meta.starts_with('{')) {
    const std::string rest = members_without(meta, {"versionId", "lastUpdated"});
    kept = rest.empty() ? "" : "{" + rest.substr(1) + "}";
  }
  return "{\"resourceType\":" + json_text(text_member(json, "resourceType")) +
         ",\"id\":" + json_text(text_member(json, "id")) +
         (kept.empty() ? "" : ",\"meta\":" + kept) +
         members_without(json, {"resourceType", "id", "meta"}) + "}";
}

std::string with_id(std::string_view json, std::string_view id) {
  return "{\"resourceType\":" + json_text(text_member(json, "resourceType")) +
         ",\"id\":" + json_text(id) + members_without(json, {"resourceType", "id"}) + "}";
}

std::string outcome_text(const std::vector<Issue>& issues) {
  std::string text = R"({"resourceType":"OperationOutcome","issue":[)";
  for (const Issue& issue : issues) {
    if (text.back() == '}') text += ',';
    text += "{\"severity\":" + json_text(issue.severity) + ",\"code\":" + json_text(issue.code) +
            ",\"diagnostics\":" + json_text(issue.text);
    if (!issue.where.empty()) text += ",\"expression\":[" + json_text(issue.where) + "]";
    text += '}';
  }
  return text + "]}";
}

Response outcome_response(int status, const std::vector<Issue>& issues) {
  Response response;
  response.status = status;
  response.content_type = content_type;
  response.body = outcome_text(issues);
  return response;
}

Response error_response(const Error& error) {
  if (records::is_disk_full(error))
    return outcome_response(507, {{"error", "no-store", error.message, error.where}});
  for (const Known& known : known_errors) {
    if (known.code != error.code) continue;
    const bool unseen = known.status == 404;
    Response response = outcome_response(
        known.status, {{"error", known.issue, unseen ? "there is no such resource" : error.message,
                        unseen ? "" : error.where}});
    if (known.status == 503) response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  return outcome_response(500, {{"fatal", "exception", "a fault of the program itself", ""}});
}

Response faults_response(const std::vector<fhir::Fault>& faults, std::string_view at) {
  std::vector<Issue> issues;
  for (const fhir::Fault& fault : faults) {
    std::string where(at);
    if (!where.empty() && !fault.path.empty()) where += ", ";
    where += fault.path;
    std::string text = fault.rule + ": expected " + fault.expected;
    if (!fault.found.empty()) text += ", found " + fault.found;
    issues.push_back({"error", "invalid", std::move(text), std::move(where)});
  }
  return outcome_response(422, issues);
}

std::string etag(const records::StoredVersion& version) {
  return "W/\"" + std::to_string(version.version) + "\"";
}

std::string resource_text(const records::StoredVersion& version) {
  const std::string_view json = version.json;
  std::string meta = R"({"versionId":")" + std::to_string(version.version) +
                     R"(","lastUpdated":")" + format_instant(version.recorded) + '"';
  const std::string own = member(json, "meta");
  if (!own.empty()) meta += members_without(own, {"versionId", "lastUpdated"});
  meta += '}';
  return "{\"resourceType\":" + json_text(version.type) + ",\"id\":" + json_text(version.id) +
         ",\"meta\":" + meta + members_without(json, {"resourceType", "id", "meta"}) + "}";
}

Response resource_response(int status, const records::StoredVersion& version, bool headers_only) {
  Response response;
  response.status = status;
  response.content_type = content_type;
  if (!headers_only) response.body = resource_text(version);
  response.headers.emplace_back("ETag", etag(version));
  response.headers.emplace_back("Last-Modified", http_date(version.recorded));
  return response;
}

Response gone_response(const records::StoredVersion& deletion) {
  Response response = outcome_response(410, {{"error", "deleted", "the resource was deleted", ""}});
  response.headers.emplace_back("ETag", etag(deletion));
  response.headers.emplace_back("Last-Modified", http_date(deletion.recorded));
  return response;
}

}  // namespace hb::server::fhir_api
