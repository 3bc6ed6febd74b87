// Chains and _has: the links are searched first, what they find takes their place.
#include <algorithm>

#include "search/walk.hpp"

namespace hb::search {
namespace {

/// What answers one of the inner queries of a clause.
Result<std::vector<records::StoredVersion>> linked(Asking& asking, const Clause& clause) {
  std::vector<records::StoredVersion> found;
  Judge judge;
  for (const Query& inner : clause.inner) {
    const Result<Resolved> resolved = resolve(asking, inner);
    if (!resolved) return unexpected(resolved.error());
    const Result<Plan> plan = make_plan(asking, inner, *resolved);
    if (!plan) return unexpected(plan.error());
    const Result<void> walked =
        walk(asking, *resolved, *plan, judge, [&](Found&& one) -> Result<bool> {
          found.push_back(std::move(one.version));
          if (static_cast<std::int64_t>(found.size()) <= asking.limits.linked) return true;
          return too_costly("'" + clause.name + "' leaves more than " +
                            std::to_string(asking.limits.linked) + " " + inner.type);
        });
    if (!walked) return unexpected(walked.error());
  }
  return found;
}

/// The chain's reference has to point to one of those that were found.
Clause pointing_at(const Clause& chain, const std::vector<records::StoredVersion>& found) {
  Clause clause{chain.name, chain.parameter, Modifier::none, false, {}, {}, false};
  for (const records::StoredVersion& version : found) {
    Operand operand;
    operand.has_system = true;
    operand.system = version.type;
    operand.code = version.id;
    clause.any_of.push_back(std::move(operand));
  }
  return clause;
}

/// Ids of `type` that the found ones refer to.
Result<std::vector<std::string>> referred(const Clause& clause, std::string_view type,
                                          const std::vector<records::StoredVersion>& found) {
  std::vector<std::string> ids;
  Judge judge;
  const Resolved any{std::string(clause.inner.front().type), {}, {}};
  for (const records::StoredVersion& version : found) {
    const Result<bool> read = judge.answers(any, version);
    if (!read) return unexpected(read.error());
    const Result<std::vector<Value>> values = judge.values(*clause.parameter);
    if (!values) return unexpected(values.error());
    for (const Value& value : *values) {
      const auto* target = std::get_if<Target>(&value);
      if (target != nullptr && target->type == type) ids.emplace_back(target->id);
    }
  }
  return ids;
}

void only(Resolved& resolved, std::vector<std::string> ids) {
  std::ranges::sort(ids);
  const auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
  if (resolved.ids) {
    std::vector<std::string> both;
    std::ranges::set_intersection(*resolved.ids, ids, std::back_inserter(both));
    ids = std::move(both);
  }
  resolved.ids = std::move(ids);
}

bool names_ids(const Clause& clause) {
  return clause.parameter->code == "_id" && clause.modifier == Modifier::none;
}

}  // namespace

Result<Resolved> resolve(Asking& asking, const Query& query) {
  Resolved resolved{query.type, {}, {}};
  for (const Clause& clause : query.clauses) {
    if (clause.inner.empty()) {
      if (names_ids(clause)) {
        std::vector<std::string> ids;
        for (const Operand& operand : clause.any_of) ids.push_back(operand.code);
        only(resolved, std::move(ids));
      } else {
        resolved.clauses.push_back(clause);
      }
      continue;
    }
    const Result<std::vector<records::StoredVersion>> found = linked(asking, clause);
    if (!found) return unexpected(found.error());
    if (clause.reverse) {
      Result<std::vector<std::string>> ids = referred(clause, query.type, *found);
      if (!ids) return unexpected(ids.error());
      only(resolved, std::move(*ids));
    } else if (found->empty()) {
      only(resolved, {});  // nothing can point at nothing
    } else {
      resolved.clauses.push_back(pointing_at(clause, *found));
    }
  }
  return resolved;
}

}  // namespace hb::search
