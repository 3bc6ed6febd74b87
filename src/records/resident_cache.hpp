#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "records/key_table.hpp"
#include "records/types.hpp"

namespace hb::records {

/// Short texts that repeat (area codes, sexes) as small numbers. Thread safe.
class Interner {
 public:
  std::uint32_t number(std::string_view text);
  std::string text(std::uint32_t number) const;
  std::size_t size() const;

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> texts_;
};

/// Patient id → resident, in 64 shards so that loading threads do not wait for each other. Holds
/// what was read or handed out; about 100 bytes a person.
class ResidentCache {
 public:
  using ReadStored = std::function<Result<std::optional<Resident>>()>;

  explicit ResidentCache(Interner& texts) : texts_(texts) {}

  /// The person behind the id: from the cache, else what read_stored finds, else a new number.
  /// second = true when new.
  Result<std::pair<Resident, bool>> resolve(std::int64_t key, std::string_view patient_id,
                                            const ReadStored& read_stored);
  /// The commit that should have written this new resident failed: the next to ask is told that it
  /// is new.
  void unclaim(std::int64_t key, std::string_view patient_id);
  /// What a commit wrote or a preload read.
  void put(std::int64_t key, const Resident& resident);
  /// All residents of the store are in the cache: an unknown id is new without asking the store.
  void set_complete(bool complete) { complete_ = complete; }

  /// The number that the next new resident will get.
  ResidentId next() const { return next_; }
  void set_next(ResidentId next) { next_ = next; }

 private:
  struct Entry {
    ResidentId id;
    Seq seq;
    std::uint32_t id_offset;  // into Shard::ids, packed
    std::uint32_t area;
    std::int32_t birth_day;
    std::int32_t death_day;
    std::uint16_t sex;
    std::uint8_t id_length;
    bool provisional;
    bool written;  // false: handed out, in no commit yet
    bool claimed;  // somebody was told that it is new and will write it
  };
  struct Shard {
    std::mutex mutex;
    KeyTable by_key;  // → position in entries
    std::vector<Entry> entries;
    std::string ids;
  };
  static constexpr std::size_t shard_count = 64;
  static constexpr std::size_t entries_per_shard = 65'536;  // beyond: the written ones are dropped

  Shard& shard(std::int64_t key) { return shards_[static_cast<std::size_t>(key) % shard_count]; }
  static std::optional<std::size_t> find(const Shard& shard, std::int64_t key,
                                         std::string_view packed_id);
  Resident resident(const Shard& shard, const Entry& entry) const;
  void store(Shard& shard, std::int64_t key, std::string_view packed_id, const Resident& resident,
             bool written);
  static void drop_written(Shard& shard);

  Interner& texts_;
  std::array<Shard, shard_count> shards_;
  std::atomic<ResidentId> next_{1};
  std::atomic<bool> complete_{false};
};

/// What searches filter by, for every resident, indexed by id: 16 bytes a person, filled at the
/// first search. Not thread safe.
struct Traits {
  std::int32_t birth_day;  ///< unknown_day if unknown
  std::uint32_t area;
  std::uint16_t sex;
  bool exists;        ///< is listed
  bool gone = false;  ///< Resident::is_gone(): the area is the last that was known
};
constexpr std::int32_t unknown_day = INT32_MIN;

/// The same of everybody, and who lives where. Not thread safe.
struct People {
  std::vector<Traits> traits;  ///< [resident id]
  /// [number of the area in the Interner] → ids of those who live there, in rising order
  std::vector<std::vector<std::uint32_t>> by_area;
};

}  // namespace hb::records
