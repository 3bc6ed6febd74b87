#include "tables/scene_walk.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "tables/scene_functions.hpp"

namespace hb::tables {
namespace {

namespace json = boost::json;
using Verdict = Result<void>;

std::string_view text(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

const json::object* child(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

const json::array& list(const json::object& node, std::string_view key) {
  static const json::array none;
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

bool is_true(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool is_set(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr && !value->is_null();
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// Engines fold names differently when they are not in lower case.
bool is_lower(std::string_view name) {
  return std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// "BIGINT", "DECIMAL", … of a CAST; empty for any other node.
std::string_view cast_target(const json::object& node) {
  if (text(node, "class") != "CAST") return {};
  const json::object* type = child(node, "cast_type");
  return type != nullptr ? text(*type, "id") : std::string_view();
}

/// The number of a numeric constant, sign included.
const json::value* constant(const json::object& node) {
  if (text(node, "class") != "CONSTANT") return nullptr;
  const json::object* value = child(node, "value");
  return value != nullptr ? value->if_contains("value") : nullptr;
}

bool is_constant_of(const json::object& node, std::string_view type) {
  if (text(node, "class") != "CONSTANT") return false;
  const json::object* value = child(node, "value");
  const json::object* of = value != nullptr ? child(*value, "type") : nullptr;
  return of != nullptr && text(*of, "id") == type;
}

bool is_zero(const json::value& number) {
  return number.is_number() && number.to_number<double>() == 0.0;
}

bool is_function(const json::object& node, std::string_view name) {
  return text(node, "class") == "FUNCTION" && text(node, "function_name") == name;
}

/// NULLIF(…, 0), a constant that is not zero, or a CAST of these.
bool cannot_be_zero(const json::object& node) {
  if (const json::value* number = constant(node)) return number->is_number() && !is_zero(*number);
  if (!cast_target(node).empty()) {
    const json::object* inner = child(node, "child");
    return inner != nullptr && cannot_be_zero(*inner);
  }
  if (!is_function(node, "nullif")) return false;
  const json::array& arguments = list(node, "children");
  if (arguments.size() != 2 || !arguments[1].is_object()) return false;
  const json::value* second = constant(arguments[1].get_object());
  return second != nullptr && is_zero(*second);
}

/// What stands around an expression.
struct Context {
  std::string_view cast = {};  ///< target of the CAST it stands in (COALESCE and NULLIF between)
  bool top_select = false;     ///< an item of a select list, where a star may stand
};

/// Names that one SELECT gives to what it computes: usable in ORDER BY only.
struct Select {
  std::set<std::string, std::less<>> aliases;
  std::set<std::string, std::less<>> series;  ///< columns of generate_series over days
  bool in_order_by = false;
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
  std::vector<std::string> common_;  ///< CTE names in sight
  std::vector<Select> selects_;      ///< from the outermost inwards
  std::size_t position_ = 0;         ///< of the last node that says where it stands
};

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
    if (recursive) common_.emplace_back(text(pair, "key"));
    if (Verdict verdict = subquery(*cte, "query"); !verdict) return verdict;
    if (!recursive) common_.emplace_back(text(pair, "key"));
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
  // An alias may not be used beside its expression: PostgreSQL does not see it there.
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
  selects_.back().in_order_by = true;  // GROUP BY and ORDER BY see aliases in both engines
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
  for (const json::value& column : list(node, "column_name_alias"))
    if (Verdict verdict = name(node, column.as_string()); !verdict) return verdict;
  return {};
}

Verdict Walk::base_table(const json::object& node) {
  const std::string table(text(node, "table_name"));
  if (!text(node, "schema_name").empty() || !text(node, "catalog_name").empty())
    return refuse(node, fmt::format("a table is named without a schema: write {}", table));
  if (is_set(node, "at_clause")) return refuse(node, "AT (VERSION …) is no part of scene SQL");
  if (Verdict verdict = columns_named(node); !verdict) return verdict;
  if (std::ranges::find(common_, table) != common_.end() || names_.tables.contains(table))
    return {};
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

// ---------------------------------------------------------------- expressions

Verdict Walk::expression(const json::object& node, Context context) {
  const std::string_view kind = text(node, "class");
  const json::value* location = node.if_contains("query_location");
  if (location != nullptr && location->is_number()) {
    const auto at = location->to_number<std::uint64_t>();
    if (at < sql_.size()) position_ = at;
  }
  if (kind == "COLUMN_REF") return column(node, context);
  if (kind == "CONSTANT") return literal(node);
  if (kind == "FUNCTION") return function(node, context);
  if (kind == "CAST") return cast(node);
  if (kind == "STAR") return star(node, context);
  if (kind == "CASE") return case_when(node);
  if (kind == "WINDOW") return window(node, context);
  if (kind == "SUBQUERY") return subquery_expression(node);
  if (kind == "PARAMETER") return parameter(node);
  if (kind == "CONJUNCTION") return expressions(list(node, "children"));
  if (kind == "COMPARISON") {
    if (Verdict verdict = optional(node, "left"); !verdict) return verdict;
    return optional(node, "right");
  }
  if (kind == "BETWEEN") {
    for (const char* part : {"input", "lower", "upper"})
      if (Verdict verdict = optional(node, part); !verdict) return verdict;
    return {};
  }
  if (kind == "OPERATOR") {
    const std::string_view type = text(node, "type");
    if (type == "OPERATOR_COALESCE") return expressions(list(node, "children"), {context.cast});
    if (one_of(type, {"OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_NOT", "COMPARE_IN",
                      "COMPARE_NOT_IN"}))
      return expressions(list(node, "children"));
    if (one_of(type, {"ARRAY_EXTRACT", "ARRAY_SLICE", "STRUCT_EXTRACT", "ARRAY_CONSTRUCTOR"}))
      return refuse(node,
                    "array subscripts and lists are no part of scene SQL: keep one value per "
                    "column, or split_part(text, ',', 1)");
    return refuse(node, fmt::format("{} is no part of scene SQL", type));
  }
  return refuse(node, fmt::format("{} is no part of scene SQL", kind));
}

Verdict Walk::column(const json::object& node, Context context) {
  const json::array& parts = list(node, "column_names");
  if (parts.empty() || parts.size() > 2)
    return refuse(node, "a column is named column or table.column");
  for (const json::value& part : parts)
    if (Verdict verdict = name(node, part.as_string()); !verdict) return verdict;
  const std::string_view last = parts.back().as_string();
  if (is_session_word(last))
    return refuse(node, fmt::format("{} depends on the session: give it as a parameter, ${}", last,
                                    last == "current_date" ? "today" : last));
  for (const Select& select : selects_)
    if (select.series.contains(last) && context.cast != "DATE")
      return refuse(node, fmt::format("{} of generate_series is a day in one engine and an instant "
                                      "in the other: write CAST({} AS DATE)",
                                      last, last));
  const Select& here = selects_.back();
  if (parts.size() == 1 && !here.in_order_by && here.aliases.contains(last))
    return refuse(node, fmt::format("{} is an alias of this SELECT, which PostgreSQL does not see "
                                    "here: repeat the expression, or write table.{}",
                                    last, last));
  return {};
}

Verdict Walk::star(const json::object& node, Context context) {
  const bool plain = list(node, "exclude_list").empty() && list(node, "replace_list").empty() &&
                     list(node, "rename_list").empty() &&
                     list(node, "qualified_exclude_list").empty() && !is_true(node, "columns") &&
                     !is_set(node, "expr");
  if (plain && context.top_select) return name(node, text(node, "relation_name"));
  return refuse(node, "only a plain * in the select list: name the columns instead");
}

Verdict Walk::literal(const json::object& node) {
  for (const char* type : {"INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "VARCHAR", "NULL", "BOOLEAN"})
    if (is_constant_of(node, type)) return {};
  return refuse(node, "the constant is no number of 64 bits, text or truth value");
}

Verdict Walk::cast(const json::object& node) {
  if (is_true(node, "try_cast"))
    return refuse(node, "TRY_CAST is unknown to PostgreSQL: write CASE WHEN … THEN CAST(…) END");
  const std::string_view target = cast_target(node);
  if (!one_of(target, {"BOOLEAN", "INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "VARCHAR", "DATE",
                       "TIMESTAMP WITH TIME ZONE", "INTERVAL"}))
    return refuse(node, fmt::format("CAST to {}: use BOOLEAN, INTEGER, BIGINT, DECIMAL(18,4), "
                                    "DOUBLE PRECISION, VARCHAR, DATE or TIMESTAMP WITH TIME ZONE",
                                    target));
  const json::object* inner = child(node, "child");
  if (inner == nullptr) return refuse(node, "CAST of nothing");
  return expression(*inner, {.cast = target});
}

Verdict Walk::case_when(const json::object& node) {
  for (const json::value& check : list(node, "case_checks"))
    for (const char* part : {"when_expr", "then_expr"})
      if (Verdict verdict = optional(check.as_object(), part); !verdict) return verdict;
  return optional(node, "else_expr");
}

Verdict Walk::subquery_expression(const json::object& node) {
  if (!one_of(text(node, "subquery_type"), {"SCALAR", "EXISTS", "NOT_EXISTS", "ANY"}))
    return refuse(node, "a sub-query stands as a value, in IN (…) or in EXISTS (…)");
  if (Verdict verdict = optional(node, "child"); !verdict) return verdict;
  return subquery(node, "subquery");
}

Verdict Walk::parameter(const json::object& node) {
  const std::string_view given = text(node, "identifier");
  const bool named = !given.empty() && (given[0] < '0' || given[0] > '9');
  if (!named) return refuse(node, "parameters have names: write $area, not ? or $1");
  return name(node, given);
}

// ---------------------------------------------------------------- functions

Verdict Walk::function(const json::object& node, Context context) {
  const std::string_view called = text(node, "function_name");
  // EXTRACT, SUBSTRING … FROM and the like come as main.date_part from the parser itself.
  if (!one_of(text(node, "schema"), {"", "main"}) || !text(node, "catalog").empty())
    return refuse(node, "a function is called by its plain name");
  const SceneFunction* known = find_scene_function(called);
  if (known == nullptr) {
    const std::string_view advice = advice_instead_of(called);
    return refuse(node, advice.empty()
                            ? fmt::format("{} is no function of scene SQL (docs/scene-sql.md lists "
                                          "them)",
                                          called)
                            : fmt::format("{} is no function of scene SQL: {}", called, advice));
  }
  if (known->kind == SceneFunction::Kind::window)
    return refuse(node, fmt::format("{} needs OVER (…)", called));
  const json::object* by = child(node, "order_bys");
  const json::array& orders = by != nullptr ? list(*by, "orders") : list(node, "");
  const bool within_group = known->kind == SceneFunction::Kind::ordered;
  if (within_group && orders.size() != 1)
    return refuse(node, fmt::format("write {}(…) WITHIN GROUP (ORDER BY value)",
                                    called == "mode" ? "mode" : "percentile_cont"));
  if (known->kind == SceneFunction::Kind::scalar && !orders.empty())
    return refuse(node, fmt::format("{} takes no ORDER BY", called));
  if (called == "string_agg" && orders.empty())
    return refuse(node, "string_agg gives any order: write string_agg(text, ',' ORDER BY …)");
  if (Verdict verdict = order(orders, !within_group); !verdict) return verdict;
  if (Verdict verdict = optional(node, "filter"); !verdict) return verdict;
  return arguments(node, *known, context);
}

Verdict Walk::window(const json::object& node, Context context) {
  const std::string_view called = text(node, "function_name");
  const SceneFunction* known = find_scene_function(called);
  if (known == nullptr || known->kind == SceneFunction::Kind::scalar ||
      known->kind == SceneFunction::Kind::ordered || !one_of(text(node, "schema"), {"", "main"}))
    return refuse(node, fmt::format("{} is no window function of scene SQL", called));
  if (is_true(node, "ignore_nulls") || is_true(node, "distinct") ||
      !list(node, "arg_orders").empty())
    return refuse(node,
                  "IGNORE NULLS, DISTINCT and ORDER BY inside a window function are unknown "
                  "to PostgreSQL");
  if (called == "string_agg") return refuse(node, "string_agg is no window function of scene SQL");
  if (Verdict verdict = expressions(list(node, "partitions")); !verdict) return verdict;
  if (Verdict verdict = order(list(node, "orders"), true); !verdict) return verdict;
  for (const char* part : {"start_expr", "end_expr", "offset_expr", "default_expr", "filter_expr"})
    if (Verdict verdict = optional(node, part); !verdict) return verdict;
  return arguments(node, *known, context);
}

Verdict Walk::arguments(const json::object& node, const SceneFunction& function, Context context) {
  const json::array& given = list(node, "children");
  const int count = static_cast<int>(given.size());
  if (count < function.least || count > function.most)
    return refuse(node, fmt::format("{} takes {} to {} arguments, not {}", function.name,
                                    function.least, function.most, count));
  if (Verdict verdict = special(node, function.name, context); !verdict) return verdict;
  return expressions(given, {function.name == "nullif" ? context.cast : std::string_view()});
}

/// What some functions need so that both engines agree.
Verdict Walk::special(const json::object& node, std::string_view called, Context context) {
  const json::array& given = list(node, "children");
  if (called == "sum" && !one_of(context.cast, {"BIGINT", "DECIMAL"}))
    return refuse(node,
                  "sum has another type in each engine: write CAST(sum(…) AS BIGINT) or "
                  "CAST(sum(…) AS DECIMAL(18,4))");
  if (called == "date_trunc" && context.cast != "DATE")
    return refuse(node,
                  "date_trunc gives a day in one engine and an instant in the other: write "
                  "CAST(date_trunc(…) AS DATE)");
  if (called == "date_part" || called == "date_trunc") {
    const json::object& field = given[0].as_object();
    const json::value* value = constant(field);
    if (value == nullptr || !value->is_string() || !is_date_field(value->get_string()))
      return refuse(node,
                    "the part of a day is year, quarter, month, week, day, isoyear, doy, dow, "
                    "isodow or hour");
  }
  if (one_of(called, {"/", "%", "mod"})) return division(node);
  if (called == "round" && !is_decimal(given[0].as_object()))
    return refuse(node, "round differs on DOUBLE: write round(CAST(… AS DECIMAL(18,4)), 2)");
  if (one_of(called, {"substr", "substring"})) {
    const json::value* start = constant(given[1].as_object());
    if (start != nullptr && start->is_number() && start->to_number<double>() < 1)
      return refuse(node, "substring starts at 1: write right(text, n) for the end");
  }
  if (one_of(called, {"~~", "!~~", "~~*", "!~~*"})) return pattern(node);
  return {};
}

bool Walk::is_decimal(const json::object& node) const {
  if (cast_target(node) == "DECIMAL" || is_constant_of(node, "DECIMAL")) return true;
  const json::array& parts = list(node, "column_names");
  return !parts.empty() && names_.decimal_columns.contains(std::string(parts.back().as_string()));
}

Verdict Walk::division(const json::object& node) {
  const json::array& given = list(node, "children");
  const json::object& divisor = given[1].as_object();
  if (!cannot_be_zero(divisor))
    return refuse(node, "the divisor may be 0, where the engines differ: write NULLIF(divisor, 0)");
  for (const json::value& side : given) {
    const json::object& operand = side.as_object();
    const json::object* inner =
        is_function(operand, "nullif") ? list(operand, "children").at(0).if_object() : &operand;
    if (is_decimal(*inner))
      return refuse(node,
                    "DECIMAL divides differently in the engines: CAST both sides to DOUBLE "
                    "PRECISION, or return numerator and denominator");
    if (is_function(*inner, "date_part") || is_function(*inner, "avg"))
      return refuse(node,
                    "EXTRACT and avg have another type in each engine: CAST them to INTEGER or "
                    "DOUBLE PRECISION before dividing");
  }
  return {};
}

Verdict Walk::pattern(const json::object& node) {
  const json::value* value = constant(list(node, "children")[1].as_object());
  if (value != nullptr && value->is_string() &&
      value->get_string().find('\\') != json::string::npos)
    return refuse(node,
                  "a backslash in LIKE escapes in one engine only: add ESCAPE '\\' or "
                  "another character");
  return {};
}

}  // namespace

Result<void> walk_scene_sql(const json::object& statement, const std::string& sql,
                            const SceneNames& names) {
  const json::object* node = child(statement, "node");
  if (node == nullptr)
    return fail(ErrorCode::invalid_input, "the statement is no SELECT", "sql:1:1");
  return Walk(sql, names).query(*node);
}

}  // namespace hb::tables
