#include "records/committer.hpp"

#include <algorithm>

#include "records/writer.hpp"

namespace hb::records {
namespace {

constexpr std::size_t group_weight = 50'000;
constexpr std::size_t audit_flush = 1'000;
constexpr std::size_t most_waiting = 10'000;
constexpr std::size_t audit_with_jobs = 200;
constexpr auto audit_delay = std::chrono::milliseconds(100);

}  // namespace

Committer::Committer(Writer& writer) : writer_(writer), thread_([this] { loop(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

Result<void> Committer::run(std::size_t weight, Work work) {
  return queue({weight, false, std::move(work), {}});
}

Result<void> Committer::run_alone(Work work) { return queue({0, true, std::move(work), {}}); }

Result<void> Committer::flush_audit() {
  return queue({0, false, [] { return Result<void>(); }, {}, true});
}

Result<void> Committer::queue(Job job) {
  std::future<Result<void>> done = job.done.get_future();
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return done.get();
}

std::uint64_t Committer::audit(Store::AuditEntry entry) {
  bool wake = false;
  std::uint64_t number = 0;
  {
    std::unique_lock lock(mutex_);
    // Readers wait when they are faster than their entries can be written: none is ever dropped,
    // and a commit never waits behind more than these.
    written_.wait(lock, [&] {
      return audit_.size() < most_waiting || failed_ || stopping_ ||
             std::this_thread::get_id() == thread_.get_id();
    });
    wake = audit_.empty() || audit_.size() == audit_flush;
    audit_.push_back(std::move(entry));
    number = ++noted_;
  }
  if (wake) wake_.notify_one();
  return number;
}

void Committer::when_audited(std::uint64_t entry, std::function<void(bool)> done) {
  {
    std::unique_lock lock(mutex_);
    if (entry <= settled_) {
      lock.unlock();
      return done(true);
    }
    waiting_.push_back({entry, std::move(done)});
  }
  wake_.notify_one();
}

bool Committer::take(Group& group) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return stopping_ || !queue_.empty() || !audit_.empty(); });
  if (queue_.empty() && !stopping_ && !audit_.empty()) {
    wake_.wait_for(lock, audit_delay, [&] {
      return stopping_ || !queue_.empty() ||
             (!failed_ && (audit_.size() >= audit_flush || !waiting_.empty()));
    });
  }
  std::size_t weight = 0;
  while (!queue_.empty() && weight < group_weight) {
    const bool alone = queue_.front().alone;
    if (alone && !group.jobs.empty()) break;
    weight += queue_.front().weight + 1;
    group.jobs.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (alone) break;
  }
  take_audit(group);
  return !group.jobs.empty() || !group.audit.empty() || !stopping_;
}

/// A commit that somebody waits for takes a few entries along, and all when somebody waits for
/// them; the rest follows by itself.
void Committer::take_audit(Group& group) {
  const bool all =
      group.jobs.empty() || !waiting_.empty() || std::ranges::any_of(group.jobs, &Job::all_audit);
  if (all || audit_.size() <= audit_with_jobs) {
    group.audit.swap(audit_);
  } else {
    const auto end = audit_.begin() + static_cast<std::ptrdiff_t>(audit_with_jobs);
    group.audit.assign(std::make_move_iterator(audit_.begin()), std::make_move_iterator(end));
    audit_.erase(audit_.begin(), end);
  }
  written_.notify_all();
}

void Committer::loop() {
  while (true) {
    Group group;
    if (!take(group)) return;
    if (group.jobs.size() == 1 && group.jobs.front().alone) {
      Job job = std::move(group.jobs.front());
      group.jobs.clear();
      if (!group.audit.empty()) run_group(group);
      run_single(job);
    } else if (!group.jobs.empty() || !group.audit.empty()) {
      run_group(group);
    }
  }
}

void Committer::answer(Job& job, Result<void> result, const std::exception_ptr& thrown) {
  if (thrown) {
    job.done.set_exception(thrown);
  } else {
    job.done.set_value(std::move(result));
  }
}

void Committer::run_single(Job& job) {
  Result<void> result;
  std::exception_ptr thrown;
  try {
    result = job.work();
  } catch (...) {  // a bug: the caller who asked gets it
    thrown = std::current_exception();
  }
  writer_.leave_transaction();
  answer(job, std::move(result), thrown);
}

bool Committer::attempt(Job& job, Result<void>& result, std::exception_ptr& thrown) {
  result = writer_.savepoint();
  if (!result) return false;
  try {
    result = job.work();
  } catch (...) {  // a bug: the caller who asked gets it
    thrown = std::current_exception();
  }
  if (result && !thrown) {
    result = writer_.keep_savepoint();
    return result.has_value();
  }
  const bool store_failed = !thrown && result.error().code == ErrorCode::unavailable;
  return !store_failed && writer_.undo_savepoint().has_value();
}

void Committer::run_group(Group& group) {
  std::vector<Result<void>> results(group.jobs.size());
  std::vector<std::exception_ptr> thrown(group.jobs.size());
  Result<void> whole = writer_.begin();
  for (std::size_t i = 0; i < group.jobs.size() && whole; ++i) {
    if (!attempt(group.jobs[i], results[i], thrown[i])) {
      whole = fail(ErrorCode::unavailable, "the transaction was lost");
      if (!results[i]) whole = unexpected(results[i].error());
    }
  }
  if (whole) whole = writer_.write_audit(group.audit);
  if (whole) whole = writer_.commit();
  if (!whole) writer_.abandon(whole.error());
  for (std::size_t i = 0; i < group.jobs.size(); ++i) {
    if (!whole && results[i]) results[i] = whole;
    answer(group.jobs[i], std::move(results[i]), thrown[i]);
  }
  end_group(group, whole.has_value());
}

void Committer::end_group(Group& group, bool written) {
  std::vector<Waiting> told;
  {
    const std::lock_guard lock(mutex_);
    failed_ = !written;
    const std::uint64_t last = settled_ + group.audit.size();
    const bool keep = !written && !stopping_ && audit_.size() < 100 * audit_flush;
    if (keep) {  // for the next commit, bounded
      audit_.insert(audit_.begin(), std::make_move_iterator(group.audit.begin()),
                    std::make_move_iterator(group.audit.end()));
    } else {
      settled_ = last;
    }
    const auto rest = std::stable_partition(
        waiting_.begin(), waiting_.end(), [last](const Waiting& one) { return one.entry > last; });
    told.assign(std::make_move_iterator(rest), std::make_move_iterator(waiting_.end()));
    waiting_.erase(rest, waiting_.end());
  }
  for (const Waiting& one : told) one.done(written);
}

}  // namespace hb::records
