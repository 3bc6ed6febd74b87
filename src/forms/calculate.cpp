#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "forms/calculation.hpp"
#include "forms/filled.hpp"
#include "forms/json_text.hpp"

namespace hb::forms {
namespace {

namespace json = boost::json;

constexpr int most_rounds = 20;

/// Answers that an item is to have.
struct Change {
  json::object* holder;
  const Item* item;
  json::array answers;
  int depth;
};

/// Puts the answers into the item of the holder; no answers: the item goes.
void make(const Change& change) {
  json::value& items = (*change.holder)["item"];
  if (!items.is_array()) items.emplace_array();
  json::array& list = items.get_array();
  const auto found = std::ranges::find_if(list, [&](const json::value& one) {
    const json::value* id = one.is_object() ? one.get_object().if_contains("linkId") : nullptr;
    return id != nullptr && id->is_string() &&
           std::string_view(id->get_string()) == change.item->id;
  });
  if (change.answers.empty()) {
    if (found != list.end()) list.erase(found);
  } else if (found != list.end()) {
    found->get_object()["answer"] = change.answers;
  } else {
    list.push_back(json::object{{"linkId", change.item->id}, {"answer", change.answers}});
  }
  if (list.empty()) change.holder->erase("item");
}

bool equal(const Part& part, const Item& item, const json::array& answers) {
  std::vector<const json::object*> found;
  for (const auto& node : part.nodes)
    if (node->item == &item) found.insert(found.end(), node->answers.begin(), node->answers.end());
  if (found.size() != answers.size()) return false;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const json::value* a = value_of(*found[i]);
    const json::value* b = value_of(answers[i].get_object());
    if (a == nullptr || b == nullptr || !same(*a, *b)) return false;
  }
  return true;
}

Result<void> look(const std::vector<Item>& items, const Part& part, Filled& filled,
                  std::vector<Change>& changes, int depth = 0) {
  for (const Item& item : items) {
    if (item.calculated) {
      json::array answers;
      if (filled.enabled(item, part)) {
        auto values = filled.values(item.calculated, part.json, part.node == nullptr);
        if (!values) return unexpected(values.error());
        auto made = answers_from(item, *values);
        if (!made) return unexpected(made.error());
        answers = std::move(*made);
      }
      if (!equal(part, item, answers))
        changes.push_back({part.holder, &item, std::move(answers), depth});
    }
    for (const auto& node : part.nodes)
      for (const auto& inner : node->parts)
        if (node->item == &item)
          if (Result<void> done = look(item.items, *inner, filled, changes, depth + 1); !done)
            return done;
  }
  return {};
}

/// Groups with something to begin with, and their answers.
Result<json::array> first_items(const std::vector<Item>& items, Filled& filled) {
  json::array list;
  for (const Item& item : items) {
    json::object out{{"linkId", item.id}};
    json::array answers;
    for (const json::value& value : item.initial)
      answers.push_back(json::object{{item.initial_name, value}});
    if (item.initial_expression) {
      auto values = filled.values(item.initial_expression, filled.root().json, true);
      if (!values) return unexpected(values.error());
      auto made = answers_from(item, *values);
      if (!made) return made;
      answers = std::move(*made);
    }
    auto inner = first_items(item.items, filled);
    if (!inner) return inner;
    if (!answers.empty()) {
      if (!inner->empty()) answers[0].get_object()["item"] = std::move(*inner);
      out["answer"] = std::move(answers);
    } else if (item.type == ItemType::group && !inner->empty()) {
      out["item"] = std::move(*inner);
    }
    if (out.size() > 1) list.push_back(std::move(out));
  }
  return list;
}

}  // namespace

Result<json::array> answers_from(const Item& item, const std::vector<json::value>& values) {
  json::array answers;
  for (const json::value& value : values) {
    json::value made = value;
    if (item.type == ItemType::integer && value.is_number()) {
      made = static_cast<std::int64_t>(std::llround(value.to_number<double>()));
    } else if ((item.type == ItemType::choice || item.type == ItemType::open_choice) &&
               value.is_string()) {
      const auto option = std::ranges::find_if(item.options, [&](const Option& one) {
        const json::value* code =
            one.value.is_object() ? one.value.get_object().if_contains("code") : nullptr;
        return code != nullptr && *code == value;
      });
      if (option == item.options.end())
        return fail(ErrorCode::invalid_input,
                    "“" + std::string(value.get_string()) + "” is no option of the item", item.id);
      made = option->value;
    } else if (item.type == ItemType::quantity && value.is_number()) {
      made = json::object{{"value", value}};
      if (item.units.size() == 1)
        for (const char* member : {"system", "code"})
          if (const json::value* part = item.units[0].get_object().if_contains(member))
            made.get_object()[member] = *part;
    }
    answers.push_back(json::object{{value_name(item.type), std::move(made)}});
  }
  return answers;
}

Result<std::string> calculate(const Questionnaire& form, std::string_view response,
                              const Surrounding& around) {
  std::string text(response);
  for (int round = 0; round < most_rounds; ++round) {
    std::vector<Issue> issues;  // validate() says them
    auto filled = Filled::read(form, text, around, issues);
    if (!filled) return unexpected(filled.error());
    std::vector<Change> changes;
    if (Result<void> done = look(form.items, (*filled)->root(), **filled, changes); !done)
      return unexpected(done.error());
    if ((*filled)->failed()) return unexpected(*(*filled)->failed());
    if (changes.empty()) return print((*filled)->body());
    // The innermost first: a list that grows moves what stands in it.
    std::ranges::stable_sort(changes, std::ranges::greater{}, &Change::depth);
    for (const Change& change : changes) make(change);
    text = print((*filled)->body());
  }
  return fail(ErrorCode::invalid_input,
              "the calculated items never settle: they depend on each other");
}

Result<std::string> prefill(const Questionnaire& form, const Surrounding& around) {
  json::object response{{"resourceType", "QuestionnaireResponse"}, {"status", "in-progress"}};
  if (!form.url.empty())
    response["questionnaire"] = form.url + (form.version.empty() ? "" : "|" + form.version);
  std::vector<Issue> issues;
  auto filled = Filled::read(form, print(response), around, issues);
  if (!filled) return unexpected(filled.error());
  auto items = first_items(form.items, **filled);
  if (!items) return unexpected(items.error());
  if (!items->empty()) response["item"] = std::move(*items);
  return calculate(form, print(response), around);
}

}  // namespace hb::forms
