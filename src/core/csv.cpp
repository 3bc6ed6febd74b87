#include "core/csv.hpp"

namespace hb {

namespace {

/// Reads one file; each member function takes what it names and stops behind it.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  Result<std::vector<CsvRow>> rows() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      if (take_line_end()) continue;
      CsvRow row{line_, {}};
      do {
        auto field = take_field();
        if (!field) return unexpected(field.error());
        row.fields.push_back(std::move(*field));
      } while (take(','));
      if (at_ < text_.size() && !take_line_end())
        return fail(ErrorCode::invalid_input, "text stands behind a closing quote", where());
      rows.push_back(std::move(row));
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

  Result<std::string> take_field() {
    if (!take('"')) {
      const std::size_t begin = at_;
      while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') ++at_;
      std::string_view field = text_.substr(begin, at_ - begin);
      if (field.ends_with('\r')) {
        field.remove_suffix(1);
        --at_;
      }
      return std::string(field);
    }
    const std::string opened = where();
    std::string field;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"' && !take('"')) return field;
      if (c == '\n') ++line_;
      field.push_back(c);
    }
    return fail(ErrorCode::invalid_input, "a quote is opened and never closed", opened);
  }

  std::string where() const { return "line " + std::to_string(line_); }

  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> parse_csv(std::string_view text) { return Reader(text).rows(); }

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
