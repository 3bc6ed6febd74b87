#include "records/reads.hpp"
#include "records/writer.hpp"

/// The part of Writer that forgets people whose Patient was deleted.
namespace hb::records {
namespace {

using sqlite::one_integer;
using sqlite::Query;

Result<std::optional<Resident>> row_of(sqlite::Connection& connection, ResidentId id,
                                       std::int64_t& key) {
  std::optional<Resident> resident;
  Query query(connection,
              "SELECT patient_key, id, patient_id, provisional, sex, birth_day, area, death_day, "
              "seq FROM resident WHERE id = ?1",
              id);
  if (query.next()) {
    resident = resident_of(query);
    key = query.integer(resident_key_column);
  }
  if (!query.ok()) return unexpected(query.error());
  return resident;
}

}  // namespace

Result<void> Writer::load_gone() {
  if (gone_) return {};
  std::set<ResidentId> ids;
  Query query(connection_,
              "SELECT r.id FROM deletion d JOIN version v ON v.seq = d.seq JOIN resident r "
              "ON r.id = v.resident WHERE r.provisional = 1 AND r.seq > 0");
  while (query.next()) ids.insert(query.integer(0));
  if (query.ok()) gone_ = std::move(ids);
  return query.finished();
}

/// Whoever prepared the set may not have known yet that the Patient was to be deleted.
Result<void> Writer::remember_people(const WriteSet& set, const Receipt& receipt) {
  Result<void> done = load_gone();
  if (!done || gone_->empty()) return done;
  for (std::size_t i = 0; i < set.resources.size() && done; ++i) {
    const NewVersion& version = set.resources[i];
    if (receipt.seqs[i] != 0 && !version.deleted && gone_->contains(version.resident))
      done = remember_person(version.resident);
  }
  return done;
}

Result<void> Writer::remember_person(ResidentId id) {
  std::int64_t key = 0;
  const Result<std::optional<Resident>> row = row_of(connection_, id, key);
  if (!row) return unexpected(row.error());
  if (!*row || !(*row)->is_gone()) return {};
  Resident unknown;
  unknown.id = id;
  unknown.patient_id = (*row)->patient_id;
  unknown.provisional = true;
  const Result<bool> written = write_resident(unknown, key);
  if (!written) return unexpected(written.error());
  effects_.changed.emplace_back(key, std::move(unknown));
  return {};
}

Result<void> Writer::forget_people(const WriteSet& set, const Receipt& receipt) {
  for (std::size_t i = 0; i < set.resources.size(); ++i) {
    const NewVersion& version = set.resources[i];
    if (!version.deleted || version.type != "Patient" || receipt.seqs[i] == 0) continue;
    const Result<std::int64_t> id =
        one_integer(connection_, 0, "SELECT resident FROM version WHERE seq = ?1", receipt.seqs[i]);
    if (!id) return unexpected(id.error());
    Result<void> forgotten = forget_person(*id, receipt.seqs[i], receipt.batch);
    if (!forgotten) {
      if (forgotten.error().where.empty()) forgotten.error().where = "Patient/" + version.id;
      return forgotten;
    }
  }
  return {};
}

Result<void> Writer::forget_person(ResidentId id, Seq deletion, BatchId batch) {
  std::int64_t key = 0;
  Result<std::optional<Resident>> resident = row_of(connection_, id, key);
  if (!resident) return unexpected(resident.error());
  if (!*resident) return {};
  const Result<bool> needed = has_records(id);
  if (!needed) return unexpected(needed.error());
  if (*needed)
    return fail(ErrorCode::conflict,
                "there are records of this person: a Patient can be deleted when nothing belongs "
                "to it any more");
  (*resident)->provisional = true;
  (*resident)->seq = deletion;
  const Result<bool> written = write_resident(**resident, key);
  if (!written) return unexpected(written.error());
  effects_.changed.emplace_back(key, std::move(**resident));
  gone_->insert(id);  // load_gone() came before
  return write_words(id, {}, batch);
}

/// Is anything of this person there but what was deleted?
Result<bool> Writer::has_records(ResidentId resident) {
  {
    Query query(connection_,
                "SELECT 1 FROM resident_index r JOIN version v ON v.seq = r.seq LEFT JOIN "
                "superseded s ON s.seq = v.seq WHERE r.resident = ?1 AND s.seq IS NULL AND "
                "length(v.body) > 0 LIMIT 1",
                resident);
    const bool found = query.next();
    if (!query.ok()) return unexpected(query.error());
    if (found || !engine_.bulk) return found;
  }
  std::vector<Seq> owed;
  for (const Pair& pair : effects_.residents)
    if (pair.key == resident) owed.push_back(pair.value);
  const Result<void> read =
      engine_.owed.residents.find(resident, [&owed](std::int64_t seq) { owed.push_back(seq); });
  if (!read) return unexpected(read.error());
  for (const Seq seq : owed) {
    Query query(connection_,
                "SELECT 1 FROM version v LEFT JOIN superseded s ON s.seq = v.seq "
                "WHERE v.seq = ?1 AND s.seq IS NULL AND length(v.body) > 0",
                seq);
    const bool found = query.next();
    if (!query.ok()) return unexpected(query.error());
    if (found) return true;
  }
  return false;
}

}  // namespace hb::records
