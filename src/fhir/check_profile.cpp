#include "fhir/check_profile.hpp"

#include <algorithm>

#include "fhir/check_rules.hpp"

namespace hb::fhir {
namespace {

std::string_view text_at(Json value, std::string_view key) {
  std::string_view text;
  return value[key].get(text) ? std::string_view{} : text;
}

/// Whether the value has all that the pattern has; `whole`: and nothing else.
bool matches(const JsonTree& pattern, Json value, bool whole) {
  simdjson::dom::object object;
  simdjson::dom::array list;
  std::string_view text;
  switch (pattern.kind) {
    case JsonTree::Kind::text:
      return !value.get(text) && text == pattern.text;
    case JsonTree::Kind::list:
      if (value.get(list) || (whole && list.size() != pattern.items.size())) return false;
      return std::all_of(pattern.items.begin(), pattern.items.end(), [&](const JsonTree& item) {
        for (const Json one : list)
          if (matches(item, one, whole)) return true;
        return false;
      });
    case JsonTree::Kind::object:
      if (value.get(object) || (whole && object.size() != pattern.fields.size())) return false;
      return std::all_of(pattern.fields.begin(), pattern.fields.end(), [&](const auto& field) {
        Json member;
        return !object.at_key(field.first).get(member) && matches(field.second, member, whole);
      });
    default:
      return simdjson::minify(value) == pattern.text;
  }
}

/// The discriminators that the unsliced element of the same name has; extensions by url.
const std::vector<std::string>& slicing_of(const ProfileNode& parent, const ProfileNode& slice) {
  static const std::vector<std::string> by_url{"url"};
  for (const ProfileNode& node : parent.children)
    if (node.name == slice.name && node.slice.empty() && !node.discriminators.empty())
      return node.discriminators;
  return by_url;
}

bool belongs(const ProfileNode& slice, const std::vector<std::string>& discriminators, Json value) {
  return std::all_of(discriminators.begin(), discriminators.end(), [&](const std::string& path) {
    if (path == "$this") return slice.pattern && matches(*slice.pattern, value, false);
    const auto child = std::find_if(slice.children.begin(), slice.children.end(),
                                    [&](const ProfileNode& node) { return node.name == path; });
    Json member;
    if (child == slice.children.end() || value[path].get(member)) return false;
    if (child->fixed) return matches(*child->fixed, member, true);
    return child->pattern && matches(*child->pattern, member, false);
  });
}

/// A value of an element with its path and type.
struct Found {
  Json json;
  TypeId type;
  std::string path;
};

/// One resource against one profile.
class Check {
 public:
  Check(const CodeLists& code_lists, const CheckOptions& options, Evaluation& evaluation,
        const ProfileReport& report)
      : code_lists_(code_lists), options_(options), evaluation_(evaluation), report_(report) {}

  void value(const ProfileNode& node, const Found& found) {
    if (node.fixed && !matches(*node.fixed, found.json, true))
      report_("profile-fixed", found.path, "the value " + write_json_tree(*node.fixed), {});
    if (node.pattern && !matches(*node.pattern, found.json, false))
      report_("profile-pattern", found.path, "with " + write_json_tree(*node.pattern), {});
    if (!node.value_set.empty()) binding(node, found);
    std::string_view text;
    for (const NamedCheck* check : node.checks)
      if (!found.json.get(text) && !check->holds(text, options_))
        report_(check->name, found.path, std::string(check->expected), {});
    for (const ProfileNode::Constraint& constraint : node.constraints) {
      const Value focus = Element{found.json, found.type};
      if (!evaluate_condition(evaluation_, constraint.expression, focus).value_or(true))
        report_(constraint.key, found.path, constraint.human, {});
    }
    children(node, found);
  }

 private:
  void children(const ProfileNode& node, const Found& parent) {
    for (const ProfileNode& child : node.children) {
      const std::vector<Found> all = values(child, parent);
      std::vector<const Found*> mine;
      for (const Found& one : all)
        if (child.slice.empty() || belongs(child, slicing_of(node, child), one.json))
          mine.push_back(&one);
      const std::string path =
          parent.path + "." + child.name + (child.slice.empty() ? "" : ":" + child.slice);
      if (mine.size() < child.min)
        report_("profile-required", path, "at least " + std::to_string(child.min), {});
      if (child.max && mine.size() > *child.max)
        report_("profile-max", path, "at most " + std::to_string(*child.max),
                std::to_string(mine.size()));
      for (const Found* one : mine) value(child, *one);
    }
  }

  /// All values of an element of an object. A choice of another type than those allowed is told.
  std::vector<Found> values(const ProfileNode& node, const Found& parent) {
    std::vector<Found> found;
    const std::string_view stem = node.name.ends_with("[x]")
                                      ? std::string_view(node.name).substr(0, node.name.size() - 3)
                                      : std::string_view(node.name);
    for (const ElementRow& row : definitions::elements(parent.type)) {
      if (row.stem != stem && row.key != stem) continue;
      Json json;
      if (parent.json[row.key].get(json)) continue;
      const std::string path = parent.path + "." + std::string(row.key);
      const std::string_view type = definitions::type(row.type).name;
      if (!node.types.empty() &&
          std::find(node.types.begin(), node.types.end(), type) == node.types.end())
        report_("profile-type", path, "a value of type " + node.types.front(), type);
      simdjson::dom::array list;
      if (json.get(list)) {
        found.push_back({json, row.type, path});
        continue;
      }
      std::size_t index = 0;
      for (const Json item : list)
        found.push_back({item, row.type, path + "[" + std::to_string(index++) + "]"});
    }
    return found;
  }

  bool is_listed(const std::string& value_set, std::string_view system, std::string_view code) {
    const auto list = code_lists_.find(value_set);
    for (const auto& [of, codes] : list->second)
      if ((of == system || system.empty()) && codes.contains(std::string(code))) return true;
    return false;
  }

  /// A code, a Coding, or a CodeableConcept of which one coding fits.
  void binding(const ProfileNode& node, const Found& found) {
    std::string_view code;
    simdjson::dom::array codings;
    bool fits = false;
    if (!found.json.get(code)) {
      fits = is_listed(node.value_set, {}, code);
    } else if (!found.json["coding"].get(codings)) {
      for (const Json coding : codings)
        fits =
            fits || is_listed(node.value_set, text_at(coding, "system"), text_at(coding, "code"));
    } else {
      code = text_at(found.json, "code");
      fits = is_listed(node.value_set, text_at(found.json, "system"), code);
    }
    if (!fits) report_("profile-value-set", found.path, "a code of " + node.value_set, code);
  }

  const CodeLists& code_lists_;
  const CheckOptions& options_;
  Evaluation& evaluation_;
  const ProfileReport& report_;
};

}  // namespace

bool Slice::has(Json value) const { return belongs(*node, *discriminators, value); }

namespace {

std::optional<Slice> find_below(const ProfileNode& node, std::string_view name) {
  for (const ProfileNode& child : node.children) {
    if (child.slice == name) return Slice{&child, &slicing_of(node, child)};
    if (const auto found = find_below(child, name)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Slice> find_slice(const Profile& profile, std::string_view name) {
  return name.empty() ? std::nullopt : find_below(profile.root, name);
}

void check_profile(const Profile& profile, const CodeLists& code_lists, Json resource,
                   const CheckOptions& options, Evaluation& evaluation,
                   const ProfileReport& report) {
  const Found root{resource, definitions::find_type(profile.type), profile.type};
  evaluation.reset(Value(Element{root.json, root.type}));
  Check(code_lists, options, evaluation, report).value(profile.root, root);
}

}  // namespace hb::fhir
