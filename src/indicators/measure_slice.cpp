#include "indicators/measure_slice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace hb::indicators {
namespace {

constexpr std::pair<std::string_view, Sex> sexes[] = {
    {"male", Sex::male}, {"female", Sex::female}, {"other", Sex::other}, {"unknown", Sex::unknown}};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether the identifier stands in the text as a word of its own.
bool mentions(std::string_view sql, std::string_view name) {
  for (std::size_t at = sql.find(name); at != std::string_view::npos; at = sql.find(name, at + 1)) {
    const bool begins = at == 0 || !is_word(sql[at - 1]);
    const std::size_t end = at + name.size();
    if (begins && (end == sql.size() || !is_word(sql[end]))) return true;
  }
  return false;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Whether columns may be meant that are not named: SELECT *, t.*, NATURAL JOIN. A star behind an
/// operand multiplies; count(*) names no column.
bool takes_unnamed(std::string_view lower_sql) {
  if (mentions(lower_sql, "natural")) return true;
  for (std::size_t at = lower_sql.find('*'); at != std::string_view::npos;
       at = lower_sql.find('*', at + 1)) {
    std::string_view before = lower_sql.substr(0, at);
    while (!before.empty() && std::isspace(static_cast<unsigned char>(before.back())) != 0)
      before.remove_suffix(1);
    if (before.ends_with('.') || before.ends_with(',') || before.ends_with("select") ||
        before.ends_with("distinct") || before.ends_with("all"))
      return true;
  }
  return false;
}

/// Whether the text makes its months of this very column: date_trunc('month',
/// [CAST(][alias.]column, or column - CAST(EXTRACT(day FROM [alias.]column), and nothing that moves
/// the day.
bool is_by_month_of(std::string_view sql, std::string_view column) {
  for (const std::string_view opening :
       {std::string_view("date_trunc('month', "), std::string_view("EXTRACT(day FROM ")}) {
    for (std::size_t at = sql.find(opening); at != std::string_view::npos;
         at = sql.find(opening, at + 1)) {
      std::string_view rest = sql.substr(at + opening.size());
      if (rest.starts_with("CAST(")) rest.remove_prefix(5);
      const auto end =
          std::ranges::find_if_not(rest, [](char c) { return is_word(c) || c == '.'; });
      const std::string_view name = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
      const std::string_view behind = rest.substr(name.size());
      const bool is_column = name == column || name.ends_with("." + std::string(column));
      if (is_column && (behind.starts_with(")") || behind.starts_with(" AS DATE))"))) return true;
    }
  }
  return false;
}

/// Positions of the columns of an answer.
struct Columns {
  std::optional<std::size_t> month, area, sex, age, n, squares;
};

Result<Columns> columns_of(const tables::ResultSet& set, const CubeQuery& query) {
  Columns at;
  const std::string_view age = query.life ? "age" : "age_band";
  const std::pair<std::string_view, std::optional<std::size_t>*> known[] = {
      {"month", &at.month}, {"area", &at.area}, {"sex", &at.sex},
      {age, &at.age},       {"n", &at.n},       {"squares", &at.squares}};
  for (std::size_t i = 0; i < set.columns.size(); ++i) {
    const auto found =
        std::ranges::find(known, set.columns[i], [](const auto& column) { return column.first; });
    if (found == std::end(known))
      return fail(ErrorCode::invalid_input,
                  fmt::format("the column “{}” is none of month, area, sex, {}, n, squares",
                              set.columns[i], age));
    *found->second = i;
  }
  std::string lacking;
  for (const auto& [name, position] : known) {
    if (*position || name == "squares" || (name == "month" && query.part.each)) continue;
    lacking += (lacking.empty() ? "" : ", ") + std::string(name);
  }
  if (at.month && query.part.each)
    return fail(ErrorCode::invalid_input, "“over_time: each” has no column month");
  if (!lacking.empty()) return fail(ErrorCode::invalid_input, "the SQL gives no column " + lacking);
  return at;
}

/// Scaled by 10,000 for DECIMAL; whole numbers as they are.
struct Amount {
  std::int64_t scaled;
  bool decimal;
};

Result<Amount> amount(const tables::Value& value, const char* column) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return Amount{*whole, false};
  const auto* decimal = std::get_if<tables::Decimal>(&value);
  if (decimal == nullptr || decimal->scale > 4)
    return fail(ErrorCode::invalid_input,
                fmt::format("“{}” must be BIGINT or DECIMAL(18,4) and never NULL", column));
  std::int64_t scaled = decimal->scaled;
  for (int i = decimal->scale; i < 4; ++i)
    if (__builtin_mul_overflow(scaled, std::int64_t{10}, &scaled))
      return fail(ErrorCode::invalid_input, fmt::format("“{}” is too large", column));
  return Amount{scaled, true};
}

std::string text(const tables::Value& value) {
  const auto* found = std::get_if<std::string>(&value);
  return found != nullptr ? *found : std::string();
}

Result<Sex> sex_of(const tables::Value& value) {
  const std::string word = text(value);
  if (word.empty()) return Sex::unknown;
  for (const auto& [name, sex] : sexes)
    if (name == word) return sex;
  return fail(ErrorCode::invalid_input,
              "“sex” is none of male, female, other, unknown: " + word.substr(0, 40));
}

Result<std::int16_t> age_of(const tables::Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return unknown_age;
  const auto* whole = std::get_if<std::int64_t>(&value);
  if (whole == nullptr || *whole < 0 || *whole > 150)
    return fail(ErrorCode::invalid_input,
                "the age group must be INTEGER from 0 to 150: its first year");
  return static_cast<std::int16_t>(*whole);
}

using Cells =
    std::map<std::tuple<std::string, Sex, std::int16_t>, std::pair<std::int64_t, std::int64_t>>;

/// Cells of one period while they are collected.
struct Draft {
  Cells cells;
  bool decimal = false;
};

Result<std::size_t> period_of(const tables::Value& value, const CubeRun& run) {
  const auto* day = std::get_if<Date>(&value);
  if (day == nullptr)
    return fail(ErrorCode::invalid_input, "“month” must be a DATE: the first day of the month");
  const auto found = std::ranges::find(run.periods, *day, &Period::first);
  if (found == run.periods.end())
    return fail(ErrorCode::invalid_input, "“month” " + format_date(*day) +
                                              " is not the first day of a month from $from to $to");
  return static_cast<std::size_t>(found - run.periods.begin());
}

Result<void> take_row(const std::vector<tables::Value>& row, const Columns& at, const CubeRun& run,
                      std::vector<Draft>& drafts) {
  std::size_t period = 0;
  if (at.month) {
    const Result<std::size_t> found = period_of(row[*at.month], run);
    if (!found) return unexpected(found.error());
    period = *found;
  }
  const Result<Sex> sex = sex_of(row[*at.sex]);
  if (!sex) return unexpected(sex.error());
  const Result<std::int16_t> age = age_of(row[*at.age]);
  if (!age) return unexpected(age.error());
  const Result<Amount> n = amount(row[*at.n], "n");
  if (!n) return unexpected(n.error());
  std::int64_t squares = 0;
  if (at.squares) {
    const Result<Amount> found = amount(row[*at.squares], "squares");
    if (!found) return unexpected(found.error());
    squares = found->scaled;
    if (!found->decimal && __builtin_mul_overflow(squares, std::int64_t{10'000}, &squares))
      return fail(ErrorCode::invalid_input, "“squares” is too large");
  }
  auto& cell = drafts[period].cells[{text(row[*at.area]).substr(0, street_digits), *sex, *age}];
  drafts[period].decimal = n->decimal;
  if (__builtin_add_overflow(cell.first, n->scaled, &cell.first) ||
      __builtin_add_overflow(cell.second, squares, &cell.second))
    return fail(ErrorCode::invalid_input, "the sums have more than 64 bits");
  return {};
}

Slice finished(Draft&& draft, bool has_squares) {
  Slice slice;
  slice.decimal = draft.decimal;
  slice.has_squares = has_squares;
  slice.rows.reserve(draft.cells.size());
  for (const auto& [key, amounts] : draft.cells) {  // in order of area, sex, age
    // A cell of 0 adds nothing, whether or not the SQL gives a row for it.
    if (amounts.first == 0 && amounts.second == 0) continue;
    const auto& [area, sex, age] = key;
    if (slice.areas.empty() || slice.areas.back() != area) slice.areas.push_back(area);
    slice.rows.push_back({static_cast<std::uint16_t>(slice.areas.size() - 1), sex, age,
                          amounts.first, amounts.second});
  }
  return slice;
}

/// DuckDB says "LINE 3:" where a name does not bind.
std::string place_of(const Error& error) {
  if (error.where.starts_with("sql:")) return error.where;
  const std::size_t at = error.message.find("LINE ");
  if (at == std::string::npos) return error.where;
  const std::size_t end = error.message.find(':', at);
  return "sql:" + error.message.substr(at + 5, end - at - 5);
}

/// One sentence: what stands behind the first line is an excerpt of the SQL.
std::string first_line(const std::string& message) { return message.substr(0, message.find('\n')); }

std::vector<std::shared_ptr<const Slice>> failed(const Error& error, const CubeRun& run) {
  Slice slice;
  slice.error =
      Error{error.code, first_line(error.message), place_in_file(run.query->part, place_of(error))};
  return {run.periods.size(), std::make_shared<const Slice>(std::move(slice))};
}

}  // namespace

std::shared_ptr<const Slice> aged(const std::shared_ptr<const Slice>& slice, int from) {
  if (from == 0) return slice;
  auto older = std::make_shared<Slice>(*slice);
  std::erase_if(older->rows, [from](const Slice::Row& row) { return row.age < from; });
  return older;
}

std::string_view sex_word(Sex sex) { return sexes[static_cast<std::size_t>(sex)].first; }

void add(Sum& sum, const Slice& slice, const Pick& pick) {
  if (!slice.rows.empty()) {
    sum.decimal = slice.decimal;
    sum.has_squares = slice.has_squares;
  }
  for (const Slice::Row& row : slice.rows) {
    const std::string& area = slice.areas[row.area];
    if (pick.area_unknown_only ? !area.empty() : !area.starts_with(pick.area)) continue;
    if (pick.sex && row.sex != *pick.sex) continue;
    if (pick.age && row.age != *pick.age) continue;
    sum.any = true;
    sum.overflow |= __builtin_add_overflow(sum.n, row.n, &sum.n);
    sum.overflow |= __builtin_add_overflow(sum.squares, row.squares, &sum.squares);
  }
}

CubeQuery make_query(const MeasurePart& part, bool life,
                     const std::vector<tables::TableSchema>& schemas) {
  CubeQuery query{part, life};
  const std::string text =
      fmt::format("{} {} {} {}\n{}", part.each, part.state, part.ahead_days, life, part.sql);
  query.fingerprint = XXH3_64bits(text.data(), text.size());
  query.by_resident = part.by_resident;
  query.uses_today = part.sql.find("$today") != std::string::npos;
  for (const tables::TableSchema& schema : schemas) {
    if (!mentions(part.sql, schema.name)) continue;
    query.tables.push_back(schema.name);
    if (!schema.event_date_column.empty())
      query.event_tables.emplace_back(schema.name, schema.event_date_column);
  }
  query.dated = !part.each && !part.state && query.event_tables.size() == 1 &&
                is_by_month_of(part.sql, query.event_tables.front().second);
  return query;
}

std::vector<std::shared_ptr<const Slice>> run_cube(const Asked& ask, const CubeRun& run,
                                                   Date today) {
  const Result<tables::ResultSet> set =
      ask(run.query->part.sql,
          {{"from", run.from}, {"to", run.to}, {"area", std::string()}, {"today", today}});
  if (!set) return failed(set.error(), run);
  const Result<Columns> at = columns_of(*set, *run.query);
  if (!at) return failed(at.error(), run);
  std::vector<Draft> drafts(run.periods.size());
  for (const auto& row : set->rows)
    if (const Result<void> taken = take_row(row, *at, run, drafts); !taken)
      return failed(taken.error(), run);
  std::vector<std::shared_ptr<const Slice>> slices;
  for (Draft& draft : drafts)
    slices.push_back(
        std::make_shared<const Slice>(finished(std::move(draft), at->squares.has_value())));
  return slices;
}

namespace {

/// Changes one cell of a slice by a share's row. returns  false: an area comes or goes, or the sums
/// do not fit; the slice is then half changed
bool change_cell(Slice& slice, const std::string& area, const Slice::Row& by, bool is_former) {
  const auto known = std::ranges::lower_bound(slice.areas, area);
  if (known == slice.areas.end() || *known != area) return false;
  const auto index = static_cast<std::uint16_t>(known - slice.areas.begin());
  const auto place = [](const Slice::Row& row) { return std::tuple(row.area, row.sex, row.age); };
  const auto row = std::ranges::lower_bound(slice.rows, std::tuple(index, by.sex, by.age),
                                            std::ranges::less{}, place);
  const bool there = row != slice.rows.end() && place(*row) == std::tuple(index, by.sex, by.age);
  if (!there) {
    if (is_former) return false;
    slice.rows.insert(row, {index, by.sex, by.age, by.n, by.squares});
    return true;
  }
  const bool sound = is_former
                         ? !__builtin_sub_overflow(row->n, by.n, &row->n) &&
                               !__builtin_sub_overflow(row->squares, by.squares, &row->squares) &&
                               row->n >= 0 && row->squares >= 0
                         : !__builtin_add_overflow(row->n, by.n, &row->n) &&
                               !__builtin_add_overflow(row->squares, by.squares, &row->squares);
  if (!sound) return false;
  if (row->n != 0 || row->squares != 0) return true;
  const bool alone = (row == slice.rows.begin() || std::prev(row)->area != index) &&
                     (std::next(row) == slice.rows.end() || std::next(row)->area != index);
  slice.rows.erase(row);
  return !alone;
}

/// The few cells of the shares alone; nothing when that does not do.
std::optional<Slice> changed_cells(const Slice& slice, const Slice* former, const Slice* present) {
  Slice made = slice;
  made.no_data = false;
  for (const Slice* share : {present, former}) {  // what stays is not taken away in between
    if (share == nullptr || share->rows.empty()) continue;
    if (share->decimal != slice.decimal || share->has_squares != slice.has_squares)
      return std::nullopt;
    for (const Slice::Row& row : share->rows)
      if (!change_cell(made, share->areas[row.area], row, share == former)) return std::nullopt;
  }
  return made;
}

}  // namespace

std::optional<Slice> exchanged(const Slice& slice, const Slice* former, const Slice* present) {
  if (std::optional<Slice> made = changed_cells(slice, former, present)) return made;
  Draft draft;
  draft.decimal = slice.decimal;
  bool has_squares = slice.has_squares;
  bool sound = true;
  const auto take = [&](const Slice& share, bool is_former) {
    if (share.rows.empty()) return;
    draft.decimal = share.decimal;
    has_squares |= share.has_squares;
    for (const Slice::Row& row : share.rows) {
      auto& [n, squares] = draft.cells[{share.areas[row.area], row.sex, row.age}];
      if (is_former) {
        sound &= !__builtin_sub_overflow(n, row.n, &n) && n >= 0;
        sound &= !__builtin_sub_overflow(squares, row.squares, &squares) && squares >= 0;
      } else {
        sound &= !__builtin_add_overflow(n, row.n, &n);
        sound &= !__builtin_add_overflow(squares, row.squares, &squares);
      }
    }
  };
  take(slice, false);
  if (former != nullptr) take(*former, true);
  if (present != nullptr) take(*present, false);
  if (!sound) return std::nullopt;
  return finished(std::move(draft), has_squares);
}

std::vector<tables::TableSchema> share_schemas(const std::map<std::uint64_t, CubeQuery>& queries,
                                               const std::vector<tables::TableSchema>& schemas) {
  std::vector<tables::TableSchema> named;
  for (const tables::TableSchema& schema : schemas) {
    std::set<std::string> columns;
    bool used = false;
    for (const auto& [fingerprint, query] : queries) {
      if (!query.by_resident || std::ranges::find(query.tables, schema.name) == query.tables.end())
        continue;
      used = true;
      const std::string sql = lower(query.part.sql);
      const bool all = takes_unnamed(sql);
      for (const tables::ColumnSpec& column : schema.columns)
        if (all || column.name == "resident_id" || mentions(sql, column.name))
          columns.insert(column.name);
    }
    if (!used) continue;
    if (columns.empty()) columns.insert(schema.columns.front().name);
    tables::TableSchema part = schema;
    std::erase_if(part.columns,
                  [&](const tables::ColumnSpec& column) { return !columns.contains(column.name); });
    named.push_back(std::move(part));
  }
  return named;
}

bool DataMonths::is_without_data(const Asked& ask, const CubeQuery& query, const Period& period) {
  return !query.event_tables.empty() &&
         std::ranges::all_of(query.event_tables,
                             [&](const auto& table) { return is_empty(ask, table, period); });
}

bool DataMonths::is_empty(const Asked& ask, const std::pair<std::string, std::string>& event_table,
                          const Period& period) {
  const auto& [table, column] = event_table;
  const auto [known, is_new] = known_.try_emplace({table, period.first, period.last}, false);
  if (!is_new) return known->second;
  // The first row of the period ends the search.
  const auto there =
      ask(fmt::format("SELECT EXISTS (SELECT 1 AS one FROM {} WHERE CAST({} AS DATE) "
                      "BETWEEN CAST($from AS DATE) AND CAST($to AS DATE)) AS found",
                      table, column),
          {{"from", period.first}, {"to", period.last}});
  known->second = there && there->rows.at(0).at(0) == tables::Value(false);
  return known->second;
}

void DataMonths::forget(const std::string& table) {
  std::erase_if(known_, [&](const auto& item) { return std::get<0>(item.first) == table; });
}

}  // namespace hb::indicators
