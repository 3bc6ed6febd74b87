#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "fhir/parser.hpp"
#include "ingest/hub.hpp"

namespace hb::ingest {

struct LoadOptions {
  std::string source = "file";
  std::size_t max_line_bytes = 16u << 20;  ///< a longer line becomes problem data, unparsed
  int threads = 2;
  /// Fraction of bytes read, resources so far; called from any thread at most ten times a second.
  std::function<void(double fraction, std::int64_t resources)> progress;
  std::string spool_key;  ///< of the files, as ByteSource::open; empty: they lie there as they came
  const std::atomic<bool>* cancel = nullptr;  ///< set to true: stops after the current chunk
};

struct LoadReport {
  std::int64_t accepted = 0;
  std::int64_t quarantined = 0;
  std::int64_t duplicates = 0;
  std::int64_t orphans = 0;
  double seconds = 0;
  std::int64_t bytes = 0;                         ///< unpacked
  std::map<std::string, std::int64_t> warnings;   ///< rules that taken resources break
  std::map<std::string, std::int64_t> resources;  ///< accepted and duplicate, per type
  std::map<std::string, std::int64_t> tables;     ///< rows made per table
  std::vector<DeliveryId> deliveries;
  struct FileError {
    std::string file;
    std::string message;
  };
  std::vector<FileError> failed;  ///< files of which nothing could be done
  bool cancelled = false;
};

/// Loads files and directories (NDJSON, FHIR JSON and XML, Bundles, .gz of these,
/// plan CSV). Each file is a
/// delivery; all files are read in two passes, people and places first.
/// errors  only when nothing at all can go on (store gone, disk full)
Result<LoadReport> load(Hub& hub, const std::vector<std::string>& paths,
                        const LoadOptions& options);

struct Correction {
  bool accepted = false;
  Seq seq = 0;
  std::vector<fhir::Fault> faults;
};
/// Tries the corrected text of a problem; when it holds it is written and the problem is closed. A
/// rule of level quarantine that the problem is about may still be broken: a person has looked.
Result<Correction> correct_problem(Hub& hub, const Principal& principal, std::int64_t problem,
                                   std::string_view text);
Result<void> dismiss_problem(Hub& hub, const Principal& principal, std::int64_t problem,
                             std::string_view reason);
Result<void> reopen_problem(Hub& hub, const Principal& principal, std::int64_t problem);
struct Replay {
  std::int64_t tried = 0;
  std::int64_t accepted = 0;
};
/// Tries all open problems of a delivery again as they stand (after a rule or a view was mended).
Result<Replay> replay_problems(Hub& hub, const Principal& principal, DeliveryId delivery);

}  // namespace hb::ingest
