#include "core/principal_key.hpp"

namespace hb {
namespace {

constexpr char between = '\x1f';
constexpr char behind = '\x1e';

void add(std::string& key, const std::string& word) { key.append(word) += between; }
void add(std::string& key, std::int64_t number) { key.append(std::to_string(number)) += between; }

template <class List>
void add_all(std::string& key, const List& list) {
  for (const auto& one : list) add(key, one);
  key += behind;
}

}  // namespace

std::string principal_key(const Principal& principal) {
  std::string key(principal.unrestricted ? "+" : "-");
  add_all(key, principal.roles);
  add_all(key, principal.areas);
  add_all(key, principal.organizations);
  add_all(key, principal.practitioners);
  add_all(key, principal.own);
  add_all(key, principal.granted);
  add(key, principal.purpose);
  add(key, principal.approval);
  return key;
}

}  // namespace hb
