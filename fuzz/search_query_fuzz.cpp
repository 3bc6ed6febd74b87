// Addresses of FHIR searches: what is taken keeps the limits, is understood the same again from its
// own words, and can be asked of a resource; what is not taken says which parameter is wrong.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "search/entries.hpp"
#include "search/match.hpp"
#include "search/query.hpp"
#include "server/http.hpp"

namespace {

namespace search = hb::search;

constexpr std::string_view observation =
    R"({"resourceType":"Observation","id":"o","status":"final","identifier":[{"system":"urn:x","value":"7"}],
  "code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic"}],"text":"压"},
  "subject":{"reference":"Patient/p1"},"effectivePeriod":{"start":"2025-03","end":"2025-03-31"},
  "valueQuantity":{"value":139.60,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";

search::QueryOptions options() {
  search::QueryOptions chosen;
  chosen.now = hb::Instant{1'740'000'000'000'000};
  return chosen;
}

void check_limits(const search::Query& query, std::size_t depth) {
  if (depth > search::most_links || query.clauses.size() > search::most_clauses) std::abort();
  if (query.count < 0 || query.count > options().most_count) std::abort();
  for (const search::Clause& clause : query.clauses) {
    if (clause.parameter == nullptr || clause.any_of.size() > search::most_values) std::abort();
    for (const search::Query& inner : clause.inner) check_limits(inner, depth + 1);
  }
}

void ask(const search::Query& query) {
  static hb::fhir::Parser parser;
  static const hb::fhir::PaddedText text(observation);
  static const auto resource = parser.parse(text.view());
  static const search::Indexer indexer(
      {{"code", "date", "patient", "identifier"}, {}},
      [](std::string_view word) { return static_cast<std::int64_t>(word.size()); });
  hb::fhir::Evaluation evaluation({.steps = 20'000});
  const hb::fhir::Value root = hb::fhir::Evaluation::root(*resource);
  evaluation.reset(*resource, root);
  for (const search::Clause& clause : query.clauses) {
    if (const auto ranges = indexer.ranges(query.type, clause))
      for (const search::Range& range : *ranges)
        if (range.key < 0) std::abort();
    if (query.type != "Observation" || !clause.inner.empty()) continue;
    const auto answer = search::matches(clause, evaluation, root);
    if (!answer && answer.error().message.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string target = "/fhir/" + std::string(reinterpret_cast<const char*>(data), size);
  hb::server::Request request;
  if (!hb::server::parse_target(target, request) || request.segments.size() != 2) return 0;
  const std::string& type = request.segments[1];
  const auto query = search::parse_query(type, request.parameters, options());
  if (!query) {
    if (query.error().message.empty()) std::abort();
    return 0;
  }
  check_limits(*query, 0);
  const auto again = search::parse_query(type, query->used, options());
  if (!again || again->used != query->used || again->clauses.size() != query->clauses.size() ||
      again->sort.size() != query->sort.size() || again->includes.size() != query->includes.size())
    std::abort();
  ask(*query);
  return 0;
}
