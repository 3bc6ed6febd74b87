#include "signals/daily.hpp"

namespace hb::signals {

Result<std::optional<double>> at_most(const Ledger& ledger, const Content& content) {
  const auto decided = ledger.workloads();
  if (!decided) return unexpected(decided.error());
  if (decided->empty()) return std::optional(content.at_most);
  return decided->front().at_most;
}

Date first_day(const Content& content, Date day) { return Date{day.days - content.lookback}; }

Result<Run> keep_days(const tables::Database& database, std::span<const watch::Stream> streams,
                      Ledger& ledger, const Content& content, const DailyAsk& ask, Instant now) {
  watch::FusionOptions options = ask.options;
  const auto most = at_most(ledger, content);
  if (!most) return unexpected(most.error());
  options.at_most = *most;
  const auto found =
      watch::replay(database, Principal::published("watch"), streams, ask.from, ask.to, options);
  if (!found) return unexpected(found.error());
  Run run;
  run.at = now;
  run.by = ask.by;
  run.from = ask.from;
  run.to = ask.to;
  run.feed = ask.feed;
  return ledger.keep(*found, run);
}

}  // namespace hb::signals
