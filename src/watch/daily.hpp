#pragma once
#include <span>
#include <vector>

#include "core/principal.hpp"
#include "tables/database.hpp"
#include "watch/episodes.hpp"

namespace hb::watch {

/// The signals of one day, from the tables alone: what replay() gives for that day, whenever and
/// however often it is asked. Late reports change a day when it is asked again.
///
/// errors   invalid_input: SQL that does not give day, area, place, disease, count; those of the
///          tables and detectors, with the stream
Result<std::vector<Signal>> daily(const tables::Database& database, const Principal& principal,
                                  std::span<const Stream> streams, Date date,
                                  const FusionOptions& options);

/// The series behind one of a signal's findings, as a chart shows it.
///
/// errors   not_found: no such stream; those of daily()
Result<std::vector<ChartDay>> chart(const tables::Database& database, const Principal& principal,
                                    std::span<const Stream> streams, const Evidence& evidence,
                                    Date from, Date to);

/// Counts of a stream on the days from … to, by series.
/// errors   as of daily()
Result<StreamCounts> counts_of(const tables::Database& database, const Principal& principal,
                               const Stream& stream, Date from, Date to);

}  // namespace hb::watch
