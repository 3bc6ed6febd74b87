#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>

#include "core/csv.hpp"
#include "core/utf8.hpp"
#include "indicators/plan.hpp"

namespace hb::indicators {
namespace {

constexpr std::string_view required_columns[] = {"no", "name_zh", "better", "target_text",
                                                 "value_text"};

/// Text of a table as UTF-8.
/// errors  invalid_input: UTF-16, binary, or neither UTF-8 nor GB18030
Result<std::string> table_text(std::string_view bytes, const std::string& name) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    return fail(ErrorCode::invalid_input, "the file is UTF-16; expected UTF-8 or GB18030", name);
  }
  if (bytes.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::invalid_input, "the file is binary; expected a CSV table", name);
  }
  if (is_utf8(bytes)) return std::string(bytes);
  Result<std::string> converted = gb18030_to_utf8(bytes);
  if (converted) return converted;
  return fail(ErrorCode::invalid_input, "the file is neither UTF-8 nor GB18030", name);
}

/// The columns of a table by name.
class Table {
 public:
  static Result<Table> read(std::string_view text, const std::string& name) {
    Table table;
    table.rows_ = read_csv(text);
    if (table.rows_.empty()) {
      return fail(ErrorCode::invalid_input, "the file is empty; expected a header line", name);
    }
    const CsvRow header = std::move(table.rows_.front());
    table.rows_.erase(table.rows_.begin());
    table.width_ = header.fields.size();
    for (std::size_t i = 0; i < header.fields.size(); ++i) {
      table.columns_.emplace(trimmed(header.fields[i]), i);
    }
    std::string missing;
    for (const std::string_view column : required_columns) {
      if (table.columns_.contains(std::string(column))) continue;
      missing.append(missing.empty() ? "" : ", ").append(column);
    }
    if (missing.empty()) return table;
    return fail(ErrorCode::invalid_input,
                "columns are missing: " + missing +
                    " (expected at least no, name_zh, better, target_text, value_text)",
                name + ":" + std::to_string(header.line));
  }

  const std::vector<CsvRow>& rows() const { return rows_; }
  std::size_t width() const { return width_; }

  std::string get(const CsvRow& row, const std::string& column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end() || found->second >= row.fields.size()) return {};
    return trimmed(row.fields[found->second]);
  }

 private:
  static std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
  }

  std::vector<CsvRow> rows_;
  std::map<std::string, std::size_t> columns_;
  std::size_t width_ = 0;
};

bool is_row(const Indicator& indicator, const Table& table, const CsvRow& row) {
  return indicator.no == table.get(row, "no") && indicator.name.zh == table.get(row, "name_zh");
}

const Plan* plan_by_id(const std::vector<Plan>& known, const std::string& id) {
  const auto found = std::ranges::find(known, id, &Plan::id);
  return found == known.end() ? nullptr : &*found;
}

/// The plan whose rows (number, name and target) are those of the table, whatever the file is
/// called.
const Plan* plan_by_rows(const std::vector<Plan>& known, const Table& table) {
  for (const Plan& plan : known) {
    const bool same =
        plan.indicators.size() == table.rows().size() &&
        std::ranges::equal(plan.indicators, table.rows(),
                           [&](const auto& indicator, const auto& row) {
                             return is_row(indicator, table, row) &&
                                    indicator.target_text == table.get(row, "target_text");
                           });
    if (same) return &plan;
  }
  return nullptr;
}

const Indicator* indicator_of(const Plan* plan, const Table& table, const CsvRow& row) {
  if (plan == nullptr) return nullptr;
  const std::string scope = table.get(row, "scope");
  for (const Indicator& indicator : plan->indicators) {
    if (is_row(indicator, table, row) && indicator.scope.zh == scope) return &indicator;
  }
  return nullptr;
}

std::optional<int> whole(const std::string& text) {
  int value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool all = status == std::errc() && end == text.data() + text.size();
  return all ? std::optional(value) : std::nullopt;
}

/// "plan-14-5-gongshu-2025" → 2025
std::optional<int> year_of_name(const std::string& stem) {
  const std::size_t dash = stem.rfind('-');
  if (dash == std::string::npos || stem.size() - dash != 5) return std::nullopt;
  return whole(stem.substr(dash + 1));
}

struct RowQuestion {
  Question question;
  Localized fault;  ///< why the row cannot be read; empty = it can
};

void read_row_numbers(const Table& table, const CsvRow& row, RowQuestion& result) {
  const std::string better = table.get(row, "better");
  const std::string value = table.get(row, "value");
  const std::string year = table.get(row, "value_year");
  if (better == "higher")
    result.question.better = Better::higher;
  else if (better == "lower")
    result.question.better = Better::lower;
  else if (better != "none") {
    result.fault = {"better列为“" + better + "”，应为higher、lower或none",
                    "better is “" + better + "”; expected higher, lower or none"};
  }
  result.question.value = parse_decimal(value);
  if (!value.empty() && !result.question.value) {
    result.fault = {"value列“" + value + "”不是数字", "value “" + value + "” is not a number"};
  }
  result.question.value_year = whole(year);
  if (!year.empty() && !result.question.value_year) {
    result.fault = {"value_year列“" + year + "”不是年份",
                    "value_year “" + year + "” is not a year"};
  }
}

RowQuestion question_of(const Table& table, const CsvRow& row, const Plan* plan,
                        std::optional<int> target_year) {
  RowQuestion result;
  const std::string width = std::to_string(table.width());
  const std::string found = std::to_string(row.fields.size());
  if (!row.fault.empty()) {
    result.fault = {"CSV格式有误（" + row.fault + "）", "not CSV: " + row.fault};
    return result;
  }
  if (row.fields.size() != table.width()) {
    result.fault = {"本行有" + found + "列，表头有" + width + "列",
                    "the row has " + found + " fields, the header has " + width};
    return result;
  }
  Question& question = result.question;
  question.target_text = table.get(row, "target_text");
  question.value_text = table.get(row, "value_text");
  question.target_year = target_year;
  const std::string unit = table.get(row, "unit");
  const bool ascii = std::ranges::all_of(unit, [](char c) { return c > 0; });
  question.unit = {unit, ascii || unit == "‰" ? unit : ""};
  read_row_numbers(table, row, result);
  const Indicator* known = indicator_of(plan, table, row);
  if (known == nullptr) return result;
  if (known->unit.zh == unit) question.unit = known->unit;
  question.part_names = known->part_names;
  if (known->target_text == question.target_text) question.standard = known->standard;
  return result;
}

std::string value_text(const Evaluation& evaluation) {
  if (evaluation.value.kind != CellKind::numbers) return {};
  return canonical(evaluation.value);
}

void write_row(std::string& out, std::initializer_list<std::string> fields) {
  bool first = true;
  for (const std::string& field : fields) {
    if (!first) out += ',';
    out += csv_field(field);
    first = false;
  }
  out += '\n';
}

Evaluation evaluate_row(const RowQuestion& row, const std::string& place) {
  if (row.fault.zh.empty()) return evaluate(row.question);
  Evaluation result;
  result.reason = {"本行无法读取（" + place + "）：" + row.fault.zh + "。",
                   "This row cannot be read (" + place + "): " + row.fault.en + "."};
  result.target.kind = CellKind::unreadable;
  return result;
}

Result<std::string> read_file(const PlanCsvOptions& options) {
  std::error_code problem;
  const std::string name = options.file.string();
  if (!std::filesystem::exists(options.file, problem)) {
    return fail(ErrorCode::not_found, "no such file", name);
  }
  if (!std::filesystem::is_regular_file(options.file, problem)) {
    return fail(ErrorCode::invalid_input, "expected a CSV file, this is none", name);
  }
  if (std::filesystem::file_size(options.file, problem) > options.max_bytes) {
    return fail(ErrorCode::invalid_input,
                "a plan table holds at most " + std::to_string(options.max_bytes >> 20U) + " MB",
                name);
  }
  std::ifstream in(options.file, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in.is_open() || in.bad()) return fail(ErrorCode::unavailable, "cannot be read", name);
  return bytes.str();
}

}  // namespace

Result<std::string> evaluate_plan_text(std::string_view csv, const std::string& name,
                                       const PlanCsvOptions& options,
                                       const std::vector<Plan>& known) {
  const Result<std::string> text = table_text(csv, name);
  if (!text) return unexpected(text.error());
  const Result<Table> table = Table::read(*text, name);
  if (!table) return unexpected(table.error());
  const std::string stem = std::filesystem::path(name).stem().string();
  const Plan* plan = plan_by_id(known, options.plan.empty() ? stem : options.plan);
  if (plan == nullptr && !options.plan.empty()) {
    return fail(ErrorCode::not_found, "no plan “" + options.plan + "” in the scenes", name);
  }
  if (plan == nullptr) plan = plan_by_rows(known, *table);
  const std::optional<int> year = plan != nullptr ? std::optional(plan->year) : year_of_name(stem);

  std::string out = "no,name_zh,scope,target_text,target,value,status,gap,reason\n";
  for (const CsvRow& row : table->rows()) {
    const RowQuestion question = question_of(*table, row, plan, year);
    const Evaluation result = evaluate_row(question, name + ":" + std::to_string(row.line));
    const bool chinese = options.language == Language::zh;
    write_row(out, {table->get(row, "no"), table->get(row, "name_zh"), table->get(row, "scope"),
                    table->get(row, "target_text"), canonical(result.target), value_text(result),
                    std::string(status_word(result.status)),
                    result.gap ? format_decimal(*result.gap) : "",
                    chinese ? result.reason.zh : result.reason.en});
  }
  return out;
}

Result<std::string> evaluate_plan_csv(const PlanCsvOptions& options) {
  const Result<std::string> bytes = read_file(options);
  if (!bytes) return unexpected(bytes.error());
  std::vector<Plan> known;
  if (!options.scenes_dir.empty()) {
    Result<std::vector<Plan>> plans = load_plans(options.scenes_dir);
    if (!plans) return unexpected(plans.error());
    known = std::move(*plans);
  }
  return evaluate_plan_text(*bytes, options.file.string(), options, known);
}

}  // namespace hb::indicators
