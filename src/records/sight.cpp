#include "records/sight.hpp"

#include <algorithm>
#include <iterator>

#include "records/reads.hpp"

namespace hb::records {

Result<Sight> Sight::of(const Engine& engine, const Principal& principal) {
  Sight sight(engine, principal);
  const Policy* policy = engine.options.policy.get();
  sight.free_ = policy == nullptr || Policy::is_own_job(principal);
  if (sight.free_) return sight;
  sight.rules_ = policy->rules_of(principal);
  const bool related = std::ranges::any_of(
      sight.rules_, [](const Policy::Rule* rule) { return rule->relations != 0; });
  if (!related || !engine.related) return sight;
  Result<std::shared_ptr<const Related>> found = engine.related(principal);
  if (!found) return unexpected(found.error());
  sight.related_ = std::move(*found);
  return sight;
}

Policy::Set Sight::relations_to(ResidentId id) const {
  if (!related_) return 0;
  const auto found =
      std::lower_bound(related_->begin(), related_->end(), id,
                       [](const auto& one, ResidentId wanted) { return one.first < wanted; });
  return found != related_->end() && found->first == id ? found->second : 0;
}

bool Sight::may_see_area(std::string_view area) const {
  return records::may_see_area(*principal_, area);
}

bool Sight::reaches(const Policy::Rule& rule, ResidentId id, std::string_view area) const {
  if (rule.all_rows) return true;
  if (rule.area && may_see_area(area)) return true;
  if (rule.own && std::ranges::find(principal_->own, id) != principal_->own.end()) return true;
  if (rule.relations != 0 && (relations_to(id) & rule.relations) != 0) return true;
  return rule.break_glass &&
         std::ranges::find(principal_->granted, id) != principal_->granted.end();
}

Sight::Rules Sight::reaching(ResidentId id, std::string_view area) const {
  Rules reached;
  for (const Policy::Rule* rule : rules_)
    if (reaches(*rule, id, area)) reached.push_back(rule);
  return reached;
}

void Sight::require_full(std::size_t group) {
  std::erase_if(rules_,
                [&](const Policy::Rule* rule) { return rule->fields[group] != Show::full; });
}

void Sight::require_kind(std::optional<std::size_t> kind) {
  std::erase_if(rules_, [&](const Policy::Rule* rule) { return !rule->sees_kind(kind); });
}

bool Sight::reaches_areas() const {
  return std::ranges::any_of(rules_, [](const Policy::Rule* rule) { return rule->area; });
}

bool Sight::reaches_everybody() const {
  return free_ || std::ranges::any_of(rules_, &Policy::Rule::all_rows);
}

std::vector<ResidentId> Sight::known() const {
  std::vector<ResidentId> ids;
  Policy::Set relations = 0;
  bool own = false;
  bool granted = false;
  for (const Policy::Rule* rule : rules_) {
    relations |= rule->relations;
    own = own || rule->own;
    granted = granted || rule->break_glass;
  }
  if (related_)
    for (const auto& [id, set] : *related_)
      if ((set & relations) != 0) ids.push_back(id);
  if (own) ids.insert(ids.end(), principal_->own.begin(), principal_->own.end());
  if (granted) ids.insert(ids.end(), principal_->granted.begin(), principal_->granted.end());
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::optional<std::vector<Show>> shows_of(const Policy& policy, const Sight::Rules& rules,
                                          const Principal& principal,
                                          std::optional<std::size_t> kind, bool is_person,
                                          std::string_view json) {
  const auto names_own = [&] {
    return std::ranges::any_of(principal.organizations, [&](const std::string& id) {
      return json.find("\"Organization/" + id + "\"") != json.npos;
    });
  };
  std::optional<std::vector<Show>> shows;
  for (const Policy::Rule* rule : rules) {
    if (!rule->sees_kind(kind)) continue;
    if (rule->own_rows && !is_person && !names_own()) continue;
    if (!shows) shows.emplace(policy.groups().size(), Show::none);
    for (std::size_t group = 0; group < shows->size(); ++group)
      (*shows)[group] = std::max((*shows)[group], rule->fields[group]);
  }
  return shows;
}

/// Those of the rules that reach everybody.
Sight::Rules reaching_all(const Sight::Rules& rules) {
  Sight::Rules all;
  std::ranges::copy_if(rules, std::back_inserter(all), &Policy::Rule::all_rows);
  return all;
}

Result<std::optional<StoredVersion>> seen(const Engine& engine, const Principal& principal,
                                          const Sight& sight, const Sight::Rules& rules,
                                          StoredVersion version) {
  if (sight.is_free()) return version;
  const Policy& policy = *engine.options.policy;
  const auto kind = policy.kind_of_type(version.type);
  if (version.resident == 0 && policy.is_open(kind)) return version;
  // Whose area or care it lies in is not known of what belongs to no person.
  const bool of_nobody = version.resident == 0;
  const Sight::Rules all = of_nobody ? reaching_all(rules) : Sight::Rules();
  const Sight::Rules& reaching = of_nobody ? all : rules;
  const auto shows =
      shows_of(policy, reaching, principal, kind, version.type == "Patient", version.json);
  if (!shows) return std::optional<StoredVersion>();
  Result<std::string> json = engine.fields->shown(version.type, version.json, *shows);
  if (!json) {
    json.error().where = "version " + std::to_string(version.seq);
    return unexpected(json.error());
  }
  version.json = std::move(*json);
  return version;
}

std::optional<Resident> seen(const Engine& engine, const Principal& principal, const Sight& sight,
                             Resident resident) {
  if (sight.is_free()) return resident;
  const Policy& policy = *engine.options.policy;
  const auto shows = shows_of(policy, sight.reaching(resident.id, resident.area), principal,
                              policy.kind_of_type("Patient"), true, {});
  if (!shows) return std::nullopt;
  return engine.fields->shown(std::move(resident), *shows);
}

Result<std::string> area_of(const Engine& engine, ResidentId id) {
  if (const Result<void> loaded = load_people(engine); !loaded) return unexpected(loaded.error());
  const std::shared_lock lock(engine.traits_mutex);
  const auto position = static_cast<std::size_t>(id);
  if (position >= engine.people.traits.size()) return std::string();
  const Traits& traits = engine.people.traits[position];
  return traits.exists || traits.gone ? engine.texts.text(traits.area) : std::string();
}

}  // namespace hb::records
