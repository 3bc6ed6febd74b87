#include <algorithm>
#include <atomic>
#include <thread>

#include "server/flow_body.hpp"
#include "server/flow_routes.hpp"
#include "server/flow_views.hpp"
#include "server/notices.hpp"
#include "server/parameters.hpp"

/// Open work: lists, counts, and acts on many pieces at once.
namespace hb::server {

namespace {

constexpr std::int64_t counted_up_to = 1000;
constexpr std::int64_t most_searched = 2000;
constexpr std::size_t most_acts = 500;
constexpr std::size_t acting_threads = 24;  ///< they wait for the same commits
constexpr std::int64_t day_micros = 86'400'000'000;

Parsed<Flows::Scope> scope_of(const Request& request) {
  const auto word = word_of(request, "scope", {"mine", "team", "all"});
  if (!word) return unexpected(word.error());
  return *word == "all"    ? Flows::Scope::all
         : *word == "team" ? Flows::Scope::team
                           : Flows::Scope::mine;
}

Parsed<workflow::WorkList> list_of(const Request& request, const Principal& who,
                                   const Services& services) {
  workflow::WorkList list;
  const auto scope = scope_of(request);
  if (!scope) return unexpected(scope.error());
  list.lanes = services.flows->lanes(*scope, who);
  for (const auto& [name, to] : {std::pair{"flow", &list.flow}, {"state", &list.state}}) {
    const auto text = text_of(request, name);
    if (!text) return unexpected(text.error());
    *to = *text;
  }
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  list.area = *area;
  const auto from = moment_of(request, "due_from", false);
  if (!from) return unexpected(from.error());
  list.from = from->value_or(Instant{INT64_MIN});
  const auto to = moment_of(request, "due_to", true);
  if (!to) return unexpected(to.error());
  list.before = *to;
  const auto overdue = word_of(request, "overdue", {"true", "false"});
  if (!overdue) return unexpected(overdue.error());
  const Instant now = services.flows->now();
  if (*overdue == "true") list.before = std::min(list.before.value_or(now), now);
  const auto after = work_cursor(request);
  if (!after) return unexpected(after.error());
  list.after = *after;
  return list;
}

bool holds(const json::value& value, const std::string& text) {
  if (value.is_string()) return std::string_view(value.get_string()).find(text) != text.npos;
  if (value.is_object())
    return std::ranges::any_of(value.get_object(),
                               [&](const auto& member) { return holds(member.value(), text); });
  return value.is_number() && json::serialize(value) == text;
}

/// What a reader sees of a piece of work holds the text.
bool says(const json::object& task, const std::string& text) {
  for (const char* name : {"subject", "data", "state_name", "flow_title", "user_name", "instance"})
    if (const json::value* value = task.if_contains(name); value != nullptr && holds(*value, text))
      return true;
  return false;
}

struct TaskPage {
  json::array items;
  std::optional<workflow::WorkPlace> next;
};

Result<TaskPage> page_of_tasks(workflow::WorkList list, const std::string& text, std::int64_t limit,
                               const Principal& who, const Services& services) {
  TaskPage page;
  list.limit = limit + 1;
  for (std::int64_t looked = 0;;) {
    const auto works = services.flows->journal().work(list);
    if (!works) return unexpected(works.error());
    for (const workflow::Work& work : *works) {
      if (static_cast<std::int64_t>(page.items.size()) == limit || looked == most_searched) {
        page.next = list.after;
        return page;
      }
      ++looked;
      list.after = work.place();
      const auto running = running_of(work.instance, who, services);
      if (!running) continue;  // it moved on meanwhile
      const workflow::Token* token = running->instance.token(work.token);
      if (token == nullptr) continue;
      json::object task = task_object(*running, *token, who, services);
      if (text.empty() || says(task, text)) page.items.push_back(std::move(task));
    }
    if (static_cast<std::int64_t>(works->size()) < list.limit) return page;
  }
}

/// The end of the day in Shanghai.
Instant end_of_day(Instant now) {
  constexpr std::int64_t shanghai = 8 * 3'600'000'000LL;
  return Instant{(std::int64_t{day_in_shanghai(now).days} + 1) * day_micros - shanghai};
}

struct Item {
  std::string instance;
  int token = 0;
  int seen = 0;
};

std::vector<Item> items_of(FlowBody& body) {
  std::vector<Item> items;
  const json::array* list = body.array_at("items");
  if (list == nullptr) return items;
  if (list->empty() || list->size() > most_acts)
    body.refuse("items", {"1 至 500 项", "1 to 500 items"});
  for (const json::value& value : *list) {
    const json::object* one = value.if_object();
    const json::value* id = one != nullptr ? one->if_contains("instance") : nullptr;
    const json::value* token = one != nullptr ? one->if_contains("token") : nullptr;
    const json::value* seen = one != nullptr ? one->if_contains("seen") : nullptr;
    if (id == nullptr || !id->is_string() || token == nullptr || !token->is_int64() ||
        seen == nullptr || !seen->is_int64()) {
      body.refuse("items", {"{instance, token, seen} 的列表", "a list of {instance, token, seen}"});
      return items;
    }
    items.push_back({std::string(id->get_string()), static_cast<int>(token->get_int64()),
                     static_cast<int>(seen->get_int64())});
  }
  return items;
}

json::object act_on(const Item& item, workflow::Command command, const Principal& who,
                    Services& services) {
  json::object result{{"instance", item.instance}, {"token", item.token}, {"ok", false}};
  const auto refused = [&](const Response& response) {
    boost::system::error_code wrong;
    json::value body = json::parse(response.body, wrong);
    if (!wrong && body.is_object()) result["error"] = body.get_object()["error"];
    result["status"] = response.status;
    return result;
  };
  const auto running = running_of(item.instance, who, services);
  if (!running) return refused(running.error());
  command.token = item.token;
  command.seen = item.seen;
  command.key += "/" + item.instance + "/" + std::to_string(item.token);
  const auto made = services.flows->act(item.instance, command, who);
  if (!made) return refused(flow_refusal(made.error(), item.instance));
  result["ok"] = true;
  result["seen"] = made->events;
  return result;
}

}  // namespace

/// GET /api/tasks?scope=mine|team|all&flow=&state=&area=&overdue=true&due_from=&due_to=&text=
Response get_tasks(Request& request, const Principal& principal, Services& services) {
  const Principal who = services.flows->acting(principal);
  const auto list = list_of(request, who, services);
  if (!list) return list.error();
  const auto text = text_of(request, "text");
  if (!text) return text.error();
  const auto limit = number_of(request, "limit", 1, 200);
  if (!limit) return limit.error();
  auto page = page_of_tasks(*list, *text, limit->value_or(100), who, services);
  if (!page) return outcome(page.error());
  services.hub.store().note_audit(principal, "read", "tasks");
  json::object body{{"items", std::move(page->items)},
                    {"as_of", format_instant(services.flows->now())}};
  if (page->next) body["next"] = cursor_of(*page->next);
  return json_response(200, body);
}

/// GET /api/tasks/counts
Response get_task_counts(Request&, const Principal& principal, Services& services) {
  const Principal who = services.flows->acting(principal);
  const workflow::Journal& journal = services.flows->journal();
  const Instant now = services.flows->now();
  const auto count = [&](Flows::Scope scope, std::optional<Instant> before) {
    workflow::WorkList list;
    list.lanes = services.flows->lanes(scope, who);
    list.before = before;
    list.limit = counted_up_to;
    return journal.count(list);
  };
  const auto mine = count(Flows::Scope::mine, {});
  const auto team = count(Flows::Scope::team, {});
  const auto overdue = count(Flows::Scope::team, now);
  const auto today = count(Flows::Scope::team, end_of_day(now));
  const auto messages = services.flows->notices().book().unread(principal.user, counted_up_to);
  for (const auto* one : {&mine, &team, &overdue, &today, &messages})
    if (!*one) return outcome(one->error());
  return json_response(200, json::object{{"mine", *mine},
                                         {"team", *team},
                                         {"overdue", *overdue},
                                         {"today", *today},
                                         {"messages", *messages}});
}

/// POST /api/tasks/acts: the same move on many pieces of work, each an act of its own
Response post_task_acts(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"items", "move", "reason", "response", "key", "to"});
  const std::vector<Item> items = items_of(body);
  workflow::Command command = command_of(body.text("move", true));
  command.key = body.text("key", true);
  command.reason = body.text("reason", false, 4000);
  command.response = body.object("response");
  command.to = body.text("to", false);
  if (!body.ok()) return body.refused();
  const Principal who = services.flows->acting(principal);
  std::vector<json::object> results(items.size());
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < std::min(items.size(), acting_threads); ++t)
      threads.emplace_back([&] {
        for (std::size_t i = next++; i < items.size(); i = next++)
          results[i] = act_on(items[i], command, who, services);
      });
  }
  json::array list;
  std::size_t done = 0;
  for (json::object& result : results) {
    done += result.at("ok").as_bool() ? 1 : 0;
    list.push_back(std::move(result));
  }
  services.hub.store().note_audit(principal, "act",
                                  (command.move.empty() ? "hand over" : command.move) + " on " +
                                      std::to_string(done) + " of " + std::to_string(items.size()) +
                                      " tasks");
  return json_response(200, json::object{{"results", std::move(list)}});
}

}  // namespace hb::server
