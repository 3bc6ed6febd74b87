#pragma once
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "ingest/hub.hpp"
#include "signals/content.hpp"
#include "signals/evidence.hpp"
#include "signals/ledger.hpp"
#include "signals/tuning.hpp"

namespace hb::server {

struct CardDesk;

struct SignalHouseOptions {
  Clock clock;
  std::function<Date()> today;       ///< the day the store is at
  std::function<BatchId()> reached;  ///< batch of the feed the tables have
  /// Between a start or a move of the feed and the run for it, so that a load of many files is one.
  std::chrono::milliseconds wait = std::chrono::seconds(5);
  /// Between two runs of the same day.
  std::chrono::milliseconds pause = std::chrono::seconds(60);
};

/// The kept signals of a served store: runs the detectors once a day and when the feed moved, and
/// holds what the routes show beside a signal.
class SignalHouse {
 public:
  /// A run of the detectors, told to whoever listens; and what to do with a signal after it.
  using Listener = std::function<void(const signals::Run&)>;

  /// errors  those of the streams, of signals.yaml and of the ledger; not_found: the scenes say
  ///         nothing of signals
  static Result<std::unique_ptr<SignalHouse>> open(ingest::Hub& hub,
                                                   const std::filesystem::path& scenes,
                                                   SignalHouseOptions options);
  ~SignalHouse();

  void on_run(Listener listener) { listener_ = std::move(listener); }  ///< before start()
  /// Called after each run and as often as two runs may follow one another; before start()
  void on_look(std::function<void()> look) { look_ = std::move(look); }
  void start();
  void stop();
  /// The feed moved.
  void notify();
  /// Runs the detectors for the store's day now; used by the thread and by tests.
  Result<signals::Run> run();
  /// Why the last run did not succeed; none: it did.
  std::optional<Error> fault() const;

  signals::Ledger& ledger() { return *ledger_; }
  const signals::Content& content() const { return content_; }
  const std::vector<watch::Stream>& streams() const { return streams_; }
  /// Counts of a stream up to the store's day.
  Result<std::shared_ptr<const signals::Counts>> counts(std::string_view stream);
  Date today() const { return options_.today(); }
  Clock clock() const { return options_.clock; }
  /// Cards of notifiable diseases; null: no scene says how they are judged.
  CardDesk* cards() { return cards_.get(); }
  signals::TuningDesk& tuning() { return *tuning_; }

 private:
  SignalHouse(ingest::Hub& hub, SignalHouseOptions options)
      : hub_(hub), options_(std::move(options)) {}
  void loop();

  ingest::Hub& hub_;
  SignalHouseOptions options_;
  std::vector<watch::Stream> streams_;
  signals::Content content_;
  std::unique_ptr<signals::Ledger> ledger_;
  std::unique_ptr<signals::Evidence> evidence_;
  std::shared_ptr<CardDesk> cards_;
  std::unique_ptr<signals::TuningDesk> tuning_;
  Listener listener_;
  std::function<void()> look_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool moved_ = false;
  std::optional<Error> fault_;
  std::thread thread_;
};

}  // namespace hb::server
