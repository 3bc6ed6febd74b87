#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/ids.hpp"
#include "indicators/measure.hpp"
#include "indicators/measure_slice.hpp"
#include "records/store.hpp"
#include "tables/database.hpp"
#include "tables/moment.hpp"
#include "tables/share.hpp"

namespace hb::indicators {

/// Position of a slice: a query and a period. Events that add up and states are kept by month only:
/// a quarter's state is that of its last month.
struct SliceKey {
  std::uint64_t query;  ///< CubeQuery::fingerprint
  Period::Kind kind;
  Date first;
  friend auto operator<=>(const SliceKey&, const SliceKey&) = default;
};
using Slices = std::map<SliceKey, std::shared_ptr<const Slice>>;

/// All that is kept, at one feed number. Immutable: readers hold it as long as they like.
struct Snapshot {
  std::int64_t generation = 0;  ///< raised whenever anything is published
  BatchId feed = 0;             ///< every batch up to here is in the slices
  std::int64_t beyond = 0;      ///< which ones are besides: tables::Moment::beyond()
  Instant as_of;                ///< when that batch was committed
  Date today;
  Slices slices;
};

struct UnitCounts;   // responsible.hpp
struct AreaProfile;  // similar.hpp

struct MeasureOptions {
  std::string directory;  ///< of the store: the cells are kept there; empty = not kept
  Date today;             ///< the last simulated day of a simulated store
  int threads = 2;        ///< queries at the same time
  std::chrono::milliseconds time_limit = std::chrono::seconds(20);  ///< of one query
  std::shared_ptr<const AreaProfile> profile;  ///< by which areas are similar; null: none is stated
};

/// What a refresh did.
struct Refreshed {
  BatchId feed = 0;
  std::size_t queries = 0;    ///< SQL texts run over all rows
  std::size_t slices = 0;     ///< made again from all rows
  std::size_t exchanged = 0;  ///< brought up by the shares of the touched residents alone
};

/// A cell that is kept and what a recomputation from nothing gives.
struct Difference {
  std::string indicator;  ///< of the first measure that uses the query
  std::string part;       ///< "numerator" or "denominator"
  std::string period;
  std::string area, sex, age;
  std::string kept, recomputed;  ///< n, and the sum of squares where there is one
};

struct Verified {
  std::int64_t cells = 0;  ///< compared
  std::vector<Difference> differences;
};

/// Computed indicators of a store: runs their SQL, keeps the smallest cells (query, period, street,
/// sex, age group) with the feed number, and makes again what a commit touched: where a figure is
/// the sum of residents' shares (MeasurePart::by_resident), only those of the residents that were
/// touched. Identical SQL runs once. All members may be called from many threads; none runs SQL but
/// ensure(), refresh() and verify().
class MeasureEngine {
 public:
  /// Takes the cells kept in the directory when their definitions, tables and feed number
  /// still fit.
  MeasureEngine(const tables::Database& tables, const records::Store& store,
                std::vector<Measure> measures, MeasureOptions options);
  ~MeasureEngine();
  MeasureEngine(const MeasureEngine&) = delete;
  MeasureEngine& operator=(const MeasureEngine&) = delete;

  const std::vector<Measure>& measures() const { return measures_; }
  const Measure* find(std::string_view id) const;
  std::shared_ptr<const Snapshot> snapshot() const;
  const MeasureOptions& options() const { return options_; }

  /// The day of the first event in any table; today when there is none. Asks the tables at most
  /// once per feed number.
  Date first_event_day() const;

  /// Makes the slices that these measures need for these periods and that are not kept yet.
  /// returns  what was run; a query that fails gives slices with its error, never a failure here
  Refreshed ensure(const std::vector<const Measure*>& measures, const std::vector<Period>& periods);
  /// Brings what is kept up to the tables: only slices that the batches since touched.
  Refreshed refresh();
  /// Plans the statements that bring up the kept slices after a delivery, so that the first one is
  /// followed as quickly as the later ones.
  void prepare();
  /// Recomputes all that is kept from nothing and compares, after a refresh. Slices that differ
  /// are replaced by the recomputed ones. progress  0…1
  Verified verify(const std::function<void(double)>& progress = {});
  /// Writes the cells into the directory, whole or not at all. errors  unavailable: disk full
  Result<void> save();

  /// On a thread of its own: makes all measures for `first`, then, leaving half of the time to
  /// others, for each of `later`, while it follows the tables at most every 500 ms. `on_change` is
  /// called on it whenever the published snapshot has changed.
  void start(std::vector<Period> first, std::vector<Period> later,
             std::function<void(const Snapshot&)> on_change);
  /// Waits until the first periods given to start() are made. returns  whether they are
  bool wait_until_ready(std::chrono::milliseconds at_most) const;
  /// Ends the thread; a query that runs is waited for. Nothing is made afterwards.
  void stop();
  /// Wakes the thread: the tables have moved.
  void notify();

  /// The measures with SQL that one of measures() rests on: itself, or those it is derived from.
  std::vector<const Measure*> behind(const Measure& measure) const {
    return measures_behind(measure, measures_);
  }

  /// Tables that a part of one of measures() reads; it has SQL.
  const std::vector<std::string>& tables_of(const MeasurePart& part) const {
    return queries_.at(query_of_.at(&part)).tables;
  }

  /// Counts of a measure by the units that answer for them, asked once per state of the tables.
  /// who, period, area  as units_of() (responsible.hpp); errors  those of it
  /// open_only  without rows of any compartment: for readers to whom one is closed
  Result<std::shared_ptr<const UnitCounts>> units(const Measure& measure,
                                                  const ResponsiblePart& who, const Period& period,
                                                  const std::string& area, bool open_only) const;

  /// Slices of a part of one of measures() over a period: one, or each month.
  struct Gathered {
    std::vector<std::shared_ptr<const Slice>> slices;
    bool complete = false;         ///< false: some are not kept (ensure() was not called)
    const Error* error = nullptr;  ///< of the first slice that has one; lives with the snapshot
  };
  Gathered gather(const Snapshot& snapshot, const MeasurePart& part, const Period& period) const;
  /// Errors of the kept slices of a measure's parts, each place once.
  std::vector<Error> faults(const Snapshot& snapshot, const Measure& measure) const;

 private:
  struct Task;
  std::vector<SliceKey> keys_of(const MeasurePart& part, const Period& period) const;
  enum class Over { all_rows, few_rows };
  std::vector<Task> tasks_for(const std::set<SliceKey>& keys, Over over) const;
  struct Shares;
  struct Exchange;
  Refreshed make(Snapshot& next, const tables::Moment& moment, const std::set<SliceKey>& keys,
                 const std::function<void(double)>& progress = {});
  Asked asked(const tables::Moment& moment) const;
  Asked asked_of(const tables::Share& share) const;
  std::vector<std::shared_ptr<const Slice>> run_task(const Asked& ask, const Task& task) const;
  Refreshed refresh_now(int attempts = 3);
  bool find_touched(Exchange& exchange) const;
  bool open_shares();
  bool fill_shares(Exchange& exchange);
  void ask_shares(Exchange& exchange) const;
  void put_exchanged(Exchange& exchange, Snapshot& next);
  std::set<SliceKey> exchange_shares(Snapshot& next, const tables::Moment& fresh,
                                     std::set<SliceKey> keys, Refreshed& refreshed);
  std::set<SliceKey> touched(const Snapshot& kept, BatchId reached) const;
  void stamp(Snapshot& snapshot, const tables::Moment& moment) const;
  void publish(std::shared_ptr<Snapshot> next);
  void follow();
  std::vector<const Measure*> all() const;
  std::vector<const MeasurePart*> parts_behind(const Measure& measure) const;
  void make_ready();
  void load();

  const tables::Database& tables_;
  const records::Store& store_;
  std::vector<Measure> measures_;
  MeasureOptions options_;
  std::map<std::uint64_t, CubeQuery> queries_;  ///< by fingerprint
  std::map<const MeasurePart*, std::uint64_t> query_of_;
  /// Measure and part that a query is named by in messages.
  std::map<std::uint64_t, std::pair<std::string, std::string>> users_;
  std::uint64_t tables_fingerprint_ = 0;

  mutable std::mutex units_mutex_;
  mutable std::map<std::string, std::shared_ptr<const UnitCounts>> units_;  ///< with feed number

  mutable std::mutex first_day_mutex_;
  mutable std::optional<std::pair<BatchId, Date>> first_day_;  ///< at a feed number
  std::mutex making_;                      ///< one of ensure, refresh, verify and save at a time
  std::shared_ptr<const Snapshot> saved_;  ///< guarded by making_
  /// The state of the tables that every kept slice shows; null until something was made. Guarded
  /// by making_, as are the following.
  std::unique_ptr<tables::Moment> moment_;
  std::unique_ptr<Shares> shares_;
  DataMonths data_;
  /// Queries that failed: they are tried where a failure ends no moment.
  std::set<std::uint64_t> failing_;
  mutable std::mutex mutex_;
  mutable std::condition_variable wake_;
  std::shared_ptr<const Snapshot> snapshot_;
  bool moved_ = false;
  bool stopping_ = false;
  std::atomic<bool> cancelled_{false};
  bool ready_ = true;
  std::vector<Period> first_;
  std::vector<Period> later_;  ///< last one next
  std::function<void(const Snapshot&)> on_change_;
  std::thread thread_;
};

/// Calendar month around a day, and the period of the same kind before.
Period month_of(Date day);
Period period_before(const Period& period);
/// The months of a year, quarter or month.
std::vector<Period> months_of(const Period& period);

}  // namespace hb::indicators
