#include "signals/kept.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <tuple>

namespace hb::signals {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> states = {"raised", "suspected", "dismissed", "confirmed",
                                                    "excluded"};
constexpr std::array<std::string_view, 9> acts = {"raised",    "changed",  "unsupported",
                                                  "supported", "verified", "investigated",
                                                  "reopened",  "linked",   "noted"};

template <class Value, std::size_t size>
std::optional<Value> find(const std::array<std::string_view, size>& words, std::string_view word) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Value>(found - words.begin());
}

Result<void> wrong_state(const Kept& kept, const Event& event) {
  return fail(ErrorCode::conflict,
              "a signal that is " + std::string(state_word(kept.state)) + " cannot be " +
                  std::string(act_word(event.act)),
              kept.id);
}

Result<void> decide(Kept& kept, const Event& event, State positive, State negative) {
  const auto result = read_state(event.result);
  if (result != positive && result != negative)
    return fail(ErrorCode::invalid_input,
                "the result must be " + std::string(state_word(positive)) + " or " +
                    std::string(state_word(negative)),
                "result");
  if (event.act == Act::verified && event.way.empty())
    return fail(ErrorCode::invalid_input, "how it was verified is missing", "way");
  if (result == negative && event.reason.empty())
    return fail(ErrorCode::invalid_input, "the reason is missing", "reason");
  kept.state = *result;
  kept.reason = result == negative ? event.reason : "";
  if (!event.way.empty()) kept.way = event.way;
  if (event.cases) kept.cases = event.cases;
  if (event.act == Act::verified) {
    kept.verified_at = event.at;
    kept.verified_by = event.by;
  }
  if (!kept.open()) kept.closed_at = event.at;
  return {};
}

Result<void> reopen(Kept& kept, const Event& event) {
  if (event.note.empty())
    return fail(ErrorCode::invalid_input, "why it is looked at again is missing", "note");
  kept.state = State::raised;
  kept.reason.clear();
  kept.verified_at.reset();
  kept.closed_at.reset();
  return {};
}

Result<void> apply(Kept& kept, const Event& event) {
  switch (event.act) {
    case Act::raised:
      if (kept.events != 0) return wrong_state(kept, event);
      kept.facts = *event.facts;
      kept.raised_at = event.at;
      return {};
    case Act::changed:
      kept.facts = *event.facts;
      kept.supported = true;
      return {};
    case Act::unsupported:
    case Act::supported:
      kept.supported = event.act == Act::supported;
      return {};
    case Act::verified:
      if (kept.state != State::raised) return wrong_state(kept, event);
      return decide(kept, event, State::suspected, State::dismissed);
    case Act::investigated:
      if (kept.state != State::suspected) return wrong_state(kept, event);
      return decide(kept, event, State::confirmed, State::excluded);
    case Act::reopened:
      if (kept.state == State::raised) return wrong_state(kept, event);
      return reopen(kept, event);
    case Act::linked:
      if (event.instance.empty())
        return fail(ErrorCode::invalid_input, "the instance is missing", "instance");
      kept.instance = event.instance;
      return {};
    case Act::noted:
      if (event.note.empty()) return fail(ErrorCode::invalid_input, "the note is empty", "note");
      return {};
  }
  return {};
}

json::value number_or_null(double value) {
  return std::isnan(value) ? json::value(nullptr) : json::value(value);
}

double number(const json::object& object, std::string_view name) {
  const json::value& value = object.at(name);
  return value.is_null() ? surveillance::none : value.to_number<double>();
}

json::array json_of(const std::vector<Ground>& grounds) {
  json::array list;
  for (const Ground& one : grounds) {
    json::object object{{"stream", one.stream},
                        {"method", one.method},
                        {"area", one.key.area},
                        {"place", one.key.place},
                        {"disease", one.key.disease},
                        {"part", one.key.part},
                        {"from", format_date(one.from)},
                        {"to", format_date(one.to)},
                        {"observed", number_or_null(one.observed)},
                        {"expected", number_or_null(one.expected)},
                        {"threshold", number_or_null(one.threshold)},
                        {"p", number_or_null(one.pvalue)}};
    if (!one.areas.empty()) {
      object["areas"] = json::array(one.areas.begin(), one.areas.end());
      object["ongoing"] = one.ongoing;
    }
    list.push_back(std::move(object));
  }
  return list;
}

json::object json_of(const Facts& facts) {
  return {{"date", format_date(facts.date)},
          {"lane", watch::lane_word(facts.lane)},
          {"area", facts.area},
          {"place", facts.place},
          {"disease", facts.disease},
          {"streams", json::array(facts.streams.begin(), facts.streams.end())},
          {"score", facts.score},
          {"first", format_date(facts.first_date)},
          {"grounds", json_of(facts.grounds)}};
}

std::string text(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found == nullptr ? std::string() : std::string(found->as_string());
}

std::vector<Ground> grounds_of(const json::value& value) {
  std::vector<Ground> grounds;
  for (const json::value& item : value.as_array()) {
    const json::object& one = item.as_object();
    Ground ground;
    ground.stream = text(one, "stream");
    ground.method = text(one, "method");
    ground.key = {text(one, "area"), text(one, "place"), text(one, "disease"), text(one, "part")};
    ground.from = parse_date(text(one, "from")).value();
    ground.to = parse_date(text(one, "to")).value();
    ground.observed = number(one, "observed");
    ground.expected = number(one, "expected");
    ground.threshold = number(one, "threshold");
    ground.pvalue = number(one, "p");
    if (const json::value* areas = one.if_contains("areas")) {
      for (const json::value& area : areas->as_array()) ground.areas.emplace_back(area.as_string());
      ground.ongoing = one.at("ongoing").as_bool();
    }
    grounds.push_back(std::move(ground));
  }
  return grounds;
}

Facts facts_from(const json::object& object) {
  Facts facts;
  facts.date = parse_date(text(object, "date")).value();
  facts.first_date = parse_date(text(object, "first")).value();
  const std::string lane = text(object, "lane");
  facts.lane =
      lane == watch::lane_word(watch::Lane::one_case) ? watch::Lane::one_case : watch::Lane::ranked;
  facts.area = text(object, "area");
  facts.place = text(object, "place");
  facts.disease = text(object, "disease");
  for (const json::value& stream : object.at("streams").as_array())
    facts.streams.emplace_back(stream.as_string());
  facts.score = object.at("score").to_number<double>();
  if (const json::value* grounds = object.if_contains("grounds"))
    facts.grounds = grounds_of(*grounds);
  return facts;
}

/// Six digits are kept; the last of them may have gone through a text.
bool alike(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::abs(a - b) <= 1e-5 * std::max(std::abs(a), std::abs(b)) + 1e-12;
}

bool same_ground(const Ground& a, const Ground& b) {
  return std::tie(a.stream, a.method, a.key, a.from, a.to, a.areas, a.ongoing) ==
             std::tie(b.stream, b.method, b.key, b.from, b.to, b.areas, b.ongoing) &&
         alike(a.observed, b.observed) && alike(a.expected, b.expected) &&
         alike(a.threshold, b.threshold) && alike(a.pvalue, b.pvalue);
}

}  // namespace

std::string_view state_word(State state) { return states[static_cast<std::size_t>(state)]; }
std::optional<State> read_state(std::string_view word) { return find<State>(states, word); }
std::string_view act_word(Act act) { return acts[static_cast<std::size_t>(act)]; }
std::optional<Act> read_act(std::string_view word) { return find<Act>(acts, word); }

Facts facts_of(const watch::Signal& signal) {
  Facts facts{signal.date,  signal.lane,       signal.area,
              signal.place, signal.disease,    signal.streams,
              signal.score, signal.first_date, {}};
  for (const watch::Evidence& one : signal.evidence) {
    facts.grounds.push_back({one.stream,
                             one.method,
                             one.key,
                             one.from,
                             one.to,
                             one.observed,
                             one.expected,
                             one.threshold,
                             one.pvalue,
                             {},
                             false});
    if (!one.cluster) continue;
    facts.grounds.back().areas = one.cluster->areas;
    facts.grounds.back().ongoing = one.cluster->ongoing;
  }
  return facts;
}

const Ground* Facts::ground(std::string_view stream) const {
  const auto found = std::ranges::find(grounds, stream, &Ground::stream);
  return found == grounds.end() ? nullptr : &*found;
}

bool operator==(const Facts& a, const Facts& b) {
  return std::tie(a.date, a.lane, a.area, a.place, a.disease, a.streams, a.first_date) ==
             std::tie(b.date, b.lane, b.area, b.place, b.disease, b.streams, b.first_date) &&
         alike(a.score, b.score) && std::ranges::equal(a.grounds, b.grounds, same_ground);
}

Result<void> take(Kept& kept, const Event& event) {
  if ((event.act == Act::raised || event.act == Act::changed) != event.facts.has_value())
    return fail(ErrorCode::invalid_input, "only what a run found has facts", kept.id);
  if (kept.events == 0 && event.act != Act::raised)
    return fail(ErrorCode::not_found, "there is no such signal", kept.id);
  Kept after = kept;
  if (Result<void> done = apply(after, event); !done) return done;
  ++after.events;
  kept = std::move(after);
  return {};
}

std::string to_json(const Event& event) {
  json::object object{{"number", event.number},
                      {"at", event.at.micros},
                      {"by", event.by},
                      {"act", act_word(event.act)}};
  if (event.facts) object["facts"] = json_of(*event.facts);
  for (const auto& [name, value] : {std::pair{"result", &event.result},
                                    {"way", &event.way},
                                    {"reason", &event.reason},
                                    {"instance", &event.instance},
                                    {"note", &event.note},
                                    {"key", &event.key}})
    if (!value->empty()) object[name] = *value;
  if (event.cases) object["cases"] = *event.cases;
  return json::serialize(object);
}

std::string to_json(const std::vector<Ground>& grounds) {
  return json::serialize(json_of(grounds));
}

Result<std::vector<Ground>> grounds_from(std::string_view body) {
  try {
    return grounds_of(json::parse(body));
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid_input,
                std::string("the grounds of a signal cannot be read: ") + error.what());
  }
}

Result<Event> event_from(std::string_view body) {
  try {
    const json::value value = json::parse(body);
    const json::object& object = value.as_object();
    Event event;
    event.number = object.at("number").to_number<int>();
    event.at = Instant{object.at("at").as_int64()};
    event.by = text(object, "by");
    event.act = read_act(text(object, "act")).value();
    if (const json::value* facts = object.if_contains("facts"))
      event.facts = facts_from(facts->as_object());
    event.result = text(object, "result");
    event.way = text(object, "way");
    event.reason = text(object, "reason");
    event.instance = text(object, "instance");
    event.note = text(object, "note");
    event.key = text(object, "key");
    if (const json::value* cases = object.if_contains("cases"))
      event.cases = cases->to_number<std::int64_t>();
    return event;
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid_input,
                std::string("an event of a signal cannot be read: ") + error.what());
  }
}

}  // namespace hb::signals
