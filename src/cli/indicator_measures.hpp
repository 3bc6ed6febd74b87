#pragma once
#include <CLI/CLI.hpp>

namespace hb::cli {

/// `indicator compute` and `indicator verify`.
void add_indicator_measures(CLI::App& indicator, int& exit_code);

}  // namespace hb::cli
