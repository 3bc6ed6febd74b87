#include "forms/filled.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "forms/json_text.hpp"

namespace hb::forms {
namespace {

namespace json = boost::json;

constexpr int max_depth = 32;

std::string member(const json::value& value, const char* name) {
  const json::object* object = value.if_object();
  const json::value* found = object != nullptr ? object->if_contains(name) : nullptr;
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

json::array* items_in(json::object& holder) {
  json::value* items = holder.if_contains("item");
  return items != nullptr ? items->if_array() : nullptr;
}

/// Points of the answers by linkId.
void add_scores(const Part& part, json::object& scores) {
  for (const auto& node : part.nodes) {
    for (const json::object* answer : node->answers) {
      const json::value* value = value_of(*answer);
      for (const Option& option : node->item->options) {
        if (value == nullptr || !option.score || !same(option.value, *value)) continue;
        json::value& sum = scores[node->item->id];
        const double total = (sum.is_null() ? 0.0 : sum.to_number<double>()) + *option.score;
        const auto whole = static_cast<std::int64_t>(total);
        if (static_cast<double>(whole) == total)
          sum = whole;
        else
          sum = total;
      }
    }
    for (const auto& inner : node->parts) add_scores(*inner, scores);
  }
}

bool holds(const EnableWhen& when, const std::vector<const json::object*>& answers) {
  if (when.op == "exists") return answers.empty() != when.answer.get_bool();
  return std::ranges::any_of(answers, [&](const json::object* answer) {
    const json::value* value = value_of(*answer);
    if (value == nullptr) return false;
    if (when.op == "=") return same(*value, when.answer);
    if (when.op == "!=") return !same(*value, when.answer);
    const std::optional<int> order_of_both = order(*value, when.answer);
    if (!order_of_both) return false;
    if (when.op == ">") return *order_of_both > 0;
    if (when.op == "<") return *order_of_both < 0;
    return when.op == ">=" ? *order_of_both >= 0 : *order_of_both <= 0;
  });
}

void collect(const Part& part, const std::string& id, std::vector<const Node*>& nodes) {
  for (const auto& node : part.nodes) {
    if (node->item->id == id) nodes.push_back(node.get());
    for (const auto& inner : node->parts) collect(*inner, id, nodes);
  }
}

}  // namespace

const json::value* value_of(const json::object& answer, std::string* name) {
  for (const auto& [key, value] : answer) {
    if (!std::string_view(key).starts_with("value")) continue;
    if (name != nullptr) *name = std::string(key);
    return &value;
  }
  return nullptr;
}

bool same(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number())
    return std::abs(a.to_number<double>() - b.to_number<double>()) < 1e-9;
  if (a.is_object() && b.is_object()) {
    const std::string code = member(a, "code");
    const std::string other = member(b, "code");
    const json::value* value = a.get_object().if_contains("value");
    const json::value* other_value = b.get_object().if_contains("value");
    if (value != nullptr && other_value != nullptr)
      return same(*value, *other_value) && code == other;
    const std::string system = member(a, "system");
    const std::string other_system = member(b, "system");
    if (!code.empty() || !other.empty())
      return code == other && (system.empty() || other_system.empty() || system == other_system);
  }
  return a == b;
}

std::optional<int> order(const json::value& a, const json::value& b) {
  const auto sign = [](auto x, auto y) { return x < y ? -1 : (y < x ? 1 : 0); };
  if (a.is_number() && b.is_number()) return sign(a.to_number<double>(), b.to_number<double>());
  if (a.is_string() && b.is_string())  // dates and times of one precision order as texts
    return sign(std::string_view(a.get_string()), std::string_view(b.get_string()));
  if (a.is_object()) {
    const json::value* value = a.get_object().if_contains("value");
    const json::value* other = b.is_object() ? b.get_object().if_contains("value") : &b;
    if (value != nullptr && other != nullptr && value->is_number()) return order(*value, *other);
  }
  return std::nullopt;
}

Result<std::unique_ptr<Filled>> Filled::read(const Questionnaire& form, std::string_view response,
                                             const Surrounding& around,
                                             std::vector<Issue>& issues) {
  std::unique_ptr<Filled> filled(new Filled());
  boost::system::error_code wrong;
  filled->body_ = json::parse(response, wrong);
  if (wrong || member(filled->body_, "resourceType") != "QuestionnaireResponse")
    return fail(ErrorCode::invalid_input, wrong ? "the response is no JSON: " + wrong.message()
                                                : "a QuestionnaireResponse is expected");
  json::object& body = filled->body_.get_object();
  filled->text_.assign(print(body));  // numbers as written here, for both readers
  const auto parsed = filled->parser_.parse_json(filled->text_.view());
  if (!parsed) return fail(ErrorCode::invalid_input, "the response is nested too deeply");
  const std::string named = member(filled->body_, "questionnaire");
  if (const std::string url = named.substr(0, named.find('|'));
      !url.empty() && !form.url.empty() && url != form.url)
    issues.push_back({true, "other-form", "", "the response is of another form: " + named});
  const std::string status = member(filled->body_, "status");
  filled->complete_ = status == "completed" || status == "amended";
  filled->root_type_ = fhir::definitions::find_type("QuestionnaireResponse");
  if (auto item = fhir::Expression::parse("item"))
    filled->item_type_ = item->bind(filled->root_type_);
  filled->root_.holder = &body;
  filled->root_.json = *parsed;
  filled->read_part(form.items, filled->root_, issues, 0);

  filled->evaluation_.set_now(around.now);
  const auto constant = [&](const std::string& name, const std::string& text) {
    filled->texts_.push_back(std::make_unique<fhir::PaddedText>(text));
    filled->parsers_.push_back(std::make_unique<fhir::Parser>());
    const auto element = filled->parsers_.back()->parse_json(filled->texts_.back()->view());
    if (!element) return;
    std::string_view type;
    if ((*element)["resourceType"].get(type) != simdjson::SUCCESS) type = {};
    filled->evaluation_.set_constant(name,
                                     fhir::Element{*element, fhir::definitions::find_type(type)});
  };
  for (const auto& [name, resource] : around.resources) constant(name, resource);
  json::object scores;
  add_scores(filled->root_, scores);
  constant("score", print(scores));
  filled->evaluation_.reset(
      fhir::Resource{*parsed, "QuestionnaireResponse", {}, filled->text_.view()},
      filled->focus_of(*parsed, true));
  return filled;
}

void Filled::read_part(const std::vector<Item>& items, Part& part, std::vector<Issue>& issues,
                       int depth) {
  json::array* list = items_in(*part.holder);
  if (list == nullptr) return;
  if (depth > max_depth) {
    issues.push_back({true, "unknown-item", part.path, "nested too deeply"});
    return;
  }
  simdjson::dom::array twins;
  if (part.json["item"].get(twins) != simdjson::SUCCESS) return;
  std::map<std::string, int> times;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string id = member((*list)[i], "linkId");
    const auto item = std::ranges::find(items, id, &Item::id);
    if (item == items.end()) {
      issues.push_back({true, "unknown-item", part.path, "the form has no item “" + id + "” here"});
      continue;
    }
    auto node = std::make_unique<Node>();
    node->item = &*item;
    node->object = &(*list)[i].get_object();
    node->json = twins.at(i).value_unsafe();
    const int time = ++times[id];
    node->path = (part.path.empty() ? "" : part.path + "/") + id +
                 (time > 1 ? "[" + std::to_string(time) + "]" : "");
    read_node(*node, part, issues, depth);
    part.nodes.push_back(std::move(node));
  }
}

void Filled::read_node(Node& node, const Part& part, std::vector<Issue>& issues, int depth) {
  const auto add_part = [&](json::object& holder, fhir::Json twin, std::string path) {
    auto inner = std::make_unique<Part>();
    inner->outer = &part;
    inner->node = &node;
    inner->holder = &holder;
    inner->json = twin;
    inner->path = std::move(path);
    Part& kept = *inner;
    node.parts.push_back(std::move(inner));
    read_part(node.item->items, kept, issues, depth + 1);
  };
  json::value* answers = node.object->if_contains("answer");
  if (json::array* list = answers != nullptr ? answers->if_array() : nullptr) {
    simdjson::dom::array twins;
    const bool has_twins = node.json["answer"].get(twins) == simdjson::SUCCESS;
    for (std::size_t i = 0; i < list->size() && has_twins; ++i) {
      json::object* answer = (*list)[i].if_object();
      if (answer == nullptr) {
        issues.push_back({true, "type", node.path, "an answer is no object"});
        continue;
      }
      node.answers.push_back(answer);
      add_part(*answer, twins.at(i).value_unsafe(),
               node.path + (i > 0 ? "[" + std::to_string(i + 1) + "]" : ""));
    }
  }
  if (node.item->type == ItemType::group) add_part(*node.object, node.json, node.path);
  if (node.item->type != ItemType::group && items_in(*node.object) != nullptr)
    issues.push_back(
        {true, "unknown-item", node.path, "items below a question stand in its answers"});
}

std::vector<const json::object*> Filled::answers_to(const std::string& question,
                                                    const Part& part) const {
  std::vector<const json::object*> answers;
  for (const Part* scope = &part; scope != nullptr; scope = scope->outer) {
    std::vector<const Node*> nodes;
    collect(*scope, question, nodes);
    if (nodes.empty()) continue;
    for (const Node* node : nodes)
      answers.insert(answers.end(), node->answers.begin(), node->answers.end());
    break;
  }
  return answers;
}

bool Filled::enabled(const Item& item, const Part& part) {
  if (item.enable_expression) {
    const auto is = test(item.enable_expression, part.json, part.node == nullptr);
    if (!is && !failed_) failed_ = is.error();
    return is && is->value_or(false);
  }
  if (item.enable.empty()) return true;
  const auto one = [&](const EnableWhen& when) {
    return holds(when, answers_to(when.question, part));
  };
  return item.enable_all ? std::ranges::all_of(item.enable, one)
                         : std::ranges::any_of(item.enable, one);
}

fhir::Value Filled::focus_of(fhir::Json json, bool is_root) const {
  return fhir::Element{json, is_root ? root_type_ : item_type_};
}

Result<std::vector<json::value>> Filled::values(const Expression& expression, fhir::Json focus,
                                                bool is_root) {
  const auto items = evaluation_.evaluate(*expression.parsed, focus_of(focus, is_root));
  if (!items)
    return fail(items.error().code, items.error().message + " (in “" + expression.text + "”)");
  std::vector<json::value> values;
  for (const fhir::Value& item : *items) {
    const auto* element = std::get_if<fhir::Element>(&item);
    if (element != nullptr && element->absent) continue;
    boost::system::error_code wrong;
    json::value value = json::parse(evaluation_.json(item), wrong);
    if (wrong) return fail(ErrorCode::invalid_input, "no value of “" + expression.text + "”");
    values.push_back(std::move(value));
  }
  return values;
}

Result<std::optional<bool>> Filled::test(const Expression& expression, fhir::Json focus,
                                         bool is_root) {
  auto is = evaluation_.test(*expression.parsed, focus_of(focus, is_root));
  if (!is) return fail(is.error().code, is.error().message + " (in “" + expression.text + "”)");
  return is;
}

}  // namespace hb::forms
