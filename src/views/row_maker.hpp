#pragma once
#include <optional>
#include <string>

#include "views/compiled.hpp"

namespace hb::views {

/// Walks the selects of a view over one resource and makes its rows, cell by cell. What a cell
/// becomes is the derived class's affair; a row is committed when all its cells are filled.
class RowMaker {
 public:
  RowMaker(const View::Compiled& view, fhir::Evaluation& evaluation)
      : view_(view), evaluation_(evaluation) {}
  virtual ~RowMaker() = default;

  /// The evaluation must have been reset to the resource.
  Result<void> run(const fhir::Value& root);

 protected:
  /// False ends the walk; error() was called.
  virtual bool fill(const CompiledColumn& column, const fhir::Value& focus) = 0;
  virtual void clear(const CompiledColumn& column) = 0;
  virtual bool commit() = 0;
  /// What is known without the evaluator: whether where[index] holds, that forEach has no items;
  /// and an item of forEach to look at before its columns are filled.
  virtual std::optional<bool> holds(std::size_t /*index*/) { return std::nullopt; }
  virtual bool has_no_items(const CompiledSelect& /*select*/) { return false; }
  virtual void at_item(const CompiledSelect& /*select*/, const fhir::Value& /*item*/) {}

  bool error(const std::string& where, const std::string& message);
  fhir::Evaluation& evaluation() { return evaluation_; }
  const View::Compiled& view() const { return view_; }

 private:
  /// What remains to be done for a row after the select at hand.
  struct Rest {
    const std::vector<CompiledSelect>* selects = nullptr;  ///< siblings, from `index` on
    std::size_t index = 0;
    const CompiledSelect* branches = nullptr;  ///< or: the unionAll of this select
    const fhir::Value* focus = nullptr;
    const Rest* next = nullptr;
  };

  Result<bool> passes(const fhir::Value& root);
  bool go_on(const Rest* rest);
  bool select(const CompiledSelect& select, const fhir::Value& focus, const Rest* rest);
  bool items_missing(const CompiledSelect& select, const Rest* rest);
  bool repeated(const CompiledSelect& select, const fhir::Value& focus, const Rest* rest);
  bool body(const CompiledSelect& select, const fhir::Value& focus, const Rest* rest);
  void clear_all(const CompiledSelect& select);

  const View::Compiled& view_;
  fhir::Evaluation& evaluation_;
  std::optional<Error> error_;
};

}  // namespace hb::views
