#include "server/fhir/index_watch.hpp"

#include <spdlog/spdlog.h>

#include "records/store.hpp"
#include "search/index.hpp"

namespace hb::server::fhir_api {

namespace {

constexpr auto look_every = std::chrono::milliseconds(200);
constexpr auto after_failure = std::chrono::milliseconds(5'000);
constexpr Seq little = 5'000;  // versions: some tens of milliseconds

}  // namespace

IndexWatch::IndexWatch(std::unique_ptr<search::Index> index, records::Store& store)
    : index_(std::move(index)),
      store_(store),
      index_thread_([this] { keep_index(); }),
      labels_thread_([this] { keep_labels(); }) {}

IndexWatch::~IndexWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  end_.notify_all();
  index_thread_.join();
  labels_thread_.join();
}

bool IndexWatch::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !end_.wait_for(lock, time, [this] { return stopping_.load(); });
}

Result<void> IndexWatch::ready() {
  const Seq last = store_.last_seq();
  const Seq reached = index_->reached();
  if (reached >= last) return {};
  if (last - reached <= little) return index_->catch_up();
  return fail(ErrorCode::unavailable, "the search index is being made: " +
                                          std::to_string(static_cast<int>(index_->made() * 100)) +
                                          " % of " + std::to_string(last - reached) + " versions");
}

void IndexWatch::keep_index() {
  auto wait = look_every;
  do {
    wait = look_every;
    if (index_->reached() >= store_.last_seq()) continue;
    const Result<void> done =
        index_->catch_up([this](std::int64_t, std::int64_t) { return !stopping_.load(); });
    if (done || stopping_) continue;
    spdlog::error(R"({{"event":"search index","error":"{}"}})", done.error().message);
    wait = after_failure;
  } while (pause(wait));
}

void IndexWatch::keep_labels() {
  auto wait = look_every;
  do {
    wait = look_every;
    if (store_.labelled() >= store_.last_seq()) continue;
    const Result<void> done =
        store_.catch_up_labels([this](std::int64_t, std::int64_t) { return !stopping_.load(); });
    if (done || stopping_) continue;
    spdlog::error(R"({{"event":"labels of compartments","error":"{}"}})", done.error().message);
    wait = after_failure;
  } while (pause(wait));
}

}  // namespace hb::server::fhir_api
