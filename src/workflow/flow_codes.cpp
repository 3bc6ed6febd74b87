#include <algorithm>
#include <boost/json.hpp>

#include "workflow/criteria.hpp"
#include "workflow/flow_forms.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;
using Codes = std::vector<std::pair<std::string, Localized>>;

constexpr std::string_view answers = "answers.";

/// The English of a display: extension `translation` of `_display`.
std::string english_of(const json::object& coding) {
  const json::value* extended = coding.if_contains("_display");
  if (extended == nullptr) return {};
  boost::system::error_code wrong;
  const json::value* text = extended->find_pointer("/extension/0/extension/1/valueString", wrong);
  return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string();
}

void add(Codes& codes, std::string code, Localized text) {
  if (std::ranges::find(codes, code, &Codes::value_type::first) == codes.end())
    codes.emplace_back(std::move(code), std::move(text));
}

void add_options(const std::vector<forms::Item>& items, std::string_view id, Codes& codes) {
  for (const forms::Item& item : items) {
    add_options(item.items, id, codes);
    if (item.id != id) continue;
    for (const forms::Option& option : item.options) {
      const json::object* coding = option.value.if_object();
      const json::value* code = coding != nullptr ? coding->if_contains("code") : nullptr;
      const json::value* display = coding != nullptr ? coding->if_contains("display") : nullptr;
      if (code == nullptr || display == nullptr || !code->is_string() || !display->is_string())
        continue;
      const std::string zh(display->get_string());
      std::string en = english_of(*coding);
      add(codes, std::string(code->get_string()), {zh, en.empty() ? zh : std::move(en)});
    }
  }
}

void add_proposed(const Criteria& criteria, std::string_view formula, Codes& codes) {
  if (formula == "proposal.level")
    for (const Criteria::Level& level : criteria.levels) add(codes, level.id, level.name);
  if (formula == "proposal.criterion.id")
    for (const Criterion& one : criteria.criteria) add(codes, one.id, one.text);
}

}  // namespace

std::vector<std::pair<std::string, Localized>> FlowForms::codes(const Flow& flow,
                                                                const Field& field) {
  Codes codes;
  const auto look = [&](const std::map<std::string, Formula>& set, const std::string& form,
                        const std::string& propose) {
    const auto found = set.find(field.id);
    if (found == set.end()) return;
    const std::string_view formula = found->second.text;
    if (formula.starts_with(answers))
      if (const auto read = form_of(flow, form))
        add_options((*read)->items, formula.substr(answers.size()), codes);
    if (const auto criteria = flow.criteria.find(propose); criteria != flow.criteria.end())
      add_proposed(*criteria->second, formula, codes);
  };
  look(flow.start_set, flow.start_form, "");
  for (const State& state : flow.states)
    for (const Move& move : state.moves) look(move.set, move.form, move.propose);
  return codes;
}

}  // namespace hb::workflow
