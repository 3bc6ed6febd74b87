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
  auto profiles = Profiles::load(folder);
  if (!profiles) return unexpected(profiles.error());
  auto book = std::make_shared<Rulebook>(std::move(*levels));
  book->profiles = std::move(*profiles);
  return std::shared_ptr<const Rulebook>(std::move(book));
}

const std::vector<Fault>& Validator::validate(const Resource& resource, const Profile* profile) {
  faults_.clear();
  check_deep(resource, options_, &deep_, faults_);
  if (gravest(faults_) != nullptr && gravest(faults_)->level == Level::reject) return faults_;
  for (const Profile& one : rulebook_->profiles.all)
    if (one.type == resource.type && (&one == profile || applies(one, resource)))
      hold_against(one, resource);
  if (profile != nullptr && profile->type != resource.type)
    faults_.push_back({"profile-type", std::string(resource.type), "a " + profile->type,
                       std::string(resource.type),
                       rulebook_->levels.level(RuleKind::profile, "profile-type")});
  return faults_;
}

bool Validator::applies(const Profile& profile, const Resource& resource) {
  simdjson::dom::array named;
  if (!resource.root["meta"]["profile"].get(named)) {
    for (const Json item : named) {
      std::string_view url;
      if (!item.get(url) && url.substr(0, url.find('|')) == profile.url) return true;
    }
  }
  if (!profile.applies) return false;
  const Value focus = Evaluation::root(resource);
  evaluation_.reset(focus);
  return evaluate_condition(evaluation_, *profile.applies, focus).value_or(false);
}

void Validator::hold_against(const Profile& profile, const Resource& resource) {
  check_profile(profile, rulebook_->profiles.code_lists, resource.root, options_, evaluation_,
                [this](std::string_view rule, const std::string& path, std::string expected,
                       std::string_view found) {
                  const Level level = rulebook_->levels.level(RuleKind::profile, rule);
                  if (level == Level::off || faults_.size() >= 2 * options_.max_faults) return;
                  faults_.push_back(
                      {std::string(rule), path, std::move(expected), std::string(found), level});
                });
}

const Fault* gravest(const std::vector<Fault>& faults) {
  const Fault* found = nullptr;
  for (const Fault& fault : faults)
    if (fault.level > Level::warn && (found == nullptr || fault.level > found->level))
      found = &fault;
  return found;
}

}  // namespace hb::fhir
