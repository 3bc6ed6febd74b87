#include <re2/re2.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/date.hpp"
#include "fhir/value_sets.hpp"
#include "forms/calculation.hpp"
#include "forms/filled.hpp"
#include "forms/json_text.hpp"

namespace hb::forms {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : print(value);
}

std::int64_t characters(std::string_view text) {
  return std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

std::string code_in(const json::value& value, const char* member) {
  const json::object* object = value.if_object();
  const json::value* found = object != nullptr ? object->if_contains(member) : nullptr;
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

/// Codings of a contained value set: its expansion, or what it lists.
std::vector<json::value> codings_of(const json::object& set) {
  std::vector<json::value> codings;
  const auto list = [](const json::object& holder, const char* name) -> const json::array& {
    static const json::array none;
    const json::value* value = holder.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : none;
  };
  if (const json::value* expansion = set.if_contains("expansion");
      expansion != nullptr && expansion->is_object())
    for (const json::value& one : list(expansion->get_object(), "contains")) codings.push_back(one);
  const json::value* compose = set.if_contains("compose");
  if (compose == nullptr || !compose->is_object()) return codings;
  for (const json::value& include : list(compose->get_object(), "include")) {
    if (!include.is_object()) continue;
    for (const json::value& concept_ : list(include.get_object(), "concept"))
      codings.push_back(
          {{"system", code_in(include, "system")}, {"code", code_in(concept_, "code")}});
  }
  return codings;
}

class Validator {
 public:
  Validator(const Questionnaire& form, Filled& filled, std::vector<Issue>& issues)
      : form_(form), filled_(filled), issues_(issues) {}

  Result<void> run() {
    part(form_.items, filled_.root(), true);
    for (const Constraint& rule : form_.constraints)
      constraint(rule, filled_.root().json, true, "");
    if (filled_.failed() && !failed_) failed_ = filled_.failed();
    if (failed_) return unexpected(*failed_);
    return {};
  }

 private:
  void issue(const char* rule, const std::string& path, std::string message, bool is_error = true) {
    issues_.push_back({is_error, rule, path, std::move(message)});
  }

  void part(const std::vector<Item>& items, const Part& part, bool outer_enabled) {
    for (const Item& item : items) {
      std::vector<const Node*> nodes;
      for (const auto& node : part.nodes)
        if (node->item == &item) nodes.push_back(node.get());
      const bool enabled = outer_enabled && filled_.enabled(item, part);
      const std::string path = (part.path.empty() ? "" : part.path + "/") + item.id;
      if (!enabled) {
        for (const Node* node : nodes)
          if (has_answers(*node)) issue("disabled", node->path, "is answered, but does not apply");
        continue;
      }
      occurrences(item, nodes, path);
      if (item.calculated) calculated(item, nodes, part, path);
      for (const Node* node : nodes) {
        check(*node);
        for (const auto& inner : node->parts) this->part(item.items, *inner, true);
      }
    }
  }

  static bool has_answers(const Node& node) {
    return !node.answers.empty() || std::ranges::any_of(node.parts, [](const auto& part) {
      return std::ranges::any_of(part->nodes,
                                 [](const auto& inner) { return has_answers(*inner); });
    });
  }

  void occurrences(const Item& item, const std::vector<const Node*>& nodes,
                   const std::string& path) {
    const bool group = item.type == ItemType::group;
    std::int64_t count = 0;
    for (const Node* node : nodes)
      count +=
          group ? (has_answers(*node) ? 1 : 0) : static_cast<std::int64_t>(node->answers.size());
    if (nodes.size() > 1 && (!group || !item.repeats))
      issue("twice", path, "the item stands more than once");
    else if (count > 1 && !item.repeats)
      issue("repeats", path, "only one answer is possible");
    if (filled_.is_complete() && count == 0 && item.required)
      issue("required", path, "an answer is needed");
    else if (filled_.is_complete() && item.min_occurs && count < *item.min_occurs &&
             (count > 0 || item.required))
      issue("occurs", path, "at least " + std::to_string(*item.min_occurs) + " are needed");
    if (item.max_occurs && count > *item.max_occurs)
      issue("occurs", path, "at most " + std::to_string(*item.max_occurs) + " are possible");
  }

  void calculated(const Item& item, const std::vector<const Node*>& nodes, const Part& part,
                  const std::string& path) {
    auto values = filled_.values(item.calculated, part.json, part.node == nullptr);
    if (!values) {
      if (!failed_) failed_ = values.error();
      return;
    }
    const auto wanted = answers_from(item, *values);
    if (!wanted) {
      if (!failed_) failed_ = wanted.error();
      return;
    }
    std::vector<const json::object*> found;
    for (const Node* node : nodes)
      found.insert(found.end(), node->answers.begin(), node->answers.end());
    if (found.empty() && !filled_.is_complete()) return;
    bool equal = found.size() == wanted->size();
    for (std::size_t i = 0; equal && i < found.size(); ++i) {
      const json::value* a = value_of(*found[i]);
      const json::value* b = value_of((*wanted)[i].get_object());
      equal = a != nullptr && b != nullptr && same(*a, *b);
    }
    if (!equal)
      issue("calculated", path,
            wanted->empty()
                ? "nothing can be calculated, but there is an answer"
                : "is not what is calculated: " + text_of(*value_of((*wanted)[0].get_object())));
  }

  void check(const Node& node) {
    const Item& item = *node.item;
    if ((item.type == ItemType::group || item.type == ItemType::display) && !node.answers.empty())
      return issue("type", node.path, "a " + std::string(word(item.type)) + " has no answers");
    for (const json::object* answer : node.answers) {
      std::string name;
      const json::value* value = value_of(*answer, &name);
      if (value == nullptr)
        issue("type", node.path, "an answer has no value");
      else if (!type_fits(item, name, *value))
        issue("type", node.path,
              "expected " + std::string(value_name(item.type)) + ", found " + name + " " +
                  text_of(*value));
      else
        check_value(node, name, *value);
    }
    for (const Constraint& rule : item.constraints) constraint(rule, node.json, false, node.path);
  }

  static bool type_fits(const Item& item, const std::string& name, const json::value& value) {
    if (item.type == ItemType::open_choice && name == "valueString") return value.is_string();
    // Options may be other than Codings: years, texts, days.
    if (item.type == ItemType::choice && name != "valueCoding" && !item.options.empty())
      return !item.options.front().value.is_object();
    if (name != value_name(item.type)) return false;
    switch (item.type) {
      case ItemType::boolean:
        return value.is_bool();
      case ItemType::integer:
        return value.is_int64();
      case ItemType::decimal:
        return value.is_number();
      case ItemType::date:
        return value.is_string() && is_date(text_of(value));
      case ItemType::date_time:
        return value.is_string() && is_date_time(text_of(value));
      case ItemType::quantity: {
        const json::value* number =
            value.is_object() ? value.get_object().if_contains("value") : nullptr;
        return number != nullptr && number->is_number();
      }
      case ItemType::choice:
      case ItemType::open_choice:
      case ItemType::attachment:
      case ItemType::reference:
        return value.is_object();
      default:
        return value.is_string() && !value.get_string().empty();
    }
  }

  static bool is_date(const std::string& text) {
    if (text.size() == 4) return parse_date(text + "-01-01").has_value();
    if (text.size() == 7) return parse_date(text + "-01").has_value();
    return parse_date(text).has_value();
  }
  static bool is_date_time(const std::string& text) {
    return text.find('T') == std::string::npos ? is_date(text) : parse_instant(text).has_value();
  }

  void check_value(const Node& node, const std::string& name, const json::value& value) {
    const Item& item = *node.item;
    const bool free = item.type == ItemType::open_choice && name == "valueString";
    if (!free) option(node, value);
    if (value.is_string()) {
      const std::string text = text_of(value);
      if (item.max_length && characters(text) > *item.max_length)
        issue("length", node.path, "at most " + std::to_string(*item.max_length) + " characters");
      if (item.min_length && characters(text) < *item.min_length)
        issue("length", node.path, "at least " + std::to_string(*item.min_length) + " characters");
      if (!item.regex.empty() && !re2::RE2::FullMatch(text, re2::RE2(item.regex, re2::RE2::Quiet)))
        issue("pattern", node.path, "“" + text + "” is not of the expected form");
    }
    const auto below = item.min_value.is_null() ? std::nullopt : order(value, item.min_value);
    if (below && *below < 0) issue("range", node.path, "at least " + text_of(item.min_value));
    const auto above = item.max_value.is_null() ? std::nullopt : order(value, item.max_value);
    if (above && *above > 0) issue("range", node.path, "at most " + text_of(item.max_value));
    if (item.type == ItemType::quantity) unit(node, value);
  }

  void option(const Node& node, const json::value& value) {
    const Item& item = *node.item;
    const auto refuse = [&] {
      const std::string code = code_in(value, "code");
      issue("option", node.path, "“" + (code.empty() ? text_of(value) : code) + "” is no option");
    };
    if (!item.options.empty()) {
      const auto is = [&](const Option& one) { return same(one.value, value); };
      if (std::ranges::none_of(item.options, is)) refuse();
      return;
    }
    if (item.value_set.empty()) return;
    if (const json::object* set = form_.contained(item.value_set)) {
      const auto codings = codings_of(*set);
      if (std::ranges::none_of(codings, [&](const json::value& one) { return same(one, value); }))
        refuse();
    } else if (fhir::member_of(item.value_set, code_in(value, "system"), code_in(value, "code")) ==
               fhir::Membership::no) {
      refuse();
    }
  }

  void unit(const Node& node, const json::value& value) {
    if (node.item->units.empty()) return;
    const std::string code =
        code_in(value, "code").empty() ? code_in(value, "unit") : code_in(value, "code");
    std::string known;
    for (const json::value& unit : node.item->units) {
      if (code_in(unit, "code") == code) return;
      known += (known.empty() ? "" : ", ") + code_in(unit, "code");
    }
    issue("unit", node.path, "the unit “" + code + "” is not one of " + known);
  }

  void constraint(const Constraint& rule, fhir::Json focus, bool is_root, const std::string& path) {
    const auto holds = filled_.test(rule.expression, focus, is_root);
    if (!holds) {
      if (!failed_) failed_ = holds.error();
    } else if (!holds->value_or(true)) {
      issue("constraint", path, rule.human, rule.is_error);
    }
  }

  const Questionnaire& form_;
  Filled& filled_;
  std::vector<Issue>& issues_;
  std::optional<Error> failed_;
};

}  // namespace

Result<std::vector<Issue>> validate(const Questionnaire& form, std::string_view response,
                                    const Surrounding& around) {
  std::vector<Issue> issues;
  auto filled = Filled::read(form, response, around, issues);
  if (!filled) {
    issues.push_back({true, "not-a-response", "", filled.error().message});
    return issues;
  }
  if (Result<void> done = Validator(form, **filled, issues).run(); !done)
    return unexpected(done.error());
  return issues;
}

}  // namespace hb::forms
