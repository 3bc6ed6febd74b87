#include "stats/sheet.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <unordered_map>

#include "core/utf8.hpp"

namespace hb::stats {
namespace {

std::string place(const std::string& file, std::int64_t line, std::size_t field) {
  return file + ":" + std::to_string(line) + ":" + std::to_string(field);
}

bool is_missing(std::string_view text) { return text.empty() || text == "NA"; }

/// The header's own faults; empty = sound.
std::string header_fault(const std::vector<std::string>& names, std::size_t& at) {
  for (at = 0; at < names.size(); ++at) {
    if (names[at].empty()) return "this column has no name";
    const auto first = std::ranges::find(names, names[at]);
    if (first != names.begin() + static_cast<std::ptrdiff_t>(at))
      return "column " + names[at] + " is there twice";
  }
  return {};
}

/// Appends the shortest text that reads back as the same double, without an exponent where people
/// would write none.
void append_digits(std::string& text, double number) {
  constexpr double smallest = 1e-6;
  constexpr double largest = 1e15;
  const double size = std::abs(number);
  const bool plain = number == 0 || (size >= smallest && size < largest);
  char digits[64];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  text.append(digits, end);
}

void append(std::string& csv, const std::optional<double>& number) {
  csv += ',';
  if (number && std::isfinite(*number)) append_digits(csv, *number);
}

void append(std::string& csv, const std::optional<Interval>& limits) {
  append(csv, limits ? std::optional(limits->lower) : std::nullopt);
  append(csv, limits ? std::optional(limits->upper) : std::nullopt);
}

}  // namespace

Result<Sheet> Sheet::read(std::string_view text, std::string file) {
  if (!is_utf8(text)) return fail(ErrorCode::invalid_input, "the text is not UTF-8", file);
  std::vector<CsvRow> rows = read_csv(text);
  for (const CsvRow& row : rows)
    if (!row.fault.empty())
      return fail(ErrorCode::invalid_input, row.fault,
                  place(file, row.line, std::max<std::size_t>(row.fields.size(), 1)));
  if (rows.empty())
    return fail(ErrorCode::invalid_input, "a header line with the names of the columns is expected",
                file + ":1:1");
  const CsvRow& header = rows.front();
  std::size_t at = 0;
  if (std::string fault = header_fault(header.fields, at); !fault.empty())
    return fail(ErrorCode::invalid_input, std::move(fault), place(file, header.line, at + 1));
  if (rows.size() == 1)
    return fail(ErrorCode::invalid_input, "there is no row below the header",
                place(file, header.line + 1, 1));
  const std::size_t width = header.fields.size();
  for (const CsvRow& row : rows) {
    if (row.fields.size() == width) continue;
    return fail(ErrorCode::invalid_input,
                "the header has " + std::to_string(width) + " fields, this row " +
                    std::to_string(row.fields.size()),
                place(file, row.line, std::min(row.fields.size(), width + 1)));
  }
  return Sheet(std::move(rows), std::move(file));
}

std::optional<std::size_t> Sheet::find(std::string_view name) const {
  const auto& names = rows_.front().fields;
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

Result<std::size_t> Sheet::column(std::string_view name) const {
  if (const auto found = find(name)) return *found;
  std::string all;
  for (const std::string& known : rows_.front().fields) all += (all.empty() ? "" : ", ") + known;
  return fail(ErrorCode::invalid_input,
              "column " + std::string(name) + " is expected; the columns are " + all,
              file_ + ":" + std::to_string(rows_.front().line));
}

Result<std::vector<double>> Sheet::numbers(std::size_t column) const {
  std::vector<double> values(rows(), missing);
  for (std::size_t row = 0; row < values.size(); ++row) {
    const std::string& field = text(row, column);
    if (is_missing(field)) continue;
    const auto number = parse_number(field);
    if (!number)
      return unexpected(
          fault(row, column, name(column) + ": a number is expected, not “" + field + "”"));
    values[row] = *number;
  }
  return values;
}

Result<std::vector<double>> Sheet::all_numbers(std::size_t column) const {
  Result<std::vector<double>> values = numbers(column);
  if (!values) return values;
  for (std::size_t row = 0; row < values->size(); ++row)
    if (std::isnan((*values)[row]))
      return unexpected(
          fault(row, column, name(column) + ": a number is expected, the field is empty"));
  return values;
}

Error Sheet::fault(std::size_t row, std::size_t column, std::string message) const {
  return {ErrorCode::invalid_input, std::move(message),
          place(file_, rows_[row + 1].line, column + 1)};
}

Error Sheet::fault(std::string message) const {
  return {ErrorCode::invalid_input, std::move(message), file_};
}

std::optional<double> parse_number(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::string number_text(double number) {
  std::string text;
  if (std::isfinite(number)) append_digits(text, number);
  return text;
}

std::string number_text(const std::optional<double>& number) {
  return number ? number_text(*number) : std::string();
}

Groups group_rows(const Sheet& sheet, std::vector<std::size_t> columns) {
  Groups groups{std::move(columns), {}};
  std::unordered_map<std::string, std::size_t> known;
  std::string key;
  std::string former;
  std::size_t at = 0;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    key.clear();
    for (const std::size_t column : groups.columns) {
      const std::string& field = sheet.text(row, column);
      key += std::to_string(field.size());  // no field can look like the end of another
      key += ':';
      key += field;
    }
    // Rows of a group mostly stand together.
    if (row == 0 || key != former) {
      const auto [found, is_new] = known.emplace(key, groups.rows.size());
      if (is_new) groups.rows.emplace_back();
      at = found->second;
      former = key;
    }
    groups.rows[at].push_back(row);
  }
  return groups;
}

Groups single_rows(const Sheet& sheet, std::vector<std::size_t> columns) {
  Groups groups{std::move(columns), {}};
  groups.rows.reserve(sheet.rows());
  for (std::size_t row = 0; row < sheet.rows(); ++row) groups.rows.push_back({row});
  return groups;
}

Estimate scaled(Estimate estimate, double factor) {
  const auto scale = [factor](std::optional<Interval>& limits) {
    if (!limits) return;
    *limits = {limits->lower * factor, limits->upper * factor};
    if (factor < 0) std::swap(limits->lower, limits->upper);
  };
  if (estimate.value) *estimate.value *= factor;
  scale(estimate.at95);
  scale(estimate.at998);
  return estimate;
}

Answer::Answer(const Sheet& sheet, std::vector<std::size_t> columns,
               std::vector<std::string_view> adds)
    : sheet_(&sheet), columns_(std::move(columns)), adds_(adds.size()) {
  for (const std::size_t column : columns_) csv_ += csv_field(sheet.name(column)) + ",";
  csv_ += "value,lower95,upper95,lower998,upper998,method,status";
  for (const std::string_view name : adds) csv_.append(",").append(name);
  csv_ += '\n';
}

void Answer::add(std::size_t row, const Estimate& estimate, const std::vector<std::string>& added) {
  for (const std::size_t column : columns_) {
    const std::string& field = sheet_->text(row, column);
    if (field.find_first_of(",\"\r\n") == std::string::npos)
      csv_ += field;
    else
      csv_ += csv_field(field);
    csv_ += ',';
  }
  std::string numbers;
  append(numbers, estimate.value);
  append(numbers, estimate.at95);
  append(numbers, estimate.at998);
  csv_.append(numbers, 1);
  csv_.append(",").append(estimate.method).append(",").append(estimate.status);
  for (std::size_t i = 0; i < adds_; ++i) {
    csv_ += ',';
    if (i < added.size()) csv_ += csv_field(added[i]);
  }
  csv_ += '\n';
}

}  // namespace hb::stats
