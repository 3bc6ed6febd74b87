#pragma once
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "workflow/flow.hpp"
#include "workflow/instance.hpp"

namespace hb::workflow {

/// A FHIR Task as it is written to the records.
struct TaskBody {
  std::string id;
  std::string json;
};

/// Tasks that the events after `since` touched, as they stand after the last: the Task of the
/// instance (id of the instance; businessStatus: where it stands; input: its data) and one for each
/// place of work (id "<instance>-<token>", partOf the former; owner; restriction.period.end: the
/// earliest deadline). Pure: the same events make the same bytes.
/// events  the whole log, replayed
Result<std::vector<TaskBody>> tasks_of(const Flow& flow, const std::string& id,
                                       const std::vector<Event>& events, int since);

/// Reference by identifier to an account, or to the actor of a flow when nobody is named.
boost::json::object reference_to(const Flow& flow, const Owner& owner);
/// The English of a Chinese text beside it: extension translation.
boost::json::object translation(const std::string& en);

}  // namespace hb::workflow
