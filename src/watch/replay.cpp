#include "watch/replay.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/csv.hpp"

namespace hb::watch {
namespace {

constexpr std::int64_t most_cases = 1'000'000'000;  // on one day; more is a fault of the data

/// One row of a stream's SQL. Rows of the same series and day add up; those from before the
/// definition of their disease are left out.
/// returns  what is wrong with it; empty: nothing
std::string take(const Stream& stream, const std::vector<tables::Value>& row,
                 StreamCounts& counts) {
  constexpr std::size_t columns = 5;  // and a part
  constexpr const char* shape =
      "the SQL must give day (DATE), area, place, disease (texts or keys), count (BIGINT) "
      "and maybe part (text or key)";
  if (row.size() != columns && row.size() != columns + 1) return shape;
  const auto* day = std::get_if<Date>(&row[0]);
  const auto* count = std::get_if<std::int64_t>(&row[4]);
  if (day == nullptr || count == nullptr) return shape;
  std::array<std::string, 4> texts;
  for (const std::size_t column : {1U, 2U, 3U, 5U}) {
    if (column >= row.size() || std::holds_alternative<std::monostate>(row[column])) continue;
    std::string& value = texts[std::min<std::size_t>(column - 1, 3)];
    if (const auto* text = std::get_if<std::string>(&row[column]))
      value = *text;
    else if (const auto* number = std::get_if<std::int64_t>(&row[column]))
      value = std::to_string(*number);  // a key, an age band
    else
      return shape;
  }
  if (*count < 0 || *count > most_cases)
    return "a count of " + std::to_string(*count) + " on " + format_date(*day) + " in area " +
           texts[0] + ": 0 to 1,000,000,000 is expected";
  if (const auto since = stream.since.find(texts[2]);
      since != stream.since.end() && *day < since->second)
    return {};
  counts[{texts[0], texts[1], texts[2], texts[3]}][*day] += static_cast<double>(*count);
  return {};
}

}  // namespace

Result<StreamCounts> counts_of(const tables::Database& database, const Principal& principal,
                               const Stream& stream, Date from, Date to) {
  StreamCounts counts;
  std::string wrong;
  const auto read = database.scan(principal, stream.sql, {{"from", from}, {"to", to}},
                                  [&](const std::vector<tables::Value>& row) {
                                    wrong = take(stream, row, counts);
                                    return wrong.empty();
                                  });
  if (!read) return fail(read.error().code, read.error().message, "stream " + stream.id);
  if (!wrong.empty()) return fail(ErrorCode::invalid_input, wrong, "stream " + stream.id);
  return counts;
}

Result<Findings> find(const tables::Database& database, const Principal& principal,
                      std::span<const Stream> streams, Date first, Date last) {
  Findings all;
  for (const Stream& stream : streams) {
    const Date begin = counts_from(stream, first);
    const auto counts = counts_of(database, principal, stream, begin, last);
    if (!counts) return unexpected(counts.error());
    auto findings = judge_stream(stream, *counts, begin, first, last);
    if (!findings)
      return fail(findings.error().code, findings.error().message, "stream " + stream.id);
    all.all.insert(all.all.end(), findings->all.begin(), findings->all.end());
    for (const auto& [day, judged] : findings->judged) all.judged[day] += judged;
  }
  return all;
}

Result<std::vector<Signal>> replay(const tables::Database& database, const Principal& principal,
                                   std::span<const Stream> streams, Date from, Date to,
                                   const FusionOptions& options) {
  const auto findings = find(database, principal, streams, findings_from(from, options), to);
  if (!findings) return unexpected(findings.error());
  return fuse(*findings, from, to, options);
}

Result<std::vector<Signal>> daily(const tables::Database& database, const Principal& principal,
                                  std::span<const Stream> streams, Date date,
                                  const FusionOptions& options) {
  return replay(database, principal, streams, date, date, options);
}

Result<std::vector<ChartDay>> chart(const tables::Database& database, const Principal& principal,
                                    std::span<const Stream> streams, const Evidence& evidence,
                                    Date from, Date to) {
  const auto found = std::ranges::find(streams, evidence.stream, &Stream::id);
  if (found == streams.end())
    return fail(ErrorCode::not_found, "there is no stream " + evidence.stream);
  const Date begin = counts_from(*found, std::min(from, evidence.from));
  const auto counts = counts_of(database, principal, *found, begin, std::max(to, evidence.to));
  if (!counts) return unexpected(counts.error());
  int window = 0;
  for (Date day = evidence.from; day <= evidence.to; ++day.days) window += found->is_open(day);
  return chart_of(*found, *counts, begin, evidence.key, evidence.method, std::max(window, 1), from,
                  to);
}

std::string signals_csv(std::span<const Signal> signals) {
  std::string csv = "id,date,lane,area,place,disease,streams,score,first_date\n";
  for (const Signal& signal : signals) {
    std::string streams;
    for (const std::string& one : signal.streams) streams += (streams.empty() ? "" : " ") + one;
    char score[32];
    std::snprintf(score, sizeof score, "%.2f", signal.score);
    csv += csv_field(signal.id) + ',' + format_date(signal.date) + ',' +
           std::string(lane_word(signal.lane)) + ',' + csv_field(signal.area) + ',' +
           csv_field(signal.place) + ',' + csv_field(signal.disease) + ',' + csv_field(streams) +
           ',' + score + ',' + format_date(signal.first_date) + '\n';
  }
  return csv;
}

}  // namespace hb::watch
