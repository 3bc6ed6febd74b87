#include "fhir/definitions.hpp"

#include <bit>
#include <cstring>
#include <iterator>
#include <vector>

namespace hb::fhir::definitions {
namespace {

#include "fhir_definitions.inc"
#include "fhir_rules.inc"

constexpr std::size_t all_types = std::size(type_rows);

constexpr struct {
  std::string_view name;
  Primitive primitive;
} primitive_names[] = {
    {"boolean", Primitive::boolean},
    {"integer", Primitive::integer},
    {"unsignedInt", Primitive::unsigned_int},
    {"positiveInt", Primitive::positive_int},
    {"decimal", Primitive::decimal},
    {"string", Primitive::string},
    {"markdown", Primitive::markdown},
    {"code", Primitive::code},
    {"id", Primitive::id},
    {"uri", Primitive::uri},
    {"url", Primitive::uri},
    {"canonical", Primitive::uri},
    {"oid", Primitive::oid},
    {"uuid", Primitive::uuid},
    {"base64Binary", Primitive::base64},
    {"date", Primitive::date},
    {"dateTime", Primitive::date_time},
    {"instant", Primitive::instant},
    {"time", Primitive::time},
    {"xhtml", Primitive::xhtml},
};

/// Mixes length, first and last eight bytes: keys of one type rarely share all three.
std::uint32_t hash(std::string_view key) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  const std::size_t n = key.size();
  if (n >= 8) {
    std::memcpy(&head, key.data(), 8);
    std::memcpy(&tail, key.data() + n - 8, 8);
  } else if (n >= 4) {
    std::memcpy(&head, key.data(), 4);
    std::memcpy(&tail, key.data() + n - 4, 4);
  } else {
    for (const char c : key) head = head << 8 | static_cast<unsigned char>(c);
  }
  const std::uint64_t mixed =
      (head * 0x9E3779B97F4A7C15ull) ^ (tail * 0xC2B2AE3D27D4EB4Full) ^ (n * 0x165667B19E3779F9ull);
  return static_cast<std::uint32_t>((mixed * 0x9FB21C651E98DF25ull) >> 32);
}

/// Open-addressing tables of the keys of each type, made once at first use.
class Index {
 public:
  Index() : tables_(all_types), required_(all_types), primitives_(all_types, Primitive::none) {
    for (std::size_t t = 0; t < all_types; ++t) add_type(t);
    names_mask_ = static_cast<std::uint32_t>(std::bit_ceil(all_types * 4) - 1);
    names_.assign(names_mask_ + 1, no_type);
    for (std::size_t t = 0; t < all_types; ++t) {
      std::uint32_t at = hash(type_rows[t].name) & names_mask_;
      while (names_[at] != no_type) at = (at + 1) & names_mask_;
      names_[at] = static_cast<TypeId>(t);
    }
  }

  TypeId type(std::string_view name) const {
    for (std::uint32_t at = hash(name) & names_mask_; names_[at] != no_type;
         at = (at + 1) & names_mask_)
      if (type_rows[names_[at]].name == name) return names_[at];
    return no_type;
  }

  const ElementRow* element(TypeId id, std::string_view key) const {
    const Table& table = tables_[static_cast<std::size_t>(id)];
    if (table.mask == 0) return nullptr;
    for (std::uint32_t at = hash(key) & table.mask;; at = (at + 1) & table.mask) {
      const std::uint16_t slot = slots_[table.first + at];
      if (slot == empty) return nullptr;
      if (element_rows[slot].key == key) return &element_rows[slot];
    }
  }

  std::uint64_t required(TypeId id) const { return required_[static_cast<std::size_t>(id)]; }
  Primitive primitive(TypeId id) const { return primitives_[static_cast<std::size_t>(id)]; }

 private:
  static constexpr std::uint16_t empty = 0xFFFF;
  struct Table {
    std::uint32_t first = 0;
    std::uint32_t mask = 0;  ///< 0 = no elements
  };

  void add_type(std::size_t t) {
    const TypeRow& row = type_rows[t];
    for (const auto& [name, primitive] : primitive_names)
      if (row.kind == TypeKind::primitive && name == row.name) primitives_[t] = primitive;
    if (row.element_count == 0) return;
    const auto size = static_cast<std::uint32_t>(std::bit_ceil(row.element_count * 3u));
    tables_[t] = {static_cast<std::uint32_t>(slots_.size()), size - 1};
    slots_.resize(slots_.size() + size, empty);
    for (std::uint16_t e = row.first_element; e < row.first_element + row.element_count; ++e) {
      if (element_rows[e].min > 0) required_[t] |= std::uint64_t{1} << element_rows[e].slot;
      std::uint32_t at = hash(element_rows[e].key) & tables_[t].mask;
      while (slots_[tables_[t].first + at] != empty) at = (at + 1) & tables_[t].mask;
      slots_[tables_[t].first + at] = e;
    }
  }

  std::vector<Table> tables_;
  std::vector<std::uint16_t> slots_;
  std::vector<std::uint64_t> required_;
  std::vector<Primitive> primitives_;
  std::vector<TypeId> names_;
  std::uint32_t names_mask_ = 0;
};

const Index& tables() {
  static const Index made;
  return made;
}

}  // namespace

TypeId find_type(std::string_view name) { return tables().type(name); }
const TypeRow& type(TypeId id) { return type_rows[id]; }
std::span<const ElementRow> elements(TypeId id) {
  return {element_rows + type_rows[id].first_element, type_rows[id].element_count};
}
const ElementRow* find_element(TypeId id, std::string_view key) {
  return tables().element(id, key);
}
Primitive primitive(TypeId id) { return tables().primitive(id); }
std::uint64_t required_slots(TypeId id) { return tables().required(id); }

bool is_a(TypeId id, TypeId ancestor) {
  for (; id != no_type; id = type_rows[id].base)
    if (id == ancestor) return true;
  return false;
}

std::size_t type_count() { return all_types; }
std::size_t index_of(const ElementRow& row) {
  return static_cast<std::size_t>(&row - element_rows);
}
std::size_t element_count() { return std::size(element_rows); }

std::span<const TypeId> targets(const ElementRow& row) {
  const TargetSet& set = target_sets[row.targets];
  return {set.types, set.count};
}

std::span<const InvariantRow> invariants() { return invariant_rows; }
std::span<const UnlistedBinding> unlisted_bindings() { return unlisted_rows; }

}  // namespace hb::fhir::definitions
