// FHIR R4: history of a type and of everything.
#include <charconv>

#include "fhir/definitions.hpp"
#include "search/values.hpp"
#include "server/fhir/answer.hpp"
#include "server/fhir/bundle.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

using fhir_api::outcome_response;
using records::HistoryQuery;

constexpr std::int64_t most_per_page = 1'000;

Response wrong(std::string_view name, std::string expected) {
  return outcome_response(400, {{"error", "invalid", std::move(expected), std::string(name)}});
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// "last.at": where the next page begins, and what the first page took for _at; -1 = no _at.
bool read_cursor(std::string_view text, HistoryQuery& query) {
  const std::size_t point = text.find('.');
  Seq at = -1;
  if (point == std::string_view::npos || !read_number(text.substr(0, point), query.last) ||
      !read_number(text.substr(point + 1), at) || query.last < 0 || at < -1)
    return false;
  if (at >= 0) query.at = at;
  return true;
}

std::string cursor_of(Seq next, const HistoryQuery& query) {
  return std::to_string(next) + "." + std::to_string(query.at.value_or(-1));
}

/// Versions of the time, and those that were the newest when it began.
Result<void> bound_at(const records::Store& store, const search::Span& time, HistoryQuery& query) {
  const Result<Seq> begin = store.first_since(Instant{time.low + 1});
  if (!begin) return unexpected(begin.error());
  const Result<Seq> end = store.first_since(Instant{time.high});
  if (!end) return unexpected(end.error());
  query.at = *begin - 1;
  query.last = *end - 1;
  return {};
}

/// errors  the answer that says what the parameters should have been
tl::expected<HistoryQuery, Response> query_of(const Request& request, const records::Store& store) {
  HistoryQuery query;
  query.type = request.capture("type");
  query.last = store.last_seq();
  std::optional<std::string_view> cursor;
  for (const auto& [name, value] : request.parameters) {
    if (name == "_count") {
      if (!read_number(value, query.limit) || query.limit < 1)
        return tl::unexpected(wrong(name, "expected a number from 1"));
      query.limit = std::min(query.limit, most_per_page);
    } else if (name == "_since" || name == "_at") {
      const auto time = search::span_of(value);
      if (!time) return tl::unexpected(wrong(name, "expected a date or an instant"));
      Result<void> bounded;
      if (name == "_at") {
        bounded = bound_at(store, *time, query);
      } else if (const Result<Seq> first = store.first_since(Instant{time->low}); first) {
        query.first = *first;
      } else {
        bounded = unexpected(first.error());
      }
      if (!bounded) return tl::unexpected(fhir_api::error_response(bounded.error()));
    } else if (name == "_cursor") {
      cursor = value;
    }
  }
  if (cursor && !read_cursor(*cursor, query))
    return tl::unexpected(wrong("_cursor", "this is not a cursor of a page"));
  return query;
}

Response history_answer(const Request& request, const Principal& principal, Services& services) {
  const auto query = query_of(request, services.hub.store());
  if (!query) return query.error();
  const auto page = services.hub.store().history(principal, *query);
  if (!page) return fhir_api::error_response(page.error());
  const std::string base = fhir_api::base_of(request, services.gate.https());
  const std::string path = base + (query->type.empty() ? "" : "/" + query->type) + "/_history";
  const auto link = [&](std::string_view cursor) {
    search::QueryText parameters = request.parameters;
    std::erase_if(parameters, [](const auto& one) { return one.first == "_cursor"; });
    if (!cursor.empty()) parameters.emplace_back("_cursor", cursor);
    const std::string text = fhir_api::query_text(parameters);
    return path + (text.empty() ? "" : "?" + text);
  };
  fhir_api::Bundle bundle("history", base);
  bundle.link("self", link(request.query("_cursor").value_or("")));
  if (page->next > 0) bundle.link("next", link(cursor_of(page->next, *query)));
  for (const records::StoredVersion& version : page->versions) bundle.add_history(version);
  return bundle.response();
}

}  // namespace

/// GET /fhir/{type}/_history
Response get_fhir_type_history(Request& request, const Principal& principal, Services& services) {
  if (fhir::is_resource_type(request.capture("type")))
    return history_answer(request, principal, services);
  return outcome_response(404, {{"error", "not-supported",
                                 "'" + std::string(request.capture("type")).substr(0, 40) +
                                     "' is not a resource type of FHIR R4",
                                 ""}});
}

/// GET /fhir/_history
Response get_fhir_system_history(Request& request, const Principal& principal, Services& services) {
  return history_answer(request, principal, services);
}

}  // namespace hb::server
