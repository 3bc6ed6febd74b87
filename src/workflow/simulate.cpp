#include "workflow/simulate.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <deque>
#include <queue>

#include "workflow/fire.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

constexpr std::int64_t micros_per_minute = 60'000'000;
constexpr double micros_per_hour = 3.6e9;
constexpr int tries_per_visit = 40;     // random moves and answers before somebody gives up
constexpr int visits_without_move = 5;  // and visits before a piece of work is stuck
constexpr std::int64_t steps_per_instance = 2000;

struct Someone {
  std::string actor;
  Principal principal;
  bool busy = false;
  std::deque<std::pair<std::size_t, int>> own;  ///< instance and token given to him
  std::int64_t worked = 0;                      ///< microseconds
};

struct Run {
  const Library::Entry* entry;
  Instance instance;
  std::map<int, int> failed;  ///< visits without a move, by token
};

struct Next {
  std::int64_t at;
  std::int64_t order;
  enum class Kind : std::uint8_t { arrival, visit, clock } kind;
  std::size_t who;  ///< visit: person; clock: instance
  std::size_t instance = 0;
  int token = 0;
  friend bool operator<(const Next& a, const Next& b) {  // a queue gives the greatest first
    return std::tie(a.at, a.order) > std::tie(b.at, b.order);
  }
};

class Simulator {
 public:
  Simulator(const Flow& flow, std::span<const Library::Entry> flows, const SimulateOptions& options)
      : flow_(flow), flows_(flows), options_(options), random_(options.seed), now_(options.from) {}

  Result<Simulation> run() {
    for (const Library::Entry& entry : flows_) hire(entry.flow);
    lines();
    later(now_.micros, Next::Kind::arrival);
    const std::int64_t most = steps_per_instance * options_.instances;
    for (std::int64_t steps = 0; !queue_.empty() && steps < most; ++steps) {
      const Next next = queue_.top();
      queue_.pop();
      now_ = {next.at};
      if (next.kind == Next::Kind::arrival) {
        if (Result<void> begun = arrive(); !begun) return unexpected(begun.error());
      } else if (next.kind == Next::Kind::clock) {
        clock(next.who);
      } else {
        visit(next);
      }
    }
    close();
    return std::move(result_);
  }

 private:
  void later(std::int64_t at, Next::Kind kind, std::size_t who = 0, std::size_t instance = 0,
             int token = 0) {
    queue_.push({at, order_++, kind, who, instance, token});
  }

  const Crew& crew(const std::string& actor) const {
    static const Crew usual;
    const auto found = options_.crews.find(actor);
    return found == options_.crews.end() ? usual : found->second;
  }

  void hire(const Flow& flow) {
    for (const Actor& actor : flow.actors) {
      if (!known_.insert(actor.id).second) continue;
      for (int i = 1; i <= crew(actor.id).people; ++i) {
        Someone someone;
        someone.actor = actor.id;
        someone.principal.user = actor.id + "-" + std::to_string(i);
        someone.principal.roles.assign(actor.roles.begin(), actor.roles.end());
        someone.principal.unrestricted = true;
        someone.principal.own = {1};
        people_.push_back(std::move(someone));
      }
    }
  }

  void lines() {
    for (const State& state : flow_.states) {
      result_.states.push_back({state.id, 0, {}, 0, 0});
      for (const Move& move : state.moves) result_.moves.push_back({state.id, move.id, 0});
    }
    for (const Actor& actor : flow_.actors)
      result_.actors.push_back({actor.id, crew(actor.id).people, 0, 0, 0});
  }

  Environment environment(const Library::Entry& entry) {
    Environment around;
    around.calendars = &entry.calendars;
    around.candidates = [this](const Actor& actor, const Instance&) {
      std::vector<Candidate> list;
      for (const Someone& someone : people_)
        if (someone.actor == actor.id)
          list.push_back({someone.principal.user,
                          static_cast<std::int64_t>(someone.own.size()) + (someone.busy ? 1 : 0),
                          true});
      return list;
    };
    around.sql = [this](const std::string&, const Instance&) -> Result<bool> {
      return random_() % 2 == 0;
    };
    around.form_issues = [](const std::string&, std::string_view) {
      return Result<std::vector<std::string>>(std::vector<std::string>{});
    };
    return around;
  }

  json::object random_data(const Flow& flow) {
    json::object data;
    for (const Field& field : flow.data) {
      if (!field.required) continue;
      switch (field.kind) {
        case Field::Kind::number:
          data[field.id] = static_cast<std::int64_t>(random_() % 20);
          break;
        case Field::Kind::boolean:
          data[field.id] = random_() % 2 == 0;
          break;
        case Field::Kind::date:
          data[field.id] = format_date(day_in_shanghai(now_));
          break;
        case Field::Kind::instant:
          data[field.id] = format_instant(now_);
          break;
        default:
          data[field.id] = field.id == "resident" ? "1" : "330105";
      }
    }
    return data;
  }

  std::string response_for(const Flow& flow, const std::string& form) {
    if (form.empty()) return {};
    const auto file = std::filesystem::path(flow.file).parent_path() / flow.forms.at(form);
    const auto text = random_response(file, now_, random_);
    return text ? *text : std::string();
  }

  Result<void> arrive() {
    const Library::Entry* entry = entry_of(flow_.id, flow_.version);
    Principal who = Principal::system("simulate");
    const bool by_people = std::ranges::count(flow_.start_by, "system") == 0;
    for (const Someone& someone : people_)
      if (by_people && someone.actor == flow_.start_by.front()) who = someone.principal;
    StartCommand command;
    if (by_people && !flow_.start_form.empty())
      command.response = response_for(flow_, flow_.start_form);
    else
      command.data = random_data(flow_);
    Outcome<Fired> fired = workflow::start(flow_, environment(*entry),
                                           "i" + std::to_string(runs_.size()), command, who, now_);
    if (!fired) return unexpected(fired.error().error());
    runs_.push_back({entry, {}, {}});
    took(runs_.size() - 1, std::move(*fired));
    if (++arrived_ == options_.instances) return {};
    const double part = (static_cast<double>(random_() >> 11U) + 1) / 9007199254740993.0;
    const double wait = -std::log(part) * static_cast<double>(options_.every.minutes);
    later(now_.micros + static_cast<std::int64_t>(wait * micros_per_minute), Next::Kind::arrival);
    return {};
  }

  const Library::Entry* entry_of(const std::string& id, int version) const {
    const Library::Entry* best = nullptr;
    for (const Library::Entry& entry : flows_)
      if (entry.flow.id == id && (version == 0 || entry.flow.version == version) &&
          (best == nullptr || entry.flow.version > best->flow.version))
        best = &entry;
    return best;
  }

  /// What an act changed: stays that ended, work that is new, sub-flows, the next deadline.
  void took(std::size_t index, Fired fired) {
    const bool counted = runs_[index].entry->flow.id == flow_.id;
    Instance before = runs_[index].instance;
    for (const Event& event : fired.events) {
      for (const int gone : event.gone)
        if (const Token* token = before.token(gone); token != nullptr && counted)
          left(*token, event.at);
      for (const Token& token : event.tokens)
        if (before.token(token.id) == nullptr) entered(index, token, counted);
      if (event.kind == Event::Kind::moved && counted) made(before, event);
      if (counted && event.kind != Event::Kind::child_finished && !event.end.empty())
        enter_line(event.end);
      if (event.number == 1) before.id = fired.after.id;
      (void)apply(before, event);
    }
    runs_[index].instance = std::move(fired.after);
    const Instance& after = runs_[index].instance;
    if (after.status != Status::active && counted) {
      ++result_.finished;
      ++result_.ended_in[after.end];
    }
    if (after.status == Status::active && after.next() != never)
      later(std::max(after.next().micros, now_.micros), Next::Kind::clock, index);
    for (const Outgoing& out : fired.outgoing) outgoing(index, out);
    assign();
  }

  void outgoing(std::size_t parent, const Outgoing& out) {
    if (out.kind == Outgoing::Kind::start) {
      const Library::Entry* entry = entry_of(out.flow, 0);
      if (entry == nullptr) return;
      StartCommand command;
      command.data = json::parse(out.body).as_object();
      command.parent = runs_[parent].instance.id;
      command.as = out.as;
      Outcome<Fired> fired = workflow::start(entry->flow, environment(*entry), out.id, command,
                                             Principal::system("simulate"), now_);
      if (!fired) return problem(fired.error());
      runs_.push_back({entry, {}, {}});
      parents_[out.id] = parent;
      children_[out.id] = runs_.size() - 1;
      took(runs_.size() - 1, std::move(*fired));
    } else if (out.kind == Outgoing::Kind::finished) {
      const auto known = parents_.find(runs_[parent].instance.id);
      if (known == parents_.end()) return;
      Run& run = runs_[known->second];
      Outcome<Fired> fired = child_finished(run.entry->flow, environment(*run.entry), run.instance,
                                            out.as, out.end, now_);
      if (!fired) return problem(fired.error());
      took(known->second, std::move(*fired));
    } else if (out.kind == Outgoing::Kind::parent) {
      const auto known = children_.find(out.instance);
      if (known == children_.end()) return;
      Run& run = runs_[known->second];
      Outcome<Fired> fired =
          parent_finished(run.entry->flow, environment(*run.entry), run.instance, out.end, now_);
      if (!fired) return problem(fired.error());
      if (!fired->repeated) took(known->second, std::move(*fired));
    }
  }

  Simulation::StateLine* state_line(const std::string& id) {
    const auto line = std::ranges::find(result_.states, id, &Simulation::StateLine::id);
    return line == result_.states.end() ? nullptr : &*line;
  }
  void enter_line(const std::string& id) {
    if (Simulation::StateLine* line = state_line(id)) ++line->entered;
  }

  void left(const Token& token, Instant when) {
    Simulation::StateLine* line = state_line(token.state);
    if (line == nullptr) return;
    line->hours.push_back(static_cast<double>(when.micros - token.since.micros) / micros_per_hour);
    for (const Running& clock : token.clocks) {
      ++line->deadlines;
      line->missed += when > clock.due ? 1 : 0;
    }
  }

  void made(const Instance& before, const Event& event) {
    const Token* token = before.token(event.token);
    for (Simulation::MoveLine& line : result_.moves)
      if (token != nullptr && line.state == token->state && line.id == event.move) ++line.made;
  }

  void entered(std::size_t index, const Token& token, bool counted) {
    if (counted) enter_line(token.state);
    if (token.owner.actor.empty()) return;
    if (can_act(runs_[index].entry->flow, token)) wait_for(index, token);
  }

  static bool by_person(const Move& move) {
    return !move.automatic() && !(move.by.size() == 1 && move.by.front() == "clock");
  }
  static bool can_act(const Flow& flow, const Token& token) {
    const State* state = flow.state(token.state);
    return state != nullptr && std::ranges::any_of(state->moves, by_person);
  }

  void wait_for(std::size_t index, const Token& token) {
    for (Someone& someone : people_) {
      if (someone.principal.user != token.owner.user) continue;
      someone.own.emplace_back(index, token.id);
      return;
    }
    pools_[token.owner.actor].emplace_back(index, token.id);
  }

  const Token* present(const std::pair<std::size_t, int>& work) const {
    return runs_[work.first].instance.token(work.second);
  }

  /// Whoever has nothing to do takes what waits longest.
  void assign() {
    for (std::size_t i = 0; i < people_.size(); ++i) {
      Someone& someone = people_[i];
      for (auto* list : {&someone.own, &pools_[someone.actor]}) {
        while (!list->empty() && present(list->front()) == nullptr) list->pop_front();
        if (someone.busy || list->empty()) continue;
        const auto work = list->front();
        list->pop_front();
        begin(i, work);
      }
    }
    for (Simulation::ActorLine& line : result_.actors) {
      std::size_t waiting = pools_[line.id].size();
      for (const Someone& someone : people_)
        if (someone.actor == line.id) waiting += someone.own.size();
      line.longest_queue = std::max(line.longest_queue, static_cast<int>(waiting));
    }
  }

  void begin(std::size_t person, const std::pair<std::size_t, int>& work) {
    Someone& someone = people_[person];
    const Crew& his = crew(someone.actor);
    const auto range = static_cast<std::uint64_t>(his.most.minutes - his.least.minutes + 1);
    Duration takes{his.least.minutes + static_cast<std::int64_t>(random_() % range), 0, false};
    someone.worked += takes.minutes * micros_per_minute;
    const Calendar* calendar = nullptr;
    if (const auto found = runs_[work.first].entry->calendars.find(his.calendar);
        found != runs_[work.first].entry->calendars.end()) {
      calendar = &found->second;
      takes.working = true;
    }
    someone.busy = true;
    const Token* token = present(work);
    const double waited = static_cast<double>(now_.micros - token->since.micros) / micros_per_hour;
    for (Simulation::ActorLine& line : result_.actors)
      if (line.id == someone.actor) line.longest_wait = std::max(line.longest_wait, waited);
    later(add_to(now_, takes, calendar).micros, Next::Kind::visit, person, work.first, work.second);
  }

  /// Somebody who may make the move; null: nobody can now.
  const Principal* actor_for(const Move& move, const Run& run, const Token& token,
                             const Someone& visitor) {
    std::vector<const Principal*> list;
    for (const Someone& someone : people_) {
      const auto same = run.instance.made_by.find(move.not_by);
      if (!move.not_by.empty() && same != run.instance.made_by.end() &&
          same->second == someone.principal.user)
        continue;
      if (!may(run.entry->flow, move.by, run.instance, &token, someone.principal)) continue;
      if (&someone == &visitor) return &someone.principal;
      list.push_back(&someone.principal);
    }
    return list.empty() ? nullptr : list[random_() % list.size()];
  }

  /// A random move with random answers. returns  whether one was made
  bool try_moves(const Next& next, const Token& token) {
    Run& run = runs_[next.instance];
    const Flow& flow = run.entry->flow;
    const State& state = *flow.state(token.state);
    for (int i = 0; i < tries_per_visit; ++i) {
      const Move& move = state.moves[random_() % state.moves.size()];
      if (!by_person(move)) continue;
      const Principal* who = actor_for(move, run, token, people_[next.who]);
      if (who == nullptr) continue;
      Command command;
      command.move = move.id;
      command.token = token.id;
      command.response = response_for(flow, move.form);
      command.reason = move.reason || move.back ? "simulated" : "";
      Outcome<Fired> fired = fire(flow, environment(*run.entry), run.instance, command, *who, now_);
      if (fired) {
        took(next.instance, std::move(*fired));
        return true;
      }
      const std::string& rule = fired.error().rule;
      if (rule != "guard" && rule != "limit") problem(fired.error());
    }
    return false;
  }

  void visit(const Next& next) {
    people_[next.who].busy = false;
    const Token* found = runs_[next.instance].instance.token(next.token);
    if (found != nullptr) {
      const Token token = *found;
      if (!try_moves(next, token)) {
        int& failed = runs_[next.instance].failed[token.id];
        if (++failed < visits_without_move)
          pools_[token.owner.actor].emplace_back(next.instance, token.id);
      }
    }
    assign();
  }

  void clock(std::size_t index) {
    Run& run = runs_[index];
    if (run.instance.status != Status::active || run.instance.next() > now_) return;
    Outcome<Fired> fired = tick(run.entry->flow, environment(*run.entry), run.instance, now_);
    if (!fired) return problem(fired.error());
    took(index, std::move(*fired));
  }

  void problem(const Refusal& refusal) {
    ++result_.problems[refusal.rule + ": " + refusal.what + ": " + refusal.why];
  }

  void close() {
    for (const Run& run : runs_) {
      if (run.entry->flow.id != flow_.id || run.instance.status != Status::active) continue;
      ++result_.stuck;
      for (const Token& token : run.instance.tokens) ++result_.stuck_in[token.state];
    }
    const double all = std::max<double>(1, static_cast<double>(now_.micros - options_.from.micros));
    for (Simulation::ActorLine& line : result_.actors) {
      double worked = 0;
      for (const Someone& someone : people_)
        if (someone.actor == line.id) worked += static_cast<double>(someone.worked);
      line.busy = worked / all / line.people;
    }
    for (Simulation::StateLine& line : result_.states) std::ranges::sort(line.hours);
  }

  const Flow& flow_;
  std::span<const Library::Entry> flows_;
  const SimulateOptions& options_;
  std::mt19937_64 random_;
  Instant now_;
  std::int64_t order_ = 0;
  int arrived_ = 0;
  std::set<std::string> known_;
  std::vector<Someone> people_;
  std::deque<Run> runs_;
  std::map<std::string, std::size_t> parents_;
  std::map<std::string, std::size_t> children_;  ///< run of a sub-flow, by its id
  std::map<std::string, std::deque<std::pair<std::size_t, int>>> pools_;
  std::priority_queue<Next> queue_;
  Simulation result_;
};

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string decimal(double value) {
  const auto hundredths = static_cast<std::int64_t>(std::llround(value * 100));
  const std::string cents = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + "." + (cents.size() == 1 ? "0" : "") + cents;
}

/// Of sorted values; 0 when there are none.
double quantile(const std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

Result<Simulation> simulate(const Flow& flow, std::span<const Library::Entry> flows,
                            const SimulateOptions& options) {
  return Simulator(flow, flows, options).run();
}

std::string to_csv(const Simulation& simulation) {
  std::string out = "part,name,figure,value\n";
  const auto line = [&](const char* part, const std::string& name, const char* figure,
                        const std::string& value) {
    out += std::string(part) + "," + field(name) + "," + figure + "," + value + "\n";
  };
  line("all", "instances", "finished", std::to_string(simulation.finished));
  line("all", "instances", "stuck", std::to_string(simulation.stuck));
  for (const auto& [state, count] : simulation.ended_in)
    line("end", state, "instances", std::to_string(count));
  for (const auto& [state, count] : simulation.stuck_in)
    line("stuck", state, "instances", std::to_string(count));
  for (const auto& [words, count] : simulation.problems)
    line("problem", words, "times", std::to_string(count));
  for (const auto& state : simulation.states) {
    line("state", state.id, "entered", std::to_string(state.entered));
    if (state.hours.empty()) continue;
    line("state", state.id, "hours_p50", decimal(quantile(state.hours, 0.5)));
    line("state", state.id, "hours_p90", decimal(quantile(state.hours, 0.9)));
    if (state.deadlines == 0) continue;
    line("state", state.id, "deadlines", std::to_string(state.deadlines));
    line("state", state.id, "missed", std::to_string(state.missed));
  }
  for (const auto& move : simulation.moves)
    line("move", move.state + "/" + move.id, "made", std::to_string(move.made));
  for (const auto& actor : simulation.actors) {
    line("actor", actor.id, "people", std::to_string(actor.people));
    line("actor", actor.id, "busy_share", decimal(actor.busy));
    line("actor", actor.id, "longest_queue", std::to_string(actor.longest_queue));
    line("actor", actor.id, "longest_wait_hours", decimal(actor.longest_wait));
  }
  return out;
}

}  // namespace hb::workflow
