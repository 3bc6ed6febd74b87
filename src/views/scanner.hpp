#pragma once
#include <string_view>
#include <vector>

#include "views/cell.hpp"
#include "views/plan.hpp"

namespace hb::views {

/// Walks objects as a plan says and gives the cells. One per thread; what it gives lives until the
/// next walk.
class Scanner {
 public:
  explicit Scanner(const Plan& plan);

  void scan(fhir::Json object);
  /// Nothing is known: the general evaluator must be asked for everything.
  void give_up();
  const Plan& plan() const { return plan_; }

  /// nullptr: the general evaluator must be asked, also for what is wrong.
  const Cell* cell(std::int32_t answer) {
    const auto index = static_cast<std::size_t>(answer);
    if (states_[index] == State::open)
      states_[index] = convert(plan_.answers()[index], cells_[index]) ? State::known : State::asks;
    return states_[index] == State::known ? &cells_[index] : nullptr;
  }
  enum class Items : std::uint8_t { unknown, none, some };
  Items items(std::int32_t slot) const {
    if (odd_) return Items::unknown;
    return counts_[static_cast<std::size_t>(slot)] == 0 ? Items::none : Items::some;
  }

 private:
  enum class State : std::uint8_t { open, known, asks };
  struct Found {
    fhir::Json value;
    std::string_view id;
  };

  void visit(const Plan::Branch& branch, fhir::Json item);
  void walk(const Plan::Branch& branch, simdjson::dom::object object);
  void enter(const Plan::Child& child, fhir::Json value);
  void follow(const Plan::Edge& edge, fhir::Json item);
  bool passes(const Plan::Edge& edge, fhir::Json item);
  void keep(std::size_t slot, fhir::Json item) {
    std::uint8_t& count = counts_[slot];
    if (count == 0) found_[slot].value = item;
    count = count == 0 ? 1 : 2;
  }
  void take_key(const Plan::Capture& capture, fhir::Json item);
  bool convert(const Plan::Answer& answer, Cell& cell) const;

  const Plan& plan_;
  bool odd_ = true;                   ///< something that simple paths leave to the evaluator
  std::vector<std::uint8_t> counts_;  ///< items of each slot: 0, 1, 2 = several
  std::vector<std::uint8_t> marked_;  ///< edges whose first item was found
  std::vector<Found> found_;
  std::vector<State> states_;  ///< of cells_
  std::vector<Cell> cells_;
};

}  // namespace hb::views
