// Backups of a store that is being written, and what comes back of them.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "backup/restore.hpp"
#include "backup/take.hpp"
#include "crypto/key_file.hpp"
#include "ingest/given.hpp"
#include "records/given.hpp"
#include "support/small_disk.hpp"

namespace fs = std::filesystem;
using namespace hb;
using namespace hb::backup;
using namespace hb::test;

namespace {

constexpr int set_size = 5;
constexpr int writers = 8;

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void put_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string set_name(int writer, int number) {
  return std::to_string(writer) + "-" + std::to_string(number);
}

/// A person and four observations that carry the set's name: one commit.
records::WriteSet set_of(records::Store& store, int writer, int number) {
  const std::string name = set_name(writer, number);
  records::WriteSet set = test::patient(store, "p-" + name, "{\"p\":\"" + name + "\"}",
                                        {.sex = "female", .area = "770101"}, {"word", name});
  for (int i = 1; i < set_size; ++i)
    set.resources.push_back(version_of(store, "Observation", name + "-" + std::to_string(i),
                                       "{\"set\":\"" + name + "\"}",
                                       set.residents.front().resident.id));
  set.user = "nurse";
  return set;
}

/// Versions per set as they stand in a store.
std::map<std::string, int> sets_in(const records::Store& store) {
  std::map<std::string, int> sets;
  REQUIRE(store.scan(anyone, 0, store.last_seq(), [&](const records::StoredVersion& version) {
    CHECK(version.version == 1);
    const std::size_t quote = version.json.find(":\"") + 2;
    ++sets[version.json.substr(quote, version.json.size() - quote - 2)];
    return true;
  }));
  return sets;
}

TakeOptions from(const fs::path& store, const fs::path& to) {
  TakeOptions options;
  options.store = store;
  options.to = to;
  options.program = "test";
  return options;
}

Taken given_backup(const TakeOptions& options) {
  Result<Taken> taken = take(options);
  if (!taken) FAIL("take: " << taken.error().message << " " << taken.error().where);
  return std::move(*taken);
}

Restored given_restored(const fs::path& file, const fs::path& store) {
  RestoreOptions options;
  options.from = file;
  options.store = store;
  Result<Restored> restored = restore(options);
  if (!restored) FAIL("restore: " << restored.error().message << " " << restored.error().where);
  return std::move(*restored);
}

/// A store of a few commits, closed.
void given_small_store(const fs::path& folder, const records::OpenOptions& options = {}) {
  fs::create_directories(folder);
  auto store = given_store(folder, options);
  for (int number = 0; number < 3; ++number) committed(*store, set_of(*store, 0, number));
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    names.insert(fs::relative(entry.path(), folder).string());
  return names;
}

}  // namespace

TEST_CASE("take: while eight writers write, all that was acknowledged before is there, none half") {
  const TempDir dir;
  fs::create_directories(dir.path() / "store");
  std::map<std::string, int> backed;
  for (int round = 0; round < (is_long_run() ? 20 : 3); ++round) {
    std::set<std::string> before;
    Manifest manifest;
    const fs::path file = dir.path() / ("backup-" + std::to_string(round));
    {
      auto store = given_store(dir.path() / "store");
      std::atomic<bool> stop{false};
      std::mutex mutex;
      std::set<std::string> acknowledged;
      std::array<std::thread, writers> threads;
      for (int writer = 0; writer < writers; ++writer)
        threads[static_cast<std::size_t>(writer)] = std::thread([&, writer] {
          for (int number = 0; !stop; ++number) {
            const int unique = round * 1'000'000 + number;
            if (!store->commit(set_of(*store, writer, unique))) return;
            const std::lock_guard lock(mutex);
            acknowledged.insert(set_name(writer, unique));
          }
        });
      const auto count = [&] {
        const std::lock_guard lock(mutex);
        return acknowledged.size();
      };
      while (count() < 200) std::this_thread::yield();
      {
        const std::lock_guard lock(mutex);
        before = acknowledged;
      }
      manifest = given_backup(from(dir.path() / "store", file)).manifest;
      const std::size_t then = count();
      while (count() < then + 50) std::this_thread::yield();  // writing was never held up for good
      stop = true;
      for (std::thread& thread : threads) thread.join();
    }
    const fs::path back = dir.path() / ("restored-" + std::to_string(round));
    given_restored(file, back);
    auto store = given_store(back);
    hb::test::check_sound(*store);
    const std::map<std::string, int> sets = sets_in(*store);
    for (const auto& [name, versions] : sets) CHECK_MESSAGE(versions == set_size, name);
    for (const std::string& name : before) CHECK_MESSAGE(sets.contains(name), name);
    for (const auto& [name, versions] : backed) CHECK_MESSAGE(sets.contains(name), name);
    CHECK(static_cast<Seq>(sets.size()) * set_size == manifest.seq);
    CHECK(store->last_seq() == manifest.seq);
    CHECK(store->last_batch() == manifest.batch);
    const auto audit = store->verify_audit(anyone);
    REQUIRE(audit.has_value());
    CHECK(audit->faults.empty());
    CHECK(audit->entries >= manifest.audit_entries);
    backed = sets;
  }
}

TEST_CASE("take: everything of the store but what is made anew, what is passing, and its key") {
  const TempDir dir;
  const fs::path store = dir.path() / "store";
  given_hub(store).reset();
  put_bytes(store / "manifest.json", "{}");
  fs::create_directories(store / "settings");
  put_bytes(store / "settings" / "note.txt", "kept");
  fs::create_directories(store / "incoming");
  put_bytes(store / "incoming" / "upload-1", "sealed under a key that is gone");
  put_bytes(store / "search.db", "x");
  const Taken taken = given_backup(from(store, dir.path() / "b"));
  std::set<std::string> names;
  for (const Part& part : taken.manifest.parts) names.insert(part.name);
  CHECK(names == std::set<std::string>{"store/records.db", "store/audit.key", "store/audit.key.pub",
                                       "store/manifest.json", "store/settings/note.txt"});
  CHECK(taken.bytes == static_cast<std::int64_t>(fs::file_size(dir.path() / "b")));
  const auto again = verify(dir.path() / "b");
  REQUIRE(again.has_value());
  CHECK(again->json() == taken.manifest.json());

  given_restored(dir.path() / "b", dir.path() / "back");
  CHECK(bytes_of(dir.path() / "back" / "settings" / "note.txt") == "kept");
  CHECK(bytes_of(dir.path() / "back" / "audit.key") == bytes_of(store / "audit.key"));
  struct stat about {};
  REQUIRE(stat((dir.path() / "back" / "audit.key").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777U) == 0600U);
  auto hub = given_hub(dir.path() / "back");  // makes the tables
  hb::test::check_sound(*hub);
}

TEST_CASE("take: tables go in only while nobody else has the store") {
  const TempDir dir;
  const fs::path store = dir.path() / "store";
  TakeOptions options = from(store, dir.path() / "b");
  options.with_tables = true;
  {
    auto hub = given_hub(store);
    const auto refused = take(options);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("--with-tables") != std::string::npos);
  }
  const Taken taken = given_backup(options);
  CHECK(taken.manifest.with_tables);
  given_restored(dir.path() / "b", dir.path() / "back");
  CHECK(bytes_of(dir.path() / "back" / "tables.db") == bytes_of(store / "tables.db"));
  auto hub = given_hub(dir.path() / "back");
  hb::test::check_sound(*hub);
}

TEST_CASE("take: the key stays outside unless it is asked for") {
  const TempDir dir;
  const fs::path key = dir.path() / "store.key";
  REQUIRE(crypto::make_master_key(key).has_value());
  const auto master = crypto::read_master_key(key);
  REQUIRE(master.has_value());
  records::OpenOptions sealed;
  sealed.master_key = *master;
  given_small_store(dir.path() / "store", sealed);

  TakeOptions options = from(dir.path() / "store", dir.path() / "without");
  options.key_file = key;
  const Taken without = given_backup(options);
  CHECK(without.manifest.sealed);
  CHECK_FALSE(without.manifest.with_keys);
  for (const Part& part : without.manifest.parts) CHECK(part.name != key_part);
  options.with_keys = true;
  options.to = dir.path() / "with";
  CHECK(given_backup(options).manifest.with_keys);

  RestoreOptions back;
  back.from = dir.path() / "with";
  back.store = dir.path() / "back";
  back.key_file = dir.path() / "back.key";
  put_bytes(back.key_file, "another key");
  const auto refused = restore(back);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK_FALSE(fs::exists(back.store));
  fs::remove(back.key_file);
  const auto done = restore(back);
  REQUIRE(done.has_value());
  CHECK(done->key_written);
  CHECK(bytes_of(back.key_file) == bytes_of(key));
  const auto same = crypto::read_master_key(back.key_file);  // refuses what others may read
  REQUIRE(same.has_value());
  sealed.master_key = *same;
  CHECK(sets_in(*given_store(back.store, sealed)).size() == 3);
}

TEST_CASE(
    "verify and restore: damaged and shortened backups are refused before anything is written") {
  const TempDir dir;
  given_small_store(dir.path() / "store");
  const Taken taken = given_backup(from(dir.path() / "store", dir.path() / "b"));
  const std::string whole = bytes_of(dir.path() / "b");
  const fs::path hurt = dir.path() / "hurt";
  int refused = 0;
  const auto look = [&](const std::string& bytes) {
    put_bytes(hurt, bytes);
    RestoreOptions options;
    options.from = hurt;
    options.store = dir.path() / "never";
    const auto restored = restore(options);
    if (!restored) {
      ++refused;
      CHECK(restored.error().code == ErrorCode::invalid_input);
      CHECK_FALSE(fs::exists(options.store));
    } else {  // a byte behind the last file: nothing of the content has changed
      CHECK(restored->manifest.json() == taken.manifest.json());
      fs::remove_all(options.store);
    }
  };
  constexpr std::size_t steps = 60;
  for (std::size_t i = 0; i < steps; ++i) {
    std::string bytes = whole;
    bytes[whole.size() * i / steps] ^= 0x40;
    look(bytes);
    look(whole.substr(0, whole.size() * i / steps));
  }
  CHECK(refused > 100);
  look("");
  look("not a backup at all, only some text");
  CHECK(names_in(dir.path()).count("never") == 0);
}

TEST_CASE("restore: a directory that is not empty is refused, or moved aside when asked") {
  const TempDir dir;
  given_small_store(dir.path() / "store");
  given_backup(from(dir.path() / "store", dir.path() / "b"));
  RestoreOptions options;
  options.from = dir.path() / "b";
  options.store = dir.path() / "store";
  const auto refused = restore(options);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::conflict);
  options.move_aside = true;
  {
    auto used = given_store(dir.path() / "store");
    CHECK_FALSE(restore(options).has_value());  // somebody writes there
    committed(*used, set_of(*used, 0, 99));
  }
  const auto done = restore(options);
  REQUIRE(done.has_value());
  CHECK(sets_in(*given_store(done->aside)).size() == 4);
  CHECK(sets_in(*given_store(options.store)).size() == 3);
  fs::create_directories(dir.path() / "empty");
  given_restored(dir.path() / "b", dir.path() / "empty");
}

TEST_CASE("take: what is stopped or killed leaves no file that looks whole, and no rubbish") {
  const TempDir dir;
  given_small_store(dir.path() / "store");
  const fs::path place = dir.path() / "backups";
  fs::create_directories(place);
  TakeOptions options = from(dir.path() / "store", place / "b");
  options.progress = [](double fraction) { return fraction < 0.6; };
  const auto stopped = take(options);
  REQUIRE_FALSE(stopped.has_value());
  CHECK(names_in(place).empty());

  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    options.progress = [](double fraction) {
      if (fraction > 0.6) raise(SIGKILL);
      return true;
    };
    (void)take(options);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK_FALSE(fs::exists(place / "b"));
  CHECK_FALSE(names_in(place).empty());
  const Taken taken = given_backup(from(dir.path() / "store", place));
  CHECK(names_in(place) == std::set<std::string>{taken.file.filename().string()});
  CHECK(taken.file.filename().string().starts_with("store-2"));
  const auto twice = take(from(dir.path() / "store", taken.file));
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == ErrorCode::conflict);
}

TEST_CASE("take: onto a full disk says so and leaves nothing") {
  SmallDisk disk(4);
  if (!disk.mounted()) {
    MESSAGE("skipped: no right to mount a small disk");
    return;
  }
  const TempDir dir;
  given_small_store(dir.path() / "store");
  REQUIRE(disk.take(4));
  const auto full = take(from(dir.path() / "store", disk.path() / "b"));
  REQUIRE_FALSE(full.has_value());
  CHECK(full.error().code == ErrorCode::unavailable);
  CHECK(names_in(disk.path()) == std::set<std::string>{"ballast"});
  REQUIRE(disk.give_back());
  given_backup(from(dir.path() / "store", disk.path() / "b"));
}

TEST_CASE("take: damaged records are no backup") {
  const TempDir dir;
  fs::create_directories(dir.path() / "store");
  {
    auto store = given_store(dir.path() / "store");
    for (int number = 0; number < 300; ++number) committed(*store, set_of(*store, 1, number));
  }
  const fs::path records = dir.path() / "store" / "records.db";
  std::string bytes = bytes_of(records);
  for (std::size_t at = bytes.size() / 2; at < bytes.size() / 2 + 3 * 8192; at += 8)
    bytes[at] ^= 0x5A;
  put_bytes(records, bytes);
  const auto refused = take(from(dir.path() / "store", dir.path() / "b"));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("damaged") != std::string::npos);
  CHECK_FALSE(fs::exists(dir.path() / "b"));
}

TEST_CASE("parse_manifest: names that lead out of the store, and what is no manifest") {
  Manifest manifest;
  manifest.store_id = "a";
  manifest.parts.push_back({"store/records.db", 1, std::string(64, 'a')});
  CHECK(parse_manifest(manifest.json()).has_value());
  for (const char* name :
       {"/etc/passwd", "../x", "store/../../x", "", "store/", "store/a/.", "a", "/store/a"}) {
    manifest.parts.back().name = name;
    CHECK_MESSAGE(!parse_manifest(manifest.json()).has_value(), name);
  }
  for (const char* text : {"", "[]", "{}", R"({"format":"healthbrain-backup-2"})"})
    CHECK_FALSE(parse_manifest(text).has_value());
}
