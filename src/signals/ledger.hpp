#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "records/file_lock.hpp"
#include "records/sqlite.hpp"
#include "records/store.hpp"
#include "signals/kept.hpp"

namespace hb::signals {

/// How bodies are kept from whoever reads the file; none given: plain.
struct Sealing {
  std::function<std::string(std::string_view plain, std::string_view context)> seal;
  std::function<Result<std::string>(std::string_view sealed, std::string_view context)> open;
};
/// As the records seal bodies.
Sealing sealing_of(const records::Store& store);

struct SignalQuery {
  std::vector<State> states;  ///< none: all
  std::optional<watch::Lane> lane;
  std::string area;                ///< beginning of the area code
  std::vector<std::string> areas;  ///< beginnings that the asker may see; none: all
  std::string disease;
  std::string stream;
  std::optional<Date> from, to;  ///< of the day it could be raised
  bool ranked = false;  ///< open one-case signals, then open ones by score, then the others; else
                        ///< newest first
  std::int64_t offset = 0;
  std::int64_t limit = 50;
};

struct SignalPage {
  std::int64_t total = 0;
  std::vector<Kept> signals;
};

/// One run of the detectors whose signals were kept.
struct Run {
  std::int64_t number = 0;
  Instant at;
  std::string by;
  Date from;  ///< days looked at
  Date to;
  std::int64_t feed = 0;  ///< batch the tables had reached
  std::int64_t found = 0;
  std::int64_t raised = 0;
  std::int64_t changed = 0;
  std::int64_t unsupported = 0;
};

/// How many signals a week the ranked lane may have, and who decided so.
struct Workload {
  std::int64_t number = 0;
  Instant at;
  std::string by;
  std::optional<double> at_most;  ///< none: all
  std::string note;
};

/// The kept signals, in signals.db beside the records: a log of events for each, sealed; the
/// columns by which lists are made are derived from it. All members may be called from many
/// threads; one process has it open.
class Ledger {
 public:
  /// errors  unavailable: used by another process, full; invalid_input: written by a newer program
  static Result<std::unique_ptr<Ledger>> open(const std::string& path, Sealing sealing = {});
  ~Ledger();

  /// Keeps what the detectors found for the days from … to; durable as a whole, or not at all.
  ///
  /// The same findings again change nothing. A signal is known by its id; where late reports moved
  /// the beginning of an episode, and with it the id, the kept signal of the same lane and area
  /// that shares a stream and began within `same_days` goes on under its former id. What is no
  /// longer found is marked as unsupported; it stays, whatever was decided.
  Result<Run> keep(const std::vector<watch::Signal>& found, Run run);
  static constexpr int same_days = 21;

  /// Appends one event. seen: events the actor knew of; key: see Event.
  /// returns  the signal after it
  /// errors   not_found; conflict: more has happened, or the act does not fit; those of take()
  Result<Kept> act(std::string_view id, Event event, std::optional<int> seen = {});

  Result<SignalPage> list(const SignalQuery& query) const;
  /// errors  not_found
  Result<Kept> find(std::string_view id) const;
  /// Oldest first. errors  not_found; invalid_input: damaged
  Result<std::vector<Event>> events(std::string_view id) const;
  /// Newest first.
  Result<std::vector<Run>> runs(std::int64_t limit) const;

  Result<Workload> set_workload(Workload workload);
  /// Newest first; none: nobody has decided.
  Result<std::vector<Workload>> workloads() const;

  /// Every log is replayed; what is derived must be what it makes. One sentence per fault.
  Result<std::vector<std::string>> check() const;

 private:
  using Connection = records::sqlite::Connection;
  Ledger(std::string path, records::FileLock lock, Sealing sealing);
  Result<void> prepare();
  Result<void> together(const std::function<Result<void>()>& work);
  Result<Kept> load(Connection& connection, std::string_view id) const;
  Result<std::vector<Event>> log(Connection& connection, std::string_view id) const;
  Result<void> append(Kept& kept, Event event);
  Result<void> keep_one(const watch::Signal& signal, Run& run, std::vector<std::string>& vanished);
  Result<std::vector<std::string>> ids_between(Date from, Date to);

  std::string path_;
  records::FileLock lock_;
  Sealing sealing_;
  std::mutex mutex_;  ///< of the writer
  std::optional<Connection> writer_;
  mutable records::sqlite::ReaderPool readers_;
};

}  // namespace hb::signals
