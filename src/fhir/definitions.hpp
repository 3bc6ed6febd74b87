#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hb::fhir {

enum class TypeKind : std::uint8_t { primitive, complex, backbone, resource };

/// How the JSON of a primitive type is checked; `none` for types that are objects.
enum class Primitive : std::uint8_t {
  none,
  boolean,
  integer,
  unsigned_int,
  positive_int,
  decimal,
  string,
  markdown,
  code,
  id,
  uri,
  oid,
  uuid,
  base64,
  date,
  date_time,
  instant,
  time,
  xhtml,
};

using TypeId = std::int16_t;  ///< index of a type; no_type = unknown
constexpr TypeId no_type = -1;

struct TypeRow {
  std::string_view name;  ///< "Patient", "Patient.contact", "HumanName", "date"
  TypeKind kind;
  bool is_abstract;
  TypeId base;
  std::uint16_t first_element;
  std::uint16_t element_count;
};

/// One JSON key of a type. A choice element has one row per type, all with one stem and one slot.
struct ElementRow {
  std::string_view key;   ///< "valueQuantity"
  std::string_view stem;  ///< "value"
  TypeId type;
  std::uint8_t slot;  ///< number of the element within its type, below 64
  std::uint8_t min;
  bool list;
  bool choice;
  std::uint16_t binding = 0;  ///< required value set, counted from 1; 0 = none, or not enumerable
  std::uint16_t targets = 0;  ///< of a Reference: number of the target set; 0 = any
};

/// Resource types that a Reference may point to.
struct TargetSet {
  std::uint8_t count;
  TypeId types[32];
};

/// An invariant of R4: an expression that must hold for each value of a type or of an element.
struct InvariantRow {
  TypeId type;           ///< no_type: of an element
  std::int16_t element;  ///< index into all elements; -1: of a type
  std::string_view key;  ///< "obs-6"
  bool is_error;         ///< else a warning
  std::string_view human;
  std::string_view expression;
};

/// A required binding whose value set the definitions do not list code by code.
struct UnlistedBinding {
  std::string_view element;
  std::string_view value_set;
};

/// FHIR R4 (4.0.1) base definitions, compiled at build time from the published
/// StructureDefinitions.
namespace definitions {

TypeId find_type(std::string_view name);
const TypeRow& type(TypeId id);
std::span<const ElementRow> elements(TypeId id);
/// nullptr when the type has no such JSON key
const ElementRow* find_element(TypeId id, std::string_view key);
Primitive primitive(TypeId id);
/// Bit per slot whose element must be there.
std::uint64_t required_slots(TypeId id);
/// True when id is ancestor or descends from it (code is a string, Patient is a Resource).
bool is_a(TypeId id, TypeId ancestor);
std::size_t type_count();
/// Position of an element among all elements of all types.
std::size_t index_of(const ElementRow& row);
std::size_t element_count();
/// The types a reference may point to; empty = any.
std::span<const TypeId> targets(const ElementRow& row);
std::span<const InvariantRow> invariants();
std::span<const UnlistedBinding> unlisted_bindings();

}  // namespace definitions
}  // namespace hb::fhir
