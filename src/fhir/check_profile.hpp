#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fhir/check_levels.hpp"
#include "fhir/check_named.hpp"
#include "fhir/definitions.hpp"
#include "fhir/fhirpath.hpp"
#include "fhir/xml_json.hpp"

namespace hb::fhir {

/// Codes of a ValueSet of our own, by system.
using CodeLists = std::map<std::string, std::map<std::string, std::set<std::string>>, std::less<>>;

/// What a profile says of one element, or of one slice of it.
struct ProfileNode {
  std::string name;   ///< "identifier", "value[x]"
  std::string slice;  ///< "identityNumber"; empty = all values
  std::size_t min = 0;
  std::optional<std::size_t> max;
  std::optional<JsonTree> fixed;            ///< the value itself
  std::optional<JsonTree> pattern;          ///< what must be part of it
  std::string value_set;                    ///< required binding
  std::vector<std::string> types;           ///< of value[x]; empty = as in the definitions
  std::vector<std::string> discriminators;  ///< paths that tell the slices apart
  std::vector<const NamedCheck*> checks;
  struct Constraint {
    std::string key;
    std::string human;
    Expression expression;
  };
  std::vector<Constraint> constraints;
  std::vector<ProfileNode> children;
};

/// A StructureDefinition of our own: the differential against the type of R4.
struct Profile {
  std::string url;
  std::string type;
  std::optional<Expression>
      applies;  ///< extension `profile-applies`; none: only where meta names it
  ProfileNode root;

  /// errors  invalid_input: not a StructureDefinition, an element R4 does not have, something that
  ///         profiles here cannot say; where = element id
  static Result<Profile> compile(const JsonTree& definition);
};

/// All profiles and code lists of a folder.
struct Profiles {
  std::vector<Profile> all;
  CodeLists code_lists;

  /// errors  invalid_input: where = file name and element id
  static Result<Profiles> load(const std::string& folder);
  const Profile* find(std::string_view url) const;
};

/// A slice and the paths that tell it from the others. Lives as long as its profile.
struct Slice {
  const ProfileNode* node;
  const std::vector<std::string>* discriminators;
  bool has(Json value) const;
};

/// The first slice of that name, in the order of the profile; nullopt when there is none.
std::optional<Slice> find_slice(const Profile& profile, std::string_view name);

/// Where profiles report: level, rule, path, expectation, what stood there.
using ProfileReport = std::function<void(std::string_view rule, const std::string& path,
                                         std::string expected, std::string_view found)>;

/// Holds a resource against a profile.
void check_profile(const Profile& profile, const CodeLists& code_lists, Json resource,
                   const CheckOptions& options, Evaluation& evaluation,
                   const ProfileReport& report);

}  // namespace hb::fhir
