#include "server/signal_flow.hpp"

#include <algorithm>

#include "server/flows.hpp"
#include "server/json.hpp"
#include "server/services.hpp"
#include "server/signal_routes.hpp"
#include "server/signals.hpp"
#include "signals/daily.hpp"

namespace hb::server {

namespace {

using signals::Act;
using signals::Event;
using signals::Kept;

constexpr std::int64_t most_followed = 100'000;

/// Fields of a new instance.
std::string fields_of(const Kept& kept, const Services& services, const std::string& source) {
  const signals::Facts& facts = kept.facts;
  std::string disease;
  if (const json::value name = disease_name(services, facts.disease); name.is_object())
    disease = std::string(name.at("zh").as_string());
  double cases = 1;
  for (const signals::Ground& ground : facts.grounds)
    if (!(ground.observed < cases)) cases = ground.observed;
  if (facts.disease.empty()) {
    disease.clear();
    for (const watch::Stream& stream : services.signals->streams())
      if (std::ranges::count(facts.streams, stream.id) > 0)
        disease += (disease.empty() ? "" : "、") + stream.title.zh;
  }
  return json::serialize(json::object{{"area", facts.area},
                                      {"disease", disease},
                                      {"source", source},
                                      {"place", facts.place},
                                      {"cases", static_cast<std::int64_t>(cases)},
                                      {"deaths", 0}});
}

/// The answer of one item, wherever it stands; empty: there is none.
std::string answer_of(const json::value& node, std::string_view link) {
  if (const json::array* list = node.if_array()) {
    for (const json::value& one : *list)
      if (std::string found = answer_of(one, link); !found.empty()) return found;
    return {};
  }
  const json::object* object = node.if_object();
  if (object == nullptr) return {};
  const json::value* id = object->if_contains("linkId");
  const json::value* answers = object->if_contains("answer");
  if (id != nullptr && id->is_string() && id->get_string() == link && answers != nullptr &&
      answers->is_array() && !answers->get_array().empty())
    if (const json::object* answer = answers->get_array().front().if_object())
      if (const json::value* coding = answer->if_contains("valueCoding");
          coding != nullptr && coding->is_object())
        if (const json::value* code = coding->get_object().if_contains("code");
            code != nullptr && code->is_string())
          return std::string(code->get_string());
  const json::value* items = object->if_contains("item");
  return items == nullptr ? std::string() : answer_of(*items, link);
}

/// How it was verified; none: the answers are not in the records yet.
std::optional<std::string> way_of(const Services& services, const workflow::Event& event) {
  if (event.response.empty()) return std::string();
  const auto stored = services.hub.store().read(Principal::system("signals"),
                                                "QuestionnaireResponse", event.response);
  if (!stored) return std::nullopt;
  boost::system::error_code wrong;
  const json::value body = json::parse(stored->json, wrong);
  return wrong ? std::string() : answer_of(body, services.signals->content().flow.way);
}

std::string text_of_field(const json::object& fields, std::string_view name) {
  const json::value* value = fields.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// What a move decided of the signal; none: nothing, or not yet.
std::optional<Event> decided_by(const Services& services, const std::string& instance,
                                const workflow::Event& move, const std::string& word) {
  Event event;
  event.at = move.at;
  event.by = move.by;
  event.instance = instance;
  event.key = "flow:" + instance + ":" + std::to_string(move.number);
  if (word == "reopened") {
    event.act = Act::reopened;
    event.note = move.reason.empty() ? move.move : move.reason;
    return event;
  }
  const auto state = signals::read_state(word);
  const bool verified = state == signals::State::suspected || state == signals::State::dismissed;
  event.act = verified ? Act::verified : Act::investigated;
  event.result = word;
  event.reason = text_of_field(move.set, "reason");
  if (const json::value* cases = move.set.if_contains("cases");
      cases != nullptr && cases->is_number())
    event.cases = cases->to_number<std::int64_t>();
  if (verified) {
    const auto way = way_of(services, move);
    if (!way || way->empty()) return std::nullopt;
    event.way = *way;
  }
  return event;
}

Result<void> take_results(Services& services, const Kept& kept) {
  const auto& moves = services.signals->content().flow.moves;
  const auto log = services.flows->journal().events(kept.instance);
  if (!log) return unexpected(log.error());
  for (const workflow::Event& event : *log) {
    if (event.kind != workflow::Event::Kind::moved) continue;
    const auto found = moves.find(event.move);
    if (found == moves.end()) continue;
    auto decided = decided_by(services, kept.instance, event, found->second);
    if (!decided) return {};  // later ones wait for it
    const auto after = services.signals->ledger().act(kept.id, std::move(*decided));
    if (!after && after.error().code != ErrorCode::conflict) return unexpected(after.error());
  }
  return {};
}

Result<void> begin_instance(Services& services, const Kept& kept) {
  const signals::FlowLink& link = services.signals->content().flow;
  const auto id =
      services.flows->start(link.flow, "signal:" + kept.id, fields_of(kept, services, link.source),
                            Principal::system("signals"));
  if (!id) return unexpected(id.error());
  Event event;
  event.act = Act::linked;
  event.at = services.clock();
  event.by = "system";
  event.instance = *id;
  event.key = "flow:" + *id;
  const auto after = services.signals->ledger().act(kept.id, std::move(event));
  return after ? Result<void>() : unexpected(after.error());
}

}  // namespace

Result<void> follow_flow(Services& services) {
  if (!services.flows || !services.signals) return {};
  SignalHouse& house = *services.signals;
  if (house.content().flow.flow.empty()) return {};
  signals::SignalQuery query;
  query.limit = most_followed;
  const auto all = house.ledger().list(query);
  if (!all) return unexpected(all.error());
  const Date first = signals::first_day(house.content(), house.today());
  for (const Kept& kept : all->signals) {
    Result<void> done;
    if (!kept.instance.empty())
      done = take_results(services, kept);
    else if (kept.state == signals::State::raised && kept.supported && kept.facts.date >= first)
      done = begin_instance(services, kept);
    if (!done) return done;
  }
  return {};
}

}  // namespace hb::server
