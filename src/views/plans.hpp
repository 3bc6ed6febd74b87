#pragma once
#include <deque>
#include <map>
#include <vector>

#include "views/plan.hpp"

namespace hb::views {

/// Where the plans answer for a view; -1 = the general evaluator does.
struct PlannedView {
  struct Column {
    std::int32_t plan = -1;
    std::int32_t answer = -1;
  };
  struct Select {
    std::int32_t items = -1;      ///< plan that walks each item of forEach
    std::int32_t list_plan = -1;  ///< plan that counts the items of forEach
    std::int32_t list_slot = -1;
  };
  std::int32_t root = -1;           ///< plan of the resource
  std::vector<Column> columns;      ///< by CompiledColumn::number
  std::vector<Select> selects;      ///< by CompiledSelect::number
  std::vector<std::int32_t> where;  ///< slot in the root's plan that must not be empty
};

/// The plans of all views: one for each resource type, one for each forEach.
class Plans {
 public:
  void add(const View::Compiled& view);
  /// When all views are added.
  void finish();

  const std::deque<Plan>& plans() const { return plans_; }
  const std::deque<PlannedView>& views() const { return views_; }
  /// -1 = no view of this type is planned
  std::int32_t of_type(fhir::TypeId type) const;

 private:
  void add_select(const CompiledSelect& select, std::int32_t plan, PlannedView& planned);
  std::int32_t add_items(const CompiledSelect& select, std::int32_t plan, PlannedView& planned);
  Plan& plan(std::int32_t index) { return plans_[static_cast<std::size_t>(index)]; }
  std::int32_t make(fhir::TypeId type);

  std::deque<Plan> plans_;
  std::deque<PlannedView> views_;  ///< in the order of add()
  std::map<fhir::TypeId, std::int32_t> of_type_;
};

}  // namespace hb::views
