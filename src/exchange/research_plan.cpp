#include "exchange/research_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "indicators/content.hpp"

namespace hb::exchange {
namespace {

using indicators::ContentReader;
using tables::ColumnType;

constexpr int least_k = 5;
constexpr int least_shift = 30;
constexpr int most_shift = 730;

std::vector<int> wholes(ContentReader& content, const YAML::Node& map, const char* key) {
  std::vector<int> numbers;
  for (const YAML::Node& item : content.list(map, key)) {
    int number = 0;
    if (item.IsScalar() && YAML::convert<int>::decode(item, number) && number > 0)
      numbers.push_back(number);
    else
      content.fault(item, "expected a whole number above 0");
  }
  if (numbers.empty()) content.fault(map, fmt::format("expected numbers in “{}”", key));
  return numbers;
}

void read_age(ContentReader& content, const YAML::Node& node, Hierarchy& made) {
  made.bands = wholes(content, node, "bands");
  for (std::size_t i = 1; i < made.bands.size(); ++i)
    if (made.bands[i] <= made.bands[i - 1] || made.bands[i] % made.bands[i - 1] != 0)
      content.fault(node, "each band is a multiple of the one before");
  made.top = content.whole(node, "top").value_or(made.top);
}

void read_prefix(ContentReader& content, const YAML::Node& node, Hierarchy& made) {
  for (const int length : wholes(content, node, "lengths"))
    made.lengths.push_back(static_cast<std::size_t>(length));
  if (!std::ranges::is_sorted(made.lengths, std::greater{}))
    content.fault(node, "lengths fall: the finest first");
}

void read_date(ContentReader& content, const YAML::Node& node, Hierarchy& made) {
  static const std::map<std::string, Hierarchy::Step> steps = {
      {"day", Hierarchy::Step::day},
      {"month", Hierarchy::Step::month},
      {"quarter", Hierarchy::Step::quarter},
      {"year", Hierarchy::Step::year}};
  for (const YAML::Node& item : content.list(node, "steps")) {
    const auto found = item.IsScalar() ? steps.find(item.Scalar()) : steps.end();
    if (found == steps.end())
      content.fault(item, "expected day, month, quarter or year");
    else
      made.steps.push_back(found->second);
  }
  if (made.steps.empty() || !std::ranges::is_sorted(made.steps))
    content.fault(node, "expected steps, the finest first");
}

void read_groups(ContentReader& content, const YAML::Node& node, Hierarchy& made) {
  const YAML::Node groups = content.child(node, "groups");
  if (!groups.IsMap()) return content.fault(node, "expected groups: {name: [values]}");
  for (const auto& group : groups) {
    const std::string name = group.first.Scalar();
    for (const YAML::Node& value : group.second)
      if (!value.IsScalar() || !made.group_of.emplace(value.Scalar(), name).second)
        content.fault(value, "a value stands in two groups, or is no text");
  }
}

Hierarchy read_hierarchy(ContentReader& content, const YAML::Node& node) {
  Hierarchy made;
  const std::string kind = content.text(node, "kind");
  if (kind == "value") {
    made.kind = Hierarchy::Kind::value;
  } else if (kind == "age") {
    made.kind = Hierarchy::Kind::age;
    read_age(content, node, made);
  } else if (kind == "prefix") {
    made.kind = Hierarchy::Kind::prefix;
    read_prefix(content, node, made);
  } else if (kind == "date") {
    made.kind = Hierarchy::Kind::date;
    read_date(content, node, made);
  } else if (kind == "groups") {
    made.kind = Hierarchy::Kind::groups;
    read_groups(content, node, made);
  } else {
    content.fault(node, "expected kind: value, age, prefix, date or groups");
  }
  return made;
}

ExportColumn read_column(ContentReader& content, const YAML::Node& node) {
  ExportColumn made;
  if (!node.IsMap()) {
    content.fault(node, "expected {column: …}");
    return made;
  }
  made.column = content.text(node, "column");
  const std::string as = content.text(node, "as", false);
  if (as == "shift") {
    made.as = ExportColumn::As::shift;
  } else if (as == "key") {
    made.as = ExportColumn::As::key;
  } else if (as == "prefix") {
    made.as = ExportColumn::As::prefix;
    made.length = static_cast<std::size_t>(std::max(0, content.whole(node, "length").value_or(0)));
    if (made.length == 0) content.fault(node, "expected a length above 0");
  } else if (as == "round") {
    made.as = ExportColumn::As::round;
    made.to = content.whole(node, "to").value_or(0);
    if (made.to < 1) content.fault(node, "expected “to” above 0");
  } else if (!as.empty() && as != "keep") {
    content.fault(node, "expected as: keep, shift, key, prefix or round");
  }
  return made;
}

void read_identifiers(ContentReader& content, const YAML::Node& root, ResearchPlan& plan) {
  const YAML::Node hierarchies = content.child(root, "hierarchies");
  if (hierarchies.IsMap())
    for (const auto& entry : hierarchies)
      plan.hierarchies[entry.first.Scalar()] = read_hierarchy(content, entry.second);
  std::set<std::string> names;
  for (const YAML::Node& node : content.list(root, "quasi_identifiers")) {
    const ExportIdentifier one{content.text(node, "name"), content.text(node, "column"),
                               content.text(node, "hierarchy")};
    if (!plan.hierarchies.contains(one.hierarchy))
      content.fault(node, "there is no hierarchy “" + one.hierarchy + "”");
    if (one.name == "person" || !names.insert(one.name).second)
      content.fault(node, "the name “" + one.name + "” is taken");
    plan.identifiers.push_back(one);
  }
  if (plan.identifiers.empty()) content.fault(root, "expected quasi_identifiers");
}

void read_tables(ContentReader& content, const YAML::Node& root, ResearchPlan& plan) {
  std::set<std::string> names;
  for (const YAML::Node& node : content.list(root, "tables")) {
    ExportTable table{content.text(node, "table"), {}};
    if (table.table == "person" || !names.insert(table.table).second)
      content.fault(node, "the table “" + table.table + "” stands twice");
    for (const YAML::Node& column : content.list(node, "columns"))
      table.columns.push_back(read_column(content, column));
    plan.tables.push_back(std::move(table));
  }
  for (const YAML::Node& node : content.list(root, "sensitive")) {
    const SensitiveAttribute one{
        content.text(node, "name"), content.text(node, "table"), content.text(node, "column"),
        static_cast<std::size_t>(std::max(0, content.whole(node, "length", false).value_or(0)))};
    const auto table = std::ranges::find(plan.tables, one.table, &ExportTable::table);
    if (table == plan.tables.end() ||
        std::ranges::find(table->columns, one.column, &ExportColumn::column) ==
            table->columns.end())
      content.fault(node, "a sensitive attribute is a column that is exported");
    plan.sensitive.push_back(one);
  }
}

std::string read_sql(ContentReader& content, const YAML::Node& root, const char* key,
                     bool required) {
  const YAML::Node node = content.child(root, key, required);
  return node.IsMap() ? content.text(node, "sql") : std::string();
}

bool ends_with_area(std::string_view column) {
  return column == "area" || column.ends_with("_area");
}

Result<void> check_column(const ResearchPlan& plan, const ExportTable& table,
                          const ExportColumn& one, const tables::TableSchema& schema) {
  const auto refuse = [&](const char* why) {
    return fail(ErrorCode::invalid_input, why, table.table + "." + one.column);
  };
  const auto column = std::ranges::find(schema.columns, one.column, &tables::ColumnSpec::name);
  if (column == schema.columns.end()) return refuse("there is no such column");
  static const std::set<std::string> stamped = {
      "seq", "resident_id", "resident_sex", "resident_birth_date", "resident_area", "age_band"};
  if (stamped.contains(one.column) || ends_with_area(one.column))
    return refuse("who the person is and where is said once, among the quasi-identifiers");
  if (std::ranges::find(plan.identifiers, one.column, &ExportIdentifier::column) !=
      plan.identifiers.end())
    return refuse("a quasi-identifier is made of it: it is given in no other way");
  const ColumnType type = column->type;
  using As = ExportColumn::As;
  const bool day = type == ColumnType::date || type == ColumnType::timestamp;
  if (day != (one.as == As::shift)) return refuse("days and instants are shifted, nothing else is");
  if ((type == ColumnType::bigint) != (one.as == As::key))
    return refuse("keys are given as keys, nothing else is");
  if (one.as == As::prefix && type != ColumnType::text) return refuse("only a text has a prefix");
  const bool number =
      type == ColumnType::integer || type == ColumnType::decimal || type == ColumnType::real;
  if (one.as == As::round && !number) return refuse("only a number is rounded");
  return {};
}

}  // namespace

Result<ResearchPlan> load_research_plan(const std::filesystem::path& file) {
  const Result<YAML::Node> root = indicators::read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  if (!root->IsMap()) {
    content.fault(*root, "expected a mapping");
    return unexpected(content.error());
  }
  ResearchPlan plan;
  if (content.text(*root, "schema") != "research-export-1")
    content.fault(*root, "expected schema: research-export-1");
  plan.id = content.text(*root, "id");
  plan.title = content.localized(*root, "title");
  for (const YAML::Node& role : content.list(*root, "roles"))
    if (role.IsScalar()) plan.roles.push_back(role.Scalar());
  if (plan.roles.empty()) content.fault(*root, "expected roles that may make the export");
  const int k = content.whole(*root, "k").value_or(0);
  if (k < least_k) content.fault(*root, fmt::format("k is at least {}", least_k));
  plan.k = static_cast<std::size_t>(std::max(k, least_k));
  const int percent = content.whole(*root, "suppress_at_most_percent").value_or(-1);
  if (percent < 0 || percent > 100)
    content.fault(*root, "suppress_at_most_percent lies between 0 and 100");
  plan.most_suppressed = percent / 100.0;
  plan.shift_days = content.whole(*root, "shift_days").value_or(0);
  if (plan.shift_days < least_shift || plan.shift_days > most_shift)
    content.fault(*root, fmt::format("shift_days lies between {} and {}", least_shift, most_shift));
  plan.population_sql = read_sql(content, *root, "population", true);
  plan.chosen_sql = read_sql(content, *root, "chosen", false);
  read_identifiers(content, *root, plan);
  read_tables(content, *root, plan);
  if (!content.ok()) return unexpected(content.error());
  return plan;
}

Result<void> check_plan(const ResearchPlan& plan, const std::vector<tables::TableSchema>& schemas) {
  for (const ExportTable& table : plan.tables) {
    const auto schema = std::ranges::find(schemas, table.table, &tables::TableSchema::name);
    if (schema == schemas.end())
      return fail(ErrorCode::invalid_input, "there is no such table", table.table);
    if (std::ranges::find(schema->columns, "resident_id", &tables::ColumnSpec::name) ==
        schema->columns.end())
      return fail(ErrorCode::invalid_input, "rows of this table belong to no person", table.table);
    for (const ExportColumn& column : table.columns)
      if (Result<void> checked = check_column(plan, table, column, *schema); !checked)
        return checked;
  }
  return {};
}

}  // namespace hb::exchange
