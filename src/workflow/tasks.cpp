#include "workflow/tasks.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

namespace hb::workflow {
namespace {

namespace json = boost::json;

constexpr const char* account_system = "https://health-brain.org/fhir/NamingSystem/account";
constexpr const char* actor_system = "https://health-brain.org/fhir/NamingSystem/flow-actor";
constexpr const char* flow_system = "https://health-brain.org/fhir/CodeSystem/flow";
constexpr const char* state_system = "https://health-brain.org/fhir/CodeSystem/flow-state";
constexpr const char* translation_url = "http://hl7.org/fhir/StructureDefinition/translation";

json::object coding(const char* system, const std::string& code, const Localized& name) {
  return {{"coding", json::array{{{"system", system},
                                  {"code", code},
                                  {"display", name.zh},
                                  {"_display", translation(name.en)}}}},
          {"text", name.zh}};
}

const char* task_status(Status status) {
  switch (status) {
    case Status::completed:
      return "completed";
    case Status::cancelled:
      return "cancelled";
    case Status::active:
      break;
  }
  return "in-progress";
}

json::object parameter(const std::string& name, const json::value& value) {
  json::object out{{"type", {{"text", name}}}};
  if (value.is_bool())
    out["valueBoolean"] = value;
  else if (value.is_int64())
    out["valueInteger"] = value;
  else if (value.is_number())
    out["valueDecimal"] = value;
  else if (value.is_string())
    out["valueString"] = value;
  else
    out["valueString"] = json::serialize(value);
  return out;
}

std::string root_task(const Flow& flow, const Instance& instance) {
  json::array input;
  for (const auto& [name, value] : instance.data) input.push_back(parameter(name, value));
  const json::value* resident = instance.data.if_contains("resident");
  json::object task{{"resourceType", "Task"},
                    {"id", instance.id},
                    {"status", task_status(instance.status)},
                    {"intent", "order"},
                    {"code", coding(flow_system, flow.id, flow.title)},
                    {"authoredOn", format_instant(instance.started)},
                    {"lastModified", format_instant(instance.changed)},
                    {"requester", reference_to(flow, {"starter", instance.starter})}};
  if (!instance.parent.empty())
    task["partOf"] = json::array{{{"reference", "Task/" + instance.parent}}};
  if (resident != nullptr && resident->is_string())
    task["for"] = {{"reference", "Patient/" + std::string(resident->get_string())}};
  const std::string state = instance.status == Status::active
                                ? (instance.tokens.empty() ? "" : instance.tokens.front().state)
                                : instance.end;
  if (const State* known = flow.state(state))
    task["businessStatus"] = coding(state_system, state, known->name);
  if (!input.empty()) task["input"] = std::move(input);
  return json::serialize(task);
}

std::string work_task(const Flow& flow, const Instance& instance, const Token& token,
                      const char* status, Instant changed) {
  const State* state = flow.state(token.state);
  const Localized name = state != nullptr ? state->name : Localized{token.state, token.state};
  json::object task{{"resourceType", "Task"},
                    {"id", instance.id + "-" + std::to_string(token.id)},
                    {"partOf", json::array{{{"reference", "Task/" + instance.id}}}},
                    {"status", status},
                    {"businessStatus", coding(state_system, token.state, name)},
                    {"intent", "order"},
                    {"priority", token.superiors.empty() ? "routine" : "urgent"},
                    {"code", coding(flow_system, flow.id, flow.title)},
                    {"description", name.zh},
                    {"_description", translation(name.en)}};
  const json::value* resident = instance.data.if_contains("resident");
  if (resident != nullptr && resident->is_string())
    task["for"] = {{"reference", "Patient/" + std::string(resident->get_string())}};
  task["authoredOn"] = format_instant(token.since);
  task["lastModified"] = format_instant(changed);
  if (!token.owner.actor.empty()) task["owner"] = reference_to(flow, token.owner);
  Instant due = never;
  for (const Running& clock : token.clocks) due = std::min(due, clock.due);
  if (due != never) task["restriction"] = {{"period", {{"end", format_instant(due)}}}};
  return json::serialize(task);
}

/// How a place of work ended: done by a move, or given up because the instance or its part ended.
const char* ending(const Event& event, int token) {
  return event.kind == Event::Kind::moved && event.token == token ? "completed" : "cancelled";
}

}  // namespace

json::object translation(const std::string& en) {
  return {{"extension",
           json::array{{{"url", translation_url},
                        {"extension", json::array{{{"url", "lang"}, {"valueCode", "en"}},
                                                  {{"url", "content"}, {"valueString", en}}}}}}}};
}

json::object reference_to(const Flow& flow, const Owner& owner) {
  if (!owner.user.empty())
    return {{"identifier", {{"system", account_system}, {"value", owner.user}}}};
  const Actor* actor = flow.actor(owner.actor);
  json::object out{
      {"identifier", {{"system", actor_system}, {"value", flow.id + "/" + owner.actor}}}};
  if (actor != nullptr) out["display"] = actor->name.zh;
  return out;
}

Result<std::vector<TaskBody>> tasks_of(const Flow& flow, const std::string& id,
                                       const std::vector<Event>& events, int since) {
  struct Last {
    Token token;
    const char* status;
    Instant changed;
  };
  Instance instance;
  instance.id = id;
  std::map<int, Last> touched;
  for (const Event& event : events) {
    if (event.number > since) {
      for (const int gone : event.gone)
        if (const Token* token = instance.token(gone))
          touched[gone] = {*token, ending(event, gone), event.at};
      for (const Token& token : event.tokens)
        touched[token.id] = {token, token.owner.user.empty() ? "requested" : "in-progress",
                             event.at};
    }
    if (Result<void> done = apply(instance, event); !done) return unexpected(done.error());
  }
  std::vector<TaskBody> bodies;
  bodies.push_back({id, root_task(flow, instance)});
  for (const auto& [number, last] : touched) {
    if (last.token.owner.actor.empty()) continue;  // waits at a join: nobody's work
    bodies.push_back({id + "-" + std::to_string(number),
                      work_task(flow, instance, last.token, last.status, last.changed)});
  }
  return bodies;
}

}  // namespace hb::workflow
