#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tables/duck.hpp"

namespace hb::tables {

/// Numbers that statements of this folder ask rows for.
///
/// DuckDB holds a list (`column IN (…)`) against row groups by their least and greatest values, but
/// against rows only after it has read all their columns. A function of one column is asked while
/// that column is read, and the other columns only of the rows it picks: with both, a few residents
/// are found among millions of rows in the time one column takes to read.
class Picked {
 public:
  /// numbers  any order, without repeats
  explicit Picked(std::vector<std::int64_t> numbers);
  ~Picked();
  Picked(const Picked&) = delete;
  Picked& operator=(const Picked&) = delete;

  /// A condition that holds where the column is one of the numbers; good while this lives.
  std::string condition(std::string_view column) const;

  /// Makes the function behind condition() known to all connections of an instance. Scenes cannot
  /// call it: it is none of scene_functions().
  /// errors  unavailable: DuckDB refuses it
  static Result<void> offer(const duck::Connection& connection);

 private:
  std::vector<std::int64_t> numbers_;  ///< ascending
  std::int64_t handle_;
};

}  // namespace hb::tables
