#pragma once
#include <CLI/CLI.hpp>

namespace hb::cli {

/// To `indicator`: check-plan.
void add_indicator_plans(CLI::App& indicator, int& exit_code);

}  // namespace hb::cli
