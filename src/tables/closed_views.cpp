#include <fmt/format.h>

#include <algorithm>

#include "tables/compartment_function.hpp"
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

/// Bits of the compartments that are closed; nothing is planned to be open by mistake: without the
/// variable all are closed.
constexpr const char* closed_bits =
    "coalesce(CAST(getvariable('hb_closed_set') AS BIGINT), 4294967295)";

std::string code_condition(const std::string& column) {
  return fmt::format("({}({}) & {}) <> 0", compartment_function, duck::quoted(column), closed_bits);
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
      : compartments_(compartments), tables_(tables) {}

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
        any += (any.empty() ? "(" : " OR ") + code_condition(column);
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
};

}  // namespace

std::vector<std::string> closed_views_sql(const Compartments& compartments, const Tables& tables) {
  return ClosedViews(compartments, tables).sqls();
}

std::string closed_variables_sql(const Compartments& compartments, Compartments::Set set) {
  std::string sql = fmt::format("; SET VARIABLE hb_closed_set = {}::BIGINT", set);
  // What views of a store that an earlier version made, and that is only read, ask for.
  const auto lists = compartments.beginnings(set);
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
