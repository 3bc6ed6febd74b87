#include "workflow/rows.hpp"

#include <boost/json.hpp>

#include "workflow/scope.hpp"

namespace hb::workflow {

Result<boost::json::array> rows_from(const Journal& journal, const records::Store& store,
                                     const Criteria& criteria, const Instance& instance) {
  const auto child = instance.children.find(criteria.rows_child);
  if (child == instance.children.end()) return boost::json::array();
  const auto events = journal.events(child->second.instance);
  if (!events) {
    // It was begun a moment ago.
    if (events.error().code == ErrorCode::not_found) return boost::json::array();
    return unexpected(events.error());
  }
  std::string last;
  for (const Event& event : *events)
    if (!event.response.empty()) last = event.response;
  if (last.empty()) return boost::json::array();
  const auto stored = store.latest(Principal::system("workflow"), "QuestionnaireResponse", last);
  if (!stored) return unexpected(stored.error());
  boost::system::error_code wrong;
  const boost::json::value response = boost::json::parse(stored->json, wrong);
  if (wrong) return fail(ErrorCode::invalid_input, "the rows cannot be read");
  return rows_of(response, criteria.rows_group);
}

}  // namespace hb::workflow
