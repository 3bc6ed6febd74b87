#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "fhir/fhirpath.hpp"
#include "search/parameters.hpp"

namespace hb::search {

/// A code, an identifier, a contact or a plain text or boolean.
struct Token {
  std::string_view system;  ///< empty = none
  std::string_view code;
  std::string_view text;    ///< display, or text of the concept
  bool any_system = false;  ///< an element of type code: its system is the binding's, not written
  std::string_view use{};   ///< type of an identifier (its first coding): for :of-type
};
/// What a Reference, canonical or uri points to.
struct Target {
  std::string_view type;  ///< "Patient"; empty where the reference is a URL
  std::string_view id;
  std::string_view url;  ///< as written, when it is not Type/id
  Token identifier;      ///< of a logical reference
};
struct Text {
  std::string_view text;
};
/// [low, high) in microseconds UTC; an open end is as far away as it can be.
struct Span {
  std::int64_t low;
  std::int64_t high;
};
constexpr std::int64_t beginning_of_time = INT64_MIN / 4;
constexpr std::int64_t end_of_time = INT64_MAX / 4;
struct Number {
  fhir::Decimal value;
};
struct Amount {
  fhir::Decimal value;
  std::string_view system;
  std::string_view code;
  std::string_view unit;
};
struct Uri {
  std::string_view text;
};
/// What a parameter finds in a resource. Texts live as long as the resource.
using Value = std::variant<Token, Target, Text, Span, Number, Amount, Uri>;

/// The span of time that a date, dateTime or instant as written stands for: 2025-03 is a month.
/// Days are those of Asia/Shanghai. nullopt: no such moment.
std::optional<Span> span_of(std::string_view text);
Span span_of(const fhir::Temporal& moment);

/// The parts of "Patient/12", "Patient/12/_history/3", or a URL.
Target target_of(std::string_view reference);

/// Values that an item of an expression's result stands for, by the kind of the parameter; what
/// does not fit the kind gives none. source  R4, search.html 3.1.1.4 (which data types each kind of
/// parameter reads)
void values_of(Kind kind, const fhir::Value& item, const std::function<void(const Value&)>& use);

/// Values of a parameter that is not composite in a resource. errors  as Evaluation
Result<std::vector<Value>> values_in(const Parameter& parameter, fhir::Evaluation& evaluation,
                                     const fhir::Value& root);

/// For a composite: per item of the expression, the values of each part.
using Tuple = std::vector<std::vector<Value>>;
Result<std::vector<Tuple>> tuples_in(const Parameter& parameter, fhir::Evaluation& evaluation,
                                     const fhir::Value& root);

}  // namespace hb::search
