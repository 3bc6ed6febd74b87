// What comparisons, texts and conditions ask most often: the only value at the end of a path of
// known steps. It is read on the tape, no item is pushed.
#include <algorithm>
#include <array>
#include <span>

#include "fhir/path/evaluator.hpp"

namespace hb::fhir::path {
namespace {

/// Looks for the items at the end of a path, at most `enough` of them.
struct Search {
  const std::uint64_t* words;
  const std::uint8_t* strings;
  std::size_t enough;
  std::size_t items = 0;
  std::size_t first = 0;  ///< index of the first item

  void item(std::size_t index) {
    if (tape::kind(words[index]) != 'n' && items++ == 0) first = index;
  }

  void from(std::size_t index, std::span<const Link> links) {
    while (true) {
      index = tape::find(words, strings, index, links[0].key);
      if (index == 0) return;
      links = links.subspan(1);
      if (tape::kind(words[index]) == '[') return list(index, links);
      if (links.empty()) return item(index);
    }
  }

  void list(std::size_t index, std::span<const Link> links) {
    const std::size_t end = static_cast<std::uint32_t>(words[index]) - 1;
    for (std::size_t i = index + 1; i < end && items < enough; i = tape::behind(words, i))
      links.empty() ? item(i) : from(i, links);
  }
};

bool is_temporal(Primitive primitive) {
  return primitive >= Primitive::date && primitive <= Primitive::time;
}

}  // namespace

Found Evaluator::sole(const Node& node, const Scope& scope, tape::Place& place) {
  if (node.chain.empty()) return Found::unknown;
  const Element* start = chain_start(node, scope);
  if (start == nullptr || node.chain.back().holds_resource) return Found::unknown;
  state_.steps += static_cast<std::int64_t>(node.chain.size());
  const tape::Place from = tape::place_of(start->json);
  Search search{from.document->tape.get(), from.document->string_buf.get(),
                node.chain_first ? std::size_t{1} : std::size_t{2}};
  search.from(from.index, node.chain);
  place = {from.document, search.first};
  return search.items == 0 ? Found::none : search.items == 1 ? Found::one : Found::unknown;
}

Found Evaluator::sole_text(const Node& node, const Scope& scope, std::string_view& text) {
  if (node.kind == Node::Kind::literal)
    return plain_text(node.value, text) ? Found::one : Found::unknown;
  tape::Place place{};
  const Found found = sole(node, scope, place);
  if (found != Found::one) return found;
  if (tape::kind(tape::word_at(place)) != '"' || is_temporal(node.chain.back().primitive))
    return Found::unknown;
  text = tape::text_at(place);
  return Found::one;
}

Found Evaluator::plain_operand(const Node& node, const Scope& scope, Plain& plain) {
  if (node.kind == Node::Kind::literal) {
    plain.set(node.value);
    return Found::one;
  }
  tape::Place place{};
  const Found found = sole(node, scope, place);
  if (found == Found::one) plain.set(place, node.chain.back().primitive);
  return found;
}

std::optional<std::string_view> Evaluator::number_text(const Node& node, const Scope& scope) {
  tape::Place place{};
  if (sole(node, scope, place) != Found::one) return std::nullopt;
  const char kind = tape::kind(tape::word_at(place));
  if (kind != 'l' && kind != 'd') return std::nullopt;
  const std::string_view text = state_.numbers.find(tape::at(place));
  constexpr std::size_t most = 28;  // digits of a Decimal
  const bool plain = !text.empty() && text.size() <= most && text[0] != '-' &&
                     text.find_first_of("eE") == std::string_view::npos;
  return plain ? std::optional(text) : std::nullopt;
}

std::string_view Evaluator::part_of_text(const Node& node, const Scope& scope) {
  std::string_view text;
  if (sole_text(node, scope, text) != Found::unknown) return text;
  bool several = false;
  bool is_text = true;
  bool any = false;
  auto use = [&](const Value& item) {
    several = any;
    any = true;
    if (!several && !plain_text(item, text)) is_text = !system_value(item).has_value();
    return !several;
  };
  each(node, scope, sink_of(use));
  if (several) error("one value is expected, there are several");
  if (!is_text && !failed()) error("& joins texts");
  return text;
}

/// a & b & c is one text of three parts, not one of two first.
bool Evaluator::concatenation(const Node& node, const Scope& scope, Sink sink) {
  constexpr std::size_t most = 8;
  std::array<std::string_view, most> parts;
  std::size_t first = most;  // filled from the end: the tree leans to the left
  std::size_t size = 0;
  const Node* rest = &node;
  const auto take = [&](const Node& part) {
    parts[--first] = part_of_text(part, scope);
    size += parts[first].size();
    return !failed();
  };
  while (first > 1 && rest->kind == Node::Kind::operation && rest->op == Operator::concatenate) {
    if (!take(*rest->arguments[1])) return false;
    rest = rest->arguments[0].get();
  }
  if (!take(*rest)) return false;
  char* const place = room(size);
  char* end = place;
  for (; first < most; ++first) end = std::copy(parts[first].begin(), parts[first].end(), end);
  return sink(std::string_view(place, size));
}

}  // namespace hb::fhir::path
