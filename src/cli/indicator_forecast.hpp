#pragma once
#include <CLI/CLI.hpp>

namespace hb::cli {

/// To `indicator`: forecast.
void add_indicator_forecast(CLI::App& indicator, int& exit_code);

}  // namespace hb::cli
