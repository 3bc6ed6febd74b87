#include "workflow/step.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace hb::workflow {
namespace {

namespace json = boost::json;

constexpr int most_automatic = 100;  // moves of the system after one act

bool fits(const Field& field, const json::value& value) {
  switch (field.kind) {
    case Field::Kind::number:
      return value.is_number();
    case Field::Kind::boolean:
      return value.is_bool();
    case Field::Kind::date:
      return value.is_string() && parse_date(std::string_view(value.get_string()));
    case Field::Kind::instant:
      return value.is_string() && parse_instant(std::string_view(value.get_string()));
    case Field::Kind::text:
    case Field::Kind::code:
      return value.is_string() || value.is_array();
  }
  return false;
}

std::string_view kind_word(Field::Kind kind) {
  switch (kind) {
    case Field::Kind::number:
      return "a number";
    case Field::Kind::boolean:
      return "true or false";
    case Field::Kind::date:
      return "a date such as 2026-11-21";
    case Field::Kind::instant:
      return "an instant with its offset";
    case Field::Kind::code:
      return "a code";
    case Field::Kind::text:
      break;
  }
  return "a text";
}

}  // namespace

Step::Step(const Flow& flow, const Environment& environment, Instance instance,
           const Principal& principal, Instant now, std::string what)
    : flow_(flow),
      environment_(environment),
      principal_(principal),
      now_(now),
      what_(std::move(what)),
      tokens_(instance.last_token) {
  fired_.after = std::move(instance);
}

Refusal Step::refuse(ErrorCode code, std::string rule, std::string why) const {
  return {code, std::move(rule), principal_.user, what_, std::move(why), {}};
}

Event Step::event(Event::Kind kind) const {
  Event event;
  event.number = fired_.after.events + 1;
  event.at = now_;
  event.kind = kind;
  event.by = principal_.user;
  event.status = fired_.after.status;
  return event;
}

Outcome<void> Step::add(Event event) {
  if (const Result<void> done = apply(fired_.after, event); !done)
    return tl::unexpected(refuse(ErrorCode::invalid_input, "unknown", done.error().message));
  fired_.events.push_back(std::move(event));
  return {};
}

const Calendar* Step::calendar(const ClockRule& rule) const {
  const std::string& name = rule.calendar.empty() ? flow_.calendar : rule.calendar;
  if (environment_.calendars == nullptr || name.empty()) return nullptr;
  const auto found = environment_.calendars->find(name);
  return found == environment_.calendars->end() ? nullptr : &found->second;
}

Running Step::running(const ClockRule& rule, Instant entered) const {
  Instant from = entered;
  if (rule.from == "start") from = fired_.after.started;
  if (rule.from.starts_with("data.")) {
    const json::value* field = fired_.after.data.if_contains(rule.from.substr(5));
    const std::string text =
        field != nullptr && field->is_string() ? std::string(field->get_string()) : "";
    const auto instant = parse_instant(text.size() == 10 ? text + "T00:00:00+08:00" : text);
    if (instant) from = *instant;  // a field without value: from the entry
  }
  const Calendar* working = calendar(rule);
  Running clock;
  clock.clock = rule.id;
  clock.due = add_to(from, rule.within, working);
  clock.assumed =
      rule.within.working && working != nullptr &&
      !(working->covers(day_in_shanghai(from)) && working->covers(day_in_shanghai(clock.due)));
  clock.next = next_of(clock, rule, entered, working);
  return clock;
}

/// The account that gets the work; empty: whoever takes it first.
std::string Step::choose(const State& state) {
  if (state.owner == "starter" || state.pick == Pick::starter) return fired_.after.starter;
  if (state.pick == Pick::actor) return principal_.user;
  const Actor* actor = flow_.actor(state.owner);
  if (state.pick == Pick::none || actor == nullptr || !environment_.candidates) return {};
  std::vector<Candidate> list = environment_.candidates(*actor, fired_.after);
  if (state.pick == Pick::on_call)
    std::erase_if(list, [](const Candidate& one) { return !one.on_call; });
  const auto best = std::ranges::min_element(list, [](const Candidate& a, const Candidate& b) {
    return std::tie(a.open, a.user) < std::tie(b.open, b.user);
  });
  return best == list.end() ? std::string() : best->user;
}

Token Step::enter(const State& state, std::vector<int> forks) {
  Token token;
  token.id = ++tokens_;
  token.state = state.id;
  token.since = now_;
  token.forks = std::move(forks);
  if (state.join != Join::none) return token;
  token.owner = {state.owner, choose(state)};
  for (const ClockRule& rule : state.clocks) token.clocks.push_back(running(rule, now_));
  return token;
}

/// The instance ends, whatever other parts it still has.
void Step::end(const State& state, Event& event) const {
  event.end = state.id;
  event.status = state.cancelled ? Status::cancelled : Status::completed;
  for (const Token& token : fired_.after.tokens)
    if (std::ranges::count(event.gone, token.id) == 0) event.gone.push_back(token.id);
  event.tokens.clear();
}

void Step::arrive(const State& state, std::vector<int> forks, const Token& from, Event& event) {
  if (state.final) return end(state, event);
  if (state.join == Join::none || forks.empty()) {
    event.tokens.push_back(enter(state, std::move(forks)));
    return;
  }
  // The parts of the same fork, but for the one that arrives.
  const int fork = forks.back();
  std::vector<int> others;
  bool all_here = fork != event.number;  // parts that begin now are not all here
  for (const Token& token : fired_.after.tokens) {
    const bool goes = token.id == from.id || std::ranges::count(event.gone, token.id) > 0;
    if (goes || std::ranges::count(token.forks, fork) == 0) continue;
    others.push_back(token.id);
    all_here = all_here && token.state == state.id;
  }
  if (state.join == Join::all && !all_here) {
    event.tokens.push_back(enter(state, std::move(forks)));
    return;
  }
  event.gone.insert(event.gone.end(), others.begin(), others.end());
  forks.pop_back();
  if (const State* next = flow_.state(state.join_to)) arrive(*next, std::move(forks), from, event);
}

Outcome<void> Step::move(const Token& token, const Move& move, Scope& scope, Event event) {
  auto set = fields(move.set, scope);
  if (!set) return tl::unexpected(set.error());
  event.move = move.id;
  event.token = token.id;
  event.set = std::move(*set);
  event.gone = {token.id};
  // What is entered may look at the new data: dates of clocks, areas of candidates.
  Instance before = fired_.after;
  for (const auto& [name, value] : event.set) {
    if (value.is_null())
      fired_.after.data.erase(name);
    else
      fired_.after.data[name] = value;
  }
  std::vector<int> forks = token.forks;
  if (move.to.size() > 1) forks.push_back(event.number);
  for (const std::string& id : move.to) {
    const State* to = flow_.state(id);
    if (to != nullptr && event.status == Status::active) arrive(*to, forks, token, event);
  }
  fired_.after = std::move(before);
  const Token from = token;  // the reference may be into the instance
  if (Outcome<void> added = add(std::move(event)); !added) return added;
  scope.update(fired_.after);
  return effects(move, scope, from);
}

Outcome<bool> Step::passes(const Guard& guard, Scope& scope) const {
  if (!guard.any()) return true;
  Result<bool> is = false;
  if (guard.formula)
    is = scope.test(guard.formula);
  else if (environment_.sql)
    is = environment_.sql(guard.sql, fired_.after);
  else
    return tl::unexpected(
        refuse(ErrorCode::unavailable, "guard",
               "its SQL condition cannot be asked here, so nobody knows whether it holds"));
  if (!is)
    return tl::unexpected(
        refuse(ErrorCode::invalid_input, "guard", "its condition fails: " + is.error().message));
  return *is;
}

Outcome<void> Step::settle(Scope& scope) {
  for (int made = 0; fired_.after.status == Status::active; ++made) {
    if (made == most_automatic)
      return tl::unexpected(refuse(ErrorCode::invalid_input, "endless",
                                   "more than 100 moves of the system follow each other"));
    const Token* token = nullptr;
    const Move* next = nullptr;
    for (const Token& one : fired_.after.tokens) {
      const State* state = flow_.state(one.state);
      if (state == nullptr) continue;
      for (const Move& move : state->moves) {
        if (next != nullptr || !move.automatic()) continue;
        const auto times = fired_.after.made.find(move.id);
        if (move.most > 0 && times != fired_.after.made.end() && times->second >= move.most)
          continue;
        const Outcome<bool> holds = passes(move.when, scope);
        if (!holds) return tl::unexpected(holds.error());
        if (!*holds) continue;
        token = &one;
        next = state->move(move.id);
      }
    }
    if (next == nullptr) return {};
    Event made_by_system = event(Event::Kind::moved);
    made_by_system.by = "system";
    const Token from = *token;
    if (Outcome<void> moved = move(from, *next, scope, std::move(made_by_system)); !moved)
      return moved;
  }
  return {};
}

Outcome<json::object> Step::fields(const std::map<std::string, Formula>& set, Scope& scope) const {
  json::object values;
  for (const auto& [name, formula] : set) {
    auto value = scope.value(formula);
    if (!value)
      return tl::unexpected(refuse(ErrorCode::invalid_input, "data",
                                   "the field " + name + " fails: " + value.error().message));
    values[name] = std::move(*value);
  }
  if (Outcome<void> checked = check_fields(values); !checked)
    return tl::unexpected(checked.error());
  return values;
}

Outcome<void> Step::check_fields(const json::object& data) const {
  for (const auto& [name, value] : data) {
    const Field* field = flow_.field(std::string_view(name));
    if (field == nullptr)
      return tl::unexpected(refuse(ErrorCode::invalid_input, "data",
                                   "the flow has no field “" + std::string(name) + "”"));
    if (!value.is_null() && !fits(*field, value))
      return tl::unexpected(
          refuse(ErrorCode::invalid_input, "data",
                 "the field “" + field->id + "” takes " + std::string(kind_word(field->kind))));
  }
  return {};
}

/// Those that go on hear that this instance has ended.
void Step::tell_children() {
  if (fired_.after.status == Status::active) return;
  for (const auto& [name, child] : fired_.after.children) {
    if (child.finished) continue;
    Outgoing told;
    told.kind = Outgoing::Kind::parent;
    told.key = fired_.after.id + "/end/" + name;
    told.instance = child.instance;
    told.end = fired_.after.end;
    fired_.outgoing.push_back(std::move(told));
  }
}

Outcome<Fired> Step::finish() {
  if (!fired_.events.empty()) {
    Outgoing tasks;
    tasks.kind = Outgoing::Kind::tasks;
    tasks.key = fired_.after.id + "/" + std::to_string(fired_.events.front().number) + "/tasks";
    fired_.outgoing.push_back(std::move(tasks));
    if (fired_.after.status != Status::active && !fired_.after.parent.empty()) {
      Outgoing told;
      told.kind = Outgoing::Kind::finished;
      told.key = fired_.after.id + "/end";
      told.instance = fired_.after.parent;
      told.as = fired_.after.as;
      told.end = fired_.after.end;
      fired_.outgoing.push_back(std::move(told));
    }
    tell_children();
  }
  return std::move(fired_);
}

Instant next_of(const Running& clock, const ClockRule& rule, Instant since,
                const Calendar* calendar) {
  for (auto i = static_cast<std::size_t>(clock.reminded); i < rule.remind.size(); ++i) {
    const Instant at = subtract(clock.due, rule.remind[i], calendar);
    if (at > since && at < clock.due) return at;
  }
  if (clock.escalated == 0) return clock.due;
  if (!rule.overdue.fire.empty() || clock.escalated >= rule.overdue.most || !rule.overdue.every)
    return never;
  Instant at = clock.due;
  for (int i = 0; i < clock.escalated; ++i) at = add_to(at, *rule.overdue.every, calendar);
  return at;
}

}  // namespace hb::workflow
