#include "records/reads.hpp"

#include <algorithm>
#include <utility>

#include "records/committer.hpp"
#include "records/keys.hpp"
#include "records/packed_id.hpp"
#include "records/tokens.hpp"

namespace hb::records {
namespace {

using sqlite::Blob;
using sqlite::Query;

thread_local std::uint64_t newest_noted = 0;

std::optional<Date> date_at(const Query& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Date{static_cast<std::int32_t>(row.integer(column))};
}

}  // namespace

Resident resident_of(const Query& row) {
  return {row.integer(1),  unpack_id(row.bytes(2)), row.integer(3) != 0,
          row.text(4),     date_at(row, 5),         row.text(6),
          date_at(row, 7), row.integer(8)};
}

unexpected<Error> not_found(std::string what) {
  return fail(ErrorCode::not_found, "there is no " + std::move(what));
}

Result<std::vector<Seq>> candidates(const Engine& engine, std::int64_t key) {
  std::vector<Seq> seqs;
  // The owed entries first: what leaves them is in the table by then.
  if (engine.bulk) {
    const Result<void> found =
        engine.owed.keys.find(key, [&seqs](std::int64_t seq) { seqs.push_back(seq); });
    if (!found) return unexpected(found.error());
  }
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader, "SELECT seq FROM key_index WHERE key = ?1", key);
  while (query.next()) seqs.push_back(query.integer(0));
  if (!query.ok()) return unexpected(query.error());
  std::sort(seqs.rbegin(), seqs.rend());
  seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
  return seqs;
}

Result<std::vector<Seq>> seqs_of_resident(const Engine& engine, ResidentId resident) {
  std::vector<Seq> seqs;
  if (engine.bulk) {
    const Result<void> found =
        engine.owed.residents.find(resident, [&seqs](std::int64_t seq) { seqs.push_back(seq); });
    if (!found) return unexpected(found.error());
  }
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader, "SELECT seq FROM resident_index WHERE resident = ?1", resident);
  while (query.next()) seqs.push_back(query.integer(0));
  if (!query.ok()) return unexpected(query.error());
  std::sort(seqs.begin(), seqs.end());
  seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
  return seqs;
}

Result<std::optional<Resident>> find_resident(const Engine& engine, ResidentId id) {
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader,
              "SELECT patient_key, id, patient_id, provisional, sex, birth_day, area, death_day, "
              "seq FROM resident WHERE id = ?1",
              id);
  std::optional<Resident> resident;
  if (query.next()) resident = resident_of(query);
  if (!query.ok()) return unexpected(query.error());
  return resident;
}

Result<std::optional<Resident>> find_resident_by_patient(const Engine& engine,
                                                         std::string_view patient_id) {
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  const std::string packed = pack_id(patient_id);
  Query query(**reader,
              "SELECT r.patient_key, r.id, r.patient_id, r.provisional, r.sex, r.birth_day, "
              "r.area, r.death_day, r.seq FROM patient_index p JOIN resident r "
              "ON r.id = p.resident WHERE p.patient_key = ?1 AND r.patient_id = ?2",
              engine.key("Patient", patient_id), Blob{packed});
  std::optional<Resident> resident;
  if (query.next()) resident = resident_of(query);
  if (!query.ok()) return unexpected(query.error());
  return resident;
}

Result<BatchRange> batch_of(sqlite::Connection& connection, Seq seq) {
  Query query(connection,
              "SELECT batch, committed_at, first_seq, last_seq, delivery FROM batch "
              "WHERE last_seq >= ?1 ORDER BY last_seq, batch LIMIT 1",
              seq);
  BatchRange range;
  if (query.next()) {
    range = {query.integer(0), Instant{query.integer(1)}, query.integer(2), query.integer(3),
             query.integer(4)};
  }
  if (!query.ok()) return unexpected(query.error());
  return range;
}

Result<std::optional<RawVersion>> find_version(const Engine& engine, Seq seq) {
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  // One statement: each takes and gives back the locks of a read transaction.
  Query query(**reader,
              "SELECT v.type, v.id, v.version, v.resident, v.body, s.seq IS NULL, b.delivery, "
              "b.batch, b.committed_at, v.fingerprint FROM version v LEFT JOIN superseded s ON "
              "s.seq = v.seq "
              "LEFT JOIN batch b ON b.batch = (SELECT batch FROM batch WHERE last_seq >= ?1 "
              "ORDER BY last_seq, batch LIMIT 1) WHERE v.seq = ?1",
              seq);
  if (!query.next()) {
    if (!query.ok()) return unexpected(query.error());
    return std::nullopt;
  }
  RawVersion raw;
  raw.version = {seq,
                 engine.types.name(static_cast<int>(query.integer(0))),
                 unpack_id(query.bytes(1)),
                 query.integer(2),
                 query.integer(5) != 0,
                 query.integer(3),
                 query.integer(6),
                 query.integer(7),
                 Instant{query.integer(8)},
                 {}};
  raw.body = query.text(4);
  raw.fingerprint = query.text(9);
  mark_deletion(raw);
  return raw;
}

void mark_deletion(RawVersion& raw) {
  raw.version.deleted = raw.body.empty();
  raw.version.current = raw.version.current && !raw.version.deleted;
}

namespace {

unexpected<Error> damaged(const Engine& engine, const RawVersion& raw, const Error& why) {
  const std::string where = "version " + std::to_string(raw.version.seq);
  engine.health.damaged(where + ": " + why.message);
  return fail(ErrorCode::unavailable, "the record store is damaged: " + why.message, where);
}

/// Is the text the one that was written? As it stands in a store with keys, or from before them.
/// stored  empty: it was not read
bool agrees(const Engine& engine, std::string_view stored, std::string_view json) {
  if (stored.empty()) return true;
  const crypto::Fingerprint fingerprint = crypto::fingerprint(json);
  std::string bytes;
  append_big_endian(bytes, fingerprint.high);
  append_big_endian(bytes, fingerprint.low);
  if (stored == bytes) return true;
  const auto ring = engine.vault.ring();
  return ring && stored == ring->veil(bytes);
}

}  // namespace

Result<StoredVersion> unpacked(const Engine& engine, RawVersion raw) {
  if (raw.version.deleted) return std::move(raw.version);
  Result<std::string> json = engine.packer.unpack(raw.body);
  if (!json && engine.options.read_only && refresh_keys(engine))
    json = engine.packer.unpack(raw.body);  // another process has changed the keys meanwhile
  if (!json) {
    if (json.error().code == ErrorCode::invalid_input) return damaged(engine, raw, json.error());
    json.error().where = "version " + std::to_string(raw.version.seq);
    return unexpected(json.error());
  }
  if (!agrees(engine, raw.fingerprint, *json))
    return damaged(engine, raw, {ErrorCode::unavailable, "its text is not what was written", ""});
  raw.version.json = std::move(*json);
  return std::move(raw.version);
}

bool may_see_area(const Principal& principal, std::string_view area) {
  return principal.unrestricted ||
         std::any_of(principal.areas.begin(), principal.areas.end(), [area](const auto& allowed) {
           return !allowed.empty() && area.starts_with(allowed);
         });
}

Result<void> may_read(const Engine& engine, const Principal& principal, ResidentId resident) {
  if (resident == 0) return {};
  if (engine.options.read_only && principal.user != "system") {
    return fail(ErrorCode::forbidden,
                "the store is open for reading only: reads of a person could not be audited");
  }
  if (principal.unrestricted) return {};
  const Result<std::optional<Resident>> person = find_resident(engine, resident);
  if (!person) return unexpected(person.error());
  if (*person && may_see_area(principal, (*person)->area)) return {};
  return fail(ErrorCode::forbidden, "this person lives outside the areas that you may read");
}

void note(const Engine& engine, const Principal& principal, std::string action, std::string what) {
  if (!engine.committer) return;
  newest_noted = engine.committer->audit({engine.options.clock(), principal.user, principal.purpose,
                                          std::move(action), std::move(what), principal.from});
}

std::uint64_t take_noted() { return std::exchange(newest_noted, 0); }

}  // namespace hb::records
