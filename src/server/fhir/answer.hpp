#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "fhir/parser.hpp"
#include "records/types.hpp"
#include "server/http.hpp"

/// Answers of the FHIR interface: resources as they are given out, Bundles, OperationOutcomes.
namespace hb::server::fhir_api {

inline constexpr std::string_view content_type = "application/fhir+json; charset=utf-8";

/// One thing that is wrong. severity and code are those of OperationOutcome.issue.
struct Issue {
  std::string_view severity = "error";
  std::string_view code = "invalid";
  std::string text;
  std::string where;  ///< FHIRPath of the element, or name of the parameter; empty if none
};
std::string outcome_text(const std::vector<Issue>& issues);
Response outcome_response(int status, const std::vector<Issue>& issues);
/// An Error as an answer: 400, 403 → 404, 404, 409, 503. Who may not see a resource is told the
/// same as when there is none.
Response error_response(const Error& error);
/// 422 with an issue per fault; `at` stands before their paths ("Bundle.entry[3].resource").
Response faults_response(const std::vector<fhir::Fault>& faults, std::string_view at = {});

/// JSON text of a version with meta.versionId and meta.lastUpdated as the store knows them; what
/// else stands in its meta stays, digits of numbers too.
std::string resource_text(const records::StoredVersion& version);

/// With ETag and Last-Modified. headers_only leaves out the body (Prefer: return=minimal).
Response resource_response(int status, const records::StoredVersion& version,
                           bool headers_only = false);
/// 410: this version says that the resource was deleted.
Response gone_response(const records::StoredVersion& deletion);
std::string etag(const records::StoredVersion& version);

/// Elements of an array, raw.
std::vector<std::string> elements_of(std::string_view array);
/// Text of a resource without the version and time that resource_text() puts into its meta.
std::string without_version(std::string_view json);
/// "Sun, 22 Nov 2026 08:00:00 GMT"
std::string http_date(Instant instant);

/// Text of a resource with this id in place of what it had.
std::string with_id(std::string_view json, std::string_view id);
/// Member of the object, raw; empty when there is none.
std::string member(std::string_view json, std::string_view key);
/// Value of a member that is a string; empty when there is none or it is something else.
std::string text_member(std::string_view json, std::string_view key);
/// As a JSON string, quoted.
std::string json_text(std::string_view text);

}  // namespace hb::server::fhir_api
