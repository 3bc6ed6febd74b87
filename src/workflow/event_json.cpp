#include <array>
#include <boost/json.hpp>

#include "workflow/instance.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 12> kinds = {
    "started",  "moved",     "taken",         "released",       "delegated", "withdrawn",
    "reminded", "escalated", "child-started", "child-finished", "migrated",  "parent-finished"};
constexpr std::array<std::string_view, 3> statuses = {"active", "completed", "cancelled"};

json::object from(const Running& clock) {
  json::object out{{"clock", clock.clock}, {"due", clock.due.micros}};
  if (clock.next != never) out["next"] = clock.next.micros;
  if (clock.reminded != 0) out["reminded"] = clock.reminded;
  if (clock.escalated != 0) out["escalated"] = clock.escalated;
  if (clock.assumed) out["assumed"] = true;
  return out;
}

json::object from(const Token& token) {
  json::object out{{"id", token.id}, {"state", token.state}, {"since", token.since.micros}};
  if (!token.forks.empty()) out["forks"] = json::array(token.forks.begin(), token.forks.end());
  if (!token.owner.actor.empty()) out["actor"] = token.owner.actor;
  if (!token.owner.user.empty()) out["user"] = token.owner.user;
  if (!token.superiors.empty()) {
    json::array& list = out["superiors"].emplace_array();
    for (const std::string& actor : token.superiors) list.emplace_back(actor);
  }
  if (!token.clocks.empty()) {
    json::array& list = out["clocks"].emplace_array();
    for (const Running& clock : token.clocks) list.emplace_back(from(clock));
  }
  return out;
}

/// Members of an object with what they are when they are absent. A kind that does not fit throws,
/// which event_from_json() catches.
class Members {
 public:
  explicit Members(const json::value& value) : object_(value.as_object()) {}
  std::string text(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    return value == nullptr ? std::string() : std::string(value->as_string());
  }
  template <class Integer>
  Integer number(std::string_view name, Integer otherwise = 0) const {
    const json::value* value = object_.if_contains(name);
    return value == nullptr ? otherwise : value->to_number<Integer>();
  }
  bool flag(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    return value != nullptr && value->as_bool();
  }
  const json::array& list(std::string_view name) const {
    static const json::array none;
    const json::value* value = object_.if_contains(name);
    return value == nullptr ? none : value->as_array();
  }
  json::object object(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    return value == nullptr ? json::object() : value->as_object();
  }

 private:
  const json::object& object_;
};

Running running(const json::value& value) {
  const Members in(value);
  return {in.text("clock"),
          {in.number<std::int64_t>("due")},
          {in.number<std::int64_t>("next", never.micros)},
          in.number<int>("reminded"),
          in.number<int>("escalated"),
          in.flag("assumed")};
}

Token token(const json::value& value) {
  const Members in(value);
  Token out;
  out.id = in.number<int>("id");
  out.state = in.text("state");
  out.since = {in.number<std::int64_t>("since")};
  for (const json::value& fork : in.list("forks")) out.forks.push_back(fork.to_number<int>());
  out.owner = {in.text("actor"), in.text("user")};
  for (const json::value& actor : in.list("superiors"))
    out.superiors.emplace_back(actor.as_string());
  for (const json::value& clock : in.list("clocks")) out.clocks.push_back(running(clock));
  return out;
}

template <std::size_t size>
int index_of(const std::array<std::string_view, size>& words, const std::string& word) {
  for (std::size_t i = 0; i < size; ++i)
    if (words[i] == word) return static_cast<int>(i);
  throw std::invalid_argument("unknown word " + word);
}

Event event_from(const json::value& value) {
  const Members in(value);
  Event event;
  event.number = in.number<int>("n");
  event.at = {in.number<std::int64_t>("at")};
  event.kind = static_cast<Event::Kind>(index_of(kinds, in.text("kind")));
  event.by = in.text("by");
  event.key = in.text("key");
  event.digest = in.number<std::uint64_t>("digest");
  event.move = in.text("move");
  event.token = in.number<int>("token");
  event.clock = in.text("clock");
  event.reason = in.text("reason");
  event.response = in.text("response");
  event.flow = in.text("flow");
  event.version = in.number<int>("version");
  event.parent = in.text("parent");
  event.as = in.text("as");
  for (const json::value& id : in.list("gone")) event.gone.push_back(id.to_number<int>());
  for (const json::value& one : in.list("tokens")) event.tokens.push_back(token(one));
  event.set = in.object("set");
  event.child = in.text("child");
  event.child_flow = in.text("child_flow");
  event.end = in.text("end");
  const std::string status = in.text("status");
  event.status = status.empty() ? Status::active : static_cast<Status>(index_of(statuses, status));
  return event;
}

}  // namespace

std::string_view word(Event::Kind kind) { return kinds[static_cast<std::size_t>(kind)]; }
std::string_view word(Status status) { return statuses[static_cast<std::size_t>(status)]; }

std::string to_json(const Event& event) {
  json::object out{{"n", event.number}, {"at", event.at.micros}, {"kind", word(event.kind)}};
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  text("by", event.by);
  text("key", event.key);
  if (event.digest != 0) out["digest"] = event.digest;
  text("move", event.move);
  if (event.token != 0) out["token"] = event.token;
  text("clock", event.clock);
  text("reason", event.reason);
  text("response", event.response);
  text("flow", event.flow);
  if (event.version != 0) out["version"] = event.version;
  text("parent", event.parent);
  text("as", event.as);
  if (!event.gone.empty()) out["gone"] = json::array(event.gone.begin(), event.gone.end());
  if (!event.tokens.empty()) {
    json::array& list = out["tokens"].emplace_array();
    for (const Token& one : event.tokens) list.emplace_back(from(one));
  }
  if (!event.set.empty()) out["set"] = event.set;
  text("child", event.child);
  text("child_flow", event.child_flow);
  text("end", event.end);
  if (event.status != Status::active) out["status"] = word(event.status);
  return json::serialize(out);
}

Result<Event> event_from_json(std::string_view text) {
  try {
    return event_from(json::parse(text));
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid_input,
                std::string("an event of a flow cannot be read: ") + error.what());
  }
}

}  // namespace hb::workflow
