#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ingest/prepare.hpp"

namespace hb::ingest {

/// One file of a load on its way: what it is and what has been made of it so far.
struct FileState {
  std::string path;
  std::string spool_key;  ///< as ByteSource::open
  records::Delivery delivery;
  std::map<std::string, std::int64_t> resources;
  std::map<std::string, std::int64_t> tables;
  std::map<std::string, std::int64_t> warnings;
  std::int64_t unpacked = 0;
  std::int64_t left = 0;  ///< pieces that the first pass left for the second
  BundleLinks links;
  std::string error;  ///< why nothing more could be done with it; empty = fine
};

/// Reads chunks of several files in order, prepares them on several threads and hands them to
/// `finish` one after the other in file order, so that a later line wins over an earlier one.
class Pipeline {
 public:
  struct Job {
    std::size_t file = 0;
    std::int64_t ticket = 0;
    Chunk chunk;
  };
  using Finish = std::function<Result<void>(std::size_t file, Prepared&&)>;

  Pipeline(Hub& hub, KnownReferences& known, int threads, Finish finish);

  /// produce  runs on the calling thread and calls push for every chunk; push returns false to stop
  /// errors   the first of finish or prepare
  using Push = std::function<bool(std::size_t file, Chunk&& chunk)>;
  Result<void> run(const std::vector<FileState>& files,
                   const std::function<void(const Push&)>& produce);

 private:
  void work(const std::vector<FileState>& files);
  bool push(std::size_t file, Chunk&& chunk);
  std::optional<Job> take();
  void finish_in_order(Job& job, Result<Prepared>&& prepared);

  Hub& hub_;
  KnownReferences& known_;
  int threads_;
  Finish finish_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> queue_;
  std::int64_t next_ticket_ = 0;
  std::int64_t turn_ = 0;
  bool produced_ = false;
  std::optional<Error> error_;
};

}  // namespace hb::ingest
