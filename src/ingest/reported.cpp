#include "ingest/reported.hpp"

#include <filesystem>
#include <optional>

#include "core/csv.hpp"
#include "core/utf8.hpp"
#include "ingest/commit.hpp"
#include "ingest/source.hpp"

namespace hb::ingest {

namespace {

constexpr std::int64_t largest_csv = 64 << 20;
constexpr std::size_t absent = static_cast<std::size_t>(-1);

/// Where the columns that we keep stand; the other columns of a plan table are content of the
/// scenes.
struct Columns {
  std::size_t no = absent, name = absent, scope = absent, unit = absent;
  std::size_t value_text = absent, value_year = absent, note = absent, area = absent;
  std::size_t count = 0;
};

std::size_t find(const CsvRow& header, std::string_view name) {
  for (std::size_t index = 0; index < header.fields.size(); ++index)
    if (header.fields[index] == name) return index;
  return absent;
}

Result<Columns> columns_of(const CsvRow& header, const std::string& path) {
  Columns columns{find(header, "no"),   find(header, "name_zh"),    find(header, "scope"),
                  find(header, "unit"), find(header, "value_text"), find(header, "value_year"),
                  find(header, "note"), find(header, "area"),       header.fields.size()};
  for (const auto& [index, name] : {std::pair{columns.no, "no"}, std::pair{columns.name, "name_zh"},
                                    std::pair{columns.value_text, "value_text"}})
    if (index == absent)
      return fail(
          ErrorCode::invalid_input,
          std::string("the column `") + name +
              "` is missing; expected a table of reported values: no, name_zh, unit, scope, "
              "value_text, value_year",
          path + ":1");
  return columns;
}

std::string_view field(const CsvRow& row, std::size_t index) {
  return index < row.fields.size() ? std::string_view(row.fields[index]) : std::string_view{};
}

std::string joined(const CsvRow& row) {
  std::string line;
  for (const std::string& text : row.fields) line += (line.empty() ? "" : ",") + csv_field(text);
  return line;
}

std::optional<records::Problem> fault_of(const CsvRow& row, const Columns& columns) {
  records::Problem problem;
  problem.line = row.line;
  problem.type = "ReportedValue";
  if (row.fields.size() != columns.count) {
    problem.rule = "wrong-columns";
    problem.expected = std::to_string(columns.count) + " columns, as in the header";
    problem.found = std::to_string(row.fields.size()) + " columns";
  } else if (field(row, columns.no).empty() || field(row, columns.name).empty()) {
    problem.rule = "required";
    problem.path = field(row, columns.no).empty() ? "no" : "name_zh";
    problem.expected = "the number and the name of the indicator";
  } else {
    return std::nullopt;
  }
  problem.original = joined(row);
  problem.length = static_cast<std::int64_t>(problem.original.size());
  return problem;
}

Result<std::string> read_text(const FileState& file) {
  if (file.delivery.bytes > largest_csv)
    return fail(ErrorCode::invalid_input, "the table is larger than 64 MB", file.path);
  if (file.delivery.bytes == 0)
    return fail(ErrorCode::invalid_input, "the file is empty", file.path);
  auto source = ByteSource::open(file.path, file.spool_key);
  if (!source) return unexpected(source.error());
  std::string text;
  std::string block(1 << 20, '\0');
  while (const std::size_t got = source->read(block.data(), block.size())) {
    text.append(block, 0, got);
    if (text.size() > static_cast<std::size_t>(largest_csv))
      return fail(ErrorCode::invalid_input, "the table is larger than 64 MB", file.path);
  }
  if (!source->damage().empty()) return fail(ErrorCode::unavailable, source->damage(), file.path);
  if (is_utf8(text)) return text;
  auto converted = gb18030_to_utf8(text);
  if (!converted)
    return fail(ErrorCode::invalid_input, "the text is neither UTF-8 nor GB18030", file.path);
  return converted;
}

Result<records::WriteSet> write_set(FileState& file) {
  auto text = read_text(file);
  if (!text) return unexpected(text.error());
  auto rows = parse_csv(*text);
  if (!rows) return unexpected(rows.error());
  if (rows->empty()) return fail(ErrorCode::invalid_input, "the table has no header", file.path);
  auto columns = columns_of(rows->front(), file.path);
  if (!columns) return unexpected(columns.error());
  records::WriteSet set;
  set.delivery = file.delivery.id;
  const std::string plan = std::filesystem::path(file.path).stem().string();
  for (std::size_t index = 1; index < rows->size(); ++index) {
    const CsvRow& row = (*rows)[index];
    if (auto problem = fault_of(row, *columns)) {
      problem->delivery = file.delivery.id;
      set.problems.push_back(std::move(*problem));
      continue;
    }
    records::ReportedValue value;
    value.plan = plan;
    value.indicator = field(row, columns->no);
    value.scope = field(row, columns->scope);
    value.area = field(row, columns->area);
    value.period = field(row, columns->value_year);
    value.value_text = field(row, columns->value_text);
    value.unit = field(row, columns->unit);
    value.note = field(row, columns->note);
    value.delivery = file.delivery.id;
    value.line = row.line;
    set.reported.push_back(std::move(value));
  }
  file.unpacked = static_cast<std::int64_t>(text->size());
  return set;
}

}  // namespace

Result<void> load_reported(Hub& hub, FileState& file, LoadReport& report) {
  auto set = write_set(file);
  if (!set) {
    file.error = set.error().message;
    const std::string& place = set.error().where;
    if (!place.empty() && place != file.path) file.error += " (" + place + ")";
    report.failed.push_back({file.path, file.error});
    return {};
  }
  const auto values = static_cast<std::int64_t>(set->reported.size());
  const auto problems = static_cast<std::int64_t>(set->problems.size());
  auto written = commit_without_rows(hub, std::move(*set));
  if (!written) return written;
  if (values > 0) {
    file.resources["ReportedValue"] += values;
    report.resources["ReportedValue"] += values;
  }
  file.delivery.accepted += values;
  file.delivery.quarantined += problems;
  report.accepted += values;
  report.quarantined += problems;
  return {};
}

}  // namespace hb::ingest
