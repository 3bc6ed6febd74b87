#include "server/audit_check.hpp"

#include <utility>

#include "crypto/key_file.hpp"

namespace hb::server {

using Step = AuditCheckState::Step;

AuditCheck::AuditCheck(const records::Store& store, std::string public_key, Clock clock)
    : store_(store), public_key_(std::move(public_key)), clock_(std::move(clock)) {}

AuditCheck::~AuditCheck() { stop(); }

void AuditCheck::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

AuditCheckState AuditCheck::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool AuditCheck::start(const Principal& principal) {
  const std::lock_guard lock(mutex_);
  if (state_.step == Step::running || stopping_) return false;
  if (thread_.joinable()) thread_.join();  // has ended: it left `running` as its last act
  state_ = {};
  state_.step = Step::running;
  state_.by = principal.user;
  state_.started = clock_();
  thread_ = std::thread([this, principal] { run(principal); });
  return true;
}

void AuditCheck::run(const Principal& principal) {
  const Result<crypto::Key> key = crypto::read_key(public_key_);
  const auto verdict = store_.verify_audit(principal, key ? &*key : nullptr,
                                           [this](std::int64_t done, std::int64_t all) {
                                             const std::lock_guard lock(mutex_);
                                             state_.done = done;
                                             state_.all = all;
                                             return !stopping_;
                                           });
  const std::lock_guard lock(mutex_);
  state_.ended = clock_();
  state_.signatures_checked = key.has_value();
  state_.step = verdict ? Step::done : Step::failed;
  if (verdict)
    state_.verdict = *verdict;
  else
    state_.error = verdict.error().message;
}

}  // namespace hb::server
