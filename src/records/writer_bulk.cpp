#include <algorithm>

#include "records/packed_id.hpp"
#include "records/reads.hpp"
#include "records/tokens.hpp"
#include "records/writer.hpp"

/// The part of Writer that begins and ends a bulk load, and mends one that a crash ended.
namespace hb::records {
namespace {

using sqlite::execute;
using sqlite::one_integer;
using sqlite::Query;

constexpr std::int64_t merged_per_transaction = 200'000;
constexpr std::int64_t collected_per_step = 500'000;

}  // namespace

Result<void> Writer::begin_bulk() {
  if (engine_.bulk) return fail(ErrorCode::conflict, "a bulk load is running already");
  Result<void> ready = preload_residents();
  if (!ready) return ready;
  ready = execute(connection_,
                  "INSERT INTO index_owed (one, after_seq, after_batch) VALUES (1, ?1, ?2)",
                  engine_.last_seq.load(), engine_.last_batch.load());
  if (!ready) return ready;
  table_rows_ = engine_.last_seq;
  table_lookups_ = 0;
  engine_.bulk = true;
  return connection_.run("PRAGMA cache_size = -65536");
}

Result<void> Writer::preload_residents() {
  engine_.residents.set_complete(true);  // so that nothing is dropped while it fills
  Query query(connection_, select_resident);
  while (query.next()) {
    engine_.residents.put(query.integer(resident_key_column), resident_of(query));
  }
  if (!query.ok()) engine_.residents.set_complete(false);
  return query.finished();
}

Result<void> Writer::merge_into(const char* sql, const OwedPairs& pairs,
                                const std::function<void(std::int64_t)>& merged) {
  Result<void> done = execute(connection_, "BEGIN IMMEDIATE");
  if (!done) return done;
  std::int64_t count = 0;
  {
    Query insert(connection_, sql);
    done = pairs.merge([&](const Pair& pair) -> Result<void> {
      insert.bind(pair.key, pair.value);
      Result<void> written = insert.run();
      if (written && ++count % merged_per_transaction == 0) {
        written = execute(connection_, "COMMIT");
        if (written) written = execute(connection_, "BEGIN IMMEDIATE");
        merged(merged_per_transaction);
      }
      return written;
    });
  }
  if (done) done = execute(connection_, "COMMIT");
  if (!done) leave_transaction();
  return done;
}

Result<void> Writer::drop_stale_tokens() {
  for (const Pair& pair : suspect_tokens_) {
    std::vector<std::int64_t> tokens;
    {
      Query query(connection_, "SELECT tokens FROM resident_words WHERE resident = ?1", pair.value);
      if (query.next()) tokens = unpack_tokens(query.bytes(0));
      if (!query.ok()) return query.finished();
    }
    if (std::binary_search(tokens.begin(), tokens.end(), pair.key)) continue;
    Result<void> dropped =
        execute(connection_, "DELETE FROM token_index WHERE token = ?1 AND resident = ?2", pair.key,
                pair.value);
    if (!dropped) return dropped;
  }
  return {};
}

Result<void> Writer::finish_bulk(const std::function<void(double)>& progress) {
  if (!engine_.bulk) return fail(ErrorCode::conflict, "no bulk load is running");
  Owed& owed = engine_.owed;
  const double total = static_cast<double>(std::max<std::int64_t>(
      1, owed.keys.size() + owed.residents.size() + owed.tokens.size() + owed.patients.size()));
  std::int64_t so_far = 0;
  const auto merged = [&](std::int64_t count) {
    so_far += count;
    if (progress) progress(std::min(1.0, static_cast<double>(so_far) / total));
  };
  Result<void> done =
      merge_into("INSERT OR IGNORE INTO key_index (key, seq) VALUES (?1, ?2)", owed.keys, merged);
  if (done) {
    done = merge_into("INSERT OR IGNORE INTO resident_index (resident, seq) VALUES (?1, ?2)",
                      owed.residents, merged);
  }
  if (done) {
    done = merge_into("INSERT OR IGNORE INTO token_index (token, resident) VALUES (?1, ?2)",
                      owed.tokens, merged);
  }
  if (done) {
    done = merge_into("INSERT OR IGNORE INTO patient_index (patient_key, resident) VALUES (?1, ?2)",
                      owed.patients, merged);
  }
  if (done) done = execute(connection_, "BEGIN IMMEDIATE");
  if (done) done = drop_stale_tokens();
  if (done) done = execute(connection_, "DELETE FROM index_owed");
  if (done) done = execute(connection_, "COMMIT");
  if (!done) {
    leave_transaction();
    return done;
  }
  engine_.bulk =
      false;  // readers look at the tables after the owed entries: nothing is missed between
  owed.keys.clear();
  owed.residents.clear();
  owed.tokens.clear();
  owed.patients.clear();
  suspect_tokens_ = {};
  table_filter_.reset();
  engine_.residents.set_complete(false);
  if (progress) progress(1.0);
  return connection_.run("PRAGMA cache_size = -32768; PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<bool> Writer::owes() {
  const Result<std::int64_t> rows = one_integer(connection_, 0, "SELECT count(*) FROM index_owed");
  if (!rows) return unexpected(rows.error());
  return *rows > 0;
}

Result<void> Writer::collect_owed_versions(Seq after) {
  const Seq last = engine_.last_seq;
  for (Seq from = after; from < last; from += collected_per_step) {
    std::vector<Pair> keys;
    std::vector<Pair> residents;
    Query query(connection_,
                "SELECT seq, type, id, resident FROM version WHERE seq > ?1 AND seq <= ?2", from,
                std::min(last, from + collected_per_step));
    while (query.next()) {
      const std::string type = engine_.types.name(static_cast<int>(query.integer(1)));
      keys.push_back({engine_.key(type, unpack_id(query.bytes(2))), query.integer(0)});
      if (query.integer(3) != 0) residents.push_back({query.integer(3), query.integer(0)});
    }
    if (!query.ok()) return query.finished();
    engine_.owed.keys.add(keys);
    engine_.owed.residents.add(residents);
    engine_.owed.keys.spill_if_large();
    engine_.owed.residents.spill_if_large();
  }
  return {};
}

Result<void> Writer::collect_owed_words(BatchId after) {
  Query query(connection_, "SELECT resident, tokens FROM resident_words WHERE batch > ?1", after);
  std::vector<Pair> pairs;
  while (query.next()) {
    for (const std::int64_t token : unpack_tokens(query.bytes(1))) {
      pairs.push_back({token, query.integer(0)});
    }
    if (pairs.size() < static_cast<std::size_t>(collected_per_step)) continue;
    engine_.owed.tokens.add(pairs);
    engine_.owed.tokens.spill_if_large();
    pairs.clear();
  }
  engine_.owed.tokens.add(pairs);
  return query.finished();
}

/// All of them: which are owed is not known, and those that are not are ignored.
Result<void> Writer::collect_owed_patients() {
  Query query(connection_, "SELECT patient_key, id FROM resident");
  std::vector<Pair> pairs;
  while (query.next()) {
    pairs.push_back({query.integer(0), query.integer(1)});
    if (pairs.size() < static_cast<std::size_t>(collected_per_step)) continue;
    engine_.owed.patients.add(pairs);
    engine_.owed.patients.spill_if_large();
    pairs.clear();
  }
  engine_.owed.patients.add(pairs);
  return query.finished();
}

Result<void> Writer::collect_owed() {
  Seq after_seq = 0;
  BatchId after_batch = 0;
  {
    Query query(connection_, "SELECT after_seq, after_batch FROM index_owed");
    if (query.next()) {
      after_seq = query.integer(0);
      after_batch = query.integer(1);
    }
    if (!query.ok()) return query.finished();
  }
  engine_.bulk = true;
  Result<void> collected = collect_owed_versions(after_seq);
  if (collected) collected = collect_owed_words(after_batch);
  return collected ? collect_owed_patients() : collected;
}

}  // namespace hb::records
