#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "records/store.hpp"

namespace hb::records {

class Writer;

/// The one thread that writes. Callers queue work; the thread takes all that wait, does it in one
/// transaction, each piece behind a savepoint of its own, and wakes the callers when it is durable.
class Committer {
 public:
  using Work = std::function<Result<void>()>;

  explicit Committer(Writer& writer);
  /// Finishes what is queued, audit entries too.
  ~Committer();

  /// Runs work in the writer's thread and returns when its commit is durable.
  /// weight  rough number of rows: a group ends when it holds enough
  /// errors  of the work, or unavailable when the commit failed: then nothing of it is written
  Result<void> run(std::size_t weight, Work work);
  /// Runs work in the writer's thread outside any transaction.
  Result<void> run_alone(Work work);
  /// Written soon, at the latest after 100 ms; waits only while too many are to be written.
  /// returns  its number: 1, 2, …
  std::uint64_t audit(Store::AuditEntry entry);
  /// See Store::when_audited. The entry is written at once.
  void when_audited(std::uint64_t entry, std::function<void(bool)> done);
  /// Returns when all entries of before the call are durable.
  Result<void> flush_audit();

 private:
  struct Job {
    std::size_t weight;
    bool alone;
    Work work;
    std::promise<Result<void>> done;
    bool all_audit = false;  ///< the group takes every audit entry along
  };
  struct Group {
    std::vector<Job> jobs;
    std::vector<Store::AuditEntry> audit;
  };
  struct Waiting {
    std::uint64_t entry;
    std::function<void(bool)> done;
  };

  Result<void> queue(Job job);
  bool take(Group& group);
  void take_audit(Group& group);
  void loop();
  void run_group(Group& group);
  void end_group(Group& group, bool written);
  void run_single(Job& job);
  /// One piece of work behind its savepoint; false when the whole transaction is lost.
  bool attempt(Job& job, Result<void>& result, std::exception_ptr& thrown);
  static void answer(Job& job, Result<void> result, const std::exception_ptr& thrown);

  Writer& writer_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::vector<Store::AuditEntry> audit_;
  std::uint64_t noted_ = 0;          ///< number of the newest entry
  std::uint64_t settled_ = 0;        ///< entries up to this one are on the disk, or lost for good
  std::vector<Waiting> waiting_;     ///< for entries to be on the disk
  std::condition_variable written_;  ///< audit_ has been taken
  bool stopping_ = false;
  bool failed_ = false;  // the last group: do not try again at once
  std::thread thread_;
};

}  // namespace hb::records
