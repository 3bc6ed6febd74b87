#include "workflow/instance.hpp"

#include <algorithm>

namespace hb::workflow {
namespace {

Result<void> wrong(const Instance& instance, const Event& event, const std::string& why) {
  return fail(ErrorCode::invalid_input, "the log of a flow is damaged: " + why,
              instance.id + " event " + std::to_string(event.number));
}

void set_fields(boost::json::object& data, const boost::json::object& changes) {
  for (const auto& [name, value] : changes) {
    if (value.is_null())
      data.erase(name);
    else
      data[name] = value;
  }
}

void apply_child(Instance& instance, const Event& event) {
  Child& child = instance.children[event.as];
  if (event.kind == Event::Kind::child_started) {
    child = {event.child, event.child_flow, false, ""};
  } else {
    child.finished = true;
    child.end = event.end;
  }
}

}  // namespace

const Token* Instance::token(int token_id) const {
  const auto found = std::ranges::find(tokens, token_id, &Token::id);
  return found == tokens.end() ? nullptr : &*found;
}

Instant Instance::next() const {
  Instant first = never;
  for (const Token& one : tokens)
    for (const Running& clock : one.clocks) first = std::min(first, clock.next);
  return first;
}

Result<void> apply(Instance& instance, const Event& event) {
  if (event.number != instance.events + 1)
    return wrong(instance, event, "after event " + std::to_string(instance.events));
  if ((event.kind == Event::Kind::started) != (event.number == 1))
    return wrong(instance, event, "the first event is not its start");
  for (const int id : event.gone)
    if (instance.token(id) == nullptr)
      return wrong(instance, event, "it ends token " + std::to_string(id) + ", which is not there");
  std::erase_if(instance.tokens,
                [&](const Token& token) { return std::ranges::count(event.gone, token.id) > 0; });
  for (const Token& token : event.tokens) {
    if (token.id < 1) return wrong(instance, event, "a token has no number");
    const auto known = std::ranges::find(instance.tokens, token.id, &Token::id);
    if (known != instance.tokens.end())
      *known = token;
    else
      instance.tokens.push_back(token);
    instance.last_token = std::max(instance.last_token, token.id);
  }
  set_fields(instance.data, event.set);
  if (event.kind == Event::Kind::started) {
    instance.starter = event.by;
    instance.started = event.at;
    instance.parent = event.parent;
    instance.as = event.as;
  }
  if (event.kind == Event::Kind::started || event.kind == Event::Kind::migrated) {
    instance.flow = event.flow;
    instance.version = event.version;
  }
  if (event.kind == Event::Kind::child_started || event.kind == Event::Kind::child_finished)
    apply_child(instance, event);
  else if (!event.end.empty())
    instance.end = event.end;
  if (event.kind == Event::Kind::moved) {
    ++instance.made[event.move];
    instance.made_by[event.move] = event.by;
  }
  if (!event.key.empty()) instance.acts[event.key] = {event.number, event.digest};
  instance.status = event.status;
  instance.changed = event.at;
  instance.events = event.number;
  return {};
}

Result<Instance> replay(std::string id, const std::vector<Event>& events) {
  Instance instance;
  instance.id = std::move(id);
  for (const Event& event : events)
    if (Result<void> done = apply(instance, event); !done) return unexpected(done.error());
  return instance;
}

}  // namespace hb::workflow
