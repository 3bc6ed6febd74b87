#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "workflow/fault.hpp"
#include "workflow/flow.hpp"
#include "workflow/load.hpp"

namespace hb::workflow {

/// Says whether a SQL guard may be run. errors  invalid_input: why not
using SqlCheck = std::function<Result<void>(const std::string& sql)>;

/// Everything that can be proved of one flow before it runs:
///  * every state is reached from the start; from every state a final one is reached; a state that
///    is not final has a way out and an owner; final ones have neither
///  * parallel parts come together: no join without a fork, no fork whose parts miss their join, no
///    end inside a part unless it says ends_all
///  * no unguarded loop: every circle asks something (a guard, a form, a reason or a limit)
///  * deadlines lead somewhere: the actor told, or the move made, exists and is another's than the
///    owner; reminders come before the deadline; working time has a calendar
///  * all names exist: states, actors, roles, forms, calendars, fields, answers, sub-flows
///  * a version that replaces another says where running instances go on
/// others  all versions of all flows known, this one among them
void check_flow(const Flow& flow, const Surroundings& surroundings, std::span<const Flow> others,
                const SqlCheck& sql_check, std::vector<Fault>& faults);

/// The parts of check_flow.
void check_graph(const Flow& flow, std::vector<Fault>& faults);
void check_formulas(const Flow& flow, std::vector<Fault>& faults);

/// Flows of a file or folder.
struct Checked {
  std::vector<Flow> flows;                           ///< those that could be read
  std::map<std::string, Surroundings> surroundings;  ///< by the flow's file
  std::vector<Fault> faults;                         ///< in order; empty = sound
};

/// Reads and checks. errors  not_found: no such path, or no flow in it
Result<Checked> check(const std::filesystem::path& path, const SqlCheck& sql_check = {});

}  // namespace hb::workflow
