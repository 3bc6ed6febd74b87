#include <filesystem>
#include <future>

#include "given.hpp"
#include "records/sensitive.hpp"

using namespace hb;
using namespace hb::test;

namespace {

std::shared_ptr<const Compartments> closing(std::vector<std::string> prefixes) {
  Compartment hiv{"hiv", {"艾滋病", "HIV"}, {"hiv-officer"}, {"care"}, {}};
  hiv.codes.push_back({{"icd"}, {}, std::move(prefixes)});
  return std::make_shared<const Compartments>(
      std::vector<Compartment>{hiv}, Compartments::Columns{},
      std::map<std::string, std::string, std::less<>>{}, "");
}

const Principal doctor{"d", {"doctor"}, {}, {}, "care", true, ""};
const Principal officer{"o", {"hiv-officer"}, {}, {}, "care", true, ""};

std::string visit(const std::string& id) {
  return R"({"resourceType":"Encounter","id":")" + id + R"(","status":"finished"})";
}
std::string diagnosis(const std::string& id, const std::string& of, const std::string& code) {
  return R"({"resourceType":"Condition","id":")" + id +
         R"(","code":{"coding":[{"system":"icd","code":")" + code +
         R"("}]},"encounter":{"reference":"Encounter/)" + of + R"("}})";
}

struct Given {
  explicit Given(std::vector<std::string> prefixes = {"B20"}) { open(std::move(prefixes)); }
  void open(std::vector<std::string> prefixes = {"B20"}) {
    store.reset();
    records::OpenOptions options;
    options.compartments = closing(std::move(prefixes));
    store = given_store(folder.path(), options);
  }
  void put(const std::string& type, const std::string& id, const std::string& json,
           ResidentId resident) {
    committed(*store, one(version_of(*store, type, id, json, resident)));
  }
  bool sees(const Principal& who, const std::string& type, const std::string& id) const {
    return store->read(who, type, id).has_value();
  }
  std::size_t number_seen(const Principal& who, ResidentId resident) const {
    const auto all = store->of_resident(who, resident);
    REQUIRE(all);
    return all->size();
  }
  void check_labels() const {
    const auto faults = store->check_labels();
    REQUIRE(faults);
    for (const std::string& fault : *faults) FAIL_CHECK(fault);
  }

  TempDir folder;
  std::unique_ptr<records::Store> store;
};

/// Person 1: visit e1 with a diagnosis in the compartment, visit e2 with one outside. Person 2: e3.
void fill(Given& given) {
  given.put("Encounter", "e1", visit("e1"), 1);
  given.put("Condition", "c1", diagnosis("c1", "e1", "B20.1"), 1);
  given.put("Encounter", "e2", visit("e2"), 1);
  given.put("Condition", "c2", diagnosis("c2", "e2", "J06"), 1);
  given.put("Encounter", "e3", visit("e3"), 2);
}

void expect_closed(const Given& given) {
  CHECK_FALSE(given.sees(doctor, "Encounter", "e1"));
  CHECK_FALSE(given.sees(doctor, "Condition", "c1"));
  CHECK(given.sees(doctor, "Encounter", "e2"));
  CHECK(given.sees(doctor, "Condition", "c2"));
  CHECK(given.sees(doctor, "Encounter", "e3"));
  CHECK(given.number_seen(doctor, 1) == 2);
  CHECK(given.number_seen(officer, 1) == 4);
  CHECK(given.sees(officer, "Condition", "c1"));
}

}  // namespace

TEST_CASE("labels: kept ones say what reading says, before they are kept too") {
  Given given;
  fill(given);
  CHECK(given.store->labelled() == 0);
  expect_closed(given);
  REQUIRE(given.store->catch_up_labels());
  CHECK(given.store->labelled() == given.store->last_seq());
  expect_closed(given);
  given.check_labels();
  given.open();
  CHECK(given.store->labelled() == given.store->last_seq());
  expect_closed(given);
}

TEST_CASE("labels: what is written later is never open for a moment") {
  Given given;
  fill(given);
  REQUIRE(given.store->catch_up_labels());
  // A second diagnosis of the visit that was open, another version of it, and a result in it.
  given.put("Condition", "c3", diagnosis("c3", "e2", "B20"), 1);
  CHECK_FALSE(given.sees(doctor, "Encounter", "e2"));
  CHECK_FALSE(given.sees(doctor, "Condition", "c2"));
  CHECK(given.number_seen(doctor, 1) == 0);
  CHECK(given.sees(doctor, "Encounter", "e3"));  // another person: the kept label holds
  REQUIRE(given.store->catch_up_labels());
  CHECK_FALSE(given.sees(doctor, "Encounter", "e2"));
  CHECK(given.number_seen(doctor, 1) == 0);
  // A corrected code does not open what all versions share.
  given.put("Condition", "c3", diagnosis("c3", "e2", "J06"), 1);
  CHECK_FALSE(given.sees(doctor, "Condition", "c3"));
  REQUIRE(given.store->catch_up_labels());
  CHECK_FALSE(given.sees(doctor, "Condition", "c3"));
  CHECK_FALSE(given.store->history(doctor, "Condition", "c3"));
  given.check_labels();
}

TEST_CASE("labels: other codes, a lost file, a stop half way") {
  Given given;
  fill(given);
  REQUIRE(given.store->catch_up_labels());
  given.open({"J0"});
  CHECK(given.store->labelled() == 0);
  CHECK(given.sees(doctor, "Condition", "c1"));
  CHECK_FALSE(given.sees(doctor, "Encounter", "e2"));
  const auto stopped = given.store->catch_up_labels([](auto, auto) { return false; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::unavailable);
  CHECK_FALSE(given.sees(doctor, "Encounter", "e2"));
  REQUIRE(given.store->catch_up_labels());
  CHECK_FALSE(given.sees(doctor, "Encounter", "e2"));
  given.store.reset();
  for (const char* end : {"", "-wal", "-shm"})
    std::filesystem::remove(given.folder.path() / (std::string("labels.db") + end));
  given.open();
  CHECK(given.store->labelled() == 0);
  expect_closed(given);
}

TEST_CASE("labels: a store put back and written on has another past") {
  Given given;
  fill(given);
  given.store.reset();
  const auto records = given.folder.path() / "records.db";
  const auto kept = given.folder.path() / "kept.db";
  std::filesystem::copy_file(records, kept);
  given.open();
  given.put("Encounter", "e4", visit("e4"), 3);
  REQUIRE(given.store->catch_up_labels());
  given.store.reset();
  for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(records.string() + end);
  std::filesystem::copy_file(kept, records, std::filesystem::copy_options::overwrite_existing);
  given.open();
  CHECK(given.store->labelled() == 0);  // seq 6 is not there any more
  given.store.reset();
  std::filesystem::copy_file(kept, records, std::filesystem::copy_options::overwrite_existing);
  {
    const auto other = given_store(given.folder.path());  // writes without keeping labels
    committed(*other, one(version_of(*other, "Condition", "c4", diagnosis("c4", "e4", "B20"), 3)));
  }
  given.open();
  CHECK_FALSE(given.sees(doctor, "Condition", "c4"));
  REQUIRE(given.store->catch_up_labels());
  CHECK_FALSE(given.sees(doctor, "Condition", "c4"));
  given.check_labels();
}

TEST_CASE("audit: who waits for an entry is told when it is on the disk") {
  Given given;
  fill(given);
  static_cast<void>(given.store->take_noted());  // of other tests
  REQUIRE(given.sees(officer, "Condition", "c1"));
  const std::uint64_t entry = given.store->take_noted();
  CHECK(entry > 0);
  CHECK(given.store->take_noted() == 0);
  std::promise<bool> told;
  given.store->when_audited(entry, [&told](bool written) { told.set_value(written); });
  CHECK(told.get_future().get());
  // Read past the store: what is committed is there.
  const auto audit = given.store->audit(Principal::system("test"), {});
  REQUIRE(audit);
  CHECK(audit->front().what == "resident 1 Condition/c1");
  bool at_once = false;
  given.store->when_audited(entry, [&at_once](bool written) { at_once = written; });
  CHECK(at_once);
}
