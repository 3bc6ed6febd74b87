#include "views/row_maker.hpp"

namespace hb::views {

bool RowMaker::error(const std::string& where, const std::string& message) {
  if (!error_) error_ = Error{ErrorCode::invalid_input, where + ": " + message, {}};
  return false;
}

Result<bool> RowMaker::passes(const fhir::Value& root) {
  for (std::size_t i = 0; i < view_.where.size(); ++i) {
    if (const auto known = holds(i)) {
      if (!*known) return false;
      continue;
    }
    bool passed = false;
    bool decided = true;
    std::size_t items = 0;
    const auto done = evaluation_.each(view_.where[i], root, [&](const fhir::Value& item) {
      const auto value = fhir::system_value(item);
      const bool* boolean = value ? std::get_if<bool>(&*value) : nullptr;
      decided = boolean != nullptr && ++items == 1;
      if (decided) passed = *boolean;
      return decided;
    });
    const std::string where = view_.name + ".where[" + std::to_string(i) + "]";
    if (!done) return fail(ErrorCode::invalid_input, where + ": " + done.error().message);
    if (!decided) return fail(ErrorCode::invalid_input, where + ": the path must give one boolean");
    if (!passed) return false;
  }
  return true;
}

Result<void> RowMaker::run(const fhir::Value& root) {
  const auto passed = passes(root);
  if (!passed) return unexpected(passed.error());
  if (!*passed) return {};
  error_.reset();
  const Rest all{&view_.select, 0, nullptr, &root, nullptr};
  go_on(&all);
  if (error_) return unexpected(*error_);
  return {};
}

bool RowMaker::go_on(const Rest* rest) {
  if (rest == nullptr) return commit();
  if (rest->branches != nullptr) {
    for (const CompiledSelect& branch : rest->branches->union_all)
      if (!select(branch, *rest->focus, rest->next)) return false;
    return true;
  }
  if (rest->index == rest->selects->size()) return go_on(rest->next);
  const Rest after{rest->selects, rest->index + 1, nullptr, rest->focus, rest->next};
  return select((*rest->selects)[rest->index], *rest->focus, &after);
}

bool RowMaker::select(const CompiledSelect& select, const fhir::Value& focus, const Rest* rest) {
  if (!select.repeat.empty()) return repeated(select, focus, rest);
  if (!select.for_each) return body(select, focus, rest);
  if (has_no_items(select)) return items_missing(select, rest);
  std::int64_t index = 0;
  bool more = true;
  const auto done = evaluation_.each(*select.for_each, focus, [&](const fhir::Value& item) {
    evaluation_.set_row_index(index++);
    at_item(select, item);
    return more = body(select, item, rest);
  });
  evaluation_.set_row_index(0);
  if (!more) return false;
  if (!done) return error(view_.name + ".forEach", done.error().message);
  return index > 0 || items_missing(select, rest);
}

bool RowMaker::items_missing(const CompiledSelect& select, const Rest* rest) {
  if (!select.or_null) return true;
  clear_all(select);
  return go_on(rest);
}

/// The items of all paths, of their items, and so on: parents before children.
bool RowMaker::repeated(const CompiledSelect& select, const fhir::Value& focus, const Rest* rest) {
  for (const fhir::Expression& path : select.repeat) {
    bool more = true;
    const auto done = evaluation_.each(path, focus, [&](const fhir::Value& item) {
      return more = body(select, item, rest) && repeated(select, item, rest);
    });
    if (!more) return false;
    if (!done) return error(view_.name + ".repeat", done.error().message);
  }
  return true;
}

bool RowMaker::body(const CompiledSelect& select, const fhir::Value& focus, const Rest* rest) {
  for (const CompiledColumn& column : select.columns)
    if (!fill(column, focus)) return false;
  const Rest branches{nullptr, 0, &select, &focus, rest};
  const Rest* after = select.union_all.empty() ? rest : &branches;
  if (select.nested.empty()) return go_on(after);
  const Rest nested{&select.nested, 0, nullptr, &focus, after};
  return go_on(&nested);
}

void RowMaker::clear_all(const CompiledSelect& select) {
  for (const CompiledColumn& column : select.columns) clear(column);
  for (const CompiledSelect& nested : select.nested) clear_all(nested);
  if (!select.union_all.empty()) clear_all(select.union_all.front());
}

}  // namespace hb::views
