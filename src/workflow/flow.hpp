#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "fhir/fhirpath.hpp"

/// What a flow file says (docs/workflow.md). Plain data: read by load.hpp, checked by check.hpp,
/// carried out by fire.hpp.
namespace hb::workflow {

struct Criteria;  // criteria.hpp

/// Where something stands in its file, 1-based.
struct Place {
  int line = 0;
  int column = 0;
};

/// A FHIRPath expression of a flow, parsed once.
struct Formula {
  std::string text;  ///< empty: there is none
  Place at;
  std::shared_ptr<const fhir::Expression> parsed;
  explicit operator bool() const { return parsed != nullptr; }
};

/// A condition: FHIRPath over the instance, or SQL that whoever runs the engine evaluates.
struct Guard {
  Formula formula;
  std::string sql;  ///< empty: FHIRPath
  Localized why;    ///< said to a person whom it stops; may be empty
  Place at;
  bool any() const { return formula || !sql.empty(); }
};

/// "2 h", "30 min", "3 d" of the clock on the wall; "8 working h", "5 working d" of a calendar.
struct Duration {
  std::int64_t minutes = 0;  ///< of whole days: 0
  std::int64_t days = 0;     ///< calendar or working days
  bool working = false;
  bool is_zero() const { return minutes == 0 && days == 0; }
};

/// Who may act or must act, by what he is.
struct Actor {
  std::string id;
  Localized name;
  std::set<std::string> roles;  ///< has one of these
  bool area = false;            ///< and his areas hold that of the instance (data.area)
  bool organization = false;  ///< and his organisations hold that of the instance (…organization)
  bool resident = false;      ///< and the resident of the instance is in his care (…resident)
  std::string team;           ///< and belongs to this organisation (its id); empty: to any
  Place at;
};

/// How one person is chosen among those whom an actor means.
enum class Pick : std::uint8_t {
  none,     ///< nobody: whoever of them takes it first
  load,     ///< the one with the fewest open tasks
  on_call,  ///< who is on call at that moment
  starter,  ///< who started the instance
  actor,    ///< who made the move that led here
};

/// What happens when a deadline has passed. One of both.
struct Overdue {
  std::string escalate;           ///< actor who is told, and may then act: the superior
  std::optional<Duration> every;  ///< told again
  int most = 1;                   ///< times at most, >= 1
  std::string fire;               ///< move that the clock makes
};

/// A deadline of a state.
struct ClockRule {
  std::string id;
  Duration within;
  std::string from;  ///< "entry" of the state, "start" of the instance, or a field: "data.onset"
  std::vector<Duration> remind;  ///< before the deadline, longest first
  Overdue overdue;
  std::string calendar;  ///< of working time; empty: the flow's
  Place at;
};

/// Text with expressions in braces: "核实 {data.signal}".
struct Template {
  struct Piece {
    std::string text;  ///< literal where formula is empty
    Formula formula;
  };
  std::vector<Piece> pieces;
};

/// What a move causes besides the change of state. Carried out once, whatever crashes.
struct Effect {
  enum class Kind : std::uint8_t { message, task, create, start };
  Kind kind = Kind::message;
  std::string to;  ///< message, task: an actor
  Template zh;     ///< message, task: the text
  Template en;
  boost::json::value body;                  ///< create: resource whose texts may hold expressions
  std::map<std::string, Formula> formulas;  ///< create: those of body, by their text
  std::string flow;                         ///< start: its id
  std::string as;                           ///< start: name of the child in this instance
  std::map<std::string, Formula> data;      ///< start: fields of the child
  Place at;
};

struct Move {
  std::string id;
  Localized name;
  std::vector<std::string> to;  ///< several: parallel parts
  std::vector<std::string> by;  ///< actors, or owner, starter, superior, system, clock
  std::string not_by;           ///< not by whoever made this move before (four eyes)
  Guard when;
  std::string form;
  bool reason = false;  ///< a reason must be given
  bool back = false;    ///< a return: needs a reason
  int most = 0;         ///< times in one instance; 0: no limit
  std::string propose;  ///< criteria by which a level is proposed; empty: none
  std::map<std::string, Formula> set;
  std::vector<Effect> effects;
  Place at;
  Place to_at;
  bool automatic() const { return by.size() == 1 && by.front() == "system"; }
};

/// Where parallel parts come together.
enum class Join : std::uint8_t { none, all, any };

struct State {
  std::string id;
  Localized name;
  std::string owner;  ///< actor, or starter
  Pick pick = Pick::none;
  bool final = false;
  bool ends_all = false;   ///< final: reached in a parallel part, ends the others too
  bool cancelled = false;  ///< final: the work was given up, not done
  Join join = Join::none;
  std::string join_to;
  std::vector<ClockRule> clocks;
  std::vector<Move> moves;
  Place at;
  const Move* move(std::string_view id) const;
};

/// Which state of this version an instance of a former one goes on in.
struct Migration {
  int from = 0;
  std::map<std::string, std::string> states;  ///< not named: the same
  Place at;
};

struct Withdrawal {
  std::vector<std::string> by;
  std::vector<std::string> from;  ///< states; empty: any
  std::string to;                 ///< a final state
  Place at;
};

struct Delegation {
  std::vector<std::string> by;
  Place at;
};

/// A field of the data of an instance.
struct Field {
  enum class Kind : std::uint8_t { text, number, boolean, date, instant, code };
  std::string id;
  Kind kind = Kind::text;
  Localized name;
  bool required = false;  ///< at the start
  Place at;
};

/// Begun by the calendar: every month on this day at this time, in Shanghai.
struct Schedule {
  int day = 1;        ///< 1 to 28
  int minute = 0;     ///< of the day
  std::string field;  ///< of the data, that gets the month: "2026-03"
  Place at;
};

struct Flow {
  std::string file;
  std::string id;
  int version = 0;
  Localized title;
  Localized description;
  std::map<std::string, std::string> forms;  ///< by name: file as given
  std::map<std::string, Place> forms_at;
  std::map<std::string, std::shared_ptr<const Criteria>> criteria;  ///< by name
  std::string calendar;
  Place calendar_at;
  std::string with_parent;  ///< final state it goes to when the instance that started it has ended
  Place with_parent_at;
  std::vector<Actor> actors;
  std::vector<Field> data;
  std::string first;  ///< state
  Place first_at;
  std::vector<std::string> start_by;
  std::string start_form;
  std::map<std::string, Formula> start_set;
  std::optional<Schedule> schedule;
  std::optional<Withdrawal> withdrawal;
  std::optional<Delegation> delegation;
  std::vector<State> states;
  std::vector<Migration> migrations;
  Place at;

  const State* state(std::string_view state_id) const;
  const Actor* actor(std::string_view actor_id) const;
  const Field* field(std::string_view field_id) const;
};

/// Names of actors that every flow knows without saying so.
bool is_known_actor(std::string_view id);

/// "2 h", "90 min", "3 d", "2 working d", "8 working h".
/// errors  invalid_input: what was expected
Result<Duration> parse_duration(std::string_view text);
std::string format_duration(const Duration& duration);

}  // namespace hb::workflow
