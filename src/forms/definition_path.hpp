#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/result.hpp"
#include "forms/questionnaire.hpp"

namespace hb::forms {

/// An element of a resource, as an item's `definition` names it:
/// "http://hl7.org/fhir/StructureDefinition/Observation#Observation.value[x]".
struct DefinitionPath {
  std::string type;                ///< "Observation"
  std::vector<std::string> steps;  ///< "value[x]"
};

/// nullopt: not of this shape, so it names no element of R4.
std::optional<DefinitionPath> definition_path(std::string_view definition);

bool is_resource(std::string_view type);

/// What is wrong with a path that R4 does not have; nullopt: it has it.
std::optional<std::string> path_fault(const DefinitionPath& path);

/// A resource that is being made of answers.
class ResourceMaker {
 public:
  explicit ResourceMaker(std::string type);

  const std::string& type() const { return type_; }
  /// The group's element of a list begins anew, and ends.
  void begin(const std::vector<std::string>& steps);
  void end(const std::vector<std::string>& steps);
  /// Puts a value there, turned into the element's type: a Coding becomes a CodeableConcept or its
  /// code, a number a Quantity with the item's unit, a day an instant's day, text a reference.
  /// units  of the item; may be empty
  /// errors  invalid_input: it cannot become that type, or another value stands there
  Result<void> put(const std::vector<std::string>& steps, const boost::json::value& value,
                   const std::vector<boost::json::value>& units);
  boost::json::object take() { return std::move(body_); }

 private:
  std::string type_;
  boost::json::object body_;
  std::vector<std::string> begun_;  ///< elements of lists whose next value opens a new one
};

}  // namespace hb::forms
