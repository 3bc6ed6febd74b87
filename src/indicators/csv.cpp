#include "indicators/csv.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace hb::indicators {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }

  CsvRow row() {
    const std::size_t begin = at_;
    CsvRow row{line_, {}, {}};
    while (field(row)) {
    }
    if (unclosed_) {
      unclosed_ = false;
      at_ = begin;
      line_ = row.line;
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      row.fields.assign(1, std::string(text_.substr(at_, end - at_)));
      row.fault = "a quotation mark is not closed";
      at_ = end;
      end_line();
    }
    return row;
  }

 private:
  /// Reads one field; returns whether another follows in this row.
  bool field(CsvRow& row) {
    std::string value;
    const bool quoted = !at_end() && text_[at_] == '"';
    if (quoted && !quoted_part(value)) {
      unclosed_ = true;
      return false;
    }
    const std::size_t begin = at_;
    while (!at_end() && text_[at_] != ',' && text_[at_] != '\n') ++at_;
    std::string_view rest = text_.substr(begin, at_ - begin);
    const bool line_ends = at_end() || text_[at_] == '\n';
    if (line_ends && rest.ends_with('\r')) rest.remove_suffix(1);
    if (quoted && !rest.empty()) row.fault = "text stands behind a closing quotation mark";
    if (!quoted && rest.find('"') != std::string_view::npos) {
      row.fault = "a quotation mark stands inside a field that does not begin with one";
    }
    value.append(rest);
    row.fields.push_back(std::move(value));
    if (line_ends) {
      end_line();
      return false;
    }
    ++at_;
    return true;
  }

  bool quoted_part(std::string& value) {
    for (++at_; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c != '"') {
        value += c;
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        value += '"';
        ++at_;
      } else {
        ++at_;
        return true;
      }
    }
    return false;
  }

  void end_line() {
    if (!at_end()) ++at_;
    ++line_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool unclosed_ = false;
};

}  // namespace

Result<std::string> table_text(std::string_view bytes, const std::string& name) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
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

std::vector<CsvRow> read_csv(std::string_view utf8) {
  std::vector<CsvRow> rows;
  CsvReader reader(utf8);
  // Only the last quote can be open to the end; a second one would read the rest again and again.
  while (!reader.at_end()) {
    CsvRow row = reader.row();
    const bool empty = row.fault.empty() && row.fields.size() == 1 && row.fields.front().empty();
    if (!empty) rows.push_back(std::move(row));
  }
  return rows;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace hb::indicators
