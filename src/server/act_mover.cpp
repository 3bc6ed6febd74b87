#include "server/act_mover.hpp"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <chrono>

namespace hb::server {

namespace {

constexpr auto pause = std::chrono::milliseconds(250);

}  // namespace

ActMover::ActMover(Gate& gate, records::Store& store)
    : gate_(gate), store_(store), thread_([this] { loop(); }) {}

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

void ActMover::move() {
  const Result<void> moved = gate_.settle(store_);
  if (!moved && !failing_)  // said once, not four times a second
    spdlog::error("{}", boost::json::serialize(boost::json::object{
                            {"event", "acts-not-audited"}, {"message", moved.error().message}}));
  failing_ = !moved;
}

}  // namespace hb::server
