#include "views/view.hpp"

#include <doctest/doctest.h>

#include "crypto/digest.hpp"

using namespace hb;
using tables::ColumnType;

namespace {

constexpr std::string_view view_text = R"json({
  "resourceType": "https://sql-on-fhir.org/ig/StructureDefinition/ViewDefinition",
  "name": "observation", "resource": "Observation", "select": [{"column": [
    {"name": "resident_id", "path": "subject.getReferenceKey(Patient)", "type": "id", "tag": [{"name": "hb/role", "value": "resident"}]},
    {"name": "encounter_key", "path": "encounter.getReferenceKey(Encounter)", "type": "id", "tag": [{"name": "hb/store", "value": "key"}]},
    {"name": "code", "path": "code.coding.first().code", "type": "code"},
    {"name": "effective_date", "path": "effective.ofType(dateTime)", "type": "date", "tag": [{"name": "hb/role", "value": "event_date"}]},
    {"name": "effective_time", "path": "effective.ofType(dateTime)", "type": "dateTime"},
    {"name": "value", "path": "value.ofType(Quantity).value", "type": "decimal"},
    {"name": "raw", "path": "value.ofType(Quantity).value", "type": "decimal", "tag": [{"name": "hb/store", "value": "real"}]},
    {"name": "whole", "path": "value.ofType(integer)", "type": "integer"},
    {"name": "asserted", "path": "value.ofType(boolean)", "type": "boolean"}]}]})json";

std::vector<views::View> one_view(std::string_view json) {
  auto view = views::View::compile(json);
  INFO((view ? "" : view.error().message));
  REQUIRE(view.has_value());
  std::vector<views::View> views;
  views.push_back(std::move(*view));
  return views;
}

std::string refusal(const std::string& column) {
  const auto view = views::View::compile(
      R"({"name":"t","resource":"Observation","select":[{"column":[)" + column + "]}]}");
  return view ? "" : view.error().message;
}

/// A resident born 1960-05-01, known by the id p1 only.
views::ResidentStamp known(std::string_view id) {
  if (id != "p1") return {};
  return {.id = 12,
          .sex = "female",
          .has_birth_date = true,
          .birth_date = *make_date(1960, 5, 1),
          .area = "770102"};
}

std::string observation(const std::string& rest) {
  return R"({"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/p1"},
    "encounter":{"reference":"https://host/fhir/Encounter/e1/_history/2"},"code":{"coding":[{"code":"8480-6"},{"code":"x"}]},)" +
         rest + "}";
}

/// The block that one resource makes.
Result<tables::RowBlock> flatten(const views::Flattener& flattener, const std::string& json) {
  views::Flattener::Sink sink(flattener);
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto resource = parser.parse(text.view());
  REQUIRE(resource.has_value());
  if (auto added = sink.add(*resource, 3, known); !added) {
    CHECK(sink.take().empty());
    return unexpected(added.error());
  }
  auto blocks = sink.take();
  REQUIRE(blocks.size() == 1);
  return std::move(blocks[0]);
}

}  // namespace

TEST_CASE("View: the schema is seq, the columns, then what stamps the person") {
  const auto views = one_view(view_text);
  std::vector<std::string> names;
  for (const auto& column : views[0].table().columns) names.push_back(column.name);
  CHECK(names == std::vector<std::string>{"seq", "resident_id", "encounter_key", "code",
                                          "effective_date", "effective_time", "value", "raw",
                                          "whole", "asserted", "resident_sex",
                                          "resident_birth_date", "resident_area", "age_band"});
  CHECK(views[0].table().columns[1].type == ColumnType::bigint);
  CHECK(views[0].table().columns[6].type == ColumnType::decimal);
  CHECK(views[0].table().columns[7].type == ColumnType::real);
  CHECK(views[0].table().event_date_column == "effective_date");
}

TEST_CASE("Flattener: one row, every type worked out by hand") {
  const views::Flattener flattener(one_view(view_text));
  const auto block = flatten(
      flattener,
      observation(
          R"("effectiveDateTime":"2020-04-30T17:30:00Z","valueQuantity":{"value":30.55535})"));
  REQUIRE(block.has_value());
  REQUIRE(block->rows() == 1);
  CHECK(block->owner[0] == 3);
  const auto& columns = block->columns;
  CHECK(columns[1].ints[0] == 12);
  CHECK(columns[2].ints[0] == crypto::resource_key("Encounter", "e1"));
  CHECK(columns[3].text(0) == "8480-6");
  // 17:30 UTC is 01:30 of the next day in Shanghai: 2020-05-01 = day 18383.
  CHECK(columns[4].ints[0] == 18383);
  CHECK(columns[5].ints[0] == parse_instant("2020-04-30T17:30:00Z")->micros);
  CHECK(columns[6].ints[0] == 305554);  // 30.55535 → 30.5554, half up
  CHECK(columns[7].reals[0] == 30.55535);
  CHECK(columns[8].null[0] == 1);
  CHECK(columns[10].text(0) == "female");
  CHECK(columns[12].text(0) == "770102");
  CHECK(columns[13].ints[0] == 60);  // sixty years old that very day
}

TEST_CASE("Flattener: the day before the birthday is another age band") {
  const views::Flattener flattener(one_view(view_text));
  const auto block = flatten(flattener, observation(R"("effectiveDateTime":"2020-04-30")"));
  REQUIRE(block.has_value());
  CHECK(block->columns[13].ints[0] == 55);
  CHECK(block->columns[5].ints[0] == parse_instant("2020-04-30T00:00:00+08:00")->micros);
  const auto year = flatten(flattener, observation(R"("effectiveDateTime":"2050")"));
  CHECK(year->columns[4].ints[0] == make_date(2050, 1, 1)->days);
  CHECK(year->columns[13].ints[0] == 85);  // 89 years: 85 and older
  const auto before_birth = flatten(flattener, observation(R"("effectiveDateTime":"1959")"));
  CHECK(before_birth->columns[13].null[0] == 1);
}

TEST_CASE("Flattener: a person nobody knows leaves empty stamps") {
  const views::Flattener flattener(one_view(view_text));
  const auto block = flatten(
      flattener,
      R"({"resourceType":"Observation","id":"o","subject":{"reference":"Group/g"},"effectiveDateTime":"2020"})");
  REQUIRE(block.has_value());
  for (const std::size_t column : {1, 10, 11, 12, 13}) CHECK(block->columns[column].null[0] == 1);
}

TEST_CASE("Flattener: a value that does not fit takes all rows of its resource away") {
  const views::Flattener flattener(one_view(view_text));
  const auto large =
      flatten(flattener, observation(R"("valueQuantity":{"value":123456789012345})"));
  REQUIRE_FALSE(large.has_value());
  CHECK(large.error().message ==
        "observation.value: a number of at most 14 digits before the point is expected");
  CHECK(flatten(flattener, observation(R"("valueQuantity":{"value":99999999999999})")).has_value());
  const auto text = flatten(flattener, observation(R"("valueQuantity":{"value":"5"})"));
  REQUIRE_FALSE(text.has_value());
}

TEST_CASE("Flattener: rows of other resources stay when one fails") {
  const views::Flattener flattener(one_view(view_text));
  views::Flattener::Sink sink(flattener);
  fhir::Parser parser;
  const std::string good = observation(R"("valueInteger":1)");
  const std::string bad = observation(R"("valueQuantity":{"value":1e17})");
  for (const std::string* json : {&good, &bad, &good}) {
    const fhir::PaddedText text(*json);
    const auto resource = parser.parse(text.view());
    CHECK(sink.add(*resource, 0, known).has_value() == (json == &good));
  }
  const auto blocks = sink.take();
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].rows() == 2);
  for (const auto& column : blocks[0].columns) CHECK(column.null.size() == 2);
  CHECK(blocks[0].columns[3].text(1) == "8480-6");
  CHECK(sink.take().empty());
}

TEST_CASE("View: what is refused names the place") {
  CHECK(refusal(R"({"name":"a","path":"code."})") ==
        "select[0].column[0].path: column 6: the name of an element or a function is expected");
  CHECK(refusal(R"({"name":"a b","path":"id"})") ==
        "select[0].column[0].name: a name of letters, digits and _ is expected");
  CHECK(refusal(R"({"name":"a","path":"id"},{"name":"a","path":"id"})") ==
        "select[0].column[1].name: there is a column a already");
  CHECK(refusal(R"({"name":"a","path":"id","tag":[{"name":"hb/store","value":"key"}]})")
            .find("needs a path that ends in getResourceKey()") != std::string::npos);
  CHECK(refusal(R"({"name":"a","path":"id","tag":[{"name":"hb/role","value":"event_date"}]})")
            .find("column of type date") != std::string::npos);
  CHECK(refusal(R"({"name":"a","path":"id","tag":[{"name":"hb/stroe","value":"key"}]})")
            .find("unknown tag") != std::string::npos);
  CHECK_FALSE(views::View::compile("{").has_value());
  CHECK_FALSE(views::View::compile(R"({"resource":"Nothing","select":[{}]})").has_value());
}

TEST_CASE("json_rows: nested selects make the product of their rows") {
  const auto views =
      one_view(R"({"name":"t","resource":"Patient","select":[{"column":[{"name":"id","path":"id"}]},
    {"forEach":"name","column":[{"name":"use","path":"use"}],"select":[{"forEachOrNull":"given","column":[{"name":"given","path":"$this"}]}]},
    {"unionAll":[{"column":[{"name":"x","path":"gender"}]},{"forEach":"telecom","column":[{"name":"x","path":"value"}]}]}]})");
  fhir::Parser parser;
  const fhir::PaddedText text(R"({"resourceType":"Patient","id":"p","gender":"male",
    "name":[{"use":"a","given":["1","2"]},{"use":"b"}],"telecom":[{"value":"t"}]})");
  const auto resource = parser.parse(text.view());
  const auto rows = views::json_rows(views[0], *resource);
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 6);  // (a,1) (a,2) (b,null) × (male, t)
  CHECK(rows->at(0) == std::vector<std::string>{"\"p\"", "\"a\"", "\"1\"", "\"male\""});
  CHECK(rows->at(1) == std::vector<std::string>{"\"p\"", "\"a\"", "\"1\"", "\"t\""});
  CHECK(rows->at(5) == std::vector<std::string>{"\"p\"", "\"b\"", "null", "\"t\""});
}
