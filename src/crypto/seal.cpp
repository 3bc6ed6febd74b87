#include "crypto/seal.hpp"

#include <algorithm>
#include <array>

namespace hb::crypto {
namespace {

constexpr char way_identity = 0;
constexpr std::array<std::string_view, 4> sealed_types = {"Patient", "Person", "Practitioner",
                                                          "RelatedPerson"};

}  // namespace

std::string seal(std::string_view plain) {
  std::string sealed;
  sealed.reserve(plain.size() + 1);
  sealed += way_identity;
  sealed += plain;
  return sealed;
}

Result<std::string> open(std::string_view sealed) {
  if (sealed.empty()) return fail(ErrorCode::invalid_input, "a sealed body is empty");
  if (sealed.front() != way_identity) {
    return fail(ErrorCode::invalid_input, "a body is sealed in a way this program does not know: " +
                                              std::to_string(static_cast<int>(sealed.front())));
  }
  return std::string(sealed.substr(1));
}

bool is_sealed_type(std::string_view resource_type) {
  return std::find(sealed_types.begin(), sealed_types.end(), resource_type) != sealed_types.end();
}

}  // namespace hb::crypto
