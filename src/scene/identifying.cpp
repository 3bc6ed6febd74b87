#include "scene/identifying.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "indicators/content.hpp"

namespace hb::scene {
namespace {

constexpr std::array institutions = {"Organization", "Location", "HealthcareService"};
constexpr std::array persons = {"Patient", "RelatedPerson", "Person", "Practitioner"};

/// Elements that identify whoever they belong to, in any resource.
constexpr std::array always = {"telecom", "line", "photo", "div", "family", "given"};
constexpr std::array not_of_institutions = {"name", "identifier"};
/// In a person's own resource even free text and walks over all children are refused.
constexpr std::array of_persons = {"text", "contact", "children", "descendants", "repeat"};
/// Elements that refer to people: their display is a name.
constexpr std::array references = {
    "subject",    "patient",   "author",      "performer", "recorder",    "asserter", "requester",
    "individual", "actor",     "source",      "party",     "owner",       "for",      "sender",
    "recipient",  "custodian", "beneficiary", "member",    "practitioner"};

template <class List>
bool among(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The names in a FHIRPath expression, in order; texts in quotes are left out.
std::vector<std::string> names_of(std::string_view path) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < path.size();) {
    if (path[at] == '\'') {
      for (++at; at < path.size() && path[at] != '\''; ++at) {
        if (path[at] == '\\') ++at;
      }
      ++at;
    } else if (is_word(path[at])) {
      const std::size_t begin = at;
      while (at < path.size() && is_word(path[at])) ++at;
      names.emplace_back(path.substr(begin, at - begin));
    } else {
      ++at;
    }
  }
  return names;
}

struct Walk {
  std::string resource;
  std::vector<Mistake>& mistakes;

  bool refuses(std::string_view name) const {
    if (among(always, name)) return true;
    if (among(not_of_institutions, name) && !among(institutions, resource)) return true;
    return among(persons, resource) && among(of_persons, name);
  }

  void path(const YAML::Node& node, const std::vector<std::string>& outer,
            const std::string& where) {
    std::vector<std::string> names = outer;
    for (std::string& name : names_of(node.Scalar())) names.push_back(std::move(name));
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool display = names[i] == "display" && i > 0 && among(references, names[i - 1]);
      if (!refuses(names[i]) && !display) continue;
      mistakes.push_back({indicators::line_of(node), where,
                          "“" + names[i] + "” of " + resource +
                              " identifies a person and must not enter the tables"});
      return;
    }
  }

  void select(const YAML::Node& list, const std::vector<std::string>& outer,
              const std::string& where) {
    if (!list.IsDefined() || !list.IsSequence()) return;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const YAML::Node part = list[i];
      if (!part.IsMap()) continue;
      const std::string here = where + "[" + std::to_string(i) + "]";
      std::vector<std::string> names = outer;
      for (const char* each : {"forEach", "forEachOrNull"}) {
        if (!part[each].IsDefined() || !part[each].IsScalar()) continue;
        for (std::string& name : names_of(part[each].Scalar())) names.push_back(std::move(name));
      }
      columns(part["column"], names, here + ".column");
      select(part["select"], names, here + ".select");
      select(part["unionAll"], names, here + ".unionAll");
    }
  }

  void columns(const YAML::Node& list, const std::vector<std::string>& outer,
               const std::string& where) {
    if (!list.IsDefined() || !list.IsSequence()) return;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const YAML::Node column = list[i];
      if (!column.IsMap() || !column["path"].IsDefined() || !column["path"].IsScalar()) continue;
      path(column["path"], outer, where + "[" + std::to_string(i) + "].path");
    }
  }
};

}  // namespace

void find_identifying_columns(const YAML::Node& view, std::vector<Mistake>& mistakes) {
  if (!view.IsMap() || !view["resource"].IsDefined() || !view["resource"].IsScalar()) return;
  Walk walk{view["resource"].Scalar(), mistakes};
  walk.select(view["select"], {}, "select");
}

}  // namespace hb::scene
