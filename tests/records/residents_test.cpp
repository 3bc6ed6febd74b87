#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "records/given.hpp"

using namespace hb;
using namespace hb::records;
using namespace hb::test;

namespace {

std::vector<ResidentId> ids(const Result<PersonPage>& page) {
  REQUIRE(page.has_value());
  std::vector<ResidentId> result;
  for (const Resident& resident : page->residents) result.push_back(resident.id);
  return result;
}

using Ids = std::vector<ResidentId>;

}  // namespace

TEST_CASE("resolve_resident: one number per Patient, from many threads, new for one caller") {
  const TempDir folder;
  auto store = given_store(folder.path());
  std::mutex mutex;
  std::map<std::string, ResidentId> numbers;
  std::atomic<int> told_new = 0;
  std::atomic<int> differing = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const std::string id = "patient-" + std::to_string(i);
        const auto resolved = store->resolve_resident(id);
        if (resolved->second) ++told_new;
        const std::lock_guard lock(mutex);
        const auto [known, added] = numbers.emplace(id, resolved->first.id);
        if (known->second != resolved->first.id) ++differing;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(told_new == 500);
  CHECK(differing == 0);
  CHECK(store->resolve_resident("").error().code == ErrorCode::invalid_input);
}

TEST_CASE("resolve_resident: numbers handed out before a restart are not given to others") {
  const TempDir folder;
  {
    auto store = given_store(folder.path());
    REQUIRE(store->resolve_resident("never-written")->first.id == 1);
    const auto second = store->resolve_resident("only-referred-to");
    REQUIRE(second->first.id == 2);
    // An observation carries number 2 though no ResidentChange says who that is.
    committed(*store, one(version_of(*store, "Observation", "o", "{}", 2)));
  }
  auto store = given_store(folder.path());
  CHECK(store->resolve_resident("somebody-else")->first.id == 3);
}

TEST_CASE("resolve_resident: after a failed commit the next caller is told that it is new") {
  const TempDir folder;
  auto store = given_store(folder.path());
  WriteSet set = patient(*store, "p", "{}", {.sex = "male"}, {});
  CHECK_FALSE(store->resolve_resident("p")->second);
  set.problem_updates.push_back({77, Problem::State::open, ""});
  CHECK_FALSE(store->commit(set).has_value());
  CHECK(store->resolve_resident("p")->second);
  set.problem_updates.clear();
  committed(*store, set);
  CHECK_FALSE(store->resolve_resident("p")->second);
  CHECK(store->resolve_resident("p")->first.sex == "male");
}

TEST_CASE("residents: provisional, then known; what is known stays") {
  const TempDir folder;
  auto store = given_store(folder.path());
  const auto resolved = store->resolve_resident("p1");
  REQUIRE(resolved->second);
  CHECK(resolved->first.provisional);
  WriteSet provisional;
  provisional.residents.push_back({resolved->first, ResidentChange::no_resource, {}});
  committed(*store, provisional);
  CHECK(store->resident(anyone, 1)->provisional);

  committed(*store, patient(*store, "p1", "{\"v\":1}",
                            {.sex = "female",
                             .birth_date = make_date(1980, 1, 31),
                             .area = "330105001",
                             .deceased = make_date(2020, 2, 1)},
                            {"李娜"}));
  committed(*store, provisional);  // came late: must not undo it
  const auto known = store->resident(anyone, 1);
  CHECK_FALSE(known->provisional);
  CHECK(known->patient_id == "p1");
  CHECK(known->sex == "female");
  CHECK(known->birth_date == make_date(1980, 1, 31));
  CHECK(known->deceased == make_date(2020, 2, 1));
  CHECK(known->seq == 1);
  const Resident cached = store->resolve_resident("p1")->first;
  CHECK(cached.area == "330105001");
  CHECK(cached.seq == 1);
  CHECK(store->resident(anyone, 2).error().code == ErrorCode::not_found);
  check_sound(*store);
}

TEST_CASE(
    "find_residents: words, sex, age and area; also in a bulk load and after a change of name") {
  for (const bool bulk : {false, true}) {
    CAPTURE(bulk);
    const TempDir folder;
    OpenOptions options;
    options.bulk_entries_in_memory = 4;
    auto store = given_store(folder.path(), options);
    committed(*store,
              patient(*store, "a", "1",
                      {.sex = "male", .birth_date = make_date(1980, 6, 15), .area = "330105001"},
                      {"张伟", "zhang wei"}));
    CHECK(ids(store->find_residents(anyone, {})) ==
          Ids{1});  // filters are loaded before the rest comes
    if (bulk) REQUIRE(store->begin_bulk());
    committed(*store,
              patient(*store, "b", "1",
                      {.sex = "female", .birth_date = make_date(2020, 2, 29), .area = "330105002"},
                      {"张伟", "王芳"}));
    committed(*store, patient(*store, "c", "1", {.sex = "male", .area = "330106"}, {"王芳"}));
    const auto verify = [&] {
      const Date today = *make_date(2025, 6, 14);
      CHECK(ids(store->find_residents(anyone, {.words = {"张伟"}})) == Ids{1, 2});
      CHECK(ids(store->find_residents(anyone, {.words = {"张 伟", "王芳"}})) == Ids{2});
      CHECK(ids(store->find_residents(anyone, {.words = {"ZHANG　WEI"}})) == Ids{1});
      CHECK(ids(store->find_residents(anyone, {.words = {"nobody"}})).empty());
      CHECK(ids(store->find_residents(anyone, {.words = {"王芳"}, .sex = "male"})) == Ids{3});
      CHECK(ids(store->find_residents(anyone, {.area = "330105"})) == Ids{1, 2});
      CHECK(ids(store->find_residents(anyone, {.sex = "other"})).empty());
      // 1980-06-15 is 44 years on 2025-06-14; 2020-02-29 is 5 years; the third has no birth date.
      CHECK(ids(store->find_residents(anyone, {.age_from = 44, .age_to = 44, .today = today})) ==
            Ids{1});
      CHECK(ids(store->find_residents(anyone, {.age_from = 45, .today = today})).empty());
      CHECK(ids(store->find_residents(anyone, {.age_to = 5, .today = today})) == Ids{2});
      CHECK(ids(store->find_residents(anyone, {.age_to = 4, .today = *make_date(2025, 2, 28)})) ==
            Ids{2});
      const auto page = store->find_residents(anyone, {.offset = 1, .limit = 1});
      CHECK(page->total == 3);
      CHECK(ids(page) == Ids{2});
    };
    verify();
    if (bulk) {
      committed(*store,
                patient(*store, "a", "2",
                        {.sex = "male", .birth_date = make_date(1980, 6, 15), .area = "330105001"},
                        {"赵伟"}));
      CHECK(ids(store->find_residents(anyone, {.words = {"张伟"}})) == Ids{2});
      CHECK(ids(store->find_residents(anyone, {.words = {"赵伟"}})) == Ids{1});
      committed(*store,
                patient(*store, "b", "2", {.sex = "female", .area = "330105002"}, {"王芳"}));
      CHECK(ids(store->find_residents(anyone, {.words = {"张伟"}})).empty());
      REQUIRE(store->finish_bulk());
      CHECK(ids(store->find_residents(anyone, {.words = {"张伟"}})).empty());
      CHECK(ids(store->find_residents(anyone, {.words = {"王芳"}})) == Ids{2, 3});
    } else {
      committed(*store, patient(*store, "a", "2", {.sex = "male"}, {"赵伟"}));
      CHECK(ids(store->find_residents(anyone, {.words = {"张伟"}})) == Ids{2});
      CHECK(ids(store->find_residents(anyone, {.words = {"赵伟"}})) == Ids{1});
    }
    check_sound(*store);
  }
}

TEST_CASE("find_residents: the total is exact up to 10,000") {
  const TempDir folder;
  auto store = given_store(folder.path());
  for (int first = 0; first < 12'000; first += 2000) {
    WriteSet set;
    for (int i = first; i < first + 2000; ++i) {
      const auto resolved = store->resolve_resident("p" + std::to_string(i));
      ResidentChange change{resolved->first, ResidentChange::no_resource, {"all"}};
      change.resident.provisional = false;
      if (i < 9999) change.words.push_back("most");
      set.residents.push_back(std::move(change));
    }
    committed(*store, set);
  }
  CHECK(store->find_residents(anyone, {.words = {"most"}})->total == 9999);
  CHECK(store->find_residents(anyone, {.words = {"all"}})->total == 10'000);
  CHECK(store->find_residents(anyone, {})->total == 10'000);
  const auto deep =
      store->find_residents(anyone, {.words = {"all"}, .offset = 11'990, .limit = 50});
  CHECK(deep->residents.size() == 10);
  CHECK(store->find_residents(anyone, {.offset = -1}).error().code == ErrorCode::invalid_input);
}

TEST_CASE("areas of the principal limit what is read of a person") {
  const TempDir folder;
  auto store = given_store(folder.path());
  committed(*store, patient(*store, "a", "{}", {.area = "330105001"}, {"张伟"}));
  committed(*store, patient(*store, "b", "{}", {.area = "330106001"}, {"张伟"}));
  const Principal clinician{"li", {"clinician"}, {"330105"}, {}, "care", false};
  CHECK(store->read(clinician, "Patient", "a").has_value());
  CHECK(store->read(clinician, "Patient", "b").error().code == ErrorCode::forbidden);
  CHECK(store->read_seq(clinician, 2).error().code == ErrorCode::forbidden);
  CHECK(store->history(clinician, "Patient", "b").error().code == ErrorCode::forbidden);
  CHECK(store->resident(clinician, 2).error().code == ErrorCode::forbidden);
  CHECK(store->person(clinician, 2).error().code == ErrorCode::forbidden);
  CHECK(store->of_resident(clinician, 2).error().code == ErrorCode::forbidden);
  CHECK(ids(store->find_residents(clinician, {.words = {"张伟"}})) == Ids{1});
  CHECK(ids(store->find_residents(clinician, {})) == Ids{1});
  CHECK(store->problem(clinician, 1).error().code == ErrorCode::forbidden);
  CHECK(store->scan(clinician, 0, 10, [](const auto&) { return true; }).error().code ==
        ErrorCode::forbidden);
}

TEST_CASE("audit: every read of a person and every write of a user, without names") {
  const TempDir folder;
  {
    auto store = given_store(folder.path());
    committed(*store, patient(*store, "a", "{\"name\":\"张伟\"}", {}, {"张伟"}));
    WriteSet set = one(version_of(*store, "Location", "l", "{}"));
    set.user = "wang";
    set.purpose = "operation";
    committed(*store, set);
    const Principal li{"li", {}, {}, {}, "care", true};
    CHECK(store->read(li, "Patient", "a"));
    CHECK(store->history(li, "Patient", "a"));
    CHECK(store->of_resident(li, 1));
    CHECK(store->resident(li, 1));
    CHECK(store->find_residents(li, {.words = {"张伟"}}));
    CHECK(store->read(li, "Location", "l"));  // no person: no entry
  }
  const auto store = given_store(folder.path());
  const auto entries = store->audit(anyone, {});
  REQUIRE(entries->size() == 6);
  CHECK(entries->front().action == "search");
  CHECK(entries->front().what == "residents, 1 words, area all");
  CHECK(entries->at(1).what == "resident 1");
  CHECK(entries->at(4).what == "resident 1 Patient/a");
  CHECK(entries->at(4).user == "li");
  CHECK(entries->at(4).purpose == "care");
  CHECK(entries->at(5).user == "wang");
  CHECK(entries->at(5).what == "batch 2");
  for (const auto& entry : *entries) CHECK(entry.what.find("张") == std::string::npos);
}

TEST_CASE("person: the row and the Patient behind it, with one trace") {
  const TempDir folder;
  {
    auto store = given_store(folder.path());
    committed(*store, patient(*store, "a", "{\"v\":1}", {.sex = "female"}, {}));
    committed(*store, patient(*store, "a", "{\"v\":2}", {.sex = "male"}, {}));
    const auto unborn = store->resolve_resident("only-referred-to");
    WriteSet referring = one(version_of(*store, "Observation", "o", "{}", unborn->first.id));
    referring.residents.push_back({unborn->first, ResidentChange::no_resource, {}});
    committed(*store, std::move(referring));
    const Principal li{"li", {}, {}, {}, "care", true};
    const auto known = store->person(li, 1);
    REQUIRE(known.has_value());
    CHECK(known->resident.sex == "male");
    REQUIRE(known->patient.has_value());
    CHECK(known->patient->json == "{\"v\":2}");
    const auto provisional = store->person(li, unborn->first.id);
    REQUIRE(provisional.has_value());
    CHECK(provisional->resident.provisional);
    CHECK(!provisional->patient.has_value());
    CHECK(!store->person(li, 99).has_value());
  }
  const auto entries = given_store(folder.path())->audit(anyone, {});
  REQUIRE(entries->size() == 2);
  CHECK(entries->at(0).what == "resident 2");
  CHECK(entries->at(1).what == "resident 1 Patient/a");
}

TEST_CASE(
    "find_residents: a word that many have: counted the same from memory, after every change") {
  const TempDir folder;
  auto store = given_store(folder.path());
  constexpr int people = 8'000;  // every fourth lives in the second street
  WriteSet all;
  for (int i = 0; i < people; ++i) {
    const std::string id = "p" + std::to_string(i);
    WriteSet one = patient(*store, id, "{\"id\":\"" + id + "\"}",
                           {.area = i % 4 == 0 ? "330105002" : "330105001"}, {"li"});
    one.residents.front().resource = all.resources.size();
    all.resources.push_back(std::move(one.resources.front()));
    all.residents.push_back(std::move(one.residents.front()));
  }
  committed(*store, std::move(all));
  const Principal second{"li.na", {}, {"330105002"}, {}, "test"};
  const auto total = [&](const Principal& who, std::vector<std::string> words) {
    return store->find_residents(who, {.words = std::move(words), .limit = 5})->total;
  };
  for (int round = 0; round < 2; ++round) {  // at first from the index, then from memory
    CHECK(total(anyone, {"li"}) == people);
    CHECK(total(second, {"li"}) == people / 4);
    CHECK(total(second, {}) == people / 4);
    CHECK(ids(store->find_residents(second, {.words = {"li"}, .offset = 3, .limit = 2})) ==
          Ids{13, 17});
  }
  // One is called otherwise, one comes, one moves into the second street and back out of it again.
  committed(*store, patient(*store, "p4", "{\"v\":2}", {.area = "330105002"}, {"wang"}));
  CHECK(total(second, {"li"}) == people / 4 - 1);
  CHECK(total(second, {"wang"}) == 1);
  committed(*store, patient(*store, "new", "{\"v\":1}", {.area = "330105002"}, {"li"}));
  CHECK(total(second, {"li"}) == people / 4);
  CHECK(total(second, {}) == people / 4 + 1);
  committed(*store, patient(*store, "p1", "{\"v\":2}", {.area = "330105002"}, {"li"}));
  CHECK(total(second, {}) == people / 4 + 2);
  CHECK(total(anyone, {}) == people + 1);
  committed(*store, patient(*store, "p1", "{\"v\":3}", {.area = "330105001"}, {"li"}));
  CHECK(total(second, {}) == people / 4 + 1);
  CHECK(total(second, {"li"}) == people / 4);
}
