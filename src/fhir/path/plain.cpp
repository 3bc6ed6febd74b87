// Texts, numbers and moments of resources compared as they stand there, where that decides.
#include <cmath>

#include "fhir/path/evaluator.hpp"

namespace hb::fhir::path {
namespace {

using Precision = Temporal::Precision;

bool is_temporal(TypeId type) {
  const Primitive primitive = definitions::primitive(type);
  return primitive >= Primitive::date && primitive <= Primitive::time;
}

}  // namespace

bool plain_text(const Value& value, std::string_view& text) {
  if (const auto* known = std::get_if<std::string_view>(&value)) {
    text = *known;
    return true;
  }
  const auto* element = std::get_if<Element>(&value);
  if (element == nullptr || element->absent || element->json.get(text)) return false;
  return element->type == no_type || !is_temporal(element->type);
}

namespace {

/// A number that doubles order as its digits do: of a resource, or a literal integer.
bool plain_number(const Value& value, double& number) {
  constexpr double largest = 9e15;  // whole numbers are exact below
  constexpr double least = 1e-9;    // digits of smaller ones may not fit a Decimal
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    number = static_cast<double>(*integer);
  } else {
    const auto* element = std::get_if<Element>(&value);
    if (element == nullptr || element->absent || element->json.get(number)) return false;
  }
  const double size = std::abs(number);
  return number == 0 || (size >= least && size <= largest);
}

/// The text of a date or dateTime of a resource.
bool plain_moment(const Value& value, std::string_view& text) {
  const auto* element = std::get_if<Element>(&value);
  return element != nullptr && !element->absent && element->type != no_type &&
         !element->json.get(text) && is_temporal(element->type) &&
         definitions::primitive(element->type) != Primitive::time;
}

int sign(int value) { return value < 0 ? -1 : value > 0 ? 1 : 0; }

}  // namespace

std::optional<int> order_plain(const Value& left, const Value& right, bool& known) {
  known = true;
  double a = 0;
  double b = 0;
  if (plain_number(left, a) && plain_number(right, b)) return a < b ? -1 : a > b ? 1 : 0;
  std::string_view first;
  std::string_view second;
  known = plain_moment(left, first);
  if (!known) return std::nullopt;
  if (const auto* moment = std::get_if<Moment>(&right)) {
    known = moment->kind != Moment::Kind::time && moment->value.precision == Precision::day &&
            is_plain_day(first);
    if (!known) return std::nullopt;
    const auto digits = [&](std::size_t at, std::size_t end) {
      int value = 0;
      for (; at < end; ++at) value = value * 10 + (first[at] - '0');
      return value;
    };
    if (const int years = digits(0, 4) - moment->value.year) return sign(years);
    if (const int months = digits(5, 7) - moment->value.month) return sign(months);
    return sign(digits(8, 10) - moment->value.day);
  }
  known = plain_moment(right, second) && first.size() == second.size();
  if (!known) return std::nullopt;
  if (first.size() > 10)  // the same offset: the clocks show which is earlier
    known =
        first.substr(19 < first.size() ? 19 : 0) == second.substr(19 < second.size() ? 19 : 0) &&
        is_plain_second(first) && is_plain_second(second);
  else
    known = is_plain_day(first) && is_plain_day(second);
  return known ? std::optional(sign(first.compare(second))) : std::nullopt;
}

}  // namespace hb::fhir::path
