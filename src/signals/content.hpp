#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"

namespace hb::signals {

/// Cases behind a signal: scene SQL with $area, $place, $disease, $from, $to (days of the count).
/// It gives resident_id, onset, diagnosed, reported, case_class, disease, area, place, class,
/// state.
struct LineList {
  std::vector<std::string> kinds;  ///< of streams
  std::string sql;
};

/// How long after a case its secondary cases fall ill.
struct SerialInterval {
  std::vector<std::string> diseases;
  double mean;  ///< days
  double sd;
  std::string source;
};

/// A published figure beside which the district's own are shown.
struct Reference {
  std::string id;  ///< "signals-per-week", "suspected", "confirmed", "hours-to-verify"
  double value;
  Localized basis;
};

/// The flow that carries signals on, and what its moves decide of them.
struct FlowLink {
  std::string flow;    ///< id; empty: none
  std::string source;  ///< value of its field `source`
  std::string way;     ///< item of the answers that says how a signal was verified
  std::map<std::string, std::string> moves;  ///< move → state, or "reopened"
};

/// scenes/*/signals.yaml: what the workbench needs besides streams.
struct Content {
  double at_most = 0;  ///< signals a week in the ranked lane until somebody decides
  int lookback = 14;   ///< days that each run looks at again, for late reports
  std::vector<LineList> line_lists;
  std::vector<SerialInterval> serial_intervals;
  std::vector<Reference> references;
  FlowLink flow;

  const LineList* line_list(std::string_view kind) const;
  const SerialInterval* serial_interval(std::string_view disease) const;
};

/// errors  not_found: no scene has such a file; invalid_input with file:line: not as
///         scenes/schema/signals-1.json says, or there are two such files
Result<Content> load_content(const std::filesystem::path& scenes);

}  // namespace hb::signals
