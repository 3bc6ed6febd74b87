#include "records/reach.hpp"

#include "records/store_state.hpp"

namespace hb::records {

Refusal refusal_for(const Engine& engine, const Principal& principal, std::string_view type) {
  const Policy* policy = engine.options.policy.get();
  return Refusal(policy == nullptr || Policy::is_own_job(principal) ||
                 (!type.empty() && policy->is_open(policy->kind_of_type(type))));
}

Result<Reach> reach_of(const Engine& engine, const Principal& principal, ResidentId resident) {
  Result<Sight> sight = Sight::of(engine, principal);
  if (!sight) return unexpected(sight.error());
  Reach reach{std::move(*sight), {}};
  if (reach.sight.is_free()) {
    const Result<void> allowed = may_read(engine, principal, resident);
    if (!allowed) return unexpected(allowed.error());
    return reach;
  }
  reach.rules = reach.sight.rules();
  if (resident == 0) return reach;
  if (engine.options.read_only)
    return fail(ErrorCode::forbidden,
                "the store is open for reading only: reads of a person could not be audited");
  const Result<std::string> area = area_of(engine, resident);
  if (!area) return unexpected(area.error());
  reach.rules = reach.sight.reaching(resident, *area);
  reach.refused = reach.rules.empty();
  return reach;
}

}  // namespace hb::records
