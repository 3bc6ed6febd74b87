#include <algorithm>
#include <map>

#include "server/flow_body.hpp"
#include "server/flow_routes.hpp"
#include "server/flow_views.hpp"
#include "server/parameters.hpp"

/// How long work stands in each state of a flow, and how much of it is in time.
namespace hb::server {

namespace {

constexpr std::int64_t most_instances = 1000;  ///< the newest; each is one log to read
constexpr std::int64_t page_size = 200;
constexpr std::int64_t days_back = 365;
constexpr std::int64_t day_micros = 86'400'000'000;
constexpr double hour_micros = 3.6e9;

/// What is known of one state.
struct Stays {
  std::vector<double> hours;  ///< of those that have ended
  std::int64_t deadlines = 0;
  std::int64_t kept = 0;
};

/// The deadline of a stay: the earliest of its clocks; never: none.
Instant deadline_of(const workflow::Token& token) {
  Instant due = workflow::never;
  for (const workflow::Running& clock : token.clocks) due = std::min(due, clock.due);
  return due;
}

/// Stays that have ended, of one log. A token that stands elsewhere, or again, has left.
void add_stays(const std::vector<workflow::Event>& log, std::map<std::string, Stays>& states) {
  struct Open {
    std::string state;
    Instant since;
    Instant due;
  };
  std::map<int, Open> open;
  const auto leave = [&](int token, Instant at) {
    const auto found = open.find(token);
    if (found == open.end()) return;
    Stays& stays = states[found->second.state];
    stays.hours.push_back(static_cast<double>(at.micros - found->second.since.micros) /
                          hour_micros);
    if (found->second.due != workflow::never) {
      ++stays.deadlines;
      if (at <= found->second.due) ++stays.kept;
    }
    open.erase(found);
  };
  for (const workflow::Event& event : log) {
    for (const int gone : event.gone) leave(gone, event.at);
    for (const workflow::Token& token : event.tokens) {
      const auto found = open.find(token.id);
      const bool stays = found != open.end() && found->second.state == token.state &&
                         found->second.since == token.since;
      if (stays) continue;  // another owner, a reminder
      leave(token.id, event.at);
      open[token.id] = {token.state, token.since, deadline_of(token)};
    }
  }
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

struct Counted {
  std::int64_t instances = 0;
  std::map<std::string, Stays> states;
};

Result<Counted> count(workflow::InstanceList list, const Principal& who, const Services& services) {
  Counted counted;
  list.limit = page_size;
  for (std::int64_t read = 0; read < most_instances; read += page_size) {
    std::optional<std::pair<Instant, std::int64_t>> next;
    const auto lines = services.flows->journal().instances(list, next);
    if (!lines) return unexpected(lines.error());
    for (const workflow::InstanceLine& line : *lines) {
      const auto running = running_of(line.id, who, services);
      if (!running) continue;  // not his to look at
      ++counted.instances;
      add_stays(running->log, counted.states);
    }
    if (static_cast<std::int64_t>(lines->size()) < page_size) break;
    list.after = {lines->back().started, lines->back().row};
  }
  return counted;
}

json::object state_object(const workflow::State& state, const Stays& stays) {
  json::object one{{"id", state.id},
                   {"name", texts(state.name)},
                   {"left", static_cast<std::int64_t>(stays.hours.size())},
                   {"deadlines", stays.deadlines},
                   {"kept", stays.kept}};
  if (!stays.hours.empty()) one["median_hours"] = median_of(stays.hours);
  return one;
}

}  // namespace

/// GET /api/flows/{flow}/times?area=&from=&to=
Response get_flow_times(Request& request, const Principal& principal, Services& services) {
  const auto entry = services.flows->library().newest(std::string(request.capture("flow")));
  if (!entry) return not_found({"此流程", "such flow"});
  const Principal who = services.flows->acting(principal);
  const workflow::Flow& flow = (*entry)->flow;
  workflow::InstanceList list;
  for (workflow::InstanceList::Of& of : services.flows->reach(who))
    if (of.flow == flow.id) list.flows.push_back(std::move(of));
  const auto area = area_of(request);
  if (!area) return area.error();
  list.area = *area;
  const auto from = moment_of(request, "from", false);
  if (!from) return from.error();
  const auto to = moment_of(request, "to", true);
  if (!to) return to.error();
  const Instant now = services.flows->now();
  list.from = from->value_or(Instant{now.micros - days_back * day_micros});
  list.before = *to;
  const auto counted = count(list, who, services);
  if (!counted) return outcome(counted.error());
  json::array states;
  for (const workflow::State& state : flow.states) {
    const auto found = counted->states.find(state.id);
    if (found != counted->states.end() && !state.owner.empty())
      states.push_back(state_object(state, found->second));
  }
  services.hub.store().note_audit(principal, "read", "times of flow " + flow.id);
  return json_response(200, json::object{{"flow", flow.id},
                                         {"from", format_instant(list.from)},
                                         {"to", format_instant(list.before.value_or(now))},
                                         {"instances", counted->instances},
                                         {"states", std::move(states)}});
}

}  // namespace hb::server
