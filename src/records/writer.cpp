#include "records/writer.hpp"

#include <algorithm>

#include "records/audit.hpp"
#include "records/tokens.hpp"

namespace hb::records {
namespace {

using sqlite::Blob;
using sqlite::execute;
using sqlite::Query;

constexpr std::int64_t lookups_before_filter = 100'000;
constexpr Seq rows_worth_a_filter = 200'000;

/// As it stands in a store without keys, and until it is sealed in one that had none.
std::string plain_bytes(const crypto::Fingerprint& fingerprint) {
  std::string bytes;
  append_big_endian(bytes, fingerprint.high);
  append_big_endian(bytes, fingerprint.low);
  return bytes;
}

}  // namespace

Writer::Writer(Engine& engine, sqlite::Connection connection)
    : engine_(engine), connection_(std::move(connection)) {
  reset_to_committed();
  stored_next_resident_ = engine.residents.next();
}

Result<void> Writer::begin() {
  mark_ = {};
  kept_ = 0;
  return connection_.run("BEGIN IMMEDIATE");
}

Result<void> Writer::savepoint() {
  mark_ = {next_seq_,
           next_batch_,
           effects_.keys.size(),
           effects_.residents.size(),
           effects_.tokens.size(),
           effects_.patients.size(),
           effects_.changed.size(),
           effects_.types.size()};
  return execute(connection_, "SAVEPOINT piece");
}

Result<void> Writer::keep_savepoint() {
  ++kept_;
  return execute(connection_, "RELEASE piece");
}

Result<void> Writer::touch() {
  return execute(connection_, "UPDATE info SET value = value WHERE name = 'next_resident'");
}

Result<void> Writer::undo_savepoint() {
  next_seq_ = mark_.next_seq;
  next_batch_ = mark_.next_batch;
  if (effects_.keys.size() > mark_.keys) {
    effects_.keys.resize(mark_.keys);
    overlay_.clear();
    for (const Pair& pair : effects_.keys) overlay_.add(pair.key, pair.value);
  }
  effects_.residents.resize(mark_.residents);
  effects_.tokens.resize(mark_.tokens);
  effects_.patients.resize(mark_.patients);
  effects_.changed.resize(mark_.changed);
  effects_.types.resize(mark_.types);
  Result<void> undone = execute(connection_, "ROLLBACK TO piece");
  return undone ? execute(connection_, "RELEASE piece") : undone;
}

Result<void> Writer::write_audit(const std::vector<Store::AuditEntry>& entries) {
  if (entries.empty()) return {};
  const auto& key = engine_.options.audit_key;
  return append_audit(connection_, engine_.info.id, key ? &*key : nullptr, entries);
}

Result<void> Writer::write_resident_watermark() {
  const ResidentId next = engine_.residents.next();
  if (next == stored_next_resident_) return {};
  const std::string text = std::to_string(next);
  return execute(connection_, "UPDATE info SET value = ?1 WHERE name = 'next_resident'",
                 Blob{text});
}

Result<void> Writer::commit() {
  const ResidentId next_resident = engine_.residents.next();
  Result<void> written = write_resident_watermark();
  // Before the commit: a reader must not meet a version whose type has no name yet.
  for (const auto& [number, name] : effects_.types) engine_.types.put(number, name);
  if (written) written = execute(connection_, "COMMIT");
  if (!written) {
    for (const auto& [number, name] : effects_.types) engine_.types.forget(number);
    return written;
  }
  stored_next_resident_ = next_resident;
  publish();
  engine_.health.committed(kept_);
  return {};
}

void Writer::publish() {
  if (engine_.bulk) {
    engine_.owed.keys.add(effects_.keys);
    engine_.owed.residents.add(effects_.residents);
    engine_.owed.tokens.add(effects_.tokens);
    engine_.owed.patients.add(effects_.patients);
    engine_.owed.keys.spill_if_large();
    engine_.owed.residents.spill_if_large();
    engine_.owed.tokens.spill_if_large();
    engine_.owed.patients.spill_if_large();
  }
  publish_residents();
  engine_.last_seq = next_seq_ - 1;
  engine_.last_batch = next_batch_ - 1;
  engine_.mark.set(engine_.last_batch);
  effects_ = {};
  overlay_.clear();
}

void Writer::publish_residents() {
  for (const auto& [key, resident] : effects_.changed) engine_.residents.put(key, resident);
  if (effects_.changed.empty()) return;
  const std::unique_lock lock(engine_.traits_mutex);
  engine_.token_lists.drop(effects_.words);
  if (!engine_.traits_loaded) return;
  for (const auto& [key, resident] : effects_.changed) {
    put_traits(engine_.people, engine_.texts, resident);
  }
}

void Writer::reset_to_committed() {
  effects_ = {};
  overlay_.clear();
  next_seq_ = engine_.last_seq + 1;
  next_batch_ = engine_.last_batch + 1;
}

void Writer::abandon(const Error& why) {
  engine_.health.failed(why);
  leave_transaction();
  reset_to_committed();
}

void Writer::leave_transaction() {
  // Some errors (a full disk) end the transaction by themselves; a ROLLBACK that fails has no more
  // to undo.
  if (connection_.in_transaction()) (void)connection_.run("ROLLBACK");
}

Result<int> Writer::type_number(std::string_view name) {
  if (const int known = engine_.types.number(name); known != 0) return known;
  for (const auto& [number, pending] : effects_.types) {
    if (pending == name) return number;
  }
  const int number = engine_.types.next() + static_cast<int>(effects_.types.size());
  const Result<void> written =
      execute(connection_,
              "INSERT INTO resource_type (type, name, resources, versions) VALUES (?1, ?2, 0, 0)",
              number, name);
  if (!written) return unexpected(written.error());
  effects_.types.emplace_back(number, name);
  return number;
}

Result<void> Writer::build_table_filter() {
  Bloom filter(static_cast<std::size_t>(table_rows_));
  Query query(connection_, "SELECT key FROM key_index");
  while (query.next()) filter.add(query.integer(0));
  if (query.ok()) table_filter_ = std::move(filter);
  return query.finished();
}

bool Writer::table_may_have(std::int64_t key) {
  if (table_rows_ == 0) return false;
  return !table_filter_ || table_filter_->may_have(key);
}

Result<std::optional<Writer::Current>> Writer::current_in_table(int type, std::string_view id,
                                                                std::int64_t key) {
  Query query(connection_,
              "SELECT v.seq, v.version, v.fingerprint, v.resident, length(v.body) = 0 "
              "FROM key_index k JOIN version v "
              "ON v.seq = k.seq WHERE k.key = ?1 AND v.type = ?2 AND v.id = ?3 "
              "ORDER BY k.seq DESC LIMIT 1",
              key, type, Blob{id});
  std::optional<Current> current;
  if (query.next())
    current = Current{query.integer(0), query.integer(1), query.text(2), query.integer(3),
                      query.integer(4) != 0};
  if (!query.ok()) return unexpected(query.error());
  return current;
}

Result<std::optional<Writer::Current>> Writer::current_among(std::vector<Seq> candidates, int type,
                                                             std::string_view id) {
  std::sort(candidates.rbegin(), candidates.rend());
  for (const Seq seq : candidates) {
    Query query(connection_,
                "SELECT version, fingerprint, resident, length(body) = 0 FROM version "
                "WHERE seq = ?1 AND type = ?2 AND id = ?3",
                seq, type, Blob{id});
    if (query.next())
      return Current{seq, query.integer(0), query.text(1), query.integer(2), query.integer(3) != 0};
    if (!query.ok()) return unexpected(query.error());
  }
  return std::nullopt;
}

Result<std::optional<Writer::Current>> Writer::find_current(int type, std::string_view id,
                                                            std::int64_t key) {
  if (!engine_.bulk) return current_in_table(type, id, key);
  std::vector<Seq> candidates;
  const auto collect = [&candidates](std::int64_t seq) { candidates.push_back(seq); };
  overlay_.find(key, collect);
  const Result<void> found = engine_.owed.keys.find(key, collect);
  if (!found) return unexpected(found.error());
  Result<std::optional<Current>> current = current_among(std::move(candidates), type, id);
  if (!current || *current) return current;
  if (!table_filter_ && table_rows_ >= rows_worth_a_filter &&
      ++table_lookups_ > lookups_before_filter) {
    const Result<void> built = build_table_filter();
    if (!built) return unexpected(built.error());
  }
  if (!table_may_have(key)) return std::nullopt;
  return current_in_table(type, id, key);
}

Result<void> Writer::insert_version(const NewVersion& version, int type,
                                    const PreparedSet& prepared, std::size_t i,
                                    const std::optional<Current>& former) {
  const std::int64_t key = prepared.keys[i];
  // A body that was packed before the keys changed: whatever follows a change has the new key.
  const Result<std::optional<std::string>> again =
      engine_.packer.resealed(version.type, version.body);
  if (!again) return unexpected(again.error());
  const Seq seq = next_seq_++;
  const ResidentId resident = version.deleted ? former->resident : version.resident;
  Result<void> written =
      execute(connection_,
              "INSERT INTO version (seq, type, id, version, resident, fingerprint, body) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
              seq, type, Blob{prepared.ids[i]}, former ? former->version + 1 : 1, resident,
              Blob{prepared.fingerprints[i]}, Blob{*again ? **again : version.body});
  if (written && former) {
    written = execute(connection_, "INSERT INTO superseded (seq) VALUES (?1)", former->seq);
  }
  if (written && version.deleted)
    written = execute(connection_, "INSERT INTO deletion (seq) VALUES (?1)", seq);
  if (!written) return written;
  if (engine_.bulk) {
    effects_.keys.push_back({key, seq});
    overlay_.add(key, seq);
    if (resident != 0) effects_.residents.push_back({resident, seq});
    return {};
  }
  written = execute(connection_, "INSERT INTO key_index (key, seq) VALUES (?1, ?2)", key, seq);
  if (written && resident != 0) {
    written = execute(connection_, "INSERT INTO resident_index (resident, seq) VALUES (?1, ?2)",
                      resident, seq);
  }
  return written;
}

Result<void> Writer::write_version(const WriteSet& set, const PreparedSet& prepared, std::size_t i,
                                   Receipt& receipt, std::vector<Count>& counts) {
  const NewVersion& version = set.resources[i];
  const Result<int> type = type_number(version.type);
  if (!type) return unexpected(type.error());
  const Result<std::optional<Current>> found =
      find_current(*type, prepared.ids[i], prepared.keys[i]);
  if (!found) return unexpected(found.error());
  const std::optional<Current>& former = *found;
  const bool there = former && !former->deleted;
  receipt.existing.push_back(there ? former->seq : 0);
  const bool same = there && (former->fingerprint == prepared.fingerprints[i] ||
                              former->fingerprint == plain_bytes(version.fingerprint));
  if (version.deleted ? !there : same) {
    receipt.seqs.push_back(0);
    return {};
  }
  receipt.seqs.push_back(next_seq_);
  auto count = std::find_if(counts.begin(), counts.end(),
                            [&](const Count& known) { return known.type == *type; });
  if (count == counts.end()) count = counts.insert(counts.end(), {*type, 0, 0});
  ++count->versions;
  count->resources += version.deleted ? -1 : there ? 0 : 1;
  return insert_version(version, *type, prepared, i, former);
}

Result<void> Writer::write_counts(const std::vector<Count>& counts) {
  for (const Count& count : counts) {
    Result<void> written = execute(connection_,
                                   "UPDATE resource_type SET resources = resources + ?2, "
                                   "versions = versions + ?3 WHERE type = ?1",
                                   count.type, count.resources, count.versions);
    if (!written) return written;
  }
  return {};
}

Result<Receipt> Writer::write(const WriteSet& set, const PreparedSet& prepared) {
  Receipt receipt;
  receipt.batch = next_batch_++;
  receipt.seqs.reserve(set.resources.size());
  receipt.existing.reserve(set.resources.size());
  const Seq first_seq = next_seq_;
  std::vector<Count> counts;
  for (std::size_t i = 0; i < set.resources.size(); ++i) {
    const Result<void> written = write_version(set, prepared, i, receipt, counts);
    if (!written) return unexpected(written.error());
  }
  Result<void> written = write_counts(counts);
  if (written) written = write_residents(set, prepared, receipt);
  if (written) written = remember_people(set, receipt);
  if (written) written = forget_people(set, receipt);
  if (written) written = write_rest(set, prepared, receipt);
  const Instant now = engine_.options.clock();
  if (written) {
    written = execute(connection_,
                      "INSERT INTO batch (batch, committed_at, first_seq, last_seq, delivery) "
                      "VALUES (?1, ?2, ?3, ?4, ?5)",
                      receipt.batch, now.micros, first_seq, next_seq_ - 1, set.delivery);
  }
  if (written && !set.user.empty()) {
    written = write_audit({{now, set.user, set.purpose, "write",
                            "batch " + std::to_string(receipt.batch), set.from}});
  }
  if (!written) return unexpected(written.error());
  return receipt;
}

}  // namespace hb::records
