#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "watch/tune.hpp"

namespace hb::signals {

/// A run of the tuning bench over the history of a store.
struct TuningRun {
  enum class State : std::uint8_t { running, done, failed, cancelled, interrupted, damaged };
  /// What one share of false discoveries gives for the joined signals.
  struct Point {
    double false_discoveries = 0;
    std::int64_t outbreaks = 0;  ///< known ones that are to be found
    std::int64_t detected = 0;
    std::optional<double> days;  ///< median, from the third onset to the signal
    double signals_a_week = 0;
    double false_a_week = 0;  ///< that fit no known outbreak; without known ones all
    bool chosen = false;      ///< by the bench, for what was asked
  };

  std::string id;
  State state = State::running;
  std::string by;
  Instant at{};
  std::optional<Instant> ended;
  Date from{}, to{};
  int injections = 0;
  std::int64_t least_cases = 0;
  double most_false_a_week = 0;
  std::int64_t known = 0;  ///< outbreaks it was held against
  double progress = 0;     ///< 0…1
  std::string error;
  std::vector<Point> points;  ///< of the joined signals, by share
};
std::string_view state_word(TuningRun::State state);

/// Runs that were made stay in a folder of the store: what was asked, what came out, every row of
/// the bench. One runs at a time, in the background. All members may be called from many threads.
class TuningDesk {
 public:
  /// A run that was going on when the program ended is marked as interrupted. One whose file cannot
  /// be read is listed as damaged, with the file and the fault; the file stays as it is.
  /// errors  unavailable: the folder cannot be made or read
  static Result<std::unique_ptr<TuningDesk>> open(const std::filesystem::path& folder);
  ~TuningDesk() { stop(); }

  /// errors  conflict: another run is going on; invalid_input: as of watch::tune()
  Result<TuningRun> start(const tables::Database& database, std::vector<watch::Stream> streams,
                          std::vector<watch::Outbreak> truth, const watch::TuneOptions& options,
                          std::string by, Clock clock);
  /// errors  not_found; conflict: it has ended
  Result<TuningRun> cancel(std::string_view id);
  std::vector<TuningRun> list() const;  ///< newest first
  Result<TuningRun> find(std::string_view id) const;
  /// The rows of a run that is done (watch::tune_csv).
  Result<std::string> rows(std::string_view id) const;
  /// Waits for what runs; for tests.
  void wait();
  void stop();

 private:
  explicit TuningDesk(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<void> save(const TuningRun& run) const;
  void work(const tables::Database& database, const std::vector<watch::Stream>& streams,
            const std::vector<watch::Outbreak>& truth, watch::TuneOptions options, TuningRun run,
            const Clock& clock);

  std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::vector<TuningRun> runs_;  ///< oldest first
  std::atomic<bool> cancelled_{false};
  std::thread thread_;
};

}  // namespace hb::signals
