#include <boost/json.hpp>

#include "workflow/criteria.hpp"
#include "workflow/step.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

Result<json::object> proposed(const Criteria& criteria, const Environment& environment,
                              const Instance& instance, Scope& scope) {
  json::array rows;
  if (environment.rows && !criteria.rows_child.empty()) {
    auto found = environment.rows(criteria, instance);
    if (!found) return unexpected(found.error());
    rows = std::move(*found);
  }
  scope.see("rows", std::move(rows));
  auto facts = facts_of(criteria, scope);
  if (!facts) return unexpected(facts.error());
  json::object proposal = proposal_of(criteria, *facts);
  proposal["facts"] = std::move(*facts);
  return proposal;
}

}  // namespace

Result<json::object> propose(const Flow& flow, const std::string& criteria,
                             const Environment& environment, const Instance& instance,
                             const Principal& principal, std::string_view response, Instant now) {
  const auto found = flow.criteria.find(criteria);
  if (found == flow.criteria.end())
    return fail(ErrorCode::not_found, "the flow has no criteria “" + criteria + "”");
  Result<Scope> scope = Scope::make(instance, principal, now, response);
  if (!scope) return unexpected(scope.error());
  return proposed(*found->second, environment, instance, *scope);
}

Outcome<void> Step::propose(const Move& move, Scope& scope) const {
  if (move.propose.empty()) return {};
  const auto found = flow_.criteria.find(move.propose);
  if (found == flow_.criteria.end())
    return tl::unexpected(refuse(ErrorCode::invalid_input, "unknown",
                                 "the flow has no criteria “" + move.propose + "”"));
  auto proposal = proposed(*found->second, environment_, fired_.after, scope);
  if (!proposal)
    return tl::unexpected(refuse(proposal.error().code, "data",
                                 "nothing can be proposed: " + proposal.error().message));
  scope.see("proposal", std::move(*proposal));
  return {};
}

}  // namespace hb::workflow
