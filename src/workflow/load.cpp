#include "workflow/load.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "workflow/criteria.hpp"
#include "workflow/cursor.hpp"
#include "workflow/load_effects.hpp"

namespace hb::workflow {
namespace {

constexpr std::array<std::pair<std::string_view, Pick>, 5> picks = {{{"none", Pick::none},
                                                                     {"load", Pick::load},
                                                                     {"on-call", Pick::on_call},
                                                                     {"starter", Pick::starter},
                                                                     {"actor", Pick::actor}}};
constexpr std::array<std::pair<std::string_view, Field::Kind>, 6> field_kinds = {
    {{"text", Field::Kind::text},
     {"number", Field::Kind::number},
     {"boolean", Field::Kind::boolean},
     {"date", Field::Kind::date},
     {"instant", Field::Kind::instant},
     {"code", Field::Kind::code}}};

template <class Value, std::size_t size>
Value word_of(const Cursor& map, const char* key,
              const std::array<std::pair<std::string_view, Value>, size>& words) {
  const std::string word = map.text(key);
  if (word.empty()) return words.front().second;
  for (const auto& [name, value] : words)
    if (name == word) return value;
  std::string known;
  for (const auto& [name, value] : words) known += (known.empty() ? "" : ", ") + std::string(name);
  map.fault(key, "expected one of " + known + ", found “" + word + "”");
  return words.front().second;
}

void check_id(const std::string& id, const Cursor& at) {
  if (!is_id(id))
    at.fault("“" + id +
             "” is no name: expected small letters, digits and hyphens, such as verify-2");
}

/// Fields are members in expressions, which a hyphen would cut.
bool is_field_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, fits);
}

Duration duration_at(const Cursor& at) {
  const Result<Duration> duration = parse_duration(at.scalar());
  if (duration) return *duration;
  at.fault(duration.error().message);
  return {};
}

Actor read_actor(const std::string& id, const Cursor& at) {
  Actor actor;
  actor.id = id;
  actor.at = at.at();
  check_id(id, at);
  if (is_known_actor(id)) at.fault("“" + id + "” is known to every flow and cannot be declared");
  if (!at.only({"name", "roles", "area", "organization", "resident", "team"})) return actor;
  actor.name = at.localized("name");
  for (const std::string& role : at.texts("roles")) actor.roles.insert(role);
  if (actor.roles.empty()) at.fault("roles", "at least one role is needed");
  actor.area = at.flag("area");
  actor.organization = at.flag("organization");
  actor.resident = at.flag("resident");
  actor.team = at.text("team");
  return actor;
}

Field read_field(const std::string& id, const Cursor& at) {
  Field field;
  field.id = id;
  field.at = at.at();
  if (!is_field_name(id))
    at.fault("“" + id + "” is no field: expected small letters, digits and _, such as onset_date");
  if (!at.only({"kind", "name", "required"})) return field;
  field.kind = word_of(at, "kind", field_kinds);
  field.name = at.localized("name");
  field.required = at.flag("required");
  return field;
}

ClockRule read_clock(const Cursor& at) {
  ClockRule clock;
  clock.at = at.at();
  if (!at.only({"id", "within", "from", "remind", "overdue", "calendar"})) return clock;
  clock.id = at.text("id", true);
  if (!clock.id.empty()) check_id(clock.id, at.child("id"));
  if (const Cursor within = at.child("within", true); !within.is_null())
    clock.within = duration_at(within);
  clock.from = at.text("from");
  if (clock.from.empty()) clock.from = "entry";
  for (const Cursor& item : at.items("remind")) clock.remind.push_back(duration_at(item));
  clock.calendar = at.text("calendar");
  const Cursor overdue = at.child("overdue", true);
  if (overdue.is_null() || !overdue.only({"escalate", "every", "most", "fire"})) return clock;
  clock.overdue.escalate = overdue.text("escalate");
  clock.overdue.fire = overdue.text("fire");
  if (overdue.has("every")) clock.overdue.every = duration_at(overdue.child("every"));
  if (const auto most = overdue.whole("most", 1)) clock.overdue.most = *most;
  if (clock.overdue.escalate.empty() == clock.overdue.fire.empty())
    overdue.fault("expected either escalate (an actor) or fire (a move of this state)");
  return clock;
}

Guard read_guard(const Cursor& at) {
  Guard guard;
  guard.at = at.at();
  if (at.is_null()) return guard;
  if (at.node().IsScalar()) {
    guard.formula = formula_at(at);
    return guard;
  }
  if (!at.only({"is", "sql", "why"})) return guard;
  if (const Cursor is = at.child("is"); !is.is_null()) guard.formula = formula_at(is);
  guard.sql = at.text("sql");
  guard.why = at.localized("why", false);
  if (at.has("is") == at.has("sql")) at.fault("expected either is (FHIRPath) or sql");
  return guard;
}

std::map<std::string, Formula> read_formulas(const Cursor& at) {
  std::map<std::string, Formula> formulas;
  for (const auto& [name, value] : at.entries()) formulas[name] = formula_at(value);
  return formulas;
}

Move read_move(const std::string& id, const Cursor& at) {
  Move move;
  move.id = id;
  move.at = at.at();
  check_id(id, at);
  if (!at.only({"name", "to", "by", "not_by", "when", "form", "propose", "reason", "back", "most",
                "set", "do"}))
    return move;
  move.name = at.localized("name");
  const Cursor to = at.child("to", true);
  move.to_at = to.at();
  move.to = at.texts("to");
  if (at.has("to") && move.to.empty()) to.fault("a state is missing");
  move.by = at.texts("by");
  if (move.by.empty()) move.by = {"owner"};
  move.not_by = at.text("not_by");
  move.when = read_guard(at.child("when"));
  move.form = at.text("form");
  move.propose = at.text("propose");
  move.reason = at.flag("reason");
  move.back = at.flag("back");
  if (const auto most = at.whole("most", 1)) move.most = *most;
  move.set = read_formulas(at.child("set"));
  for (const Cursor& effect : at.items("do")) move.effects.push_back(read_effect(effect));
  return move;
}

State read_state(const std::string& id, const Cursor& at) {
  State state;
  state.id = id;
  state.at = at.at();
  check_id(id, at);
  if (!at.only({"name", "owner", "pick", "final", "ends_all", "cancelled", "join", "to", "clocks",
                "moves"}))
    return state;
  state.name = at.localized("name");
  state.owner = at.text("owner");
  state.pick = word_of(at, "pick", picks);
  state.final = at.flag("final");
  state.ends_all = at.flag("ends_all");
  state.cancelled = at.flag("cancelled");
  constexpr std::array<std::pair<std::string_view, Join>, 3> joins = {
      {{"none", Join::none}, {"all", Join::all}, {"any", Join::any}}};
  state.join = word_of(at, "join", joins);
  state.join_to = at.text("to", state.join != Join::none);
  if (state.join == Join::none && at.has("to"))
    at.fault("to", "only a state with join goes on by itself; others need moves");
  for (const Cursor& clock : at.items("clocks")) state.clocks.push_back(read_clock(clock));
  for (const auto& [move_id, move] : at.entries("moves"))
    state.moves.push_back(read_move(move_id, move));
  return state;
}

/// Minutes of "09:00"; a fault when it is no time.
int read_time(const Cursor& at) {
  const std::string text = at.scalar();
  int hours = -1;
  int minutes = -1;
  if (text.size() == 5 && text[2] == ':') {
    const char* begin = text.data();
    if (std::from_chars(begin, begin + 2, hours).ptr != begin + 2) hours = -1;
    if (std::from_chars(begin + 3, begin + 5, minutes).ptr != begin + 5) minutes = -1;
  }
  if (hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60) return hours * 60 + minutes;
  at.fault("expected a time such as \"09:00\", found “" + text + "”");
  return 0;
}

void read_schedule(const Cursor& at, Flow& flow) {
  if (at.is_null() || !at.only({"month", "at", "period"})) return;
  Schedule schedule;
  schedule.at = at.at();
  schedule.day = at.whole("month", 1, true).value_or(1);
  if (schedule.day > 28) at.fault("month", "expected a day that every month has: 1 to 28");
  if (const Cursor time = at.child("at", true); !time.is_null()) schedule.minute = read_time(time);
  schedule.field = at.text("period", true);
  flow.schedule = schedule;
}

void read_start(const Cursor& root, Flow& flow) {
  const Cursor at = root.child("start", true);
  if (at.is_null() || !at.only({"state", "by", "form", "set", "each"})) return;
  read_schedule(at.child("each"), flow);
  flow.first = at.text("state", true);
  flow.first_at = at.child("state").at();
  flow.start_by = at.texts("by");
  if (flow.start_by.empty()) at.fault("by", "who may start is missing");
  flow.start_form = at.text("form");
  flow.start_set = read_formulas(at.child("set"));
}

void read_withdrawal(const Cursor& root, Flow& flow) {
  const Cursor at = root.child("withdraw");
  if (at.is_null() || !at.only({"by", "from", "to"})) return;
  Withdrawal withdrawal;
  withdrawal.at = at.at();
  withdrawal.by = at.texts("by");
  if (withdrawal.by.empty()) withdrawal.by = {"starter"};
  withdrawal.from = at.texts("from");
  withdrawal.to = at.text("to", true);
  flow.withdrawal = withdrawal;
}

void read_migrations(const Cursor& root, Flow& flow) {
  for (const Cursor& at : root.items("migrate")) {
    Migration migration;
    migration.at = at.at();
    if (!at.only({"from", "states"})) continue;
    migration.from = at.whole("from", 1, true).value_or(0);
    for (const auto& [from, to] : at.entries("states")) migration.states[from] = to.scalar();
    flow.migrations.push_back(std::move(migration));
  }
}

void read_criteria_files(const Cursor& root, Flow& flow) {
  for (const auto& [name, file] : root.entries("criteria")) {
    const auto path = std::filesystem::path(flow.file).parent_path() / file.scalar();
    std::vector<Fault> faults;
    if (auto criteria = load_criteria(path, faults))
      flow.criteria[name] = std::make_shared<const Criteria>(std::move(*criteria));
    for (const Fault& fault : faults)
      file.fault(path.filename().string() + ":" + std::to_string(fault.line) + ": " +
                 (fault.path.empty() ? "" : fault.path + ": ") + fault.message);
  }
}

void read_flow(const Cursor& root, Flow& flow) {
  if (!root.only({"schema", "id", "version", "title", "description", "forms", "criteria",
                  "calendar", "actors", "data", "start", "withdraw", "delegate", "with_parent",
                  "states", "migrate"}))
    return;
  if (const std::string schema = root.text("schema", true); !schema.empty() && schema != "flow-1")
    root.fault("schema", "expected flow-1, found “" + schema + "”");
  flow.at = root.at();
  flow.id = root.text("id", true);
  if (!flow.id.empty()) check_id(flow.id, root.child("id"));
  flow.version = root.whole("version", 1, true).value_or(0);
  flow.title = root.localized("title");
  flow.description = root.localized("description");
  for (const auto& [name, file] : root.entries("forms")) {
    flow.forms[name] = file.scalar();
    flow.forms_at[name] = file.at();
  }
  read_criteria_files(root, flow);
  flow.calendar = root.text("calendar");
  flow.calendar_at = root.child("calendar").at();
  for (const auto& [id, actor] : root.entries("actors"))
    flow.actors.push_back(read_actor(id, actor));
  for (const auto& [id, field] : root.entries("data")) flow.data.push_back(read_field(id, field));
  read_start(root, flow);
  read_withdrawal(root, flow);
  if (const Cursor at = root.child("delegate"); !at.is_null() && at.only({"by"})) {
    flow.delegation = Delegation{at.texts("by"), at.at()};
    if (flow.delegation->by.empty()) flow.delegation->by = {"owner"};
  }
  flow.with_parent = root.text("with_parent");
  flow.with_parent_at = root.child("with_parent").at();
  if (!root.has("states")) root.fault("“states” is missing");
  for (const auto& [id, state] : root.entries("states"))
    flow.states.push_back(read_state(id, state));
  read_migrations(root, flow);
}

}  // namespace

std::optional<Flow> load_flow(const std::filesystem::path& file, std::vector<Fault>& faults) {
  const std::size_t before = faults.size();
  std::optional<Flow> flow = load_part(file, faults);
  if (faults.size() > before) return std::nullopt;
  return flow;
}

std::optional<Flow> load_part(const std::filesystem::path& file, std::vector<Fault>& faults) {
  Document document(file.string());
  std::optional<Flow> flow;
  if (const auto node = read_document(file, document)) {
    flow.emplace();
    flow->file = file.string();
    read_flow(Cursor(document, *node, "", place_of(*node)), *flow);
  }
  faults.insert(faults.end(), document.faults().begin(), document.faults().end());
  return flow;
}

}  // namespace hb::workflow
