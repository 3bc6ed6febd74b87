#include "fhir/check_deep.hpp"

#include <algorithm>

#include "fhir/check_narrative.hpp"
#include "fhir/value_sets.hpp"

namespace hb::fhir {
namespace {

constexpr std::size_t codes_told = 8;

std::string_view text_at(simdjson::dom::object object, std::string_view key) {
  std::string_view text;
  return object.at_key(key).get(text) ? std::string_view{} : text;
}

/// The resource type in "Patient/1", "http://host/fhir/Patient/1/_history/2", "Patient?name=a".
std::string_view type_in(std::string_view reference) {
  if (reference.starts_with("urn:")) return {};
  const std::size_t question = reference.find('?');
  if (question != std::string_view::npos) {
    reference = reference.substr(0, question);
  } else {
    reference = reference.substr(0, reference.find("/_history/"));
    const std::size_t slash = reference.rfind('/');
    if (slash == std::string_view::npos) return {};
    reference = reference.substr(0, slash);
  }
  return reference.substr(reference.rfind('/') + 1);  // npos + 1 = 0
}

std::string expected_codes(std::uint16_t binding) {
  return "a code of " + std::string(value_sets::url(binding)) + ": " +
         value_sets::codes(binding, codes_told);
}

/// Adds all texts in it that begin with '#'.
void add_local_references(Json value, std::vector<std::string_view>& found) {
  simdjson::dom::object object;
  simdjson::dom::array list;
  std::string_view text;
  if (!value.get(object)) {
    for (const auto field : object) add_local_references(field.value, found);
  } else if (!value.get(list)) {
    for (const Json item : list) add_local_references(item, found);
  } else if (!value.get(text) && text.starts_with('#')) {
    found.push_back(text.substr(1));
  }
}

}  // namespace

DeepCheck::DeepCheck(const Invariants& invariants, const Levels& levels)
    : invariants_(invariants),
      levels_(levels),
      binding_level_(levels.level(RuleKind::binding, "value-set")),
      reference_level_(levels.level(RuleKind::reference, "reference-target")),
      narrative_level_(levels.level(RuleKind::narrative, "txt-1")),
      empty_level_(levels.level(RuleKind::invariant, "ele-1")),
      contained_level_(levels.level(RuleKind::invariant, "dom-3")),
      coding_type_(definitions::find_type("Coding")),
      element_type_(definitions::find_type("Element")),
      domain_resource_type_(definitions::find_type("DomainResource")) {}

Level DeepCheck::structure_level(std::string_view rule) const {
  return levels_.level(RuleKind::structure, rule);
}

Value DeepCheck::enter(Json resource, TypeId type) {
  const Value around = resource_;
  resource_ = Element{resource, type};
  resource_is_set_ = false;
  if (depth_++ == 0) {
    root_ = resource_;
    root_is_set_ = false;
  }
  return around;
}

void DeepCheck::leave(const Value& around) {
  resource_ = around;
  resource_is_set_ = false;
  --depth_;
}

void DeepCheck::object(TypeId type, Json value, std::uint64_t present, Reporter& reporter) {
  constexpr std::uint64_t only_id = 1;  // every element begins with its id
  if (present == only_id && type != element_type_ &&
      definitions::type(type).kind != TypeKind::resource)
    reporter.report(empty_level_, "ele-1", {}, "a value or children beside the id", {});
  constexpr std::uint64_t has_contained = 1 << 5;  // id, meta, implicitRules, language, text, it
  if ((present & has_contained) != 0 && depth_ == 1 &&
      definitions::is_a(type, domain_resource_type_))
    contained(value, reporter);
  for (const Invariants::Use& use : invariants_.of_type(type))
    if (use.always || (use.slots & present) != 0) apply(use, type, value, present, reporter);
}

void DeepCheck::apply(const Invariants::Use& use, TypeId type, Json value, std::uint64_t present,
                      Reporter& reporter) {
  const Invariants::Rule& rule = invariants_.rule(use);
  if (rule.presence) {
    std::uint64_t names = 0;
    for (std::size_t k = 0; k < rule.presence->names.size(); ++k)
      names |= (present >> (use.slot_of[k] - 1) & 1) << k;
    if (rule.presence->holds(names)) return;
  } else if (evaluate(rule, type, value)) {
    return;
  }
  reporter.report(rule.level, rule.row->key, {}, std::string(rule.row->human), {});
}

/// True unless the expression is false: what cannot be decided is no fault of the data.
bool DeepCheck::evaluate(const Invariants::Rule& rule, TypeId type, Json value) {
  if (rule.about_contained) {
    std::string_view reference;
    if (value["reference"].get(reference) || !reference.starts_with('#')) return true;
  }
  if (!resource_is_set_) {
    evaluation_.reset(resource_);
    resource_is_set_ = true;
  }
  if (rule.needs_root && !root_is_set_) {
    evaluation_.set_constant("rootResource", root_);
    root_is_set_ = true;
  }
  std::string failure;
  const auto holds =
      evaluate_condition(evaluation_, *rule.expression, Element{value, type}, &failure);
  if (!failure.empty()) failures_.emplace(rule.row->key, std::move(failure));
  return holds.value_or(true);
}

void DeepCheck::primitive(const ElementRow& row, Primitive primitive, Json value,
                          Reporter& reporter) {
  if (row.binding != 0) code(row, value.get_string().value_unsafe(), reporter);
  if (primitive == Primitive::xhtml && narrative_level_ != Level::off) {
    const auto fault = narrative_fault(value.get_string().value_unsafe());
    if (fault) reporter.report(narrative_level_, fault->rule, {}, fault->expected, fault->found);
  }
  for (const Invariants::Use& use : invariants_.of_element(row))
    apply(use, row.type, value, 0, reporter);
}

void DeepCheck::complex(const ElementRow& row, Json value, simdjson::dom::object object,
                        Reporter& reporter) {
  if (row.binding != 0) coded(row, object, reporter);
  if (row.targets != 0) reference(row, object, reporter);
  for (const Invariants::Use& use : invariants_.of_element(row))
    apply(use, row.type, value, 0, reporter);
}

void DeepCheck::code(const ElementRow& row, std::string_view code, Reporter& reporter) {
  if (binding_level_ == Level::off || value_sets::contains(row.binding, code)) return;
  reporter.report(binding_level_, "value-set", {}, expected_codes(row.binding), code);
}

void DeepCheck::coded(const ElementRow& row, simdjson::dom::object object, Reporter& reporter) {
  if (binding_level_ == Level::off) return;
  const auto fits = [&](simdjson::dom::object coding) {
    const std::string_view code = text_at(coding, "code");
    return !code.empty() && value_sets::contains(row.binding, text_at(coding, "system"), code);
  };
  if (row.type == coding_type_) {
    if (fits(object)) return;
  } else {
    simdjson::dom::array codings;
    if (!object.at_key("coding").get(codings)) {
      for (const Json item : codings) {
        simdjson::dom::object coding;
        if (!item.get(coding) && fits(coding)) return;
      }
    }
  }
  reporter.report(binding_level_, "value-set", {}, expected_codes(row.binding), {});
}

/// dom-3: a contained resource is referred to, or itself refers to the resource around it.
void DeepCheck::contained(Json resource, Reporter& reporter) {
  simdjson::dom::array list;
  if (contained_level_ == Level::off || resource["contained"].get(list)) return;
  std::vector<std::string_view> references;
  add_local_references(resource, references);
  for (const Json item : list) {
    std::string_view id;
    if (item["id"].get(id)) continue;
    if (std::find(references.begin(), references.end(), id) != references.end()) continue;
    std::vector<std::string_view> inside;
    add_local_references(item, inside);
    if (std::find(inside.begin(), inside.end(), std::string_view{}) == inside.end())
      reporter.report(contained_level_, "dom-3", "contained",
                      "a contained resource that is referred to from somewhere in the resource",
                      id);
  }
}

std::string_view DeepCheck::contained_type(std::string_view id) const {
  simdjson::dom::array contained;
  if (std::get<Element>(root_).json["contained"].get(contained)) return {};
  for (const Json item : contained) {
    simdjson::dom::object object;
    if (!item.get(object) && text_at(object, "id") == id) return text_at(object, "resourceType");
  }
  return {};
}

void DeepCheck::reference(const ElementRow& row, simdjson::dom::object object, Reporter& reporter) {
  if (reference_level_ == Level::off) return;
  const std::string_view text = text_at(object, "reference");
  std::string_view name = text.starts_with('#') ? contained_type(text.substr(1)) : type_in(text);
  if (!is_resource_type(name)) name = text_at(object, "type");
  const TypeId type = definitions::find_type(name);
  if (name.empty() || type == no_type) return;
  const auto targets = definitions::targets(row);
  if (std::find(targets.begin(), targets.end(), type) != targets.end()) return;
  std::string expected = "a reference to ";
  for (const TypeId target : targets) {
    if (target != targets.front()) expected += ", ";
    expected += definitions::type(target).name;
  }
  reporter.report(reference_level_, "reference-target", {}, std::move(expected), name);
}

}  // namespace hb::fhir
