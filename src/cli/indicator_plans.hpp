#pragma once
#include <CLI/CLI.hpp>

namespace hb::cli {

/// To `indicator`: check-plan.
void add_indicator_plans(CLI::App& indicator, int& exit_code);
/// To `indicator`: assess, draft-plan.
void add_indicator_assess(CLI::App& indicator, int& exit_code);
/// To `indicator`: report.
void add_indicator_report(CLI::App& indicator, int& exit_code);
/// To `indicator`: export.
void add_indicator_export(CLI::App& indicator, int& exit_code);
/// To `indicator`: compare.
void add_indicator_compare(CLI::App& indicator, int& exit_code);
/// To `indicator`: outlook, gap, inequality.
void add_indicator_outlook(CLI::App& indicator, int& exit_code);

}  // namespace hb::cli
