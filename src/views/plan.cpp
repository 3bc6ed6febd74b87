#include "views/plan.hpp"

#include <algorithm>

#include "views/simple_path.hpp"

namespace hb::views {

Plan::Child* Plan::child(std::size_t branch, const std::string& key) {
  Branch& from = branches_[branch];
  for (Child& known : from.children)
    if (known.key == key) return &known;
  if (from.children.size() == max_children) return nullptr;
  const ShortKey short_key = ShortKey::of(key);
  std::size_t at = place(short_key);
  while (from.at[at] != 0) at = (at + 1) % from.at.size();
  from.children.push_back({key, short_key, -1, {}});
  from.at[at] = static_cast<std::uint8_t>(from.children.size());
  return &from.children.back();
}

std::size_t Plan::edge(Child& child, const Step& step) {
  for (const Edge& known : child.edges)
    if (known.filters == step.filters && known.first == step.first) return known.branch;
  const auto branch = static_cast<std::uint16_t>(branches_.size());
  child.edges.push_back(
      {step.filters, step.first, step.first ? marks_++ : std::uint16_t{0}, branch});
  branches_.emplace_back();  // child is in branches_: not used behind this line
  return branch;
}

std::optional<std::int32_t> Plan::insert(const Path& path) {
  std::size_t branch = 0;
  for (const Step& step : path.steps) {
    Child* next = child(branch, step.key);
    if (next == nullptr) return std::nullopt;
    branch = edge(*next, step);
  }
  auto& captures = branches_[branch].captures;
  for (const Capture& known : captures)
    if (known.take == path.take && known.key_type == path.key_type) return known.slot;
  captures.push_back({path.take, path.key_type, slots_});
  return slots_++;
}

std::optional<Plan::Choice> Plan::choice(const Path& path) {
  const auto slot = insert(path);
  if (!slot) return std::nullopt;
  const bool is_decimal = path.type != fhir::no_type &&
                          fhir::definitions::primitive(path.type) == fhir::Primitive::decimal;
  return Choice{*slot, path.take, path.first, is_decimal};
}

std::optional<std::int32_t> Plan::add_column(const CompiledColumn& column) {
  if (column.collection) return std::nullopt;
  const auto source = simple_source(column.path, type_);
  if (!source) return std::nullopt;
  const bool is_key = column.is_key || column.role == Role::resident;
  const auto fits = [&](const Path& path) {
    return is_key ? path.take != Take::item
                  : path.take == Take::item || column.type == tables::ColumnType::text;
  };
  if (!fits(source->yes) || (source->no && !fits(*source->no))) return std::nullopt;
  Answer answer;
  answer.type = column.type;
  answer.hashed = is_key && column.role != Role::resident;
  if (is_key) answer.key_type = column.key_type;
  if (source->condition) {
    const auto slot = insert(*source->condition);
    if (!slot) return std::nullopt;
    answer.condition = *slot;
  }
  const auto yes = choice(source->yes);
  if (!yes) return std::nullopt;
  answer.yes = *yes;
  if (source->no) {
    const auto no = choice(*source->no);
    if (!no) return std::nullopt;
    answer.no = *no;
  }
  const auto known = std::find(answers_.begin(), answers_.end(), answer);
  if (known != answers_.end()) return static_cast<std::int32_t>(known - answers_.begin());
  answers_.push_back(std::move(answer));
  return static_cast<std::int32_t>(answers_.size() - 1);
}

std::optional<std::int32_t> Plan::add_path(const fhir::Expression& path) {
  const auto source = simple_source(path, type_);
  if (!source || source->condition) return std::nullopt;
  return insert(source->yes);
}

std::optional<std::int32_t> Plan::add_exists(const fhir::Expression& condition) {
  const auto path = simple_exists(condition, type_);
  return path ? insert(*path) : std::nullopt;
}

void Plan::finish() {
  for (Branch& branch : branches_)
    for (Child& child : branch.children) {
      const Edge& edge = child.edges.front();
      const Branch& target = branches_[edge.branch];
      const bool is_leaf = child.edges.size() == 1 && edge.filters.empty() && !edge.first &&
                           target.children.empty() && target.captures.size() == 1 &&
                           target.captures.front().take == Take::item;
      child.leaf_slot = is_leaf ? target.captures.front().slot : -1;
    }
}

std::optional<fhir::TypeId> Plan::item_type(const fhir::Expression& path) const {
  const auto source = simple_source(path, type_);
  if (!source || source->condition || source->yes.take != Take::item) return std::nullopt;
  return source->yes.type;
}

}  // namespace hb::views
