#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "records/store.hpp"
#include "search/entries.hpp"

namespace hb::search {

/// Where a search goes on: behind this entry of the order it runs in.
struct Place {
  std::int64_t value = 0;
  Seq seq = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// The search index of a record store: search.db beside records.db. Derived: it can be thrown away
/// and is made again from the records; after a crash it goes on where its own file says it got to.
/// Entries of versions that are no longer current stay, so that a page can be turned while others
/// write. All members may be called from many threads; catch_up runs in one at a time.
class Index {
 public:
  struct Options {
    std::size_t entries_in_memory = 8'000'000;  ///< 24 bytes each, sorted before they are written
    int threads = 2;                            ///< that read resources for a large step
    Seq large = 100'000;            ///< versions; an empty index of more is made from sorted files
    Seq slice = 2'000;              ///< versions that a thread reads at once
    std::int64_t commit = 200'000;  ///< entries of one transaction
  };

  /// Opens or makes the file; one of another plan or store is made anew.
  /// errors  unavailable: locked, full, no permission
  static Result<std::unique_ptr<Index>> open(const std::string& path, const records::Store& store,
                                             IndexPlan plan, const Options& options);
  static Result<std::unique_ptr<Index>> open(const std::string& path, const records::Store& store,
                                             IndexPlan plan);
  ~Index();

  /// Reads what the records have more than the index, and indexes it. What was done stays done when
  /// it is cut off.
  /// progress  called with versions done and to do; false stops
  /// errors    unavailable: the disk, or stopped
  using Progress = std::function<bool(std::int64_t done, std::int64_t all)>;
  Result<void> catch_up(const Progress& progress = {});
  /// The newest version that is indexed, all before it too.
  Seq reached() const;
  /// How much of the present catch_up is done, 0…1; 1 when there is none.
  double made() const;

  const Indexer& indexer() const;

  /// How many entries lie in the ranges, counted up to `most`.
  Result<std::int64_t> count(const std::vector<Range>& ranges, std::int64_t most) const;

  /// Entries of all ranges merged in the order (value, seq), or against it.
  struct Scan {
    std::vector<Range> ranges;
    bool descending = false;
    std::optional<Place> after;
    /// Each of these lists must hold the version too: equalities only.
    std::vector<std::vector<Range>> also;
    Seq first = 0;         ///< versions from here …
    Seq last = INT64_MAX;  ///< … to here
  };
  /// visit  returns false to stop
  Result<void> scan(const Scan& scan, const std::function<Result<bool>(const Place&)>& visit) const;

  /// Entries in the file, for tests and figures. errors  unavailable
  Result<std::int64_t> size() const;
  /// What is wrong, one sentence each: entries that a version should have and has not, or has and
  /// should not. Reads everything.
  Result<std::vector<std::string>> check() const;

 private:
  struct State;
  explicit Index(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hb::search
