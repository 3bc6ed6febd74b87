#include <algorithm>
#include <array>
#include <charconv>

#include "workflow/criteria.hpp"
#include "workflow/cursor.hpp"
#include "workflow/load_effects.hpp"

namespace hb::workflow {
namespace {

constexpr int most_depth = 8;
using ConditionKind = Condition::Kind;
constexpr std::array<std::pair<const char*, ConditionKind>, 5> tests = {
    {{"at_least", ConditionKind::at_least},
     {"more_than", ConditionKind::more_than},
     {"at_most", ConditionKind::at_most},
     {"one_of", ConditionKind::one_of},
     {"is", ConditionKind::is}}};

std::optional<double> number_at(const Cursor& at) {
  const std::string text = at.scalar();
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, number);
  if (status == std::errc() && stop == end && !text.empty()) return number;
  at.fault("expected a number, found “" + text + "”");
  return std::nullopt;
}

std::size_t level_at(const Cursor& at, const char* key, const Criteria& criteria) {
  const std::string id = at.text(key, true);
  const auto found = std::ranges::find(criteria.levels, id, &Criteria::Level::id);
  if (found == criteria.levels.end()) {
    if (!id.empty()) at.fault(key, "there is no level “" + id + "” under levels");
    return 0;
  }
  return static_cast<std::size_t>(found - criteria.levels.begin());
}

Window read_window(const Cursor& at) {
  Window window;
  if (!at.only({"dates", "days"})) return window;
  if (const Cursor dates = at.child("dates", true); !dates.is_null())
    window.dates = formula_at(dates);
  window.days = at.whole("days", 1, true).value_or(1);
  return window;
}

Fact read_fact(const std::string& id, const Cursor& at) {
  Fact fact;
  fact.id = id;
  fact.at = at.at();
  if (!at.only({"name", "kind", "first", "largest"})) return fact;
  fact.name = at.localized("name");
  const std::string kind = at.text("kind", true);
  if (kind == "code")
    fact.kind = Fact::Kind::code;
  else if (kind == "boolean")
    fact.kind = Fact::Kind::boolean;
  else if (kind != "number" && !kind.empty())
    at.fault("kind", "expected number, code or boolean, found “" + kind + "”");
  for (const Cursor& item : at.items("first")) fact.first.push_back(formula_at(item));
  for (const Cursor& item : at.items("largest")) {
    if (fact.kind != Fact::Kind::number)
      item.fault("only numbers have a largest");
    else if (!item.node().IsMap())
      fact.largest.emplace_back(formula_at(item));
    else if (item.only({"most_within"}))
      fact.largest.emplace_back(read_window(item.child("most_within", true)));
  }
  if (fact.first.empty() && fact.largest.empty())
    at.fault("where its value comes from is missing: first or largest");
  return fact;
}

/// A test of one fact: { fact: cases, at_least: 20 }.
Condition read_test(const Cursor& at, const Criteria& criteria) {
  Condition condition;
  const std::string id = at.text("fact", true);
  const auto fact = std::ranges::find(criteria.facts, id, &Fact::id);
  if (fact == criteria.facts.end()) {
    if (!id.empty()) at.fault("fact", "there is no fact “" + id + "” under facts");
    return condition;
  }
  condition.fact = static_cast<std::size_t>(fact - criteria.facts.begin());
  int found = 0;
  for (const auto& [key, kind] : tests) {
    if (!at.has(key)) continue;
    ++found;
    condition.kind = kind;
    const Fact::Kind wanted = kind == ConditionKind::one_of ? Fact::Kind::code
                              : kind == ConditionKind::is   ? Fact::Kind::boolean
                                                            : Fact::Kind::number;
    if (wanted != fact->kind) {
      at.fault(key, "the fact “" + id + "” is of another kind");
    } else if (wanted == Fact::Kind::code) {
      for (std::string& code : at.texts(key)) condition.codes.insert(std::move(code));
      if (condition.codes.empty()) at.fault(key, "a code is missing");
    } else if (wanted == Fact::Kind::boolean) {
      condition.flag = at.flag(key);
    } else {
      condition.number = number_at(at.child(key)).value_or(0);
    }
  }
  if (found != 1) at.fault("expected one of at_least, more_than, at_most, one_of, is");
  return condition;
}

Condition read_condition(const Cursor& at, const Criteria& criteria, int depth) {
  Condition condition;
  if (!at.only({"all", "any", "fact", "at_least", "more_than", "at_most", "one_of", "is"}))
    return condition;
  if (at.has("fact")) return read_test(at, criteria);
  if (at.has("all") == at.has("any") || depth == most_depth) {
    at.fault("expected a fact with its test, or a list under all or any, not too deep");
    return condition;
  }
  const char* key = at.has("all") ? "all" : "any";
  condition.kind = at.has("all") ? ConditionKind::all : ConditionKind::any;
  for (const Cursor& part : at.items(key))
    condition.parts.push_back(read_condition(part, criteria, depth + 1));
  if (condition.parts.empty()) at.fault(key, "a condition is missing");
  return condition;
}

Criterion read_criterion(const Cursor& at, const Criteria& criteria) {
  Criterion criterion;
  criterion.at = at.at();
  if (!at.only({"id", "level", "text", "source", "when"})) return criterion;
  criterion.id = at.text("id", true);
  if (!criterion.id.empty() && !is_id(criterion.id))
    at.fault("id", "“" + criterion.id + "” is no name: small letters, digits and hyphens");
  criterion.level = level_at(at, "level", criteria);
  criterion.text = at.localized("text");
  criterion.source = at.text("source", true);
  if (const Cursor when = at.child("when", true); !when.is_null())
    criterion.when = read_condition(when, criteria, 0);
  const auto is_same = [&](const Criterion& other) { return other.id == criterion.id; };
  if (std::ranges::any_of(criteria.criteria, is_same))
    at.fault("id", "“" + criterion.id + "” stands twice");
  return criterion;
}

void read_criteria(const Cursor& root, Criteria& criteria) {
  if (!root.only({"schema", "id", "title", "source", "levels", "rows", "facts", "criteria"}))
    return;
  if (const std::string schema = root.text("schema", true); schema != "criteria-1")
    root.fault("schema", "expected criteria-1, found “" + schema + "”");
  criteria.id = root.text("id", true);
  criteria.title = root.localized("title");
  criteria.source = root.localized("source");
  for (const Cursor& level : root.items("levels"))
    if (level.only({"id", "name"}))
      criteria.levels.push_back({level.text("id", true), level.localized("name")});
  if (criteria.levels.size() < 2)
    root.fault("levels", "at least two levels are needed, the gravest first");
  if (const Cursor rows = root.child("rows"); !rows.is_null() && rows.only({"child", "group"})) {
    criteria.rows_child = rows.text("child", true);
    criteria.rows_group = rows.text("group", true);
  }
  for (const auto& [id, fact] : root.entries("facts"))
    criteria.facts.push_back(read_fact(id, fact));
  if (criteria.levels.size() < 2 || criteria.facts.empty()) return;
  for (const Cursor& one : root.items("criteria"))
    criteria.criteria.push_back(read_criterion(one, criteria));
  if (criteria.criteria.empty()) root.fault("criteria", "no criterion stands here");
}

}  // namespace

std::optional<Criteria> load_criteria(const std::filesystem::path& file,
                                      std::vector<Fault>& faults) {
  Document document(file.string());
  std::optional<Criteria> criteria;
  if (const auto node = read_document(file, document)) {
    criteria.emplace();
    criteria->file = file.string();
    read_criteria(Cursor(document, *node, "", place_of(*node)), *criteria);
  }
  faults.insert(faults.end(), document.faults().begin(), document.faults().end());
  if (!document.faults().empty()) return std::nullopt;
  return criteria;
}

}  // namespace hb::workflow
