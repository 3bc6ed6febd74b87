// Files of the records that somebody or something has changed: named, never taken for whole.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "records/given.hpp"
#include "records/health.hpp"
#include "records/sealed.hpp"

namespace fs = std::filesystem;
using namespace hb;
using namespace hb::records;
using namespace hb::test;

namespace {

constexpr int commits = 200;

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void put_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string text_of(int number) {
  return "{\"number\":" + std::to_string(number) + ",\"text\":\"" + std::string(400, 'x') + "\"}";
}

/// A store whose commits stand in its log: the program was killed.
void given_killed_store(const fs::path& folder) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto store = Store::open((folder / "records.db").string(), {});
    if (!store) _exit(2);
    for (int number = 1; number <= commits; ++number) {
      WriteSet set;
      set.resources.push_back(
          version_of(**store, "Observation", "o" + std::to_string(number), text_of(number)));
      if (!(*store)->commit(std::move(set))) _exit(3);
    }
    raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

/// The store after its log was changed: a whole beginning, and it knows what is missing.
void check_beginning(const fs::path& folder, const std::string& how) {
  auto store = given_store(folder);
  hb::test::check_sound(*store);
  const BatchId last = store->last_batch();
  REQUIRE(store->scan(anyone, 0, store->last_seq(), [&](const StoredVersion& version) {
    CHECK(version.json == text_of(static_cast<int>(version.seq)));
    return true;
  }));
  CHECK(store->last_seq() == last);
  const auto lost = store->health().lost();
  CHECK_MESSAGE(lost.has_value() == (last < commits), how);
  if (!lost) return;
  CHECK(lost->first == last + 1);
  CHECK(lost->last == commits);
  const auto audit = store->audit(anyone, {.action = "damage"});
  REQUIRE(audit.has_value());
  REQUIRE(audit->size() == 1);
  CHECK(audit->front().what == "commits " + std::to_string(last + 1) + " to " +
                                   std::to_string(commits) + " are not there any more");
  committed(*store, one(version_of(*store, "Observation", "after", "{}")));
  hb::test::check_sound(*store);
}

}  // namespace

TEST_CASE(
    "open: a log that is cut off or changed loses its end, and the store says which commits") {
  const TempDir given;
  given_killed_store(given.path());
  const std::string whole = bytes_of(given.path() / "records.db-wal");
  REQUIRE(whole.size() > 100'000);
  const auto try_log = [&](const std::string& log, const std::string& how) {
    const TempDir folder;
    for (const char* name : {"records.db", "records.db.mark"})
      fs::copy_file(given.path() / name, folder.path() / name);
    put_bytes(folder.path() / "records.db-wal", log);
    check_beginning(folder.path(), how);
  };
  try_log(whole, "whole");
  for (std::size_t part = 1; part < 10; ++part) {
    try_log(whole.substr(0, whole.size() * part / 10), "cut at " + std::to_string(part) + "/10");
    std::string changed = whole;
    changed[whole.size() * part / 10 + 50] ^= 0x20;
    try_log(changed, "changed at " + std::to_string(part) + "/10");
  }
  try_log(whole + std::string(10'000, '\x17'), "rubbish behind it");
}

TEST_CASE("open: without a mark, or after a clean end, nothing is called lost") {
  const TempDir folder;
  for (int round = 0; round < 3; ++round) {
    auto store = given_store(folder.path());
    CHECK_FALSE(store->health().lost().has_value());
    committed(*store, one(version_of(*store, "Observation", std::to_string(round), "{}")));
    if (round == 1) fs::remove(folder.path() / "records.db.mark");
  }
}

TEST_CASE("read: a body that is not the one that was written is never given out") {
  for (const bool sealed : {false, true}) {
    CAPTURE(sealed);
    const TempDir folder;
    OpenOptions options;
    if (sealed) options.master_key = std::string(32, 'k');
    const auto marker = [](int number) { return "body number " + std::to_string(1000 + number); };
    {
      auto store = given_store(folder.path(), options);
      for (int number = 0; number < 40; ++number)
        committed(*store, one(version_of(*store, "Observation", "o" + std::to_string(number),
                                         "{\"a\":\"" + marker(number) + "\"}")));
    }
    const fs::path file = folder.path() / "records.db";
    const std::string whole = bytes_of(file);
    int named = 0, untouched = 0;
    // Where bodies lie, every 499th byte of the file in turn is changed.
    for (std::size_t at = 8192; at < whole.size(); at += 499) {
      std::string changed = whole;
      changed[at] ^= 0x01;
      put_bytes(file, changed);
      fs::remove(folder.path() / "records.db-wal");
      auto opened = Store::open(file.string(), options);
      if (!opened) {
        ++named;
        continue;
      }
      for (int number = 0; number < 40; number += 1) {
        const auto read = (*opened)->read(anyone, "Observation", "o" + std::to_string(number));
        if (!read) {
          ++named;
          continue;
        }
        ++untouched;
        CHECK(read->json == "{\"a\":\"" + marker(number) + "\"}");
      }
    }
    MESSAGE(named << " refused, " << untouched << " whole");
    CHECK(named > 0);
    CHECK(untouched > 0);
  }
}

TEST_CASE("health: what was met of damage is kept, and check() names it") {
  const TempDir folder;
  {
    auto store = given_store(folder.path());
    for (int number = 1; number <= 2000; ++number)
      committed(*store, one(version_of(*store, "Observation", "o" + std::to_string(number),
                                       text_of(number))));
  }
  const fs::path file = folder.path() / "records.db";
  std::string bytes = bytes_of(file);
  for (std::size_t at = bytes.size() / 2; at < bytes.size() / 2 + 8 * 8192; at += 16)
    bytes[at] ^= 0x55;
  put_bytes(file, bytes);
  auto store = given_store(folder.path());
  int refused = 0;
  for (int number = 1; number <= 2000; ++number) {
    const auto read = store->read(anyone, "Observation", "o" + std::to_string(number));
    if (read)
      CHECK(read->json == text_of(number));
    else
      ++refused;
  }
  CHECK(refused > 0);
  CHECK(store->health().damage().has_value());
  const auto faults = store->check();
  CHECK((!faults.has_value() || !faults->empty()));
}
