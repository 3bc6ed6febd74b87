#include "server/act_mover.hpp"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <chrono>

namespace hb::server {

namespace {

constexpr auto pause = std::chrono::milliseconds(250);

}  // namespace

ActMover::ActMover(Gate& gate, records::Store& store, std::filesystem::path directory)
    : gate_(gate), store_(store), figures_(std::move(directory) / "figures.db") {
  thread_ = std::thread([this] { loop(); });
}

ActMover::~ActMover() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  move();
}

void ActMover::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    move();
    lock.lock();
    wake_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

Result<void> ActMover::move_figures() {
  std::error_code ignored;
  if (!book_) {
    if (!std::filesystem::exists(figures_, ignored)) return {};
    auto opened = indicators::ReportBook::open(figures_.string());
    if (!opened) return unexpected(opened.error());
    book_ = std::move(*opened);
  }
  return book_->settle(store_);
}

void ActMover::move() {
  Result<void> moved = gate_.settle(store_);
  if (const Result<void> figures = move_figures(); moved) moved = figures;
  if (!moved && !failing_)  // said once, not four times a second
    spdlog::error("{}", boost::json::serialize(boost::json::object{
                            {"event", "acts-not-audited"}, {"message", moved.error().message}}));
  failing_ = !moved;
}

}  // namespace hb::server
