#pragma once
#include <CLI/CLI.hpp>

namespace hb::cli {

/// `watch tune`.
void add_watch_tune(CLI::App& watch, int& exit_code);

}  // namespace hb::cli
