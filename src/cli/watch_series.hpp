#pragma once
#include <CLI/CLI.hpp>

namespace hb::cli {

/// `watch series` and `watch findings`.
void add_watch_series(CLI::App& watch, int& exit_code);

}  // namespace hb::cli
