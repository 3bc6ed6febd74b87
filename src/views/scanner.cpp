#include "views/scanner.hpp"

#include <algorithm>
#include <cstring>

#include "crypto/digest.hpp"

namespace hb::views {
namespace {

using fhir::Json;
using simdjson::dom::array;
using simdjson::dom::object;

std::string_view text_of(Json item, std::string_view key) {
  object fields;
  std::string_view text;
  if (item.get(fields) || fields.at_key(key).get(text)) return {};
  return text;
}

}  // namespace

Scanner::Scanner(const Plan& plan)
    : plan_(plan),
      counts_(plan.slots()),
      marked_(plan.marks()),
      found_(plan.slots()),
      states_(plan.answers().size(), State::asks),
      cells_(plan.answers().size()) {}

void Scanner::scan(Json value) {
  std::fill(counts_.begin(), counts_.end(), std::uint8_t{0});
  std::fill(marked_.begin(), marked_.end(), std::uint8_t{0});
  odd_ = false;
  visit(plan_.branches()[0], value);
  std::fill(states_.begin(), states_.end(), odd_ ? State::asks : State::open);
}

void Scanner::give_up() {
  odd_ = true;
  std::fill(states_.begin(), states_.end(), State::asks);
}

void Scanner::visit(const Plan::Branch& branch, Json item) {
  for (const Plan::Capture& capture : branch.captures) {
    if (capture.take == Plan::Take::item)
      keep(capture.slot, item);
    else
      take_key(capture, item);
  }
  object fields;
  if (!branch.children.empty() && !item.get(fields)) walk(branch, fields);
}

/// Each member goes to the child of its key; of equal keys the first counts, as everywhere.
void Scanner::walk(const Plan::Branch& branch, object fields) {
  std::uint32_t missing =
      static_cast<std::uint32_t>((std::uint64_t{1} << branch.children.size()) - 1);
  const auto end = fields.end();
  for (auto field = fields.begin(); field != end; ++field) {
    const std::string_view key = field.key();
    const ShortKey short_key = ShortKey::of(key);
    for (std::size_t at = Plan::place(short_key); branch.at[at] != 0;
         at = (at + 1) % branch.at.size()) {
      const std::uint32_t number = branch.at[at] - 1u;
      const Plan::Child& child = branch.children[number];
      if (!child.short_key.is(short_key) || (key.size() > 16 && child.key != key)) continue;
      if ((missing >> number & 1) == 0) break;
      missing &= ~(std::uint32_t{1} << number);
      enter(child, field.value());
      if (missing == 0) return;
      break;
    }
  }
}

void Scanner::enter(const Plan::Child& child, Json value) {
  array list;
  const bool is_list = !value.get(list);
  if (!is_list) {
    if (value.is_null()) return;
    if (child.leaf_slot >= 0) return keep(static_cast<std::size_t>(child.leaf_slot), value);
  }
  for (const Plan::Edge& edge : child.edges) {
    if (!is_list) {
      follow(edge, value);
      continue;
    }
    for (const Json item : list) {
      if (edge.first && marked_[edge.mark] != 0) break;
      if (!item.is_null()) follow(edge, item);
    }
  }
}

void Scanner::follow(const Plan::Edge& edge, Json item) {
  if (edge.first && marked_[edge.mark] != 0) return;
  if (!edge.filters.empty() && !passes(edge, item)) return;
  if (edge.first) marked_[edge.mark] = 1;
  visit(plan_.branches()[edge.branch], item);
}

bool Scanner::passes(const Plan::Edge& edge, Json item) {
  object fields;
  if (item.get(fields)) return false;
  for (const Plan::Filter& filter : edge.filters) {
    Json value;
    if (fields.at_key(filter.key).get(value) || value.is_null()) return false;
    std::string_view text;
    if (value.get(text)) {
      odd_ = true;
      return false;
    }
    if (text != filter.text) return false;
  }
  return true;
}

void Scanner::take_key(const Plan::Capture& capture, Json item) {
  const std::string_view id = capture.take == Plan::Take::resource_key
                                  ? text_of(item, "id")
                                  : fhir::reference_key(item, capture.key_type);
  if (id.empty()) return;
  std::uint8_t& count = counts_[capture.slot];
  if (count == 0) found_[capture.slot].id = id;
  count = count == 0 ? 1 : 2;
}

bool Scanner::convert(const Plan::Answer& answer, Cell& cell) const {
  const bool no = answer.condition >= 0 && counts_[static_cast<std::size_t>(answer.condition)] == 0;
  const Plan::Choice& choice = no ? answer.no : answer.yes;
  cell = Cell{};
  if (choice.slot < 0) return true;
  const auto slot = static_cast<std::size_t>(choice.slot);
  if (counts_[slot] == 0) return true;
  if (counts_[slot] > 1 && !choice.first) return false;
  cell.null = false;
  if (choice.take == Plan::Take::item)
    return quick_cell(found_[slot].value, answer.type, choice.is_decimal, cell);
  if (answer.hashed)
    cell.integer = crypto::resource_key(answer.key_type, found_[slot].id);
  else
    cell.text = found_[slot].id;
  return true;
}

}  // namespace hb::views
