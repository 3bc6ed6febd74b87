#include "scene/compartments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "indicators/content.hpp"

namespace hb::scene {
namespace {

using indicators::ContentReader;
using Systems = std::map<std::string, std::vector<std::string>>;

std::vector<std::string> texts_of(ContentReader& content, const YAML::Node& map, const char* key,
                                  bool required) {
  std::vector<std::string> texts;
  for (const YAML::Node& item : content.list(map, key, required)) {
    if (item.IsScalar() && !item.Scalar().empty())
      texts.push_back(item.Scalar());
    else
      content.fault(item, "expected a text");
  }
  return texts;
}

/// "B20-B24" → B20 … B24: the same letters, then numbers of the same length.
void add_range(ContentReader& content, const YAML::Node& item, std::vector<std::string>& prefixes) {
  const std::string text = item.Scalar();
  const std::size_t dash = text.find('-');
  if (dash == std::string::npos) {
    prefixes.push_back(text);
    return;
  }
  const std::string from = text.substr(0, dash);
  const std::string to = text.substr(dash + 1);
  const std::size_t letters = std::min(from.find_first_of("0123456789"), from.size());
  int first = 0;
  int last = -1;
  const auto number = [letters](const std::string& code, int& value) {
    const char* end = code.data() + code.size();
    const auto [stop, error] = std::from_chars(code.data() + letters, end, value);
    return error == std::errc{} && stop == end;
  };
  const bool sound = from.size() == to.size() && from.substr(0, letters) == to.substr(0, letters) &&
                     letters < from.size() && from.size() - letters <= 3 && number(from, first) &&
                     number(to, last) && first <= last;
  if (!sound) return content.fault(item, "expected a range such as B20-B24, found “" + text + "”");
  for (int value = first; value <= last; ++value)
    prefixes.push_back(
        fmt::format("{}{:0{}}", from.substr(0, letters), value, from.size() - letters));
}

CompartmentCodes read_codes_of(ContentReader& content, const YAML::Node& node,
                               const Systems& systems) {
  CompartmentCodes codes;
  const std::string system = content.text(node, "system");
  const auto known = systems.find(system);
  if (known == systems.end())
    content.fault(node, "the system “" + system + "” is not among the systems of the file");
  else
    codes.systems = known->second;
  codes.codes = texts_of(content, node, "codes", false);
  for (const YAML::Node& item : content.list(node, "prefixes", false)) {
    if (item.IsScalar() && !item.Scalar().empty())
      add_range(content, item, codes.prefixes);
    else
      content.fault(item, "expected the beginning of codes");
  }
  if (codes.codes.empty() && codes.prefixes.empty())
    content.fault(node, "expected codes or prefixes");
  return codes;
}

Systems read_systems(ContentReader& content, const YAML::Node& root) {
  Systems systems;
  const YAML::Node node = content.child(root, "systems");
  if (!node.IsMap()) {
    content.fault(root, "expected a mapping “systems”");
    return systems;
  }
  for (const auto& entry : node)
    systems[entry.first.Scalar()] = texts_of(content, node, entry.first.Scalar().c_str(), true);
  return systems;
}

std::vector<Compartment> read_list(ContentReader& content, const YAML::Node& root) {
  const Systems systems = read_systems(content, root);
  std::vector<Compartment> list;
  std::set<std::string> ids;
  for (const YAML::Node& node : content.list(root, "compartments")) {
    Compartment one;
    one.id = content.text(node, "id");
    if (!ids.insert(one.id).second)
      content.fault(node, "the compartment “" + one.id + "” stands twice");
    one.name = content.localized(node, "name");
    one.roles = texts_of(content, node, "roles", true);
    one.purposes = texts_of(content, node, "purposes", true);
    if (std::ranges::find(one.roles, "system") != one.roles.end())
      content.fault(node, "the role “system” is the program's own");
    for (const YAML::Node& codes : content.list(node, "codes"))
      one.codes.push_back(read_codes_of(content, codes, systems));
    list.push_back(std::move(one));
  }
  if (list.size() > Compartments::most)
    content.fault(root, fmt::format("at most {} compartments", Compartments::most));
  return list;
}

}  // namespace

Result<Compartments> load_compartments(const std::filesystem::path& file) {
  const Result<YAML::Node> root = indicators::read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  if (!root->IsMap()) content.fault(*root, "expected a mapping");
  if (!content.ok()) return unexpected(content.error());
  std::vector<Compartment> list = read_list(content, *root);
  Compartments::Columns columns;
  std::map<std::string, std::string, std::less<>> row_of;
  const YAML::Node tables = content.child(*root, "tables");
  std::string link;
  if (tables.IsMap()) {
    link = content.text(tables, "link");
    if (const YAML::Node part = content.child(tables, "columns"); part.IsMap())
      for (const auto& entry : part)
        columns[entry.first.Scalar()] = texts_of(content, part, entry.first.Scalar().c_str(), true);
    if (const YAML::Node part = content.child(tables, "row_of", false); part.IsMap())
      for (const auto& entry : part)
        row_of[entry.first.Scalar()] = content.text(part, entry.first.Scalar().c_str());
  } else {
    content.fault(*root, "expected a mapping “tables”");
  }
  if (!content.ok()) return unexpected(content.error());
  return Compartments(std::move(list), std::move(columns), std::move(row_of), std::move(link));
}

}  // namespace hb::scene
