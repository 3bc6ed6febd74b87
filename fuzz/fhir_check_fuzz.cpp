// Reading and checking a resource: any bytes give a resource or a fault that names its rule.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fhir/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hb::fhir::Parser parser;
  const hb::fhir::PaddedText text(std::string_view(reinterpret_cast<const char*>(data), size));
  const auto resource = parser.parse(text.view());
  if (!resource) {
    if (resource.error().rule.empty() || resource.error().expected.empty()) std::abort();
    return 0;
  }
  const auto faults = hb::fhir::check(*resource, {.max_faults = 3});
  if (faults.size() > 3) std::abort();
  for (const auto& fault : faults)
    if (fault.rule.empty() || fault.path.empty() || fault.expected.empty()) std::abort();
  return 0;
}
