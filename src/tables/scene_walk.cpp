#include "tables/scene_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "tables/scene_tree.hpp"
#include "tables/scene_walker.hpp"

namespace hb::tables {

using namespace tree;

namespace {

/// The columns a query gives.
Columns columns_of(const json::object& query) {
  const json::object* left = child(query, "left");
  if (left != nullptr) return columns_of(*left);
  Columns columns;
  for (const json::value& item : list(query, "select_list")) {
    const json::object& node = item.as_object();
    const json::array& parts = list(node, "column_names");
    if (!text(node, "alias").empty())
      columns.names.emplace(text(node, "alias"));
    else if (!parts.empty())
      columns.names.emplace(parts.back().as_string());
    else
      columns.open = true;
  }
  return columns;
}

void add(Columns& to, const Columns& from) {
  to.names.insert(from.names.begin(), from.names.end());
  to.open = to.open || from.open;
}

}  // namespace

Verdict Walk::refuse(const json::object& node, std::string message) {
  const json::value* location = node.if_contains("query_location");
  if (location != nullptr && location->is_number()) {
    const auto at = location->to_number<std::uint64_t>();
    if (at < sql_.size()) position_ = at;
  }
  const auto line = 1 + std::count(sql_.begin(), sql_.begin() + static_cast<long>(position_), '\n');
  const std::size_t start = sql_.rfind('\n', position_ == 0 ? 0 : position_ - 1);
  const std::size_t column =
      start == std::string::npos || line == 1 ? position_ + 1 : position_ - start;
  return fail(ErrorCode::invalid_input, std::move(message), fmt::format("sql:{}:{}", line, column));
}

Verdict Walk::name(const json::object& node, std::string_view name) {
  if (is_lower(name)) return {};
  return refuse(node, fmt::format("the name {} has capital letters, which PostgreSQL folds: "
                                  "write names in lower case",
                                  name));
}

Verdict Walk::expressions(const json::array& nodes, Context context) {
  for (const json::value& node : nodes)
    if (Verdict verdict = expression(node.as_object(), context); !verdict) return verdict;
  return {};
}

Verdict Walk::optional(const json::object& node, std::string_view key) {
  const json::object* inner = child(node, key);
  return inner != nullptr ? expression(*inner, {}) : Verdict();
}

// ---------------------------------------------------------------- queries

Verdict Walk::query(const json::object& node) {
  const std::size_t common = common_.size();
  if (Verdict verdict = common_tables(node); !verdict) return verdict;
  const std::string_view type = text(node, "type");
  Verdict verdict;
  if (type == "SELECT_NODE")
    verdict = select(node);
  else if (type == "SET_OPERATION_NODE" || type == "RECURSIVE_CTE_NODE")
    verdict = set_operation(node);
  else
    verdict = refuse(node, fmt::format("a query of kind {} is no part of scene SQL", type));
  common_.resize(common);
  return verdict;
}

Verdict Walk::subquery(const json::object& node, std::string_view key) {
  const json::object* holder = child(node, key);
  const json::object* inner = holder != nullptr ? child(*holder, "node") : nullptr;
  if (inner == nullptr) return refuse(node, "a sub-query is empty");
  return query(*inner);
}

Verdict Walk::common_tables(const json::object& node) {
  const json::object* map = child(node, "cte_map");
  if (map == nullptr) return {};
  for (const json::value& entry : list(*map, "map")) {
    const json::object& pair = entry.as_object();
    const json::object* cte = child(pair, "value");
    if (cte == nullptr || !list(*cte, "key_targets").empty())
      return refuse(node, "WITH … USING KEY is no part of scene SQL");
    if (Verdict verdict = name(node, text(pair, "key")); !verdict) return verdict;
    const json::object* holder = child(*cte, "query");
    const json::object* inner = holder != nullptr ? child(*holder, "node") : nullptr;
    // Only a recursive one sees itself.
    const bool recursive = inner != nullptr && text(*inner, "type") == "RECURSIVE_CTE_NODE";
    Common common{std::string(text(pair, "key")),
                  inner != nullptr ? columns_of(*inner) : Columns()};
    for (const json::value& alias : list(*cte, "aliases"))
      common.columns.names.emplace(alias.as_string());
    if (recursive) common_.push_back(common);
    if (Verdict verdict = subquery(*cte, "query"); !verdict) return verdict;
    if (!recursive) common_.push_back(std::move(common));
  }
  return {};
}

Verdict Walk::set_operation(const json::object& node) {
  if (text(node, "type") == "SET_OPERATION_NODE" &&
      !one_of(text(node, "setop_type"), {"UNION", "EXCEPT", "INTERSECT"}))
    return refuse(node, "write UNION, EXCEPT or INTERSECT of queries with the same columns");
  for (const char* side : {"left", "right"}) {
    const json::object* inner = child(node, side);
    if (inner == nullptr) return refuse(node, "a side of the UNION is missing");
    if (Verdict verdict = query(*inner); !verdict) return verdict;
  }
  selects_.emplace_back();
  const Verdict verdict = modifiers(node, false);
  selects_.pop_back();
  return verdict;
}

Verdict Walk::select(const json::object& node) {
  if (is_set(node, "qualify"))
    return refuse(node, "QUALIFY is unknown to PostgreSQL: filter in an outer SELECT");
  if (is_set(node, "sample")) return refuse(node, "a sample gives another answer each time");
  if (text(node, "aggregate_handling") != "STANDARD_HANDLING")
    return refuse(node, "GROUP BY ALL is unknown to PostgreSQL: name the columns");
  selects_.emplace_back();
  Verdict verdict;
  const json::object* source = child(node, "from_table");
  if (source != nullptr) verdict = from(*source);
  for (const json::value& item : list(node, "select_list")) {
    if (!verdict) break;
    const json::object& expression_node = item.as_object();
    verdict = expression(expression_node, {.top_select = true});
    const std::string_view alias = text(expression_node, "alias");
    if (verdict && !alias.empty()) verdict = name(expression_node, alias);
    const json::array& columns = list(expression_node, "column_names");
    const bool same = !columns.empty() && columns.back().as_string() == json::string_view(alias);
    if (!alias.empty() && !same) selects_.back().aliases.emplace(alias);
  }
  if (verdict) verdict = optional(node, "where_clause");
  if (verdict) verdict = optional(node, "having");
  selects_.back().sees_aliases = true;
  if (verdict) verdict = expressions(list(node, "group_expressions"));
  if (verdict) verdict = modifiers(node, true);
  selects_.pop_back();
  return verdict;
}

Verdict Walk::modifiers(const json::object& node, bool distinct_rows) {
  bool ordered = false;
  bool limited = false;
  bool distinct_on = false;
  for (const json::value& value : list(node, "modifiers")) {
    const json::object& modifier = value.as_object();
    const std::string_view type = text(modifier, "type");
    Verdict verdict;
    if (type == "ORDER_MODIFIER") {
      ordered = true;
      verdict = order(list(modifier, "orders"), true);
    } else if (type == "LIMIT_MODIFIER") {
      limited = true;
      verdict = optional(modifier, "limit");
      if (verdict) verdict = optional(modifier, "offset");
    } else if (type == "DISTINCT_MODIFIER" && distinct_rows) {
      distinct_on = !list(modifier, "distinct_on_targets").empty();
      verdict = expressions(list(modifier, "distinct_on_targets"));
    } else {
      verdict = refuse(node, fmt::format("{} is no part of scene SQL", type));
    }
    if (!verdict) return verdict;
  }
  if (limited && !ordered) return refuse(node, "LIMIT without ORDER BY gives any rows: add one");
  if (distinct_on && !ordered)
    return refuse(node, "DISTINCT ON without ORDER BY gives any rows: add one");
  return {};
}

Verdict Walk::order(const json::array& orders, bool nulls_named) {
  for (const json::value& value : orders) {
    const json::object& item = value.as_object();
    const json::object* by = child(item, "expression");
    if (by == nullptr) continue;
    if (nulls_named && text(item, "null_order") == "ORDER_DEFAULT")
      return refuse(*by, "ORDER BY leaves open where NULLs go: add NULLS FIRST or NULLS LAST");
    if (Verdict verdict = expression(*by, {}); !verdict) return verdict;
  }
  return {};
}

// ---------------------------------------------------------------- FROM

Verdict Walk::from(const json::object& node) {
  const std::string_view type = text(node, "type");
  if (is_set(node, "sample")) return refuse(node, "a sample gives another answer each time");
  if (Verdict verdict = name(node, text(node, "alias")); !verdict) return verdict;
  if (type == "EMPTY") return {};
  if (type == "BASE_TABLE") return base_table(node);
  if (type == "JOIN") return join(node);
  if (type == "TABLE_FUNCTION") return table_function(node);
  if (type == "SUBQUERY") {
    if (text(node, "alias").empty())
      return refuse(node, "a sub-query in FROM needs a name: (SELECT …) AS name");
    if (Verdict verdict = columns_named(node); !verdict) return verdict;
    const json::object* holder = child(node, "subquery");
    const json::object* inner = holder != nullptr ? child(*holder, "node") : nullptr;
    if (inner != nullptr) add(selects_.back().columns, columns_of(*inner));
    return subquery(node, "subquery");
  }
  if (type == "EXPRESSION_LIST") {  // VALUES
    for (const json::value& row : list(node, "values"))
      if (Verdict verdict = expressions(row.as_array()); !verdict) return verdict;
    return {};
  }
  return refuse(node, fmt::format("{} in FROM is no part of scene SQL", type));
}

Verdict Walk::columns_named(const json::object& node) {
  for (const json::value& column : list(node, "column_name_alias")) {
    if (Verdict verdict = name(node, column.as_string()); !verdict) return verdict;
    selects_.back().columns.names.emplace(column.as_string());
  }
  return {};
}

Verdict Walk::base_table(const json::object& node) {
  const std::string table(text(node, "table_name"));
  if (!text(node, "schema_name").empty() || !text(node, "catalog_name").empty())
    return refuse(node, fmt::format("a table is named without a schema: write {}", table));
  if (is_set(node, "at_clause")) return refuse(node, "AT (VERSION …) is no part of scene SQL");
  if (Verdict verdict = columns_named(node); !verdict) return verdict;
  for (auto common = common_.rbegin(); common != common_.rend(); ++common)
    if (common->name == table) {
      add(selects_.back().columns, common->columns);
      return {};
    }
  if (const auto known = names_.tables.find(table); known != names_.tables.end()) {
    add(selects_.back().columns, {known->second});
    return {};
  }
  return refuse(node, fmt::format("there is no table {}", table));
}

Verdict Walk::join(const json::object& node) {
  if (!one_of(text(node, "join_type"), {"INNER", "LEFT", "RIGHT", "FULL"}) ||
      !one_of(text(node, "ref_type"), {"REGULAR", "CROSS"}))
    return refuse(node,
                  "write INNER, LEFT, RIGHT, FULL or CROSS JOIN with ON or USING; "
                  "for SEMI and ANTI write EXISTS");
  for (const char* side : {"left", "right"}) {
    const json::object* inner = child(node, side);
    if (inner == nullptr) return refuse(node, "a side of the JOIN is missing");
    if (Verdict verdict = from(*inner); !verdict) return verdict;
  }
  for (const json::value& column : list(node, "using_columns"))
    if (Verdict verdict = name(node, column.as_string()); !verdict) return verdict;
  return optional(node, "condition");
}

Verdict Walk::table_function(const json::object& node) {
  const json::object* function = child(node, "function");
  const std::string_view called = function != nullptr ? text(*function, "function_name") : "";
  if (function == nullptr || called != "generate_series" || !text(*function, "schema").empty())
    return refuse(node, fmt::format("{} in FROM is no part of scene SQL: only tables, sub-queries, "
                                    "VALUES and generate_series are",
                                    called));
  const json::array& columns = list(node, "column_name_alias");
  const json::array& ends = list(*function, "children");
  if (columns.size() != 1 || text(node, "alias").empty() || ends.size() < 2 || ends.size() > 3 ||
      text(node, "with_ordinality") != "WITHOUT_ORDINALITY")
    return refuse(node, "write generate_series(first, last[, step]) AS name(column)");
  if (Verdict verdict = columns_named(node); !verdict) return verdict;
  const auto counts = [](const json::value& end) {
    return is_constant_of(end.as_object(), "INTEGER") ||
           one_of(cast_target(end.as_object()), {"INTEGER", "BIGINT"});
  };
  if (!std::ranges::all_of(ends, counts)) {
    if (ends.size() != 3)
      return refuse(node,
                    "generate_series counts integers (constants or CAST … AS INTEGER), or "
                    "days with a step: generate_series(first, last, INTERVAL '1 day')");
    selects_.back().series.emplace(columns[0].as_string());
  }
  return expressions(ends);
}

Result<void> walk_scene_sql(const json::object& statement, const std::string& sql,
                            const SceneNames& names) {
  const json::object* node = child(statement, "node");
  if (node == nullptr)
    return fail(ErrorCode::invalid_input, "the statement is no SELECT", "sql:1:1");
  return Walk(sql, names).query(*node);
}

}  // namespace hb::tables
