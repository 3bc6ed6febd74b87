#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "records/file_lock.hpp"
#include "records/sqlite.hpp"
#include "workflow/fire.hpp"
#include "workflow/instance.hpp"

namespace hb::workflow {

/// How bodies are kept from whoever reads the file (records::Store::seal and open_sealed); none
/// given: plain.
struct Sealing {
  std::function<std::string(std::string_view plain, std::string_view context)> seal;
  std::function<Result<std::string>(std::string_view sealed, std::string_view context)> open;
};

/// A piece of open work in the order of lists: by deadline, then by when its instance began.
struct WorkPlace {
  Instant due;           ///< the earliest deadline; never: none
  std::int64_t row = 0;  ///< of the instance
  int token = 0;

  friend auto operator<=>(const WorkPlace&, const WorkPlace&) = default;
};

/// One piece of open work, as lists show it.
struct Work {
  std::string instance;
  int token = 0;
  std::string flow;
  std::string state;
  std::string actor;
  std::string user;  ///< empty: whoever takes it first
  std::string area;
  Instant since;
  Instant due;  ///< the earliest deadline; never: none
  bool escalated = false;
  std::int64_t row = 0;  ///< of the instance

  WorkPlace place() const { return {due, row, token}; }
};

/// A reason for which work is in somebody's list.
struct Lane {
  enum class Kind : std::uint8_t {
    owned,     ///< given to the account `name`
    waiting,   ///< of the actor `name` ("outbreak/duty"), and nobody has it yet
    actor,     ///< of the actor `name`, whoever has it
    escalated  ///< was escalated to the actor `name`
  };
  Kind kind = Kind::owned;
  std::string name;
  std::vector<std::string> areas;  ///< beginnings of area codes; none: all
  bool by_organization = false;    ///< only instances of these:
  std::vector<std::string> organizations;
};

/// A page of work: everything of some lanes that fits, overdue first, then by deadline; what has
/// none last.
struct WorkList {
  std::vector<Lane> lanes;
  std::string flow;  ///< empty: any; so are the next two
  std::string state;
  std::string area;                ///< beginning of a code
  Instant from{INT64_MIN};         ///< due at or after
  std::optional<Instant> before;   ///< and due before
  std::optional<WorkPlace> after;  ///< the last of the page before
  std::int64_t limit = 50;
};

/// An instance in lists.
struct InstanceLine {
  std::int64_t row = 0;
  std::string id;
  Instant started;
};

/// A page of instances of some flows, the newest first.
struct InstanceList {
  struct Of {
    std::string flow;
    std::vector<std::string> areas;  ///< beginnings of area codes; none: all
    bool by_organization = false;
    std::vector<std::string> organizations;
  };
  std::vector<Of> flows;
  std::string state;  ///< where a part stands, or the end
  std::string area;   ///< beginning of a code
  bool open = false;  ///< only those that have not ended
  Instant from{INT64_MIN};
  std::optional<Instant> before;
  std::optional<std::pair<Instant, std::int64_t>> after;  ///< started and row of the last one
  std::int64_t limit = 50;
};

/// Whose work: what is his, and what waits for one of his actors.
struct WorkQuery {
  std::string user;
  std::vector<std::string> actors;  ///< "outbreak/duty"; none: only what is his
  std::vector<std::string> areas;   ///< beginnings of area codes; none: all
  std::int64_t limit = 50;
};

/// The log of all instances in flows.db (SQLite beside the records, WAL, synchronous=FULL), and
/// what is derived from it: open work, next deadlines, and the outbox of effects, which becomes
/// durable together with the events that caused it. Many writers share one commit. All members may
/// be called from many threads; one process has it open.
class Journal {
 public:
  /// errors  unavailable: locked by another process, full, no permission; invalid_input: newer
  static Result<std::unique_ptr<Journal>> open(const std::string& path, Sealing sealing = {});
  ~Journal();

  /// Durable when it returns, with everything that Fired holds, or nothing of it.
  /// errors  conflict: the log has gone on; unavailable: the disk
  Result<void> append(const Fired& fired);

  /// Oldest first. errors  not_found: no such instance; invalid_input: damaged
  Result<std::vector<Event>> events(std::string_view id) const;
  /// The id of the instance started with this key. errors  not_found
  Result<std::string> started_with(std::string_view key) const;

  /// Overdue first, then by deadline; what has none last.
  Result<std::vector<Work>> work(const WorkQuery& query) const;
  /// A page of a list. returns  at most `limit`
  Result<std::vector<Work>> work(const WorkList& list) const;
  /// How many there are, at most `limit` of the list.
  Result<std::int64_t> count(const WorkList& list) const;
  /// returns  at most `limit`; `looked_to` is where the search stopped when it looked at as many as
  ///          one request may, and more may follow
  Result<std::vector<InstanceLine>> instances(
      const InstanceList& list, std::optional<std::pair<Instant, std::int64_t>>& looked_to) const;
  /// Open pieces of work of a user.
  Result<std::int64_t> load(std::string_view user) const;

  /// Instances for which something is to be done by then, the earliest first.
  Result<std::vector<std::string>> due(Instant now, std::int64_t limit) const;
  /// When something is next to be done; never: nothing.
  Result<Instant> next_due() const;

  struct Entry {
    std::int64_t number = 0;
    std::string instance;
    int first = 0;  ///< events of the act that caused it
    int last = 0;
    Outgoing outgoing;
  };
  /// Effects not yet carried out, oldest first.
  Result<std::vector<Entry>> outbox(std::int64_t limit) const;
  /// These are done: all up to this number.
  Result<void> carried_out(std::int64_t number);

  struct Counts {
    std::int64_t instances = 0;
    std::int64_t active = 0;
    std::int64_t events = 0;
    std::int64_t work = 0;
    std::int64_t outbox = 0;
  };
  Result<Counts> counts() const;
  /// Every instance is replayed; what is derived must be what its log makes.
  /// returns  one sentence per fault
  Result<std::vector<std::string>> check() const;

 private:
  struct Job {
    std::function<Result<void>(records::sqlite::Connection&)> work;
    std::promise<Result<void>> done;
  };
  Journal(std::string path, records::FileLock lock, Sealing sealing);
  Result<void> prepare();
  Result<void> derive_again();
  Result<void> run(std::function<Result<void>(records::sqlite::Connection&)> work);
  void loop();
  void run_group(std::vector<Job>& jobs);
  Result<void> write(records::sqlite::Connection& connection, const Fired& fired) const;
  Result<void> write_derived(records::sqlite::Connection& connection, std::int64_t row,
                             const Instance& instance) const;
  std::string sealed(std::string_view plain, std::string_view context) const;
  Result<std::string> opened(std::string_view bytes, std::string_view context) const;

  std::string path_;
  records::FileLock lock_;
  Sealing sealing_;
  std::optional<records::sqlite::Connection> writer_;
  mutable records::sqlite::ReaderPool readers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hb::workflow
