#include <algorithm>
#include <limits>

#include "indicators/measure_cells.hpp"
#include "server/parameters.hpp"
#include "server/signal_routes.hpp"
#include "server/views.hpp"
#include "signals/comparable.hpp"
#include "signals/daily.hpp"
#include "signals/quality.hpp"
#include "watch/decisions.hpp"

namespace hb::server {

namespace {

using signals::Act;
using signals::Event;
using signals::Kept;

json::value instant_or_null(const std::optional<Instant>& instant) {
  return instant ? json::value(format_instant(*instant)) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value code_or_null(const Services& services, const char* list, const std::string& code) {
  return code.empty() ? json::value(nullptr)
                      : json::value(texts(services.catalogue.text(list, code)));
}

json::object event_object(const Event& event, const Services& services) {
  json::object object{
      {"number", event.number},
      {"at", format_instant(event.at)},
      {"by", event.by},
      {"act", signals::act_word(event.act)},
      {"act_name", texts(services.catalogue.text("signal-act", signals::act_word(event.act)))},
      {"result", text_or_null(event.result)},
      {"result_name", code_or_null(services, "signal-state", event.result)},
      {"way", text_or_null(event.way)},
      {"way_name", code_or_null(services, "verification-way", event.way)},
      {"reason", text_or_null(event.reason)},
      {"reason_name", code_or_null(services, "dismissal-reason", event.reason)},
      {"cases", event.cases ? json::value(*event.cases) : json::value(nullptr)},
      {"note", text_or_null(event.note)},
      {"instance", text_or_null(event.instance)}};
  object["score"] = event.facts ? json::value(event.facts->score) : json::value(nullptr);
  object["first_date"] =
      event.facts ? json::value(format_date(event.facts->first_date)) : json::value(nullptr);
  return object;
}

/// Area codes whose signals the asker may see; `nobody` where there are none.
std::vector<std::string> areas_of(const Principal& principal) {
  if (principal.unrestricted) return {};
  if (principal.areas.empty()) return {"-"};  // no code begins so
  return principal.areas;
}

Parsed<std::optional<Date>> day_of(const Request& request, std::string_view name) {
  const auto text = request.query(name);
  if (!text || text->empty()) return std::nullopt;
  const Result<Date> day = parse_date(*text);
  if (!day) return unexpected(bad_parameter(name, {"日期，如 2025-11-21", "a day, 2025-11-21"}));
  return *day;
}

Parsed<signals::SignalQuery> query_of(const Request& request, const Principal& principal) {
  signals::SignalQuery query;
  query.areas = areas_of(principal);
  const auto state =
      word_of(request, "state",
              {"open", "closed", "raised", "suspected", "dismissed", "confirmed", "excluded"});
  if (!state) return unexpected(state.error());
  using signals::State;
  if (*state == "open")
    query.states = {State::raised, State::suspected};
  else if (*state == "closed")
    query.states = {State::dismissed, State::confirmed, State::excluded};
  else if (!state->empty())
    query.states = {*signals::read_state(*state)};
  const auto lane = word_of(request, "lane", {"one-case", "ranked"});
  if (!lane) return unexpected(lane.error());
  if (!lane->empty()) query.lane = *lane == "ranked" ? watch::Lane::ranked : watch::Lane::one_case;
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  query.area = *area;
  for (const auto& [name, value] :
       {std::pair{"disease", &query.disease}, {"stream", &query.stream}}) {
    const auto text = text_of(request, name);
    if (!text) return unexpected(text.error());
    *value = *text;
  }
  for (const auto& [name, value] : {std::pair{"from", &query.from}, {"to", &query.to}}) {
    const auto day = day_of(request, name);
    if (!day) return unexpected(day.error());
    *value = *day;
  }
  query.ranked = true;
  return query;
}

Parsed<std::optional<std::int64_t>> body_whole(const Request& request, std::string_view name,
                                               std::int64_t most) {
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  const bool is_object = !error && body.is_object();
  const json::value* value = is_object ? body.get_object().if_contains(name) : nullptr;
  if (is_object && (value == nullptr || value->is_null())) return std::nullopt;
  if (value != nullptr && value->is_int64() && value->get_int64() >= 0 &&
      value->get_int64() <= most)
    return value->get_int64();
  const std::string shape = "{\"" + std::string(name) + "\": 3}";
  return unexpected(refusal(400, "invalid_input",
                            {"请求内容应为 JSON：" + shape, "the body must be JSON: " + shape},
                            "body." + std::string(name)));
}

/// A code of the body that must be of a list, where it is there.
Parsed<std::string> body_code(const Request& request, const Services& services,
                              std::string_view name, const char* list) {
  const auto code = body_text(request, name, false);
  if (!code) return unexpected(code.error());
  if (!*code) return std::string();
  const scene::CodeList* known = services.catalogue.codes(list);
  if (known != nullptr && known->find(**code) != nullptr) return **code;
  std::string words;
  if (known != nullptr)
    for (const scene::Code& one : known->codes) words += (words.empty() ? "" : ", ") + one.code;
  return unexpected(refusal(400, "invalid_input", {"应为：" + words, "one of: " + words},
                            "body." + std::string(name)));
}

constexpr std::size_t longest_note = 2000;  // bytes

/// What every act may carry.
Parsed<Event> event_of(const Request& request, const Principal& principal, Services& services,
                       Act act) {
  Event event;
  event.act = act;
  event.at = services.clock();
  event.by = principal.user;
  for (const auto& [name, value] : {std::pair{"note", &event.note}, {"key", &event.key}}) {
    const auto text = body_text(request, name, false);
    if (!text) return unexpected(text.error());
    *value = text->value_or("");
    if (value->size() > longest_note)
      return unexpected(refusal(400, "invalid_input",
                                {"不超过2000字节", "at most 2000 bytes are expected"},
                                "body." + std::string(name)));
  }
  const auto result = body_text(request, "result", false);
  if (!result) return unexpected(result.error());
  event.result = result->value_or("");
  const auto way = body_code(request, services, "way", "verification-way");
  if (!way) return unexpected(way.error());
  event.way = *way;
  const auto reason = body_code(request, services, "reason", "dismissal-reason");
  if (!reason) return unexpected(reason.error());
  event.reason = *reason;
  const auto cases = body_whole(request, "cases", 10'000'000);
  if (!cases) return unexpected(cases.error());
  event.cases = *cases;
  return event;
}

json::object ground_object(const signals::Ground& one, const Services& services) {
  json::value cluster = nullptr;
  if (!one.areas.empty()) {
    json::array areas;
    for (const std::string& area : one.areas) areas.push_back(texts(services.areas.name(area)));
    cluster = json::object{{"areas", std::move(areas)}, {"ongoing", one.ongoing}};
  }
  return {{"stream", one.stream},
          {"method", one.method},
          {"place", one.key.place},
          {"part", one.key.part},
          {"disease_name", disease_name(services, one.key.disease)},
          {"from", format_date(one.from)},
          {"to", format_date(one.to)},
          {"observed", one.observed},
          {"expected", one.expected},
          {"threshold", one.threshold},
          {"p", one.pvalue},
          {"recurrence_days", one.pvalue > 0 ? json::value(1 / one.pvalue) : json::value(nullptr)},
          {"cluster", std::move(cluster)}};
}

json::object detail_of(const Kept& kept, const Principal& principal, Services& services) {
  SignalHouse& house = *services.signals;
  json::object body = signal_object(kept, services);
  json::array grounds;
  for (const signals::Ground& one : kept.facts.grounds)
    grounds.push_back(ground_object(one, services));
  body["grounds"] = std::move(grounds);
  json::array log;
  if (const auto events = house.ledger().events(kept.id))
    for (const Event& event : *events) log.push_back(event_object(event, services));
  body["log"] = std::move(log);
  signals::SignalQuery before;
  before.areas = areas_of(principal);
  before.to = Date{kept.facts.date.days - 1};
  before.limit = 1'000'000;
  json::array past;
  if (const auto page = house.ledger().list(before)) {
    constexpr std::size_t shown = 10;
    for (const signals::Comparable& one : signals::comparable(kept, page->signals, shown)) {
      json::array why;
      for (const signals::Likeness reason : one.why)
        why.push_back(json::value(signals::likeness_word(reason)));
      past.push_back(
          json::object{{"why", std::move(why)}, {"signal", signal_object(*one.kept, services)}});
    }
  }
  body["past"] = std::move(past);
  return body;
}

Response acted(Request& request, const Principal& principal, Services& services, Act act) {
  const auto kept = signal_of(request, principal, services);
  if (!kept) return kept.error();
  if (!kept->instance.empty() && act != Act::noted)
    return refusal(
        409, "conflict",
        {"该信号已转入处置流程，请在流程中办理", "the response carries this signal on: act there"},
        kept->instance);
  auto event = event_of(request, principal, services, act);
  if (!event) return event.error();
  const auto seen = body_whole(request, "seen", std::numeric_limits<int>::max());
  if (!seen) return seen.error();
  const auto after = services.signals->ledger().act(
      kept->id, std::move(*event), *seen ? std::optional(static_cast<int>(**seen)) : std::nullopt);
  if (!after) return outcome(after.error());
  services.hub.store().note_audit(principal, "signal",
                                  std::string(signals::act_word(act)) + " " + after->id + " " +
                                      std::string(signals::state_word(after->state)));
  services.events.publish("signals", "{}");
  return json_response(200, detail_of(*after, principal, services));
}

json::object share_object(const signals::Share& share) {
  return {{"x", share.x},
          {"n", share.n},
          {"value", share.value ? json::value(*share.value) : json::value(nullptr)},
          {"lower", share.value ? json::value(share.limits.lower) : json::value(nullptr)},
          {"upper", share.value ? json::value(share.limits.upper) : json::value(nullptr)}};
}

json::object spread_object(const signals::Spread& spread) {
  const auto figure = [&](double value) {
    return spread.n > 0 ? json::value(value) : json::value(nullptr);
  };
  return {{"n", spread.n},
          {"lower", figure(spread.lower)},
          {"median", figure(spread.median)},
          {"upper", figure(spread.upper)}};
}

json::object workload_object(const signals::Workload& one) {
  return {{"at", format_instant(one.at)},
          {"by", one.by},
          {"at_most", one.at_most ? json::value(*one.at_most) : json::value(nullptr)},
          {"note", one.note}};
}

/// The last tuning on this store's history: what its operating point finds, in words.
Result<json::value> tuned(const std::string& store) {
  const auto decisions = watch::read_decisions(store);
  if (!decisions) return unexpected(decisions.error());
  if (decisions->empty()) return json::value(nullptr);
  const watch::Decision& last = decisions->back();
  return json::value(
      json::object{{"at", format_instant(last.at)}, {"by", last.author}, {"basis", last.basis}});
}

Result<json::object> workload_now(const Services& services) {
  SignalHouse& house = *services.signals;
  const auto basis = tuned(services.hub.directory());
  if (!basis) return unexpected(basis.error());
  const auto now = signals::at_most(house.ledger(), house.content());
  if (!now) return unexpected(now.error());
  const auto decided = house.ledger().workloads();
  if (!decided) return unexpected(decided.error());
  json::array history;
  for (const signals::Workload& one : *decided) history.push_back(workload_object(one));
  return json::object{{"at_most", *now ? json::value(**now) : json::value(nullptr)},
                      {"decided", !decided->empty()},
                      {"usual", house.content().at_most},
                      {"tuned", *basis},
                      {"history", std::move(history)}};
}

}  // namespace

Parsed<SignalHouse*> signal_house(Services& services) {
  if (services.signals == nullptr)
    return unexpected(not_found({"预警信号（场景未配置）", "signals: no scene says how"}));
  return services.signals.get();
}

Parsed<Kept> signal_of(const Request& request, const Principal& principal, Services& services) {
  const auto house = signal_house(services);
  if (!house) return unexpected(house.error());
  const auto kept = (*house)->ledger().find(request.capture("id"));
  if (!kept && kept.error().code != ErrorCode::not_found) return unexpected(outcome(kept.error()));
  if (!kept || !indicators::may_read(principal, kept->facts.area))
    return unexpected(not_found({"该信号", "such signal"}));
  return *kept;
}

json::value disease_name(const Services& services, const std::string& disease) {
  const scene::CodeList* subjects = services.catalogue.codes("signal-subject");
  const bool other = subjects != nullptr && subjects->find(disease) != nullptr;
  return code_or_null(services, other ? "signal-subject" : "notifiable-disease", disease);
}

json::object signal_object(const Kept& kept, Services& services) {
  const signals::Facts& facts = kept.facts;
  json::array streams;
  for (const std::string& id : facts.streams) {
    const auto& all = services.signals->streams();
    const auto found = std::ranges::find(all, id, &watch::Stream::id);
    const Localized title = found == all.end() ? Localized{id, id} : found->title;
    streams.push_back(json::object{
        {"id", id}, {"title", texts(title)}, {"kind", found == all.end() ? "" : found->kind}});
  }
  const std::string_view state = signals::state_word(kept.state);
  const std::string_view lane = watch::lane_word(facts.lane);
  return {{"id", kept.id},
          {"state", state},
          {"state_name", texts(services.catalogue.text("signal-state", state))},
          {"open", kept.open()},
          {"supported", kept.supported},
          {"lane", lane},
          {"lane_name", texts(services.catalogue.text("signal-lane", lane))},
          {"date", format_date(facts.date)},
          {"first_date", format_date(facts.first_date)},
          {"area", facts.area},
          {"area_name", texts(services.areas.name(facts.area))},
          {"place", facts.place},
          {"disease", text_or_null(facts.disease)},
          {"disease_name", disease_name(services, facts.disease)},
          {"streams", std::move(streams)},
          {"score", facts.score},
          {"events", kept.events},
          {"raised_at", format_instant(kept.raised_at)},
          {"verified_at", instant_or_null(kept.verified_at)},
          {"closed_at", instant_or_null(kept.closed_at)},
          {"verified_by", text_or_null(kept.verified_by)},
          {"way", text_or_null(kept.way)},
          {"reason", text_or_null(kept.reason)},
          {"reason_name", code_or_null(services, "dismissal-reason", kept.reason)},
          {"cases", kept.cases ? json::value(*kept.cases) : json::value(nullptr)},
          {"instance", text_or_null(kept.instance)}};
}

/// GET /api/signals?state=&lane=&area=&disease=&stream=&from=&to=&page=&size=
Response get_signals(Request& request, const Principal& principal, Services& services) {
  const auto house = signal_house(services);
  if (!house) return house.error();
  const auto page = page_of(request);
  if (!page) return page.error();
  auto query = query_of(request, principal);
  if (!query) return query.error();
  query->offset = page->offset();
  query->limit = page->size;
  const auto found = (*house)->ledger().list(*query);
  if (!found) return outcome(found.error());
  json::array items;
  for (const Kept& kept : found->signals) items.push_back(signal_object(kept, services));
  json::object body = list_object(found->total, *page, std::move(items));
  const auto runs = (*house)->ledger().runs(1);
  if (!runs) return outcome(runs.error());
  body["as_of"] =
      runs->empty() ? json::value(nullptr) : json::value(format_instant(runs->front().at));
  body["day"] = format_date((*house)->today());
  const auto fault = (*house)->fault();
  body["fault"] = fault ? json::value(fault->message) : json::value(nullptr);
  return json_response(200, body);
}

/// GET /api/signals/{id}: with its log and comparable former signals
Response get_signal(Request& request, const Principal& principal, Services& services) {
  const auto kept = signal_of(request, principal, services);
  if (!kept) return kept.error();
  return json_response(200, detail_of(*kept, principal, services));
}

/// POST /api/signals/{id}/verify {"result","way","reason","cases","note","seen","key"}
Response verify_signal(Request& request, const Principal& principal, Services& services) {
  return acted(request, principal, services, Act::verified);
}

/// POST /api/signals/{id}/investigate
Response investigate_signal(Request& request, const Principal& principal, Services& services) {
  return acted(request, principal, services, Act::investigated);
}

/// POST /api/signals/{id}/reopen
Response reopen_signal(Request& request, const Principal& principal, Services& services) {
  return acted(request, principal, services, Act::reopened);
}

/// POST /api/signals/{id}/note
Response note_signal(Request& request, const Principal& principal, Services& services) {
  return acted(request, principal, services, Act::noted);
}

/// GET /api/signals/quality?from=&to=: counted from the kept results; a year when absent
Response get_signal_quality(Request& request, const Principal& principal, Services& services) {
  const auto house = signal_house(services);
  if (!house) return house.error();
  auto from = day_of(request, "from");
  if (!from) return from.error();
  auto to = day_of(request, "to");
  if (!to) return to.error();
  const Date last = to->value_or((*house)->today());
  const Date first = from->value_or(Date{last.days - 364});
  if (last < first) return bad_parameter("to", {"不早于 from 的日期", "a day not before from"});
  signals::SignalQuery all;
  all.areas = areas_of(principal);
  all.limit = 10'000'000;
  const auto page = (*house)->ledger().list(all);
  if (!page) return outcome(page.error());
  const signals::Quality made = signals::quality(page->signals, first, last);
  json::array reasons;
  for (const auto& [code, n] : made.reasons)
    reasons.push_back(
        json::object{{"code", code},
                     {"name", texts(services.catalogue.text("dismissal-reason", code))},
                     {"n", n}});
  json::array references;
  for (const signals::Reference& one : (*house)->content().references)
    references.push_back(
        json::object{{"id", one.id}, {"value", one.value}, {"basis", texts(one.basis)}});
  json::object states;
  for (int i = 0; i <= static_cast<int>(signals::State::excluded); ++i) {
    const auto state = static_cast<signals::State>(i);
    const auto found = made.states.find(state);
    states[signals::state_word(state)] = found == made.states.end() ? 0 : found->second;
  }
  return json_response(
      200, json::object{{"from", format_date(first)},
                        {"to", format_date(last)},
                        {"signals", made.signals},
                        {"states", std::move(states)},
                        {"per_week", json::object{{"value", made.per_week},
                                                  {"lower", made.per_week_limits.lower},
                                                  {"upper", made.per_week_limits.upper}}},
                        {"verified", share_object(made.verified)},
                        {"suspected", share_object(made.suspected)},
                        {"confirmed", share_object(made.confirmed)},
                        {"in_time", share_object(made.in_time)},
                        {"hours_to_verify", spread_object(made.hours_to_verify)},
                        {"days_to_signal", spread_object(made.days_to_signal)},
                        {"reasons", std::move(reasons)},
                        {"references", std::move(references)}});
}

/// GET /api/signals/workload: how many signals a week the ranked lane may have, and who decided
Response get_signal_workload(Request&, const Principal&, Services& services) {
  const auto house = signal_house(services);
  if (!house) return house.error();
  const auto body = workload_now(services);
  return body ? json_response(200, *body) : outcome(body.error());
}

/// POST /api/signals/workload {"at_most": 2, "note": "…"}; null: all signals
Response post_signal_workload(Request& request, const Principal& principal, Services& services) {
  const auto house = signal_house(services);
  if (!house) return house.error();
  const auto at_most = body_whole(request, "at_most", 10'000);
  if (!at_most) return at_most.error();
  const auto note = body_text(request, "note");
  if (!note) return note.error();
  signals::Workload workload;
  workload.at = services.clock();
  workload.by = principal.user;
  if (*at_most) workload.at_most = static_cast<double>(**at_most);
  workload.note = note->value_or("");
  if (workload.note.size() > longest_note)
    return refusal(400, "invalid_input", {"不超过2000字节", "at most 2000 bytes are expected"},
                   "body.note");
  const auto set = (*house)->ledger().set_workload(std::move(workload));
  if (!set) return outcome(set.error());
  services.hub.store().note_audit(
      principal, "signal",
      "workload " + (*at_most ? std::to_string(**at_most) : std::string("all")));
  (*house)->notify();
  const auto body = workload_now(services);
  return body ? json_response(200, *body) : outcome(body.error());
}

}  // namespace hb::server
