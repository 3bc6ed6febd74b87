#pragma once
#include <span>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "signals/content.hpp"
#include "signals/ledger.hpp"
#include "tables/database.hpp"
#include "watch/replay.hpp"

namespace hb::signals {

/// What the ranked lane may have a week: as somebody decided, else as the content says.
Result<std::optional<double>> at_most(const Ledger& ledger, const Content& content);

struct DailyAsk {
  Date from;  ///< days whose signals are kept, both included
  Date to;
  std::string by = "system";
  BatchId feed = 0;              ///< that the tables have reached
  watch::FusionOptions options;  ///< as decided for the store; at_most comes from the ledger
};

/// Finds the signals of some days and keeps them; the same tables keep the same signals, however
/// often. A run for a day also looks at the days before it: see first_day().
/// errors  those of the tables, the detectors and the ledger
Result<Run> keep_days(const tables::Database& database, std::span<const watch::Stream> streams,
                      Ledger& ledger, const Content& content, const DailyAsk& ask, Instant now);

/// The first day that a run for `day` looks at.
Date first_day(const Content& content, Date day);

}  // namespace hb::signals
