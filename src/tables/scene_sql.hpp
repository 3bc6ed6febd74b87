#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "core/result.hpp"
#include "tables/duck.hpp"
#include "tables/scene_walk.hpp"

namespace hb::tables {

/// The check of scene SQL on DuckDB's own syntax tree; docs/scene-sql.md states the rules.
class SceneSqlCheck {
 public:
  static Result<std::unique_ptr<SceneSqlCheck>> open(const duck::Engine& engine);

  /// errors  invalid_input: what is refused, and what to write instead; where = "sql:line:column"
  Result<void> check(const std::string& sql, const SceneNames& names);
  /// Forgets which statements passed: the tables have changed.
  void forget();

 private:
  explicit SceneSqlCheck(duck::Connection connection) : connection_(std::move(connection)) {}

  std::mutex mutex_;  ///< guards both
  duck::Connection connection_;
  std::unordered_set<std::string> passed_;
};

}  // namespace hb::tables
