#pragma once
#include "core/principal.hpp"
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server {

// Handlers about work: routes/tasks.cpp, routes/flows.cpp, routes/instances.cpp,
// routes/messages.cpp, routes/roster.cpp.
Response get_tasks(Request&, const Principal&, Services&);
Response get_task_counts(Request&, const Principal&, Services&);
Response post_task_acts(Request&, const Principal&, Services&);
Response get_flows(Request&, const Principal&, Services&);
Response get_flow_times(Request&, const Principal&, Services&);
Response get_flow_diagram(Request&, const Principal&, Services&);
Response get_flow_form(Request&, const Principal&, Services&);
Response check_flow_form(Request&, const Principal&, Services&);
Response post_flow_instance(Request&, const Principal&, Services&);
Response get_instances(Request&, const Principal&, Services&);
Response get_instance(Request&, const Principal&, Services&);
Response get_instance_people(Request&, const Principal&, Services&);
Response post_instance_act(Request&, const Principal&, Services&);
Response post_instance_proposal(Request&, const Principal&, Services&);
Response get_messages(Request&, const Principal&, Services&);
Response read_message(Request&, const Principal&, Services&);
Response get_roster(Request&, const Principal&, Services&);
Response put_roster(Request&, const Principal&, Services&);

}  // namespace hb::server
