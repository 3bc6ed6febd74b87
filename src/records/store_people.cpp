#include "records/reach.hpp"
#include "records/shown.hpp"
#include "records/store_state.hpp"

/// Store's looks at single people.
namespace hb::records {

namespace {

/// The row of somebody within reach, as the rules show it.
Result<Resident> reached_resident(const Engine& engine, const Principal& principal,
                                  const Reach& reach, ResidentId id, const Refusal& refuse) {
  const std::string name = "resident " + std::to_string(id);
  if (reach.refused) return refuse(name);
  Result<std::optional<Resident>> found = find_resident(engine, id);
  if (!found) return unexpected(found.error());
  // Its rows may still be made anew by our own jobs.
  const bool gone = *found && (*found)->is_gone() && !Policy::is_own_job(principal);
  if (!*found || gone) return refuse(name);
  std::optional<Resident> shown = seen(engine, principal, reach.sight, std::move(**found));
  if (!shown) return refuse(name);
  return std::move(*shown);
}

/// The version that a resident's row was made from; nothing: the rules show none of it.
Result<std::optional<StoredVersion>> patient_of(const Engine& engine, const Principal& principal,
                                                const Reach& reach, const Resident& resident) {
  if (resident.provisional || resident.seq == 0) return std::nullopt;
  Result<std::optional<RawVersion>> raw = find_version(engine, resident.seq);
  if (!raw) return unexpected(raw.error());
  if (!*raw || (*raw)->version.deleted) return std::nullopt;
  Result<StoredVersion> version = unpacked(engine, std::move(**raw));
  if (!version) return unexpected(version.error());
  return seen(engine, principal, reach.sight, reach.rules, std::move(*version));
}

}  // namespace

Result<Resident> Store::resident(const Principal& principal, ResidentId id) const {
  const Engine& engine = *state_->engine;
  const Refusal refuse = refusal_for(engine, principal);
  const Result<Reach> reach = reach_of(engine, principal, id);
  if (!reach) return unexpected(reach.error());
  Result<Resident> shown = reached_resident(engine, principal, *reach, id, refuse);
  if (shown) note(engine, principal, "read", "resident " + std::to_string(id));
  return shown;
}

Result<Store::Person> Store::person(const Principal& principal, ResidentId id) const {
  const Engine& engine = *state_->engine;
  const Refusal refuse = refusal_for(engine, principal);
  const Result<Reach> reach = reach_of(engine, principal, id);
  if (!reach) return unexpected(reach.error());
  Result<Resident> shown = reached_resident(engine, principal, *reach, id, refuse);
  if (!shown) return unexpected(shown.error());
  auto patient = patient_of(engine, principal, *reach, *shown);
  if (!patient) return unexpected(patient.error());
  if (*patient)
    note_read(engine, principal, **patient);
  else
    note(engine, principal, "read", "resident " + std::to_string(id));
  return Person{std::move(*shown), std::move(*patient)};
}

}  // namespace hb::records
