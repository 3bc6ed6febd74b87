#include "server/fhir/index_watch.hpp"

#include <spdlog/spdlog.h>

namespace hb::server::fhir_api {

namespace {

constexpr auto look_every = std::chrono::milliseconds(200);
constexpr auto after_failure = std::chrono::seconds(5);
constexpr Seq little = 5'000;  // versions: some tens of milliseconds

}  // namespace

IndexWatch::IndexWatch(std::unique_ptr<search::Index> index, const records::Store& store)
    : index_(std::move(index)), store_(store), thread_([this] { run(); }) {}

IndexWatch::~IndexWatch() {
  stopping_ = true;
  thread_.join();
}

Result<void> IndexWatch::ready() {
  const Seq last = store_.last_seq();
  const Seq reached = index_->reached();
  if (reached >= last) return {};
  if (last - reached <= little) return index_->catch_up();
  return fail(ErrorCode::unavailable,
              "the search index is being made: " + std::to_string(reached * 100 / last) + " % of " +
                  std::to_string(last) + " versions");
}

void IndexWatch::run() {
  while (!stopping_) {
    if (index_->reached() < store_.last_seq()) {
      const Result<void> done =
          index_->catch_up([this](std::int64_t, std::int64_t) { return !stopping_.load(); });
      if (!done && !stopping_) {
        spdlog::error(R"({{"event":"search index","error":"{}"}})", done.error().message);
        std::this_thread::sleep_for(after_failure);
      }
    }
    std::this_thread::sleep_for(look_every);
  }
}

}  // namespace hb::server::fhir_api
