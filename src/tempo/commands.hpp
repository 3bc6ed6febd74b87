#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "stats/settings.hpp"

namespace hb::tempo {

// What `healthbrain rt`, `nowcast` and `mem` do: tables and options in memory, CSV with LF out.
// Columns, options and answers to bad input: docs/tempo.md. All errors are invalid_input with the
// place in the file.

struct TextFile {
  std::string_view text;
  std::string name;  ///< in messages
};

struct TempoAnswer {
  std::string csv;
  std::vector<Error> refused;  ///< rows that could not be used, with their places
};

/// si  serial interval (k,w or k and one column per sample)
Result<TempoAnswer> run_rt(const TextFile& epicurve, const std::optional<TextFile>& si,
                           const TextFile& options);
Result<TempoAnswer> run_nowcast(const TextFile& linelist, const TextFile& options);
Result<TempoAnswer> run_mem(const TextFile& seasons, const TextFile& options);

std::span<const stats::SettingRule> rt_settings();
std::span<const stats::SettingRule> nowcast_settings();
std::span<const stats::SettingRule> mem_settings();

}  // namespace hb::tempo
