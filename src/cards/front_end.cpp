#include "cards/front_end.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/csv.hpp"
#include "core/date.hpp"

namespace hb::cards {
namespace {

std::optional<std::size_t> column(const CsvRow& head, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = std::ranges::find(head.fields, name);
    if (found != head.fields.end()) return static_cast<std::size_t>(found - head.fields.begin());
  }
  return std::nullopt;
}

/// "2025-11-03 08:30" and "2025/11/3 8:30:00" as an instant of the district; empty: none
std::string time_text(const std::string& text) {
  const std::string day = day_text(text);
  if (day.empty()) return {};
  const std::size_t gap = text.find_first_of(" T");
  if (gap == text.npos) return day;
  std::string clock = text.substr(gap + 1);
  if (clock.find(':') == 1) clock = "0" + clock;
  if (clock.size() == 5) clock += ":00";
  const std::string whole = day + "T" + clock.substr(0, 8) + "+08:00";
  return parse_instant(whole) ? whole : std::string();
}

/// A word of the file in our words; the problem is told in `row`.
std::string word_of(const std::string& field, const std::string& value,
                    const FrontEndColumns& columns,
                    const std::map<std::string, std::string>& diseases, FrontEndRow& row) {
  const auto refuse = [&](const char* expected) {
    if (row.problem.empty()) row.problem = field + ": " + expected;
    return std::string();
  };
  if (field == "disease") {
    const auto known = diseases.find(value);
    return known == diseases.end() ? refuse("a disease of the list is expected") : known->second;
  }
  if (field == "onsetDate" || field == "deathDate") {
    const std::string day = day_text(value);
    return day.empty() ? refuse("a day such as 2025-11-03 is expected") : day;
  }
  if (field == "diagnosisTime") {
    const std::string time = time_text(value);
    return time.empty() ? refuse("a time such as 2025-11-03 08:30 is expected") : time;
  }
  const auto words = columns.words.find(field);
  if (words == columns.words.end()) return value;
  const auto known = words->second.find(value);
  return known == words->second.end() ? refuse("a word of the form is expected") : known->second;
}

}  // namespace

std::string day_text(std::string text) {
  text = text.substr(0, text.find_first_of(" T"));
  std::ranges::replace(text, '/', '-');
  std::array<int, 3> parts{};
  std::size_t from = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t to = i == 2 ? text.size() : text.find('-', from);
    if (to == text.npos || to == from || to - from > 4) return {};
    for (std::size_t at = from; at < to; ++at) {
      if (text[at] < '0' || text[at] > '9') return {};
      parts[i] = parts[i] * 10 + (text[at] - '0');
    }
    from = to + 1;
  }
  const auto day = make_date(parts[0], parts[1], parts[2]);
  return day ? format_date(*day) : std::string();
}

Result<std::vector<FrontEndRow>> read_front_end(
    std::string_view csv, const std::string& name, const FrontEndColumns& columns,
    const std::map<std::string, std::string>& diseases) {
  const auto rows = parse_csv(csv);
  if (!rows) return fail(rows.error().code, rows.error().message, name + ": " + rows.error().where);
  if (rows->empty()) return fail(ErrorCode::invalid_input, "the file is empty", name);
  const CsvRow& head = rows->front();
  std::map<std::string, std::size_t> at;
  for (const auto& [field, names] : columns.names)
    if (const auto found = column(head, names)) at[field] = *found;
  for (const char* needed : {"identity", "disease"})
    if (!at.contains(needed))
      return fail(ErrorCode::invalid_input, std::string("there is no column of ") + needed,
                  name + ":1");
  std::vector<FrontEndRow> made;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const CsvRow& row = (*rows)[i];
    FrontEndRow one;
    one.line = row.line;
    if (row.fields.size() != head.fields.size()) {
      one.problem = "a row with " + std::to_string(row.fields.size()) + " fields; the head has " +
                    std::to_string(head.fields.size());
      made.push_back(std::move(one));
      continue;
    }
    for (const auto& [field, index] : at) {
      const std::string& value = row.fields[index];
      if (value.empty() || field == "name") continue;
      if (field == "identity")
        one.identity = value;
      else if (field == "number")
        one.number = value;
      else if (std::string word = word_of(field, value, columns, diseases, one); !word.empty())
        one.fields[field] = std::move(word);
    }
    if (one.identity.empty() && one.problem.empty())
      one.problem = "identity: the number of the person's document is missing";
    made.push_back(std::move(one));
  }
  return made;
}

}  // namespace hb::cards
