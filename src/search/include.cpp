#include "search/include.hpp"

#include <algorithm>
#include <set>

namespace hb::search {
namespace {

using records::StoredVersion;

class Including {
 public:
  Including(Asking& asking, const std::vector<StoredVersion>& matches) : asking_(asking) {
    for (const StoredVersion& match : matches) known_.insert(match.type + "/" + match.id);
  }

  /// What the versions bring along by one rule; new ones only.
  Result<std::vector<StoredVersion>> forward(const Include& include,
                                             const std::vector<StoredVersion>& versions);
  Result<std::vector<StoredVersion>> backward(const Include& include,
                                              const std::vector<StoredVersion>& versions);

 private:
  Result<void> follow(const Include& include, const StoredVersion& version,
                      std::vector<StoredVersion>& found);
  Result<bool> keep(StoredVersion version, std::vector<StoredVersion>& found);

  Asking& asking_;
  std::set<std::string> known_;
  Judge judge_;
};

std::vector<const Parameter*> references_of(const Include& include) {
  if (include.parameter != nullptr) return {include.parameter};
  std::vector<const Parameter*> references;
  for (const Parameter& parameter : parameters_of(include.type))
    if (parameter.kind == Kind::reference) references.push_back(&parameter);
  return references;
}

Result<bool> Including::keep(StoredVersion version, std::vector<StoredVersion>& found) {
  if (!known_.insert(version.type + "/" + version.id).second) return true;
  const auto most = static_cast<std::size_t>(asking_.limits.included);
  if (known_.size() > most * 2)
    return too_costly("a page brings along more than " + std::to_string(most) + " resources");
  found.push_back(std::move(version));
  return true;
}

Result<void> Including::follow(const Include& include, const StoredVersion& version,
                               std::vector<StoredVersion>& found) {
  const Result<bool> read = judge_.answers(Resolved{version.type, {}, {}}, version);
  if (!read) return unexpected(read.error());
  std::set<std::pair<std::string, std::string>> targets;
  for (const Parameter* parameter : references_of(include)) {
    const Result<std::vector<Value>> values = judge_.values(*parameter);
    if (!values) return unexpected(values.error());
    for (const Value& value : *values) {
      const auto* target = std::get_if<Target>(&value);
      if (target == nullptr || target->id.empty()) continue;
      if (include.target.empty() || include.target == target->type)
        targets.emplace(target->type, target->id);
    }
  }
  for (const auto& [type, id] : targets) {
    if (known_.contains(type + "/" + id)) continue;
    const Result<void> spent = asking_.spend();
    if (!spent) return spent;
    Result<std::optional<StoredVersion>> there =
        asking_.store.peek(asking_.principal, type, id, asking_.snapshot);
    if (!there) return unexpected(there.error());
    if (!*there) continue;
    const Result<bool> kept = keep(std::move(**there), found);
    if (!kept) return unexpected(kept.error());
  }
  return {};
}

Result<std::vector<StoredVersion>> Including::forward(const Include& include,
                                                      const std::vector<StoredVersion>& versions) {
  std::vector<StoredVersion> found;
  for (const StoredVersion& version : versions) {
    if (version.type != include.type) continue;
    const Result<void> followed = follow(include, version, found);
    if (!followed) return unexpected(followed.error());
  }
  return found;
}

Result<std::vector<StoredVersion>> Including::backward(const Include& include,
                                                       const std::vector<StoredVersion>& versions) {
  std::vector<StoredVersion> found;
  for (const Parameter* parameter : references_of(include)) {
    Clause clause{std::string(parameter->code), parameter, Modifier::none, false, {}, {}, false};
    for (const StoredVersion& version : versions) {
      if (!include.target.empty() && include.target != version.type) continue;
      Operand operand;
      operand.has_system = true;
      operand.system = version.type;
      operand.code = version.id;
      clause.any_of.push_back(std::move(operand));
    }
    if (clause.any_of.empty()) continue;
    Query query;
    query.type = include.type;
    Resolved resolved{include.type, {std::move(clause)}, {}};
    const Result<Plan> plan = make_plan(asking_, query, resolved);
    if (!plan) return unexpected(plan.error());
    const Result<void> walked =
        walk(asking_, resolved, *plan, judge_,
             [&](Found&& one) -> Result<bool> { return keep(std::move(one.version), found); });
    if (!walked) return unexpected(walked.error());
  }
  return found;
}

}  // namespace

Result<std::vector<StoredVersion>> included(Asking& asking, const Query& query,
                                            const std::vector<StoredVersion>& matches) {
  Including including(asking, matches);
  std::vector<StoredVersion> all;
  std::vector<StoredVersion> latest = matches;
  for (bool first = true; !latest.empty(); first = false) {
    std::vector<StoredVersion> found;
    const auto take = [&](bool reverse, const std::vector<Include>& includes) -> Result<void> {
      for (const Include& include : includes) {
        if (!first && !include.iterate) continue;
        Result<std::vector<StoredVersion>> more =
            reverse ? including.backward(include, latest) : including.forward(include, latest);
        if (!more) return unexpected(more.error());
        std::ranges::move(*more, std::back_inserter(found));
      }
      return {};
    };
    Result<void> taken = take(false, query.includes);
    // What comes backwards first may be followed forwards in the next round.
    if (taken) taken = take(true, query.reverse_includes);
    if (!taken) return unexpected(taken.error());
    all.insert(all.end(), found.begin(), found.end());
    latest = std::move(found);
  }
  return all;
}

}  // namespace hb::search
