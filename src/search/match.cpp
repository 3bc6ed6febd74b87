#include "search/match.hpp"

#include <algorithm>

#include "core/utf8.hpp"
#include "fhir/value_sets.hpp"

namespace hb::search {
namespace {

bool starts(std::string_view text, std::string_view with) { return text.starts_with(with); }

bool token_matches(const Token& token, const Operand& operand, Modifier modifier) {
  switch (modifier) {
    case Modifier::in:
    case Modifier::not_in:
      return fhir::member_of(operand.code, token.any_system ? "" : token.system, token.code) ==
             fhir::Membership::yes;
    case Modifier::text:
      return search_fold(token.text).find(search_fold(operand.code)) != std::string::npos;
    case Modifier::of_type:
      return token.use == operand.type_code && token.code == operand.code;
    default:
      break;
  }
  if (operand.has_system && !token.any_system && token.system != operand.system) return false;
  // "system|" asks for any code of the system.
  if (operand.code.empty()) return operand.has_system && !token.code.empty();
  return token.code == operand.code;
}

bool target_matches(const Target& target, const Operand& operand, Modifier modifier) {
  if (modifier == Modifier::identifier)
    return token_matches(target.identifier, operand, Modifier::none);
  if (!target.url.empty()) return target.url == operand.code;
  if (operand.has_system && target.type != operand.system) return false;
  return !target.id.empty() && target.id == operand.code;
}

bool text_matches(const Text& text, const Operand& operand, Modifier modifier) {
  if (modifier == Modifier::exact) return text.text == operand.code;
  const std::string value = search_fold(text.text);
  const std::string wanted = search_fold(operand.code);
  if (modifier == Modifier::contains) return value.find(wanted) != std::string::npos;
  return starts(value, wanted);
}

bool uri_matches(const Uri& uri, const Operand& operand, Modifier modifier) {
  if (modifier == Modifier::below) return starts(uri.text, operand.code);
  if (modifier == Modifier::above) return starts(operand.code, uri.text);
  if (modifier == Modifier::contains) return uri.text.find(operand.code) != std::string_view::npos;
  return uri.text == operand.code;
}

/// value  the span of the resource; asked  the span that the operand stands for
bool span_matches(const Span& value, const Span& asked, Prefix prefix) {
  switch (prefix) {
    case Prefix::eq:
      return asked.low <= value.low && value.high <= asked.high;
    case Prefix::ne:
      return !(asked.low <= value.low && value.high <= asked.high);
    case Prefix::gt:
      return value.high > asked.high;
    case Prefix::lt:
      return value.low < asked.low;
    case Prefix::ge:
      return value.high > asked.high || (asked.low <= value.low && value.high <= asked.high);
    case Prefix::le:
      return value.low < asked.low || (asked.low <= value.low && value.high <= asked.high);
    case Prefix::sa:
      return value.low >= asked.high;
    case Prefix::eb:
      return value.high <= asked.low;
    case Prefix::ap:
      return value.low < asked.high && asked.low < value.high;
  }
  return false;
}

bool number_matches(const fhir::Decimal& value, const Operand& operand) {
  const int against = fhir::compare(value, operand.value);
  const bool equal =
      fhir::compare(operand.low, value) <= 0 && fhir::compare(value, operand.high) < 0;
  switch (operand.prefix) {
    case Prefix::eq:
    case Prefix::ap:
      return equal;
    case Prefix::ne:
      return !equal;
    case Prefix::gt:
    case Prefix::sa:
      return against > 0;
    case Prefix::lt:
    case Prefix::eb:
      return against < 0;
    case Prefix::ge:
      return against >= 0;
    case Prefix::le:
      return against <= 0;
  }
  return false;
}

bool amount_matches(const Amount& amount, const Operand& operand) {
  if (operand.has_system && (amount.system != operand.system || amount.code != operand.code))
    return false;
  // Without a system the unit may stand as code or as text.
  if (!operand.has_system && !operand.code.empty() && amount.code != operand.code &&
      amount.unit != operand.code) {
    return false;
  }
  return number_matches(amount.value, operand);
}

bool any_value(const std::vector<Value>& values, const Operand& operand, Modifier modifier) {
  return std::ranges::any_of(values,
                             [&](const Value& value) { return matches(value, operand, modifier); });
}

Result<bool> composite_matches(const Clause& clause, fhir::Evaluation& evaluation,
                               const fhir::Value& root) {
  const Result<std::vector<Tuple>> tuples = tuples_in(*clause.parameter, evaluation, root);
  if (!tuples) return unexpected(tuples.error());
  if (clause.modifier == Modifier::missing) return tuples->empty() == clause.missing;
  return std::ranges::any_of(clause.any_of, [&](const Operand& operand) {
    return std::ranges::any_of(*tuples, [&](const Tuple& tuple) {
      for (std::size_t i = 0; i < tuple.size(); ++i)
        if (!any_value(tuple[i], operand.parts[i], Modifier::none)) return false;
      return true;
    });
  });
}

}  // namespace

std::string search_fold(std::string_view text) { return fold(text); }

bool matches(const Value& value, const Operand& operand, Modifier modifier) {
  if (const auto* token = std::get_if<Token>(&value))
    return token_matches(*token, operand, modifier);
  if (const auto* target = std::get_if<Target>(&value))
    return target_matches(*target, operand, modifier);
  if (const auto* text = std::get_if<Text>(&value)) return text_matches(*text, operand, modifier);
  if (const auto* span = std::get_if<Span>(&value))
    return span_matches(*span, operand.span, operand.prefix);
  if (const auto* number = std::get_if<Number>(&value))
    return number_matches(number->value, operand);
  if (const auto* amount = std::get_if<Amount>(&value)) return amount_matches(*amount, operand);
  if (const auto* uri = std::get_if<Uri>(&value)) return uri_matches(*uri, operand, modifier);
  return false;
}

Result<bool> matches(const Clause& clause, fhir::Evaluation& evaluation, const fhir::Value& root) {
  if (clause.parameter->kind == Kind::composite) return composite_matches(clause, evaluation, root);
  const Result<std::vector<Value>> values = values_in(*clause.parameter, evaluation, root);
  if (!values) return unexpected(values.error());
  if (clause.modifier == Modifier::missing) return values->empty() == clause.missing;
  const bool found = std::ranges::any_of(clause.any_of, [&](const Operand& operand) {
    return any_value(*values, operand, clause.modifier);
  });
  const bool inverted = clause.modifier == Modifier::negated || clause.modifier == Modifier::not_in;
  return found != inverted;
}

}  // namespace hb::search
