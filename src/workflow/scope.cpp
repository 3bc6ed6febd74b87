#include "workflow/scope.hpp"

#include <boost/json.hpp>

#include "fhir/fhirpath.hpp"

namespace hb::workflow {
namespace {

namespace json = boost::json;

constexpr int max_item_depth = 32;

/// What people compare with: the code of a Coding, the value of a Quantity, primitives themselves.
json::value plain_answer(const json::object& answer) {
  for (const auto& [name, value] : answer) {
    if (!std::string_view(name).starts_with("value")) continue;
    const json::object* object = value.if_object();
    if (object == nullptr) return value;
    for (const char* member : {"code", "value", "reference"})
      if (const json::value* inner = object->if_contains(member)) return *inner;
    return value;
  }
  return nullptr;
}

void add_answer(json::object& answers, const std::string& id, json::value value) {
  if (value.is_null()) return;
  json::value* known = answers.if_contains(id);
  if (known == nullptr) {
    answers[id] = std::move(value);
  } else if (known->is_array()) {
    known->as_array().push_back(std::move(value));
  } else {
    json::array both{std::move(*known), std::move(value)};
    *known = std::move(both);
  }
}

void collect(const json::object& holder, json::object& answers, int depth) {
  const json::value* items = holder.if_contains("item");
  if (items == nullptr || !items->is_array() || depth > max_item_depth) return;
  for (const json::value& item : items->get_array()) {
    const json::object* object = item.if_object();
    const json::value* id = object != nullptr ? object->if_contains("linkId") : nullptr;
    if (id == nullptr || !id->is_string()) continue;
    const json::value* list = object->if_contains("answer");
    for (const json::value& answer :
         list != nullptr && list->is_array() ? list->get_array() : json::array()) {
      if (!answer.is_object()) continue;
      add_answer(answers, std::string(id->get_string()), plain_answer(answer.get_object()));
      collect(answer.get_object(), answers, depth + 1);
    }
    collect(*object, answers, depth + 1);
  }
}

json::object children_of(const Instance& instance) {
  json::object out;
  for (const auto& [name, child] : instance.children)
    out[name] = {{"flow", child.flow}, {"finished", child.finished}, {"end", child.end}};
  return out;
}

std::string plain_text(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

}  // namespace

struct Scope::State {
  fhir::Evaluation evaluation;
  fhir::Parser parser;
  fhir::Parser form_parser;
  fhir::PaddedText text;
  fhir::PaddedText form_text;
  fhir::Value root;
  json::object seen;  ///< all but data

  Result<void> read() {
    text.assign(json::serialize(seen));
    const auto parsed = parser.parse_json(text.view());
    if (!parsed) return fail(ErrorCode::invalid_input, "the data of the instance cannot be read");
    root = fhir::Element{*parsed, fhir::no_type};
    evaluation.reset(fhir::Resource{*parsed, {}, {}, text.view()}, root);
    return {};
  }
};

Scope::Scope(std::unique_ptr<State> state) : state_(std::move(state)) {}
Scope::~Scope() = default;
Scope::Scope(Scope&&) noexcept = default;

Result<json::object> answers_of(const json::value& response) {
  const json::object* object = response.if_object();
  const json::value* type = object != nullptr ? object->if_contains("resourceType") : nullptr;
  if (type == nullptr || *type != "QuestionnaireResponse")
    return fail(ErrorCode::invalid_input, "a QuestionnaireResponse is expected");
  json::object answers;
  collect(*object, answers, 0);
  return answers;
}

json::array rows_of(const json::value& response, std::string_view group) {
  json::array rows;
  const json::object* object = response.if_object();
  const json::value* items = object != nullptr ? object->if_contains("item") : nullptr;
  if (items == nullptr || !items->is_array()) return rows;
  for (const json::value& item : items->get_array()) {
    const json::object* one = item.if_object();
    const json::value* id = one != nullptr ? one->if_contains("linkId") : nullptr;
    if (id == nullptr || !id->is_string() || id->get_string() != group) continue;
    json::object answers;
    collect(*one, answers, 0);
    rows.push_back(std::move(answers));
  }
  return rows;
}

Result<Scope> Scope::make(const Instance& instance, const Principal& principal, Instant now,
                          std::string_view response) {
  auto state = std::make_unique<State>();
  state->evaluation.set_now(now);
  json::object answers;
  if (!response.empty()) {
    boost::system::error_code wrong;
    const json::value parsed = json::parse(response, wrong);
    if (wrong) return fail(ErrorCode::invalid_input, "the form is no JSON: " + wrong.message());
    auto found = answers_of(parsed);
    if (!found) return unexpected(found.error());
    answers = std::move(*found);
    state->form_text.assign(response);
    const auto form = state->form_parser.parse_json(state->form_text.view());
    if (!form) return fail(ErrorCode::invalid_input, "the form is no JSON");
    state->evaluation.set_constant(
        "form", fhir::Element{*form, fhir::definitions::find_type("QuestionnaireResponse")});
  }
  json::array roles;
  for (const std::string& role : principal.roles) roles.emplace_back(role);
  state->seen = {{"answers", std::move(answers)},
                 {"actor", {{"user", principal.user}, {"roles", std::move(roles)}}}};
  Scope scope(std::move(state));
  scope.update(instance);
  return scope;
}

void Scope::update(const Instance& instance) {
  json::object& seen = state_->seen;
  seen["data"] = instance.data;
  seen["instance"] = {{"id", instance.id},
                      {"flow", instance.flow},
                      {"version", instance.version},
                      {"starter", instance.starter},
                      {"started", format_instant(instance.started)}};
  seen["children"] = children_of(instance);
  json::object& made = seen["made"].emplace_object();
  for (const auto& [move, times] : instance.made) made[move] = times;
  (void)state_->read();  // what this class serialized is JSON
}

void Scope::see(std::string_view name, json::value value) {
  state_->seen[name] = std::move(value);
  (void)state_->read();
}

Result<bool> Scope::test(const Formula& formula) {
  const auto is = state_->evaluation.test(*formula.parsed, state_->root);
  if (!is) {
    Error error = is.error();
    error.message += " (in “" + formula.text + "”)";
    return unexpected(std::move(error));
  }
  return is->value_or(false);
}

Result<json::value> Scope::value(const Formula& formula) {
  const auto items = state_->evaluation.evaluate(*formula.parsed, state_->root);
  if (!items)
    return fail(items.error().code, items.error().message + " (in “" + formula.text + "”)");
  json::array values;
  for (const fhir::Value& item : *items) {
    boost::system::error_code wrong;
    json::value value = json::parse(state_->evaluation.json(item), wrong);
    if (wrong) return fail(ErrorCode::invalid_input, "no value of “" + formula.text + "”");
    values.push_back(std::move(value));
  }
  if (values.empty()) return json::value(nullptr);
  if (values.size() == 1) return json::value(std::move(values.front()));
  return json::value(std::move(values));
}

Result<std::string> Scope::text(const Template& pattern) {
  std::string out;
  for (const Template::Piece& piece : pattern.pieces) {
    out += piece.text;
    if (!piece.formula) continue;
    const auto found = value(piece.formula);
    if (!found) return unexpected(found.error());
    if (found->is_null()) continue;
    if (!found->is_array()) {
      out += plain_text(*found);
      continue;
    }
    bool first = true;
    for (const json::value& one : found->get_array()) {
      out += (first ? "" : "、") + plain_text(one);
      first = false;
    }
  }
  return out;
}

Result<json::value> Scope::fill(const json::value& body,
                                const std::map<std::string, Formula>& formulas) {
  if (const json::string* text = body.if_string()) {
    const auto formula = formulas.find(std::string(*text));
    return formula == formulas.end() ? Result<json::value>(body) : value(formula->second);
  }
  if (const json::array* list = body.if_array()) {
    json::array out;
    for (const json::value& item : *list) {
      auto filled = fill(item, formulas);
      if (!filled) return filled;
      if (!filled->is_null()) out.push_back(std::move(*filled));
    }
    return json::value(std::move(out));
  }
  const json::object* object = body.if_object();
  if (object == nullptr) return body;
  json::object out;
  for (const auto& [name, member] : *object) {
    auto filled = fill(member, formulas);
    if (!filled) return filled;
    const bool is_empty = filled->is_null() ||
                          (filled->is_object() && filled->get_object().empty()) ||
                          (filled->is_array() && filled->get_array().empty());
    if (!is_empty) out[name] = std::move(*filled);
  }
  return json::value(std::move(out));
}

}  // namespace hb::workflow
