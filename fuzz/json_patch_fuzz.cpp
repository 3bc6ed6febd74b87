// JSON Patches: first line the resource, the rest the patch. Whatever is made is JSON that the
// same patcher reads again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/fhir/json_patch.hpp"
#include "server/fhir/linking.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hb::server;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto patched = fhir_api::json_patched(input.substr(0, line), input.substr(line + 1));
  if (patched && patched->starts_with('{') && !fhir_api::json_patched(*patched, "[]")) std::abort();
  fhir_api::Linker linker([](const std::string&, const std::string&) {
    return tl::expected<std::string, Response>("Patient/1");
  });
  linker.add("urn:uuid:1", "Patient/1");
  (void)linker.linked(input.substr(line + 1), input.substr(0, line));
  return 0;
}
