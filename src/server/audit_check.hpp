#pragma once
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/clock.hpp"
#include "core/principal.hpp"
#include "records/store.hpp"

namespace hb::server {

/// How far the last check of the audit is, or how it ended.
struct AuditCheckState {
  enum class Step : std::uint8_t { none, running, done, failed };
  Step step = Step::none;
  std::string by;  ///< account that asked
  Instant started, ended;
  std::int64_t done = 0;  ///< entries looked at
  std::int64_t all = 0;   ///< entries there were at the beginning
  bool signatures_checked = false;
  records::Store::AuditVerdict verdict;
  std::string error;  ///< why it failed
};

/// Recomputes the audit's chain of hashes in the background, one check at a time: a hundred million
/// entries take minutes. The verdict is kept until the next check or the program's end.
class AuditCheck {
 public:
  /// public_key  file of the key that the anchors are checked with; none: chain alone
  AuditCheck(const records::Store& store, std::string public_key, Clock clock);
  ~AuditCheck();

  /// returns  false: one is running already
  bool start(const Principal& principal);
  AuditCheckState state() const;
  /// Stops a running check and waits for its end.
  void stop();

 private:
  void run(const Principal& principal);

  const records::Store& store_;
  std::string public_key_;
  Clock clock_;
  mutable std::mutex mutex_;
  AuditCheckState state_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace hb::server
