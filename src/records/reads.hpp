#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/engine.hpp"

/// Reads that the members of Store are made of. Each borrows a connection for itself.
namespace hb::records {

/// Columns of a resident, in the order that resident_of() expects; the first is its patient key.
inline constexpr const char* select_resident =
    "SELECT patient_key, id, patient_id, provisional, sex, birth_day, area, death_day, seq "
    "FROM resident";
inline constexpr int resident_key_column = 0;
Resident resident_of(const sqlite::Query& row);

/// Versions that may have this key, newest first: from the table and from what a bulk load owes.
Result<std::vector<Seq>> candidates(const Engine& engine, std::int64_t key);
Result<std::vector<Seq>> seqs_of_resident(const Engine& engine, ResidentId resident);

/// nullopt when there is none.
Result<std::optional<Resident>> find_resident(const Engine& engine, ResidentId id);
Result<std::optional<Resident>> find_resident_by_patient(const Engine& engine,
                                                         std::string_view patient_id);

/// What a reader needs to know of a version besides its row: which commit wrote it.
struct BatchRange {
  BatchId batch = 0;
  Instant committed;
  Seq first_seq = 1;
  Seq last_seq = 0;
  DeliveryId delivery = 0;
};
Result<BatchRange> batch_of(sqlite::Connection& connection, Seq seq);

/// A version before it is unpacked.
struct RawVersion {
  StoredVersion version;    ///< json empty
  std::string body;         ///< empty: a deletion
  std::string fingerprint;  ///< as it is stored
};
/// Says of a version whose body was read whether it is a deletion.
void mark_deletion(RawVersion& raw);
Result<std::optional<RawVersion>> find_version(const Engine& engine, Seq seq);
Result<StoredVersion> unpacked(const Engine& engine, RawVersion raw);

/// errors  forbidden: the person lives where this principal may not read, or the store is
/// read-only,
///         where no audit entry can be written
Result<void> may_read(const Engine& engine, const Principal& principal, ResidentId resident);
bool may_see_area(const Principal& principal, std::string_view area);
void note(const Engine& engine, const Principal& principal, std::string action, std::string what);
/// Number of the newest entry that this thread has noted since it asked last; 0: none.
std::uint64_t take_noted();

unexpected<Error> not_found(std::string what);

/// Reads what searches filter by, once.
Result<void> load_people(const Engine& engine);
Result<PersonPage> find_people(const Engine& engine, const Principal& principal,
                               const PersonQuery& query);
Result<std::vector<std::string>> check_store(const Engine& engine,
                                             const std::function<void(double)>& progress);

}  // namespace hb::records
