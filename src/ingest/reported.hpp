#pragma once
#include "ingest/load.hpp"
#include "ingest/pipeline.hpp"

namespace hb::ingest {

/// Loads a CSV of reported indicator values (header of the plan tables: no, name_zh, scope, unit,
/// value_text, value_year, …). A row without number or name becomes problem data; the rest goes on.
/// errors  only when the store cannot be written
Result<void> load_reported(Hub& hub, FileState& file, LoadReport& report);

}  // namespace hb::ingest
