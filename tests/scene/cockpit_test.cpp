#include <doctest/doctest.h>

#include "scene/catalogue.hpp"
#include "scene_tables.hpp"
#include "support/postgres.hpp"

using namespace hb;
using namespace hb::scene;

namespace {

std::string patient(const std::string& id, const std::string& birth, const std::string& area,
                    const std::string& more = "") {
  const std::string address =
      area.empty()
          ? ""
          : R"(,"address":[{"use":"home","extension":[{"url":)"
            R"("https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":")" +
                area + R"("}]}])";
  return R"({"resourceType":"Patient","id":")" + id + R"(","birthDate":")" + birth + "\"" +
         address + more + "}";
}

std::string visit(const std::string& id, const std::string& who, const std::string& day,
                  const std::string& status = "finished") {
  return R"({"resourceType":"Encounter","id":")" + id + R"(","status":")" + status +
         R"(","class":{"code":"AMB"},"subject":{"reference":"Patient/)" + who +
         R"("},"period":{"start":")" + day + R"(T09:00:00+08:00"}})";
}

std::string card(const std::string& id, const std::string& who, const std::string& disease,
                 const std::string& onset, const std::string& case_class = "confirmed") {
  const std::string base = R"("https://health-brain.org/fhir/StructureDefinition/notifiable-case")";
  return R"({"resourceType":"Composition","id":")" + id +
         R"(","status":"final","type":{"coding":[{"system":)"
         R"("https://health-brain.org/fhir/CodeSystem/document-type",)"
         R"("code":"notifiable-disease-card"}]},"title":"card","date":")" +
         onset + R"(T10:00:00+08:00","author":[{"display":"x"}],"subject":{"reference":"Patient/)" +
         who + R"("},"extension":[{"url":)" + base +
         R"(,"extension":[{"url":"disease","valueCoding":{"code":")" + disease +
         R"("}},{"url":"caseClass","valueCode":")" + case_class +
         R"("},{"url":"onsetDate","valueDate":")" + onset + R"("}]}]})";
}

views::ResidentStamp stamp(ResidentId id, std::string_view area) {
  views::ResidentStamp who;
  who.id = id;
  who.area = area;
  return who;
}

/// p1 75 years, p2 35, p3 died in June 2025, p4 born after the year, p5 without an address.
void fill(test::SceneTables& tables) {
  tables.load(
      {patient("p1", "1950-01-01", "770101001001"), patient("p2", "1990-05-05", "770101001002"),
       patient("p3", "1980-01-01", "770101002001", R"(,"deceasedDateTime":"2025-06-30")"),
       patient("p4", "2026-01-05", "770101002001"), patient("p5", "1970-01-01", ""),
       visit("e1", "p1", "2025-03-01"), visit("e2", "p1", "2025-03-15"),
       visit("e3", "p2", "2025-12-31"), visit("e4", "p3", "2024-12-31"),
       visit("e5", "p2", "2025-05-05", "cancelled"), visit("e6", "p5", "2025-07-01"),
       R"({"resourceType":"Organization","id":"o1","name":"一号中心"})",
       R"({"resourceType":"Organization","id":"o2","name":"二号中心","active":false})"},
      {{"p1", stamp(1, "770101001001")},
       {"p2", stamp(2, "770101001002")},
       {"p3", stamp(3, "770101002001")},
       {"p4", stamp(4, "770101002001")},
       {"p5", stamp(5, "")}});
}

test::Parameters parameters(const std::string& sql, const std::string& area) {
  test::Parameters used;
  const std::pair<std::string, tables::Value> known[] = {
      {"area", area}, {"from", *parse_date("2025-01-01")}, {"to", *parse_date("2025-12-31")}};
  for (const auto& parameter : known) {
    if (sql.find("$" + parameter.first) != std::string::npos) used.push_back(parameter);
  }
  return used;
}

tables::ResultSet ask(const test::SceneTables& tables, const std::string& sql,
                      const std::string& area) {
  const auto rows = tables.database().query(Principal::system("test"), sql, parameters(sql, area));
  if (!rows) FAIL(rows.error().message);
  return *rows;
}

const Board& cockpit() {
  static const Result<Catalogue> catalogue = Catalogue::load(test::source_dir() / "scenes");
  if (!catalogue) FAIL(catalogue.error().where << ": " << catalogue.error().message);
  const Board* board = catalogue->board("cockpit");
  REQUIRE(board != nullptr);
  return *board;
}

const Section& section(const std::string& id) {
  for (const Section& one : cockpit().sections) {
    if (one.id == id) return one;
  }
  FAIL("no section " << id);
  return cockpit().sections.front();
}

std::int64_t figure(const test::SceneTables& tables, const std::string& id,
                    const std::string& area) {
  for (const KeyFigure& one : section("key-figures").items) {
    if (one.id == id) return std::get<std::int64_t>(ask(tables, one.sql, area).rows.at(0).at(0));
  }
  FAIL("no figure " << id);
  return -1;
}

}  // namespace

TEST_CASE("cockpit: key figures of five people and six visits, counted by hand") {
  test::SceneTables tables;
  fill(tables);
  CHECK(figure(tables, "residents", "") == 3);  // p1, p2, p5
  CHECK(figure(tables, "residents", "770101001") == 2);
  CHECK(figure(tables, "residents", "770101002") == 0);
  CHECK(figure(tables, "older-residents", "") == 1);
  CHECK(figure(tables, "visits", "") == 4);  // e1, e2, e3, e6
  CHECK(figure(tables, "visits", "770101001") == 3);
  CHECK(figure(tables, "visitors", "") == 3);
  CHECK(figure(tables, "managed", "") == 0);
  CHECK(figure(tables, "report-cards", "") == 0);
  CHECK(figure(tables, "institutions", "") == 1);
}

TEST_CASE("cockpit: people and visits by street, by community inside a street") {
  test::SceneTables tables;
  fill(tables);
  using Row = std::vector<tables::Value>;
  const auto row = [](std::string area, std::int64_t people, std::int64_t visits) {
    return Row{std::move(area), people, visits};
  };
  const auto all = ask(tables, section("areas").sql, "");
  CHECK(all.columns == std::vector<std::string>{"area", "people", "visits"});
  REQUIRE(all.rows.size() == 2);
  CHECK(all.rows[0] == row("", 1, 1));
  CHECK(all.rows[1] == row("770101001", 2, 3));
  const auto street = ask(tables, section("areas").sql, "770101001");
  REQUIRE(street.rows.size() == 2);
  CHECK(street.rows[0] == row("770101001001", 1, 2));
  CHECK(street.rows[1] == row("770101001002", 1, 1));
}

TEST_CASE("cockpit: twelve months of visits, months without any record have no value") {
  test::SceneTables tables;
  fill(tables);
  const auto months = ask(tables, section("visits-by-month").sql, "");
  REQUIRE(months.rows.size() == 12);
  CHECK(months.rows.front().at(0) == tables::Value(std::string("2025-01")));
  CHECK(months.rows.back().at(0) == tables::Value(std::string("2025-12")));
  CHECK(months.rows[0].at(1) == tables::Value());
  CHECK(months.rows[2].at(1) == tables::Value(std::int64_t{2}));
  CHECK(months.rows[6].at(1) == tables::Value(std::int64_t{1}));
  CHECK(months.rows[11].at(1) == tables::Value(std::int64_t{1}));
}

TEST_CASE("cockpit: diseases by week, 52 whole weeks with zeros, the most frequent first") {
  test::SceneTables tables;
  fill(tables);
  tables.load({card("c1", "p1", "hfmd", "2025-12-22"), card("c2", "p2", "hfmd", "2025-12-28"),
               card("c3", "p2", "influenza", "2025-12-15"),
               card("c4", "p1", "influenza", "2025-12-30"),           // in the unfinished week
               card("c5", "p1", "hfmd", "2025-12-23", "suspected")},  // not counted
              {{"p1", stamp(1, "770101001001")}, {"p2", stamp(2, "770101001002")}}, 2);
  const auto rows = ask(tables, section("diseases-by-week").sql, "");
  CHECK(rows.columns == std::vector<std::string>{"week", "series", "value"});
  REQUIRE(rows.rows.size() == 2 * 52);
  // 2025-12-31 is a Wednesday: the last whole week began on Monday 22, the first 51 weeks before
  CHECK(rows.rows.front() == std::vector<tables::Value>{*parse_date("2024-12-30"),
                                                        std::string("hfmd"), std::int64_t{0}});
  CHECK(rows.rows[51] == std::vector<tables::Value>{*parse_date("2025-12-22"), std::string("hfmd"),
                                                    std::int64_t{2}});
  CHECK(rows.rows[52 + 50] == std::vector<tables::Value>{*parse_date("2025-12-15"),
                                                         std::string("influenza"),
                                                         std::int64_t{1}});
  CHECK(ask(tables, section("diseases-by-week").sql, "770101009").rows.empty());
}

TEST_CASE("cockpit: people by age band and sex at the end of the period") {
  test::SceneTables tables;
  tables.load({patient("a", "1950-01-01", "770101001001", R"(,"gender":"male")"),
               patient("b", "1925-06-01", "770101001001", R"(,"gender":"male")"),
               patient("c", "2021-01-01", "770101001001", R"(,"gender":"female")"),
               patient("d", "2020-12-31", "770101001001", R"(,"gender":"female")"),
               patient("e", "1980-01-01", "770101001001",
                       R"(,"gender":"female","deceasedDateTime":"2025-06-30")"),
               patient("f", "2026-01-05", "770101001001", R"(,"gender":"female")")},
              {{"a", stamp(1, "770101001001")},
               {"b", stamp(2, "770101001001")},
               {"c", stamp(3, "770101001001")},
               {"d", stamp(4, "770101001001")},
               {"e", stamp(5, "770101001001")},
               {"f", stamp(6, "770101001001")}});
  const auto rows = ask(tables, section("pyramid").sql, "");
  CHECK(rows.columns == std::vector<std::string>{"age_band", "male", "female"});
  REQUIRE(rows.rows.size() == 4);  // 4 years, 5, 75, and 100 in 85 and over
  const auto row = [](std::int64_t band, std::int64_t male, std::int64_t female) {
    return std::vector<tables::Value>{band, male, female};
  };
  CHECK(rows.rows[0] == row(0, 0, 1));
  CHECK(rows.rows[1] == row(5, 0, 1));
  CHECK(rows.rows[2] == row(75, 1, 0));
  CHECK(rows.rows[3] == row(85, 1, 0));
}

TEST_CASE("scene SQL of all boards: PostgreSQL answers as DuckDB does") {
  if (!test::has_postgres()) {
    MESSAGE("skipped: no PostgreSQL here");
    return;
  }
  test::SceneTables tables;
  fill(tables);
  const Result<Catalogue> catalogue = Catalogue::load(test::source_dir() / "scenes");
  REQUIRE(catalogue.has_value());
  std::vector<std::string> statements;
  for (const Board& board : catalogue->boards()) {
    for (const Section& one : board.sections) {
      if (!one.sql.empty()) statements.push_back(one.sql);
      for (const KeyFigure& item : one.items) {
        if (!item.sql.empty()) statements.push_back(item.sql);
      }
    }
  }
  CHECK(statements.size() >= 11);
  for (const std::string& sql : statements) {
    for (const char* area : {"", "770101001"}) {
      CAPTURE(sql);
      const auto differences =
          test::compare_on_postgres(tables.database(), sql, parameters(sql, area));
      if (!differences) FAIL(differences.error().message);
      CHECK_MESSAGE(differences->empty(), test::describe(*differences));
    }
  }
}
