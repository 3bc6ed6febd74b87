// Texts, numbers and moments of resources compared as they stand there, where that decides.
#include <bit>
#include <cmath>

#include "fhir/path/evaluator.hpp"

namespace hb::fhir::path {
namespace {

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

/// Doubles order as the digits of numbers do, whole numbers below the largest and digits that fit a
/// Decimal above the least.
bool keeps_order(double number) {
  constexpr double largest = 9e15;
  constexpr double least = 1e-9;
  const double size = std::abs(number);
  return number == 0 || (size >= least && size <= largest);
}

int sign(int value) { return value < 0 ? -1 : value > 0 ? 1 : 0; }

/// Both as resources have them: plainly written days, or seconds with the same offset.
std::optional<int> order_texts(std::string_view left, std::string_view right, bool& known) {
  known = left.size() == right.size();
  if (!known) return std::nullopt;
  if (left.size() > 19)  // the same offset: the clocks show which is earlier
    known = left.substr(19) == right.substr(19) && is_plain_second(left) && is_plain_second(right);
  else
    known = plain_day_number(left) != 0 && plain_day_number(right) != 0;
  return known ? std::optional(sign(left.compare(right))) : std::nullopt;
}

}  // namespace

void Plain::set(double of) {
  kind = keeps_order(of) ? Kind::number : Kind::other;
  number = of;
}

void Plain::set(tape::Place place, Primitive primitive) {
  kind = Kind::other;
  const std::uint64_t* word = place.document->tape.get() + place.index;
  switch (tape::kind(*word)) {
    case 'l':
      return set(static_cast<double>(std::bit_cast<std::int64_t>(word[1])));
    case 'd':
      return set(std::bit_cast<double>(word[1]));
    case '"':
      if (primitive < Primitive::date || primitive > Primitive::instant) return;
      kind = Kind::moment_text;
      text = tape::text_at(place);
      return;
    default:
      return;
  }
}

void Plain::set(const Value& value) {
  kind = Kind::other;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    set(static_cast<double>(*integer));
  } else if (const auto* moment = std::get_if<Moment>(&value)) {
    const Temporal& of = moment->value;
    if (moment->kind == Moment::Kind::time || of.precision != Temporal::Precision::day) return;
    kind = Kind::day;
    day = of.year * 10'000 + of.month * 100 + of.day;
  } else if (const auto* element = std::get_if<Element>(&value);
             element != nullptr && !element->absent) {
    set(tape::place_of(element->json),
        element->type == no_type ? Primitive::none : definitions::primitive(element->type));
  }
}

std::optional<int> order_plain(const Plain& left, const Plain& right, bool& known) {
  using Kind = Plain::Kind;
  known = true;
  if (left.kind == Kind::number && right.kind == Kind::number)
    return left.number < right.number ? -1 : left.number > right.number ? 1 : 0;
  if (left.kind == Kind::moment_text && right.kind == Kind::day) {
    const int day = plain_day_number(left.text);
    known = day != 0;
    return known ? std::optional(sign(day - right.day)) : std::nullopt;
  }
  if (left.kind == Kind::moment_text && right.kind == Kind::moment_text)
    return order_texts(left.text, right.text, known);
  known = false;
  return std::nullopt;
}

}  // namespace hb::fhir::path
