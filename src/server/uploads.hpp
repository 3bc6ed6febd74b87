#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "ingest/hub.hpp"
#include "server/http.hpp"

namespace hb::server {

/// A file that was uploaded and waits for its turn, is being loaded, or could not be.
struct UploadState {
  std::int64_t id = 0;  ///< below zero: its number until the records know it as a delivery
  std::string name;
  std::string user;
  std::uint64_t bytes = 0;
  std::string digest;
  enum class Stage : std::uint8_t {
    queued,
    loading,
    done,
    failed,
    cancelled
  } stage = Stage::queued;
  double progress = 0;      ///< 0…1
  DeliveryId delivery = 0;  ///< 0 = the records do not know it (yet)
  std::string error;
  Instant arrived;
};

/// Loads uploaded files one after the other on a thread of its own.
class Uploads {
 public:
  /// threads  of each load
  Uploads(ingest::Hub& hub, Clock clock, int threads);
  ~Uploads();
  Uploads(const Uploads&) = delete;
  Uploads& operator=(const Uploads&) = delete;

  /// Before the first add(); called after every change, from any thread.
  void on_change(std::function<void(const UploadState&)> listener);
  /// Where request bodies are streamed to; emptied at start.
  const std::string& directory() const { return directory_; }

  /// Takes the file over. name: as the sender calls it, made safe here.
  UploadState add(Upload upload, std::string_view name, std::string_view user);
  /// id: of the upload (below zero) or of the delivery it became.
  /// errors  not_found: no such upload here; conflict: it has already ended
  Result<UploadState> cancel(std::int64_t id);
  std::optional<UploadState> find(std::int64_t id) const;
  /// Uploads the records do not know: waiting ones and those that failed; newest first.
  std::vector<UploadState> unknown_to_records() const;
  bool busy() const { return busy_; }
  /// Held while a file is loaded: loads go one after the other, whoever began them, and nobody else
  /// brings the tables up meanwhile.
  class Loading {
   public:
    explicit Loading(Uploads& uploads)
        : uploads_(uploads), lock_(uploads.loading_, std::defer_lock) {}
    ~Loading() {
      if (lock_.owns_lock()) uploads_.busy_ = false;
    }
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;
    bool begins() { return took(lock_.try_lock()); }
    void wait() {
      lock_.lock();
      took(true);
    }

   private:
    bool took(bool ours) {
      if (ours) uploads_.busy_ = true;
      return ours;
    }
    Uploads& uploads_;
    std::unique_lock<std::mutex> lock_;
  };
  std::size_t waiting() const;

 private:
  struct Job {
    UploadState state;
    std::string path;
    std::string spool_key;
    std::atomic<bool> cancelled{false};
  };
  void run();
  void load(Job& job);
  void advance(Job& job, double progress, DeliveryId newest_before);
  void change(Job& job, const std::function<void(UploadState&)>& how);
  std::shared_ptr<Job> find_job(std::int64_t id) const;

  ingest::Hub& hub_;
  Clock clock_;
  int threads_;
  std::string directory_;
  std::function<void(const UploadState&)> listener_;
  std::mutex loading_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> jobs_;  // newest last; ended ones stay until 200 are newer
  std::int64_t next_id_ = -1;
  std::atomic<bool> busy_{false};
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hb::server
