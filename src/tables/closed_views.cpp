#include <fmt/format.h>

#include <algorithm>

#include "tables/state.hpp"

/// Rows of compartments, kept from principals who do not open them. The conditions hold no code:
/// these come in variables of the connection, so that one set of views serves every principal.
namespace hb::tables {
namespace {

constexpr const char* hidden_visits = "closed.hb_hidden_visits";

bool has_column(const Physical& physical, const std::string& name) {
  return std::ranges::find(physical.schema.columns, name, &ColumnSpec::name) !=
         physical.schema.columns.end();
}

std::string variable(std::size_t length) { return fmt::format("hb_closed_{}", length); }

/// A code as plain_code() writes it, decided once per entry of the column's dictionary.
std::string code_condition(const std::string& column, const std::vector<std::size_t>& lengths) {
  const std::string plain =
      fmt::format("replace(replace(upper({}), '.', ''), ' ', '')", duck::quoted(column));
  std::string any;
  for (const std::size_t length : lengths) {
    const std::string part = length == 0 ? plain : fmt::format("left({}, {})", plain, length);
    any += fmt::format("{}coalesce(list_contains(getvariable('{}'), {}), false)",
                       any.empty() ? "" : " OR ", variable(length), part);
  }
  return any.empty() ? "false" : "(" + any + ")";
}

std::vector<std::size_t> lengths_of(const Compartments& compartments) {
  std::vector<std::size_t> lengths;
  for (const auto& [length, codes] : compartments.beginnings(~Compartments::Set{0}))
    lengths.push_back(length);
  return lengths;
}

class ClosedViews {
 public:
  ClosedViews(const Compartments& compartments, const Tables& tables)
      : compartments_(compartments), tables_(tables), lengths_(lengths_of(compartments)) {}

  std::vector<std::string> sqls() const {
    std::vector<std::string> sqls;
    // Over the tables themselves: a view of its own kind would ask itself.
    std::string parts;
    for (const auto& [name, physical] : tables_) {
      const std::string own = own_codes(physical);
      if (own.empty() || !has_column(physical, compartments_.link())) continue;
      parts += fmt::format("{}SELECT {} AS visit FROM main.{} WHERE {} AND {} IS NOT NULL",
                           parts.empty() ? "" : " UNION ALL ", link(), duck::quoted(physical.table),
                           own, link());
    }
    const bool linked = !parts.empty();
    if (linked)
      sqls.push_back(fmt::format("CREATE OR REPLACE VIEW {} AS {}", hidden_visits, parts));
    for (const auto& [name, physical] : tables_) {
      const std::string hidden = hidden_rows(physical, linked);
      sqls.push_back(fmt::format("CREATE OR REPLACE VIEW closed.{0} AS SELECT * FROM scoped.{0}{1}",
                                 duck::quoted(name), hidden.empty() ? "" : " WHERE " + hidden));
    }
    return sqls;
  }

 private:
  std::string link() const { return duck::quoted(compartments_.link()); }

  /// Condition of rows whose own codes are closed; empty: the table carries none.
  std::string own_codes(const Physical& physical) const {
    const auto columns = compartments_.columns().find(physical.schema.name);
    if (columns == compartments_.columns().end()) return {};
    std::string any;
    for (const std::string& column : columns->second)
      if (has_column(physical, column))
        any += (any.empty() ? "(" : " OR ") + code_condition(column, lengths_);
    return any.empty() ? any : any + ")";
  }

  /// Condition of rows that stay.
  std::string hidden_rows(const Physical& physical, bool linked) const {
    std::string where;
    const auto also = [&where](const std::string& condition) {
      where += (where.empty() ? "" : " AND ") + condition;
    };
    if (const std::string own = own_codes(physical); !own.empty()) also("NOT " + own);
    if (linked && has_column(physical, compartments_.link()))
      also(fmt::format("({0} IS NULL OR {0} NOT IN (SELECT visit FROM {1}))", link(),
                       hidden_visits));
    const auto decides = compartments_.row_of().find(physical.schema.name);
    if (decides == compartments_.row_of().end() || !tables_.contains(decides->second)) return where;
    const Physical& other = tables_.at(decides->second);
    std::string gone = own_codes(other);
    if (linked && has_column(other, compartments_.link()))
      gone += fmt::format("{}{} IN (SELECT visit FROM {})", gone.empty() ? "" : " OR ", link(),
                          hidden_visits);
    if (!gone.empty())
      also(fmt::format("seq NOT IN (SELECT seq FROM main.{} WHERE {})", duck::quoted(other.table),
                       gone));
    return where;
  }

  const Compartments& compartments_;
  const Tables& tables_;
  std::vector<std::size_t> lengths_;
};

}  // namespace

std::vector<std::string> closed_views_sql(const Compartments& compartments, const Tables& tables) {
  return ClosedViews(compartments, tables).sqls();
}

std::string closed_variables_sql(const Compartments& compartments, Compartments::Set set) {
  const auto lists = compartments.beginnings(set);
  std::string sql;
  for (const std::size_t length : lengths_of(compartments)) {
    std::string items;
    if (const auto found = lists.find(length); found != lists.end())
      for (const std::string& item : found->second)
        items += (items.empty() ? "" : ", ") + duck::literal(item);
    sql += fmt::format("; SET VARIABLE {} = [{}]::VARCHAR[]", variable(length), items);
  }
  return sql;
}

}  // namespace hb::tables
