#include "forms/questionnaire.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <set>

#include "forms/definition_path.hpp"

namespace hb::forms {
namespace {

namespace json = boost::json;

constexpr int max_depth = 32;
constexpr std::string_view sdc =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";
constexpr std::string_view core = "http://hl7.org/fhir/StructureDefinition/";

struct TypeWord {
  ItemType type;
  std::string_view word;
  std::string_view value;  ///< of an answer
};
constexpr std::array<TypeWord, 16> types = {
    {{ItemType::group, "group", ""},
     {ItemType::display, "display", ""},
     {ItemType::boolean, "boolean", "valueBoolean"},
     {ItemType::decimal, "decimal", "valueDecimal"},
     {ItemType::integer, "integer", "valueInteger"},
     {ItemType::date, "date", "valueDate"},
     {ItemType::date_time, "dateTime", "valueDateTime"},
     {ItemType::time, "time", "valueTime"},
     {ItemType::string, "string", "valueString"},
     {ItemType::text, "text", "valueString"},
     {ItemType::url, "url", "valueUri"},
     {ItemType::choice, "choice", "valueCoding"},
     {ItemType::open_choice, "open-choice", "valueCoding"},
     {ItemType::attachment, "attachment", "valueAttachment"},
     {ItemType::reference, "reference", "valueReference"},
     {ItemType::quantity, "quantity", "valueQuantity"}}};

const TypeWord& row(ItemType type) { return types[static_cast<std::size_t>(type)]; }

const json::array& list(const json::object& object, std::string_view name) {
  static const json::array none;
  const json::value* value = object.if_contains(name);
  const json::array* array = value != nullptr ? value->if_array() : nullptr;
  return array != nullptr ? *array : none;
}

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool flag(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// The first member whose name begins so: value[x], answer[x].
const json::value* choice(const json::object& object, std::string_view prefix,
                          std::string* name = nullptr) {
  for (const auto& [key, value] : object) {
    if (!std::string_view(key).starts_with(prefix)) continue;
    if (name != nullptr) *name = std::string(key);
    return &value;
  }
  return nullptr;
}

class Reader {
 public:
  Reader(Questionnaire& form, std::vector<FormFault>& faults) : form_(form), faults_(faults) {}

  void run() {
    const json::object& root = form_.source.get_object();
    form_.id = text(root, "id");
    form_.url = text(root, "url");
    form_.version = text(root, "version");
    form_.title = text(root, "title");
    for (const json::value& extension : list(root, "extension"))
      if (extension.is_object()) root_extension(extension.get_object());
    form_.items = items(root, "", 0);
    if (form_.items.empty()) fault("", "has no items");
    given(form_.given, {form_.makes}, "");
    for (const Item& item : form_.items) references(item, "", {form_.makes});
  }

 private:
  void fault(const std::string& path, std::string message) {
    faults_.push_back({path, std::move(message)});
  }

  void root_extension(const json::object& extension) {
    const std::string url = text(extension, "url");
    if (url == std::string(core) + "questionnaire-constraint")
      form_.constraints.push_back(constraint(extension, ""));
    if (url == std::string(sdc) + "templateExtract") template_of(extension, form_.templates, "");
    extraction(extension, form_.makes, form_.given, "");
  }

  std::vector<Item> items(const json::object& holder, const std::string& path, int depth) {
    std::vector<Item> out;
    if (depth > max_depth) {
      fault(path, "is nested deeper than " + std::to_string(max_depth));
      return out;
    }
    for (const json::value& value : list(holder, "item")) {
      if (value.is_object())
        out.push_back(item(value.get_object(), path, depth));
      else
        fault(path, "an item is no object");
    }
    return out;
  }

  Item item(const json::object& source, const std::string& parent, int depth) {
    Item item;
    item.id = text(source, "linkId");
    const std::string path = parent.empty() ? item.id : parent + "/" + item.id;
    if (item.id.empty()) fault(parent, "an item has no linkId");
    if (!ids_.insert(item.id).second) fault(path, "the linkId stands twice");
    item.text = text(source, "text");
    const std::string word = text(source, "type");
    const auto found = std::ranges::find(types, word, &TypeWord::word);
    if (found == types.end())
      fault(path, "“" + word + "” is no type of item");
    else
      item.type = found->type;
    item.required = flag(source, "required");
    item.repeats = flag(source, "repeats");
    item.read_only = flag(source, "readOnly");
    if (const json::value* most = source.if_contains("maxLength");
        most != nullptr && most->is_int64())
      item.max_length = most->get_int64();
    item.value_set = text(source, "answerValueSet");
    item.definition = text(source, "definition");
    for (const json::value& one : list(source, "answerOption"))
      if (one.is_object()) option(one.get_object(), item, path);
    if (!item.options.empty() && !item.value_set.empty())
      fault(path, "has both answerOption and answerValueSet");
    if (item.type == ItemType::choice && item.options.empty() && item.value_set.empty())
      fault(path, "a choice needs answerOption or answerValueSet");
    const std::string behaviour = text(source, "enableBehavior");
    item.enable_all = behaviour != "any";
    for (const json::value& one : list(source, "enableWhen"))
      if (one.is_object()) enable(one.get_object(), item, path);
    if (item.enable.size() > 1 && behaviour.empty())
      fault(path, "several enableWhen need enableBehavior: all or any");
    for (const json::value& one : list(source, "initial"))
      if (const json::value* value =
              one.is_object() ? choice(one.get_object(), "value", &item.initial_name) : nullptr)
        item.initial.push_back(*value);
    for (const json::value& one : list(source, "extension"))
      if (one.is_object()) extension(one.get_object(), item, path);
    item.items = items(source, path, depth + 1);
    if (item.type == ItemType::display && (!item.items.empty() || item.required))
      fault(path, "a display shows text only: it has no items and is not required");
    return item;
  }

  void option(const json::object& source, Item& item, const std::string& path) {
    const json::value* value = choice(source, "value");
    if (value == nullptr) return fault(path, "an answerOption has no value");
    Option option{*value, std::nullopt};
    const auto look = [&](const json::object& holder) {
      for (const json::value& one : list(holder, "extension")) {
        const json::object* object = one.if_object();
        if (object == nullptr || text(*object, "url") != std::string(core) + "ordinalValue")
          continue;
        const json::value* score = choice(*object, "value");
        if (score != nullptr && score->is_number()) option.score = score->to_number<double>();
      }
    };
    look(source);
    if (value->is_object()) look(value->get_object());
    item.options.push_back(std::move(option));
  }

  void enable(const json::object& source, Item& item, const std::string& path) {
    constexpr std::array operators = {"exists", "=", "!=", ">", "<", ">=", "<="};
    EnableWhen when{text(source, "question"), text(source, "operator"), nullptr};
    if (std::ranges::find(operators, when.op) == operators.end())
      return fault(path, "enableWhen: “" + when.op + "” is no operator");
    const json::value* answer = choice(source, "answer");
    if (answer == nullptr) return fault(path, "enableWhen: the answer is missing");
    when.answer = *answer;
    if (when.op == "exists" && !answer->is_bool())
      return fault(path, "enableWhen: exists takes answerBoolean");
    item.enable.push_back(std::move(when));
  }

  Expression expression(const std::string& code, const std::string& path, const char* what) {
    Expression out{code, nullptr};
    auto parsed = fhir::Expression::parse(code);
    if (parsed)
      out.parsed = std::make_shared<const fhir::Expression>(std::move(*parsed));
    else
      fault(path, std::string(what) + ": not FHIRPath: " + parsed.error().message + ", " +
                      parsed.error().where + " of “" + code + "”");
    return out;
  }

  Expression value_expression(const json::object& extension, const std::string& path,
                              const char* what) {
    const json::value* value = extension.if_contains("valueExpression");
    if (value == nullptr || !value->is_object()) {
      fault(path, std::string(what) + ": valueExpression is missing");
      return {};
    }
    if (const std::string language = text(value->get_object(), "language");
        language != "text/fhirpath")
      fault(path, std::string(what) + ": the language “" + language +
                      "” is not known: expected text/fhirpath");
    return expression(text(value->get_object(), "expression"), path, what);
  }

  Constraint constraint(const json::object& extension, const std::string& path) {
    Constraint out;
    for (const json::value& one : list(extension, "extension")) {
      if (!one.is_object()) continue;
      const std::string url = text(one.get_object(), "url");
      const json::value* value = choice(one.get_object(), "value");
      const std::string words =
          value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
      if (url == "key") out.key = words;
      if (url == "severity") out.is_error = words != "warning";
      if (url == "human") out.human = words;
      if (url == "expression") out.expression = expression(words, path, "constraint");
    }
    if (out.key.empty() || out.human.empty() || out.expression.text.empty())
      fault(path, "a constraint needs key, severity, expression and human");
    return out;
  }

  void template_of(const json::object& extension, std::vector<std::string>& to,
                   const std::string& path) {
    for (const json::value& one : list(extension, "extension")) {
      if (!one.is_object() || text(one.get_object(), "url") != "template") continue;
      const json::value* reference = one.get_object().if_contains("valueReference");
      const std::string id = reference != nullptr && reference->is_object()
                                 ? text(reference->get_object(), "reference")
                                 : "";
      if (form_.contained(id) == nullptr)
        return fault(path, "templateExtract: there is no contained resource “" + id + "”");
      to.push_back(id);
      return;
    }
    fault(path, "templateExtract: the template is missing");
  }

  /// What definition-based extraction says: the resource that is made, and its given values.
  void extraction(const json::object& source, std::string& makes, std::vector<GivenValue>& given,
                  const std::string& path) {
    const std::string url = text(source, "url");
    if (url == std::string(sdc) + "itemExtractionContext") {
      makes = text(source, "valueCode");
      if (!is_resource(makes))
        fault(path, "itemExtractionContext: “" + makes +
                        "” is no type of resource: expected one as valueCode");
    }
    if (url != std::string(sdc) + "definitionExtractValue") return;
    GivenValue one;
    for (const json::value& part : list(source, "extension")) {
      if (!part.is_object()) continue;
      const std::string name = text(part.get_object(), "url");
      const json::value* value = choice(part.get_object(), "value");
      if (name == "definition") one.definition = text(part.get_object(), "valueUri");
      if (name == "fixed-value" && value != nullptr) one.fixed = *value;
      if (name == "expression")
        one.expression =
            value_expression(part.get_object(), path, "definitionExtractValue: expression");
    }
    if (one.definition.empty() || one.fixed.is_null() == one.expression.text.empty())
      return fault(path,
                   "definitionExtractValue needs a definition, and a fixed-value or an "
                   "expression");
    given.push_back(std::move(one));
  }

  void extension(const json::object& source, Item& item, const std::string& path) {
    const std::string url = text(source, "url");
    const json::value* value = choice(source, "value");
    const auto is = [&](std::string_view base, std::string_view name) {
      return url.size() == base.size() + name.size() && url.starts_with(base) &&
             url.ends_with(name);
    };
    const auto whole = [&]() -> std::optional<std::int64_t> {
      if (value != nullptr && value->is_int64()) return value->get_int64();
      fault(path, url + ": a whole number is expected");
      return std::nullopt;
    };
    if (is(sdc, "calculatedExpression"))
      item.calculated = value_expression(source, path, "calculatedExpression");
    if (is(sdc, "initialExpression"))
      item.initial_expression = value_expression(source, path, "initialExpression");
    if (is(sdc, "enableWhenExpression"))
      item.enable_expression = value_expression(source, path, "enableWhenExpression");
    if (is(sdc, "templateExtract")) template_of(source, item.templates, path);
    extraction(source, item.makes, item.given, path);
    if (is(core, "questionnaire-constraint")) item.constraints.push_back(constraint(source, path));
    if (is(core, "minValue") && value != nullptr) item.min_value = *value;
    if (is(core, "maxValue") && value != nullptr) item.max_value = *value;
    if (is(core, "minLength")) item.min_length = whole();
    if (is(core, "questionnaire-minOccurs")) item.min_occurs = whole();
    if (is(core, "questionnaire-maxOccurs")) item.max_occurs = whole();
    if ((is(core, "questionnaire-unitOption") || is(core, "questionnaire-unit")) &&
        value != nullptr)
      item.units.push_back(*value);
    if (is(core, "regex") && value != nullptr && value->is_string()) {
      item.regex = std::string(value->get_string());
      const re2::RE2 pattern(item.regex, re2::RE2::Quiet);
      if (!pattern.ok()) fault(path, "regex: " + pattern.error());
    }
  }

  /// Elements that the resources being made do not have. open  their types, the inner one last
  void element(const std::string& definition, const std::vector<std::string>& open,
               const std::string& path) {
    const auto place = definition_path(definition);
    if (!place || std::ranges::find(open, place->type) == open.end()) return;
    if (const auto wrong = path_fault(*place))
      fault(path, "definition “" + definition + "”: " + *wrong);
  }

  void given(const std::vector<GivenValue>& values, const std::vector<std::string>& open,
             const std::string& path) {
    for (const GivenValue& one : values) {
      const auto place = definition_path(one.definition);
      if (!place || std::ranges::find(open, place->type) == open.end())
        fault(path, "definitionExtractValue: “" + one.definition +
                        "” is no element of a resource that is made here");
      element(one.definition, open, path);
    }
  }

  /// What can be said only when all items are known. open  types of the resources being made
  void references(const Item& item, const std::string& parent, std::vector<std::string> open) {
    const std::string path = parent.empty() ? item.id : parent + "/" + item.id;
    if (!item.makes.empty()) open.push_back(item.makes);
    element(item.definition, open, path);
    given(item.given, open, path);
    for (const EnableWhen& when : item.enable) {
      if (when.question == item.id) fault(path, "enableWhen: asks for itself");
      if (!ids_.contains(when.question))
        fault(path, "enableWhen: there is no item “" + when.question + "”");
    }
    if (item.value_set.starts_with("#") && form_.contained(item.value_set) == nullptr)
      fault(path, "answerValueSet: there is no contained value set “" + item.value_set + "”");
    for (const Item& inner : item.items) references(inner, path, open);
  }

  Questionnaire& form_;
  std::vector<FormFault>& faults_;
  std::set<std::string> ids_;
};

const Item* find_in(const std::vector<Item>& items, std::string_view id) {
  for (const Item& item : items) {
    if (item.id == id) return &item;
    if (const Item* inner = find_in(item.items, id)) return inner;
  }
  return nullptr;
}

}  // namespace

std::string_view word(ItemType type) { return row(type).word; }
std::string_view value_name(ItemType type) { return row(type).value; }

const json::object* Questionnaire::contained(std::string_view reference) const {
  if (!reference.starts_with("#") || !source.is_object()) return nullptr;
  for (const json::value& one : list(source.get_object(), "contained"))
    if (one.is_object() && text(one.get_object(), "id") == reference.substr(1))
      return &one.get_object();
  return nullptr;
}

const Item* Questionnaire::find(std::string_view link_id) const { return find_in(items, link_id); }

std::optional<Questionnaire> read(std::string_view text_of_form, std::vector<FormFault>& faults) {
  boost::system::error_code wrong;
  json::value source = json::parse(text_of_form, wrong);
  if (wrong || !source.is_object() ||
      text(source.get_object(), "resourceType") != "Questionnaire") {
    faults.push_back({"", wrong ? "not JSON: " + wrong.message() : "not a FHIR Questionnaire"});
    return std::nullopt;
  }
  const std::size_t before = faults.size();
  Questionnaire form;
  form.source = std::move(source);
  Reader(form, faults).run();
  if (faults.size() > before) return std::nullopt;
  return form;
}

}  // namespace hb::forms
