#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/check.hpp"
#include "fhir/check_rules.hpp"
#include "fhir/definitions.hpp"

namespace hb::fhir {

/// Takes faults at the place where a walk stands.
class Reporter {
 public:
  /// `last` is added to the path; empty = the place itself.
  virtual void report(Level level, std::string_view rule, std::string_view last,
                      std::string expected, std::string_view found) = 0;

 protected:
  ~Reporter() = default;
};

/// What a walk over a resource asks beyond its structure: invariants, required value sets, targets
/// of references, markup of narratives. One per thread.
class DeepCheck {
 public:
  DeepCheck(const Invariants& invariants, const Levels& levels);

  Level structure_level(std::string_view rule) const;

  /// A resource begins: the outermost, or one inside. returns  what leave() wants back
  Value enter(Json resource, TypeId type);
  void leave(const Value& around);

  /// An object has been walked; `present` has a bit for each slot that is there.
  void object(TypeId type, Json value, std::uint64_t present, Reporter& reporter);
  /// A value of an element, after its own form was found good.
  void primitive(const ElementRow& row, Primitive primitive, Json value, Reporter& reporter);
  void complex(const ElementRow& row, Json value, simdjson::dom::object object, Reporter& reporter);

  /// Invariants whose evaluation failed so far, with the engine's message.
  const std::map<std::string, std::string>& failures() const { return failures_; }

 private:
  void apply(const Invariants::Use& use, TypeId type, Json value, std::uint64_t present,
             Reporter& reporter);
  bool evaluate(const Invariants::Rule& rule, TypeId type, Json value);
  void code(const ElementRow& row, std::string_view code, Reporter& reporter);
  void coded(const ElementRow& row, simdjson::dom::object object, Reporter& reporter);
  void reference(const ElementRow& row, simdjson::dom::object object, Reporter& reporter);
  std::string_view contained_type(std::string_view id) const;
  void contained(Json resource, Reporter& reporter);

  const Invariants& invariants_;
  const Levels& levels_;
  Level binding_level_;
  Level reference_level_;
  Level narrative_level_;
  Level empty_level_;
  Level contained_level_;
  TypeId coding_type_;
  TypeId element_type_;
  TypeId domain_resource_type_;
  Evaluation evaluation_;
  Value resource_{false};  ///< where the walk is: %resource
  Value root_{false};      ///< the outermost: %rootResource
  std::size_t depth_ = 0;
  bool resource_is_set_ = false;  ///< in evaluation_
  bool root_is_set_ = false;
  std::map<std::string, std::string> failures_;
};

/// The walk of check() with `deep`; nullptr: structure only.
void check_deep(const Resource& resource, const CheckOptions& options, DeepCheck* deep,
                std::vector<Fault>& faults);

}  // namespace hb::fhir
