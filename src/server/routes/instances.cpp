#include <algorithm>
#include <charconv>
#include <limits>

#include "server/flow_body.hpp"
#include "server/flow_routes.hpp"
#include "server/flow_views.hpp"
#include "server/parameters.hpp"

/// Instances of flows: lists, one with its log, and acts on it.
namespace hb::server {

namespace {

using Place = std::pair<Instant, std::int64_t>;

Parsed<std::optional<Place>> cursor_in(const Request& request) {
  const std::string_view text = request.query("cursor").value_or("");
  if (text.empty()) return std::nullopt;
  Place place{};
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, place.first.micros);
  const bool parted = first.ec == std::errc() && first.ptr != end && *first.ptr == '.';
  const auto second = std::from_chars(parted ? first.ptr + 1 : end, end, place.second);
  if (parted && second.ec == std::errc() && second.ptr == end) return place;
  return unexpected(bad_parameter("cursor", {"上一页给出的 next", "next of the page before"}));
}

std::string cursor_of(const Place& place) {
  return std::to_string(place.first.micros) + "." + std::to_string(place.second);
}

Parsed<workflow::InstanceList> list_of(const Request& request, const Principal& who,
                                       const Services& services) {
  workflow::InstanceList list;
  const auto flow = text_of(request, "flow");
  if (!flow) return unexpected(flow.error());
  for (workflow::InstanceList::Of& of : services.flows->reach(who))
    if (flow->empty() || of.flow == *flow) list.flows.push_back(std::move(of));
  const auto state = text_of(request, "state");
  if (!state) return unexpected(state.error());
  list.state = *state;
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  list.area = *area;
  const auto open = word_of(request, "open", {"true", "false"});
  if (!open) return unexpected(open.error());
  list.open = *open == "true";
  const auto from = moment_of(request, "from", false);
  if (!from) return unexpected(from.error());
  list.from = from->value_or(Instant{INT64_MIN});
  const auto to = moment_of(request, "to", true);
  if (!to) return unexpected(to.error());
  list.before = *to;
  const auto after = cursor_in(request);
  if (!after) return unexpected(after.error());
  list.after = *after;
  return list;
}

}  // namespace

/// GET /api/instances?flow=&state=&area=&from=&to=&open=true&limit=&cursor=
Response get_instances(Request& request, const Principal& principal, Services& services) {
  const Principal who = services.flows->acting(principal);
  auto list = list_of(request, who, services);
  if (!list) return list.error();
  const auto limit = number_of(request, "limit", 1, 200);
  if (!limit) return limit.error();
  list->limit = limit->value_or(50) + 1;
  std::optional<Place> next;
  const auto lines = services.flows->journal().instances(*list, next);
  if (!lines) return outcome(lines.error());
  json::array items;
  for (const workflow::InstanceLine& line : *lines) {
    if (static_cast<std::int64_t>(items.size()) == list->limit - 1) break;
    const auto running = running_of(line.id, who, services);
    if (!running) continue;
    items.push_back(instance_line(*running, services));
    if (static_cast<std::int64_t>(lines->size()) == list->limit) next = {line.started, line.row};
  }
  services.hub.store().note_audit(principal, "read", "instances");
  json::object body{{"items", std::move(items)}, {"as_of", format_instant(services.flows->now())}};
  if (next) body["next"] = cursor_of(*next);
  return json_response(200, body);
}

/// GET /api/instances/{id}
Response get_instance(Request& request, const Principal& principal, Services& services) {
  const Principal who = services.flows->acting(principal);
  const std::string id(request.capture("id"));
  const auto running = running_of(id, who, services);
  if (!running) return running.error();
  services.hub.store().note_audit(principal, "read", "instance " + id);
  return json_response(200, instance_object(*running, who, services));
}

/// GET /api/instances/{id}/people?token=: to whom a place of work can be given
Response get_instance_people(Request& request, const Principal& principal, Services& services) {
  const auto token = number_of(request, "token", 1, std::numeric_limits<int>::max());
  if (!token) return token.error();
  const Principal who = services.flows->acting(principal);
  const auto running = running_of(std::string(request.capture("id")), who, services);
  if (!running) return running.error();
  const auto& places = running->instance.tokens;
  const auto place =
      !*token ? places.begin()
              : std::ranges::find(places, static_cast<int>(**token), &workflow::Token::id);
  json::array items;
  const workflow::Actor* actor =
      place == places.end() ? nullptr : running->flow().actor(place->owner.actor);
  const std::vector<std::string> users =
      actor == nullptr ? std::vector<std::string>()
                       : services.flows->accounts_of(*actor, running->instance);
  for (const std::string& user : users)
    if (user != place->owner.user)
      items.push_back(json::object{{"user", user},
                                   {"name", services.flows->display(user)},
                                   {"open", services.flows->journal().load(user).value_or(0)}});
  return json_response(200, json::object{{"items", std::move(items)}});
}

/// POST /api/instances/{id}/acts
Response post_instance_act(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"token", "seen", "move", "key", "response", "reason", "to"});
  const std::string move = body.text("move", true);
  workflow::Command command = command_of(move);
  command.token = body.whole("token", true).value_or(0);
  command.seen = body.whole("seen", true);
  command.key = body.text("key", true);
  command.response = body.object("response");
  command.reason = body.text("reason", false, 4000);
  command.to = body.text("to", false);
  if (!body.ok()) return body.refused();
  const Principal who = services.flows->acting(principal);
  const std::string id(request.capture("id"));
  const auto running = running_of(id, who, services);
  if (!running) return running.error();
  const auto made = services.flows->act(id, command, who);
  const records::Store& store = services.hub.store();
  if (!made) {
    store.note_audit(principal, "refused", move + " of instance " + id + ": " + made.error().rule);
    json::array issues;
    if (made.error().rule == "form")
      for (const workflow::State& state : running->flow().states)
        if (const workflow::Move* meant = state.move(command.move);
            meant != nullptr && issues.empty())
          issues = form_issues(running->flow(), meant->form, command.response, services);
    return flow_refusal(made.error(), id, std::move(issues));
  }
  store.note_audit(principal, "act", move + " of instance " + id);
  const auto after = running_of(id, who, services);
  if (!after)  // handed over to somebody else altogether
    return json_response(200, json::object{{"id", id}, {"gone", true}});
  return json_response(200, instance_object(*after, who, services));
}

/// POST /api/instances/{id}/proposals: what the flow's criteria say, now or with a form in hand
Response post_instance_proposal(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"criteria", "response"});
  const std::string criteria = body.text("criteria", true);
  const std::string response = body.object("response");
  if (!body.ok()) return body.refused();
  const Principal who = services.flows->acting(principal);
  const std::string id(request.capture("id"));
  const auto running = running_of(id, who, services);
  if (!running) return running.error();
  const auto proposal =
      services.flows->propose(running->flow(), criteria, running->instance, who, response);
  if (!proposal) {
    if (proposal.error().code == ErrorCode::not_found)
      return not_found({"此分级标准", "such criteria"});
    return outcome(proposal.error());
  }
  services.hub.store().note_audit(principal, "read", "proposal for instance " + id);
  return json_response(200, *proposal);
}

}  // namespace hb::server
