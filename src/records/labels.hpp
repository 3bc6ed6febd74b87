#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/compartments.hpp"
#include "core/ids.hpp"
#include "records/sqlite.hpp"
#include "records/types.hpp"

namespace hb::records {

struct Engine;

/// Which versions of persons lie in which compartments (records/sensitive.hpp says which do), kept
/// in labels.db beside records.db, so that a reader need not find it out by reading the person.
/// Derived: it can be thrown away and is made again from the records; what it does not know yet is
/// found by reading, never taken for open. Members may be called from many threads.
class Labels {
 public:
  using Set = Compartments::Set;
  using Labelled = std::vector<std::pair<Seq, Set>>;
  /// Calls visit with every version in (from, to], in their order.
  using Scan = std::function<Result<void>(Seq from, Seq to,
                                          const std::function<bool(const StoredVersion&)>& visit)>;
  /// Called with versions done and to do; false stops.
  using Progress = std::function<bool(std::int64_t done, std::int64_t all)>;

  /// Opens or makes the file; one of other compartments, of another store, or of versions that are
  /// no longer what they were (a store put back from a backup) is made anew.
  /// errors  unavailable: locked, full, no permission
  static Result<std::unique_ptr<Labels>> open(const std::string& path, const Engine& engine);
  ~Labels();

  /// All versions up to this one have been looked at.
  Seq reached() const { return reached_; }
  /// Looks at those that came since. What was done stays done when it is cut off.
  Result<void> catch_up(const Scan& scan, const Progress& progress = {});

  /// The label of a version of a person that has been found in the records.
  /// returns  nullopt: the person has versions that have not been looked at
  Result<std::optional<Set>> of(ResidentId resident, Seq seq) const;
  /// The labelled versions of a person, rising.
  /// newest   the person's newest version; nullopt is returned when it has not been looked at
  Result<std::optional<Labelled>> of_resident(ResidentId resident, Seq newest) const;

  /// What is wrong, one sentence each. Reads everything.
  Result<std::vector<std::string>> check(const Scan& scan) const;

 private:
  Labels(const Engine& engine, const std::string& path) : engine_(engine), readers_(path) {}
  Result<void> prepare();
  Result<void> load_persons();
  Result<std::string> past(Seq seq) const;
  bool has_labels(ResidentId resident) const;
  void mark(ResidentId resident);
  Result<bool> is_known(ResidentId resident) const;
  Result<Labelled> found_by_reading(ResidentId resident) const;
  Result<void> write(const std::vector<ResidentId>& persons, Seq to);
  Result<void> write_person(ResidentId resident);

  const Engine& engine_;
  std::mutex writing_;
  std::optional<sqlite::Connection> writer_;
  mutable sqlite::ReaderPool readers_;
  std::atomic<Seq> reached_{0};
  mutable std::shared_mutex mutex_;
  std::vector<bool> persons_;  ///< by resident: has a labelled version
};

/// Every version of every resource of a person, oldest first, unpacked.
Result<std::vector<StoredVersion>> whole_person(const Engine& engine, ResidentId resident);

}  // namespace hb::records
