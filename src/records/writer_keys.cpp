#include <algorithm>

#include "records/tokens.hpp"
#include "records/writer.hpp"

/// The part of Writer that changes keys. Everything here runs in the writer's thread outside its
/// transactions, except write_resealed().
namespace hb::records {
namespace {

using sqlite::Blob;
using sqlite::execute;
using sqlite::one_integer;
using sqlite::Query;

constexpr int residents_per_step = 20'000;
constexpr std::int64_t problems_per_batch = 50;  // an original may have 64 KB

Result<void> put_info(sqlite::Connection& connection, std::string_view name,
                      std::string_view value) {
  return execute(connection,
                 "INSERT INTO info (name, value) VALUES (?1, ?2) "
                 "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                 name, Blob{value});
}

}  // namespace

Result<void> Writer::write_resealed(const Resealed& resealed) {
  for (const Resealed::Version& version : resealed.versions) {
    Result<void> written =
        execute(connection_, "UPDATE version SET body = ?2, fingerprint = ?3 WHERE seq = ?1",
                version.seq, Blob{version.body}, Blob{version.fingerprint});
    if (!written) return written;
  }
  const std::string reached = resealed.reached.text();
  return put_info(connection_, "resealed", reached);
}

Result<void> Writer::reseal_problems(Resealing from) {
  const crypto::Vault& vault = engine_.vault;
  struct Again {
    std::int64_t id;
    std::string original, found, note;
  };
  std::vector<Again> batch;
  std::int64_t rows = 0;
  Resealing reached = from;
  reached.problem = from.last_problem;
  Query query(connection_,
              "SELECT id, original, found, note, found_sealed, note_sealed FROM problem "
              "WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
              from.problem, from.last_problem, problems_per_batch);
  while (query.next()) {
    if (++rows == problems_per_batch) reached.problem = query.integer(0);
    if (!vault.is_outdated(query.bytes(1))) continue;
    const auto text = [&](int plain, int sealed, std::string_view what) -> Result<std::string> {
      if (query.is_null(sealed)) return query.text(plain);
      return vault.open(query.bytes(sealed), what);
    };
    const Result<std::string> original = vault.open(query.bytes(1), problem_original);
    const Result<std::string> found = text(2, 4, problem_found);
    const Result<std::string> note = text(3, 5, problem_note);
    for (const Result<std::string>* opened : {&original, &found, &note})
      if (!*opened) return unexpected(opened->error());
    batch.push_back({query.integer(0), vault.seal(*original, problem_original),
                     vault.seal(*found, problem_found), vault.seal(*note, problem_note)});
  }
  if (!query.ok()) return query.finished();
  for (const Again& problem : batch) {
    Result<void> written =
        execute(connection_,
                "UPDATE problem SET original = ?2, found = '', note = '', found_sealed = ?3, "
                "note_sealed = ?4 WHERE id = ?1",
                problem.id, Blob{problem.original}, Blob{problem.found}, Blob{problem.note});
    if (!written) return written;
  }
  const std::string text = reached.text();
  return put_info(connection_, "resealed", text);
}

Result<void> Writer::rotate_keys() {
  Result<void> done = execute(connection_, "BEGIN IMMEDIATE");
  if (!done) return done;
  const Result<StoredKeys> stored = read_keys(connection_);
  if (!stored) return unexpected(stored.error());
  if (stored->ring.empty()) return fail(ErrorCode::conflict, "the store has no keys to rotate");
  Result<crypto::Keyring> ring = crypto::Keyring::read(stored->ring, engine_.options.master_key);
  if (!ring) return unexpected(ring.error());
  ring->rotate(engine_.options.clock());
  const std::string text = ring->text();
  done = put_info(connection_, "keys", text);
  if (done) done = execute(connection_, "COMMIT");
  if (!done) return done;
  const Result<bool> adopted = adopt_keys();
  return adopted ? Result<void>() : unexpected(adopted.error());
}

/// The vault first: from here on this thread writes nothing that the new key does not seal, so the
/// last numbers of now are all that is left to do.
Result<bool> Writer::adopt_keys() {
  const Result<StoredKeys> stored = read_keys(connection_);
  if (!stored) return unexpected(stored.error());
  const auto present = engine_.vault.ring();
  const bool another = stored->ring != engine_.ring_text;
  if (!another && (!present || stored->resealing.key == present->current())) return false;
  if (another) {
    Result<crypto::Keyring> ring = crypto::Keyring::read(stored->ring, engine_.options.master_key);
    if (!ring) return unexpected(ring.error());
    engine_.vault.use(std::move(*ring), stored->scope);
    engine_.ring_text = stored->ring;
  }
  const std::uint32_t current = engine_.vault.ring()->current();
  if (stored->resealing.key == current) return another;  // another master key only
  const Result<std::int64_t> problems = one_integer(connection_, 0, "SELECT max(id) FROM problem");
  if (!problems) return unexpected(problems.error());
  Resealing resealing{current,
                      0,
                      engine_.last_seq,
                      0,
                      *problems,
                      stored->resealing.veiled,
                      stored->resealing.last_plain};
  Result<void> done = execute(connection_, "BEGIN IMMEDIATE");
  if (done) done = reseal_dictionaries();
  const std::string text = resealing.text();
  if (done) done = put_info(connection_, "resealed", text);
  if (done) done = execute(connection_, "COMMIT");
  if (!done) return unexpected(done.error());
  return true;
}

Result<void> Writer::reseal_dictionaries() {
  std::vector<std::pair<std::int64_t, std::string>> again;
  Query query(connection_, "SELECT id, type, content FROM dictionary");
  while (query.next()) {
    const std::string type = engine_.types.name(static_cast<int>(query.integer(1)));
    Result<std::string> content = dictionary_of(engine_.vault, query.bytes(2));
    if (!content) return unexpected(content.error());
    if (engine_.vault.seals(type))
      again.emplace_back(query.integer(0), engine_.vault.seal(*content, dictionary_content));
  }
  if (!query.ok()) return query.finished();
  for (const auto& [id, content] : again) {
    Result<void> written =
        execute(connection_, "UPDATE dictionary SET content = ?2 WHERE id = ?1", id, Blob{content});
    if (!written) return written;
  }
  return {};
}

/// All in one transaction: a search never meets a part of the old tokens and a part of the new.
Result<void> Writer::seal_tokens(const crypto::Keyring& ring) {
  OwedPairs pairs(engine_.folder, engine_.options.bulk_entries_in_memory,
                  OwedPairs::Lookup::seldom);
  for (ResidentId after = 0;;) {
    std::vector<std::pair<ResidentId, std::vector<std::int64_t>>> words;
    {
      Query query(connection_,
                  "SELECT resident, tokens FROM resident_words WHERE resident > ?1 "
                  "ORDER BY resident LIMIT ?2",
                  after, residents_per_step);
      while (query.next()) words.emplace_back(query.integer(0), unpack_tokens(query.bytes(1)));
      if (!query.ok()) return query.finished();
    }
    if (words.empty()) break;
    std::vector<Pair> step;
    for (auto& [resident, tokens] : words) {
      for (std::int64_t& token : tokens) token = sealed_token(ring, token);
      std::sort(tokens.begin(), tokens.end());
      for (const std::int64_t token : tokens) step.push_back({token, resident});
      const std::string packed = pack_tokens(tokens);
      Result<void> written =
          execute(connection_, "UPDATE resident_words SET tokens = ?2 WHERE resident = ?1",
                  resident, Blob{packed});
      if (!written) return written;
      after = resident;
    }
    pairs.add(step);
    pairs.spill_if_large();
  }
  Result<void> done = execute(connection_, "DELETE FROM token_index");
  if (!done) return done;
  Query insert(connection_, "INSERT INTO token_index (token, resident) VALUES (?1, ?2)");
  return pairs.merge([&](const Pair& pair) {
    insert.bind(pair.key, pair.value);
    return insert.run();
  });
}

Result<void> Writer::give_keys(const crypto::Keyring& ring, crypto::Scope scope) {
  if (engine_.bulk) return fail(ErrorCode::conflict, "a bulk load is running");
  // What is replaced from now on is overwritten, not only let go.
  Result<void> done = connection_.run("PRAGMA secure_delete = ON");
  if (done) done = execute(connection_, "BEGIN IMMEDIATE");
  StoredKeys keys{ring.text(), scope, {}, true};
  keys.resealing.last_plain = engine_.last_seq;
  if (done) done = seal_tokens(ring);
  if (done) done = write_keys(connection_, keys);
  if (done) done = execute(connection_, "COMMIT");
  if (!done) return done;
  const Result<bool> adopted = adopt_keys();
  return adopted ? Result<void>() : unexpected(adopted.error());
}

Result<void> Writer::change_master_key(const std::string& master_key) {
  Result<void> done = execute(connection_, "BEGIN IMMEDIATE");
  if (!done) return done;
  const Result<StoredKeys> stored = read_keys(connection_);
  if (!stored) return unexpected(stored.error());
  if (stored->ring.empty()) return fail(ErrorCode::conflict, "the store has no keys");
  Result<crypto::Keyring> ring = crypto::Keyring::read(stored->ring, engine_.options.master_key);
  if (!ring) return unexpected(ring.error());
  ring->change_master(master_key);
  const std::string text = ring->text();
  done = put_info(connection_, "keys", text);
  if (done) done = execute(connection_, "COMMIT");
  if (!done) return done;
  engine_.options.master_key = master_key;
  const Result<bool> adopted = adopt_keys();
  return adopted ? Result<void>() : unexpected(adopted.error());
}

Result<void> Writer::scrub() {
  // Its copy goes to disk: it may be larger than the memory.
  Result<void> done = connection_.run(
      "PRAGMA temp_store = FILE; VACUUM; PRAGMA wal_checkpoint(TRUNCATE); "
      "PRAGMA temp_store = MEMORY");
  if (done) done = execute(connection_, "DELETE FROM info WHERE name = 'scrub_owed'");
  return done;
}

}  // namespace hb::records
