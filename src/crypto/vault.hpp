#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "crypto/keyring.hpp"

namespace hb::crypto {

/// Which bodies of a store are sealed. Problem data is sealed in both.
enum class Scope : std::uint8_t {
  persons,  ///< Patient, RelatedPerson, Person, Practitioner
  all,      ///< every resource: a sender may write a name into any of them
};

/// "persons", "all"
std::string_view scope_name(Scope scope);
/// errors  invalid_input: no such scope
Result<Scope> scope_of(std::string_view name);

/// True for the resource types that are about persons by name.
bool is_person_type(std::string_view resource_type);

/// The one place through which sealed bytes of a store pass. The first byte names the way they were
/// sealed: 0 is the identity, of a store without keys; the others are Suites. May be called from
/// many threads; use() while others seal: they go on with the ring they have.
class Vault {
 public:
  /// From now on this ring seals; it opens what it and the identity sealed.
  void use(Keyring ring, Scope scope);
  bool has_keys() const { return ring() != nullptr; }
  /// null: no keys
  std::shared_ptr<const Keyring> ring() const { return ring_.load(); }
  Scope scope() const { return scope_; }

  /// Do bodies of this type pass seal()?
  bool seals(std::string_view resource_type) const {
    return (scope_ == Scope::all && has_keys()) || is_person_type(resource_type);
  }
  /// context  what it is, to be said again by open(): a sealed value cannot be moved elsewhere
  std::string seal(std::string_view plain, std::string_view context) const;
  /// errors  invalid_input: empty, damaged, of an unknown key or way; forbidden: sealed, and the
  ///         store was opened without its key
  Result<std::string> open(std::string_view sealed, std::string_view context) const;
  /// True when seal() would now use another key, or any at all.
  bool is_outdated(std::string_view sealed) const;

 private:
  std::atomic<std::shared_ptr<const Keyring>> ring_;
  std::atomic<Scope> scope_{Scope::persons};
};

}  // namespace hb::crypto
