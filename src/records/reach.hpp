#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "records/reads.hpp"
#include "records/sight.hpp"

/// Whom a principal reaches, and how others are refused.
namespace hb::records {

/// What is not there, is closed or belongs to somebody out of reach is refused alike, and at the
/// same moments: the time of a refusal tells nothing of its reason.
class Refusal {
 public:
  /// open  whether refusals need no disguise: own jobs, and what is of no person
  explicit Refusal(bool open) : open_(open), began_(std::chrono::steady_clock::now()) {}

  unexpected<Error> operator()(std::string what) const {
    if (!open_) {
      const auto steps = (std::chrono::steady_clock::now() - began_) / step + 1;
      std::this_thread::sleep_until(began_ + steps * step);
    }
    return not_found(std::move(what));
  }

 private:
  static constexpr auto step = std::chrono::milliseconds(10);
  bool open_;
  std::chrono::steady_clock::time_point began_;
};

Refusal refusal_for(const Engine& engine, const Principal& principal, std::string_view type = {});

/// The principal's rules that reach a person; with `refused` when there are none.
struct Reach {
  Sight sight;
  Sight::Rules rules;
  bool refused = false;
};
Result<Reach> reach_of(const Engine& engine, const Principal& principal, ResidentId resident);

}  // namespace hb::records
