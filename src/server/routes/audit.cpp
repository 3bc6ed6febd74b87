#include <charconv>
#include <map>

#include "core/date.hpp"
#include "server/audit_check.hpp"
#include "server/figure_views.hpp"
#include "server/json.hpp"
#include "server/parameters.hpp"
#include "server/person.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

/// The audit, as the auditor searches it: who, whom, what, when, for what, from where. Entries hold
/// numbers of residents, never names; a name is added for readers who may see residents anyway.
namespace hb::server {

namespace {

using records::Store;

constexpr std::int64_t looked_at_once = 200'000;  ///< entries per request, about 0.1 s
constexpr std::int64_t csv_step = 10'000;
constexpr std::int64_t csv_looked_at = 1'000'000;  ///< entries per step
constexpr int csv_steps = 10;
constexpr std::int64_t micros_per_day = std::int64_t{86'400} * 1'000'000;
constexpr std::int64_t shanghai_ahead = std::int64_t{8} * 3'600 * 1'000'000;

Instant start_of(Date day) { return Instant{day.days * micros_per_day - shanghai_ahead}; }

/// "since" and "until": a day in Shanghai, the last one included, or an instant.
Parsed<std::optional<Instant>> instant_of(const Request& request, std::string_view name,
                                          std::int64_t days_on) {
  const std::string_view text = request.query(name).value_or(std::string_view{});
  if (text.empty()) return std::nullopt;
  if (const Result<Date> day = parse_date(text)) {
    Instant instant = start_of(*day);
    instant.micros += days_on * micros_per_day;
    return instant;
  }
  if (const Result<Instant> instant = parse_instant(text)) return *instant;
  return unexpected(
      bad_parameter(name, {"2025-11-21 或 2025-11-21T08:00:00+08:00 的形式",
                           "a day or an instant such as 2025-11-21 or 2025-11-21T08:00:00+08:00"}));
}

std::string place_text(const Store::AuditPlace& place) {
  return std::to_string(place.at.micros) + "." + std::to_string(place.id);
}

Parsed<std::optional<Store::AuditPlace>> place_of(const Request& request) {
  const std::string_view text = request.query("before").value_or(std::string_view{});
  if (text.empty()) return std::nullopt;
  const char* const end = text.data() + text.size();
  Store::AuditPlace place;
  auto [middle, error] = std::from_chars(text.data(), end, place.at.micros);
  if (error == std::errc{} && middle != end && *middle == '.') {
    const auto [last, wrong] = std::from_chars(middle + 1, end, place.id);
    if (wrong == std::errc{} && last == end) return place;
  }
  return unexpected(
      bad_parameter("before", {"上一页给出的 next", "the \"next\" of the page before"}));
}

Parsed<Store::AuditQuery> query_of(const Request& request) {
  Store::AuditQuery query;
  for (const auto& [name, field] : {std::pair{"user", &query.user},
                                    {"what", &query.what},
                                    {"action", &query.action},
                                    {"purpose", &query.purpose},
                                    {"from", &query.from}}) {
    auto text = text_of(request, name);
    if (!text) return unexpected(text.error());
    *field = std::move(*text);
  }
  const auto resident = number_of(request, "resident", 1, INT64_MAX);
  if (!resident) return unexpected(resident.error());
  query.resident = resident->value_or(0);
  const auto since = instant_of(request, "since", 0);
  if (!since) return unexpected(since.error());
  query.since = *since;
  const auto until = instant_of(request, "until", 1);
  if (!until) return unexpected(until.error());
  query.until = *until;
  query.most = looked_at_once;
  return query;
}

/// What was done to accounts and figures belongs to the answer too.
Result<void> settle_acts(Services& services) {
  const auto figures = std::filesystem::path(services.hub.directory()) / "figures.db";
  std::error_code ignored;
  if (std::filesystem::exists(figures, ignored)) {
    const auto book = open_report_book(services);
    if (!book) return unexpected(book.error());
    if (Result<void> done = (*book)->settle(services.hub.store()); !done) return done;
  }
  if (!services.gate.closed().value_or(true)) return {};
  return services.gate.settle(services.hub.store());
}

/// "audit, user li.na, resident 12": who watches is watched.
std::string description(const Store::AuditQuery& query) {
  std::string text = "audit";
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text.append(", ").append(name).append(" ").append(value);
  };
  add("user", query.user);
  add("resident", query.resident == 0 ? "" : std::to_string(query.resident));
  add("what", query.what);
  add("action", query.action);
  add("purpose", query.purpose);
  add("from", query.from);
  add("since", query.since ? format_instant(*query.since) : "");
  add("until", query.until ? format_instant(*query.until) : "");
  return text;
}

/// The resident that an entry is about; 0: none.
ResidentId resident_in(std::string_view what) {
  constexpr std::string_view mark = "resident ";
  if (!what.starts_with(mark)) return 0;
  what.remove_prefix(mark.size());
  ResidentId id = 0;
  const auto [end, error] = std::from_chars(what.data(), what.data() + what.size(), id);
  const bool whole = end == what.data() + what.size() || *end == ' ';
  return error == std::errc{} && whole ? id : 0;
}

/// Names shown beside what an entry says; each is looked up once per answer.
class Names {
 public:
  Names(const Principal& principal, Services& services)
      : principal_(principal),
        services_(services),
        with_residents_(services.gate.may(principal, "residents:read")) {}

  json::value of_account(const std::string& name) {
    if (!accounts_read_ && services_.gate.closed().value_or(true)) {
      if (const auto users = services_.gate.accounts().users())
        for (const security::User& user : *users) displays_[user.name] = user.display;
    }
    accounts_read_ = true;
    const auto found = displays_.find(name);
    if (found == displays_.end() || found->second.empty()) return nullptr;
    return json::value(found->second);
  }

  /// null: nobody, or the reader may not see residents
  json::value of_resident(ResidentId id) {
    if (id == 0 || !with_residents_) return nullptr;
    const auto [place, fresh] = residents_.try_emplace(id, nullptr);
    if (!fresh) return place->second;
    const auto person = services_.hub.store().person(principal_, id);
    if (!person) return nullptr;
    const PersonCard card = card_of(*person);
    if (!card.name.empty()) place->second = json::value(card.name);
    return place->second;
  }

 private:
  const Principal& principal_;
  Services& services_;
  bool with_residents_;
  bool accounts_read_ = false;
  std::map<std::string, std::string> displays_;
  std::map<ResidentId, json::value> residents_;
};

json::object entry_object(const Store::AuditEntry& entry, Names& names) {
  const ResidentId resident = resident_in(entry.what);
  return {{"id", entry.id},
          {"at", format_instant(entry.at)},
          {"user", entry.user},
          {"display", names.of_account(entry.user)},
          {"purpose", entry.purpose},
          {"action", entry.action},
          {"what", entry.what},
          {"resident", resident == 0 ? json::value(nullptr) : json::value(resident)},
          {"residentName", names.of_resident(resident)},
          {"from", entry.from}};
}

json::object check_object(const AuditCheckState& state) {
  constexpr const char* words[] = {"none", "running", "done", "failed"};
  using Step = AuditCheckState::Step;
  json::array faults;
  for (const std::string& fault : state.verdict.faults) faults.emplace_back(fault);
  const bool ended = state.step == Step::done || state.step == Step::failed;
  return {{"state", words[static_cast<std::size_t>(state.step)]},
          {"by", state.by},
          {"started", state.step == Step::none ? json::value(nullptr)
                                               : json::value(format_instant(state.started))},
          {"ended", ended ? json::value(format_instant(state.ended)) : json::value(nullptr)},
          {"done", state.done},
          {"all", state.all},
          {"sound", state.step == Step::done ? json::value(faults.empty()) : json::value(nullptr)},
          {"entries", state.verdict.entries},
          {"anchors", state.verdict.anchors},
          {"signaturesChecked", state.signatures_checked},
          {"faults", std::move(faults)},
          {"error", state.error.empty() ? json::value(nullptr) : json::value(state.error)}};
}

std::string csv_row(const Store::AuditEntry& entry) {
  const ResidentId resident = resident_in(entry.what);
  return format_instant(entry.at) + "," + csv_cell(entry.user) + "," + csv_cell(entry.purpose) +
         "," + csv_cell(entry.action) + "," + (resident == 0 ? "" : std::to_string(resident)) +
         "," + csv_cell(entry.what) + "," + csv_cell(entry.from) + "," + std::to_string(entry.id) +
         "\n";
}

}  // namespace

/// GET /api/audit: newest first, page after page by `next`. A search that no index narrows down
/// stops after a number of entries and says how far it came; `next` goes on.
Response get_audit(Request& request, const Principal& principal, Services& services) {
  auto query = query_of(request);
  if (!query) return query.error();
  const auto before = place_of(request);
  if (!before) return before.error();
  const auto size = number_of(request, "size", 1, 200);
  if (!size) return size.error();
  if (const Result<void> done = settle_acts(services); !done) return outcome(done.error());
  query->before = *before;
  query->limit = size->value_or(50);
  const Store& store = services.hub.store();
  const auto page = store.search_audit(principal, *query);
  if (!page) return outcome(page.error());
  store.note_audit(principal, "search", description(*query));
  Names names(principal, services);
  json::array items;
  for (const Store::AuditEntry& entry : page->entries) items.push_back(entry_object(entry, names));
  return json_response(
      200, json::object{
               {"items", std::move(items)},
               {"next", page->next ? json::value(place_text(*page->next)) : json::value(nullptr)},
               {"lookedBackTo",
                page->next ? json::value(format_instant(page->next->at)) : json::value(nullptr)}});
}

/// GET /api/audit.csv: the newest entries that fit, at most 100,000 of the newest ten million; the
/// file's name says how far back they go when there are more. Without names.
Response get_audit_csv(Request& request, const Principal& principal, Services& services) {
  auto query = query_of(request);
  if (!query) return query.error();
  const auto language = word_of(request, "lang", {"zh", "en"});
  if (!language) return language.error();
  if (const Result<void> done = settle_acts(services); !done) return outcome(done.error());
  query->most = csv_looked_at;
  query->limit = csv_step;
  const Store& store = services.hub.store();
  store.note_audit(principal, "export", description(*query));
  std::string rows = *language == "en"
                         ? "time (UTC),account,purpose,action,resident,what,from,entry\n"
                         : "时间（UTC）,账号,目的,操作,居民编号,内容,来源地址,序号\n";
  for (int step = 0; step < csv_steps && (step == 0 || query->before); ++step) {
    const auto page = store.search_audit(principal, *query);
    if (!page) return outcome(page.error());
    for (const Store::AuditEntry& entry : page->entries) rows += csv_row(entry);
    query->before = page->next;
  }
  std::string name = "audit";
  for (const std::string_view part : {"user", "resident", "action", "purpose", "since", "until"})
    if (const auto value = request.query(part); value && !value->empty())
      name.append("-").append(*value);
  if (query->before) name += "-back-to-" + format_instant(query->before->at).substr(0, 19) + "Z";
  return csv_response(name + ".csv", std::move(rows));
}

/// POST /api/audit/verify: begins a check of the whole chain
Response post_audit_check(Request&, const Principal& principal, Services& services) {
  if (!services.audit_check->start(principal))
    return refusal(409, "conflict", {"校验正在进行", "a check is running already"});
  services.hub.store().note_audit(principal, "verify", "audit");
  return json_response(202, check_object(services.audit_check->state()));
}

/// GET /api/audit/verify: how far the last check is, or how it ended
Response get_audit_check(Request&, const Principal&, Services& services) {
  return json_response(200, check_object(services.audit_check->state()));
}

}  // namespace hb::server
