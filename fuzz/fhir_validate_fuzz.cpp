// Validation with all rules and the project's profiles: any JSON gives faults that name rule, path
// and expectation, and at most as many as asked for.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fhir/check_validator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto book = hb::fhir::Rulebook::load(HB_SOURCE_DIR "/scenes/core/profiles");
  if (!book) std::abort();
  static hb::fhir::Validator validator(*book, {.max_faults = 3});
  static hb::fhir::Parser parser;
  const hb::fhir::PaddedText text(std::string_view(reinterpret_cast<const char*>(data), size));
  const auto resource = parser.parse(text.view());
  if (!resource) return 0;
  const auto& faults = validator.validate(*resource);
  if (faults.size() > 2 * 3) std::abort();
  for (const auto& fault : faults)
    if (fault.rule.empty() || fault.path.empty() || fault.expected.empty()) std::abort();
  return 0;
}
