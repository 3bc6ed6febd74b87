#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/date.hpp"
#include "core/result.hpp"

namespace hb::workflow {

/// A deadline that runs.
struct Running {
  std::string clock;  ///< id of its rule in the state
  Instant due;
  Instant next;          ///< when something is to be done for it; never: nothing more
  int reminded = 0;      ///< reminders sent or skipped
  int escalated = 0;     ///< times told to the superior; moves of a clock count as one
  bool assumed = false;  ///< counted in a year whose days off are not known

  friend bool operator==(const Running&, const Running&) = default;
};
constexpr Instant never{INT64_MAX};

/// Who has to act.
struct Owner {
  std::string actor;  ///< as the flow calls it
  std::string user;   ///< account; empty: whoever of them takes it first

  friend bool operator==(const Owner&, const Owner&) = default;
};

/// One place where an instance stands; parallel parts have one each.
struct Token {
  int id = 0;
  std::string state;
  Instant since;
  std::vector<int> forks;  ///< events that forked the parts it lies in, outermost first
  Owner owner;
  std::vector<std::string> superiors;  ///< actors it was escalated to
  std::vector<Running> clocks;

  friend bool operator==(const Token&, const Token&) = default;
};

struct Child {
  std::string instance;  ///< id
  std::string flow;
  bool finished = false;
  std::string end;  ///< final state

  friend bool operator==(const Child&, const Child&) = default;
};

enum class Status : std::uint8_t { active, completed, cancelled };

/// What happened to an instance. Holds everything that was decided then, so that the log alone
/// makes the state: no expression, calendar or directory is asked again.
struct Event {
  enum class Kind : std::uint8_t {
    started,
    moved,
    taken,
    released,
    delegated,
    withdrawn,
    reminded,
    escalated,
    child_started,
    child_finished,
    migrated,
    parent_finished
  };
  int number = 0;  ///< 1, 2, …
  Instant at;
  Kind kind = Kind::started;
  std::string by;            ///< account; "system", "clock"
  std::string key;           ///< given by the caller, so that an act repeated counts once
  std::uint64_t digest = 0;  ///< of that act: the same key for another one is refused
  std::string move;
  int token = 0;  ///< that it was about
  std::string clock;
  std::string reason;
  std::string response;       ///< id of the QuestionnaireResponse
  std::string flow;           ///< started, migrated
  int version = 0;            ///< started, migrated
  std::string parent;         ///< started: id of the instance that waits, "" = none
  std::string as;             ///< its name there; of child events: name of the child
  std::vector<int> gone;      ///< tokens that are no more
  std::vector<Token> tokens;  ///< that are new, or other than before
  boost::json::object set;    ///< fields that changed; null: no value any more
  std::string child;          ///< instance
  std::string child_flow;
  std::string end;                 ///< final state reached, of this instance or of the child
  Status status = Status::active;  ///< of the instance afterwards

  friend bool operator==(const Event&, const Event&) = default;
};

/// An act whose key is known.
struct Act {
  int event = 0;
  std::uint64_t digest = 0;

  friend bool operator==(const Act&, const Act&) = default;
};

/// State of an instance: always the replay of its log.
struct Instance {
  std::string id;
  std::string flow;
  int version = 0;
  Status status = Status::active;
  std::string end;
  std::string starter;
  Instant started;
  Instant changed;
  std::string parent;
  std::string as;
  std::vector<Token> tokens;
  boost::json::object data;
  std::map<std::string, int> made;             ///< times of each move
  std::map<std::string, std::string> made_by;  ///< who made it last
  std::map<std::string, Child> children;
  std::map<std::string, Act> acts;
  int events = 0;
  int last_token = 0;

  const Token* token(int token_id) const;
  /// The earliest next of all its clocks.
  Instant next() const;
  friend bool operator==(const Instance&, const Instance&) = default;
};

/// Adds one event.
/// errors  invalid_input: it cannot follow (a gap in the numbers, a token that is not there)
Result<void> apply(Instance& instance, const Event& event);

/// The whole log. errors  as apply()
Result<Instance> replay(std::string id, const std::vector<Event>& events);

/// One line of JSON, and back. errors  invalid_input: no event
std::string to_json(const Event& event);
Result<Event> event_from_json(std::string_view text);

std::string_view word(Event::Kind kind);
std::string_view word(Status status);

}  // namespace hb::workflow
