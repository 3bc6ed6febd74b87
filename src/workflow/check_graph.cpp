#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "workflow/check.hpp"

namespace hb::workflow {
namespace {

/// What leads from a state to others.
struct Edge {
  const State* from;
  const Move* move;  ///< null: a join goes on
  std::vector<const State*> to;
  bool asks;  ///< a guard, a form, a reason or a limit
};

/// A state inside parallel parts: the forks it lies in, outermost first.
using Forks = std::vector<const Edge*>;

class Graph {
 public:
  Graph(const Flow& flow, std::vector<Fault>& faults) : flow_(flow), faults_(faults) {
    for (const State& state : flow.states) {
      for (const Move& move : state.moves) {
        Edge edge{
            &state,
            &move,
            {},
            move.when.any() || !move.form.empty() || move.reason || move.back || move.most > 0};
        for (const std::string& id : move.to)
          if (const State* to = flow.state(id)) edge.to.push_back(to);
        edges_.push_back(std::move(edge));
      }
      if (state.join != Join::none)
        if (const State* to = flow.state(state.join_to))
          edges_.push_back({&state, nullptr, {to}, false});
    }
    for (const Edge& edge : edges_) out_[edge.from].push_back(&edge);
  }

  void run() {
    const State* first = flow_.state(flow_.first);
    if (first == nullptr) return;  // said already
    reach(first);
    ends();
    for (const State& state : flow_.states) owner_and_way_out(state);
    forks(first);
    loops();
  }

 private:
  void add(Place at, std::string path, std::string message) {
    faults_.push_back({flow_.file, at.line, at.column, std::move(path), std::move(message)});
  }
  void add(const State& state, std::string message) {
    add(state.at, "states." + state.id, std::move(message));
  }

  void reach(const State* first) {
    std::deque<const State*> open{first};
    reached_.insert(first);
    const auto go = [&](const State* to) {
      if (to != nullptr && reached_.insert(to).second) open.push_back(to);
    };
    if (flow_.withdrawal) go(flow_.state(flow_.withdrawal->to));
    go(flow_.state(flow_.with_parent));
    while (!open.empty()) {
      const State* state = open.front();
      open.pop_front();
      for (const Edge* edge : out_[state])
        for (const State* to : edge->to) go(to);
    }
    for (const State& state : flow_.states)
      if (!reached_.contains(&state))
        add(state, "is never reached: no way leads here from “" + flow_.first + "”");
  }

  /// From which states a final one is reached.
  void ends() {
    for (const State& state : flow_.states)
      if (state.final) ending_.insert(&state);
    if (ending_.empty()) add(flow_.at, "states", "no state is final: nothing ever ends");
    for (bool more = true; more;) {
      more = false;
      for (const Edge& edge : edges_) {
        const bool leads =
            std::ranges::any_of(edge.to, [&](const State* to) { return ending_.contains(to); });
        if (leads && ending_.insert(edge.from).second) more = true;
      }
    }
  }

  void owner_and_way_out(const State& state) {
    if (state.final) return;
    if (state.join == Join::none && state.owner.empty()) add(state, "has no owner");
    if (state.join == Join::none && state.moves.empty()) {
      add(state, "has no way out: no move leads from here, and it is not final");
    } else if (!ending_.contains(&state) && !ending_.empty()) {
      add(state, "is a dead end: no way from here leads to a final state");
    }
  }

  void visit_parts(const Edge& edge, const Forks& inside, std::deque<const State*>& open) {
    Forks forks = inside;
    if (edge.to.size() > 1) forks.push_back(&edge);
    for (const State* to : edge.to) {
      if (edge.to.size() > 1 && to->join != Join::none)
        add(edge.move->to_at, "states." + edge.from->id + ".moves." + edge.move->id + ".to",
            "one part goes straight into the join “" + to->id + "”: it has nothing to do");
      const auto [known, is_new] = forks_.emplace(to, forks);
      if (is_new) {
        open.push_back(to);
      } else if (known->second != forks && told_.insert(to).second) {
        add(*to, "is reached both inside and outside of parallel parts: a join is missing");
      }
    }
  }

  void leave_join(const State& join, Forks inside, std::deque<const State*>& open) {
    if (inside.empty()) {
      add(join, "joins what was never forked: it would wait for ever");
      return;
    }
    const Edge* fork = inside.back();
    inside.pop_back();
    const auto [known, is_new] = join_of_.emplace(fork, &join);
    if (!is_new && known->second != &join)
      add(fork->move->to_at, "states." + fork->from->id + ".moves." + fork->move->id + ".to",
          "its parts end in different joins: “" + known->second->id + "” and “" + join.id + "”");
    for (const Edge* edge : out_[&join]) visit_parts(*edge, inside, open);
  }

  void forks(const State* first) {
    std::deque<const State*> open{first};
    forks_.emplace(first, Forks{});
    while (!open.empty()) {
      const State* state = open.front();
      open.pop_front();
      const Forks inside = forks_[state];
      if (state->final && !inside.empty() && !state->ends_all)
        add(*state, "ends a parallel part without its join: say ends_all, or join first");
      if (state->join != Join::none) {
        leave_join(*state, inside, open);
        continue;
      }
      for (const Edge* edge : out_[state]) visit_parts(*edge, inside, open);
    }
    for (const Edge& edge : edges_)
      if (edge.to.size() > 1 && reached_.contains(edge.from) && !join_of_.contains(&edge))
        add(edge.move->to_at, "states." + edge.from->id + ".moves." + edge.move->id + ".to",
            "is a fork whose parts never come together: a join is missing");
  }

  /// Circles of moves that ask nothing. Depth first; `path` is where we are.
  void look_for_loop(const State* state, std::vector<const State*>& path,
                     std::set<const State*>& done) {
    const auto before = std::ranges::find(path, state);
    if (before != path.end()) {
      std::string circle;
      for (auto it = before; it != path.end(); ++it) circle += (*it)->id + " → ";
      add(*state, "lies on an unguarded loop: " + circle + state->id +
                      "; give one of its moves a guard, a form, a reason or most");
      return;
    }
    if (done.contains(state)) return;
    path.push_back(state);
    for (const Edge* edge : out_[state]) {
      if (edge->asks) continue;
      for (const State* to : edge->to) look_for_loop(to, path, done);
    }
    path.pop_back();
    done.insert(state);
  }

  void loops() {
    std::set<const State*> done;
    for (const State& state : flow_.states) {
      std::vector<const State*> path;
      look_for_loop(&state, path, done);
    }
  }

  const Flow& flow_;
  std::vector<Fault>& faults_;
  std::deque<Edge> edges_;
  std::map<const State*, std::vector<const Edge*>> out_;
  std::set<const State*> reached_;
  std::set<const State*> ending_;
  std::map<const State*, Forks> forks_;
  std::map<const Edge*, const State*> join_of_;
  std::set<const State*> told_;
};

}  // namespace

void check_graph(const Flow& flow, std::vector<Fault>& faults) { Graph(flow, faults).run(); }

}  // namespace hb::workflow
