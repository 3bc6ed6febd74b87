#include "records/audit.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "crypto/bytes.hpp"
#include "given.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::records;
using namespace hb::test;

namespace {

/// A store with 2,500 audited reads by two people, closed; its anchors are signed.
struct Audited {
  TempDir folder;
  std::string path = (folder.path() / "records.db").string();
  crypto::Key key = crypto::Key::generate(crypto::Signature::ed25519);

  Audited() {
    const auto store = open();
    committed(*store, patient(*store, "a", "{}", {}, {}));
    for (int i = 0; i < 2'500; ++i) {
      const Principal who{i % 2 == 0 ? "li" : "wang", {}, {}, {}, "care", true, "10.0.0.7"};
      REQUIRE(store->read(who, "Patient", "a"));
    }
  }

  std::unique_ptr<Store> open() {
    OpenOptions options;
    options.audit_key = key;
    return Store::open(path, options).value();
  }

  Store::AuditVerdict verdict() {
    return open()->verify_audit(Principal::system("test"), &key).value();
  }

  /// What somebody with the file, but without the key, may do.
  std::vector<std::string> after(const std::string& sql) {
    {
      auto connection = sqlite::Connection::open(path, sqlite::Connection::Mode::write);
      REQUIRE(connection.has_value());
      REQUIRE(connection->run(sql));
    }
    return verdict().faults;
  }
};

using Faults = std::vector<std::string>;

}  // namespace

TEST_CASE("audit chain: sound as written, with an anchor every thousand entries") {
  Audited audited;
  const Store::AuditVerdict verdict = audited.verdict();
  CHECK(verdict.faults.empty());
  CHECK(verdict.entries == 2'500);
  CHECK(verdict.anchors == 2);
  const crypto::Key other = crypto::Key::generate(crypto::Signature::ed25519);
  CHECK(audited.open()->verify_audit(Principal::system("test"), &other)->faults ==
        Faults{"the anchor of entry 1000 is not signed with this key",
               "the anchor of entry 2000 is not signed with this key"});
}

TEST_CASE("audit chain: every kind of tampering is found and named") {
  CHECK(Audited().after("UPDATE audit SET account = 'zhao' WHERE id = 7") ==
        Faults{"entry 7 was changed, or put in, or the one before it was"});
  CHECK(Audited().after("UPDATE audit SET source = '' WHERE id = 2500") ==
        Faults{"entry 2500 was changed, or put in, or the one before it was"});
  CHECK(Audited().after("DELETE FROM audit WHERE id = 7") ==
        Faults{"entry 7 is gone", "entry 8 was changed, or put in, or the one before it was"});
  CHECK(Audited().after("DELETE FROM audit WHERE id BETWEEN 7 AND 9").front() ==
        "entries 7 to 9 are gone");
  CHECK(Audited().after("DELETE FROM audit WHERE id >= 1990") ==
        Faults{"the entries after 1989 are gone: an anchor names entry 2000"});
  CHECK(Audited().after("INSERT INTO audit (id, at, account, purpose, action, what) "
                        "VALUES (2501, 0, 'li', 'care', 'read', 'Patient/a')") ==
        Faults{"entry 2501 has no hash: it was put in past the program"});
  CHECK(Audited()
            .after("UPDATE audit SET id = -1 WHERE id = 5; UPDATE audit SET id = 5 WHERE id = 6;"
                   "UPDATE audit SET id = 6 WHERE id = -1")
            .size() >= 2);
  CHECK(Audited().after("UPDATE audit SET hash = x'00' WHERE id = 30").size() == 2);
}

TEST_CASE("audit chain: made anew from the middle on, it no longer fits the signed anchors") {
  Audited audited;
  const std::string id = audited.open()->info().id;
  {
    auto connection = sqlite::Connection::open(audited.path, sqlite::Connection::Mode::write);
    REQUIRE(
        connection->run("CREATE TEMP TABLE kept AS SELECT * FROM audit WHERE id > 900;"
                        "DELETE FROM audit WHERE id > 900"));
    std::vector<Store::AuditEntry> forged;
    sqlite::Query query(*connection,
                        "SELECT at, account, purpose, action, what, source FROM kept ORDER BY id");
    while (query.next())
      forged.push_back({Instant{query.integer(0)}, "zhao", query.text(2), query.text(3),
                        query.text(4), query.text(5)});
    REQUIRE(append_audit(*connection, id, nullptr, forged));
  }
  CHECK(audited.verdict().faults == Faults{"entry 1000 has another hash than its signed anchor",
                                           "entry 2000 has another hash than its signed anchor"});
}

TEST_CASE("audit: searched by account, by what and by time, in pages") {
  Audited audited;
  const auto store = audited.open();
  const Principal auditor = Principal::system("audit");
  CHECK(store->audit(auditor, {.user = "li", .limit = 5'000})->size() == 1'250);
  CHECK(store->audit(auditor, {.user = "zhao"})->empty());
  CHECK(store->audit(auditor, {.what = "resident 1 Patient/", .limit = 10})->size() == 10);
  CHECK(store->audit(auditor, {.what = "Observation"})->empty());
  const auto last = store->audit(auditor, {.limit = 1});
  CHECK(last->front().from == "10.0.0.7");
  const Instant at = last->front().at;
  CHECK(store->audit(auditor, {.until = at, .limit = 5'000})->size() < 2'500);
  CHECK(store->audit(auditor, {.since = Instant{at.micros + 1}})->empty());
  CHECK(store->audit(auditor, {.offset = 2'499})->size() == 1);
  const Principal li{"li", {}, {"77"}, {}, "care", false, ""};
  CHECK(store->audit(li, {}).error().code == ErrorCode::forbidden);
  CHECK(store->verify_audit(li).error().code == ErrorCode::forbidden);
}

TEST_CASE("audit: a person's entries are found by number, not those of a number that begins so") {
  Audited audited;
  {
    auto connection = sqlite::Connection::open(audited.path, sqlite::Connection::Mode::write);
    REQUIRE(connection.has_value());
    std::vector<Store::AuditEntry> more;
    for (const char* what : {"resident 12", "resident 12 Encounter/e", "resident 120", "resident 1",
                             "residents, 1 words, area all"})
      more.push_back({Instant{5}, "sun", "care", "read", what, "10.0.0.8"});
    const std::string id = audited.open()->info().id;
    REQUIRE(append_audit(*connection, id, nullptr, more));
  }
  const auto store = audited.open();
  const Principal auditor = Principal::system("audit");
  const auto found = store->audit(auditor, {.resident = 12});
  REQUIRE(found->size() == 2);
  CHECK(found->at(0).what == "resident 12 Encounter/e");
  CHECK(found->at(1).what == "resident 12");
  CHECK(store->audit(auditor, {.user = "sun", .resident = 1})->size() == 1);
  CHECK(store->audit(auditor, {.resident = 1, .limit = 5'000})->size() == 2'501);
  CHECK(store->audit(auditor, {.action = "read", .from = "10.0.0.8"})->size() == 5);
  CHECK(store->audit(auditor, {.purpose = "research"})->empty());
  CHECK(store->verify_audit(auditor)->faults.empty());
}

TEST_CASE("audit: pages meet without gap or overlap, along every index, at one instant too") {
  const TempDir folder;
  const std::string path = (folder.path() / "records.db").string();
  const std::string id = Store::open(path, {}).value()->info().id;
  {
    auto connection = sqlite::Connection::open(path, sqlite::Connection::Mode::write);
    std::vector<Store::AuditEntry> entries;
    for (std::int64_t i = 0; i < 300; ++i)  // the clock goes back once, and often stands still
      entries.push_back({Instant{i < 200 ? i / 10 : i / 10 - 15}, i % 3 == 0 ? "li" : "wang",
                         "care", "read", "resident " + std::to_string(i % 5), ""});
    REQUIRE(append_audit(*connection, id, nullptr, entries));
  }
  const auto store = Store::open(path, {}).value();
  const Principal auditor = Principal::system("audit");
  const auto walked = [&](Store::AuditQuery query) {
    std::vector<std::pair<std::int64_t, std::int64_t>> places;
    for (int pages = 0; pages < 400; ++pages) {
      const auto page = store->search_audit(auditor, query);
      REQUIRE(page.has_value());
      for (const auto& entry : page->entries) places.emplace_back(entry.at.micros, entry.id);
      if (!page->next) break;
      query.before = page->next;
    }
    CHECK(std::ranges::is_sorted(places, std::greater{}));
    CHECK(std::ranges::adjacent_find(places) == places.end());
    return places.size();
  };
  CHECK(walked({.limit = 7}) == 300);
  CHECK(walked({.user = "li", .limit = 7}) == 100);
  CHECK(walked({.user = "wang", .resident = 4, .limit = 7}) == 40);
  CHECK(walked({.what = "resident", .limit = 7}) == 300);
  CHECK(walked({.purpose = "research", .limit = 7, .most = 20}) == 0);
  CHECK(walked({.user = "li", .since = Instant{3}, .until = Instant{5}, .limit = 2, .most = 3}) ==
        store->audit(auditor, {.user = "li", .since = Instant{3}, .until = Instant{5}})->size());
  const auto given_up = store->search_audit(auditor, {.purpose = "research", .most = 20});
  CHECK(given_up->entries.empty());
  CHECK(given_up->next->id == 181);  // the newest instants are 19 (191–200) and 18 (181–190)
  CHECK_FALSE(store->search_audit(auditor, {.limit = 0}).has_value());
}

TEST_CASE("audit: the check tells how far it is and can be stopped") {
  Audited audited;
  const auto store = audited.open();
  std::int64_t done = 0;
  const auto verdict = store->verify_audit(Principal::system("test"), &audited.key,
                                           [&](std::int64_t now, std::int64_t all) {
                                             done = now;
                                             return all == 2'500;
                                           });
  CHECK(verdict->faults.empty());
  CHECK(done == 2'500);
  const auto stopped = store->verify_audit(Principal::system("test"), nullptr,
                                           [](std::int64_t, std::int64_t) { return false; });
  CHECK(stopped.error().code == ErrorCode::unavailable);
}

TEST_CASE("audit: what is no read of a person can be noted too") {
  const TempDir folder;
  const auto store = given_store(folder.path());
  store->note_audit({"an.quan", {}, {}, {}, "operation", true, "10.0.0.9"}, "account",
                    "account li.na locked");
  const auto entries = store->audit(anyone, {});
  REQUIRE(entries->size() == 1);
  CHECK(entries->front().user == "an.quan");
  CHECK(entries->front().what == "account li.na locked");
  CHECK(entries->front().from == "10.0.0.9");
  CHECK(entries->front().id == 1);
}

TEST_CASE("chained: each field and its place counts") {
  const Store::AuditEntry entry{Instant{1}, "li", "care", "read", "Patient/a", ""};
  const std::string hash = chained("f", 1, entry);
  CHECK(hash.size() == 32);
  CHECK(chained("f", 2, entry) != hash);
  CHECK(chained("g", 1, entry) != hash);
  Store::AuditEntry moved = entry;
  moved.user = "lic";
  moved.purpose = "are";
  CHECK(chained("f", 1, moved) != hash);
  for (std::string Store::AuditEntry::*const field :
       {&Store::AuditEntry::user, &Store::AuditEntry::purpose, &Store::AuditEntry::action,
        &Store::AuditEntry::what, &Store::AuditEntry::from}) {
    Store::AuditEntry other = entry;
    other.*field += "x";
    CHECK(chained("f", 1, other) != hash);
  }
  Store::AuditEntry later = entry;
  later.at.micros += 1;
  CHECK(chained("f", 1, later) != hash);
}
