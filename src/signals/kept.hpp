#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"
#include "watch/episodes.hpp"

namespace hb::signals {

/// Where a signal stands: raised → suspected or dismissed (verification) → confirmed or excluded
/// (investigation).
enum class State : std::uint8_t { raised, suspected, dismissed, confirmed, excluded };
std::string_view state_word(State state);
std::optional<State> read_state(std::string_view word);

/// What happens to a signal.
enum class Act : std::uint8_t {
  raised,
  changed,       ///< a later run of the same day found other streams, places or strength
  unsupported,   ///< the data of today no longer raise it: cards corrected, moved or deleted
  supported,     ///< they do again
  verified,      ///< suspected, or dismissed with a reason
  investigated,  ///< confirmed, or excluded with a reason
  reopened,      ///< what was decided is looked at again
  linked,        ///< an instance of a flow carries it on
  noted,
};
std::string_view act_word(Act act);
std::optional<Act> read_act(std::string_view word);

/// What one stream said when the signal was raised; NaN where the method gives no number.
struct Ground {
  std::string stream;
  std::string method;
  watch::SeriesKey key;
  Date from;  ///< first and last day of the window
  Date to;
  double observed = 0;  ///< cases in the window, as the next two
  double expected = 0;
  double threshold = 0;
  double pvalue = 0;
  std::vector<std::string> areas;  ///< of a cluster of neighbouring areas; else empty
  bool ongoing = false;            ///< such a cluster was there in the week before
};

/// What the run of a day said of a signal.
struct Facts {
  Date date;  ///< on which it could be raised
  watch::Lane lane = watch::Lane::ranked;
  std::string area;
  std::string place;  ///< empty: the area
  std::string disease;
  std::vector<std::string> streams;
  double score = 0;
  Date first_date;              ///< of the first finding
  std::vector<Ground> grounds;  ///< strongest first

  const Ground* ground(std::string_view stream) const;
};
/// The same but for rounding.
bool operator==(const Facts& a, const Facts& b);
Facts facts_of(const watch::Signal& signal);

/// One line of a signal's log; nothing of it is ever changed.
struct Event {
  int number = 0;  ///< from 1
  Instant at;
  std::string by;  ///< account, "system", or "flow:" and the id of an instance
  Act act = Act::noted;
  std::optional<Facts> facts;  ///< raised, changed
  std::string result;  ///< verified: suspected | dismissed; investigated: confirmed | excluded
  std::string way;     ///< verified: how; a code of the content
  std::string reason;  ///< dismissed, excluded: a code of the content
  std::optional<std::int64_t> cases;  ///< as counted by who verified or investigated
  std::string instance;               ///< linked
  std::string note;                   ///< free text of a person
  std::string key;                    ///< the same key again does nothing; may be empty
};

/// A signal as its log makes it.
struct Kept {
  std::string id;
  Facts facts;
  State state = State::raised;
  bool supported = true;  ///< by the data of the last run that looked at its day
  int events = 0;
  Instant raised_at;
  std::optional<Instant> verified_at;  ///< of the last verification that stands
  std::optional<Instant> closed_at;    ///< of the last result that ends it
  std::string verified_by;
  std::string way;
  std::string reason;
  std::optional<std::int64_t> cases;
  std::string instance;

  bool open() const { return state == State::raised || state == State::suspected; }
};

/// Adds an event to what its log has made so far.
///
/// errors  conflict: the act does not fit the state (a dismissed signal is not investigated);
///         invalid_input: a result, reason or way is missing or is none; nothing is then changed
Result<void> take(Kept& kept, const Event& event);

std::string to_json(const Event& event);
std::string to_json(const std::vector<Ground>& grounds);
Result<std::vector<Ground>> grounds_from(std::string_view text);
/// errors  invalid_input: damaged
Result<Event> event_from(std::string_view text);

}  // namespace hb::signals
