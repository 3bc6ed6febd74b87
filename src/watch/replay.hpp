#pragma once
#include <span>
#include <string>
#include <vector>

#include "watch/daily.hpp"

namespace hb::watch {

/// What stands out on the days first … last, in all streams.
/// errors   as of replay()
Result<Findings> find(const tables::Database& database, const Principal& principal,
                      std::span<const Stream> streams, Date first, Date last);

/// Signals of the days from … to as they would have been raised, from the tables alone: the same
/// tables give the same signals, whenever and however often.
///
/// Every stream is read from as far back as its baselines need.
/// errors   invalid_input: SQL that does not give day, area, place, disease, count; those of the
///          tables and detectors, with the stream
Result<std::vector<Signal>> replay(const tables::Database& database, const Principal& principal,
                                   std::span<const Stream> streams, Date from, Date to,
                                   const FusionOptions& options);

/// id,date,lane,area,place,disease,streams,score,first_date; streams parted by spaces.
std::string signals_csv(std::span<const Signal> signals);

}  // namespace hb::watch
