#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "stats/settings.hpp"

namespace hb::scan {

struct TextFile {
  std::string_view text;
  std::string name;  ///< in messages
};

/// The tables of `healthbrain scan`, each CSV with a header or text parted by blanks.
struct ScanFiles {
  TextFile cases;
  std::optional<TextFile> places;      ///< not needed for analysis: temporal
  std::optional<TextFile> population;  ///< people, or expected cases
  std::optional<TextFile> controls;
  std::optional<TextFile> previous;  ///< an earlier answer: which clusters go on
  TextFile options;
};

struct ScanText {
  std::string csv;
  std::vector<Error> refused;  ///< rows that could not be used, with their places
};

/// What `healthbrain scan` does. Columns, options and answers to bad input: docs/scan.md.
/// errors  invalid_input with the place
Result<ScanText> run_scan(const ScanFiles& files);

std::span<const stats::SettingRule> scan_settings();

}  // namespace hb::scan
