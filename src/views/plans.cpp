#include "views/plans.hpp"

namespace hb::views {

std::int32_t Plans::of_type(fhir::TypeId type) const {
  const auto found = of_type_.find(type);
  return found == of_type_.end() ? -1 : found->second;
}

std::int32_t Plans::make(fhir::TypeId type) {
  plans_.emplace_back(type);
  return static_cast<std::int32_t>(plans_.size() - 1);
}

void Plans::finish() {
  for (Plan& plan : plans_) plan.finish();
}

void Plans::add(const View::Compiled& view) {
  const fhir::TypeId type = fhir::definitions::find_type(view.resource);
  if (of_type(type) < 0) of_type_[type] = make(type);
  PlannedView& planned = views_.emplace_back();
  planned.root = of_type(type);
  planned.columns.resize(view.column_count);
  planned.selects.resize(view.select_count);
  for (const fhir::Expression& where : view.where)
    planned.where.push_back(plan(planned.root).add_exists(where).value_or(-1));
  for (const CompiledSelect& select : view.select) add_select(select, planned.root, planned);
}

/// plan  of the focus of the select, -1 = none
void Plans::add_select(const CompiledSelect& select, std::int32_t plan_of_focus,
                       PlannedView& planned) {
  std::int32_t index = plan_of_focus;
  if (!select.repeat.empty())
    index = -1;
  else if (select.for_each)
    index = add_items(select, index, planned);
  if (index >= 0) {
    for (const CompiledColumn& column : select.columns)
      if (const auto answer = plan(index).add_column(column))
        planned.columns[column.number] = {index, *answer};
  }
  for (const CompiledSelect& nested : select.nested) add_select(nested, index, planned);
  for (const CompiledSelect& branch : select.union_all) add_select(branch, index, planned);
}

/// returns  the plan of the items of forEach
std::int32_t Plans::add_items(const CompiledSelect& select, std::int32_t plan_of_focus,
                              PlannedView& planned) {
  if (plan_of_focus < 0) return -1;
  PlannedView::Select& place = planned.selects[select.number];
  if (const auto slot = plan(plan_of_focus).add_path(*select.for_each)) {
    place.list_plan = plan_of_focus;
    place.list_slot = *slot;
  }
  const auto type = plan(plan_of_focus).item_type(*select.for_each);
  if (!type || *type == fhir::no_type) return -1;
  return place.items = make(*type);
}

}  // namespace hb::views
