#pragma once
#include "workflow/fire.hpp"
#include "workflow/scope.hpp"

namespace hb::workflow {

/// One act in the making: events are added to it, and applied at once to the instance they are
/// about. Used by fire.cpp alone.
class Step {
 public:
  Step(const Flow& flow, const Environment& environment, Instance instance,
       const Principal& principal, Instant now, std::string what);

  const Instance& instance() const { return fired_.after; }
  Instant now() const { return now_; }
  const Flow& flow() const { return flow_; }
  Refusal refuse(ErrorCode code, std::string rule, std::string why) const;

  /// An event of this act, numbered, at this moment, by this principal.
  Event event(Event::Kind kind) const;
  Outcome<void> add(Event event);

  /// A token that enters a state: its owner chosen, its clocks set.
  Token enter(const State& state, std::vector<int> forks);
  /// Moves a token: forks, joins and ends included.
  Outcome<void> move(const Token& token, const Move& move, Scope& scope, Event event);
  /// Moves of the system whose conditions hold now, one after the other.
  Outcome<void> settle(Scope& scope);
  /// Fields by their formulas. errors  data: a value that the field cannot take
  Outcome<boost::json::object> fields(const std::map<std::string, Formula>& set,
                                      Scope& scope) const;
  Outcome<void> check_fields(const boost::json::object& data) const;
  Outcome<void> effects(const Move& move, Scope& scope, const Token& from);
  /// What the criteria of a move propose, for its expressions to see.
  Outcome<void> propose(const Move& move, Scope& scope) const;
  /// Whether a guard lets a move pass.
  Outcome<bool> passes(const Guard& guard, Scope& scope) const;
  /// To whom this is said: the owner of a token, or an actor.
  void message(const Owner& to, const std::string& zh, const std::string& en, bool is_task);
  /// A resource of this act. returns  its id
  std::string write(std::string type, boost::json::object resource);
  /// A filled-in form and the resources that it makes. returns  the id of the form
  Outcome<std::string> write_form(const std::string& form, const std::string& response);
  Outcome<Fired> finish();

  const Calendar* calendar(const ClockRule& rule) const;
  Running running(const ClockRule& rule, Instant entered) const;

 private:
  std::string choose(const State& state);
  void arrive(const State& state, std::vector<int> forks, const Token& from, Event& event);
  void end(const State& state, Event& event) const;
  void tell_children();
  std::string next_key() const;

  const Flow& flow_;
  const Environment& environment_;
  const Principal& principal_;
  Instant now_;
  std::string what_;
  int tokens_ = 0;  ///< number of the last token given out
  Fired fired_;
};

/// When something is next to be done for a clock.
Instant next_of(const Running& clock, const ClockRule& rule, Instant since,
                const Calendar* calendar);

}  // namespace hb::workflow
