#include <algorithm>

#include "server/flow_body.hpp"
#include "server/flow_routes.hpp"
#include "server/flow_views.hpp"
#include "server/parameters.hpp"
#include "workflow/draw.hpp"
#include "workflow/tasks.hpp"

/// Definitions of flows, their forms, and the start of an instance.
namespace hb::server {

namespace {

constexpr std::int64_t counted_up_to = 1000;

using EntryPtr = std::shared_ptr<const workflow::Library::Entry>;

Parsed<EntryPtr> newest(const Request& request, const Services& services) {
  auto entry = services.flows->library().newest(std::string(request.capture("flow")));
  if (!entry) return unexpected(not_found({"此流程", "such flow"}));
  return std::move(*entry);
}

/// Whether somebody could start an instance, for the right area.
bool may_start(const workflow::Flow& flow, const Principal& who) {
  return std::ranges::any_of(flow.start_by, [&](const std::string& id) {
    const workflow::Actor* actor = flow.actor(id);
    return actor != nullptr && std::ranges::any_of(who.roles, [&](const std::string& role) {
             return actor->roles.contains(role);
           });
  });
}

/// What the form's expressions begin with: %user, %task (the instance), %patient.
std::map<std::string, std::string> resources_for(const std::optional<Running>& running,
                                                 const Principal& principal,
                                                 const Services& services) {
  std::map<std::string, std::string> resources;
  const std::string name = services.flows->display(principal.user);
  resources["user"] =
      json::serialize(json::object{{"resourceType", "Practitioner"},
                                   {"id", "user"},
                                   {"name", json::array{json::object{{"text", name}}}}});
  // Without an instance or a resident they are there, and empty: a form is no other then.
  resources["task"] = R"({"resourceType":"Task","id":"none","status":"draft","intent":"order"})";
  resources["patient"] = R"({"resourceType":"Patient","id":"none"})";
  if (!running) return resources;
  const auto tasks = workflow::tasks_of(running->flow(), running->instance.id, running->log,
                                        running->instance.events);
  if (tasks && !tasks->empty()) resources["task"] = tasks->front().json;
  const json::value* resident = running->instance.data.if_contains("resident");
  if (resident != nullptr && resident->is_string())
    if (const auto patient =
            services.hub.store().read(principal, "Patient", std::string(resident->get_string())))
      resources["patient"] = patient->json;
  return resources;
}

/// What the codes of its fields say.
void add_codes(const workflow::Flow& flow, Services& services, json::object& out) {
  json::array& fields = out.at("fields").as_array();
  for (std::size_t i = 0; i < flow.data.size(); ++i) {
    if (flow.data[i].kind != workflow::Field::Kind::code) continue;
    json::array list;
    for (const auto& [code, name] : services.flows->forms().codes(flow, flow.data[i]))
      list.push_back(json::object{{"code", code}, {"name", texts(name)}});
    if (!list.empty()) fields[i].as_object()["codes"] = std::move(list);
  }
}

Response form_fault(const Error& error) {
  if (error.code == ErrorCode::not_found) return not_found({"此表单", "such form"});
  return outcome(error);
}

}  // namespace

/// GET /api/flows
Response get_flows(Request&, const Principal& principal, Services& services) {
  const Principal who = services.flows->acting(principal);
  std::map<std::string, EntryPtr> flows;  // entries come by rising version
  for (EntryPtr& entry : services.flows->library().all()) flows[entry->flow.id] = std::move(entry);
  json::array items;
  for (const auto& [id, entry] : flows) {
    workflow::WorkList list;
    list.lanes = services.flows->lanes(Flows::Scope::all, who);
    list.flow = id;
    list.limit = counted_up_to;
    const auto open = services.flows->journal().count(list);
    if (!open) return outcome(open.error());
    json::object one = flow_object(entry->flow);
    add_codes(entry->flow, services, one);
    one["may_start"] = may_start(entry->flow, who) && services.gate.may(principal, "tasks:write");
    one["open"] = *open;
    items.push_back(std::move(one));
  }
  return json_response(200, json::object{{"items", std::move(items)}});
}

/// GET /api/flows/{flow}/diagram?language=zh
Response get_flow_diagram(Request& request, const Principal&, Services& services) {
  const auto language = word_of(request, "language", {"zh", "en"});
  if (!language) return language.error();
  const auto entry = newest(request, services);
  if (!entry) return entry.error();
  return text_response(
      200, "image/svg+xml",
      workflow::draw_svg((*entry)->flow,
                         *language == "en" ? workflow::Language::en : workflow::Language::zh));
}

/// GET /api/flows/{flow}/forms/{form}?instance=
Response get_flow_form(Request& request, const Principal& principal, Services& services) {
  auto entry = newest(request, services);
  if (!entry) return entry.error();
  const Principal who = services.flows->acting(principal);
  const auto id = text_of(request, "instance");
  if (!id) return id.error();
  std::optional<Running> running;
  if (!id->empty()) {
    auto found = running_of(*id, who, services);
    if (!found) return found.error();
    if (found->instance.flow != (*entry)->flow.id) return not_found({"此事项", "such instance"});
    running = std::move(*found);
    *entry = running->entry;
    services.hub.store().note_audit(principal, "read", "form of instance " + *id);
  }
  const workflow::Flow& flow = (*entry)->flow;
  const std::string form(request.capture("form"));
  const auto text = services.flows->forms().text(flow, form);
  if (!text) return form_fault(text.error());
  const auto filled =
      services.flows->forms().prefill(flow, form, resources_for(running, principal, services));
  if (!filled) return form_fault(filled.error());
  return json_response(
      200, json::object{{"questionnaire", json::parse(*text)}, {"response", json::parse(*filled)}});
}

/// POST /api/flows/{flow}/forms/{form}/check
Response check_flow_form(Request& request, const Principal&, Services& services) {
  const auto entry = newest(request, services);
  if (!entry) return entry.error();
  FlowBody body(request, {"response"});
  const std::string response = body.object("response");
  if (body.ok() && response.empty())
    body.refuse("response", {"QuestionnaireResponse", "a QuestionnaireResponse"});
  if (!body.ok()) return body.refused();
  const std::string form(request.capture("form"));
  workflow::FlowForms& forms = services.flows->forms();
  const auto calculated = forms.calculate((*entry)->flow, form, response);
  if (!calculated) return form_fault(calculated.error());
  const auto issues = forms.check((*entry)->flow, form, *calculated);
  if (!issues) return form_fault(issues.error());
  const auto off = forms.disabled((*entry)->flow, form, *calculated);
  if (!off) return form_fault(off.error());
  json::array disabled(off->begin(), off->end());
  return json_response(200, json::object{{"response", json::parse(*calculated)},
                                         {"issues", issues_array(*issues)},
                                         {"disabled", std::move(disabled)}});
}

/// POST /api/flows/{flow}/instances
Response post_flow_instance(Request& request, const Principal& principal, Services& services) {
  FlowBody body(request, {"key", "response", "data"});
  workflow::StartCommand command;
  command.key = body.text("key", true);
  command.response = body.object("response");
  if (const json::object* data = body.object_at("data")) command.data = *data;
  if (!body.ok()) return body.refused();
  const Principal who = services.flows->acting(principal);
  const std::string flow(request.capture("flow"));
  const auto made = services.flows->begin(flow, command, who);
  if (!made) {
    services.hub.store().note_audit(principal, "refused",
                                    "start of " + flow.substr(0, 100) + ": " + made.error().rule);
    json::array issues;
    if (const auto entry = services.flows->library().newest(flow);
        entry && made.error().rule == "form")
      issues = form_issues((*entry)->flow, (*entry)->flow.start_form, command.response, services);
    return flow_refusal(made.error(), flow, std::move(issues));
  }
  services.hub.store().note_audit(principal, "act", "start of instance " + made->id);
  const auto running = running_of(made->id, who, services);
  if (!running) return running.error();
  return json_response(201, instance_object(*running, who, services));
}

}  // namespace hb::server
