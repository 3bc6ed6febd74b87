#include "core/csv.hpp"

#include <algorithm>

namespace hb {

namespace {

/// Reads one file; each member function takes what it names and stops behind it.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  /// Linear: of several open quotes only the last can stay open to the end of the text, so the
  /// rest is read a second time at most once.
  std::vector<CsvRow> rows() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      if (!take_line_end()) rows.push_back(take_row());
    }
    return rows;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool take_line_end() {
    if (text_.substr(at_).starts_with("\r\n")) ++at_;
    if (!take('\n') && !(at_ + 1 == text_.size() && take('\r'))) return false;
    ++line_;
    return true;
  }

  CsvRow take_row() {
    const std::size_t begin = at_;
    CsvRow row{line_, {}, {}};
    do {
      if (!take_field(row)) return one_line(begin, row);
    } while (take(','));
    if (at_ < text_.size() && !take_line_end()) {
      row.fault = "text stands behind a closing quote";
      skip_line();
    }
    return row;
  }

  /// The row as its first line alone, whole and unparsed.
  CsvRow one_line(std::size_t begin, const CsvRow& row) {
    at_ = begin;
    line_ = row.line;
    CsvRow broken{row.line, {}, "a quote is opened and never closed"};
    const std::size_t end = std::min(text_.find('\n', begin), text_.size());
    broken.fields.emplace_back(text_.substr(begin, end - begin));
    skip_line();
    return broken;
  }

  void skip_line() {
    at_ = std::min(text_.find('\n', at_), text_.size());
    take_line_end();
  }

  /// returns  false: a quote is never closed
  bool take_field(CsvRow& row) {
    if (!take('"')) {
      const std::size_t begin = at_;
      while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') ++at_;
      std::string_view field = text_.substr(begin, at_ - begin);
      if (field.ends_with('\r')) {
        field.remove_suffix(1);
        --at_;
      }
      row.fields.emplace_back(field);
      return true;
    }
    std::string field;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"' && !take('"')) {
        row.fields.push_back(std::move(field));
        return true;
      }
      if (c == '\n') ++line_;
      field.push_back(c);
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace

std::vector<CsvRow> read_csv(std::string_view text) { return Reader(text).rows(); }

Result<std::vector<CsvRow>> parse_csv(std::string_view text) {
  std::vector<CsvRow> rows = read_csv(text);
  const auto broken =
      std::ranges::find_if(rows, [](const CsvRow& row) { return !row.fault.empty(); });
  if (broken == rows.end()) return rows;
  return fail(ErrorCode::invalid_input, broken->fault, "line " + std::to_string(broken->line));
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace hb
