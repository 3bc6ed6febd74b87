#include "records/keys.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "records/committer.hpp"
#include "records/engine.hpp"
#include "records/tokens.hpp"
#include "records/writer.hpp"

namespace hb::records {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::execute;
using sqlite::Query;
using std::chrono::steady_clock;

constexpr std::int64_t versions_per_batch = 500;
constexpr auto watch_every = std::chrono::seconds(1);
constexpr auto shortest_pause = std::chrono::milliseconds(5);

}  // namespace

std::int64_t sealed_token(const crypto::Keyring& ring, std::int64_t former) {
  std::string bytes;
  append_big_endian(bytes, static_cast<std::uint64_t>(former));
  return ring.token(bytes);
}

Result<std::string> dictionary_of(const crypto::Vault& vault, std::string_view stored) {
  constexpr char first_of_zstd = '\x37';  // of every zstd dictionary; no way of sealing
  if (stored.starts_with(first_of_zstd)) return std::string(stored);
  return vault.open(stored, dictionary_content);
}

std::string Resealing::text() const {
  std::string text = std::to_string(key);
  for (const std::int64_t number : {seq, last_seq, problem, last_problem, veiled, last_plain})
    text += " " + std::to_string(number);
  return text;
}

Resealing Resealing::of(std::string_view text) {
  Resealing made;
  std::int64_t key = 0;
  for (std::int64_t* number : {&key, &made.seq, &made.last_seq, &made.problem, &made.last_problem,
                               &made.veiled, &made.last_plain}) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    if (error != std::errc()) break;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  made.key = static_cast<std::uint32_t>(key);
  return made;
}

Result<StoredKeys> read_keys(Connection& connection) {
  StoredKeys keys;
  Query query(connection,
              "SELECT name, value FROM info WHERE name IN ('keys', 'seal_scope', 'resealed', "
              "'scrub_owed')");
  while (query.next()) {
    const std::string_view name = query.bytes(0);
    if (name == "keys") keys.ring = query.text(1);
    if (name == "resealed") keys.resealing = Resealing::of(query.bytes(1));
    if (name == "scrub_owed") keys.scrub_owed = true;
    if (name != "seal_scope") continue;
    const Result<crypto::Scope> scope = crypto::scope_of(query.bytes(1));
    if (!scope) return unexpected(scope.error());
    keys.scope = *scope;
  }
  if (!query.ok()) return unexpected(query.error());
  return keys;
}

Result<void> write_keys(Connection& connection, const StoredKeys& keys) {
  const std::string resealed = keys.resealing.text();
  Result<void> written =
      execute(connection,
              "INSERT INTO info (name, value) VALUES ('keys', ?1), "
              "('seal_scope', ?2), ('resealed', ?3)",
              Blob{keys.ring}, Blob{crypto::scope_name(keys.scope)}, Blob{resealed});
  if (written && keys.scrub_owed)
    written = execute(connection, "INSERT INTO info (name, value) VALUES ('scrub_owed', x'31')");
  return written;
}

Result<void> load_keys(Engine& engine, Connection& connection) {
  const Result<StoredKeys> stored = read_keys(connection);
  if (!stored) return unexpected(stored.error());
  if (stored->ring.empty()) return {};
  if (engine.options.master_key.empty()) {
    if (engine.options.without_key && engine.options.read_only) return {};
    return fail(ErrorCode::forbidden,
                "the store is sealed: it opens with its key file only (--key-file or HB_KEY_FILE)");
  }
  Result<crypto::Keyring> ring = crypto::Keyring::read(stored->ring, engine.options.master_key);
  if (!ring) return unexpected(ring.error());
  engine.vault.use(std::move(*ring), stored->scope);
  engine.ring_text = stored->ring;
  return {};
}

bool refresh_keys(const Engine& engine) {
  if (engine.options.master_key.empty()) return false;
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return false;
  const Result<StoredKeys> stored = read_keys(**reader);
  if (!stored || stored->ring.empty()) return false;
  Result<crypto::Keyring> ring = crypto::Keyring::read(stored->ring, engine.options.master_key);
  const auto present = engine.vault.ring();
  if (!ring || (present && present->current() == ring->current())) return false;
  engine.vault.use(std::move(*ring), stored->scope);
  return true;
}

Result<std::uint32_t> rotate_in_use(const std::string& path, const std::string& master_key,
                                    Instant now) {
  Result<Connection> connection = Connection::open(path, Connection::Mode::write);
  if (!connection) return unexpected(connection.error());
  Result<void> done = connection->run("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
  if (!done) return unexpected(done.error());
  const Result<StoredKeys> stored = read_keys(*connection);
  if (!stored) return unexpected(stored.error());
  if (stored->ring.empty())
    return fail(ErrorCode::conflict, "the store has no keys to rotate", path);
  Result<crypto::Keyring> ring = crypto::Keyring::read(stored->ring, master_key);
  if (!ring) return unexpected(ring.error());
  ring->rotate(now);
  const std::string text = ring->text();
  done = execute(*connection, "UPDATE info SET value = ?1 WHERE name = 'keys'", Blob{text});
  if (done) done = execute(*connection, "COMMIT");
  if (!done) return unexpected(done.error());
  return ring->current();
}

// --- Keys ---------------------------------------------------------------------------------------

Keys::Keys(Engine& engine) : engine_(engine) {
  if (engine_.committer && engine_.vault.has_keys()) start();
}

Keys::~Keys() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Keys::start() {
  thread_ = std::thread([this] { loop(); });
}

/// Works as long as it pauses, so that others have at least half of the disk.
void Keys::loop() {
  auto pause = std::chrono::duration_cast<steady_clock::duration>(shortest_pause);
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, pause, [&] { return stopping_; })) return;
    }
    const auto begun = steady_clock::now();
    Result<void> adopted = adopt();
    const Result<bool> worked =
        adopted && !engine_.bulk ? step() : Result<bool>(false);  // a failure is tried again
    pause = watch_every;
    if (worked && *worked)
      pause = std::max<steady_clock::duration>(shortest_pause, steady_clock::now() - begun);
  }
}

Result<void> Keys::adopt() {
  {
    Result<sqlite::ReaderPool::Lease> reader = engine_.readers.lease();
    if (!reader) return unexpected(reader.error());
    const Result<StoredKeys> stored = read_keys(**reader);
    if (!stored) return unexpected(stored.error());
    const auto ring = engine_.vault.ring();
    const std::lock_guard lock(mutex_);
    if (ring && ring->current() == stored->resealing.key && stored->ring == adopted_) return {};
    adopted_ = stored->ring;
  }
  return engine_.committer->run_alone([&]() -> Result<void> {
    const Result<bool> adopted = engine_.writer->adopt_keys();
    return adopted ? Result<void>() : unexpected(adopted.error());
  });
}

Result<Resealed> Keys::next_versions(const Resealing& from) const {
  Result<sqlite::ReaderPool::Lease> reader = engine_.readers.lease();
  if (!reader) return unexpected(reader.error());
  const auto ring = engine_.vault.ring();
  Resealed batch;
  batch.reached = from;
  batch.reached.seq = from.last_seq;
  Query query(**reader,
              "SELECT seq, type, fingerprint, body FROM version WHERE seq > ?1 AND seq <= ?2 "
              "ORDER BY seq LIMIT ?3",
              from.seq, from.last_seq, versions_per_batch);
  std::int64_t rows = 0;
  while (query.next()) {
    const Seq seq = query.integer(0);
    const std::string type = engine_.types.name(static_cast<int>(query.integer(1)));
    Result<std::optional<std::string>> body = engine_.packer.resealed(type, query.bytes(3));
    if (!body) {
      body.error().where = "version " + std::to_string(seq);
      return unexpected(body.error());
    }
    const bool plain = seq > from.veiled && seq <= from.last_plain;
    if (*body || plain)
      batch.versions.push_back({seq, *body ? std::move(**body) : query.text(3),
                                plain ? ring->veil(query.bytes(2)) : query.text(2)});
    if (++rows == versions_per_batch) batch.reached.seq = seq;
  }
  if (!query.ok()) return unexpected(query.error());
  batch.reached.veiled =
      std::max(from.veiled, std::min(batch.reached.seq, batch.reached.last_plain));
  return batch;
}

Result<bool> Keys::step() {
  const std::lock_guard lock(stepping_);
  Result<KeyState> now = state();
  if (!now) return unexpected(now.error());
  const Resealing& from = now->resealing;
  if (!now->sealed || from.key != now->current || from.done()) return false;
  const auto in_writer = [&](std::size_t weight, const std::function<Result<void>()>& work) {
    return engine_.committer->run(weight, [&]() -> Result<void> {
      // The keys changed since the state was read: the next step begins anew.
      return engine_.vault.ring()->current() == from.key ? work() : Result<void>();
    });
  };
  Result<void> written;
  if (from.seq < from.last_seq) {
    const Result<Resealed> batch = next_versions(from);
    if (!batch) return unexpected(batch.error());
    written =
        in_writer(batch->versions.size(), [&] { return engine_.writer->write_resealed(*batch); });
  } else {
    written = in_writer(1, [&] { return engine_.writer->reseal_problems(from); });
  }
  if (!written) return unexpected(written.error());
  return true;
}

Result<KeyState> Keys::state() const {
  KeyState state;
  const auto ring = engine_.vault.ring();
  if (!ring) return state;
  Result<sqlite::ReaderPool::Lease> reader = engine_.readers.lease();
  if (!reader) return unexpected(reader.error());
  const Result<StoredKeys> stored = read_keys(**reader);
  if (!stored) return unexpected(stored.error());
  state.sealed = true;
  state.suite = ring->suite();
  state.scope = engine_.vault.scope();
  state.keys = ring->keys();
  state.current = ring->current();
  state.resealing = stored->resealing;
  state.scrub_owed = stored->scrub_owed;
  return state;
}

Result<std::map<std::uint32_t, std::int64_t>> Keys::count() const {
  constexpr const char* heads[] = {"SELECT substr(body, 1, 16) FROM version",
                                   "SELECT substr(original, 1, 16) FROM problem"};
  const auto ring = engine_.vault.ring();
  std::map<std::uint32_t, std::int64_t> counts;
  Result<sqlite::ReaderPool::Lease> reader = engine_.readers.lease();
  if (!reader) return unexpected(reader.error());
  for (const char* sql : heads) {
    Query query(**reader, sql);
    while (query.next()) {
      const bool body = sql == heads[0];
      ++counts[body   ? engine_.packer.key_of(query.bytes(0))
               : ring ? ring->key_of(query.bytes(0))
                      : 0];
    }
    if (!query.ok()) return unexpected(query.error());
  }
  return counts;
}

Result<void> Keys::rotate() {
  if (!engine_.committer)
    return fail(ErrorCode::unavailable, "the record store is open for reading only");
  Result<void> rotated =
      engine_.committer->run_alone([&] { return engine_.writer->rotate_keys(); });
  wake_.notify_all();
  return rotated;
}

Result<void> Keys::seal(const std::string& master_key, crypto::Suite suite, crypto::Scope scope,
                        const std::function<void(double)>& progress) {
  if (!engine_.committer)
    return fail(ErrorCode::unavailable, "the record store is open for reading only");
  if (!engine_.vault.has_keys()) {
    const Result<void> given = engine_.committer->run_alone([&] {
      engine_.options.master_key = master_key;
      return engine_.writer->give_keys(
          crypto::Keyring::create(suite, master_key, engine_.options.clock()), scope);
    });
    if (!given) return given;
  }
  const Result<KeyState> now = state();
  if (!now) return unexpected(now.error());
  if (now->resealing.done() && now->resealing.key == now->current && !now->scrub_owed)
    return fail(ErrorCode::conflict, "the store is sealed already");
  const Result<void> finished = finish(progress);
  if (!finished || !now->scrub_owed) return finished;
  engine_.readers.close();  // an idle reader would keep the former log alive
  return engine_.committer->run_alone([&] { return engine_.writer->scrub(); });
}

Result<void> Keys::finish(const std::function<void(double)>& progress) {
  if (Result<void> adopted = adopt(); !adopted) return adopted;
  while (true) {
    const Result<bool> worked = step();
    if (!worked) return unexpected(worked.error());
    if (!*worked) break;
    const Result<KeyState> now = state();
    if (!now) return unexpected(now.error());
    const Resealing& at = now->resealing;
    const auto all = static_cast<double>(std::max<Seq>(1, at.last_seq + at.last_problem));
    if (progress) progress(static_cast<double>(at.seq + at.problem) / all);
  }
  if (progress) progress(1.0);
  return {};
}

Result<void> Keys::change_master_key(const std::string& master_key) {
  if (!engine_.committer)
    return fail(ErrorCode::unavailable, "the record store is open for reading only");
  return engine_.committer->run_alone(
      [&] { return engine_.writer->change_master_key(master_key); });
}

}  // namespace hb::records
