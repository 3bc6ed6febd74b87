#include "search/walk.hpp"

#include <algorithm>
#include <limits>

#include "search/match.hpp"

namespace hb::search {
namespace {

using records::StoredVersion;

/// Fewer entries are simply walked; with more, other lists are consulted before a resource is read.
constexpr std::int64_t few = 1'000;
/// With a list as short as this one the others need not be counted further.
constexpr std::int64_t very_few = 32;

bool all_equalities(const std::vector<Range>& ranges) {
  return std::ranges::all_of(ranges, &Range::is_equality);
}

/// The lists of the clauses, and how long each is.
struct Choice {
  std::vector<Range> ranges;
  std::int64_t count;
};

/// Counts are exact below `few`, or below `very_few` when one list is that short.
Result<std::vector<Choice>> choices_of(const Asking& asking, const Resolved& resolved) {
  std::vector<Choice> choices;
  for (const Clause& clause : resolved.clauses)
    if (auto ranges = asking.index.indexer().ranges(resolved.type, clause))
      choices.push_back({std::move(*ranges), 0});
  for (const std::int64_t most : {very_few, few}) {
    bool enough = choices.empty();
    for (Choice& choice : choices) {
      const Result<std::int64_t> count = asking.index.count(choice.ranges, most);
      if (!count) return unexpected(count.error());
      choice.count = *count;
      enough = enough || *count < most;
    }
    if (enough) break;
  }
  return choices;
}

/// Versions written in the time that conditions on _lastUpdated leave.
Result<void> bound_by_time(const Asking& asking, const Resolved& resolved, Index::Scan& scan) {
  for (const Clause& clause : resolved.clauses) {
    if (clause.parameter->code != "_lastUpdated" || clause.any_of.size() != 1) continue;
    const Operand& operand = clause.any_of.front();
    const bool after = operand.prefix == Prefix::gt || operand.prefix == Prefix::ge ||
                       operand.prefix == Prefix::sa || operand.prefix == Prefix::eq;
    if (!after) continue;
    const Result<Seq> first = asking.store.first_since(Instant{operand.span.low});
    if (!first) return unexpected(first.error());
    scan.first = std::max(scan.first, *first);
  }
  return {};
}

/// Is this the first place in the order at which the walk meets the resource? A list of equals
/// meets it once; in a span of letters or dates it may stand several times.
Result<bool> first_place(const Asking& asking, const Plan& plan, Judge& judge, const Place& place) {
  if (all_equalities(plan.scan.ranges)) return true;
  const Result<std::vector<Entry>> entries = judge.entries(asking.index.indexer());
  if (!entries) return unexpected(entries.error());
  std::optional<std::int64_t> first;
  for (const Entry& entry : *entries) {
    for (const Range& range : plan.scan.ranges) {
      if (entry.key != range.key || entry.value < range.low || entry.value > range.high) continue;
      if (!first || (plan.scan.descending ? entry.value > *first : entry.value < *first))
        first = entry.value;
    }
  }
  return first == place.value;
}

/// One resource that may answer: read with the rights of who asks, asked, given.
/// returns  false when use wants no more
Result<bool> consider(Asking& asking, const Resolved& resolved, Judge& judge,
                      std::optional<StoredVersion> version, const Place& place, const Plan* plan,
                      const std::function<Result<bool>(Found&&)>& use) {
  const Result<void> spent = asking.spend();
  if (!spent) return unexpected(spent.error());
  if (!version || version->type != resolved.type) return true;
  const Result<bool> answers = judge.answers(resolved, *version);
  if (!answers || !*answers) return answers ? Result<bool>(true) : unexpected(answers.error());
  if (plan != nullptr) {
    const Result<bool> first = first_place(asking, *plan, judge, place);
    if (!first || !*first) return first ? Result<bool>(true) : unexpected(first.error());
  }
  return use({place, std::move(*version)});
}

/// The ids that are known beforehand, in the order of their versions.
Result<void> walk_ids(Asking& asking, const Resolved& resolved, const Plan& plan, Judge& judge,
                      const std::function<Result<bool>(Found&&)>& use) {
  std::vector<StoredVersion> versions;
  for (const std::string& id : *resolved.ids) {
    const Result<void> spent = asking.spend();
    if (!spent) return spent;
    Result<std::optional<StoredVersion>> version =
        asking.store.peek(asking.principal, resolved.type, id, asking.snapshot);
    if (!version) return unexpected(version.error());
    if (*version && (!plan.scan.after || (*version)->seq > plan.scan.after->seq))
      versions.push_back(std::move(**version));
  }
  std::ranges::sort(versions, {}, &StoredVersion::seq);
  for (StoredVersion& version : versions) {
    const Place place{0, version.seq};
    const Result<bool> go_on =
        consider(asking, resolved, judge, std::move(version), place, nullptr, use);
    if (!go_on) return unexpected(go_on.error());
    if (!*go_on) return {};
  }
  return {};
}

}  // namespace

unexpected<Error> too_costly(const std::string& why) {
  return fail(ErrorCode::invalid_input,
              "this search costs too much: " + why +
                  "; add a condition that leaves less, such as a patient, a code or a date");
}

Result<void> Asking::spend() {
  if (++looked_at > limits.versions)
    return too_costly("more than " + std::to_string(limits.versions) + " resources to look into");
  if (looked_at % 64 == 0 && std::chrono::steady_clock::now() > deadline)
    return too_costly("it takes longer than " + std::to_string(limits.time.count()) + " ms");
  return {};
}

Result<bool> Judge::answers(const Resolved& query, const StoredVersion& version) {
  text_.assign(version.json);
  const auto resource = parser_.parse(text_.view());
  if (!resource) return false;
  resource_ = *resource;
  const fhir::Value root = fhir::Evaluation::root(resource_);
  evaluation_.reset(resource_, root);
  for (const Clause& clause : query.clauses) {
    const Result<bool> answer = answers(clause, version);
    if (!answer || !*answer) return answer;
  }
  return true;
}

Result<bool> Judge::answers(const Clause& clause, const StoredVersion& version) {
  if (clause.parameter->code == "_lastUpdated" && clause.modifier == Modifier::none) {
    const Span recorded{version.recorded.micros, version.recorded.micros + 1};
    return std::ranges::any_of(clause.any_of, [&](const Operand& operand) {
      return matches(Value{recorded}, operand, Modifier::none);
    });
  }
  return matches(clause, evaluation_, fhir::Evaluation::root(resource_));
}

Result<std::vector<Value>> Judge::values(const Parameter& parameter) {
  return values_in(parameter, evaluation_, fhir::Evaluation::root(resource_));
}

Result<std::vector<Entry>> Judge::entries(const Indexer& indexer) {
  return indexer.entries(evaluation_, resource_);
}

Result<Plan> make_plan(const Asking& asking, const Query& query, const Resolved& resolved) {
  Plan plan;
  plan.scan.last = asking.snapshot;
  plan.in_order = query.sort.empty();
  if (resolved.ids) {
    plan.by_id = true;
    return plan;
  }
  const Result<void> bounded = bound_by_time(asking, resolved, plan.scan);
  if (!bounded) return unexpected(bounded.error());
  Result<std::vector<Choice>> choices = choices_of(asking, resolved);
  if (!choices) return unexpected(choices.error());
  const auto best = std::ranges::min_element(*choices, {}, &Choice::count);
  plan.selective = best != choices->end() && best->count < few;
  if (plan.selective) {
    plan.scan.ranges = best->ranges;
    return plan;
  }
  std::vector<Range> driver = best == choices->end()
                                  ? std::vector<Range>{asking.index.indexer().all(resolved.type)}
                                  : best->ranges;
  if (query.sort.size() == 1) {
    auto order = asking.index.indexer().order(resolved.type, *query.sort.front().parameter,
                                              query.sort.front().descending);
    if (order) {
      driver = std::move(*order);
      plan.scan.descending = query.sort.front().descending;
      plan.in_order = true;
    }
  }
  for (Choice& choice : *choices)
    if (all_equalities(choice.ranges) && choice.ranges.front().key != driver.front().key)
      plan.scan.also.push_back(std::move(choice.ranges));
  plan.scan.ranges = std::move(driver);
  return plan;
}

Result<void> walk(Asking& asking, const Resolved& resolved, const Plan& plan, Judge& judge,
                  const std::function<Result<bool>(Found&&)>& use) {
  if (plan.by_id) return walk_ids(asking, resolved, plan, judge, use);
  return asking.index.scan(plan.scan, [&](const Place& place) -> Result<bool> {
    Result<std::optional<StoredVersion>> version =
        asking.store.peek(asking.principal, place.seq, asking.snapshot);
    if (!version) return unexpected(version.error());
    return consider(asking, resolved, judge, std::move(*version), place, &plan, use);
  });
}

}  // namespace hb::search
