#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "stats/composite.hpp"

/// Indicators that are made of other indicators instead of SQL: formulas and composite indices.
namespace hb::indicators {

/// What a formula takes of another indicator.
enum class TermOf : std::uint8_t { numerator, denominator, value };

/// A formula over other indicators, read from "100 * (value(a) - value(b)) / value(b)".
struct Expression {
  enum class Kind : std::uint8_t { number, term, add, subtract, multiply, divide };
  Kind kind = Kind::number;
  double number = 0;
  TermOf of = TermOf::value;
  std::string measure;               ///< of a term: id
  std::vector<Expression> operands;  ///< two of the four operations
};

/// Numbers, numerator(id), denominator(id), value(id), + - * / and brackets.
/// errors  invalid_input: not such a formula, where = "character 7"
Result<Expression> read_expression(std::string_view text);

/// The indicators of an expression, each once, in order.
void add_measures(const Expression& expression, std::vector<std::string>& ids);

/// A count of another indicator, so many times.
struct CountTerm {
  std::int64_t times = 1;
  std::string measure;
  bool denominator = false;
};

/// An expression that only adds and subtracts counts, or whole multiples of them.
/// errors  invalid_input: a value, a product or quotient of counts, a number that is no count
Result<std::vector<CountTerm>> as_counts(const Expression& expression);

/// The value; none where a term has none or something is divided by 0.
/// term  value of a term of the expression
template <class Term>
std::optional<double> evaluate(const Expression& expression, Term&& term) {
  using Kind = Expression::Kind;
  if (expression.kind == Kind::number) return expression.number;
  if (expression.kind == Kind::term) return term(expression.of, expression.measure);
  const std::optional<double> left = evaluate(expression.operands[0], term);
  const std::optional<double> right = evaluate(expression.operands[1], term);
  if (!left || !right) return std::nullopt;
  switch (expression.kind) {
    case Kind::add:
      return *left + *right;
    case Kind::subtract:
      return *left - *right;
    case Kind::multiply:
      return *left * *right;
    default:
      return *right == 0 ? std::nullopt : std::optional(*left / *right);
  }
}

/// One of the four fields of the 口径 in which the indicators differ, and why they are put together
/// all the same.
struct BasisDifference {
  std::string field;  ///< "population", "area", "year", "date"
  Localized why;
  int line = 0;
};

/// One side of a fraction that is made of other indicators' counts.
struct FormulaSide {
  Localized name;
  std::string text;
  std::vector<CountTerm> counts;
};

/// Either counts over counts, with the interval of the measure's method, or a value.
struct Formula {
  std::optional<FormulaSide> numerator, denominator;
  std::string text;  ///< of a value
  Expression value;
  std::vector<std::string> measures;  ///< ids, each once
};

struct Component {
  std::string measure;  ///< id
  stats::CompositePart part;
  int line = 0;
};

struct Composite {
  std::vector<Component> components;
  stats::Aggregation aggregation = stats::Aggregation::arithmetic;
  stats::Missing missing = stats::Missing::refuse;
  Localized weights_from;  ///< where the weights come from and who decides them
  int draws = 0;           ///< of the interval; 0 = none is given
  std::uint64_t seed = 0;

  stats::CompositeRule rule() const;
  bool is_relative() const;  ///< an area's index depends on other areas
};

/// How a measure is made of others: exactly one of formula and composite.
struct Derivation {
  std::optional<Formula> formula;
  std::optional<Composite> composite;
  std::vector<BasisDifference> differs;
  int line = 0;

  std::vector<std::string> measures() const;  ///< ids, each once
};

std::string_view normalisation_word(stats::Normalisation normalisation);  ///< "min-max"
std::string_view aggregation_word(stats::Aggregation aggregation);        ///< "geometric"
std::string_view missing_word(stats::Missing missing);                    ///< "renormalise"

struct Measure;

/// What a derived measure asks of the others: they exist, are no composites (of formulas: have
/// their own SQL), have its periods; and the 口径 of all of them is the same, or `differs` says in
/// which fields it is not and why.
/// returns  every fault, with where = file:line
std::vector<Error> derivation_faults(const Measure& measure, const std::vector<Measure>& all);

/// The measures with SQL that a measure rests on: itself, or those of its terms. all  by id
std::vector<const Measure*> measures_behind(const Measure& measure,
                                            const std::vector<Measure>& all);

}  // namespace hb::indicators
