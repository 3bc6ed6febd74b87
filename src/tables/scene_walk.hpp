#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "core/result.hpp"

namespace hb::tables {

using Names = std::set<std::string, std::less<>>;

/// What scene SQL may name.
struct SceneNames {
  std::map<std::string, Names, std::less<>> tables;  ///< with their columns
  Names decimal_columns;  ///< of any table: their quotient differs between engines
};

/// Walks the syntax tree of one statement as json_serialize_sql gives it. Whatever it does not know
/// is refused.
///
/// sql      the text, for the place of an error
/// errors   invalid_input: what is refused and what to write; where = "sql:line:column"
Result<void> walk_scene_sql(const boost::json::object& statement, const std::string& sql,
                            const SceneNames& names);

}  // namespace hb::tables
