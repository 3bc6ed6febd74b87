#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/principal.hpp"
#include "tables/database.hpp"
#include "watch/episodes.hpp"

namespace hb::watch {

/// Signals of the days from … to as they would have been raised, from the tables alone: the same
/// tables give the same signals, whenever and however often.
///
/// Every stream is read from 2 years before `from`: a year to tune in and what its baselines need.
/// errors   invalid_input: SQL that does not give day, area, place, disease, count; those of the
///          tables and detectors, with the stream
Result<std::vector<Signal>> replay(const tables::Database& database, const Principal& principal,
                                   std::span<const Stream> streams, Date from, Date to,
                                   const FusionOptions& options);

/// id,date,lane,area,place,disease,streams,score,first_date; streams parted by spaces.
std::string signals_csv(std::span<const Signal> signals);

}  // namespace hb::watch
