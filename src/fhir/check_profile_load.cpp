// StructureDefinition (differential) → Profile.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fhir/check_profile.hpp"

namespace hb::fhir {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view extensions = "https://health-brain.org/fhir/StructureDefinition/";
constexpr std::size_t json_depth = 64;

unexpected<Error> fault(std::string message, std::string where = {}) {
  return fail(ErrorCode::invalid_input, std::move(message), std::move(where));
}

std::string text_of(const JsonTree& tree, std::string_view key) {
  const JsonTree* value = tree.find(key);
  return value != nullptr && value->kind == JsonTree::Kind::text ? value->text : std::string{};
}

const std::vector<JsonTree>& items_of(const JsonTree& tree, std::string_view key) {
  static const std::vector<JsonTree> none;
  const JsonTree* value = tree.find(key);
  return value == nullptr ? none : value->items;
}

/// The values of our own extension `name`.
std::vector<std::string> extension_values(const JsonTree& tree, std::string_view name,
                                          std::string_view key) {
  std::vector<std::string> values;
  for (const JsonTree& extension : items_of(tree, "extension"))
    if (text_of(extension, "url") == std::string(extensions) + std::string(name))
      values.push_back(text_of(extension, key));
  return values;
}

/// The member whose name begins with `stem` (fixedUri, patternCoding).
const JsonTree* find_choice(const JsonTree& tree, std::string_view stem) {
  for (const auto& [key, value] : tree.fields)
    if (key.starts_with(stem)) return &value;
  return nullptr;
}

/// "identifier:identityNumber" → name and slice.
std::pair<std::string, std::string> split_slice(std::string_view segment) {
  const std::size_t colon = segment.find(':');
  if (colon == std::string_view::npos) return {std::string(segment), {}};
  return {std::string(segment.substr(0, colon)), std::string(segment.substr(colon + 1))};
}

/// The node of an element id below the root, made with its parents where it is new.
ProfileNode& node_at(ProfileNode& root, std::string_view id) {
  ProfileNode* node = &root;
  std::size_t dot = id.find('.');
  while (dot != std::string_view::npos) {
    id.remove_prefix(dot + 1);
    dot = id.find('.');
    const auto [name, slice] = split_slice(id.substr(0, dot));
    auto& children = node->children;
    const auto found = std::find_if(children.begin(), children.end(),
                                    [&, &wanted = name, &of = slice](const ProfileNode& c) {
                                      return c.name == wanted && c.slice == of;
                                    });
    if (found != children.end()) {
      node = &*found;
    } else {
      node = &children.emplace_back();
      node->name = name;
      node->slice = slice;
    }
  }
  return *node;
}

/// Whether R4 has the element; sees through types, choices and resources inside.
bool is_known(std::string_view type_name, std::string_view path) {
  TypeId type = definitions::find_type(type_name);
  std::size_t dot = path.find('.');
  while (dot != std::string_view::npos && type != no_type) {
    path.remove_prefix(dot + 1);
    dot = path.find('.');
    std::string_view name = path.substr(0, dot);
    if (name.ends_with("[x]")) name.remove_suffix(3);
    const ElementRow* found = nullptr;
    for (const ElementRow& row : definitions::elements(type))
      if (row.stem == name || row.key == name) found = &row;
    if (found == nullptr) return false;
    // What lies below a choice depends on the value.
    if (found->choice && found->stem == name) return true;
    type = found->type;
  }
  return type != no_type;
}

Result<void> read_constraints(const JsonTree& element, ProfileNode& node, const std::string& id) {
  for (const JsonTree& constraint : items_of(element, "constraint")) {
    auto expression = Expression::parse(text_of(constraint, "expression"));
    const std::string key = text_of(constraint, "key");
    if (!expression)
      return fault(key + ": " + expression.error().message + ", " + expression.error().where, id);
    if (key.empty()) return fault("a constraint has a key", id);
    node.constraints.push_back({key, text_of(constraint, "human"), std::move(*expression)});
  }
  for (const std::string& name : extension_values(element, "check", "valueCode")) {
    const NamedCheck* check = find_named_check(name);
    if (check == nullptr) return fault("there is no check '" + name + "'", id);
    node.checks.push_back(check);
  }
  return {};
}

Result<void> read_element(const JsonTree& element, const std::string& type, ProfileNode& root) {
  const std::string id = text_of(element, "id");
  if (id != type && !id.starts_with(type + "."))
    return fault("an id that begins with the type", id);
  if (!is_known(type, text_of(element, "path")))
    return fault("R4 has no element " + text_of(element, "path"), id);
  ProfileNode& node = node_at(root, id);
  if (const JsonTree* min = element.find("min")) node.min = std::stoul("0" + min->text);
  const std::string max = text_of(element, "max");
  if (!max.empty() && max != "*") {
    if (max.find_first_not_of("0123456789") != std::string::npos || max.size() > 6)
      return fault("max is a number or *", id);
    node.max = std::stoul(max);
  }
  if (const JsonTree* fixed = find_choice(element, "fixed")) node.fixed = *fixed;
  if (const JsonTree* pattern = find_choice(element, "pattern")) node.pattern = *pattern;
  for (const JsonTree& one : items_of(element, "type")) node.types.push_back(text_of(one, "code"));
  if (const JsonTree* slicing = element.find("slicing"))
    for (const JsonTree& discriminator : items_of(*slicing, "discriminator")) {
      const std::string kind = text_of(discriminator, "type");
      if (kind != "value" && kind != "pattern")
        return fault("slices are told apart by value or pattern", id);
      node.discriminators.push_back(text_of(discriminator, "path"));
    }
  if (const JsonTree* binding = element.find("binding");
      binding != nullptr && text_of(*binding, "strength") == "required")
    node.value_set = text_of(*binding, "valueSet");
  return read_constraints(element, node, id);
}

Result<JsonTree> read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fault("cannot be read");
  return read_json_tree(std::string(std::istreambuf_iterator<char>(stream), {}), json_depth);
}

Result<void> add_value_set(const JsonTree& value_set, CodeLists& lists) {
  const JsonTree* compose = value_set.find("compose");
  if (compose == nullptr) return fault("a ValueSet lists its codes in compose");
  auto& systems = lists[text_of(value_set, "url")];
  for (const JsonTree& include : items_of(*compose, "include"))
    for (const JsonTree& concept_ : items_of(include, "concept"))
      systems[text_of(include, "system")].insert(text_of(concept_, "code"));
  if (systems.empty()) return fault("a ValueSet lists its codes in compose.include.concept");
  return {};
}

/// A binding to a value set that nobody lists would never be checked.
Result<void> check_bindings(const ProfileNode& node, const CodeLists& lists) {
  if (!node.value_set.empty() && !lists.contains(node.value_set))
    return fault("no file of the folder lists the value set " + node.value_set, node.name);
  for (const ProfileNode& child : node.children)
    if (auto checked = check_bindings(child, lists); !checked) return checked;
  return {};
}

}  // namespace

Result<Profile> Profile::compile(const JsonTree& definition) {
  Profile profile;
  profile.url = text_of(definition, "url");
  profile.type = text_of(definition, "type");
  const JsonTree* differential = definition.find("differential");
  if (text_of(definition, "resourceType") != "StructureDefinition" || profile.url.empty() ||
      !is_resource_type(profile.type) || differential == nullptr)
    return fault("a StructureDefinition with url, type of a resource, and differential");
  profile.root.name = profile.type;
  for (const JsonTree& element : items_of(*differential, "element"))
    if (auto read = read_element(element, profile.type, profile.root); !read)
      return unexpected(read.error());
  for (const std::string& text : extension_values(definition, "profile-applies", "valueString")) {
    auto expression = Expression::parse(text);
    if (!expression) return fault("profile-applies: " + expression.error().message);
    profile.applies = std::move(*expression);
  }
  return profile;
}

Result<Profiles> Profiles::load(const std::string& folder) {
  Profiles profiles;
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const auto named = [&](Error given) {
      const std::string name = file.filename().string();
      given.where = given.where.empty() ? name : name + ", " + given.where;
      return unexpected<Error>(std::move(given));
    };
    auto tree = read_file(file);
    if (!tree) return named(tree.error());
    if (text_of(*tree, "resourceType") == "ValueSet") {
      if (auto added = add_value_set(*tree, profiles.code_lists); !added)
        return named(added.error());
      continue;
    }
    auto profile = Profile::compile(*tree);
    if (!profile) return named(profile.error());
    profiles.all.push_back(std::move(*profile));
  }
  for (const Profile& profile : profiles.all)
    if (auto checked = check_bindings(profile.root, profiles.code_lists); !checked)
      return fault(checked.error().message, profile.url + ", " + checked.error().where);
  return profiles;
}

const Profile* Profiles::find(std::string_view url) const {
  url = url.substr(0, url.find('|'));
  for (const Profile& profile : all)
    if (profile.url == url) return &profile;
  return nullptr;
}

}  // namespace hb::fhir
