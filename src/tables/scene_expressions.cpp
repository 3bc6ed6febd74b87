#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "tables/scene_functions.hpp"
#include "tables/scene_tree.hpp"
#include "tables/scene_walker.hpp"

namespace hb::tables {

using namespace tree;

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
  if (parts.size() == 1 && !here.sees_aliases && here.aliases.contains(last) &&
      !here.columns.open && !here.columns.names.contains(last))
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
  if (called == "count" && list(node, "children").empty()) return {};  // count(*) OVER (…)
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
  return !parts.empty() &&
         names_.decimal_columns.contains(std::string_view(parts.back().as_string()));
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

}  // namespace hb::tables
