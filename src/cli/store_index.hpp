#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "core/ids.hpp"
#include "core/result.hpp"

namespace hb::cli {

/// What was made of what searches need.
struct MadeIndex {
  Seq from = 0;     ///< version it went on from
  Seq reached = 0;  ///< the last one
  std::int64_t entries = 0;
  std::int64_t all_entries = 0;
  double seconds = 0;        ///< of the search index
  double label_seconds = 0;  ///< of the labels of compartments
};

/// Makes the search index and the labels of compartments of a store that nobody serves, or goes on
/// where that was cut off.
/// stopped  asked now and then; true: it ends, and what was done stays done
Result<MadeIndex> make_index(const std::string& store, const std::string& scenes, int threads,
                             const std::function<bool()>& stopped = {});

/// healthbrain store index
int run_index(const std::string& store, const std::string& scenes, int threads);

}  // namespace hb::cli
