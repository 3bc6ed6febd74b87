#include "records/resident_cache.hpp"

#include "records/packed_id.hpp"

namespace hb::records {
namespace {

std::int32_t day_or_unknown(const std::optional<Date>& date) {
  return date ? date->days : unknown_day;
}

std::optional<Date> date_or_none(std::int32_t day) {
  if (day == unknown_day) return std::nullopt;
  return Date{day};
}

}  // namespace

std::uint32_t Interner::number(std::string_view text) {
  const std::string copy(text);
  {
    const std::shared_lock lock(mutex_);
    const auto found = numbers_.find(copy);
    if (found != numbers_.end()) return found->second;
  }
  const std::unique_lock lock(mutex_);
  const auto [place, added] = numbers_.emplace(copy, static_cast<std::uint32_t>(texts_.size()));
  if (added) texts_.push_back(copy);
  return place->second;
}

std::string Interner::text(std::uint32_t number) const {
  const std::shared_lock lock(mutex_);
  return texts_.at(number);
}

std::size_t Interner::size() const {
  const std::shared_lock lock(mutex_);
  return texts_.size();
}

std::optional<std::size_t> ResidentCache::find(const Shard& shard, std::int64_t key,
                                               std::string_view packed_id) {
  std::optional<std::size_t> result;
  shard.by_key.find(key, [&](std::int64_t position) {
    const Entry& entry = shard.entries[static_cast<std::size_t>(position)];
    if (std::string_view(shard.ids).substr(entry.id_offset, entry.id_length) == packed_id) {
      result = static_cast<std::size_t>(position);
    }
  });
  return result;
}

Resident ResidentCache::resident(const Shard& shard, const Entry& entry) const {
  return {entry.id,
          unpack_id(std::string_view(shard.ids).substr(entry.id_offset, entry.id_length)),
          entry.provisional,
          texts_.text(entry.sex),
          date_or_none(entry.birth_day),
          texts_.text(entry.area),
          date_or_none(entry.death_day),
          entry.seq};
}

void ResidentCache::store(Shard& shard, std::int64_t key, std::string_view packed_id,
                          const Resident& resident, bool written) {
  Entry entry{resident.id,
              resident.seq,
              0,
              texts_.number(resident.area),
              day_or_unknown(resident.birth_date),
              day_or_unknown(resident.deceased),
              static_cast<std::uint16_t>(texts_.number(resident.sex)),
              static_cast<std::uint8_t>(packed_id.size()),
              resident.provisional,
              written,
              true};
  if (const std::optional<std::size_t> known = find(shard, key, packed_id)) {
    entry.id_offset = shard.entries[*known].id_offset;
    shard.entries[*known] = entry;
    return;
  }
  if (!complete_ && shard.entries.size() >= entries_per_shard) drop_written(shard);
  entry.id_offset = static_cast<std::uint32_t>(shard.ids.size());
  shard.ids += packed_id;
  shard.by_key.add(key, static_cast<std::int64_t>(shard.entries.size()));
  shard.entries.push_back(entry);
}

void ResidentCache::drop_written(Shard& shard) {
  KeyTable by_key;
  std::vector<Entry> entries;
  std::string ids;
  for (const Pair& pair : shard.by_key.pairs()) {
    Entry entry = shard.entries[static_cast<std::size_t>(pair.value)];
    if (entry.written) continue;
    const std::string_view id =
        std::string_view(shard.ids).substr(entry.id_offset, entry.id_length);
    entry.id_offset = static_cast<std::uint32_t>(ids.size());
    ids += id;
    by_key.add(pair.key, static_cast<std::int64_t>(entries.size()));
    entries.push_back(entry);
  }
  shard.by_key = std::move(by_key);
  shard.entries = std::move(entries);
  shard.ids = std::move(ids);
}

Result<std::pair<Resident, bool>> ResidentCache::resolve(std::int64_t key,
                                                         std::string_view patient_id,
                                                         const ReadStored& read_stored) {
  const std::string packed = pack_id(patient_id);
  Shard& place = shard(key);
  const std::lock_guard lock(place.mutex);
  if (const std::optional<std::size_t> known = find(place, key, packed)) {
    Entry& entry = place.entries[*known];
    const bool is_new = !entry.claimed;
    entry.claimed = true;
    return std::pair(resident(place, entry), is_new);
  }
  if (!complete_) {
    Result<std::optional<Resident>> stored = read_stored();
    if (!stored) return unexpected(stored.error());
    if (*stored) {
      store(place, key, packed, **stored, true);
      return std::pair(std::move(**stored), false);
    }
  }
  Resident made;
  made.id = next_.fetch_add(1);
  made.patient_id = patient_id;
  made.provisional = true;
  store(place, key, packed, made, false);
  return std::pair(std::move(made), true);
}

void ResidentCache::unclaim(std::int64_t key, std::string_view patient_id) {
  Shard& place = shard(key);
  const std::lock_guard lock(place.mutex);
  const std::optional<std::size_t> known = find(place, key, pack_id(patient_id));
  if (known && !place.entries[*known].written) place.entries[*known].claimed = false;
}

void ResidentCache::put(std::int64_t key, const Resident& resident) {
  Shard& place = shard(key);
  const std::lock_guard lock(place.mutex);
  store(place, key, pack_id(resident.patient_id), resident, true);
}

}  // namespace hb::records
