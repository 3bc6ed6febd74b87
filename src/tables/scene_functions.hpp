#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace hb::tables {

/// What scene SQL may call: the functions that mean the same in DuckDB and in PostgreSQL 15.
struct SceneFunction {
  enum class Kind : std::uint8_t {
    scalar,
    aggregate,  ///< also as a window
    ordered,    ///< aggregate whose ORDER BY stands in WITHIN GROUP (…)
    window,
  };
  std::string_view name;  ///< as DuckDB's parser calls it: percentile_cont is quantile_cont
  Kind kind;
  int least;  ///< arguments
  int most;
};

/// nullptr: not in the common subset.
const SceneFunction* find_scene_function(std::string_view name);
/// What to write instead of a function outside the subset; empty when there is no advice.
std::string_view advice_instead_of(std::string_view function);
/// Fields of EXTRACT with one meaning in both.
bool is_date_field(std::string_view field);
/// Words that both engines read as a function without brackets: the session's day, user and so on.
bool is_session_word(std::string_view column);

}  // namespace hb::tables
