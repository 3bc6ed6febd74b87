#include "server/signals.hpp"

#include <spdlog/spdlog.h>

#include "server/card_routes.hpp"
#include "server/json.hpp"
#include "signals/daily.hpp"
#include "watch/decisions.hpp"

namespace hb::server {

namespace fs = std::filesystem;

Result<std::unique_ptr<SignalHouse>> SignalHouse::open(ingest::Hub& hub, const fs::path& scenes,
                                                       SignalHouseOptions options) {
  std::unique_ptr<SignalHouse> house(new SignalHouse(hub, std::move(options)));
  auto content = signals::load_content(scenes);
  if (!content) return unexpected(content.error());
  house->content_ = std::move(*content);
  auto streams = watch::load_streams(scenes, hub.directory());
  if (!streams) return unexpected(streams.error());
  house->streams_ = std::move(*streams);
  auto ledger = signals::Ledger::open((fs::path(hub.directory()) / "signals.db").string(),
                                      signals::sealing_of(hub.store()));
  if (!ledger) return unexpected(ledger.error());
  house->ledger_ = std::move(*ledger);
  auto cards = cards::load_content(scenes);
  if (!cards && cards.error().code != ErrorCode::not_found) return unexpected(cards.error());
  if (cards) {
    house->cards_ = std::make_shared<CardDesk>();
    house->cards_->content = std::move(*cards);
  }
  auto tuning = signals::TuningDesk::open(fs::path(hub.directory()) / "tuning");
  if (!tuning) return unexpected(tuning.error());
  house->tuning_ = std::move(*tuning);
  house->evidence_ = std::make_unique<signals::Evidence>(hub.tables(), house->streams_);
  return house;
}

SignalHouse::~SignalHouse() { stop(); }

void SignalHouse::start() {
  moved_ = true;
  thread_ = std::thread([this] { loop(); });
}

void SignalHouse::stop() {
  if (tuning_) tuning_->stop();
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SignalHouse::notify() {
  {
    const std::scoped_lock lock(mutex_);
    moved_ = true;
  }
  wake_.notify_all();
}

std::optional<Error> SignalHouse::fault() const {
  const std::scoped_lock lock(mutex_);
  return fault_;
}

Result<signals::Run> SignalHouse::run() {
  signals::DailyAsk ask;
  ask.to = options_.today();
  ask.from = signals::first_day(content_, ask.to);
  ask.feed = options_.reached();
  const auto decided = watch::decided_options(hub_.directory());
  if (decided) ask.options = *decided;
  auto run = decided ? signals::keep_days(hub_.tables(), streams_, *ledger_, content_, ask,
                                          options_.clock())
                     : Result<signals::Run>(unexpected(decided.error()));
  {
    const std::scoped_lock lock(mutex_);
    fault_ = run ? std::nullopt : std::optional(run.error());
  }
  if (run && listener_) listener_(*run);
  return run;
}

void SignalHouse::loop() {
  std::optional<Date> done;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    // A new day is looked for as often as two runs may follow one another.
    wake_.wait_for(lock, options_.pause, [this] { return stopping_ || moved_; });
    const bool due = moved_ || done != options_.today();
    if (stopping_) return;
    if (!due) {
      lock.unlock();
      if (look_) look_();
      lock.lock();
      continue;
    }
    if (wake_.wait_for(lock, options_.wait, [this] { return stopping_; })) return;
    moved_ = false;
    const Date day = options_.today();
    lock.unlock();
    const auto run = this->run();
    if (!run)
      spdlog::warn("{}", json::serialize(json::object{{"event", "signals-not-run"},
                                                      {"message", run.error().message},
                                                      {"where", run.error().where}}));
    if (look_) look_();
    lock.lock();
    if (run) done = day;
    if (wake_.wait_for(lock, options_.pause, [this] { return stopping_; })) return;
  }
}

Result<std::shared_ptr<const signals::Counts>> SignalHouse::counts(std::string_view stream) {
  return evidence_->counts(stream, options_.today(), options_.reached());
}

}  // namespace hb::server
