#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/policy.hpp"
#include "core/principal.hpp"
#include "core/result.hpp"

namespace hb::security {

/// What an account is to persons, beside its roles.
struct Links {
  std::vector<std::string> practitioners;  ///< Practitioner ids: the own one, or the team's
  std::vector<std::int64_t> residents;     ///< oneself, or whom one cares for
  std::string approval;                    ///< number of the approval of another department
  std::optional<Instant> approved_until;
};

/// One resident opened in an emergency.
struct Emergency {
  std::int64_t id = 0;
  std::string user;
  ResidentId resident = 0;
  std::string reason;
  Instant asked;
  Instant until;  ///< open before this moment
  enum class State : std::uint8_t { waiting, approved, objected } state = State::waiting;
  std::string reviewer;
  std::string note;
  std::optional<Instant> reviewed;
};
std::string_view state_word(Emergency::State state);  ///< "waiting", "approved", "objected"

/// Who is what to whom, and what was opened in an emergency: access.db beside the records. All
/// members may be called from many threads.
class AccessBook {
 public:
  /// errors  unavailable: locked or full; invalid_input: not such a file
  static Result<std::unique_ptr<AccessBook>> open(const std::string& path, Policy::BreakGlass rules,
                                                  Clock clock = system_clock());
  ~AccessBook();

  Result<Links> links(std::string_view user) const;
  /// Replaces them.
  Result<void> set_links(std::string_view user, const Links& links);

  /// Opens one resident for a while, at once: who is in need does not wait for a review. The
  /// review comes afterwards.
  /// errors  invalid_input: the reason is too short or too long; conflict: open already;
  ///         forbidden: too many today
  Result<Emergency> ask(std::string_view user, ResidentId resident, std::string_view reason);
  /// Newest first. user  empty: of everybody; state: of these only
  Result<std::vector<Emergency>> emergencies(std::string_view user,
                                             std::optional<Emergency::State> state,
                                             std::int64_t offset, std::int64_t limit,
                                             std::int64_t* total = nullptr) const;
  /// An objection ends the access at once.
  /// errors  not_found; forbidden: nobody reviews what they asked for; conflict: reviewed already;
  ///         invalid_input: an objection says why
  Result<Emergency> review(std::int64_t id, std::string_view reviewer, bool approve,
                           std::string_view note);
  /// Whether the user has, or had at this moment, opened the resident.
  Result<bool> was_open(std::string_view user, ResidentId resident, Instant at) const;

  /// Adds to a principal what the book says of its account at this moment.
  Result<void> complete(Principal& principal) const;

 private:
  struct State;
  explicit AccessBook(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hb::security
