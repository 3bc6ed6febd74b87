#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.hpp"
#include "tables/state.hpp"

/// Row and field rules of a policy over the derived tables. The views hold no role: what one may
/// see comes in variables of the connection, which are constants when a statement is planned, so
/// that a field that is shown costs nothing.
namespace hb::tables {
namespace {

constexpr const char* relation_view = "related.hb_related";
constexpr const char* person_column = "resident_id";
constexpr const char* own_column = "organization_key";
constexpr std::size_t street_digits = 9;

const ColumnSpec* column_of(const Physical& physical, std::string_view name) {
  const auto found = std::ranges::find(physical.schema.columns, name, &ColumnSpec::name);
  return found == physical.schema.columns.end() ? nullptr : &*found;
}

/// A variable with its type: a view is made before any is set.
std::string variable(std::string_view name, const char* type) {
  return fmt::format("CAST(getvariable('{}') AS {})", name, type);
}

std::string show_variable(std::size_t group) { return fmt::format("hb_show_{}", group); }

/// The group that a column belongs to; its own name goes before the same name in any table.
std::optional<std::size_t> group_of(const Policy& policy, const std::string& table,
                                    const std::string& column) {
  for (const std::string& wanted : {table + "." + column, "*." + column})
    for (std::size_t i = 0; i < policy.groups().size(); ++i)
      if (std::ranges::find(policy.groups()[i].columns, wanted) != policy.groups()[i].columns.end())
        return i;
  return std::nullopt;
}

std::string masked(const ColumnSpec& column, Mask mask) {
  const std::string name = duck::quoted(column.name);
  if (mask == Mask::year && column.type == ColumnType::date)
    return fmt::format("make_date(year({}), 1, 1)", name);
  if (mask == Mask::street && column.type == ColumnType::text)
    return fmt::format("left({}, {})", name, street_digits);
  return "NULL";
}

std::string shown_column(const Policy& policy, const Physical& physical, const ColumnSpec& column) {
  const std::string name = duck::quoted(column.name);
  const auto group = group_of(policy, physical.schema.name, column.name);
  if (!group) return name;
  return fmt::format(
      "CASE WHEN {0} = 'full' THEN {1} WHEN {0} = 'masked' THEN {2} ELSE NULL END AS {1}",
      variable(show_variable(*group), "VARCHAR"), name,
      masked(column, policy.groups()[*group].mask));
}

std::string ruled_view(const Policy& policy, const Physical& physical, const char* base) {
  std::string columns;
  for (const ColumnSpec& column : physical.schema.columns)
    columns += (columns.empty() ? "" : ", ") + shown_column(policy, physical, column);
  return fmt::format(
      "CREATE OR REPLACE VIEW ruled.{0} AS SELECT {1} FROM {2}.{0} "
      "WHERE list_contains({4}, {3})",
      duck::quoted(physical.schema.name), columns, base, duck::literal(physical.schema.name),
      variable("hb_tables", "VARCHAR[]"));
}

std::string relation_sql(const Policy::Relation& relation, std::size_t number, const char* base) {
  const std::string begins = duck::quoted(relation.begins);
  const std::string today = variable("hb_today", "DATE");
  std::string sql = fmt::format(
      "SELECT {} AS resident_id, {}::BIGINT AS relation FROM {}.{} WHERE "
      "list_contains({}, {}) AND list_contains({}, {}) AND {} <= {}",
      person_column, number, base, duck::quoted(relation.table),
      variable("hb_relations", "BIGINT[]"), number,
      variable(relation.by_practitioner ? "hb_practitioners" : "hb_organizations", "BIGINT[]"),
      duck::quoted(relation.by), begins, today);
  for (const auto& [column, codes] : relation.codes) {
    std::string list;
    for (const std::string& code : codes) list += (list.empty() ? "" : ", ") + duck::literal(code);
    sql += fmt::format(" AND {} IN ({})", duck::quoted(column), list);
  }
  if (relation.days != 0)
    sql += fmt::format(" AND {} > {} - {}", begins, today, relation.days);
  else
    sql += fmt::format(" AND ({0} IS NULL OR {0} >= {1})", duck::quoted(relation.ends), today);
  return sql;
}

/// Everybody the principal is related to, with the number of the relation; those known by name
/// (own, opened by break-glass) have number −1.
std::string related_persons_view(const Policy& policy,
                                 const std::map<std::string, Physical>& tables, const char* base) {
  std::string sql = fmt::format("SELECT unnest({}) AS resident_id, CAST(-1 AS BIGINT) AS relation",
                                variable("hb_known", "BIGINT[]"));
  for (std::size_t i = 0; i < policy.relations().size(); ++i)
    if (tables.contains(policy.relations()[i].table))
      sql += " UNION ALL " + relation_sql(policy.relations()[i], i, base);
  return fmt::format("CREATE OR REPLACE VIEW {} AS {}", relation_view, sql);
}

/// Rows of related persons; where only the own organisation's rows are given, those that name it.
std::string related_view(const Policy& policy, const Physical& physical) {
  std::string where;
  if (column_of(physical, person_column) != nullptr) {
    where = fmt::format(" WHERE {} IN (SELECT resident_id FROM {} WHERE resident_id IS NOT NULL)",
                        person_column, relation_view);
    const auto person = policy.kind_of_type("Patient");
    const std::string own_rows = variable("hb_own_rows", "BOOLEAN");
    if (!person || policy.kind_of_table(physical.schema.name) != person)
      where += column_of(physical, own_column) == nullptr
                   ? fmt::format(" AND NOT {}", own_rows)
                   : fmt::format(" AND (NOT {} OR list_contains({}, {}))", own_rows,
                                 variable("hb_own_keys", "BIGINT[]"), own_column);
  }
  return fmt::format("CREATE OR REPLACE VIEW related.{0} AS SELECT * FROM ruled.{0}{1}",
                     duck::quoted(physical.schema.name), where);
}

std::string texts_sql(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + duck::literal(text);
  return "[" + list + "]::VARCHAR[]";
}

std::string numbers_sql(const std::vector<std::int64_t>& numbers) {
  std::string list;
  for (const std::int64_t number : numbers)
    list += (list.empty() ? "" : ", ") + std::to_string(number);
  return "[" + list + "]::BIGINT[]";
}

std::vector<std::int64_t> keys_of(const char* type, const std::vector<std::string>& ids) {
  std::vector<std::int64_t> keys;
  for (const std::string& id : ids) keys.push_back(crypto::resource_key(type, id));
  return keys;
}

}  // namespace

Result<void> check_columns(const Policy& policy, const std::map<std::string, Physical>& tables) {
  for (const Policy::Group& group : policy.groups()) {
    for (const std::string& wanted : group.columns) {
      const std::size_t dot = wanted.find('.');
      const auto table = tables.find(wanted.substr(0, dot));
      if (table != tables.end() && column_of(table->second, wanted.substr(dot + 1)) == nullptr)
        return fail(ErrorCode::invalid_input,
                    "the access policy keeps back a column that its table has not: " + wanted,
                    group.id);
    }
  }
  return {};
}

std::vector<std::string> policy_views_sql(const Policy& policy,
                                          const std::map<std::string, Physical>& tables,
                                          bool has_compartments) {
  const char* base = has_compartments ? "closed" : "scoped";
  std::vector<std::string> sqls;
  for (const auto& [name, physical] : tables) sqls.push_back(ruled_view(policy, physical, base));
  sqls.push_back(related_persons_view(policy, tables, base));
  for (const auto& [name, physical] : tables) sqls.push_back(related_view(policy, physical));
  return sqls;
}

std::string policy_variables_sql(const Policy& policy, const Policy::Rule* rule,
                                 const Principal& principal, Date today) {
  std::vector<std::string> tables;
  for (std::size_t i = 0; i < policy.kinds().size(); ++i) {
    const Policy::Kind& kind = policy.kinds()[i];
    if (!kind.open && (rule == nullptr || rule->reaches_nobody() || !rule->sees_kind(i))) continue;
    tables.insert(tables.end(), kind.tables.begin(), kind.tables.end());
  }
  std::string sql = "; SET VARIABLE hb_tables = " + texts_sql(tables);
  for (std::size_t i = 0; i < policy.groups().size(); ++i)
    sql += fmt::format("; SET VARIABLE {} = '{}'", show_variable(i),
                       rule == nullptr ? "none" : show_word(rule->fields[i]));
  std::vector<std::int64_t> relations;
  std::vector<std::int64_t> known;
  if (rule != nullptr) {
    for (std::size_t i = 0; i < policy.relations().size(); ++i)
      if ((rule->relations >> i & 1) != 0) relations.push_back(static_cast<std::int64_t>(i));
    if (rule->own) known = principal.own;
    if (rule->break_glass)
      known.insert(known.end(), principal.granted.begin(), principal.granted.end());
  }
  const std::vector<std::int64_t> own = keys_of("Organization", principal.organizations);
  sql += fmt::format(
      "; SET VARIABLE hb_relations = {}; SET VARIABLE hb_practitioners = {}; "
      "SET VARIABLE hb_organizations = {}; SET VARIABLE hb_known = {}; "
      "SET VARIABLE hb_own_rows = {}; SET VARIABLE hb_own_keys = {}; "
      "SET VARIABLE hb_today = DATE '{}'",
      numbers_sql(relations), numbers_sql(keys_of("Practitioner", principal.practitioners)),
      numbers_sql(own), numbers_sql(known), rule != nullptr && rule->own_rows, numbers_sql(own),
      format_date(today));
  return sql;
}

}  // namespace hb::tables
