#include "server/flow_views.hpp"

#include <algorithm>
#include <charconv>

#include "workflow/draw.hpp"

namespace hb::server {

namespace {

using workflow::Event;
using workflow::Flow;
using workflow::Instance;
using workflow::Move;
using workflow::State;
using workflow::Token;

Localized name_or_id(const Localized& name, const std::string& id) {
  return {name.zh.empty() ? id : name.zh, name.en.empty() ? id : name.en};
}

Localized state_name(const Flow& flow, const std::string& id) {
  const State* state = flow.state(id);
  return state == nullptr ? Localized{id, id} : name_or_id(state->name, id);
}

Localized actor_name(const Flow& flow, const std::string& id) {
  return {workflow::actor_words(flow, id, workflow::Language::zh),
          workflow::actor_words(flow, id, workflow::Language::en)};
}

const Move* move_of(const Flow& flow, const std::string& state, const std::string& id) {
  if (const State* at = flow.state(state))
    if (const Move* move = at->move(id)) return move;
  for (const State& one : flow.states)
    if (const Move* move = one.move(id)) return move;
  return nullptr;
}

json::array texts_array(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& one : list) out.emplace_back(one);
  return out;
}

json::object move_object(const Move& move) {
  json::object out{{"id", move.id},
                   {"kind", "move"},
                   {"name", texts(name_or_id(move.name, move.id))},
                   {"to", texts_array(move.to)},
                   {"reason", move.reason || move.back},
                   {"back", move.back}};
  if (!move.form.empty()) out["form"] = move.form;
  if (!move.propose.empty()) out["propose"] = move.propose;
  return out;
}

json::object hand_over(const char* id, const Localized& name, bool reason,
                       std::vector<std::string> to = {}) {
  return {{"id", id},         {"kind", id},   {"name", texts(name)}, {"to", texts_array(to)},
          {"reason", reason}, {"back", false}};
}

/// Whether all parts stand where the instance can still be withdrawn.
bool can_withdraw(const Flow& flow, const Instance& instance, const Token& token,
                  const Principal& who) {
  if (!flow.withdrawal || !workflow::may(flow, flow.withdrawal->by, instance, &token, who))
    return false;
  const std::vector<std::string>& from = flow.withdrawal->from;
  return from.empty() || std::ranges::all_of(instance.tokens, [&](const Token& one) {
           return std::ranges::count(from, one.state) > 0;
         });
}

json::array moves_array(const Running& running, const Token& token, const Principal& who) {
  const Flow& flow = running.flow();
  const Instance& instance = running.instance;
  json::array moves;
  for (const Move* move : workflow::open_moves(flow, instance, token, who)) {
    const auto before = instance.made_by.find(move->not_by);
    if (!move->not_by.empty() && before != instance.made_by.end() && before->second == who.user)
      continue;
    moves.push_back(move_object(*move));
  }
  if (instance.status != workflow::Status::active) return moves;
  const bool of_actor = flow.actor(token.owner.actor) != nullptr;
  if (of_actor && token.owner.user.empty() && workflow::may(flow, {"owner"}, instance, &token, who))
    moves.push_back(hand_over("take", {"领取", "Take it"}, false));
  if (of_actor && !token.owner.user.empty() && token.owner.user == who.user)
    moves.push_back(hand_over("release", {"放回", "Give it back"}, false));
  if (of_actor && flow.delegation &&
      workflow::may(flow, flow.delegation->by, instance, &token, who))
    moves.push_back(hand_over("delegate", {"转交", "Hand it over"}, false));
  if (can_withdraw(flow, instance, token, who))
    moves.push_back(hand_over("withdraw", {"撤回", "Withdraw"}, true, {flow.withdrawal->to}));
  return moves;
}

void add_deadlines(const Token& token, Instant now, json::object& out) {
  Instant due = workflow::never;
  Instant remind = workflow::never;
  bool assumed = false;
  for (const workflow::Running& clock : token.clocks) {
    due = std::min(due, clock.due);
    if (clock.next < clock.due) remind = std::min(remind, clock.next);
    assumed = assumed || clock.assumed;
  }
  if (due != workflow::never) out["due"] = format_instant(due);
  if (remind != workflow::never) out["remind"] = format_instant(remind);
  if (assumed) out["assumed"] = true;
  out["overdue"] = due < now;
}

void add_subject(const Running& running, json::object& out) {
  if (const Localized subject = subject_of(running.flow(), running.instance); !subject.zh.empty())
    out["subject"] = texts(subject);
  const json::value* area = running.instance.data.if_contains("area");
  if (area != nullptr && area->is_string()) out["area"] = *area;
}

/// Whom it is about, as a number that leads to the resident's page.
void add_resident(const Instance& instance, json::object& out) {
  const json::value* resident = instance.data.if_contains("resident");
  if (resident == nullptr || !resident->is_string()) return;
  const std::string_view text(resident->get_string());
  std::int64_t id = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (wrong == std::errc() && end == text.data() + text.size()) out["resident"] = id;
}

/// What the answers of a form are, for who may see them.
void add_response(const std::string& id, const Principal& principal, Services& services,
                  json::object& line) {
  records::Store& store = services.hub.store();
  const Principal system = Principal::system("workflow");
  auto stored = store.latest(system, "QuestionnaireResponse", id);
  if (!stored) {  // acted a moment ago
    (void)services.flows->settle();
    stored = store.latest(system, "QuestionnaireResponse", id);
  }
  if (!stored) return;
  if (stored->resident != 0) {
    const auto seen = store.read(principal, "QuestionnaireResponse", id);
    if (!seen) {
      line["withheld"] = true;
      return;
    }
    stored->json = seen->json;
  }
  boost::system::error_code wrong;
  json::value body = json::parse(stored->json, wrong);
  if (!wrong) line["response"] = std::move(body);
}

std::string form_of(const Flow& flow, const Event& event, const std::string& from) {
  if (event.response.empty()) return {};
  if (event.kind == Event::Kind::started) return flow.start_form;
  const Move* move = move_of(flow, from, event.move);
  return move == nullptr ? std::string() : move->form;
}

json::object event_object(const Flow& flow, const Event& event, const Instance& before,
                          const Principal& principal, Services& services) {
  const Token* token = before.token(event.token);
  const std::string from = token == nullptr ? "" : token->state;
  json::object line{{"number", event.number},
                    {"at", format_instant(event.at)},
                    {"user", event.by},
                    {"user_name", services.flows->display(event.by)},
                    {"kind", workflow::word(event.kind)}};
  if (!event.move.empty()) {
    line["move"] = event.move;
    const Move* move = move_of(flow, from, event.move);
    line["name"] = texts(move == nullptr ? Localized{event.move, event.move}
                                         : name_or_id(move->name, event.move));
  }
  if (event.token != 0) line["token"] = event.token;
  if (!event.clock.empty()) line["clock"] = event.clock;
  if (!from.empty()) {
    line["from"] = from;
    line["from_name"] = texts(state_name(flow, from));
  }
  json::array to;
  for (const Token& one : event.tokens)
    to.push_back(json::object{{"id", one.state}, {"name", texts(state_name(flow, one.state))}});
  if (!event.end.empty() && event.kind != Event::Kind::child_finished)
    to.push_back(json::object{{"id", event.end}, {"name", texts(state_name(flow, event.end))}});
  line["states"] = std::move(to);
  if (event.kind == Event::Kind::delegated && !event.tokens.empty()) {
    line["to"] = event.tokens.front().owner.user;
    line["to_name"] = services.flows->display(event.tokens.front().owner.user);
  }
  if (!event.child.empty()) line["child"] = event.child;
  if (!event.reason.empty()) line["reason"] = event.reason;
  if (const std::string form = form_of(flow, event, from); !form.empty()) {
    line["form"] = form;
    add_response(event.response, principal, services, line);
  }
  return line;
}

json::array children_array(const Instance& instance) {
  json::array out;
  for (const auto& [name, child] : instance.children) {
    json::object one{
        {"name", name}, {"id", child.instance}, {"flow", child.flow}, {"finished", child.finished}};
    if (!child.end.empty()) one["end"] = child.end;
    out.push_back(std::move(one));
  }
  return out;
}

const char* kind_word(workflow::Field::Kind kind) {
  constexpr const char* words[] = {"text", "number", "boolean", "date", "instant", "code"};
  return words[static_cast<std::size_t>(kind)];
}

struct Rule {
  std::string_view rule;
  int status;
  const char* zh;
};

constexpr Rule rules[] = {
    {"out-of-order", 409, "当前环节不能进行此操作，未作任何更改"},
    {"wrong-person", 403, "您不是此操作的承办人，未作任何更改"},
    {"stale", 409, "事项在您查看之后已有新的进展，请刷新后再操作，未作任何更改"},
    {"repeated-key", 409, "该操作标识已用于另一操作，未作任何更改"},
    {"form", 422, "表单内容不符合要求，未作任何更改"},
    {"data", 422, "数据项不符合要求，未作任何更改"},
    {"guard", 409, "不满足此操作的条件，未作任何更改"},
    {"reason", 422, "请填写原因，未作任何更改"},
    {"limit", 409, "此操作已达到次数上限，未作任何更改"},
    {"ended", 409, "事项已经结束，未作任何更改"},
    {"endless", 409, "流程的自动步骤没有终点，请联系管理员，未作任何更改"},
};

}  // namespace

Parsed<Running> running_of(const std::string& id, const Principal& who, const Services& services) {
  const Response none = not_found({"此事项", "such instance"});
  auto log = services.flows->journal().events(id);
  if (!log)
    return unexpected(log.error().code == ErrorCode::not_found ? none : outcome(log.error()));
  auto instance = workflow::replay(id, *log);
  if (!instance) return unexpected(outcome(instance.error()));
  auto entry = services.flows->library().find(instance->flow, instance->version);
  if (!entry) entry = services.flows->library().newest(instance->flow);
  if (!entry) return unexpected(none);
  Running running{std::move(*entry), std::move(*instance), std::move(*log)};
  if (!services.flows->sees(running.flow(), running.instance, who, &running.log))
    return unexpected(none);
  return running;
}

Localized subject_of(const Flow& flow, const Instance& instance) {
  // The first texts of the data, in the order of the flow; codes mean nothing to a reader.
  std::string words;
  int taken = 0;
  for (const workflow::Field& field : flow.data) {
    const json::value* value = instance.data.if_contains(field.id);
    if (field.kind != workflow::Field::Kind::text || value == nullptr || !value->is_string())
      continue;
    words += (words.empty() ? "" : " · ") + std::string(value->get_string());
    if (++taken == 3) break;
  }
  return {words, words};
}

json::object task_object(const Running& running, const Token& token, const Principal& who,
                         const Services& services) {
  const Flow& flow = running.flow();
  const Instance& instance = running.instance;
  json::object out{{"instance", instance.id},
                   {"token", token.id},
                   {"seen", instance.events},
                   {"flow", instance.flow},
                   {"version", instance.version},
                   {"flow_title", texts(flow.title)},
                   {"state", token.state},
                   {"state_name", texts(state_name(flow, token.state))},
                   {"actor", token.owner.actor},
                   {"actor_name", texts(actor_name(flow, token.owner.actor))},
                   {"waiting", token.owner.user.empty()},
                   {"since", format_instant(token.since)},
                   {"started", format_instant(instance.started)},
                   {"changed", format_instant(instance.changed)},
                   {"escalated", !token.superiors.empty()}};
  if (!token.owner.user.empty()) {
    out["user"] = token.owner.user;
    out["user_name"] = services.flows->display(token.owner.user);
  }
  add_deadlines(token, services.flows->now(), out);
  add_subject(running, out);
  add_resident(instance, out);
  out["data"] = instance.data;
  out["moves"] = moves_array(running, token, who);
  return out;
}

json::object instance_line(const Running& running, const Services& services) {
  const Flow& flow = running.flow();
  const Instance& instance = running.instance;
  json::object out{{"id", instance.id},
                   {"flow", instance.flow},
                   {"flow_title", texts(flow.title)},
                   {"version", instance.version},
                   {"status", workflow::word(instance.status)},
                   {"started", format_instant(instance.started)},
                   {"starter", instance.starter},
                   {"starter_name", services.flows->display(instance.starter)}};
  if (instance.status != workflow::Status::active) {
    out["ended"] = format_instant(instance.changed);
    out["end"] = instance.end;
    out["end_name"] = texts(state_name(flow, instance.end));
  }
  add_subject(running, out);
  json::array states;
  for (const Token& token : instance.tokens)
    states.push_back(
        json::object{{"id", token.state}, {"name", texts(state_name(flow, token.state))}});
  out["states"] = std::move(states);
  out["data"] = instance.data;
  return out;
}

json::object instance_object(const Running& running, const Principal& who, Services& services) {
  json::object out = instance_line(running, services);
  const Flow& flow = running.flow();
  json::array tokens;
  for (const Token& token : running.instance.tokens)
    if (!token.owner.actor.empty()) tokens.push_back(task_object(running, token, who, services));
  out["seen"] = running.instance.events;
  out["as_of"] = format_instant(services.flows->now());
  out["tokens"] = std::move(tokens);
  if (!running.instance.parent.empty()) out["parent"] = running.instance.parent;
  out["children"] = children_array(running.instance);
  json::array log;
  Instance before;
  before.id = running.instance.id;
  for (const Event& event : running.log) {
    log.push_back(event_object(flow, event, before, who, services));
    if (const Result<void> applied = workflow::apply(before, event); !applied) break;
  }
  out["log"] = std::move(log);
  return out;
}

json::object flow_object(const Flow& flow) {
  json::array fields;
  for (const workflow::Field& field : flow.data)
    fields.push_back(json::object{{"id", field.id},
                                  {"name", texts(name_or_id(field.name, field.id))},
                                  {"kind", kind_word(field.kind)},
                                  {"required", field.required}});
  json::array actors;
  for (const workflow::Actor& actor : flow.actors)
    actors.push_back(json::object{{"id", actor.id}, {"name", texts(actor_name(flow, actor.id))}});
  json::array states;
  json::array moves;
  for (const State& state : flow.states) {
    json::array clocks;
    for (const workflow::ClockRule& clock : state.clocks)
      clocks.push_back(
          json::object{{"id", clock.id},
                       {"within", workflow::format_duration(clock.within)},
                       {"within_name",
                        texts({workflow::duration_words(clock.within, workflow::Language::zh),
                               workflow::duration_words(clock.within, workflow::Language::en)})}});
    json::object one{{"id", state.id},
                     {"name", texts(name_or_id(state.name, state.id))},
                     {"final", state.final},
                     {"clocks", std::move(clocks)}};
    if (!state.owner.empty()) one["owner"] = state.owner;
    states.push_back(std::move(one));
    for (const Move& move : state.moves) {
      json::object line = move_object(move);
      line.erase("kind");
      line["from"] = state.id;
      moves.push_back(std::move(line));
    }
  }
  json::array forms;
  for (const auto& [name, file] : flow.forms) forms.emplace_back(name);
  json::object out{{"id", flow.id},
                   {"version", flow.version},
                   {"title", texts(flow.title)},
                   {"fields", std::move(fields)},
                   {"actors", std::move(actors)},
                   {"states", std::move(states)},
                   {"moves", std::move(moves)},
                   {"forms", std::move(forms)}};
  if (!flow.description.zh.empty()) out["description"] = texts(flow.description);
  if (!flow.start_form.empty()) out["start_form"] = flow.start_form;
  return out;
}

json::array issues_array(const std::vector<forms::Issue>& issues) {
  json::array list;
  for (const forms::Issue& issue : issues) {
    std::string link = issue.path.substr(issue.path.rfind('/') + 1);  // npos + 1: all of it
    link = link.substr(0, link.find('['));
    list.push_back(json::object{{"path", issue.path},
                                {"linkId", link},
                                {"rule", issue.rule},
                                {"severity", issue.is_error ? "error" : "warning"},
                                {"message", issue.message}});
  }
  return list;
}

json::array form_issues(const Flow& flow, const std::string& form, const std::string& response,
                        Services& services) {
  if (form.empty() || response.empty()) return {};
  const auto issues = services.flows->forms().check(flow, form, response);
  return issues ? issues_array(*issues) : json::array();
}

Response flow_refusal(const workflow::Refusal& refusal, std::string_view where,
                      json::array issues) {
  if (refusal.rule == "unknown" && refusal.code == ErrorCode::not_found)
    return not_found({"此流程或事项", "such flow or instance"});
  const auto rule = std::ranges::find(rules, refusal.rule, &Rule::rule);
  if (rule == std::end(rules)) return outcome(refusal.error());
  // A form that cannot be checked at all is not the fault of who filled it in.
  if (refusal.code == ErrorCode::unavailable) return outcome(refusal.error());
  json::object error{{"code", refusal.rule},
                     {"message", refusal.error().message},
                     {"messageZh", refusal.why_zh.empty() ? rule->zh : refusal.why_zh},
                     {"where", where}};
  if (!issues.empty()) error["issues"] = std::move(issues);
  return json_response(rule->status, json::object{{"error", std::move(error)}});
}

}  // namespace hb::server
