#pragma once
#include <CLI/CLI.hpp>

namespace hb::cli {

/// To `indicator`: template, import, figures, submit, approve, return, publish, conflicts, decide,
/// vintages.
void add_indicator_figures(CLI::App& indicator, int& exit_code);

}  // namespace hb::cli
