#include <algorithm>

#include "ingest/person.hpp"
#include "security/unrelated.hpp"
#include "server/json.hpp"
#include "server/parameters.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

/// Break-glass: one more resident for a while, with a reason, reviewed afterwards; and the report
/// on looks without a relation.
namespace hb::server {

namespace {

using security::Emergency;

constexpr std::int64_t micros_per_day = std::int64_t{86'400} * 1'000'000;

json::value display_of(const std::string& user, Services& services) {
  if (user.empty() || !services.gate.closed().value_or(false)) return nullptr;
  const auto known = services.gate.accounts().user(user);
  if (!known || known->display.empty()) return nullptr;
  return json::value(known->display);
}

json::object emergency_object(const Emergency& one, Services& services) {
  return {{"id", one.id},
          {"user", one.user},
          {"display", display_of(one.user, services)},
          {"resident", one.resident},
          {"reason", one.reason},
          {"asked", format_instant(one.asked)},
          {"until", format_instant(one.until)},
          {"open", services.clock() < one.until},
          {"state", security::state_word(one.state)},
          {"reviewer", one.reviewer.empty() ? json::value(nullptr) : json::value(one.reviewer)},
          {"note", one.note},
          {"reviewed",
           one.reviewed ? json::value(format_instant(*one.reviewed)) : json::value(nullptr)}};
}

Response emergency_outcome(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid_input:
      return refusal(400, "invalid_input", {"请写明理由（不少于 10 字）或说明", error.message},
                     "body." + error.where);
    case ErrorCode::conflict:
      return refusal(409, "conflict", {"该居民已开放或该申请已审核", error.message});
    case ErrorCode::forbidden:
      return refusal(403, "forbidden",
                     {"今日紧急调阅次数已达上限，或不能审核本人的申请", error.message});
    case ErrorCode::not_found:
      return not_found({"该申请", "such request"});
    default:
      return outcome(error);
  }
}

Response no_such_person() { return not_found({"此居民", "such resident"}); }

/// Who is meant: a number, or a whole identity number or name that fits exactly one resident. The
/// asker does not see the person yet; the search is the program's own, the asking is audited.
Parsed<ResidentId> person_meant(const Request& request, Services& services) {
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  const json::value* number =
      !error && body.is_object() ? body.get_object().if_contains("resident") : nullptr;
  const Principal finder = Principal::system("break-glass");
  if (number != nullptr && number->is_int64()) {
    const auto resident = services.hub.store().resident(finder, number->get_int64());
    if (!resident) return unexpected(no_such_person());
    return resident->id;
  }
  const auto text = body_text(request, "identifier");
  if (!text) return unexpected(text.error());
  records::PersonQuery query;
  query.words = ingest::query_words(**text);
  query.today = services.today();
  query.limit = 2;
  if (query.words.empty()) return unexpected(no_such_person());
  const auto found = services.hub.store().find_residents(finder, query);
  if (!found) return unexpected(outcome(found.error()));
  if (found->residents.size() != 1) return unexpected(no_such_person());
  return found->residents.front().id;
}

}  // namespace

/// POST /api/break-glass {"resident": 12 | "identifier": "…", "reason": "…"}
Response post_break_glass(Request& request, const Principal& principal, Services& services) {
  const auto reason = body_text(request, "reason");
  if (!reason) return reason.error();
  const auto rules = services.catalogue.policy()->rules_of(principal);
  if (std::ranges::none_of(rules, &Policy::Rule::break_glass))
    return refusal(
        403, "forbidden",
        {"当前角色不适用紧急调阅", "the roles of this account have no break-glass access"});
  const auto resident = person_meant(request, services);
  if (!resident) {
    services.hub.store().note_audit(principal, "break-glass", "nobody found");
    return resident.error();
  }
  const auto opened = services.access->ask(principal.user, *resident, **reason);
  services.hub.store().note_audit(
      principal, "break-glass",
      "resident " + std::to_string(*resident) +
          (opened ? " request " + std::to_string(opened->id) : std::string(" refused")));
  if (!opened) return emergency_outcome(opened.error());
  return json_response(201, emergency_object(*opened, services));
}

/// GET /api/break-glass?state=waiting: one's own; of everybody for who reviews
Response get_break_glass(Request& request, const Principal& principal, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto word = word_of(request, "state", {"waiting", "approved", "objected"});
  if (!word) return word.error();
  std::optional<Emergency::State> state;
  for (const auto one :
       {Emergency::State::waiting, Emergency::State::approved, Emergency::State::objected})
    if (security::state_word(one) == *word) state = one;
  const bool reviews = services.gate.may(principal, "break-glass:review");
  std::int64_t total = 0;
  const auto found = services.access->emergencies(reviews ? "" : principal.user, state,
                                                  page->offset(), page->size, &total);
  if (!found) return outcome(found.error());
  json::array items;
  for (const Emergency& one : *found) items.push_back(emergency_object(one, services));
  return json_response(200, list_object(total, *page, std::move(items)));
}

/// POST /api/break-glass/{id}/review {"approve": true|false, "note": "…"}
Response review_break_glass(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto approve = body_flag(request, "approve");
  if (!approve) return approve.error();
  const auto note = body_text(request, "note", false);
  if (!note) return note.error();
  const auto done = services.access->review(*id, principal.user, *approve, note->value_or(""));
  if (!done) return emergency_outcome(done.error());
  services.hub.store().note_audit(principal, "break-glass-review",
                                  "resident " + std::to_string(done->resident) + " request " +
                                      std::to_string(*id) + (*approve ? " approved" : " objected"));
  return json_response(200, emergency_object(*done, services));
}

namespace {

/// A day in Shanghai; `fallback` when absent. The answer is its first moment.
Parsed<Instant> day_start(const Request& request, std::string_view name, Date fallback) {
  constexpr std::int64_t shanghai_ahead = std::int64_t{8} * 3'600 * 1'000'000;
  Date day = fallback;
  if (const std::string_view text = request.query(name).value_or(""); !text.empty()) {
    const Result<Date> read = parse_date(text);
    if (!read)
      return unexpected(bad_parameter(name, {"2025-11-21 形式的日期", "a day such as 2025-11-21"}));
    day = *read;
  }
  return Instant{day.days * micros_per_day - shanghai_ahead};
}

/// An account as the principal that its requests would have.
Result<std::optional<Principal>> account_of(const std::string& user, Services& services) {
  if (!services.gate.closed().value_or(false)) return std::nullopt;
  const auto known = services.gate.accounts().user(user);
  if (!known) {
    if (known.error().code == ErrorCode::not_found) return std::nullopt;
    return unexpected(known.error());
  }
  const scene::Role* first =
      known->roles.empty() ? nullptr : services.catalogue.role(known->roles.front());
  Principal principal =
      security::principal_of(*known, first != nullptr ? first->purpose : "operation", "");
  if (const Result<void> done = services.access->complete(principal); !done)
    return unexpected(done.error());
  return principal;
}

}  // namespace

/// GET /api/audit/unrelated?since=2025-11-01&until=2025-11-30&user=: the last 30 days when not said
Response get_unrelated(Request& request, const Principal& principal, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto user = text_of(request, "user");
  if (!user) return user.error();
  const Date today = day_in_shanghai(services.clock());
  const auto since = day_start(request, "since", Date{today.days - 29});
  if (!since) return since.error();
  const auto until = day_start(request, "until", today);
  if (!until) return until.error();
  const Instant end{until->micros + micros_per_day};
  if (end <= *since)
    return bad_parameter("until", {"不早于 since 的日期", "a day not before since"});
  const auto report = security::looks_without_relation(
      services.hub.store(), services.hub.tables(), *services.catalogue.policy(),
      [&](const std::string& name) { return account_of(name, services); },
      [&](const std::string& name, ResidentId resident, Instant at) {
        return services.access->was_open(name, resident, at);
      },
      {*since, end, *user, services.today()});
  if (!report) return outcome(report.error());
  services.hub.store().note_audit(principal, "audit", "looks without a relation");
  json::array items;
  const auto total = static_cast<std::int64_t>(report->looks.size());
  for (std::int64_t i = page->offset(); i < std::min(total, page->offset() + page->size); ++i) {
    const security::Look& look = report->looks[static_cast<std::size_t>(i)];
    items.push_back(json::object{{"user", look.user},
                                 {"display", display_of(look.user, services)},
                                 {"resident", look.resident},
                                 {"reads", look.reads},
                                 {"first", format_instant(look.first)},
                                 {"last", format_instant(look.last)},
                                 {"purpose", look.purpose},
                                 {"emergency", look.emergency}});
  }
  json::object body = list_object(total, *page, std::move(items));
  body["entries"] = report->entries;
  body["complete"] = report->complete;
  return json_response(200, body);
}

}  // namespace hb::server
