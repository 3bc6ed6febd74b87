#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "indicators/measure_engine.hpp"
#include "tables/share.hpp"

/// The inner workings of the engine: which queries run, over all rows or over those of some
/// residents.
namespace hb::indicators {

/// One query to run, and the slices it makes.
struct MeasureEngine::Task {
  CubeRun run;
  std::vector<SliceKey> keys;
  std::vector<std::size_t> periods;  ///< of each key: its place in run.periods
};

/// The rows of the touched residents, before and after, and what was checked once.
struct MeasureEngine::Shares {
  std::vector<tables::TableSchema> schemas;  ///< with the columns that are asked for
  std::unique_ptr<tables::Share> former;
  std::unique_ptr<tables::Share> present;
  std::set<std::uint64_t> sound;  ///< queries whose SQL has passed the check
};

/// One refresh by shares.
struct MeasureEngine::Exchange {
  const tables::Moment& before;
  const tables::Moment& after;
  BatchId feed;  ///< every batch up to here is in `before`
  tables::Changes changes;
  std::set<std::string> changed;                    ///< tables with changed rows of the residents
  std::set<std::string> unowned;                    ///< tables with changed rows of no resident
  std::set<SliceKey> keys;                          ///< that can be brought up so
  std::set<std::string> with_former, with_present;  ///< tables with rows of the residents
  std::vector<Task> tasks;
  struct Answers {
    bool needed = false;
    std::vector<std::shared_ptr<const Slice>> slices;
  };
  std::vector<Answers> former, present;  ///< by task
  std::set<SliceKey> done;
};

}  // namespace hb::indicators
