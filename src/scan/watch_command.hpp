#pragma once
#include "scan/commands.hpp"

namespace hb::scan {

/// `analysis: shiryaev-roberts`: single events watched as they come. Columns x, y and t, or those
/// that the options x, y and t name; rows are put in the order of t.
/// errors  invalid_input with the place
Result<ScanText> run_watch(const TextFile& events, const stats::Settings& options);

}  // namespace hb::scan
