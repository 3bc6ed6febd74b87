#include "fhir/check_validator.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace hb::fhir {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(ErrorCode::not_found, "cannot be read", file.string());
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace

Result<std::shared_ptr<const Rulebook>> Rulebook::load(const std::string& folder) {
  const fs::path file = fs::path(folder) / "levels.yaml";
  auto text = read_text(file);
  if (!text) return unexpected(text.error());
  auto levels = parse_levels(*text, "levels.yaml");
  if (!levels) return unexpected(levels.error());
  return std::make_shared<const Rulebook>(std::move(*levels));
}

const std::vector<Fault>& Validator::validate(const Resource& resource) {
  faults_.clear();
  check_deep(resource, options_, &deep_, faults_);
  return faults_;
}

const Fault* gravest(const std::vector<Fault>& faults) {
  const Fault* found = nullptr;
  for (const Fault& fault : faults)
    if (fault.level > Level::warn && (found == nullptr || fault.level > found->level))
      found = &fault;
  return found;
}

}  // namespace hb::fhir
