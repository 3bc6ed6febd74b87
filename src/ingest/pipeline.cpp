#include "ingest/pipeline.hpp"

#include <exception>
#include <thread>

namespace hb::ingest {

namespace {
constexpr std::size_t most_queued_chunks = 6;  // about 12 MB of text
}

Pipeline::Pipeline(Hub& hub, KnownReferences& known, int threads, Finish finish)
    : hub_(hub), known_(known), threads_(threads), finish_(std::move(finish)) {}

bool Pipeline::push(std::size_t file, Chunk&& chunk) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.size() < most_queued_chunks || error_; });
  if (error_) return false;
  queue_.push_back({file, next_ticket_++, std::move(chunk)});
  changed_.notify_all();
  return true;
}

std::optional<Pipeline::Job> Pipeline::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !queue_.empty() || produced_ || error_; });
  if (queue_.empty() || error_) return std::nullopt;
  Job job = std::move(queue_.front());
  queue_.pop_front();
  changed_.notify_all();
  return job;
}

void Pipeline::finish_in_order(Job& job, Result<Prepared>&& prepared) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return turn_ == job.ticket || error_; });
    if (error_) return;
  }
  Result<void> finished;
  if (prepared)
    finished = finish_(job.file, std::move(*prepared));
  else
    finished = unexpected(prepared.error());
  const std::lock_guard lock(mutex_);
  if (!finished && !error_) error_ = finished.error();
  ++turn_;
  changed_.notify_all();
}

void Pipeline::work(const std::vector<FileState>& files) {
  Preparer preparer(hub_, known_);
  while (std::optional<Job> job = take())
    finish_in_order(*job, preparer.prepare(job->chunk, files[job->file].delivery.id));
}

Result<void> Pipeline::run(const std::vector<FileState>& files,
                           const std::function<void(const Push&)>& produce) {
  std::exception_ptr bug;  // a failed HB_CHECK in a thread is rethrown here
  std::vector<std::thread> workers;
  for (int index = 0; index < threads_; ++index)
    workers.emplace_back([this, &files, &bug] {
      try {
        work(files);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        bug = std::current_exception();
        error_ = Error{ErrorCode::unavailable, "internal error", ""};
        changed_.notify_all();
      }
    });
  produce([this](std::size_t file, Chunk&& chunk) { return push(file, std::move(chunk)); });
  {
    const std::lock_guard lock(mutex_);
    produced_ = true;
    changed_.notify_all();
  }
  for (std::thread& worker : workers) worker.join();
  if (bug) std::rethrow_exception(bug);
  if (error_) return unexpected<Error>(*error_);
  return {};
}

}  // namespace hb::ingest
