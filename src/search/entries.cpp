#include "search/entries.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/utf8.hpp"
#include "crypto/digest.hpp"
#include "search/match.hpp"

namespace hb::search {
namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t day = 86'400'000'000;

/// Spans are kept by length, so that a search for what touches a span knows how far before it has
/// to look: at most one length. The last class has no bound.
constexpr std::int64_t class_length[] = {day, 32 * day, 367 * day, most};
constexpr char class_letter[] = {'0', '1', '2', '3'};

std::size_t class_of(const Span& span) {
  const std::int64_t length = span.high - span.low;
  std::size_t number = 0;
  while (length > class_length[number]) ++number;
  return number;
}

std::int64_t minus(std::int64_t value, std::int64_t length) {
  return length == most ? least : value - length;
}

/// Doubles in the order of their numbers as integers.
std::int64_t ordered(double number) {
  const auto bits = std::bit_cast<std::int64_t>(number);
  return bits < 0 ? least - bits : bits;
}

/// The first eight bytes of a text as a number in the order of the texts.
std::int64_t first_letters(std::string_view text, unsigned char fill) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i)
    number = number << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : fill);
  return static_cast<std::int64_t>(number >> 1);
}

/// The prefixes of a text of 1 to most_letters letters.
template <class Use>
void each_prefix(std::string_view text, Use&& use) {
  std::size_t end = 0;
  for (std::size_t letters = 0; letters < most_letters && end < text.size(); ++letters) {
    if (next_code_point(text, end).empty()) return;
    use(text.substr(0, end));
  }
}

std::string_view first_of(std::string_view text, std::size_t letters) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < letters && end < text.size(); ++i) next_code_point(text, end);
  return text.substr(0, end);
}

/// The operands of the unions of an expression.
std::vector<std::string_view> union_of(std::string_view expression) {
  std::vector<std::string_view> parts;
  constexpr std::string_view bar = " | ";
  while (true) {
    const std::size_t end = expression.find(bar);
    parts.push_back(expression.substr(0, end));
    if (end == expression.npos) return parts;
    expression.remove_prefix(end + bar.size());
  }
}

bool covers(const Parameter& wide, const Parameter& narrow) {
  if (wide.kind != narrow.kind) return false;
  const auto have = union_of(wide.text);
  return std::ranges::all_of(union_of(narrow.text), [&](std::string_view part) {
    return std::ranges::find(have, part) != have.end();
  });
}

bool has_order(const Parameter& parameter) {
  return parameter.kind == Kind::date || parameter.kind == Kind::number ||
         parameter.kind == Kind::quantity;
}

std::string reference_text(std::string_view type, std::string_view id) {
  return std::string(type).append("/").append(id);
}

/// What of a number's order a prefix asks for.
Range number_range(std::int64_t key, const Operand& operand) {
  // Doubles round; one step to either side keeps what lies on the edge.
  const auto below = [](const fhir::Decimal& value) {
    return ordered(std::nextafter(fhir::to_double(value), -HUGE_VAL));
  };
  const auto above = [](const fhir::Decimal& value) {
    return ordered(std::nextafter(fhir::to_double(value), HUGE_VAL));
  };
  switch (operand.prefix) {
    case Prefix::gt:
    case Prefix::sa:
    case Prefix::ge:
      return {key, below(operand.value), most};
    case Prefix::lt:
    case Prefix::eb:
    case Prefix::le:
      return {key, least, above(operand.value)};
    default:
      return {key, below(operand.low), above(operand.high)};
  }
}

/// Beginnings of the spans of a class that can answer.
Range span_range(std::int64_t key, const Operand& operand, std::int64_t length) {
  const Span& asked = operand.span;
  switch (operand.prefix) {
    case Prefix::gt:
      return {key, minus(asked.high, length), most};
    case Prefix::ge:
      return {key, std::min(asked.low, minus(asked.high, length)), most};
    case Prefix::lt:
      return {key, least, asked.low};
    case Prefix::le:
      return {key, least, asked.high};
    case Prefix::sa:
      return {key, asked.high, most};
    case Prefix::eb:
      return {key, least, asked.low};
    case Prefix::ap:
      return {key, minus(asked.low, length), asked.high};
    default:
      return {key, asked.low, asked.high};
  }
}

}  // namespace

bool is_keyed(std::string_view type) {
  return type == "Patient" || type == "RelatedPerson" || type == "Person" || type == "Practitioner";
}

std::vector<const Parameter*> IndexPlan::of(std::string_view type) const {
  std::vector<const Parameter*> found;
  const auto add = [&](std::string_view code) {
    const Parameter* parameter = find_parameter(type, code);
    if (parameter == nullptr || !can_be_indexed(parameter->kind)) return;
    // Two names of one expression (patient and subject) share their entries.
    const bool covered = std::ranges::any_of(
        found, [&](const Parameter* other) { return covers(*other, *parameter); });
    if (!covered) found.push_back(parameter);
  };
  const auto named = parameters.find(type);
  for (const std::string& code : named != parameters.end() ? named->second : others) add(code);
  return found;
}

std::string IndexPlan::fingerprint() const {
  std::string text = "2";  // of the way entries are made
  for (const std::string& code : others) text += " " + code;
  for (const auto& [type, codes] : parameters) {
    text += "\n" + type;
    for (const std::string& code : codes) text += " " + code;
  }
  return crypto::sha256_hex(text);
}

Indexer::Indexer(IndexPlan plan, KeyedHash keyed)
    : plan_(std::move(plan)), keyed_(std::move(keyed)) {}

const std::vector<const Parameter*>& Indexer::indexed(std::string_view type) const {
  {
    const std::shared_lock lock(mutex_);
    if (const auto known = indexed_.find(type); known != indexed_.end()) return known->second;
  }
  std::vector<const Parameter*> found = plan_.of(type);
  const std::unique_lock lock(mutex_);
  return indexed_.try_emplace(std::string(type), std::move(found)).first->second;
}

std::int64_t Indexer::hash(std::string_view type, const Parameter& parameter, char kind,
                           std::string_view value) const {
  std::string text;
  text.reserve(parameter.text.size() + value.size() + 2);
  text.append(parameter.text).append(1, kind).append(value);
  if (!is_keyed(type)) return crypto::resource_key(type, text);
  return keyed_(std::string(type).append("\n").append(text));
}

Range Indexer::all(std::string_view type) const { return {crypto::resource_key(type, "*"), 0, 0}; }

void Indexer::add(std::vector<Entry>& entries, std::string_view type, const Parameter& parameter,
                  const Value& value) const {
  if (const auto* token = std::get_if<Token>(&value)) {
    if (!token->code.empty()) entries.push_back({hash(type, parameter, 't', token->code), 0});
  } else if (const auto* target = std::get_if<Target>(&value)) {
    if (!target->id.empty())
      entries.push_back({hash(type, parameter, 'r', reference_text(target->type, target->id)), 0});
    if (!target->url.empty()) entries.push_back({hash(type, parameter, 'r', target->url), 0});
    if (!target->identifier.code.empty())
      entries.push_back({hash(type, parameter, 'i', target->identifier.code), 0});
  } else if (const auto* uri = std::get_if<Uri>(&value)) {
    entries.push_back({hash(type, parameter, 'u', uri->text), 0});
  } else if (const auto* text = std::get_if<Text>(&value)) {
    const std::string folded = search_fold(text->text);
    if (is_keyed(type)) {
      each_prefix(folded, [&](std::string_view prefix) {
        entries.push_back({hash(type, parameter, 's', prefix), 0});
      });
    } else if (!folded.empty()) {
      entries.push_back({hash(type, parameter, 's', ""), first_letters(folded, 0)});
    }
  } else if (const auto* span = std::get_if<Span>(&value)) {
    const char letter = class_letter[class_of(*span)];
    entries.push_back({hash(type, parameter, 'd', std::string_view(&letter, 1)), span->low});
  } else if (const auto* number = std::get_if<Number>(&value)) {
    entries.push_back({hash(type, parameter, 'n', ""), ordered(fhir::to_double(number->value))});
  } else if (const auto* amount = std::get_if<Amount>(&value)) {
    entries.push_back({hash(type, parameter, 'n', ""), ordered(fhir::to_double(amount->value))});
  }
}

Result<std::vector<Entry>> Indexer::entries(fhir::Evaluation& evaluation,
                                            const fhir::Resource& resource) const {
  std::vector<Entry> entries{{all(resource.type).key, 0}};
  const fhir::Value root = fhir::Evaluation::root(resource);
  evaluation.reset(resource, root);
  for (const Parameter* parameter : indexed(resource.type)) {
    const Result<std::vector<Value>> values = values_in(*parameter, evaluation, root);
    if (!values) return unexpected(values.error());
    for (const Value& value : *values) add(entries, resource.type, *parameter, value);
    if (values->empty() && has_order(*parameter)) {
      entries.push_back({hash(resource.type, *parameter, 'm', ""), most});
      entries.push_back({hash(resource.type, *parameter, 'M', ""), least});
    }
  }
  std::ranges::sort(entries);
  const auto repeated = std::ranges::unique(entries);
  entries.erase(repeated.begin(), repeated.end());
  return entries;
}

const Parameter* Indexer::index_for(std::string_view type, const Parameter& parameter) const {
  for (const Parameter* candidate : indexed(type))
    if (covers(*candidate, parameter)) return candidate;
  return nullptr;
}

void Indexer::operand_ranges(std::vector<Range>& ranges, std::string_view type,
                             const Parameter& parameter, const Operand& operand,
                             Modifier modifier) const {
  const auto equality = [&](char kind, std::string_view value) {
    ranges.push_back({hash(type, parameter, kind, value), 0, 0});
  };
  switch (parameter.kind) {
    case Kind::token:
      return equality('t', operand.code);
    case Kind::uri:
      return equality('u', operand.code);
    case Kind::reference:
      if (modifier == Modifier::identifier) return equality('i', operand.code);
      if (operand.has_system) return equality('r', reference_text(operand.system, operand.code));
      for (const std::string_view target : parameter.targets)
        equality('r', reference_text(target, operand.code));
      return equality('r', operand.code);
    case Kind::string: {
      const std::string folded = search_fold(operand.code);
      if (is_keyed(type)) return equality('s', first_of(folded, most_letters));
      ranges.push_back(
          {hash(type, parameter, 's', ""), first_letters(folded, 0), first_letters(folded, 0xFF)});
      return;
    }
    case Kind::date:
      for (std::size_t i = 0; i < std::size(class_letter); ++i) {
        const std::string_view letter(&class_letter[i], 1);
        ranges.push_back(span_range(hash(type, parameter, 'd', letter), operand, class_length[i]));
      }
      return;
    case Kind::number:
    case Kind::quantity:
      ranges.push_back(number_range(hash(type, parameter, 'n', ""), operand));
      return;
    case Kind::composite:
    case Kind::special:
      return;
  }
}

std::optional<std::vector<Range>> Indexer::ranges(std::string_view type,
                                                  const Clause& clause) const {
  switch (clause.modifier) {
    case Modifier::none:
    case Modifier::exact:
    case Modifier::identifier:
    case Modifier::of_type:
      break;
    default:
      return std::nullopt;
  }
  const Parameter* indexed = index_for(type, *clause.parameter);
  if (indexed == nullptr) return std::nullopt;
  std::vector<Range> ranges;
  for (const Operand& operand : clause.any_of) {
    // "system|" asks for all codes of a system; "ne" for nearly everything; an empty text for all.
    if (has_order(*indexed) ? operand.prefix == Prefix::ne : operand.code.empty())
      return std::nullopt;
    if (indexed->kind == Kind::string && search_fold(operand.code).empty()) return std::nullopt;
    operand_ranges(ranges, type, *indexed, operand, clause.modifier);
  }
  return ranges;
}

std::optional<std::vector<Range>> Indexer::order(std::string_view type, const Parameter& parameter,
                                                 bool descending) const {
  const Parameter* indexed = index_for(type, parameter);
  if (indexed == nullptr || indexed->text != parameter.text) return std::nullopt;
  // What has no value comes last, in either order.
  std::vector<Range> ranges{{hash(type, *indexed, descending ? 'M' : 'm', ""), least, most}};
  if (indexed->kind == Kind::date) {
    for (const char letter : class_letter)
      ranges.push_back({hash(type, *indexed, 'd', std::string_view(&letter, 1)), least, most});
  } else if (indexed->kind == Kind::number || indexed->kind == Kind::quantity) {
    ranges.push_back({hash(type, *indexed, 'n', ""), least, most});
  } else {
    return std::nullopt;
  }
  return ranges;
}

}  // namespace hb::search
