#include "indicators/derived.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "indicators/measure.hpp"

namespace hb::indicators {
namespace {

constexpr int deepest = 32;
constexpr int most_operations = 1000;  // a long sum is a deep tree too
constexpr double largest_multiple = 1e6;

using Kind = Expression::Kind;

/// Recursive descent; the first fault sticks.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Expression> whole() {
    Expression expression = sum(0);
    skip();
    if (!fault_ && at_ != text_.size()) say("not expected here");
    if (fault_) return unexpected(*fault_);
    return expression;
  }

 private:
  void say(const std::string& what) {
    if (!fault_)
      fault_ = Error{ErrorCode::invalid_input, "the formula: " + what,
                     "character " + std::to_string(at_ + 1)};
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool take(char wanted) {
    skip();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  Expression both(Kind kind, Expression left, Expression right) {
    if (++operations_ > most_operations) say("more than 1000 operations");
    Expression made;
    made.kind = kind;
    made.operands.push_back(std::move(left));
    made.operands.push_back(std::move(right));
    return made;
  }

  Expression sum(int depth) {
    Expression left = product(depth);
    while (!fault_) {
      if (take('+'))
        left = both(Kind::add, std::move(left), product(depth));
      else if (take('-'))
        left = both(Kind::subtract, std::move(left), product(depth));
      else
        break;
    }
    return left;
  }

  Expression product(int depth) {
    Expression left = atom(depth);
    while (!fault_) {
      if (take('*'))
        left = both(Kind::multiply, std::move(left), atom(depth));
      else if (take('/'))
        left = both(Kind::divide, std::move(left), atom(depth));
      else
        break;
    }
    return left;
  }

  Expression atom(int depth) {
    if (depth > deepest) {
      say("too many brackets");
      return {};
    }
    if (take('(')) {
      Expression inner = sum(depth + 1);
      if (!fault_ && !take(')')) say("a bracket is not closed");
      return inner;
    }
    skip();
    if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0)
      return number();
    return term();
  }

  Expression number() {
    Expression made;
    const char* const begin = text_.data() + at_;
    const auto [end, status] =
        std::from_chars(begin, text_.data() + text_.size(), made.number, std::chars_format::fixed);
    if (status != std::errc()) say("not a number");
    at_ += static_cast<std::size_t>(end - begin);
    return made;
  }

  Expression term() {
    constexpr std::pair<std::string_view, TermOf> words[] = {{"numerator", TermOf::numerator},
                                                             {"denominator", TermOf::denominator},
                                                             {"value", TermOf::value}};
    for (const auto& [word, of] : words) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      Expression made;
      made.kind = Kind::term;
      made.of = of;
      if (!take('(')) say("“(” and the id of an indicator are missing");
      skip();
      const std::size_t begin = at_;
      while (at_ < text_.size() &&
             (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '-'))
        ++at_;
      made.measure = std::string(text_.substr(begin, at_ - begin));
      if (made.measure.empty()) say("the id of an indicator is missing");
      if (!take(')')) say("a bracket is not closed");
      return made;
    }
    say("expected a number, numerator(id), denominator(id), value(id) or a bracket");
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int operations_ = 0;
  std::optional<Error> fault_;
};

Result<void> collect(const Expression& expression, std::int64_t times,
                     std::vector<CountTerm>& counts) {
  const auto refuse = [](const char* why) -> Result<void> {
    return fail(ErrorCode::invalid_input, why);
  };
  switch (expression.kind) {
    case Kind::term: {
      if (expression.of == TermOf::value)
        return refuse("a numerator or denominator is made of numerator(id) and denominator(id)");
      const bool denominator = expression.of == TermOf::denominator;
      const auto known = std::ranges::find_if(counts, [&](const CountTerm& one) {
        return one.measure == expression.measure && one.denominator == denominator;
      });
      if (known != counts.end())
        known->times += times;
      else
        counts.push_back({times, expression.measure, denominator});
      return {};
    }
    case Kind::add:
    case Kind::subtract: {
      if (Result<void> left = collect(expression.operands[0], times, counts); !left) return left;
      return collect(expression.operands[1], expression.kind == Kind::subtract ? -times : times,
                     counts);
    }
    case Kind::multiply: {
      const bool leads = expression.operands[0].kind == Kind::number;
      const Expression& factor = expression.operands[leads ? 0 : 1];
      if (factor.kind != Kind::number || factor.number != std::floor(factor.number) ||
          factor.number > largest_multiple)
        return refuse("counts are only multiplied by whole numbers up to 1,000,000");
      return collect(expression.operands[leads ? 1 : 0],
                     times * static_cast<std::int64_t>(factor.number), counts);
    }
    default:
      return refuse("counts are only added, subtracted and multiplied by whole numbers");
  }
}

const Measure* find(const std::vector<Measure>& all, const std::string& id) {
  const auto found = std::ranges::find(all, id, &Measure::id);
  return found == all.end() ? nullptr : &*found;
}

const std::string& basis_text(const Basis& basis, std::string_view field) {
  return field == "population" ? basis.population.zh
         : field == "area"     ? basis.area.zh
         : field == "year"     ? basis.year.zh
                               : basis.date.zh;
}

void check_basis(const Measure& measure, const std::vector<const Measure*>& parts,
                 std::vector<Error>& faults) {
  const std::string file = measure.file;
  for (const std::string_view field : {"population", "area", "year", "date"}) {
    const auto other = std::ranges::find_if(parts, [&](const Measure* part) {
      return basis_text(part->basis, field) != basis_text(parts.front()->basis, field);
    });
    const auto said =
        std::ranges::find(measure.derivation->differs, field, &BasisDifference::field);
    const bool is_said = said != measure.derivation->differs.end();
    if (other != parts.end() && !is_said)
      faults.push_back(
          {ErrorCode::invalid_input,
           fmt::format("“{}” and “{}” have another basis ({}): “{}” against “{}”; `differs` must "
                       "say why they are put together all the same",
                       parts.front()->id, (*other)->id, field,
                       basis_text(parts.front()->basis, field), basis_text((*other)->basis, field)),
           fmt::format("{}:{}", file, measure.derivation->line)});
    if (other == parts.end() && is_said)
      faults.push_back({ErrorCode::invalid_input,
                        fmt::format("the basis does not differ in “{}”", field),
                        fmt::format("{}:{}", file, said->line)});
  }
}

/// Faults of one term.
void check_part(const Measure& measure, const Measure& part, std::vector<Error>& faults) {
  const std::string where = fmt::format("{}:{}", measure.file, measure.derivation->line);
  const auto fault = [&](std::string message) {
    faults.push_back({ErrorCode::invalid_input, std::move(message), where});
  };
  const bool composite = part.derivation && part.derivation->composite;
  if (composite) fault("“" + part.id + "” is a composite index: it is no part of another");
  if (measure.derivation->formula && part.derivation && !composite)
    fault("“" + part.id + "” is a formula itself: name what it is made of");
  const bool shows_counts = measure.derivation->formula && measure.derivation->formula->numerator;
  if (!measure.internal && (part.internal || (shows_counts && part.has_internal_counts())))
    fault("“" + part.id + "” is internal: what is made of it must be “visible: internal” too");
  for (const Period::Kind kind : measure.periods)
    if (!part.has_period(kind))
      fault("“" + part.id + "” is not computed for all periods of this indicator");
}

void check_counts(const Measure& measure, const FormulaSide& side, const std::vector<Measure>& all,
                  std::vector<Error>& faults) {
  const auto fault = [&](std::string message) {
    faults.push_back({ErrorCode::invalid_input, std::move(message),
                      fmt::format("{}:{}", measure.file, measure.derivation->line)});
  };
  for (const CountTerm& term : side.counts) {
    const Measure* const part = find(all, term.measure);
    if (part == nullptr || part->derivation) continue;  // said already
    if (is_life_table(part->method)) fault("“" + part->id + "” is a life table: take its value");
    if (term.denominator && !part->denominator)
      fault("“" + part->id + "” is a count: it has no denominator");
  }
}

}  // namespace

Result<Expression> read_expression(std::string_view text) { return Parser(text).whole(); }

void add_measures(const Expression& expression, std::vector<std::string>& ids) {
  if (expression.kind == Kind::term && std::ranges::find(ids, expression.measure) == ids.end())
    ids.push_back(expression.measure);
  for (const Expression& operand : expression.operands) add_measures(operand, ids);
}

Result<std::vector<CountTerm>> as_counts(const Expression& expression) {
  std::vector<CountTerm> counts;
  if (const Result<void> done = collect(expression, 1, counts); !done)
    return unexpected(done.error());
  if (counts.empty()) return fail(ErrorCode::invalid_input, "the formula names no indicator");
  return counts;
}

stats::CompositeRule Composite::rule() const {
  stats::CompositeRule made;
  made.aggregation = aggregation;
  made.missing = missing;
  for (const Component& component : components) made.parts.push_back(component.part);
  return made;
}

bool Composite::is_relative() const {
  return std::ranges::any_of(
      components, [](const Component& one) { return stats::is_relative(one.part.normalisation); });
}

std::vector<std::string> Derivation::measures() const {
  if (formula) return formula->measures;
  std::vector<std::string> ids;
  for (const Component& component : composite->components) ids.push_back(component.measure);
  return ids;
}

std::vector<Error> derivation_faults(const Measure& measure, const std::vector<Measure>& all) {
  std::vector<Error> faults;
  if (!measure.derivation) return faults;
  std::vector<const Measure*> parts;
  for (const std::string& id : measure.derivation->measures()) {
    const Measure* const part = find(all, id);
    if (part == nullptr || part == &measure) {
      faults.push_back({ErrorCode::invalid_input,
                        "there is no other computed indicator “" + id + "” in the scenes",
                        fmt::format("{}:{}", measure.file, measure.derivation->line)});
      continue;
    }
    check_part(measure, *part, faults);
    parts.push_back(part);
  }
  if (!parts.empty()) check_basis(measure, parts, faults);
  if (const auto& formula = measure.derivation->formula) {
    if (formula->numerator) check_counts(measure, *formula->numerator, all, faults);
    if (formula->denominator) check_counts(measure, *formula->denominator, all, faults);
  }
  return faults;
}

std::vector<const Measure*> measures_behind(const Measure& measure,
                                            const std::vector<Measure>& all) {
  if (!measure.derivation) return {&measure};
  std::vector<const Measure*> behind;
  for (const std::string& id : measure.derivation->measures()) {
    const Measure* const part = find(all, id);
    if (part == nullptr) continue;
    for (const Measure* one : measures_behind(*part, all))
      if (std::ranges::find(behind, one) == behind.end()) behind.push_back(one);
  }
  return behind;
}

}  // namespace hb::indicators
