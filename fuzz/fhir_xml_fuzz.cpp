// FHIR XML: any bytes give JSON or an error that names its cause; the JSON goes back to XML that is
// taken again. The same bytes are tried as JSON to be written as XML.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fhir/xml.hpp"

namespace {

void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = hb::fhir::xml_to_json(text);
  if (json) {
    const auto xml = hb::fhir::json_to_xml(*json);
    must(xml.has_value(), "JSON made from XML is refused");
    must(hb::fhir::xml_to_json(*xml).has_value(), "XML made from it is refused");
  } else {
    must(!json.error().message.empty(), "an error without message");
  }
  const auto xml = hb::fhir::json_to_xml(text);
  if (xml) must(hb::fhir::xml_to_json(*xml).has_value(), "XML made from JSON is refused");
  return 0;
}
