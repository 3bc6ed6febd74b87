#include "search/values.hpp"

#include <algorithm>

#include "fhir/definitions.hpp"

namespace hb::search {
namespace {

using fhir::Element;
using fhir::Json;
using Use = std::function<void(const Value&)>;
using Object = simdjson::dom::object;

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t micros_per_day = 86'400 * micros_per_second;

std::string_view text_at(const Object& object, const char* key) {
  std::string_view text;
  return object.at_key(key).get(text) ? std::string_view() : text;
}

/// Calls `use` with each item of a list, or with the one thing that is no list.
template <class Visit>
void each_at(const Object& object, const char* key, Visit&& visit) {
  Json value;
  if (object.at_key(key).get(value)) return;
  simdjson::dom::array items;
  if (value.get(items)) {
    visit(value);
  } else {
    for (const Json item : items) visit(item);
  }
}

bool has(const Object& object, const char* key) {
  Json ignored;
  return !object.at_key(key).get(ignored);
}

void coding_token(const Object& coding, std::string_view text, const Use& use) {
  const std::string_view display = text_at(coding, "display");
  use(Token{text_at(coding, "system"), text_at(coding, "code"), display.empty() ? text : display});
}

void concept_tokens(const Object& concept_, const Use& use) {
  const std::string_view text = text_at(concept_, "text");
  bool coded = false;
  each_at(concept_, "coding", [&](const Json& item) {
    Object coding;
    if (item.get(coding)) return;
    coded = true;
    coding_token(coding, text, use);
  });
  if (!coded && !text.empty()) use(Token{{}, {}, text});
}

/// The code of the first coding of Identifier.type.
std::string_view identifier_use(const Object& identifier) {
  std::string_view code;
  Object type;
  if (identifier.at_key("type").get(type)) return code;
  each_at(type, "coding", [&](const Json& item) {
    Object coding;
    if (code.empty() && !item.get(coding)) code = text_at(coding, "code");
  });
  return code;
}

Token identifier_token(const Object& identifier) {
  Token token{text_at(identifier, "system"), text_at(identifier, "value"), {}};
  token.use = identifier_use(identifier);
  Object type;
  if (!identifier.at_key("type").get(type)) token.text = text_at(type, "text");
  return token;
}

bool is_type(const Element& element, const char* name) {
  return element.type != fhir::no_type && fhir::definitions::type(element.type).name == name;
}

void object_tokens(const Element& element, const Object& object, const Use& use) {
  if (has(object, "coding") || is_type(element, "CodeableConcept")) {
    concept_tokens(object, use);
  } else if (is_type(element, "ContactPoint")) {
    use(Token{{}, text_at(object, "value"), {}, true});
  } else if (is_type(element, "Identifier") || (has(object, "value") && !has(object, "code"))) {
    use(identifier_token(object));
  } else {
    coding_token(object, {}, use);
  }
}

void token_values(const fhir::Value& item, const Use& use) {
  if (const auto* element = std::get_if<Element>(&item)) {
    Object object;
    if (element->absent) return;
    if (!element->json.get(object)) return object_tokens(*element, object, use);
    bool truth = false;
    if (!element->json.get(truth)) return use(Token{{}, truth ? "true" : "false", {}});
    std::string_view text;
    if (!element->json.get(text)) use(Token{{}, text, {}, true});
  } else if (const auto* truth = std::get_if<bool>(&item)) {
    use(Token{{}, *truth ? "true" : "false", {}});
  } else if (const auto* text = std::get_if<std::string_view>(&item)) {
    use(Token{{}, *text, {}, true});
  }
}

void reference_values(const fhir::Value& item, const Use& use) {
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr || element->absent) return;
  std::string_view text;
  if (!element->json.get(text)) return use(target_of(text));
  Object object;
  if (element->json.get(object)) return;
  Target target = target_of(text_at(object, "reference"));
  Object identifier;
  if (!object.at_key("identifier").get(identifier))
    target.identifier = identifier_token(identifier);
  if (target.type.empty() && target.url.empty()) target.type = text_at(object, "type");
  use(target);
}

void object_texts(const Object& object, const Use& use) {
  static constexpr const char* keys[] = {"text",   "family",     "given",  "prefix",
                                         "suffix", "line",       "city",   "district",
                                         "state",  "postalCode", "country"};
  for (const char* key : keys) {
    each_at(object, key, [&](const Json& value) {
      std::string_view text;
      if (!value.get(text) && !text.empty()) use(Text{text});
    });
  }
}

void string_values(const fhir::Value& item, const Use& use) {
  if (const auto* text = std::get_if<std::string_view>(&item)) return use(Text{*text});
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr || element->absent) return;
  std::string_view text;
  Object object;
  if (!element->json.get(text)) {
    use(Text{text});
  } else if (!element->json.get(object)) {
    object_texts(object, use);
  }
}

Span period_span(const Object& period) {
  const auto start = span_of(text_at(period, "start"));
  const auto end = span_of(text_at(period, "end"));
  return {start ? start->low : beginning_of_time, end ? end->high : end_of_time};
}

void timing_spans(const Object& timing, const Use& use) {
  each_at(timing, "event", [&](const Json& value) {
    std::string_view text;
    if (value.get(text)) return;
    if (const auto span = span_of(text)) use(*span);
  });
  Object repeat, bounds;
  if (!timing.at_key("repeat").get(repeat) && !repeat.at_key("boundsPeriod").get(bounds))
    use(period_span(bounds));
}

void date_values(const fhir::Value& item, const Use& use) {
  if (const auto* moment = std::get_if<fhir::Moment>(&item)) {
    if (moment->kind != fhir::Moment::Kind::time) use(span_of(moment->value));
    return;
  }
  const auto* element = std::get_if<Element>(&item);
  if (element == nullptr || element->absent) return;
  std::string_view text;
  Object object;
  if (!element->json.get(text)) {
    if (const auto span = span_of(text)) use(*span);
  } else if (!element->json.get(object)) {
    if (has(object, "start") || has(object, "end")) {
      use(period_span(object));
    } else {
      timing_spans(object, use);
    }
  }
}

std::optional<fhir::Decimal> decimal_of(const fhir::Value& item) {
  const auto value = fhir::system_value(item);
  if (!value) return std::nullopt;
  if (const auto* number = std::get_if<fhir::Decimal>(&*value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&*value)) return fhir::Decimal::of(*number);
  return std::nullopt;
}

void quantity_values(const fhir::Value& item, const Use& use) {
  const auto* element = std::get_if<Element>(&item);
  Object object;
  double number = 0;
  if (element == nullptr || element->absent || element->json.get(object) ||
      object.at_key("value").get(number)) {
    return;
  }
  const auto value = fhir::to_decimal(number);
  if (!value) return;
  std::string_view code = text_at(object, "code");
  if (code.empty()) code = text_at(object, "currency");
  use(Amount{*value, text_at(object, "system"), code, text_at(object, "unit")});
}

void uri_values(const fhir::Value& item, const Use& use) {
  const auto* element = std::get_if<Element>(&item);
  std::string_view text;
  if (element != nullptr && !element->absent && !element->json.get(text)) use(Uri{text});
}

/// First day of the month after, or of the year after.
std::int64_t first_of_next(const fhir::Temporal& moment) {
  fhir::Temporal next = moment;
  if (moment.precision == fhir::Temporal::Precision::year) {
    ++next.year;
  } else if (next.month == 12) {
    ++next.year;
    next.month = 1;
  } else {
    ++next.month;
  }
  if (next.year > 9999) return end_of_time;
  return fhir::to_instant(next).micros;
}

}  // namespace

Span span_of(const fhir::Temporal& moment) {
  using Precision = fhir::Temporal::Precision;
  const std::int64_t low = fhir::to_instant(moment).micros;
  switch (moment.precision) {
    case Precision::year:
    case Precision::month:
      return {low, first_of_next(moment)};
    case Precision::day:
      return {low, low + micros_per_day};
    case Precision::hour:
      return {low, low + 3'600 * micros_per_second};
    case Precision::minute:
      return {low, low + 60 * micros_per_second};
    case Precision::second:
      return {low, low + micros_per_second};
    case Precision::fraction:
      return {low, low + 1'000};
  }
  return {low, low + 1};
}

std::optional<Span> span_of(std::string_view text) {
  const auto moment = fhir::parse_temporal(text);
  if (!moment) return std::nullopt;
  return span_of(*moment);
}

Target target_of(std::string_view reference) {
  if (reference.empty() || reference.front() == '#') return {};
  const std::size_t slash = reference.find('/');
  if (slash == std::string_view::npos || !fhir::is_resource_type(reference.substr(0, slash)))
    return {{}, {}, reference, {}};
  const std::string_view rest = reference.substr(slash + 1);
  return {reference.substr(0, slash), rest.substr(0, rest.find('/')), {}, {}};
}

void values_of(Kind kind, const fhir::Value& item, const Use& use) {
  switch (kind) {
    case Kind::token:
      return token_values(item, use);
    case Kind::reference:
      return reference_values(item, use);
    case Kind::string:
      return string_values(item, use);
    case Kind::date:
      return date_values(item, use);
    case Kind::number:
      if (const auto value = decimal_of(item)) use(Number{*value});
      return;
    case Kind::quantity:
      return quantity_values(item, use);
    case Kind::uri:
      return uri_values(item, use);
    case Kind::composite:
    case Kind::special:
      return;
  }
}

Result<std::vector<Value>> values_in(const Parameter& parameter, fhir::Evaluation& evaluation,
                                     const fhir::Value& root) {
  std::vector<Value> values;
  const auto keep = [&](const Value& value) {
    const auto* target = std::get_if<Target>(&value);
    if (target == nullptr || target->type.empty() || parameter.targets.empty() ||
        std::ranges::find(parameter.targets, target->type) != parameter.targets.end()) {
      values.push_back(value);
    }
  };
  Result<void> done = evaluation.each(parameter.expression, root, [&](const fhir::Value& item) {
    values_of(parameter.kind, item, keep);
    return true;
  });
  if (!done) return unexpected(done.error());
  return values;
}

Result<std::vector<Tuple>> tuples_in(const Parameter& parameter, fhir::Evaluation& evaluation,
                                     const fhir::Value& root) {
  const Result<fhir::Collection> items = evaluation.evaluate(parameter.expression, root);
  if (!items) return unexpected(items.error());
  std::vector<Tuple> tuples;
  for (const fhir::Value& item : *items) {
    Tuple tuple;
    for (const Part& part : parameter.parts) {
      std::vector<Value>& values = tuple.emplace_back();
      Result<void> done = evaluation.each(part.expression, item, [&](const fhir::Value& found) {
        values_of(part.kind, found, [&](const Value& value) { values.push_back(value); });
        return true;
      });
      if (!done) return unexpected(done.error());
    }
    tuples.push_back(std::move(tuple));
  }
  return tuples;
}

}  // namespace hb::search
