#include "crypto/vault.hpp"

#include <algorithm>
#include <array>

namespace hb::crypto {
namespace {

constexpr char way_identity = 0;
constexpr std::array<std::string_view, 4> person_types = {"Patient", "Person", "Practitioner",
                                                          "RelatedPerson"};

}  // namespace

std::string_view scope_name(Scope scope) { return scope == Scope::all ? "all" : "persons"; }

Result<Scope> scope_of(std::string_view name) {
  for (const Scope scope : {Scope::persons, Scope::all})
    if (name == scope_name(scope)) return scope;
  return fail(ErrorCode::invalid_input,
              "what is sealed is persons or all, not " + std::string(name));
}

bool is_person_type(std::string_view resource_type) {
  return std::find(person_types.begin(), person_types.end(), resource_type) != person_types.end();
}

void Vault::use(Keyring ring, Scope scope) {
  scope_ = scope;
  ring_ = std::make_shared<const Keyring>(std::move(ring));
}

std::string Vault::seal(std::string_view plain, std::string_view context) const {
  if (const auto keys = ring()) return keys->seal(plain, context);
  std::string sealed;
  sealed.reserve(plain.size() + 1);
  sealed += way_identity;
  return sealed += plain;
}

Result<std::string> Vault::open(std::string_view sealed, std::string_view context) const {
  if (sealed.empty()) return fail(ErrorCode::invalid_input, "a sealed body is empty");
  if (sealed.front() == way_identity) return std::string(sealed.substr(1));
  if (const auto keys = ring()) return keys->open(sealed, context);
  if (sealed.front() == static_cast<char>(Suite::aes_256_gcm) ||
      sealed.front() == static_cast<char>(Suite::sm4_ctr_hmac_sm3))
    return fail(ErrorCode::forbidden, "the store is sealed and was opened without its key");
  return fail(ErrorCode::invalid_input, "a body is sealed in a way this program does not know: " +
                                            std::to_string(static_cast<int>(sealed.front())));
}

bool Vault::is_outdated(std::string_view sealed) const {
  const auto keys = ring();
  return keys != nullptr && keys->is_outdated(sealed);
}

}  // namespace hb::crypto
