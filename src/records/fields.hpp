#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy.hpp"
#include "core/result.hpp"
#include "records/types.hpp"

/// What of a record is shown: the field rules of a policy over FHIR bodies.
namespace hb::records {

/// The paths of a policy's fields, taken apart once.
class FieldPlan {
 public:
  explicit FieldPlan(const Policy& policy);

  /// The body with hidden fields taken out and masked ones masked; names and identifiers beside a
  /// reference to a person go with those of the person. A body of which nothing is kept back comes
  /// back byte for byte; numbers of another one may lose zeros at their end.
  /// shows  per group of the policy
  /// errors  invalid_input: not JSON
  Result<std::string> shown(std::string_view type, std::string_view json,
                            const std::vector<Show>& shows) const;
  /// The same for a row of the resident index.
  Resident shown(Resident resident, const std::vector<Show>& shows) const;

  std::size_t name() const { return name_; }    ///< its group
  std::size_t birth() const { return birth_; }  ///< its group

  static constexpr std::size_t none = SIZE_MAX;

 private:
  struct Step {
    std::string member;
    std::string extension;  ///< end of the address of the extensions meant; empty: no extension
  };
  struct Field {
    std::size_t group;
    Mask mask;
    std::vector<Step> steps;
  };
  friend class Shaper;

  std::map<std::string, std::vector<Field>, std::less<>> by_type_;
  std::vector<Field> any_type_;
  std::size_t groups_;
  std::size_t name_ = none, identity_ = none, birth_ = none, area_ = none;
};

}  // namespace hb::records
