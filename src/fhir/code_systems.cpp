#include "fhir/code_systems.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace hb::fhir {
namespace {

struct ParentRow {
  std::string_view code;
  std::string_view above;  ///< a code directly above it; there may be several
};
/// Rows first … first + count of parent_rows, ordered by code.
struct SystemRow {
  std::string_view url;
  std::uint32_t first;
  std::uint32_t count;
};

#include "fhir_code_systems.inc"

}  // namespace

Membership subsumes(std::string_view system, std::string_view code, std::string_view below) {
  if (code == below) return Membership::yes;
  const std::string_view url = system.substr(0, system.find('|'));
  const auto found =
      std::lower_bound(std::begin(system_rows), std::end(system_rows), url,
                       [](const SystemRow& row, std::string_view key) { return row.url < key; });
  if (found == std::end(system_rows) || found->url != url) return Membership::unknown;
  const ParentRow* begin = parent_rows + found->first;
  std::vector<std::string_view> met{below};  // and what stands above it
  for (std::size_t at = 0; at < met.size(); ++at) {
    const auto [first, last] =
        std::equal_range(begin, begin + found->count, ParentRow{met[at], {}},
                         [](const ParentRow& a, const ParentRow& b) { return a.code < b.code; });
    for (auto row = first; row != last; ++row) {
      if (row->above == code) return Membership::yes;
      if (std::find(met.begin(), met.end(), row->above) == met.end()) met.push_back(row->above);
    }
  }
  return Membership::no;
}

}  // namespace hb::fhir
