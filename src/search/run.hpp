#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/walk.hpp"

namespace hb::search {

/// One page of a search.
struct Page {
  std::vector<records::StoredVersion> matches;
  std::vector<records::StoredVersion> included;  ///< by _include and _revinclude, each once
  std::optional<std::int64_t> total;
  std::string next;  ///< cursor of the page behind this one; empty: there is none
};

/// Runs a search with the rights of the principal: what is closed to him is not there, is not
/// counted and does not shape the pages. Pages stay as they were when the first was asked for: a
/// resource changed since then is shown as it was. What is given is audited.
/// errors  invalid_input: a cursor that none of ours made, a search that costs too much (the
/// message
///         says what would help); unavailable: the index is being made
Result<Page> run(const records::Store& store, const Index& index, const Principal& principal,
                 const Query& query, const RunLimits& limits = {});

}  // namespace hb::search
