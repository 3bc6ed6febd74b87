#include "forms/compose.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "forms/filled.hpp"
#include "forms/json_text.hpp"

namespace hb::forms {
namespace {

namespace json = boost::json;

constexpr std::string_view extraction[] = {"templateExtract", "itemExtractionContext",
                                           "definitionExtractValue"};

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::array list(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : json::array();
}

json::value member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? *value : json::value();
}

bool is_extraction(const json::object& extension) {
  const std::string url = text(extension, "url");
  return std::ranges::any_of(extraction, [&](std::string_view end) { return url.ends_with(end); });
}

/// An item without what extracts it.
json::object plain(json::object item) {
  json::array extensions;
  for (const json::value& one : list(item, "extension"))
    if (one.is_object() && !is_extraction(one.get_object())) extensions.push_back(one);
  if (extensions.empty())
    item.erase("extension");
  else
    item["extension"] = std::move(extensions);
  if (item.contains("item")) {
    json::array inner;
    for (const json::value& one : list(item, "item")) inner.push_back(plain(one.as_object()));
    item["item"] = std::move(inner);
  }
  return item;
}

/// The codes of the options, without their words.
std::string options_of(const json::object& item) {
  std::string all;
  for (const json::value& one : list(item, "answerOption")) {
    const json::value* coding =
        one.is_object() ? one.get_object().if_contains("valueCoding") : nullptr;
    all += coding != nullptr && coding->is_object()
               ? text(coding->get_object(), "system") + "|" + text(coding->get_object(), "code")
               : print(one);
    all += "\n";
  }
  return all;
}

class Composer {
 public:
  Result<json::object> run(std::span<const Questionnaire* const> forms) {
    for (const Questionnaire* form : forms) {
      form_ = form;
      const json::object& source = form->source.get_object();
      if (forms.size() > 1) heading_ = heading(source);
      if (Result<void> done = join(items_, list(source, "item"), ""); !done)
        return unexpected(done.error());
      heading_.reset();
      for (const json::value& one : list(source, "contained"))
        if (one.is_object() && text(one.get_object(), "resourceType") == "ValueSet")
          if (Result<void> done = contain(one.get_object()); !done) return unexpected(done.error());
      for (const json::value& one : list(source, "extension"))
        if (one.is_object() && !is_extraction(one.get_object())) extensions_.push_back(one);
    }
    json::object out{{"resourceType", "Questionnaire"}, {"status", "active"}};
    if (!contained_.empty()) out["contained"] = std::move(contained_);
    if (!extensions_.empty()) out["extension"] = std::move(extensions_);
    out["item"] = std::move(items_);
    return out;
  }

 private:
  json::object heading(const json::object& form) const {
    json::object line{{"linkId", "form-" + form_->id}, {"type", "display"}, {"text", form_->title}};
    if (form.contains("_title")) line["_text"] = form.at("_title");
    return line;
  }

  Error clash(const std::string& place, const std::string& what) const {
    return {ErrorCode::invalid_input,
            "stands in “" + form_->title + "” and in a form before it, with another " + what,
            place};
  }

  Result<void> contain(const json::object& set) {
    for (const json::value& one : contained_)
      if (text(one.as_object(), "id") == text(set, "id"))
        return one == set ? Result<void>() : unexpected(clash("#" + text(set, "id"), "content"));
    contained_.push_back(set);
    return {};
  }

  Result<void> join(json::array& into, const json::array& items, const std::string& path) {
    for (const json::value& value : items) {
      const json::object& item = value.as_object();  // read() saw to it
      const std::string id = text(item, "linkId");
      const auto same = std::ranges::find_if(
          into, [&](const json::value& one) { return text(one.as_object(), "linkId") == id; });
      if (same != into.end()) {
        const std::string place = path.empty() ? id : path + "/" + id;
        if (Result<void> done = merge(same->as_object(), item, place); !done) return done;
        continue;
      }
      if (path.empty() && heading_) {
        into.push_back(std::move(*heading_));
        heading_.reset();
      }
      into.push_back(plain(item));
    }
    return {};
  }

  Result<void> merge(json::object& kept, const json::object& other, const std::string& place) {
    for (const char* name : {"type", "definition", "repeats", "answerValueSet", "maxLength"})
      if (member(kept, name) != member(other, name)) return unexpected(clash(place, name));
    if (options_of(kept) != options_of(other)) return unexpected(clash(place, "options"));
    if (member(other, "required") == true) kept["required"] = true;
    if (Result<void> done = conditions(kept, other, place); !done) return done;
    if (Result<void> done = extend(kept, other, place); !done) return done;
    if (!other.contains("item")) return {};
    json::array inner = list(kept, "item");
    if (Result<void> done = join(inner, list(other, "item"), place); !done) return done;
    kept["item"] = std::move(inner);
    return {};
  }

  /// Asked without a condition in one form is asked without one in all.
  Result<void> conditions(json::object& kept, const json::object& other, const std::string& place) {
    const json::value mine = member(kept, "enableWhen");
    const json::value theirs = member(other, "enableWhen");
    if (mine == theirs && member(kept, "enableBehavior") == member(other, "enableBehavior"))
      return {};
    if (!mine.is_null() && !theirs.is_null()) return unexpected(clash(place, "enableWhen"));
    kept.erase("enableWhen");
    kept.erase("enableBehavior");
    return {};
  }

  /// Constraints of both; of everything else that an extension says there is one.
  Result<void> extend(json::object& kept, const json::object& other, const std::string& place) {
    json::array all = list(kept, "extension");
    for (const json::value& one : list(other, "extension")) {
      if (!one.is_object() || is_extraction(one.get_object())) continue;
      if (std::ranges::find(all, one) != all.end()) continue;
      const std::string url = text(one.get_object(), "url");
      if (!url.ends_with("questionnaire-constraint") && !url.ends_with("unitOption"))
        for (const json::value& known : all)
          if (text(known.as_object(), "url") == url)
            return unexpected(clash(place, url.substr(url.rfind('/') + 1)));
      all.push_back(one);
    }
    if (!all.empty()) kept["extension"] = std::move(all);
    return {};
  }

  const Questionnaire* form_ = nullptr;
  std::optional<json::object> heading_;
  json::array items_, contained_, extensions_;
};

/// What the form's items say of a list of answered items.
json::array project(const std::vector<Item>& items, const json::array& answered) {
  json::array out;
  for (const json::value& value : answered) {
    const json::object* one = value.if_object();
    if (one == nullptr) continue;
    const auto item = std::ranges::find(items, text(*one, "linkId"), &Item::id);
    if (item == items.end()) continue;
    json::object kept = *one;
    if (kept.contains("item")) {
      json::array inner = project(item->items, list(*one, "item"));
      kept.erase("item");
      if (!inner.empty()) kept["item"] = std::move(inner);
    }
    json::array answers;
    for (const json::value& answer : list(*one, "answer")) {
      if (!answer.is_object()) continue;
      json::object own = answer.get_object();
      json::array inner = project(item->items, list(own, "item"));
      own.erase("item");
      if (!inner.empty()) own["item"] = std::move(inner);
      answers.push_back(std::move(own));
    }
    kept.erase("answer");
    if (!answers.empty()) kept["answer"] = std::move(answers);
    if (kept.contains("item") || kept.contains("answer")) out.push_back(std::move(kept));
  }
  return out;
}

/// Items that do not apply in this form. All are told before one is taken away: the conditions
/// look at the answers of others.
void find_off(Filled& filled, const Part& part, std::set<const Node*>& off) {
  for (const auto& node : part.nodes) {
    if (!filled.enabled(*node->item, part)) off.insert(node.get());
    for (const auto& inner : node->parts) find_off(filled, *inner, off);
  }
}

void take_away(const std::set<const Node*>& off, const Part& part) {
  json::value* items = part.holder->if_contains("item");
  if (items == nullptr || !items->is_array()) return;
  json::array kept;
  for (const auto& node : part.nodes) {
    if (off.contains(node.get())) continue;
    for (const auto& inner : node->parts) take_away(off, *inner);
    kept.push_back(*node->object);
  }
  if (kept.empty())
    part.holder->erase("item");
  else
    *items = std::move(kept);
}

}  // namespace

Result<std::string> compose(std::span<const Questionnaire* const> forms) {
  if (forms.empty()) return fail(ErrorCode::invalid_input, "no form was given to be composed");
  auto composed = Composer().run(forms);
  if (!composed) return unexpected(composed.error());
  std::string title;
  for (const Questionnaire* form : forms) title += (title.empty() ? "" : "、") + form->title;
  (*composed)["title"] = title;
  if (forms.size() == 1 && forms[0]->source.get_object().contains("_title"))
    (*composed)["_title"] = forms[0]->source.get_object().at("_title");
  return print(*composed);
}

Result<std::string> part_of(const Questionnaire& form, std::string_view composed,
                            const Surrounding& around) {
  boost::system::error_code wrong;
  const json::value body = json::parse(composed, wrong);
  if (wrong || !body.is_object() ||
      text(body.get_object(), "resourceType") != "QuestionnaireResponse")
    return fail(ErrorCode::invalid_input, "a QuestionnaireResponse is expected");
  json::object own = body.get_object();
  own["questionnaire"] = form.url + (form.version.empty() ? "" : "|" + form.version);
  own["item"] = project(form.items, list(own, "item"));
  std::vector<Issue> issues;
  auto filled = Filled::read(form, print(own), around, issues);
  if (!filled) return unexpected(filled.error());
  std::set<const Node*> off;
  find_off(**filled, (*filled)->root(), off);
  take_away(off, (*filled)->root());
  if ((*filled)->failed()) return unexpected(*(*filled)->failed());
  return calculate(form, print((*filled)->body()), around);
}

}  // namespace hb::forms
