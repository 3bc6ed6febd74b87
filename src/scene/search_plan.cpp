#include "scene/search_plan.hpp"

#include <algorithm>
#include <set>

#include "fhir/parser.hpp"
#include "indicators/content.hpp"
#include "search/parameters.hpp"

namespace hb::scene {
namespace {

using indicators::ContentReader;

/// Why a parameter cannot stand there; empty: it can.
std::string why_not(std::string_view type, const std::string& code) {
  const search::Parameter* parameter = search::find_parameter(type, code);
  if (parameter == nullptr)
    return std::string(type) + " has no search parameter “" + code + "” in FHIR R4";
  if (!search::can_be_indexed(parameter->kind))
    return "“" + code + "” of " + std::string(type) + " cannot be indexed: it is of kind " +
           std::string(search::kind_name(parameter->kind));
  return {};
}

template <class Check>
std::vector<std::string> codes_of(ContentReader& content, const YAML::Node& list, Check&& check) {
  std::vector<std::string> codes;
  std::set<std::string> seen;
  for (const YAML::Node& item : list) {
    if (!item.IsScalar() || item.Scalar().empty()) {
      content.fault(item, "expected the code of a search parameter");
      continue;
    }
    const std::string code = item.Scalar();
    if (!seen.insert(code).second) content.fault(item, "“" + code + "” stands twice");
    if (const std::string wrong = check(code); !wrong.empty()) content.fault(item, wrong);
    codes.push_back(code);
  }
  return codes;
}

}  // namespace

Result<search::IndexPlan> load_search_plan(const std::filesystem::path& file) {
  const Result<YAML::Node> root = indicators::read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  if (!root->IsMap()) content.fault(*root, "expected a mapping");
  if (!content.ok()) return unexpected(content.error());
  if (content.text(*root, "schema") != "search-1")
    content.fault(*root, "expected the schema search-1");
  search::IndexPlan plan;
  const YAML::Node types = content.child(*root, "types");
  if (!types.IsMap()) content.fault(*root, "expected a mapping “types”");
  if (types.IsMap()) {
    for (const auto& entry : types) {
      const std::string type = entry.first.Scalar();
      if (!fhir::is_resource_type(type)) {
        content.fault(entry.first, "“" + type + "” is no resource type of FHIR R4");
        continue;
      }
      if (!entry.second.IsSequence()) content.fault(entry.first, "expected a list of codes");
      plan.parameters[type] =
          codes_of(content, content.list(types, type.c_str()),
                   [&](const std::string& code) { return why_not(type, code); });
    }
  }
  plan.others = codes_of(content, content.list(*root, "others"), [](const std::string& code) {
    return search::some_type_indexes(code) ? std::string()
                                           : "no type has a search parameter “" + code + "”";
  });
  if (!content.ok()) return unexpected(content.error());
  return plan;
}

}  // namespace hb::scene
