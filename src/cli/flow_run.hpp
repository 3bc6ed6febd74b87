#pragma once
#include <CLI/CLI.hpp>

namespace hb::cli {

/// To `flow`: start, act, tasks, log, verify, on a store that no server has open.
void add_flow_run(CLI::App& flow, int& exit_code);

}  // namespace hb::cli
