#include "watch/truth.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/csv.hpp"

namespace hb::watch {
namespace {

constexpr std::size_t street_digits = 9;  // a shorter area has several streets

enum Column : std::uint8_t { id, disease, area, first, third, last, cases, columns };
constexpr std::array<std::string_view, columns> names = {
    "outbreak", "disease", "area", "first_onset", "third_onset", "last_onset", "true_cases"};

Result<std::array<std::size_t, columns>> positions(const CsvRow& head, const std::string& file) {
  std::array<std::size_t, columns> at{};
  for (std::size_t i = 0; i < columns; ++i) {
    const auto found = std::ranges::find(head.fields, names[i]);
    if (found == head.fields.end())
      return fail(ErrorCode::invalid_input, "the column " + std::string(names[i]) + " is missing",
                  file + ":1");
    at[i] = static_cast<std::size_t>(found - head.fields.begin());
  }
  return at;
}

Result<Outbreak> outbreak_of(const CsvRow& row, const std::array<std::size_t, columns>& at,
                             const std::string& where,
                             const std::map<std::string, std::string>& codes) {
  for (const std::size_t column : at)
    if (column >= row.fields.size())
      return fail(ErrorCode::invalid_input, "the row has too few fields", where);
  Outbreak outbreak;
  outbreak.id = row.fields[at[id]];
  if (const auto code = codes.find(row.fields[at[disease]]); code != codes.end())
    outbreak.disease = code->second;
  outbreak.area = row.fields[at[area]];
  outbreak.wave = outbreak.area.size() < street_digits;
  const Result<Date> begins = parse_date(row.fields[at[first]]);
  if (!begins) return fail(ErrorCode::invalid_input, begins.error().message, where);
  const Result<Date> ends = parse_date(row.fields[at[last]]);
  if (!ends) return fail(ErrorCode::invalid_input, ends.error().message, where);
  outbreak.first_onset = *begins;
  outbreak.last_onset = *ends;
  if (!row.fields[at[third]].empty()) {
    const Result<Date> day = parse_date(row.fields[at[third]]);
    if (!day) return fail(ErrorCode::invalid_input, day.error().message, where);
    outbreak.third_onset = *day;
  }
  const std::string& number = row.fields[at[cases]];
  const auto [end, fault] =
      std::from_chars(number.data(), number.data() + number.size(), outbreak.cases);
  if (fault != std::errc{} || end != number.data() + number.size())
    return fail(ErrorCode::invalid_input, "true_cases: a whole number is expected", where);
  return outbreak;
}

}  // namespace

Result<std::vector<Outbreak>> read_outbreaks(std::string_view csv, const std::string& file,
                                             const std::map<std::string, std::string>& codes) {
  const auto rows = parse_csv(csv);
  if (!rows) return fail(ErrorCode::invalid_input, rows.error().message, file);
  if (rows->empty()) return fail(ErrorCode::invalid_input, "the file is empty", file);
  const auto at = positions(rows->front(), file);
  if (!at) return unexpected(at.error());
  std::vector<Outbreak> outbreaks;
  for (const CsvRow& row : std::span(*rows).subspan(1)) {
    auto outbreak = outbreak_of(row, *at, file + ":" + std::to_string(row.line), codes);
    if (!outbreak) return unexpected(outbreak.error());
    outbreaks.push_back(std::move(*outbreak));
  }
  return outbreaks;
}

bool fits(const Outbreak& outbreak, const Signal& signal) {
  return signal.area.starts_with(outbreak.area) && signal.date >= outbreak.first_onset &&
         signal.date.days <= outbreak.last_onset.days + days_after_last &&
         (signal.disease.empty() || outbreak.disease.empty() || signal.disease == outbreak.disease);
}

std::optional<double> Score::median_delay() const {
  if (delays.empty()) return std::nullopt;
  std::vector<int> sorted = delays;
  std::ranges::sort(sorted);
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2.0;
}

Score judge(std::span<const Signal> signals, std::span<const Outbreak> outbreaks, Date from,
            Date to, std::int64_t least_cases) {
  Score score;
  score.weeks = (to.days - from.days + 1) / 7.0;
  for (const Signal& signal : signals) {
    if (signal.lane != Lane::ranked || signal.date < from || signal.date > to) continue;
    ++score.signals;
    score.right += std::ranges::any_of(
        outbreaks, [&](const Outbreak& one) { return !one.wave && fits(one, signal); });
  }
  for (const Outbreak& outbreak : outbreaks) {
    if (outbreak.wave || outbreak.cases < least_cases || outbreak.first_onset < from ||
        outbreak.last_onset > to)
      continue;
    ++score.outbreaks;
    std::optional<Date> first;
    for (const Signal& signal : signals)
      if (fits(outbreak, signal) && (!first || signal.date < *first)) first = signal.date;
    if (!first) continue;
    ++score.detected;
    if (outbreak.third_onset) score.delays.push_back(first->days - outbreak.third_onset->days);
  }
  return score;
}

}  // namespace hb::watch
