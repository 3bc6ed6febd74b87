#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "server/flow_body.hpp"
#include "server/flow_routes.hpp"
#include "server/flows.hpp"
#include "server/notices.hpp"
#include "server/parameters.hpp"

/// Who is on call.
namespace hb::server {

namespace {

constexpr std::int32_t most_days = 366;
constexpr std::size_t most_duties = 10'000;

struct Days {
  Date from;
  Date to;
};

bool fits(Days days) { return days.from <= days.to && days.to.days - days.from.days < most_days; }

Response bad_days(std::string_view where) {
  return bad_parameter(where, {"不早于起始日且不超过一年的日期，如 2026-11-21",
                               "a day such as 2026-11-21, not before the first and within a year"});
}

/// The asker's areas; "" is all.
std::vector<std::string> areas_of(const Principal& principal) {
  return principal.unrestricted ? std::vector<std::string>{""} : principal.areas;
}

/// Whether a duty concerns the asker: it lies in his areas, or holds them.
bool concerns(const notify::Duty& duty, const std::vector<std::string>& areas) {
  return std::ranges::any_of(areas, [&](const std::string& own) {
    return duty.area.starts_with(own) || own.starts_with(duty.area);
  });
}

bool is_known(const std::string& role, const Services& services) {
  if (services.catalogue.role(role) != nullptr) return true;
  const std::size_t slash = role.find('/');
  if (slash == std::string::npos) return false;
  const auto entry = services.flows->library().newest(role.substr(0, slash));
  return entry && (*entry)->flow.actor(role.substr(slash + 1)) != nullptr;
}

json::array shown(const std::vector<notify::Duty>& duties, const std::vector<std::string>& areas,
                  const Services& services) {
  json::array items;
  for (const notify::Duty& duty : duties)
    if (concerns(duty, areas))
      items.push_back(json::object{{"day", format_date(duty.day)},
                                   {"role", duty.role},
                                   {"area", duty.area},
                                   {"user", duty.user},
                                   {"user_name", services.flows->display(duty.user)},
                                   {"shift", duty.shift}});
  return items;
}

/// Roles that somebody can be on call for: actors whose work goes to who is on call.
json::array roles_of(const Services& services) {
  json::array roles;
  std::set<std::string> known;
  for (const auto& entry : services.flows->library().all()) {
    const workflow::Flow& flow = entry->flow;
    for (const workflow::State& state : flow.states) {
      const workflow::Actor* actor = flow.actor(state.owner);
      if (state.pick != workflow::Pick::on_call || actor == nullptr) continue;
      if (!known.insert(flow.id + "/" + actor->id).second) continue;
      roles.push_back(json::object{{"id", flow.id + "/" + actor->id},
                                   {"name", texts(actor->name)},
                                   {"flow_title", texts(flow.title)}});
    }
  }
  return roles;
}

json::array shifts_of(const Services& services) {
  json::array list;
  const auto time = [](int minutes) {
    return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
  };
  for (const notify::Shift& shift : services.flows->notices().shifts())
    list.push_back(json::object{{"id", shift.id},
                                {"name", texts(shift.name)},
                                {"from", time(shift.from)},
                                {"to", time(shift.to)}});
  return list;
}

/// Who can be put on the roster for each role, for those who keep it.
json::array people_of(const json::array& roles, const std::vector<std::string>& areas,
                      const Services& services) {
  std::map<std::string, json::array> people;
  for (const json::value& role : roles) {
    const std::string id(role.at("id").as_string());
    const std::size_t slash = id.find('/');
    const auto entry = services.flows->library().newest(id.substr(0, slash));
    const workflow::Actor* actor = entry ? (*entry)->flow.actor(id.substr(slash + 1)) : nullptr;
    if (actor == nullptr) continue;
    for (const std::string& user : services.flows->accounts_within(*actor, areas))
      people[user].emplace_back(id);
  }
  json::array list;
  for (auto& [user, own] : people)
    list.push_back(json::object{
        {"user", user}, {"name", services.flows->display(user)}, {"roles", std::move(own)}});
  return list;
}

json::object roster_object(Days days, const std::vector<notify::Duty>& duties,
                           const Principal& principal, const Services& services) {
  const std::vector<std::string> areas = areas_of(principal);
  const bool writes = services.gate.may(principal, "roster:write");
  const auto now = services.flows->notices().roster().at(services.flows->now(),
                                                         services.flows->notices().shifts());
  json::array roles = roles_of(services);
  json::object body{{"from", format_date(days.from)},
                    {"to", format_date(days.to)},
                    {"items", shown(duties, areas, services)},
                    {"now", shown(now.value_or(std::vector<notify::Duty>()), areas, services)},
                    {"as_of", format_instant(services.flows->now())},
                    {"shifts", shifts_of(services)},
                    {"may_write", writes},
                    {"seen", notify::stamp_of(duties)}};
  if (writes) body["people"] = people_of(roles, areas, services);
  body["roles"] = std::move(roles);
  return body;
}

/// One entry of the body. expected  set to what is wrong
std::optional<notify::Duty> duty_of(const json::value& value, Days days,
                                    const std::vector<std::string>& areas, Services& services,
                                    Localized& expected) {
  const json::object* one = value.if_object();
  const auto text = [&](const char* name) {
    const json::value* member = one != nullptr ? one->if_contains(name) : nullptr;
    return member != nullptr && member->is_string() ? std::string(member->get_string())
                                                    : std::string();
  };
  const auto day = parse_date(text("day"));
  notify::Duty duty{day.value_or(Date{}), text("role"), text("area"), text("user"), text("shift")};
  const auto& shifts = services.flows->notices().shifts();
  if (!day || *day < days.from || *day > days.to)
    expected = {"from 至 to 之间的日期 day", "entries whose day lies within from and to"};
  else if (!is_known(duty.role, services))
    expected = {"已有的角色或“流程/角色”：" + duty.role,
                "entries with a role of roles.yaml or “flow/actor”, not “" + duty.role + "”"};
  else if (duty.area.find_first_not_of("0123456789") != std::string::npos ||
           std::ranges::none_of(areas,
                                [&](const std::string& own) { return duty.area.starts_with(own); }))
    expected = {"您管辖区域内的区划代码 area", "entries with an area within your own"};
  else if (!duty.shift.empty() &&
           std::ranges::find(shifts, duty.shift, &notify::Shift::id) == shifts.end())
    expected = {"已有的班次：" + duty.shift,
                "entries with a shift of the roster, not “" + duty.shift + "”"};
  else if (services.gate.closed().value_or(false) && !services.gate.accounts().user(duty.user))
    expected = {"已有的账号：" + duty.user, "entries with an account, not “" + duty.user + "”"};
  else
    return duty;
  return std::nullopt;
}

}  // namespace

/// GET /api/roster?from=&to=: the month of today when not said
Response get_roster(Request& request, const Principal& principal, Services& services) {
  const YearMonthDay today = civil(day_in_shanghai(services.flows->now()));
  const bool december = today.month == 12;
  Days days{
      *make_date(today.year, today.month, 1),
      Date{make_date(december ? today.year + 1 : today.year, december ? 1 : today.month + 1, 1)
               ->days -
           1}};
  for (const auto& [name, to] : {std::pair{"from", &days.from}, {"to", &days.to}}) {
    const std::string_view text = request.query(name).value_or("");
    if (text.empty()) continue;
    const auto day = parse_date(text);
    if (!day) return bad_days(name);
    *to = *day;
  }
  if (!fits(days)) return bad_days("to");
  const auto duties = services.flows->notices().roster().between(days.from, days.to);
  if (!duties) return outcome(duties.error());
  return json_response(200, roster_object(days, *duties, principal, services));
}

/// PUT /api/roster: replaces what stands on these days in the asker's areas
Response put_roster(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"from", "to", "items", "seen"});
  const auto from = parse_date(body.text("from", true));
  const auto to = parse_date(body.text("to", true));
  const json::array* items = body.array_at("items");
  const std::string seen = body.text("seen", false);
  if (body.ok() && (!from || !to || !fits({*from, *to})))
    body.refuse("to", {"起止日期，如 2026-11-21，不超过一年",
                       "days such as 2026-11-21, at most a year apart"});
  if (body.ok() && items->size() > most_duties)
    body.refuse("items", {"不超过 10000 项", "10,000 items at most"});
  if (!body.ok()) return body.refused();
  const std::vector<std::string> areas = areas_of(principal);
  std::vector<notify::Duty> duties;
  for (const json::value& value : *items) {
    Localized expected;
    auto duty = duty_of(value, {*from, *to}, areas, services, expected);
    if (!duty) {
      body.refuse("items", expected);
      return body.refused();
    }
    duties.push_back(std::move(*duty));
  }
  notify::Roster& roster = services.flows->notices().roster();
  if (Result<void> done = roster.replace(*from, *to, areas, duties, seen); !done)
    return outcome(done.error());
  services.hub.store().note_audit(principal, "act",
                                  "roster " + format_date(*from) + " to " + format_date(*to));
  const auto now = roster.between(*from, *to);
  if (!now) return outcome(now.error());
  return json_response(200, roster_object({*from, *to}, *now, principal, services));
}

}  // namespace hb::server
