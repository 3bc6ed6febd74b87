#include "workflow/check.hpp"

#include <algorithm>

#include "workflow/criteria.hpp"
#include "workflow/flow_forms.hpp"

namespace hb::workflow {
namespace {

class Checker {
 public:
  Checker(const Flow& flow, const Surroundings& surroundings, std::span<const Flow> others,
          const SqlCheck& sql_check, std::vector<Fault>& faults)
      : flow_(flow),
        surroundings_(surroundings),
        others_(others),
        sql_check_(sql_check),
        faults_(faults) {}

  void run() {
    for (const Actor& actor : flow_.actors) roles(actor);
    for (const auto& [name, file] : flow_.forms) form(name, file);
    calendar(flow_.calendar, flow_.calendar_at, "calendar");
    if (!flow_.first.empty() && flow_.state(flow_.first) == nullptr)
      add(flow_.first_at, "start.state", "there is no state “" + flow_.first + "”");
    actors(flow_.start_by, flow_.first_at, "start.by", {"system"});
    named_form(flow_.start_form, flow_.first_at, "start.form");
    fields(flow_.start_set, flow_.first_at, "start.set");
    schedule();
    withdrawal();
    if (flow_.delegation)
      actors(flow_.delegation->by, flow_.delegation->at, "delegate.by", {"owner", "superior"});
    if (const State* end = flow_.state(flow_.with_parent);
        !flow_.with_parent.empty() && (end == nullptr || !end->final))
      add(flow_.with_parent_at, "with_parent",
          "there is no final state “" + flow_.with_parent + "”");
    for (const State& state : flow_.states) check_state(state);
    for (const Migration& migration : flow_.migrations) check_migration(migration);
    versions();
    unused();
  }

 private:
  void add(Place at, std::string path, std::string message) {
    faults_.push_back({flow_.file, at.line, at.column, std::move(path), std::move(message)});
  }

  void roles(const Actor& actor) {
    if (surroundings_.roles.empty()) return;
    for (const std::string& role : actor.roles)
      if (!surroundings_.roles.contains(role))
        add(actor.at, "actors." + actor.id + ".roles", "there is no role “" + role + "”");
    const auto needs = [&](bool needed, const char* field) {
      if (needed && flow_.field(field) == nullptr)
        add(actor.at, "actors." + actor.id,
            std::string("asks for the ") + field + " of the instance, but data has no field “" +
                field + "”");
    };
    needs(actor.area, "area");
    needs(actor.organization, "organization");
    needs(actor.resident, "resident");
  }

  void form(const std::string& name, const std::string& file) {
    const auto path = std::filesystem::path(flow_.file).parent_path() / file;
    const auto faults = form_faults(path.string());
    const Place at = flow_.forms_at.at(name);
    if (!faults) return add(at, "forms." + name, faults.error().message + ": " + file);
    for (const forms::FormFault& fault : *faults)
      add(at, "forms." + name,
          file + ": " + (fault.path.empty() ? "" : fault.path + ": ") + fault.message);
  }

  void named_form(const std::string& name, Place at, const std::string& path) {
    if (!name.empty() && !flow_.forms.contains(name))
      add(at, path, "there is no form “" + name + "” under forms");
    if (!name.empty()) used_forms_.insert(name);
  }

  const Calendar* calendar(const std::string& name, Place at, const std::string& path) {
    if (name.empty()) return nullptr;
    const auto found = surroundings_.calendars.find(name);
    if (found != surroundings_.calendars.end()) return &found->second;
    add(at, path, "there is no calendar “" + name + "” in calendars of the scene or of core");
    return nullptr;
  }

  void actors(const std::vector<std::string>& names, Place at, const std::string& path,
              const std::set<std::string>& known) {
    for (const std::string& name : names) {
      used_actors_.insert(name);
      if (flow_.actor(name) != nullptr || known.contains(name)) continue;
      add(at, path,
          is_known_actor(name) ? "“" + name + "” cannot stand here"
                               : "there is no actor “" + name + "” under actors");
    }
  }

  void fields(const std::map<std::string, Formula>& set, Place at, const std::string& path) {
    for (const auto& [name, formula] : set)
      if (flow_.field(name) == nullptr)
        add(formula.at.line > 0 ? formula.at : at, path, "data has no field “" + name + "”");
  }

  void schedule() {
    if (!flow_.schedule) return;
    const Schedule& schedule = *flow_.schedule;
    const Field* field = flow_.field(schedule.field);
    if (field == nullptr || field->kind != Field::Kind::text)
      add(schedule.at, "start.each.period", "data has no text “" + schedule.field + "”");
    if (std::ranges::find(flow_.start_by, "system") == flow_.start_by.end())
      add(schedule.at, "start.each", "the calendar begins it as system: add it to start.by");
    for (const Field& other : flow_.data)
      if (other.required && other.id != schedule.field)
        add(other.at, "data." + other.id, "is required, but the calendar knows only the month");
  }

  void withdrawal() {
    if (!flow_.withdrawal) return;
    const Withdrawal& withdrawal = *flow_.withdrawal;
    actors(withdrawal.by, withdrawal.at, "withdraw.by", {"owner", "starter", "superior"});
    for (const std::string& from : withdrawal.from)
      if (flow_.state(from) == nullptr)
        add(withdrawal.at, "withdraw.from", "there is no state “" + from + "”");
    const State* to = flow_.state(withdrawal.to);
    if (to == nullptr)
      add(withdrawal.at, "withdraw.to", "there is no state “" + withdrawal.to + "”");
    else if (!to->final)
      add(withdrawal.at, "withdraw.to", "“" + to->id + "” is not final: what is withdrawn ends");
  }

  void check_state(const State& state) {
    const std::string path = "states." + state.id;
    if (!state.owner.empty()) actors({state.owner}, state.at, path + ".owner", {"starter"});
    if (state.final && (!state.owner.empty() || !state.clocks.empty() || !state.moves.empty()))
      add(state.at, path, "is final: it can have no owner, clock or move");
    if (state.join != Join::none &&
        (!state.owner.empty() || !state.clocks.empty() || !state.moves.empty()))
      add(state.at, path, "is a join: it goes on by itself and has no owner, clock or move");
    if (!state.final && (state.ends_all || state.cancelled))
      add(state.at, path, "ends_all and cancelled are said of final states");
    if (state.join != Join::none && flow_.state(state.join_to) == nullptr)
      add(state.at, path + ".to", "there is no state “" + state.join_to + "”");
    std::set<std::string> known;
    for (const ClockRule& clock : state.clocks) {
      if (!known.insert(clock.id).second)
        add(clock.at, path + ".clocks", "the clock “" + clock.id + "” stands twice");
      check_clock(state, clock, path + ".clocks." + clock.id);
    }
    for (const Move& move : state.moves) check_move(move, path + ".moves." + move.id);
  }

  void check_clock(const State& state, const ClockRule& clock, const std::string& path) {
    const bool from_field = clock.from.starts_with("data.");
    if (from_field) {
      const Field* field = flow_.field(clock.from.substr(5));
      if (field == nullptr ||
          (field->kind != Field::Kind::instant && field->kind != Field::Kind::date))
        add(clock.at, path + ".from", "data has no date or instant “" + clock.from.substr(5) + "”");
    } else if (clock.from != "entry" && clock.from != "start") {
      add(clock.at, path + ".from", "expected entry, start or data.<field>");
    }
    const bool working = clock.within.working ||
                         std::ranges::any_of(clock.remind, &Duration::working) ||
                         (clock.overdue.every && clock.overdue.every->working);
    const std::string& name = clock.calendar.empty() ? flow_.calendar : clock.calendar;
    if (!clock.calendar.empty()) calendar(clock.calendar, clock.at, path + ".calendar");
    if (working && name.empty())
      add(clock.at, path, "counts working time, but no calendar is named");
    for (const Duration& remind : clock.remind) {
      if (remind.working != clock.within.working) continue;  // not comparable beforehand
      const auto minutes = [](const Duration& d) { return d.days * 24 * 60 + d.minutes; };
      if (minutes(remind) >= minutes(clock.within))
        add(clock.at, path + ".remind",
            "reminds " + format_duration(remind) + " before a deadline of " +
                format_duration(clock.within) + ": not before it begins");
    }
    check_overdue(state, clock, path + ".overdue");
  }

  void check_overdue(const State& state, const ClockRule& clock, const std::string& path) {
    const Overdue& overdue = clock.overdue;
    if (!overdue.escalate.empty()) {
      actors({overdue.escalate}, clock.at, path + ".escalate", {"starter"});
      if (overdue.escalate == state.owner)
        add(clock.at, path + ".escalate",
            "“" + overdue.escalate + "” owns the state already: escalate to somebody above");
      if (overdue.most > 1 && !overdue.every)
        add(clock.at, path,
            "says most " + std::to_string(overdue.most) + " but not how often: every");
    }
    if (overdue.fire.empty()) return;
    const Move* move = state.move(overdue.fire);
    if (move == nullptr)
      add(clock.at, path + ".fire", "the state has no move “" + overdue.fire + "”");
    else if (std::ranges::find(move->by, "clock") == move->by.end())
      add(clock.at, path + ".fire",
          "the move “" + overdue.fire + "” is not open to clock: add it to by");
    else if (!move->form.empty() || move->reason || move->back)
      add(clock.at, path + ".fire",
          "the move “" + overdue.fire + "” asks for a form or a reason, which a clock cannot give");
  }

  void check_move(const Move& move, const std::string& path) {
    for (const std::string& to : move.to)
      if (flow_.state(to) == nullptr)
        add(move.to_at, path + ".to", "there is no state “" + to + "”");
    const std::set<std::string> targets(move.to.begin(), move.to.end());
    if (targets.size() < move.to.size())
      add(move.to_at, path + ".to", "the same state twice: parallel parts differ");
    actors(move.by, move.at, path + ".by", {"owner", "starter", "superior", "system", "clock"});
    if (std::ranges::find(move.by, "system") != move.by.end() && move.by.size() > 1)
      add(move.at, path + ".by", "system makes a move by itself: nobody else can stand beside it");
    if (move.automatic() && (!move.form.empty() || move.reason || move.back))
      add(move.at, path, "is made by the system: it can ask for no form and no reason");
    if (!move.not_by.empty() && !is_move(move.not_by))
      add(move.at, path + ".not_by", "there is no move “" + move.not_by + "”");
    named_form(move.form, move.at, path + ".form");
    check_proposal(move, path + ".propose");
    fields(move.set, move.at, path + ".set");
    if (!move.when.sql.empty() && sql_check_)
      if (const Result<void> checked = sql_check_(move.when.sql); !checked)
        add(move.when.at, path + ".when.sql", checked.error().message);
    for (const Effect& effect : move.effects) check_effect(effect, path + ".do");
  }

  void check_proposal(const Move& move, const std::string& path) {
    if (move.propose.empty()) return;
    const auto found = flow_.criteria.find(move.propose);
    if (found == flow_.criteria.end())
      return add(move.at, path, "there are no criteria “" + move.propose + "” under criteria");
    if (move.automatic() || std::ranges::find(move.by, "clock") != move.by.end())
      add(move.at, path, "nothing is proposed to system or clock: people decide");
    const std::string& child = found->second->rows_child;
    const auto starts = [&](const Effect& effect) {
      return effect.kind == Effect::Kind::start && effect.as == child;
    };
    const auto makes = [&](const Move& one) { return std::ranges::any_of(one.effects, starts); };
    const bool is_started = std::ranges::any_of(
        flow_.states, [&](const State& state) { return std::ranges::any_of(state.moves, makes); });
    if (!child.empty() && !is_started)
      add(move.at, path, "the criteria look at rows of “" + child + "”, which no move starts");
  }

  bool is_move(const std::string& id) const {
    return std::ranges::any_of(flow_.states,
                               [&](const State& state) { return state.move(id) != nullptr; });
  }

  void check_effect(const Effect& effect, const std::string& path) {
    if (!effect.to.empty()) actors({effect.to}, effect.at, path + ".to", {"owner", "starter"});
    if (effect.kind != Effect::Kind::start) return;
    const Flow* child = nullptr;
    for (const Flow& other : others_)
      if (other.id == effect.flow && (child == nullptr || other.version > child->version))
        child = &other;
    if (child == nullptr)
      return add(effect.at, path + ".start.flow", "there is no flow “" + effect.flow + "”");
    if (std::ranges::find(child->start_by, "system") == child->start_by.end())
      add(effect.at, path + ".start.flow",
          "the flow “" + effect.flow + "” cannot be started by the system: see its start.by");
    for (const auto& [name, formula] : effect.data)
      if (child->field(name) == nullptr)
        add(formula.at, path + ".start.data",
            "the flow “" + child->id + "” has no field “" + name + "”");
    for (const Field& field : child->data)
      if (field.required && !effect.data.contains(field.id))
        add(effect.at, path + ".start.data",
            "the flow “" + child->id + "” needs the field “" + field.id + "”");
  }

  const Flow* version(int number) const {
    for (const Flow& other : others_)
      if (other.id == flow_.id && other.version == number) return &other;
    return nullptr;
  }

  void check_migration(const Migration& migration) {
    if (migration.from >= flow_.version)
      add(migration.at, "migrate",
          "from version " + std::to_string(migration.from) + ", which is not before this one");
    for (const auto& [from, to] : migration.states)
      if (flow_.state(to) == nullptr)
        add(migration.at, "migrate.states." + from, "there is no state “" + to + "”");
    const Flow* former = version(migration.from);
    if (former == nullptr) return;
    for (const State& state : former->states) {
      if (!migration.states.contains(state.id) && flow_.state(state.id) == nullptr)
        add(migration.at, "migrate.states",
            "does not say where the state “" + state.id + "” of version " +
                std::to_string(migration.from) + " goes on");
    }
    for (const auto& [from, to] : migration.states)
      if (former->state(from) == nullptr)
        add(migration.at, "migrate.states." + from,
            "version " + std::to_string(migration.from) + " has no such state");
  }

  void versions() {
    for (const Flow& other : others_)
      if (other.id == flow_.id && other.version == flow_.version && other.file < flow_.file)
        add(flow_.at, "version",
            "version " + std::to_string(flow_.version) + " of the flow “" + flow_.id +
                "” stands also in " + other.file);
  }

  void unused() {
    for (const auto& [name, file] : flow_.forms)
      if (!used_forms_.contains(name))
        add(flow_.forms_at.at(name), "forms." + name, "is used by no move");
    for (const Actor& actor : flow_.actors)
      if (!used_actors_.contains(actor.id))
        add(actor.at, "actors." + actor.id, "acts nowhere in the flow");
  }

  const Flow& flow_;
  const Surroundings& surroundings_;
  std::span<const Flow> others_;
  const SqlCheck& sql_check_;
  std::vector<Fault>& faults_;
  std::set<std::string> used_forms_;
  std::set<std::string> used_actors_;
};

/// A flow on its own may start those beside it.
void add_beside(const std::filesystem::path& path, std::vector<Flow>& others) {
  const auto files = flow_files(std::filesystem::absolute(path).parent_path());
  if (!files) return;
  std::vector<Fault> of_others;  // said when they are checked themselves
  for (const std::filesystem::path& file : *files) {
    std::error_code none;
    if (std::filesystem::equivalent(file, path, none)) continue;
    if (std::optional<Flow> flow = load_flow(file, of_others)) others.push_back(std::move(*flow));
  }
}

}  // namespace

void check_flow(const Flow& flow, const Surroundings& surroundings, std::span<const Flow> others,
                const SqlCheck& sql_check, std::vector<Fault>& faults) {
  Checker(flow, surroundings, others, sql_check, faults).run();
  check_graph(flow, faults);
  check_formulas(flow, faults);
}

Result<Checked> check(const std::filesystem::path& path, const SqlCheck& sql_check) {
  const auto files = flow_files(path);
  if (!files) return unexpected(files.error());
  Checked checked;
  std::vector<Flow> parts;  // those with faults of reading: more is said of them
  std::vector<Flow> others;
  for (const std::filesystem::path& file : *files) {
    const std::size_t before = checked.faults.size();
    std::optional<Flow> flow = load_part(file, checked.faults);
    if (!flow) continue;
    others.push_back(*flow);
    (checked.faults.size() > before ? parts : checked.flows).push_back(std::move(*flow));
  }
  if (files->size() == 1 && std::filesystem::is_regular_file(path)) add_beside(path, others);
  const auto check_one = [&](const Flow& flow) {
    Surroundings surroundings = find_surroundings(flow.file, checked.faults);
    check_flow(flow, surroundings, others, sql_check, checked.faults);
    checked.surroundings.emplace(flow.file, std::move(surroundings));
  };
  for (const Flow& flow : checked.flows) check_one(flow);
  for (const Flow& flow : parts) check_one(flow);
  sort_faults(checked.faults);
  checked.faults.erase(std::unique(checked.faults.begin(), checked.faults.end()),
                       checked.faults.end());
  return checked;
}

}  // namespace hb::workflow
