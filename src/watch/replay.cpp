#include "watch/replay.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "core/csv.hpp"

namespace hb::watch {
namespace {

constexpr int history_days = 365;  // before the tuning days, for baselines

/// One row of a stream's SQL; false: not day, area, place, disease, count.
bool take(const std::vector<tables::Value>& row, StreamCounts& counts) {
  constexpr std::size_t columns = 5;
  if (row.size() != columns) return false;
  const auto* day = std::get_if<Date>(&row[0]);
  const auto* count = std::get_if<std::int64_t>(&row[4]);
  if (day == nullptr || count == nullptr) return false;
  std::array<std::string, 3> texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (std::holds_alternative<std::monostate>(row[i + 1])) continue;
    if (const auto* text = std::get_if<std::string>(&row[i + 1]))
      texts[i] = *text;
    else if (const auto* number = std::get_if<std::int64_t>(&row[i + 1]))
      texts[i] = std::to_string(*number);  // a key
    else
      return false;
  }
  counts[{texts[0], texts[1], texts[2]}][*day] += static_cast<double>(*count);
  return true;
}

Result<StreamCounts> read_counts(const tables::Database& database, const Principal& principal,
                                 const Stream& stream, Date from, Date to) {
  StreamCounts counts;
  bool sound = true;
  const auto read = database.scan(principal, stream.sql, {{"from", from}, {"to", to}},
                                  [&](const std::vector<tables::Value>& row) {
                                    sound = take(row, counts);
                                    return sound;
                                  });
  if (!read) return fail(read.error().code, read.error().message, "stream " + stream.id);
  if (!sound)
    return fail(
        ErrorCode::invalid_input,
        "the SQL must give day (DATE), area, place, disease (texts or keys), count (BIGINT)",
        "stream " + stream.id);
  return counts;
}

}  // namespace

Result<std::vector<Signal>> replay(const tables::Database& database, const Principal& principal,
                                   std::span<const Stream> streams, Date from, Date to,
                                   const FusionOptions& options) {
  const Date first{from.days - options.tuning_days};
  const Date begin{first.days - history_days};
  Findings all;
  for (const Stream& stream : streams) {
    const auto counts = read_counts(database, principal, stream, begin, to);
    if (!counts) return unexpected(counts.error());
    auto findings = judge_stream(stream, *counts, begin, first, to);
    if (!findings)
      return fail(findings.error().code, findings.error().message, "stream " + stream.id);
    all.all.insert(all.all.end(), findings->all.begin(), findings->all.end());
    for (const auto& [day, judged] : findings->judged) all.judged[day] += judged;
  }
  return fuse(all, from, to, options);
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
