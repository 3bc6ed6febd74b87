#include "ingest/relation_cache.hpp"

#include <algorithm>

#include "core/principal_key.hpp"

namespace hb::ingest {

Result<std::shared_ptr<const Related>> RelationCache::of(const Policy& policy,
                                                         const Principal& principal,
                                                         const tables::Database& tables) {
  if (principal.practitioners.empty() && principal.organizations.empty())
    return std::make_shared<const Related>();
  const std::string key = principal_key(principal);
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && now - found->second.made < lasts) return found->second.related;
  }
  Policy::Set relations = 0;
  for (const Policy::Rule* rule : policy.rules_of(principal)) relations |= rule->relations;
  Result<Related> related = tables.related(principal, relations);
  if (!related) return unexpected(related.error());
  auto kept = std::make_shared<const Related>(std::move(*related));
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= most) {
    const auto oldest =
        std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.made; });
    entries_.erase(oldest);
  }
  entries_[key] = {kept, now};
  return kept;
}

}  // namespace hb::ingest
