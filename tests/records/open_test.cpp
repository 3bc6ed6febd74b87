#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "records/given.hpp"
#include "records/migrations.hpp"
#include "records/packed_id.hpp"
#include "support/small_disk.hpp"

using namespace hb;
using namespace hb::records;
using namespace hb::test;

namespace {

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  char* message = nullptr;
  const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &message);
  CAPTURE(message);
  CHECK(code == SQLITE_OK);
  sqlite3_free(message);
  sqlite3_close(database);
}

Error open_error(const std::filesystem::path& folder, const OpenOptions& options = {}) {
  const auto store = Store::open((folder / "records.db").string(), options);
  REQUIRE_FALSE(store.has_value());
  return store.error();
}

}  // namespace

TEST_CASE("sqlite_text: common types mapped, tables strict, comments left out") {
  CHECK(sqlite_text("-- why; not\nCREATE TABLE t (a BIGINT, b BYTES, c DOUBLE, BIGINTS TEXT);\n"
                    "CREATE TABLE u (a BIGINT) CLUSTERED; CREATE INDEX i ON t (a);") ==
        "CREATE TABLE t (a INTEGER, b BLOB, c REAL, BIGINTS TEXT) STRICT;\n"
        "CREATE TABLE u (a INTEGER) STRICT, WITHOUT ROWID;\nCREATE INDEX i ON t (a);\n");
}

TEST_CASE("migrations: numbered without a gap") {
  std::string number = "0001";
  for (const Migration& migration : migrations()) {
    CHECK(migration.name.substr(0, 4) == number);
    ++number[3];
  }
}

TEST_CASE("migrate: from nothing, from halfway, and again") {
  const TempDir folder;
  const std::string file = (folder.path() / "records.db").string();
  {
    auto connection = sqlite::Connection::open(file, sqlite::Connection::Mode::create);
    REQUIRE(connection.has_value());
    CHECK(*migrate(*connection, migrations().first(2)) == 2);
    CHECK(*migrate(*connection, migrations().first(2)) == 2);
  }
  OpenOptions reading;
  reading.read_only = true;
  CHECK(open_error(folder.path(), reading).code == ErrorCode::invalid_input);
  const auto store = given_store(folder.path());
  CHECK(store->info().schema_version == static_cast<int>(migrations().size()));
  check_sound(*store);
}

TEST_CASE("migrate: a step that fails leaves nothing of itself") {
  const TempDir folder;
  auto connection =
      sqlite::Connection::open((folder.path() / "x.db").string(), sqlite::Connection::Mode::create);
  const Migration broken[] = {
      migrations().front(),
      {"0002_broken", "CREATE TABLE half (a BIGINT); CREATE TABLE info (a BIGINT);"}};
  const auto failed = migrate(*connection, broken);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().where == "migration 0002_broken");
  CHECK(*sqlite::one_integer(*connection, 0, "PRAGMA user_version") == 1);
  CHECK(*sqlite::one_integer(*connection, 0,
                             "SELECT count(*) FROM sqlite_schema WHERE name = 'half'") == 0);
  CHECK(*migrate(*connection, migrations()) == static_cast<int>(migrations().size()));
}

TEST_CASE("open: what is no store of ours is refused with a clear sentence") {
  const TempDir folder;
  const auto file = folder.path() / "records.db";
  OpenOptions existing;
  existing.create = false;
  CHECK(open_error(folder.path(), existing).code == ErrorCode::not_found);

  std::ofstream(file) << std::string(10'000, 'x');
  const Error text = open_error(folder.path());
  CHECK(text.code == ErrorCode::invalid_input);
  CHECK(text.where == file.string());
  std::filesystem::remove(file);

  run_sql(file, "CREATE TABLE other (a)");
  CHECK(open_error(folder.path()).message.find("not a record store") != std::string::npos);
  std::filesystem::remove(file);

  given_store(folder.path());
  run_sql(file, "PRAGMA user_version = 999");
  const Error newer = open_error(folder.path());
  CHECK(newer.code == ErrorCode::invalid_input);
  CHECK(newer.message.find("newer program") != std::string::npos);
}

TEST_CASE("open: one writer at a time, readers beside it") {
  const TempDir folder;
  auto store = given_store(folder.path());
  committed(*store, one(version_of(*store, "Location", "l", "{}")));
  CHECK(open_error(folder.path()).code == ErrorCode::unavailable);
  OpenOptions reading;
  reading.read_only = true;
  const auto reader = given_store(folder.path(), reading);
  CHECK(reader->read(anyone, "Location", "l").has_value());
  CHECK(reader->commit(one(version_of(*reader, "Location", "m", "{}"))).error().code ==
        ErrorCode::unavailable);
  CHECK(reader->begin_delivery("a", "file").error().code == ErrorCode::unavailable);
  const Principal li{"li", {}, {}, {}, "care", true};  // could not be audited
  CHECK(reader->resident(li, 1).error().code == ErrorCode::forbidden);
}

TEST_CASE("open: a folder that may not be written") {
  const TempDir folder;
  std::filesystem::permissions(
      folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec |
                         std::filesystem::perms::others_read | std::filesystem::perms::others_exec);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // root may write anywhere: become nobody
    if (geteuid() == 0 && seteuid(65534) != 0) _exit(2);
    const auto store = Store::open((folder.path() / "records.db").string(), {});
    _exit(!store && store.error().code == ErrorCode::unavailable ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

TEST_CASE("disk full: a clear error, nothing half-written, works again when there is space") {
  SmallDisk disk(12);
  if (!disk.mounted()) {
    MESSAGE("skipped: a small file system cannot be mounted here");
    return;
  }
  {
    auto store = given_store(disk.path());
    std::string noise;
    const auto big = [&](int i) {
      noise.clear();
      for (int k = 0; k < 12'500; ++k) {  // 100 KB that do not compress
        const auto hash = crypto::fingerprint(std::to_string(i) + ":" + std::to_string(k));
        noise.append(reinterpret_cast<const char*>(&hash.low), sizeof hash.low);
      }
      return version_of(*store, "Binary", "b" + std::to_string(i), noise);
    };
    REQUIRE(disk.take(4));
    int written = 0;
    Result<Receipt> receipt;
    for (;; ++written) {
      WriteSet set = one(big(written));
      set.resources.push_back(version_of(*store, "Location", "l" + std::to_string(written), "{}"));
      receipt = store->commit(std::move(set));
      if (!receipt) break;
      REQUIRE(written < 200);
    }
    CHECK(written > 3);
    CHECK(receipt.error().code == ErrorCode::unavailable);
    CAPTURE(receipt.error().message);
    CHECK(receipt.error().message.find("disk") != std::string::npos);
    CHECK(store->last_seq() == 2 * written);
    CHECK(store->read(anyone, "Binary", "b0").has_value());
    CHECK_FALSE(*store->exists("Location", "l" + std::to_string(written)));
    REQUIRE(disk.give_back());
    CHECK(committed(*store, one(version_of(*store, "Location", "after", "{}"))).seqs.front() ==
          2 * written + 1);
    check_sound(*store);
  }
}

TEST_CASE("pack_id: UUIDs as 16 bytes, everything comes back") {
  CHECK(pack_id("55fc7bc8-9abd-4e26-a3ab-8c5e7a1e1e1e").size() == 16);
  for (const char* id :
       {"1", "abcdefghijklmnop", "abcdefghijklmnopq", "55fc7bc8-9abd-4e26-a3ab-8c5e7a1e1e1e",
        "55FC7BC8-9ABD-4E26-A3AB-8C5E7A1E1E1E", "00000000-0000-0000-0000-000000000000",
        "55fc7bc8-9abd-4e26-a3ab-8c5e7a1e1e1g", "55fc7bc8x9abd-4e26-a3ab-8c5e7a1e1e1e"}) {
    CAPTURE(id);
    CHECK(unpack_id(pack_id(id)) == id);
  }
}
