// FHIRPath: the first line is an expression, the rest a resource (or a patient of our own).
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fhir/fhirpath.hpp"

namespace {

constexpr std::string_view patient =
    R"({"resourceType":"Patient","id":"p","active":true,"birthDate":"1970-06",
  "name":[{"use":"official","family":"张","given":["伟","明"]}],"multipleBirthInteger":2,
  "extension":[{"url":"u","valueQuantity":{"value":1.50,"code":"kg"}}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const auto expression = hb::fhir::Expression::parse(text.substr(0, line));
  if (!expression) {
    if (expression.error().message.empty() || expression.error().where.empty()) std::abort();
    return 0;
  }
  static hb::fhir::Parser parser;
  const hb::fhir::PaddedText json(line == std::string_view::npos ? patient : text.substr(line + 1));
  const auto resource = parser.parse(json.view());
  if (!resource) return 0;
  const auto checked = expression->check(hb::fhir::definitions::find_type(resource->type));
  if (!checked && (checked.error().message.empty() || checked.error().where.empty())) std::abort();
  hb::fhir::Evaluation evaluation({.steps = 20'000});
  evaluation.set_now({1'700'000'000'000'000});
  evaluation.reset(*resource);
  const auto items = evaluation.evaluate(*expression, hb::fhir::Evaluation::root(*resource));
  if (!items) {
    if (items.error().message.empty()) std::abort();
    return 0;
  }
  std::size_t bytes = 0;
  for (const auto& item : *items) bytes += evaluation.json(item).size() + hb::fhir::type_name(item).size();
  return bytes == static_cast<std::size_t>(-1) ? 1 : 0;
}
