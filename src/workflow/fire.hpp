#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "core/principal.hpp"
#include "core/result.hpp"
#include "workflow/calendar.hpp"
#include "workflow/flow.hpp"
#include "workflow/instance.hpp"

/// One act on an instance, decided exactly: pure functions of what they are given.
namespace hb::workflow {

/// Somebody who could be given work.
struct Candidate {
  std::string user;
  std::int64_t open = 0;  ///< tasks he has
  bool on_call = false;
};

/// What lies around the flow at that moment.
struct Environment {
  const std::map<std::string, Calendar>* calendars = nullptr;
  /// Who could be given what an actor must do; none given: nobody is chosen, it waits for the
  /// first.
  std::function<std::vector<Candidate>(const Actor& actor, const Instance& instance)> candidates;
  /// Whether a user is one of those whom an actor means, for delegation; none given: all are.
  std::function<bool(const std::string& user, const Actor& actor, const Instance& instance)> is_one;
  /// SQL guards. None given: such a move is refused, because nobody can say.
  std::function<Result<bool>(const std::string& sql, const Instance& instance)> sql;
  /// Rows that criteria count: those of the last form of a sub-flow, an object of answers each.
  /// None given: there are none.
  std::function<Result<boost::json::array>(const Criteria& criteria, const Instance& instance)>
      rows;
  /// What is wrong with a filled-in form (a QuestionnaireResponse in JSON), by its name in the
  /// flow. none given: a move with a form is refused.
  std::function<Result<std::vector<std::string>>(const std::string& form,
                                                 std::string_view response)>
      form_issues;
  /// Resources that a filled-in form makes (SDC extraction), JSON each; none given: none.
  std::function<Result<std::vector<std::string>>(const std::string& form,
                                                 std::string_view response)>
      extract;
};

/// What somebody wants to do.
struct Command {
  enum class Kind : std::uint8_t { move, take, release, delegate, withdraw };
  Kind kind = Kind::move;
  std::string move;
  int token = 0;            ///< 0: the only one that it can mean
  std::optional<int> seen;  ///< events that the caller knew; others since then: refused as stale
  std::string key;          ///< the same act sent twice counts once; empty: not guarded
  std::string response;     ///< QuestionnaireResponse, JSON
  std::string reason;
  std::string to;  ///< delegate: account
};

struct StartCommand {
  boost::json::object data;  ///< fields, when there is no form
  std::string response;      ///< of the flow's start form
  std::string key;
  std::string parent;  ///< id of the instance that waits for the end
  std::string as;
};

/// Why nothing was done. Everything stays as it was.
struct Refusal {
  ErrorCode code;
  std::string rule;  ///< stable: out-of-order, wrong-person, stale, repeated-key, form, guard,
                     ///< reason, limit, ended, unknown, data, endless
  std::string who;   ///< account
  std::string what;  ///< what he wanted
  std::string why;   ///< and why not
  std::vector<std::string> issues;  ///< of the form
  std::string why_zh = {};          ///< where the flow itself says why not

  /// "zhang, move dismiss: …"
  Error error() const;
};
template <class T>
using Outcome = tl::expected<T, Refusal>;

/// What is to be done outside of the instance, once.
struct Outgoing {
  enum class Kind : std::uint8_t {
    tasks,     ///< the FHIR Tasks of the instance follow it (tasks.hpp)
    resource,  ///< a FHIR resource is written: body, with type and id
    start,     ///< a child is started: flow, data
    finished,  ///< the parent is told: instance, as, end
    parent     ///< a child is told that this one has ended: instance, end
  };
  Kind kind = Kind::tasks;
  std::string key;  ///< "<instance>/<event>/<n>": what has it is done once
  std::string type;
  std::string id;
  std::string body;      ///< JSON
  std::string instance;  ///< finished: the parent
  std::string flow;
  std::string as;
  std::string end;
};

struct Fired {
  std::vector<Event> events;  ///< to be appended together; empty: repeated, or nothing was due
  std::vector<Outgoing> outgoing;
  Instance after;
  bool repeated = false;  ///< this act was done before: nothing new
};

/// A new instance.
Outcome<Fired> start(const Flow& flow, const Environment& environment, std::string id,
                     const StartCommand& command, const Principal& principal, Instant now);

/// An act of a person.
Outcome<Fired> fire(const Flow& flow, const Environment& environment, const Instance& instance,
                    const Command& command, const Principal& principal, Instant now);

/// What the clocks do by now: reminders, escalations, moves.
Outcome<Fired> tick(const Flow& flow, const Environment& environment, const Instance& instance,
                    Instant now);

/// A sub-flow has ended.
Outcome<Fired> child_finished(const Flow& flow, const Environment& environment,
                              const Instance& instance, const std::string& as,
                              const std::string& end, Instant now);

/// The instance that started this one has ended: what goes with it ends, others go on.
Outcome<Fired> parent_finished(const Flow& flow, const Environment& environment,
                               const Instance& instance, const std::string& end, Instant now);

/// What is proposed by criteria of the flow, as proposal_of(), with all `facts`.
/// response  the form as far as it is filled in; empty: none
/// errors    not_found: no such criteria; invalid_input: an expression fails
Result<boost::json::object> propose(const Flow& flow, const std::string& criteria,
                                    const Environment& environment, const Instance& instance,
                                    const Principal& principal, std::string_view response,
                                    Instant now);

/// Goes on in this version of the flow by its declared map.
Outcome<Fired> migrate(const Flow& flow, const Environment& environment, const Instance& instance,
                       Instant now);

/// Whether an actor of a flow means this principal.
bool is_actor(const Actor& actor, const Instance& instance, const Principal& principal);

/// Whether a principal may act for one of these actors.
bool may(const Flow& flow, const std::vector<std::string>& actors, const Instance& instance,
         const Token* token, const Principal& principal);

/// Moves that a principal may make from a token, guards not asked.
std::vector<const Move*> open_moves(const Flow& flow, const Instance& instance, const Token& token,
                                    const Principal& principal);

}  // namespace hb::workflow
