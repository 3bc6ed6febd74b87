#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>

#include "core/clock.hpp"
#include "core/principal.hpp"
#include "records/store.hpp"

namespace hb::server::fhir_api {

/// Work that goes on behind an answer (Prefer: respond-async): asked for once, looked after by its
/// address, continued after a crash.
struct Job {
  enum class Stage : std::uint8_t { waiting, running, done, failed, cancelled };
  std::string id;    ///< 128 random bits, hexadecimal
  std::string kind;  ///< "export", "import"
  Principal owner;   ///< with whose rights it works; nobody else is told that it exists
  std::string request;
  boost::json::object ask;      ///< what was asked, by the kind
  boost::json::object reached;  ///< how far it is, by the kind; as durable
  Stage stage = Stage::waiting;
  Instant asked, ended;
  double fraction = 0;   ///< 0…1
  std::string progress;  ///< a few words; never about a person
  std::string error;     ///< why it failed
};

struct JobOptions {
  std::chrono::seconds keep = std::chrono::hours(24);  ///< results, after the end
  std::size_t per_user = 3;                            ///< that wait or run
  std::size_t results_per_user = 20;                   ///< that have ended and are kept
};

/// Keeps jobs in folders below one directory, each with a sealed file that says what it is, and
/// works on them, one of a kind at a time. What is there at the start goes on; what has ended is
/// removed when its time is over. All members may be called from many threads.
class Jobs {
 public:
  /// What a kind's function works with; on the thread of the kind.
  class Work {
   public:
    const Job& job() const { return job_; }
    const std::string& directory() const { return directory_; }
    /// Cancelled, or the server stops: what is done is kept, the rest comes later or never.
    bool stopping() const { return *cancelled_ || jobs_.stopping_; }
    /// How far it is, for who asks; not durable.
    void progress(double fraction, std::string words);
    /// What is to be known after a crash; durable when it returns.
    Result<void> keep(boost::json::object reached);

   private:
    friend class Jobs;
    Work(Jobs& jobs, Job job, std::string directory, std::shared_ptr<std::atomic<bool>> cancelled)
        : jobs_(jobs),
          job_(std::move(job)),
          directory_(std::move(directory)),
          cancelled_(std::move(cancelled)) {}
    Jobs& jobs_;
    Job job_;
    std::string directory_;
    std::shared_ptr<std::atomic<bool>> cancelled_;
  };
  /// errors  become the job's error, unless it is to stop
  using Run = std::function<Result<void>(Work&)>;

  Jobs(const records::Store& store, std::string directory, Clock clock, JobOptions options);
  ~Jobs();  ///< running work stops at its next step
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  /// Reads what is there and begins to work. Once.
  Result<void> start(std::map<std::string, Run> kinds);

  /// errors  unavailable: too many of this user, or the disk
  Result<Job> add(const std::string& kind, const Principal& owner, std::string request,
                  boost::json::object ask);
  /// nullopt: there is none, or it is somebody else's
  std::optional<Job> find(const std::string& kind, const Principal& asker, std::string_view id);
  /// Ends it and removes all of it. returns  false as find() says nullopt
  bool cancel(const std::string& kind, const Principal& asker, std::string_view id);
  /// When the results of an ended job go.
  Instant expires(const Job& job) const;
  std::string directory_of(const Job& job) const { return directory_ + "/" + job.id; }
  const JobOptions& options() const { return options_; }

 private:
  struct Kept {
    Job job;
    std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);
  };
  Result<void> read_all();
  Result<void> save(const Job& job) const;
  void remove_files(const std::string& id) const;
  void work(const std::string& kind, const Run& run);
  void run_one(const Run& run, const std::string& id);
  void finish(const std::string& id, const Result<void>& outcome);
  void sweep();
  std::optional<std::string> next_of(const std::string& kind) const;
  Kept* owned(const std::string& kind, const Principal& asker, std::string_view id);

  const records::Store& store_;
  std::string directory_;
  Clock clock_;
  JobOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Kept, std::less<>> jobs_;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

/// Whether a person's rights are those he had when he asked: results are given to nobody else.
bool same_rights(const Principal& then, const Principal& now);

/// Writes a file beside and moves it over the old one; durable when it returns.
Result<void> write_durably(const std::string& path, std::string_view bytes);

}  // namespace hb::server::fhir_api
