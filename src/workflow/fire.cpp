#include "workflow/fire.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "crypto/digest.hpp"
#include "workflow/step.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

std::string text_of(const Instance& instance, const char* field) {
  const json::value* value = instance.data.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool holds_area(const Principal& principal, const std::string& area) {
  return principal.unrestricted ||
         std::ranges::any_of(principal.areas,
                             [&](const std::string& own) { return area.starts_with(own); });
}

bool owns(const Flow& flow, const Instance& instance, const Token& token,
          const Principal& principal) {
  if (!token.owner.user.empty()) return token.owner.user == principal.user;
  const Actor* actor = flow.actor(token.owner.actor);
  return actor != nullptr && is_actor(*actor, instance, principal);
}

bool is_system(const Principal& principal) {
  return principal.user == "system" && std::ranges::count(principal.roles, "system") > 0;
}

/// What identifies an act besides its key: the same key for another act is a mistake.
std::uint64_t digest_of(const Command& command, const Principal& principal) {
  const char end = '\0';
  std::string all = principal.user + end + std::to_string(static_cast<int>(command.kind)) + end +
                    command.move + end + std::to_string(command.token) + end + command.response +
                    end + command.reason + end + command.to;
  return crypto::fingerprint(all).low;
}

std::string words_of(const Command& command) {
  switch (command.kind) {
    case Command::Kind::take:
      return "take";
    case Command::Kind::release:
      return "release";
    case Command::Kind::delegate:
      return "delegate to " + command.to;
    case Command::Kind::withdraw:
      return "withdraw";
    case Command::Kind::move:
      break;
  }
  return "move " + command.move;
}

std::string names_of(const Flow& flow, const std::vector<std::string>& actors) {
  std::string text;
  for (const std::string& id : actors) {
    const Actor* actor = flow.actor(id);
    text += (text.empty() ? "" : ", ") + (actor == nullptr ? id : actor->name.en);
  }
  return text;
}

/// One act of a person, from its checks to its events.
class Firing {
 public:
  Firing(const Flow& flow, const Environment& environment, const Instance& instance,
         const Command& command, const Principal& principal, Instant now)
      : flow_(flow),
        environment_(environment),
        before_(instance),
        command_(command),
        principal_(principal),
        step_(flow, environment, instance, principal, now, words_of(command)),
        digest_(digest_of(command, principal)) {}

  Outcome<Fired> run() {
    if (before_.flow != flow_.id || before_.version != flow_.version)
      return refuse(ErrorCode::conflict, "stale",
                    "the instance runs in version " + std::to_string(before_.version) + " of " +
                        before_.flow + ", this is version " + std::to_string(flow_.version));
    if (const auto act = before_.acts.find(command_.key);
        !command_.key.empty() && act != before_.acts.end()) {
      if (act->second.digest != digest_)
        return refuse(
            ErrorCode::conflict, "repeated-key",
            "the key was used for another act, event " + std::to_string(act->second.event));
      Fired done;
      done.after = before_;
      done.repeated = true;
      return done;
    }
    if (before_.status != Status::active)
      return refuse(ErrorCode::conflict, "ended",
                    "the instance has ended in “" + before_.end + "”");
    if (command_.seen && *command_.seen != before_.events)
      return refuse(ErrorCode::conflict, "stale",
                    "the instance has gone on: you saw event " + std::to_string(*command_.seen) +
                        ", now it is at event " + std::to_string(before_.events));
    switch (command_.kind) {
      case Command::Kind::move:
        return make_move();
      case Command::Kind::withdraw:
        return withdraw();
      default:
        return hand_over();
    }
  }

 private:
  tl::unexpected<Refusal> refuse(ErrorCode code, std::string rule, std::string why) const {
    return tl::unexpected(step_.refuse(code, std::move(rule), std::move(why)));
  }

  Event acted(Event::Kind kind) const {
    Event event = step_.event(kind);
    event.key = command_.key;
    event.digest = command_.key.empty() ? 0 : digest_;
    event.reason = command_.reason;
    return event;
  }

  /// The token meant: the one named, or the only one whose state has the move.
  Outcome<const Token*> token_with(const std::string& move) const {
    const Token* found = nullptr;
    for (const Token& token : before_.tokens) {
      const State* state = flow_.state(token.state);
      const bool fits = command_.token == 0
                            ? state != nullptr && (move.empty() || state->move(move))
                            : token.id == command_.token;
      if (!fits || state == nullptr || state->join != Join::none) continue;
      if (found != nullptr)
        return refuse(ErrorCode::invalid_input, "unknown",
                      "it fits several parallel parts: name one");
      found = &token;
    }
    if (found != nullptr && (move.empty() || flow_.state(found->state)->move(move))) return found;
    std::string open;
    for (const Token& token : before_.tokens) {
      const State* state = flow_.state(token.state);
      if (state == nullptr || state->join != Join::none) continue;
      open += (open.empty() ? "" : "; ") + token.state + ":";
      for (const Move& one : state->moves) open += " " + one.id;
    }
    return refuse(ErrorCode::conflict, "out-of-order", "out of order: now possible are " + open);
  }

  Outcome<void> check_move(const Move& move, const Token& token) const {
    if (!may(flow_, move.by, before_, &token, principal_))
      return refuse(ErrorCode::forbidden, "wrong-person",
                    "this may be done by " + names_of(flow_, move.by) +
                        (token.owner.user.empty() ? "" : "; the owner is " + token.owner.user));
    const auto other = before_.made_by.find(move.not_by);
    if (!move.not_by.empty() && other != before_.made_by.end() && other->second == principal_.user)
      return refuse(ErrorCode::forbidden, "wrong-person",
                    "the same person made the move “" + move.not_by + "”: another one has to");
    const auto times = before_.made.find(move.id);
    if (move.most > 0 && times != before_.made.end() && times->second >= move.most)
      return refuse(ErrorCode::conflict, "limit",
                    "it was made " + std::to_string(times->second) + " times, which is the most");
    if ((move.reason || move.back) && command_.reason.empty())
      return refuse(ErrorCode::invalid_input, "reason", "a reason is needed");
    return check_form(move);
  }

  Outcome<void> check_form(const Move& move) const {
    if (move.form.empty() && !command_.response.empty())
      return refuse(ErrorCode::invalid_input, "form", "the move has no form, but one was sent");
    if (move.form.empty()) return {};
    if (command_.response.empty())
      return refuse(ErrorCode::invalid_input, "form", "the form “" + move.form + "” is missing");
    if (!environment_.form_issues)
      return refuse(ErrorCode::unavailable, "form", "forms cannot be checked here");
    const auto issues = environment_.form_issues(move.form, command_.response);
    if (!issues) return refuse(issues.error().code, "form", issues.error().message);
    if (issues->empty()) return {};
    Refusal refusal = step_.refuse(
        ErrorCode::invalid_input, "form",
        "the form “" + move.form + "” does not hold: " + issues->front() +
            (issues->size() > 1 ? " and " + std::to_string(issues->size() - 1) + " more" : ""));
    refusal.issues = *issues;
    return tl::unexpected(std::move(refusal));
  }

  Outcome<Fired> make_move() {
    const Outcome<const Token*> token = token_with(command_.move);
    if (!token) return tl::unexpected(token.error());
    const Token from = **token;
    const Move& move = *flow_.state(from.state)->move(command_.move);
    if (Outcome<void> checked = check_move(move, from); !checked)
      return tl::unexpected(checked.error());
    Result<Scope> scope = Scope::make(before_, principal_, step_.now(), command_.response);
    if (!scope) return refuse(scope.error().code, "form", scope.error().message);
    if (Outcome<void> proposed = step_.propose(move, *scope); !proposed)
      return tl::unexpected(proposed.error());
    const Outcome<bool> passes = step_.passes(move.when, *scope);
    if (!passes) return tl::unexpected(passes.error());
    if (!*passes) {
      Refusal refusal =
          step_.refuse(ErrorCode::conflict, "guard",
                       move.when.why.en.empty()
                           ? "its condition does not hold: " +
                                 (move.when.sql.empty() ? move.when.formula.text : move.when.sql)
                           : move.when.why.en);
      refusal.why_zh = move.when.why.zh;
      return tl::unexpected(std::move(refusal));
    }
    Event event = acted(Event::Kind::moved);
    if (!command_.response.empty()) {
      auto saved = step_.write_form(move.form, command_.response);
      if (!saved) return tl::unexpected(saved.error());
      event.response = std::move(*saved);
    }
    if (Outcome<void> moved = step_.move(from, move, *scope, std::move(event)); !moved)
      return tl::unexpected(moved.error());
    return settled(*scope);
  }

  Outcome<Fired> settled(Scope& scope) {
    if (Outcome<void> done = step_.settle(scope); !done) return tl::unexpected(done.error());
    return step_.finish();
  }

  Outcome<Fired> withdraw() {
    if (!flow_.withdrawal)
      return refuse(ErrorCode::conflict, "out-of-order", "the flow knows no withdrawal");
    const Withdrawal& rule = *flow_.withdrawal;
    const Token* first = before_.tokens.empty() ? nullptr : &before_.tokens.front();
    if (!may(flow_, rule.by, before_, first, principal_))
      return refuse(ErrorCode::forbidden, "wrong-person",
                    "this may be done by " + names_of(flow_, rule.by));
    for (const Token& token : before_.tokens)
      if (!rule.from.empty() && std::ranges::count(rule.from, token.state) == 0)
        return refuse(ErrorCode::conflict, "out-of-order",
                      "in the state “" + token.state + "” it can no longer be withdrawn");
    if (command_.reason.empty())
      return refuse(ErrorCode::invalid_input, "reason", "a reason is needed");
    Event event = acted(Event::Kind::withdrawn);
    for (const Token& token : before_.tokens) event.gone.push_back(token.id);
    event.end = rule.to;
    event.status = Status::cancelled;
    if (Outcome<void> added = step_.add(std::move(event)); !added)
      return tl::unexpected(added.error());
    return step_.finish();
  }

  Outcome<void> check_delegate(const Token& token) const {
    if (!flow_.delegation)
      return refuse(ErrorCode::conflict, "out-of-order", "the flow knows no delegation");
    if (!may(flow_, flow_.delegation->by, before_, &token, principal_))
      return refuse(ErrorCode::forbidden, "wrong-person",
                    "this may be done by " + names_of(flow_, flow_.delegation->by));
    if (command_.to.empty())
      return refuse(ErrorCode::invalid_input, "unknown", "to whom is missing");
    const Actor* actor = flow_.actor(token.owner.actor);
    if (actor != nullptr && environment_.is_one &&
        !environment_.is_one(command_.to, *actor, before_))
      return refuse(ErrorCode::invalid_input, "wrong-person",
                    command_.to + " is not one of " + actor->name.en);
    return {};
  }

  Outcome<void> check_hand_over(const Token& token) const {
    if (command_.kind == Command::Kind::delegate) return check_delegate(token);
    if (command_.kind == Command::Kind::release) {
      if (token.owner.user.empty() || token.owner.user != principal_.user)
        return refuse(ErrorCode::forbidden, "wrong-person", "only its owner can give it back");
      return {};
    }
    if (!token.owner.user.empty())
      return refuse(ErrorCode::conflict, "out-of-order", "it was taken by " + token.owner.user);
    if (!owns(flow_, before_, token, principal_))
      return refuse(ErrorCode::forbidden, "wrong-person",
                    "this may be done by " + names_of(flow_, {token.owner.actor}));
    return {};
  }

  Outcome<Fired> hand_over() {
    const Outcome<const Token*> found = token_with("");
    if (!found) return tl::unexpected(found.error());
    Token token = **found;
    if (Outcome<void> checked = check_hand_over(token); !checked)
      return tl::unexpected(checked.error());
    const bool taken = command_.kind == Command::Kind::take;
    const bool released = command_.kind == Command::Kind::release;
    token.owner.user = taken ? principal_.user : released ? "" : command_.to;
    Event event = acted(taken      ? Event::Kind::taken
                        : released ? Event::Kind::released
                                   : Event::Kind::delegated);
    event.token = token.id;
    event.tokens = {token};
    if (Outcome<void> added = step_.add(std::move(event)); !added)
      return tl::unexpected(added.error());
    if (!taken && !released)
      step_.message(token.owner, "有一项工作转交给您。", "Work was handed over to you.", false);
    return step_.finish();
  }

  const Flow& flow_;
  const Environment& environment_;
  const Instance& before_;
  const Command& command_;
  const Principal& principal_;
  Step step_;
  std::uint64_t digest_;
};

}  // namespace

bool is_actor(const Actor& actor, const Instance& instance, const Principal& principal) {
  const bool has_role = std::ranges::any_of(
      principal.roles, [&](const std::string& role) { return actor.roles.contains(role); });
  if (!has_role) return false;
  if (actor.area && !holds_area(principal, text_of(instance, "area"))) return false;
  if (actor.organization && !principal.unrestricted &&
      std::ranges::count(principal.organizations, text_of(instance, "organization")) == 0)
    return false;
  if (!actor.team.empty() && std::ranges::count(principal.organizations, actor.team) == 0)
    return false;
  if (actor.resident) {
    const std::string resident = text_of(instance, "resident");
    const bool in_care = std::ranges::any_of(
        principal.own, [&](std::int64_t own) { return std::to_string(own) == resident; });
    if (!in_care) return false;
  }
  return true;
}

Error Refusal::error() const { return {code, who + ", " + what + ": " + why, rule}; }

bool may(const Flow& flow, const std::vector<std::string>& actors, const Instance& instance,
         const Token* token, const Principal& principal) {
  return std::ranges::any_of(actors, [&](const std::string& id) {
    if (id == "system" || id == "clock") return is_system(principal);
    if (id == "starter") return !instance.starter.empty() && principal.user == instance.starter;
    if (id == "owner") return token != nullptr && owns(flow, instance, *token, principal);
    if (id == "superior") {
      return token != nullptr &&
             std::ranges::any_of(token->superiors, [&](const std::string& superior) {
               const Actor* actor = flow.actor(superior);
               return actor != nullptr && is_actor(*actor, instance, principal);
             });
    }
    const Actor* actor = flow.actor(id);
    return actor != nullptr && is_actor(*actor, instance, principal);
  });
}

std::vector<const Move*> open_moves(const Flow& flow, const Instance& instance, const Token& token,
                                    const Principal& principal) {
  std::vector<const Move*> moves;
  const State* state = flow.state(token.state);
  if (state == nullptr || instance.status != Status::active) return moves;
  for (const Move& move : state->moves) {
    const auto times = instance.made.find(move.id);
    if (move.most > 0 && times != instance.made.end() && times->second >= move.most) continue;
    if (!move.automatic() && may(flow, move.by, instance, &token, principal))
      moves.push_back(&move);
  }
  return moves;
}

Outcome<Fired> fire(const Flow& flow, const Environment& environment, const Instance& instance,
                    const Command& command, const Principal& principal, Instant now) {
  return Firing(flow, environment, instance, command, principal, now).run();
}

}  // namespace hb::workflow
