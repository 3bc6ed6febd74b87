#include "workflow/criteria.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "workflow/scope.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

json::object texts(const Localized& text) { return {{"zh", text.zh}, {"en", text.en}}; }

bool fits(Fact::Kind kind, const json::value& value) {
  switch (kind) {
    case Fact::Kind::number:
      return value.is_number();
    case Fact::Kind::boolean:
      return value.is_bool();
    case Fact::Kind::code:
      break;
  }
  return value.is_string();
}

Result<json::value> one_value(const Fact& fact, const Formula& formula, Scope& scope) {
  auto value = scope.value(formula);
  if (!value) return value;
  if (value->is_null() || fits(fact.kind, *value)) return value;
  return fail(ErrorCode::invalid_input,
              "“" + formula.text + "” gives no value of the fact " + fact.id);
}

/// Dates of a window; what is no day does not count.
Result<json::value> counted(const Window& window, Scope& scope) {
  const auto found = scope.value(window.dates);
  if (!found) return unexpected(found.error());
  std::vector<Date> dates;
  const auto add = [&](const json::value& value) {
    if (!value.is_string()) return;
    const auto day = parse_date(std::string_view(value.get_string()).substr(0, 10));
    if (day) dates.push_back(*day);
  };
  if (found->is_array())
    for (const json::value& value : found->get_array()) add(value);
  else
    add(*found);
  if (dates.empty()) return json::value(nullptr);
  return json::value(static_cast<std::int64_t>(most_within(std::move(dates), window.days)));
}

Result<json::value> value_of(const Fact& fact, Scope& scope) {
  for (const Formula& formula : fact.first) {
    auto value = one_value(fact, formula, scope);
    if (!value || !value->is_null()) return value;
  }
  json::value largest;
  for (const auto& part : fact.largest) {
    auto value = std::holds_alternative<Window>(part)
                     ? counted(std::get<Window>(part), scope)
                     : one_value(fact, std::get<Formula>(part), scope);
    if (!value) return value;
    if (value->is_null()) continue;
    if (largest.is_null() || value->to_number<double>() > largest.to_number<double>())
      largest = std::move(*value);
  }
  return largest;
}

Truth truth(bool is) { return is ? Truth::yes : Truth::no; }

/// Facts that a condition looks at, in its order.
void collect(const Condition& condition, std::vector<std::size_t>& facts) {
  for (const Condition& part : condition.parts) collect(part, facts);
  const bool looks =
      condition.kind != Condition::Kind::all && condition.kind != Condition::Kind::any;
  if (looks && std::ranges::count(facts, condition.fact) == 0) facts.push_back(condition.fact);
}

json::object shown(const Criterion& criterion, const Criteria& criteria,
                   const json::object& facts) {
  std::vector<std::size_t> used;
  collect(criterion.when, used);
  json::array list;
  for (const std::size_t index : used) {
    const Fact& fact = criteria.facts[index];
    if (const json::value* value = facts.if_contains(fact.id))
      list.push_back({{"id", fact.id}, {"name", texts(fact.name)}, {"value", *value}});
  }
  return {{"id", criterion.id},
          {"level", criteria.levels[criterion.level].id},
          {"level_name", texts(criteria.levels[criterion.level].name)},
          {"text", texts(criterion.text)},
          {"source", criterion.source},
          {"facts", std::move(list)}};
}

/// Facts that are not known and could still decide.
void collect_missing(const Condition& condition, const Criteria& criteria,
                     const json::object& facts, std::vector<std::size_t>& missing) {
  if (truth_of(condition, criteria, facts) != Truth::unknown) return;
  for (const Condition& part : condition.parts) collect_missing(part, criteria, facts, missing);
  if (condition.parts.empty() && std::ranges::count(missing, condition.fact) == 0)
    missing.push_back(condition.fact);
}

json::object undecided(const Criterion& criterion, const Criteria& criteria,
                       const json::object& facts) {
  std::vector<std::size_t> missing;
  collect_missing(criterion.when, criteria, facts, missing);
  json::array list;
  for (const std::size_t index : missing)
    list.push_back({{"id", criteria.facts[index].id}, {"name", texts(criteria.facts[index].name)}});
  return {{"id", criterion.id},
          {"level", criteria.levels[criterion.level].id},
          {"level_name", texts(criteria.levels[criterion.level].name)},
          {"text", texts(criterion.text)},
          {"missing", std::move(list)}};
}

}  // namespace

std::size_t most_within(std::vector<Date> dates, int days) {
  std::ranges::sort(dates);
  std::size_t most = 0;
  std::size_t from = 0;
  for (std::size_t to = 0; to < dates.size(); ++to) {
    while (dates[to].days - dates[from].days >= days) ++from;
    most = std::max(most, to - from + 1);
  }
  return most;
}

Result<json::object> facts_of(const Criteria& criteria, Scope& scope) {
  json::object facts;
  for (const Fact& fact : criteria.facts) {
    auto value = value_of(fact, scope);
    if (!value) return unexpected(value.error());
    if (!value->is_null()) facts[fact.id] = std::move(*value);
  }
  return facts;
}

Truth truth_of(const Condition& condition, const Criteria& criteria, const json::object& facts) {
  using Kind = Condition::Kind;
  if (condition.kind == Kind::all || condition.kind == Kind::any) {
    // Unknown lies between no and yes: all is the least of its parts, any the greatest.
    Truth found = condition.kind == Kind::all ? Truth::yes : Truth::no;
    for (const Condition& part : condition.parts) {
      const Truth one = truth_of(part, criteria, facts);
      found = condition.kind == Kind::all ? std::min(found, one) : std::max(found, one);
    }
    return found;
  }
  const json::value* value = facts.if_contains(criteria.facts[condition.fact].id);
  if (value == nullptr) return Truth::unknown;
  switch (condition.kind) {
    case Kind::one_of:
      return truth(condition.codes.contains(std::string(value->get_string())));
    case Kind::is:
      return truth(value->get_bool() == condition.flag);
    case Kind::at_least:
      return truth(value->to_number<double>() >= condition.number);
    case Kind::more_than:
      return truth(value->to_number<double>() > condition.number);
    default:
      return truth(value->to_number<double>() <= condition.number);
  }
}

json::object proposal_of(const Criteria& criteria, const json::object& facts) {
  std::size_t level = criteria.levels.size() - 1;
  std::vector<const Criterion*> hold;
  for (const Criterion& criterion : criteria.criteria)
    if (truth_of(criterion.when, criteria, facts) == Truth::yes) {
      hold.push_back(&criterion);
      level = std::min(level, criterion.level);
    }
  std::ranges::stable_sort(hold, {}, &Criterion::level);
  json::array open;
  for (const Criterion& criterion : criteria.criteria)
    if ((criterion.level < level || hold.empty()) &&
        truth_of(criterion.when, criteria, facts) == Truth::unknown)
      open.push_back(undecided(criterion, criteria, facts));
  json::array also;
  for (std::size_t i = 1; i < hold.size(); ++i) also.push_back(shown(*hold[i], criteria, facts));
  json::array levels;
  for (const Criteria::Level& one : criteria.levels)
    levels.push_back({{"id", one.id}, {"name", texts(one.name)}});
  json::object proposal{{"criteria", criteria.id},
                        {"levels", std::move(levels)},
                        {"title", texts(criteria.title)},
                        {"level", criteria.levels[level].id},
                        {"level_name", texts(criteria.levels[level].name)},
                        {"also", std::move(also)},
                        {"undecided", std::move(open)}};
  if (!hold.empty()) proposal["criterion"] = shown(*hold.front(), criteria, facts);
  return proposal;
}

}  // namespace hb::workflow
