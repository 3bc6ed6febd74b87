#include <doctest/doctest.h>

#include "ingest/hub.hpp"
#include "two_stores.hpp"

using namespace hb;
using namespace hb::test;

namespace {

constexpr int secret_count = 8;

std::int64_t count(const ingest::Hub& hub, const Principal& who, const std::string& table) {
  const auto set = hub.tables().query(who, "SELECT count(*) AS n FROM " + table);
  if (!set) FAIL(table << ": " << set.error().message);
  return std::get<std::int64_t>(set->rows.at(0).at(0));
}

const Principal local{"local", {"local-operator"}, {}, {}, "operation", true, ""};
const Principal hiv_officer{"a", {"hiv-officer"}, {}, {}, "public-health", true, ""};
const Principal psychiatrist{"b", {"mental-health-physician"}, {}, {}, "care", true, ""};

}  // namespace

TEST_CASE("compartments: a role sees its own compartment in records and tables, another does not") {
  const Copy secret(true);
  auto opened = ingest::Hub::open(secret.folder().string(), two_stores_options());
  REQUIRE(opened.has_value());
  const ingest::Hub& hub = **opened;
  const records::Store& store = (*opened)->store();
  const auto has = [&store](const Principal& who, const char* type, const char* id) {
    const auto read = store.read(who, type, id);
    if (!read) CHECK(read.error().code == ErrorCode::not_found);
    return read.has_value();
  };
  const auto all = store.of_resident(Principal::system("test"), 1);
  const auto open = store.of_resident(local, 1);
  REQUIRE(all.has_value());
  REQUIRE(open.has_value());
  CHECK(all->size() == open->size() + secret_count);
  // HIV: s1 by its diagnosis s2, s3 by its reason, s4 by its visit, s5 by the card's disease.
  for (const char* const* item :
       {(const char* const[]){"Encounter", "s1"}, (const char* const[]){"Condition", "s2"},
        (const char* const[]){"MedicationRequest", "s3"},
        (const char* const[]){"Observation", "s4"}, (const char* const[]){"Composition", "s5"}}) {
    CAPTURE(item[1]);
    CHECK(has(hiv_officer, item[0], item[1]));
    CHECK_FALSE(has(psychiatrist, item[0], item[1]));
    CHECK_FALSE(has(local, item[0], item[1]));
    CHECK_FALSE(store.history(local, item[0], item[1]).has_value());
  }
  CHECK(has(psychiatrist, "EpisodeOfCare", "s6"));
  CHECK(has(psychiatrist, "Observation", "s8"));
  CHECK_FALSE(has(hiv_officer, "Observation", "s8"));
  // The right role with another purpose opens nothing.
  CHECK_FALSE(has({"a", {"hiv-officer"}, {}, {}, "operation", true, ""}, "Condition", "s2"));
  // The answer is that of an id that never was.
  const auto closed = store.read(local, "Condition", "s2");
  const auto never = store.read(local, "Condition", "never");
  CHECK(closed.error().message == "there is no Condition/s2");
  CHECK(never.error().message == "there is no Condition/never");

  struct Row {
    const char* table;
    std::int64_t system, local, hiv, mental;
  };
  // encounter: e1, e2, e3, e4, v2 and s1, s7, s9; observation: v1 and s4, s8
  for (const Row& row : {Row{"encounter", 8, 5, 7, 6}, Row{"condition", 1, 0, 1, 0},
                         Row{"observation", 3, 1, 2, 2}, Row{"observation_component", 1, 0, 0, 1},
                         Row{"episode", 1, 0, 0, 1}, Row{"report_card", 1, 0, 1, 0}}) {
    CAPTURE(row.table);
    CHECK(count(hub, Principal::system("test"), row.table) == row.system);
    CHECK(count(hub, Principal::published("test"), row.table) == row.local);
    CHECK(count(hub, local, row.table) == row.local);
    CHECK(count(hub, hiv_officer, row.table) == row.hiv);
    CHECK(count(hub, psychiatrist, row.table) == row.mental);
  }
}
