#include "records/open_store.hpp"

#include <filesystem>

#include "crypto/bytes.hpp"
#include "records/committer.hpp"
#include "records/keys.hpp"
#include "records/labels.hpp"
#include "records/migrations.hpp"
#include "records/writer.hpp"

namespace hb::records {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::execute;
using sqlite::one_integer;
using sqlite::Query;

constexpr std::size_t id_bytes = 16;
constexpr std::size_t secret_bytes = 32;

/// Name, secret or keys, and counters of a store that was just made.
Result<void> write_first_info(Connection& connection, const OpenOptions& options) {
  const Result<std::int64_t> known = one_integer(connection, 0, "SELECT count(*) FROM info");
  if (!known) return unexpected(known.error());
  if (*known > 0) return {};
  const bool sealed = !options.master_key.empty();
  const std::string id = crypto::to_hex(crypto::random_bytes(id_bytes));
  const std::string secret = sealed ? std::string() : crypto::random_bytes(secret_bytes);
  Result<void> written = execute(connection, "BEGIN IMMEDIATE");
  if (written)
    written = execute(connection,
                      "INSERT INTO info (name, value) VALUES ('id', ?1), ('secret', ?2), "
                      "('simulated', CAST('0' AS BLOB)), ('name_zh', x''), ('name_en', x''), "
                      "('next_resident', CAST('1' AS BLOB))",
                      Blob{id}, Blob{secret});
  if (written && sealed) {
    const auto ring = crypto::Keyring::create(options.suite, options.master_key, options.clock());
    StoredKeys keys{ring.text(), options.scope, {}, false};
    keys.resealing.key = ring.current();
    written = write_keys(connection, keys);
  }
  return written ? execute(connection, "COMMIT") : written;
}

Result<Connection> open_for_writing(const std::string& path, const OpenOptions& options,
                                    const Health& health) {
  const auto mode = options.create ? Connection::Mode::create : Connection::Mode::write;
  Result<Connection> connection = Connection::open(path, mode);
  if (!connection) return connection;
  connection->tell_damage(health.note());
  Result<void> ready = connection->run(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
      "PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000; "
      "PRAGMA journal_size_limit = 67108864");
  if (!ready) return unexpected(ready.error());
  const Result<int> version = migrate(*connection, migrations());
  if (!version) return unexpected(version.error());
  ready = write_first_info(*connection, options);
  if (!ready) return unexpected(ready.error());
  return connection;
}

Result<Connection> open_for_reading(const std::string& path) {
  Result<Connection> connection = Connection::open(path, Connection::Mode::read);
  if (!connection) return connection;
  const Result<int> version = expect_migrated(*connection, migrations());
  if (!version) return unexpected(version.error());
  const Result<std::int64_t> owed = one_integer(*connection, 0, "SELECT count(*) FROM index_owed");
  if (!owed) return unexpected(owed.error());
  if (*owed > 0) {
    return fail(ErrorCode::unavailable,
                "a bulk load is running or was cut off; open the store once for writing");
  }
  return connection;
}

Result<void> load_info(Engine& engine, Connection& connection) {
  engine.info.schema_version = static_cast<int>(migrations().size());
  Query query(connection, "SELECT name, value FROM info");
  while (query.next()) {
    const std::string_view name = query.bytes(0);
    const std::string value = query.text(1);
    if (name == "id") engine.info.id = value;
    if (name == "secret") engine.secret = value;
    if (name == "simulated") engine.info.simulated = value == "1";
    if (name == "name_zh") engine.info.name_zh = value;
    if (name == "name_en") engine.info.name_en = value;
    if (name == "next_resident")
      engine.residents.set_next(std::strtoll(value.c_str(), nullptr, 10));
  }
  return query.finished();
}

Result<void> load_catalogue(Engine& engine, Connection& connection) {
  Query types(connection, "SELECT type, name FROM resource_type");
  while (types.next()) engine.types.put(static_cast<int>(types.integer(0)), types.bytes(1));
  if (!types.ok()) return types.finished();
  Query dictionaries(connection, "SELECT id, type, content FROM dictionary ORDER BY id");
  while (dictionaries.next()) {
    const Result<std::string> content = dictionary_of(engine.vault, dictionaries.bytes(2));
    if (!content && engine.options.without_key) continue;
    if (!content) return unexpected(content.error());
    engine.packer.add_dictionary(static_cast<std::uint32_t>(dictionaries.integer(0)),
                                 engine.types.name(static_cast<int>(dictionaries.integer(1))),
                                 *content);
  }
  if (!dictionaries.ok()) return dictionaries.finished();
  const Result<std::int64_t> last_seq = one_integer(connection, 0, "SELECT max(seq) FROM version");
  if (!last_seq) return unexpected(last_seq.error());
  const Result<std::int64_t> last_batch =
      one_integer(connection, 0, "SELECT max(batch) FROM batch");
  if (!last_batch) return unexpected(last_batch.error());
  engine.last_seq = *last_seq;
  engine.last_batch = *last_batch;
  return {};
}

/// What was acknowledged and is not there any more.
void look_for_loss(Engine& engine) {
  const BatchId marked = engine.mark.open(engine.path + ".mark");
  if (marked > engine.last_batch) engine.health.missing({engine.last_batch + 1, marked});
  engine.mark.set(engine.last_batch);
}

Result<void> start_writer(Engine& engine, Connection connection) {
  look_for_loss(engine);
  engine.writer = std::make_unique<Writer>(engine, std::move(connection));
  const Result<bool> owes = engine.writer->owes();
  if (!owes) return unexpected(owes.error());
  if (*owes) {
    Result<void> paid = engine.writer->collect_owed();
    if (paid) paid = engine.writer->finish_bulk({});
    if (!paid) return paid;
  }
  engine.committer = std::make_unique<Committer>(*engine.writer);
  return {};
}

Result<void> open_labels(Engine& engine) {
  auto labels = Labels::open(engine.folder + "/labels.db", engine);
  if (!labels) return unexpected(labels.error());
  engine.labels = std::move(*labels);
  return {};
}

}  // namespace

Result<std::unique_ptr<Engine>> open_engine(const std::string& path, const OpenOptions& options) {
  if ((!options.create || options.read_only) && !std::filesystem::exists(path)) {
    return fail(ErrorCode::not_found, "there is no record store here", path);
  }
  auto engine = std::make_unique<Engine>(path, options);
  if (options.policy) engine->fields = std::make_unique<const FieldPlan>(*options.policy);
  if (!options.read_only) {
    Result<FileLock> lock = FileLock::take(path + ".lock");
    if (!lock) return unexpected(lock.error());
    engine->lock.emplace(std::move(*lock));
  }
  Result<Connection> connection =
      options.read_only ? open_for_reading(path) : open_for_writing(path, options, engine->health);
  Result<void> loaded;
  if (!connection) loaded = unexpected(connection.error());
  if (loaded) loaded = load_info(*engine, *connection);
  if (loaded) loaded = load_keys(*engine, *connection);
  if (loaded) loaded = load_catalogue(*engine, *connection);
  if (loaded && !options.read_only) loaded = start_writer(*engine, std::move(*connection));
  if (loaded && !options.read_only && options.compartments) loaded = open_labels(*engine);
  if (!loaded) {
    if (loaded.error().where.empty()) loaded.error().where = path;
    return unexpected(loaded.error());
  }
  return engine;
}

}  // namespace hb::records
