// The tables of scenes/core/views, each read from a resource as docs/fhir-extensions.md shows it.
#include <doctest/doctest.h>

#include <map>

#include "fhir/check.hpp"
#include "support/lines.hpp"
#include "support/paths.hpp"
#include "views/view.hpp"

using namespace hb;

namespace {

/// Rows as JSON cells by column name; the resource must have no fault.
std::vector<std::map<std::string, std::string>> rows_of(const std::string& table,
                                                        const std::string& json) {
  const auto view = views::View::compile(
      test::read_file(test::source_dir() / "scenes/core/views" / (table + ".json")));
  REQUIRE(view.has_value());
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto resource = parser.parse(text.view());
  REQUIRE(resource.has_value());
  for (const auto& fault : fhir::check(*resource, {})) {
    const std::string told = fault.rule + " " + fault.path;
    FAIL(told);
  }
  const auto rows = views::json_rows(*view, *resource);
  REQUIRE(rows.has_value());
  std::vector<std::map<std::string, std::string>> named;
  for (const auto& row : *rows) {
    named.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) named.back()[view->columns()[i]] = row[i];
  }
  return named;
}

/// The first JSON block of the documentation that holds `word`.
std::string documented(const std::string& word) {
  const std::string page = test::read_file(test::source_dir() / "docs/fhir-extensions.md");
  for (std::size_t at = 0; (at = page.find("```json\n", at)) != std::string::npos; ++at) {
    const std::string block = page.substr(at + 8, page.find("```", at + 8) - at - 8);
    if (block.find(word) != std::string::npos) return block;
  }
  return {};
}

}  // namespace

TEST_CASE("report_card: the documented card fills its row") {
  const auto rows = rows_of("report_card", documented("notifiable-case"));
  REQUIRE(rows.size() == 1);
  auto row = rows[0];
  CHECK(row["resident_id"] == R"("p0000123")");
  CHECK(row["status"] == R"("final")");
  CHECK(row["disease"] == R"("hfmd")");
  CHECK(row["case_class"] == R"("clinical")");
  CHECK(row["onset_date"] == R"("2025-06-01")");
  CHECK(row["diagnosis_time"] == R"("2025-06-03T09:50:00+08:00")");
  CHECK(row["report_time"] == R"("2025-06-03T10:20:00+08:00")");
  CHECK(row["hospital_review_time"] == R"("2025-06-03T11:00:00+08:00")");
  CHECK(row["final_review_time"] == R"("2025-06-03T16:40:00+08:00")");
  CHECK(row["death_date"] == "null");
  CHECK(row["present_area"] == R"("770102003001")");
  CHECK(row["class"] == R"("中二班")");
  CHECK(row["organization_key"] == R"("o0000003")");
}

TEST_CASE("report_card: another Composition is no card") {
  CHECK(
      rows_of(
          "report_card",
          R"({"resourceType":"Composition","id":"c","status":"final","type":{"coding":[{"code":"other"}]},
    "date":"2025-01-01","author":[{"display":"x"}],"title":"x"})")
          .empty());
}

TEST_CASE("resident: the home address counts, else the first") {
  const std::string area =
      R"("extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":")";
  const std::string head =
      R"({"resourceType":"Patient","id":"p","birthDate":"1980-01","deceasedDateTime":"2025-03-01","address":[)";
  const std::string first = "{" + area + "770101\"}]}";
  auto row = rows_of("resident", head + first + R"(,{"use":"home",)" + area +
                                     "770102\"}]},{\"use\":\"old\"," + area + "770103\"}]}]}")
                 .at(0);
  CHECK(row["area"] == R"("770102")");
  CHECK(row["registered_area"] == R"("770103")");
  CHECK(row["birth_date"] == R"("1980-01")");
  CHECK(row["deceased_date"] == R"("2025-03-01")");
  CHECK(rows_of("resident", head + first + "]}").at(0)["area"] == R"("770101")");
}

TEST_CASE("death: underlying and other causes, and only of the cause-of-death code") {
  const std::string head =
      R"({"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/p"},
    "effectiveDateTime":"2025-03-01","code":{"coding":[{"system":"http://loinc.org","code":")";
  const std::string cause =
      R"("valueCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":")";
  const std::string code =
      R"({"code":{"coding":[{"system":"http://loinc.org","code":"69453-9"}]},)";
  const std::string body = "\"}]}," + cause + R"(I21.9"}]},"component":[)" + code + cause +
                           "I10\"}]}}," + code + cause + "E11\"}]}}]}";
  auto row = rows_of("death", head + "69453-9" + body).at(0);
  CHECK(row["underlying_cause"] == R"("I21.9")");
  CHECK(row["other_causes"] == R"("I10 E11")");
  CHECK(rows_of("death", head + "8480-6" + body).empty());
  CHECK(rows_of("observation_component", head + "8480-6" + body).size() == 2);
}

TEST_CASE("report_card: a corrected card names the former one") {
  const std::string relates =
      R"("relatesTo":[{"code":"appends","targetReference":{"reference":"Composition/c0"}},)"
      R"({"code":"replaces","targetReference":{"reference":"Composition/c1"}}],"title":)";
  std::string card = documented("notifiable-case");
  const std::size_t at = card.find(R"("title":)");
  REQUIRE(at != std::string::npos);
  auto row = rows_of("report_card", card.replace(at, 8, relates)).at(0);
  CHECK(row["card_key"] == R"("card0000123")");
  CHECK(row["replaces_key"] == R"("c1")");
  CHECK(rows_of("report_card", documented("notifiable-case")).at(0)["replaces_key"] == "null");
}

TEST_CASE("encounter: the documented visit has its kind and its cost") {
  auto row = rows_of("encounter", documented("total-cost")).at(0);
  CHECK(row["type"] == R"("antenatal-visit")");
  CHECK(row["class"] == R"("AMB")");
  CHECK(row["cost"] == "186.40");
}

TEST_CASE("encounter.cost, episode.gestation_weeks: exact decimals in the tables") {
  for (const auto& [table, column] :
       {std::pair("encounter", "cost"), std::pair("episode", "gestation_weeks")}) {
    const auto view = views::View::compile(
        test::read_file(test::source_dir() / "scenes/core/views" / (std::string(table) + ".json")));
    REQUIRE(view.has_value());
    bool found = false;
    for (const tables::ColumnSpec& one : view->table().columns)
      if (one.name == column) {
        found = true;
        CHECK(one.type == tables::ColumnType::decimal);
      }
    CHECK(found);
  }
}

TEST_CASE("episode: weeks of pregnancy at registration") {
  auto row = rows_of("episode", documented("gestation-weeks")).at(0);
  CHECK(row["programme"] == R"("pregnancy")");
  CHECK(row["gestation_weeks"] == "12.9");
  CHECK(row["end_date"] == "null");
}

TEST_CASE("resident: arrived and left") {
  const std::string url = R"({"url":"https://health-brain.org/fhir/StructureDefinition/)";
  auto row =
      rows_of("resident", R"({"resourceType":"Patient","id":"p","active":false,"extension":[)" +
                              url + R"(arrived-district","valueDate":"2023-05-01"},)" + url +
                              R"(left-district","valueDate":"2025-02-28"}]})")
          .at(0);
  CHECK(row["arrived_date"] == R"("2023-05-01")");
  CHECK(row["left_date"] == R"("2025-02-28")");
}

TEST_CASE("stream_count: the documented count, and no other Observation") {
  auto row = rows_of("stream_count", documented("CodeSystem/stream")).at(0);
  CHECK(row["place_key"] == R"("l0000012")");
  CHECK(row["area"] == R"("770102003001")");
  CHECK(row["stream"] == R"("absence")");
  CHECK(row["day"] == R"("2025-11-18")");
  CHECK(row["count"] == "7");
  CHECK(rows_of("stream_count",
                R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},
                    "subject":{"reference":"Location/l"},"valueInteger":7})")
            .empty());
}

TEST_CASE(
    "core views: none selects a name of a person, an identifier, telecom or an address line") {
  for (const auto& file :
       std::filesystem::directory_iterator(test::source_dir() / "scenes/core/views")) {
    const auto view = views::View::compile(test::read_file(file.path()));
    INFO(file.path().filename().string());
    REQUIRE(view.has_value());
    const std::string text = test::read_file(file.path());
    for (const std::string word :
         {"identifier", "telecom", ".line", "address.text", ".text\"", "name.family", "name.given"})
      CHECK(text.find(word) == std::string::npos);
    CHECK(view->columns().size() <= 19);
  }
}
