#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "crypto/digest.hpp"
#include "workflow/step.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

Principal engine(const char* name) {
  Principal principal = Principal::system("workflow");
  principal.user = name;
  return principal;
}

Outcome<void> check_start(const Flow& flow, const Environment& environment,
                          const StartCommand& command, const Principal& principal,
                          const Step& step) {
  const auto refuse = [&](ErrorCode code, const char* rule, std::string why) {
    return tl::unexpected(step.refuse(code, rule, std::move(why)));
  };
  const bool has_form = !flow.start_form.empty() && principal.user != "system";
  if (has_form && command.response.empty())
    return refuse(ErrorCode::invalid_input, "form",
                  "the form “" + flow.start_form + "” is missing");
  if (flow.start_form.empty() && !command.response.empty())
    return refuse(ErrorCode::invalid_input, "form", "the flow has no start form, but one was sent");
  if (has_form && !command.data.empty())
    return refuse(ErrorCode::invalid_input, "data", "the form says what the fields are");
  if (command.response.empty()) return {};
  if (!environment.form_issues)
    return refuse(ErrorCode::unavailable, "form", "forms cannot be checked here");
  const auto issues = environment.form_issues(flow.start_form, command.response);
  if (!issues) return refuse(issues.error().code, "form", issues.error().message);
  if (issues->empty()) return {};
  Refusal refusal =
      step.refuse(ErrorCode::invalid_input, "form",
                  "the form “" + flow.start_form + "” does not hold: " + issues->front());
  refusal.issues = *issues;
  return tl::unexpected(std::move(refusal));
}

/// Fields of a new instance: those given, then those that the form sets.
Outcome<json::object> first_data(const Flow& flow, const StartCommand& command, Scope& scope,
                                 const Step& step) {
  json::object data = command.data;
  if (Outcome<void> checked = step.check_fields(data); !checked)
    return tl::unexpected(checked.error());
  if (!command.response.empty()) {
    auto set = step.fields(flow.start_set, scope);
    if (!set) return set;
    for (const auto& [name, value] : *set) data[name] = value;
  }
  for (const Field& field : flow.data) {
    const json::value* value = data.if_contains(field.id);
    if (field.required && (value == nullptr || value->is_null()))
      return tl::unexpected(
          step.refuse(ErrorCode::invalid_input, "data", "the field “" + field.id + "” is needed"));
  }
  json::object present;
  for (const auto& [name, value] : data)
    if (!value.is_null()) present[name] = value;
  return present;
}

const ClockRule* rule_of(const State& state, const Running& clock) {
  const auto rule = std::ranges::find(state.clocks, clock.clock, &ClockRule::id);
  return rule == state.clocks.end() ? nullptr : &*rule;
}

/// What is due first, of all tokens.
struct Due {
  const Token* token = nullptr;
  const Running* clock = nullptr;
};

Due first_due(const Instance& instance, Instant now) {
  Due due;
  for (const Token& token : instance.tokens)
    for (const Running& clock : token.clocks)
      if (clock.next <= now && (due.clock == nullptr || clock.next < due.clock->next))
        due = {&token, &clock};
  return due;
}

/// The token with this clock changed: what was done for it, and when it is next.
Token updated(const Token& token, const Running& clock, const ClockRule& rule, const Step& step) {
  Token out = token;
  for (Running& one : out.clocks) {
    if (one.clock != clock.clock) continue;
    one = clock;
    one.next = next_of(one, rule, token.since, step.calendar(rule));
  }
  return out;
}

/// What is due, and when: "突发公共卫生事件处置·待核实（01-05 11:00）", in Shanghai.
Localized words_of(const Step& step, const Token& token, Instant due) {
  const State* state = step.flow().state(token.state);
  const YearMonthDay day = civil(day_in_shanghai(due));
  const std::int64_t minutes = (due.micros / 60'000'000 + 8 * 60) % (24 * 60);
  const std::string at =
      fmt::format("{:02}-{:02} {:02}:{:02}", day.month, day.day, minutes / 60, minutes % 60);
  const Localized name = state == nullptr ? Localized{token.state, token.state} : state->name;
  return {step.flow().title.zh + "·" + name.zh + "（" + at + "）",
          step.flow().title.en + ": " + name.en + " (" + at + ")"};
}

Outcome<void> remind(Step& step, const Token& token, Running clock, const ClockRule& rule) {
  const Calendar* calendar = step.calendar(rule);
  // Reminders whose time has come, also those that were missed, are one.
  while (clock.reminded < static_cast<int>(rule.remind.size()) &&
         subtract(clock.due, rule.remind[static_cast<std::size_t>(clock.reminded)], calendar) <=
             step.now())
    ++clock.reminded;
  Event event = step.event(Event::Kind::reminded);
  event.by = "clock";
  event.token = token.id;
  event.clock = clock.clock;
  event.tokens = {updated(token, clock, rule, step)};
  const Owner owner = token.owner;
  const Localized words = words_of(step, token, clock.due);
  if (Outcome<void> added = step.add(std::move(event)); !added) return added;
  step.message(owner, "即将到期：" + words.zh, "Due soon: " + words.en, false);
  return {};
}

Outcome<void> escalate(Step& step, const Token& token, Running clock, const ClockRule& rule) {
  clock.reminded = static_cast<int>(rule.remind.size());
  ++clock.escalated;
  Event event = step.event(Event::Kind::escalated);
  event.by = "clock";
  event.token = token.id;
  event.clock = clock.clock;
  Token out = updated(token, clock, rule, step);
  const std::string& to = rule.overdue.escalate;
  if (std::ranges::count(out.superiors, to) == 0) out.superiors.push_back(to);
  event.tokens = {std::move(out)};
  const Localized words = words_of(step, token, clock.due);
  if (Outcome<void> added = step.add(std::move(event)); !added) return added;
  step.message({to, ""}, "已超时：" + words.zh, "Overdue: " + words.en, false);
  return {};
}

Outcome<void> fire_clock(Step& step, const Token& token, Running clock, const ClockRule& rule,
                         const State& state) {
  const Principal principal = engine("clock");
  Result<Scope> scope = Scope::make(step.instance(), principal, step.now(), "");
  if (!scope)
    return tl::unexpected(step.refuse(ErrorCode::invalid_input, "data", scope.error().message));
  const Move* move = state.move(rule.overdue.fire);
  const Outcome<bool> passes =
      move == nullptr ? Outcome<bool>(false) : step.passes(move->when, *scope);
  if (passes && *passes) {
    Event event = step.event(Event::Kind::moved);
    event.by = "clock";
    event.clock = clock.clock;
    const Token from = token;
    if (Outcome<void> moved = step.move(from, *move, *scope, std::move(event)); !moved)
      return moved;
    return step.settle(*scope);
  }
  // The condition does not hold: nothing moves, and the clock has done what it could.
  clock.reminded = static_cast<int>(rule.remind.size());
  clock.escalated = 1;
  Event event = step.event(Event::Kind::escalated);
  event.by = "clock";
  event.token = token.id;
  event.clock = clock.clock;
  event.tokens = {updated(token, clock, rule, step)};
  return step.add(std::move(event));
}

}  // namespace

Outcome<Fired> start(const Flow& flow, const Environment& environment, std::string id,
                     const StartCommand& command, const Principal& principal, Instant now) {
  Instance blank;
  blank.id = std::move(id);
  blank.starter = principal.user;
  blank.started = now;
  Step step(flow, environment, blank, principal, now, "start " + flow.id);
  Result<Scope> scope = Scope::make(blank, principal, now, command.response);
  if (!scope) return tl::unexpected(step.refuse(scope.error().code, "form", scope.error().message));
  Instance preview = blank;
  if (Outcome<void> checked = check_start(flow, environment, command, principal, step); !checked)
    return tl::unexpected(checked.error());
  auto data = first_data(flow, command, *scope, step);
  if (!data) return tl::unexpected(data.error());
  preview.data = *data;
  if (!may(flow, flow.start_by, preview, nullptr, principal))
    return tl::unexpected(step.refuse(ErrorCode::forbidden, "wrong-person",
                                      "the flow is started by others, or for another area"));
  Step made(flow, environment, preview, principal, now, "start " + flow.id);
  Event event = made.event(Event::Kind::started);
  event.flow = flow.id;
  event.version = flow.version;
  event.key = command.key;
  event.digest = command.key.empty()
                     ? 0
                     : crypto::fingerprint(command.response + json::serialize(command.data)).low;
  event.parent = command.parent;
  event.as = command.as;
  event.set = std::move(*data);
  event.tokens = {made.enter(*flow.state(flow.first), {})};
  if (!command.response.empty()) {
    auto saved = made.write_form(flow.start_form, command.response);
    if (!saved) return tl::unexpected(saved.error());
    event.response = std::move(*saved);
  }
  if (Outcome<void> added = made.add(std::move(event)); !added)
    return tl::unexpected(added.error());
  scope->update(made.instance());
  if (Outcome<void> settled = made.settle(*scope); !settled) return tl::unexpected(settled.error());
  return made.finish();
}

Outcome<Fired> tick(const Flow& flow, const Environment& environment, const Instance& instance,
                    Instant now) {
  const Principal clock = engine("clock");
  Step step(flow, environment, instance, clock, now, "clocks");
  while (step.instance().status == Status::active) {
    const Due due = first_due(step.instance(), now);
    if (due.clock == nullptr) break;
    const State* state = flow.state(due.token->state);
    const ClockRule* rule = state == nullptr ? nullptr : rule_of(*state, *due.clock);
    if (rule == nullptr)
      return tl::unexpected(step.refuse(ErrorCode::invalid_input, "unknown",
                                        "the flow has no clock “" + due.clock->clock + "”"));
    Outcome<void> done;
    if (now < due.clock->due)
      done = remind(step, *due.token, *due.clock, *rule);
    else if (rule->overdue.fire.empty())
      done = escalate(step, *due.token, *due.clock, *rule);
    else
      done = fire_clock(step, *due.token, *due.clock, *rule, *state);
    if (!done) return tl::unexpected(done.error());
  }
  return step.finish();
}

Outcome<Fired> child_finished(const Flow& flow, const Environment& environment,
                              const Instance& instance, const std::string& as,
                              const std::string& end, Instant now) {
  const Principal principal = engine("system");
  Step step(flow, environment, instance, principal, now, "sub-flow " + as);
  const auto child = instance.children.find(as);
  if (child == instance.children.end())
    return tl::unexpected(
        step.refuse(ErrorCode::not_found, "unknown", "no such sub-flow was started"));
  if (child->second.finished || instance.status != Status::active) {
    Fired done;
    done.after = instance;
    done.repeated = true;
    return done;
  }
  Event event = step.event(Event::Kind::child_finished);
  event.as = as;
  event.child = child->second.instance;
  event.end = end;
  if (Outcome<void> added = step.add(std::move(event)); !added)
    return tl::unexpected(added.error());
  Result<Scope> scope = Scope::make(step.instance(), principal, now, "");
  if (!scope) return tl::unexpected(step.refuse(scope.error().code, "data", scope.error().message));
  if (Outcome<void> settled = step.settle(*scope); !settled) return tl::unexpected(settled.error());
  return step.finish();
}

Outcome<Fired> parent_finished(const Flow& flow, const Environment& environment,
                               const Instance& instance, const std::string& end, Instant now) {
  const Principal principal = engine("system");
  Step step(flow, environment, instance, principal, now, "end of its parent in " + end);
  const State* to = flow.with_parent.empty() ? nullptr : flow.state(flow.with_parent);
  if (instance.status != Status::active || to == nullptr) {
    Fired done;
    done.after = instance;
    done.repeated = true;
    return done;
  }
  Event event = step.event(Event::Kind::parent_finished);
  for (const Token& token : instance.tokens) event.gone.push_back(token.id);
  event.end = to->id;
  event.status = to->cancelled ? Status::cancelled : Status::completed;
  if (Outcome<void> added = step.add(std::move(event)); !added)
    return tl::unexpected(added.error());
  return step.finish();
}

Outcome<Fired> migrate(const Flow& flow, const Environment& environment, const Instance& instance,
                       Instant now) {
  const Principal principal = engine("system");
  Step step(flow, environment, instance, principal, now,
            "migrate to version " + std::to_string(flow.version));
  const auto map = std::ranges::find(flow.migrations, instance.version, &Migration::from);
  if (instance.flow != flow.id || map == flow.migrations.end())
    return tl::unexpected(step.refuse(
        ErrorCode::conflict, "stale",
        "the flow does not say how version " + std::to_string(instance.version) + " goes on"));
  if (instance.status != Status::active)
    return tl::unexpected(step.refuse(ErrorCode::conflict, "ended", "the instance has ended"));
  Event event = step.event(Event::Kind::migrated);
  event.flow = flow.id;
  event.version = flow.version;
  for (const Token& token : instance.tokens) {
    const auto named = map->states.find(token.state);
    const State* state = flow.state(named == map->states.end() ? token.state : named->second);
    if (state == nullptr || state->final)
      return tl::unexpected(
          step.refuse(ErrorCode::invalid_input, "stale", "no state for “" + token.state + "”"));
    Token moved = token;
    moved.state = state->id;
    if (state->id != token.state) moved.owner.actor = state->owner;
    // Deadlines run from when the work began, not from today.
    moved.clocks.clear();
    for (const ClockRule& rule : state->clocks)
      moved.clocks.push_back(step.running(rule, token.since));
    event.tokens.push_back(std::move(moved));
  }
  if (Outcome<void> added = step.add(std::move(event)); !added)
    return tl::unexpected(added.error());
  return step.finish();
}

}  // namespace hb::workflow
