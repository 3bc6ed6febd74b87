#pragma once
// How flows, their instances and pieces of work look in JSON.
#include "server/flows.hpp"
#include "server/json.hpp"
#include "server/outcome.hpp"
#include "server/services.hpp"

namespace hb::server {

/// An instance with the flow in whose version it runs.
struct Running {
  std::shared_ptr<const workflow::Library::Entry> entry;
  workflow::Instance instance;
  std::vector<workflow::Event> log;
  const workflow::Flow& flow() const { return entry->flow; }
};

/// An instance that somebody may look at; who may not is told the same as when there is none.
/// who  of Flows::acting()
Parsed<Running> running_of(const std::string& id, const Principal& who, const Services& services);

/// What it is about, in words; empty texts: nothing is known.
Localized subject_of(const workflow::Flow& flow, const workflow::Instance& instance);

/// A piece of work, with the moves that somebody may make.
json::object task_object(const Running& running, const workflow::Token& token, const Principal& who,
                         const Services& services);
/// An instance as a line of a list.
json::object instance_line(const Running& running, const Services& services);
/// An instance with its work and its log.
json::object instance_object(const Running& running, const Principal& who, Services& services);

/// A definition, without what only an instance has.
json::object flow_object(const workflow::Flow& flow);

/// Why an act was refused.
/// form  definition and name of the form that was sent, and what was sent: its issues in full
Response flow_refusal(const workflow::Refusal& refusal, std::string_view where,
                      json::array issues = {});
/// [{path, linkId, rule, severity, message}]
json::array issues_array(const std::vector<forms::Issue>& issues);
/// Of a form that was refused.
json::array form_issues(const workflow::Flow& flow, const std::string& form,
                        const std::string& response, Services& services);

}  // namespace hb::server
