#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "tables/scene_functions.hpp"
#include "tables/scene_walk.hpp"

/// The walk through the syntax tree: scene_walk.cpp has queries and FROM, scene_expressions.cpp the
/// expressions.
namespace hb::tables {

namespace json = boost::json;
using Verdict = Result<void>;

/// What stands around an expression.
struct Context {
  std::string_view cast = {};  ///< target of the CAST it stands in (COALESCE and NULLIF between)
  bool top_select = false;     ///< an item of a select list, where a star may stand
};

/// Columns that something in FROM brings.
struct Columns {
  Names names;
  bool open = false;  ///< more than can be read off the text: a star
};

/// One SELECT: what it reads, and the names it gives to what it computes, which PostgreSQL sees in
/// GROUP BY and ORDER BY only.
struct Select {
  Columns columns;
  Names aliases;
  Names series;  ///< columns of generate_series over days
  bool sees_aliases = false;
};

struct Common {
  std::string name;
  Columns columns;
};

class Walk {
 public:
  Walk(const std::string& sql, const SceneNames& names) : sql_(sql), names_(names) {}

  Verdict query(const json::object& node);

 private:
  Verdict refuse(const json::object& node, std::string message);
  Verdict name(const json::object& node, std::string_view name);
  Verdict expressions(const json::array& nodes, Context context = {});
  Verdict optional(const json::object& node, std::string_view key);

  Verdict subquery(const json::object& node, std::string_view key);
  Verdict select(const json::object& node);
  Verdict set_operation(const json::object& node);
  Verdict common_tables(const json::object& node);
  Verdict modifiers(const json::object& node, bool distinct_rows);
  Verdict order(const json::array& orders, bool nulls_named);

  Verdict from(const json::object& node);
  Verdict base_table(const json::object& node);
  Verdict join(const json::object& node);
  Verdict table_function(const json::object& node);
  Verdict columns_named(const json::object& node);

  Verdict expression(const json::object& node, Context context);
  Verdict column(const json::object& node, Context context);
  Verdict star(const json::object& node, Context context);
  Verdict cast(const json::object& node);
  Verdict literal(const json::object& node);
  Verdict case_when(const json::object& node);
  Verdict subquery_expression(const json::object& node);
  Verdict function(const json::object& node, Context context);
  Verdict window(const json::object& node, Context context);
  Verdict arguments(const json::object& node, const SceneFunction& function, Context context);
  Verdict special(const json::object& node, std::string_view name, Context context);
  Verdict division(const json::object& node);
  Verdict pattern(const json::object& node);
  Verdict parameter(const json::object& node);
  bool is_decimal(const json::object& node) const;

  const std::string& sql_;
  const SceneNames& names_;
  std::vector<Common> common_;   ///< WITH names in sight
  std::vector<Select> selects_;  ///< from the outermost inwards
  std::size_t position_ = 0;     ///< of the last node that says where it stands
};

}  // namespace hb::tables
