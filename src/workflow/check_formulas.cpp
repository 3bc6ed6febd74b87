#include <algorithm>
#include <filesystem>

#include "workflow/check.hpp"
#include "workflow/criteria.hpp"

namespace hb::workflow {
namespace {

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Names behind "data." (or another root) in an expression, outside of quoted texts.
std::vector<std::string> members_of(std::string_view text, std::string_view root) {
  std::vector<std::string> names;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
      continue;
    }
    if (text[i] == '\'') quoted = !quoted;
    const bool begins =
        i == 0 || (!is_name(text[i - 1]) && text[i - 1] != '.' && text[i - 1] != '%');
    if (quoted || !begins || !text.substr(i).starts_with(root)) continue;
    std::size_t at = i + root.size();
    if (at >= text.size() || text[at] != '.') continue;
    ++at;
    std::size_t end = at;
    if (at < text.size() && text[at] == '`') {
      end = text.find('`', ++at);
      if (end == std::string_view::npos) continue;
    } else {
      while (end < text.size() && is_name(text[end])) ++end;
      if (end < text.size() && text[end] == '(') continue;  // a function of all: data.exists()
    }
    if (end > at) names.emplace_back(text.substr(at, end - at));
  }
  return names;
}

class FormulaChecker {
 public:
  FormulaChecker(const Flow& flow, std::vector<Fault>& faults) : flow_(flow), faults_(faults) {
    for (const State& state : flow.states)
      for (const Move& move : state.moves)
        for (const Effect& effect : move.effects)
          if (effect.kind == Effect::Kind::start) children_.insert(effect.as);
  }

  void run() {
    for (const auto& [name, formula] : flow_.start_set)
      check(formula, flow_.start_form, "start.set." + name);
    for (const State& state : flow_.states) {
      for (const Move& move : state.moves) {
        const std::string path = "states." + state.id + ".moves." + move.id;
        check(move.when.formula, move.form, path + ".when");
        check_facts(move, path + ".propose");
        for (const auto& [name, formula] : move.set)
          check(formula, move.form, path + ".set." + name);
        for (const Effect& effect : move.effects) check_effect(effect, move.form, path + ".do");
      }
    }
  }

 private:
  void add(Place at, const std::string& path, std::string message) {
    faults_.push_back({flow_.file, at.line, at.column, path, std::move(message)});
  }

  /// What the criteria look at has to be there; their places are those of another file.
  void check_facts(const Move& move, const std::string& path) {
    const auto found = flow_.criteria.find(move.propose);
    if (found == flow_.criteria.end()) return;
    const auto check_here = [&](Formula formula, const std::string& fact) {
      formula.at = move.at;
      check(formula, move.form, path + "." + fact);
    };
    for (const Fact& fact : found->second->facts) {
      for (const Formula& formula : fact.first) check_here(formula, fact.id);
      for (const auto& part : fact.largest)
        check_here(std::holds_alternative<Window>(part) ? std::get<Window>(part).dates
                                                        : std::get<Formula>(part),
                   fact.id);
    }
  }

  void check_effect(const Effect& effect, const std::string& form, const std::string& path) {
    for (const Template* text : {&effect.zh, &effect.en})
      for (const Template::Piece& piece : text->pieces) check(piece.formula, form, path + ".text");
    for (const auto& [text, formula] : effect.formulas) check(formula, form, path + ".create");
    for (const auto& [name, formula] : effect.data) check(formula, form, path + ".start.data");
  }

  const std::set<std::string>* ids_of(const std::string& form) {
    const auto known = ids_.find(form);
    if (known != ids_.end()) return known->second ? &*known->second : nullptr;
    std::optional<std::set<std::string>> ids;
    if (const auto file = flow_.forms.find(form); file != flow_.forms.end()) {
      auto found = link_ids(std::filesystem::path(flow_.file).parent_path() / file->second);
      if (found) ids = std::move(*found);
    }
    const auto& kept = ids_.emplace(form, std::move(ids)).first->second;
    return kept ? &*kept : nullptr;
  }

  void check(const Formula& formula, const std::string& form, const std::string& path) {
    if (!formula) return;
    for (const std::string& name : members_of(formula.text, "data"))
      if (flow_.field(name) == nullptr)
        add(formula.at, path, "data has no field “" + name + "” (in “" + formula.text + "”)");
    for (const std::string& name : members_of(formula.text, "children"))
      if (!children_.contains(name))
        add(formula.at, path, "no move starts a sub-flow as “" + name + "”");
    const std::vector<std::string> answers = members_of(formula.text, "answers");
    if (!answers.empty() && form.empty())
      add(formula.at, path, "asks for answers, but there is no form here");
    if (const std::set<std::string>* ids = form.empty() ? nullptr : ids_of(form))
      for (const std::string& name : answers)
        if (!ids->contains(name))
          add(formula.at, path, "the form “" + form + "” has no item “" + name + "”");
    for (const std::string& name : formula.parsed->constants()) {
      constexpr std::string_view known[] = {"form", "context", "resource", "rootResource", "ucum"};
      if (std::ranges::find(known, name) == std::end(known))
        add(formula.at, path, "%" + name + " is not known here; known is %form");
    }
  }

  const Flow& flow_;
  std::vector<Fault>& faults_;
  std::set<std::string> children_;
  std::map<std::string, std::optional<std::set<std::string>>> ids_;
};

}  // namespace

void check_formulas(const Flow& flow, std::vector<Fault>& faults) {
  FormulaChecker(flow, faults).run();
}

}  // namespace hb::workflow
