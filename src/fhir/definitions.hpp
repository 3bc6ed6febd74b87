#pragma once
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

}  // namespace definitions
}  // namespace hb::fhir
