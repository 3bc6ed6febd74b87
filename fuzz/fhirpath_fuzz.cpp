// FHIRPath: the first line is an expression, the rest a resource (or a patient of our own). Bound
// to the type beforehand it gives the same as unbound.
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

/// JSON and types of the items; "!message" when it fails, which may depend on the way taken.
std::string outcome(const hb::fhir::Expression& expression, const hb::fhir::Resource& resource) {
  hb::fhir::Evaluation evaluation({.steps = 20'000});
  evaluation.set_now({1'700'000'000'000'000});
  evaluation.reset(resource);
  const auto items = evaluation.evaluate(expression, hb::fhir::Evaluation::root(resource));
  if (!items) {
    if (items.error().message.empty()) std::abort();
    return "!" + items.error().message;
  }
  std::string text;
  for (const auto& item : *items)
    text += evaluation.json(item) + " " + hb::fhir::type_name(item) + "\n";
  return text;
}

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
  auto bound = hb::fhir::Expression::parse(text.substr(0, line));
  bound->bind(hb::fhir::definitions::find_type(resource->type));
  const std::string plain = outcome(*expression, *resource);
  const std::string fast = outcome(*bound, *resource);
  const bool both_fail = plain.starts_with('!') && fast.starts_with('!');
  const bool steps = (plain + fast).find("too many steps") != std::string::npos;
  if (plain != fast && !both_fail && !steps) std::abort();
  return 0;
}
