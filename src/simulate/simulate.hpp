#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/date.hpp"
#include "core/result.hpp"
#include "simulate/content.hpp"
#include "simulate/tally.hpp"

namespace hb::simulate {

struct Batch;

/// Takes the resources of a run in place of files. Called by several threads at once, with pieces
/// numbered from 0; what it returns is called in the order of the pieces, one at a time.
using Commit = std::function<Result<void>()>;
using Take = std::function<Result<Commit>(std::uint64_t piece, const Batch& batch)>;

struct Options {
  std::uint32_t residents = 0;  ///< alive on the last day, 1–5,000,000
  int years = 0;                ///< 1–100, ending with the last day
  std::uint64_t seed = 1;
  std::optional<Date> last_day;     ///< 2025-12-31 when empty; 1990–2100
  std::filesystem::path directory;  ///< where the files go; made when absent
  std::filesystem::path content;    ///< folder with district.yaml and the others
  std::filesystem::path outbreaks;  ///< catalogue; empty: the content's own; "none": none
  DirtLevel dirt = DirtLevel::none;
  bool gzip = false;           ///< *.ndjson.gz instead of *.ndjson
  std::uint32_t problems = 0;  ///< faulty lines in dirty-clinic.ndjson, up to 100,000; 0: no file
  int threads = 0;             ///< 0: as many as the machine has; does not change the result
  const std::atomic<bool>* stop = nullptr;  ///< set by a signal: the run ends, nothing is left
  Take take;                                ///< instead of the NDJSON files
};

struct Summary {
  std::uint64_t resources = 0;                  ///< without the lines of dirty-clinic
  std::uint64_t bytes = 0;                      ///< of NDJSON before compression
  std::map<std::string, std::uint64_t> counts;  ///< by resource type
  std::uint32_t residents = 0, deceased = 0, left = 0;
  std::uint32_t problems = 0;
  std::uint32_t households = 0;
  std::uint32_t outbreaks = 0;
  std::uint64_t outbreak_cases = 0, outbreak_cards = 0;
  Date first_day, last_day;
  Tally tally;  ///< counted while simulating; names: Content::counters
  double seconds = 0;
};

/// Households done, of how many; called from one thread at a time.
using Progress = std::function<void(std::uint64_t done, std::uint64_t of)>;

/// Writes a simulated district: <Type>.ndjson[.gz] per resource type, areas.geojson, manifest.json
/// truth/*.csv (what no institution would deliver, see docs/simulation.md) and, on demand,
/// dirty-clinic.ndjson. With `take` the directory gets areas.geojson, manifest.json and truth/
/// only. Equal options and content give equal bytes, whatever the threads. Memory: 35 bytes a
/// person and a few hundred MB of text in flight at most. Files of an earlier simulation in the
/// directory are replaced; files of anybody else are not touched.
///
/// errors  invalid_input: an option out of range, or content at fault (where = file:line);
///         not_found: content missing; conflict: the directory holds NDJSON files this program did
///         not make; unavailable: the directory cannot be written or the disk is full – whatever
///         was half-written is removed
Result<Summary> simulate(const Options& options, const Progress& progress = {});

}  // namespace hb::simulate
