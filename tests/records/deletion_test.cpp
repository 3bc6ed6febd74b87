#include "records/sealed.hpp"
#include "records/sensitive.hpp"

using namespace hb;
using namespace hb::records;
using namespace hb::test;

namespace {

NewVersion deletion(const std::string& type, const std::string& id) {
  NewVersion version;
  version.type = type;
  version.id = id;
  version.deleted = true;
  return version;
}

NewVersion observation(const Store& store, const std::string& json, ResidentId resident = 0) {
  return version_of(store, "Observation", "o-1", json, resident);
}

Resident woman(const std::string& area) {
  Resident person;
  person.sex = "female";
  person.area = area;
  return person;
}

PersonPage everybody(const Store& store) {
  PersonQuery query;
  query.today = *parse_date("2025-12-31");
  auto page = store.find_residents(anyone, query);
  REQUIRE(page.has_value());
  return std::move(*page);
}

const Principal reader{"reader", {"doctor"}, {}, {}, "care", true, ""};

}  // namespace

TEST_CASE("deletion: a version of its own; what was deleted is not there but in the history") {
  const TempDir folder;
  auto store = given_store(folder.path());
  committed(*store, one(observation(*store, "{\"v\":1}")));
  const Receipt gone = committed(*store, one(deletion("Observation", "o-1")));
  CHECK(gone.seqs == std::vector<Seq>{2});
  CHECK(gone.existing == std::vector<Seq>{1});
  // Once more, and of what never was: nothing.
  CHECK(committed(*store, one(deletion("Observation", "o-1"))).seqs == std::vector<Seq>{0});
  CHECK(committed(*store, one(deletion("Observation", "o-2"))).seqs == std::vector<Seq>{0});
  CHECK(store->read(reader, "Observation", "o-1").error().code == ErrorCode::not_found);
  CHECK_FALSE(*store->exists("Observation", "o-1"));
  const auto latest = store->latest(reader, "Observation", "o-1");
  REQUIRE(latest.has_value());
  CHECK(latest->deleted);
  CHECK_FALSE(latest->current);
  CHECK(latest->version == 2);
  CHECK(latest->json.empty());
  const auto history = store->history(reader, "Observation", "o-1");
  REQUIRE(history->size() == 2);
  CHECK(history->front().deleted);
  CHECK(history->back().json == "{\"v\":1}");
  CHECK(store->counts()->empty());
  // Who looks at the store as it was before still finds it.
  CHECK(store->peek(reader, "Observation", "o-1", 1)->has_value());
  CHECK_FALSE(store->peek(reader, "Observation", "o-1", 2)->has_value());
  CHECK_FALSE(store->peek(reader, 2, 2)->has_value());
  CHECK(store->feed(0, 10)->at(1).last_seq == 2);
  check_sound(*store);

  // The same content again is no duplicate of what was deleted.
  const Receipt again = committed(*store, one(observation(*store, "{\"v\":1}")));
  CHECK(again.seqs == std::vector<Seq>{3});
  CHECK(again.existing == std::vector<Seq>{0});
  CHECK(store->read(reader, "Observation", "o-1")->version == 3);
  CHECK(*store->counts() == std::vector<std::pair<std::string, std::int64_t>>{{"Observation", 1}});
  check_sound(*store);
}

TEST_CASE("deletion: in a sealed store, after reopening and a rotation of the keys") {
  const TempDir folder;
  {
    auto store = given_store(folder.path(), sealed_options());
    committed(*store, one(observation(*store, "{\"v\":1}")));
    committed(*store, one(deletion("Observation", "o-1")));
  }
  auto store = given_store(folder.path(), sealed_options());
  REQUIRE(store->keys().rotate().has_value());
  REQUIRE(store->keys().finish().has_value());
  CHECK(store->latest(reader, "Observation", "o-1")->deleted);
  CHECK(store->history(reader, "Observation", "o-1")->back().json == "{\"v\":1}");
  check_sound(*store);
}

TEST_CASE("deletion: a body is no deletion, and a deletion has none") {
  const TempDir folder;
  auto store = given_store(folder.path());
  NewVersion wrong = deletion("Observation", "o-1");
  wrong.body = store->packer().pack("Observation", "{}");
  CHECK(store->commit(one(wrong)).error().message == "a deletion has a body");
  wrong.deleted = false;
  wrong.body.clear();
  CHECK(store->commit(one(wrong)).error().message == "a resource has no packed body");
}

TEST_CASE("deletion: a Patient only when nothing belongs to the person; then nobody is listed") {
  const TempDir folder;
  auto store = given_store(folder.path());
  committed(*store, patient(*store, "p-1", "{\"p\":1}", woman("770101001"), {"wang"}));
  committed(*store, one(observation(*store, "{\"v\":1}", 1)));
  const auto refused = store->commit(one(deletion("Patient", "p-1")));
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().where == "Patient/p-1");
  CHECK(store->last_seq() == 2);
  CHECK(everybody(*store).residents.size() == 1);

  WriteSet both = one(deletion("Patient", "p-1"));
  both.resources.push_back(deletion("Observation", "o-1"));
  CHECK(committed(*store, both).seqs == std::vector<Seq>{3, 4});
  CHECK(everybody(*store).residents.empty());
  PersonQuery by_name;
  by_name.words = {"wang"};
  by_name.today = *parse_date("2025-12-31");
  CHECK(store->find_residents(anyone, by_name)->total == 0);
  CHECK(store->resident(reader, 1).error().code == ErrorCode::not_found);
  CHECK(store->of_resident(reader, 1)->empty());
  check_sound(*store);

  // Again there under the same number, also for a program that was started meanwhile.
  store.reset();
  store = given_store(folder.path());
  CHECK(everybody(*store).residents.empty());
  committed(*store, patient(*store, "p-1", "{\"p\":2}", woman("770101002"), {"wang"}));
  CHECK(everybody(*store).residents.at(0).id == 1);
  CHECK(store->find_residents(anyone, by_name)->total == 1);
  check_sound(*store);
}

TEST_CASE("deletion: a record that was on its way makes an unknown person of the forgotten one") {
  const TempDir folder;
  auto store = given_store(folder.path());
  committed(*store, patient(*store, "p-1", "{\"p\":1}", woman("770101001"), {"wang"}));
  const NewVersion on_its_way = observation(*store, "{\"v\":1}", 1);
  committed(*store, one(deletion("Patient", "p-1")));
  SUBCASE("at once") {}
  SUBCASE("after a restart") {
    store.reset();
    store = given_store(folder.path());
  }
  committed(*store, one(on_its_way));
  const auto person = store->resident(reader, 1);
  REQUIRE(person.has_value());
  CHECK(person->provisional);
  CHECK(person->seq == 0);
  CHECK(person->sex.empty());
  CHECK(everybody(*store).residents.size() == 1);
  check_sound(*store);
}

TEST_CASE("deletion: while a bulk load runs, and after a crash in it") {
  const TempDir folder;
  auto store = given_store(folder.path());
  committed(*store, patient(*store, "p-1", "{\"p\":1}", woman("770101001"), {"wang"}));
  REQUIRE(store->begin_bulk().has_value());
  committed(*store, one(observation(*store, "{\"v\":1}", 1)));
  CHECK(store->commit(one(deletion("Patient", "p-1"))).error().code == ErrorCode::conflict);
  committed(*store, one(deletion("Observation", "o-1")));
  committed(*store, one(deletion("Patient", "p-1")));
  CHECK(everybody(*store).residents.empty());
  SUBCASE("finished") { REQUIRE(store->finish_bulk().has_value()); }
  SUBCASE("left in the middle") {
    store.reset();
    store = given_store(folder.path());
  }
  CHECK(everybody(*store).residents.empty());
  CHECK(store->latest(reader, "Observation", "o-1")->deleted);
  check_sound(*store);
}

TEST_CASE("deletion: visible to whom the resource was; its label stays") {
  const TempDir folder;
  Compartment secret;
  secret.id = "hiv";
  secret.roles = {"hiv-officer"};
  secret.purposes = {"public-health"};
  secret.codes = {{{"icd"}, {"B24"}, {}}};
  OpenOptions options;
  options.compartments = std::make_shared<const Compartments>(
      std::vector<Compartment>{secret}, Compartments::Columns{},
      std::map<std::string, std::string, std::less<>>{}, "encounter_id");
  auto store = given_store(folder.path(), options);
  committed(*store, patient(*store, "p-1", R"({"resourceType":"Patient","id":"p-1"})",
                            woman("770101001"), {}));
  const std::string visit = R"({"encounter":{"reference":"Encounter/e-1"}})";
  const std::string diagnosis =
      R"({"code":{"coding":[{"system":"icd","code":"B24"}]},"encounter":{"reference":"Encounter/e-1"}})";
  WriteSet set;
  set.resources = {version_of(*store, "Encounter", "e-1", "{}", 1),
                   version_of(*store, "Condition", "c-1", diagnosis, 1),
                   version_of(*store, "Observation", "o-1", visit, 1),
                   version_of(*store, "Group", "g-1", R"({"code":{"system":"icd","code":"B24"}})")};
  committed(*store, set);
  const Principal officer{"a", {"hiv-officer"}, {}, {}, "public-health", true, ""};
  WriteSet gone;
  gone.resources = {deletion("Condition", "c-1"), deletion("Observation", "o-1"),
                    deletion("Group", "g-1")};
  committed(*store, gone);
  for (const auto& [type, id] : {std::pair("Condition", "c-1"), std::pair("Observation", "o-1"),
                                 std::pair("Group", "g-1")}) {
    CAPTURE(type);
    CHECK(store->latest(officer, type, id)->deleted);
    const auto hidden = store->latest(reader, type, id);
    CHECK(hidden.error().code == ErrorCode::not_found);
    CHECK(hidden.error().message == std::string("there is no ") + type + "/" + id);
    CHECK_FALSE(store->history(reader, type, id).has_value());
  }
  // The visit stays hidden although its diagnosis is deleted.
  CHECK_FALSE(store->read(reader, "Encounter", "e-1").has_value());
  CHECK(store->read(officer, "Encounter", "e-1").has_value());
  CHECK(store->of_resident(reader, 1)->size() == 1);
  check_sound(*store);
}

TEST_CASE("standing: what somebody may see who wants to change a resource") {
  const TempDir folder;
  auto store = given_store(folder.path());
  using Seen = Store::Standing::Seen;
  CHECK_FALSE(store->standing(reader, "Observation", "o-1")->newest.has_value());
  committed(*store, one(observation(*store, "{\"v\":1}")));
  const auto whole = store->standing(reader, "Observation", "o-1");
  CHECK(whole->seen == Seen::whole);
  CHECK(whole->newest->json == "{\"v\":1}");
  committed(*store, patient(*store, "p-1", "{\"p\":1}", woman("770101001"), {}));
  const Principal elsewhere{"b", {"doctor"}, {"770102"}, {}, "care", false, ""};
  const auto nothing = store->standing(elsewhere, "Patient", "p-1");
  CHECK(nothing->seen == Seen::nothing);
  CHECK(nothing->newest->version == 1);
  CHECK(nothing->newest->json.empty());
}

TEST_CASE("standing: a role that masks a field sees a part, where there is something to mask") {
  const TempDir folder;
  Policy::Content content;
  content.kinds.push_back({});
  content.kinds.front().id = "person";
  content.kinds.front().types = {"Patient"};
  content.groups = {{"name", {}, Mask::name, {"Patient.name"}, {}}};
  Policy::Rule rule;
  rule.role = "doctor";
  rule.purposes = {"care"};
  rule.all_rows = true;
  rule.all_kinds = true;
  rule.fields = {Show::masked};
  content.rules = {rule};
  OpenOptions options;
  options.policy = std::make_shared<const Policy>(Policy(std::move(content)));
  auto store = given_store(folder.path(), options);
  using Seen = Store::Standing::Seen;
  const std::string named =
      R"({"resourceType":"Patient","id":"p-1","name":[{"text":"王芳"}],"multipleBirthInteger":2})";
  const std::string nameless =
      R"({"resourceType":"Patient","id":"p-2","extension":[{"url":"u","valueDecimal":1.50}]})";
  committed(*store, patient(*store, "p-1", named, woman("770101001"), {}));
  committed(*store, patient(*store, "p-2", nameless, woman("770101001"), {}));
  const auto part = store->standing(reader, "Patient", "p-1");
  CHECK(part->seen == Seen::part);
  CHECK(part->newest->json.empty());
  const auto whole = store->standing(reader, "Patient", "p-2");
  CHECK(whole->seen == Seen::whole);
  CHECK(whole->newest->json == nameless);
}

TEST_CASE("history of a type and of all: newest first, in pages, as it was at a time") {
  const TempDir folder;
  auto store = given_store(folder.path());
  const auto put = [&](const std::string& type, const std::string& id, const std::string& json) {
    committed(*store, one(version_of(*store, type, id, json)));
  };
  put("Observation", "o-1", "{\"v\":1}");                  // 1
  put("Location", "l-1", "{}");                            // 2
  put("Observation", "o-2", "{\"v\":2}");                  // 3
  put("Observation", "o-1", "{\"v\":3}");                  // 4
  committed(*store, one(deletion("Observation", "o-2")));  // 5
  const auto seqs = [](const HistoryPage& page) {
    std::vector<Seq> list;
    for (const StoredVersion& version : page.versions) list.push_back(version.seq);
    return list;
  };
  HistoryQuery query;
  CHECK(seqs(*store->history(reader, query)) == std::vector<Seq>{5, 4, 3, 2, 1});
  query.type = "Observation";
  query.limit = 2;
  const auto first = store->history(reader, query);
  CHECK(seqs(*first) == std::vector<Seq>{5, 4});
  CHECK(first->next == 3);
  put("Observation", "o-3", "{}");  // 6: the next page does not move
  query.last = first->next;
  const auto second = store->history(reader, query);
  CHECK(seqs(*second) == std::vector<Seq>{3, 1});
  CHECK(second->next == 0);
  query = {.type = "Observation", .first = 4};
  CHECK(seqs(*store->history(reader, query)) == std::vector<Seq>{6, 5, 4});
  // At 3 there were 1 and 3; after the deletion only 4.
  query = {.type = "Observation", .last = 3, .at = 3};
  CHECK(seqs(*store->history(reader, query)) == std::vector<Seq>{3, 1});
  query = {.type = "Observation", .last = 5, .at = 5};
  CHECK(seqs(*store->history(reader, query)) == std::vector<Seq>{4});
  CHECK(store->history(reader, HistoryQuery{.type = "Nothing"})->versions.empty());
}

TEST_CASE("history of all: gives up for now after so many versions, and says where to go on") {
  const TempDir folder;
  auto store = given_store(folder.path());
  committed(*store, one(version_of(*store, "Location", "l-1", "{}")));
  WriteSet many;
  for (int i = 0; i < 1'200; ++i)
    many.resources.push_back(version_of(*store, "Observation", "o-" + std::to_string(i), "{}"));
  committed(*store, many);
  HistoryQuery query{.type = "Location", .most = 500};
  auto page = store->history(reader, query);
  CHECK(page->versions.empty());
  CHECK(page->next == 701);
  query.last = page->next;
  query.most = 50'000;
  page = store->history(reader, query);
  REQUIRE(page->versions.size() == 1);
  CHECK(page->versions.front().id == "l-1");
  CHECK(page->next == 0);
}
