#include "indicators/responsible.hpp"

#include "indicators/compare.hpp"
#include "indicators/similar.hpp"
#include "measure_store.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// Two men and two women; the men are in the numerator.
std::string measure_by(const std::string& who) {
  std::string text = visits_per_head;
  text = text.substr(0, text.find("numerator:"));
  text = replaced(text, "method: rate", "method: proportion");
  return text + R"(numerator:
  name: { zh: 男, en: men }
  over_time: each
  sql: SELECT left(area, 9) AS area, gender AS sex, CAST(NULL AS INTEGER) AS age_band, count(*) AS n FROM resident WHERE gender = 'male' GROUP BY 1, 2
denominator:
  name: { zh: 居民, en: residents }
  over_time: each
  sql: SELECT left(area, 9) AS area, gender AS sex, CAST(NULL AS INTEGER) AS age_band, count(*) AS n FROM resident GROUP BY 1, 2
list:
  sql: SELECT resident_id, gender = 'male' AS in_numerator, '' AS note FROM resident
responsible:
  institution:
    name: { zh: 机构, en: institution }
)" + who +
         R"(    names:
      sql: SELECT v.unit, v.name, v.unit AS organization, v.area FROM (VALUES ('b', 'Beta', '770101002'), ('a', 'Alpha', '770101001')) AS v(unit, name, area)
)";
}

Result<std::shared_ptr<const UnitCounts>> counted(const std::string& who) {
  MeasureStore store;
  deliver_district(store);
  store.define("visits-per-head", measure_by(who));
  const auto engine = store.engine();
  const Measure* const measure = engine->find("visits-per-head");
  REQUIRE(measure->institution.has_value());
  return engine->units(*measure, *measure->institution, period("2025"), "", false);
}

}  // namespace

TEST_CASE("units: residents count for who answers for them, others for nobody") {
  // p1 (man) for a; p2 and p4 (women) for b; p3 (man) for nobody.
  const auto counts = counted(
      "    over: residents\n"
      "    sql: SELECT resident_id, CASE WHEN gender = 'female' THEN 'b' ELSE 'a' END AS unit FROM "
      "resident WHERE birth_date < CAST('2000-01-01' AS DATE)\n");
  REQUIRE_MESSAGE(counts.has_value(), (counts ? "" : counts.error().message));
  REQUIRE((*counts)->units.size() == 2);
  const UnitCount& first = (*counts)->units.front();
  CHECK(first.name == "Alpha");
  CHECK(first.area == "770101001");
  CHECK(first.numerator == 1);
  CHECK(first.denominator == 1);
  CHECK((*counts)->units.back().numerator == 0);
  CHECK((*counts)->units.back().denominator == 2);
  CHECK((*counts)->unknown.numerator == 1);
  CHECK((*counts)->unknown.denominator == 1);
}

TEST_CASE("units: events by unit, a unit without a name is shown by its key") {
  const auto counts = counted(
      "    over: events\n"
      "    sql: SELECT v.unit, v.numerator, v.denominator FROM (VALUES ('c', 3, 4), ('a', 1, 2), "
      "('a', 1, 3)) AS v(unit, numerator, denominator)\n");
  REQUIRE_MESSAGE(counts.has_value(), (counts ? "" : counts.error().message));
  REQUIRE((*counts)->units.size() == 2);
  CHECK((*counts)->units.front().denominator == 5);
  CHECK((*counts)->units.back().name == "c");
}

TEST_CASE("units: a resident with two units and more in the numerator are refused") {
  const auto twice = counted(
      "    over: residents\n"
      "    sql: SELECT r.resident_id, v.unit FROM resident AS r CROSS JOIN (VALUES ('a'), ('b')) "
      "AS "
      "v(unit)\n");
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().message.find("two units") != std::string::npos);
  CHECK(twice.error().where.find("visits-per-head.yaml:") != std::string::npos);
  const auto more = counted(
      "    over: events\n"
      "    sql: SELECT v.unit, v.numerator, v.denominator FROM (VALUES ('a', 3, 2)) AS v(unit, "
      "numerator, denominator)\n");
  REQUIRE_FALSE(more.has_value());
}

TEST_CASE("pooled_figure: an area against its neighbours together") {
  MeasureStore store;
  store.define("visits-per-head", measure_by("    over: residents\n    sql: SELECT 1 AS unit\n"));
  const auto engine = store.engine();
  Measure measure = *engine->find("visits-per-head");
  measure.multiplier = 100;
  measure.better = Better::higher;
  std::vector<ComparedArea> areas{
      {"a", 300, 1000, {}, {}, {}}, {"b", 500, 1000, {}, {}, {}}, {"c", 140, 200, {}, {}, {}}};
  const auto found = compare_areas(measure, areas, {});
  REQUIRE(found.has_value());
  const auto pooled = pooled_figure(measure, found->areas[0], {found->areas[1], found->areas[2]});
  REQUIRE(pooled.has_value());
  CHECK(pooled->value == doctest::Approx(100.0 * 640 / 1200));  // (500 + 140) of (1000 + 200)
  CHECK(*pooled->lower < pooled->value);
  CHECK(pooled->standing == Standing::worse);  // 30 %, at most 33 % with 95 %
  CHECK_FALSE(pooled_figure(measure, found->areas[0], {}).has_value());
}

TEST_CASE("read_profile: what is wrong is named") {
  TempDir directory;
  const auto read = [&](const std::string& text) {
    const auto file = directory.path() / "profile.yaml";
    write_file(file, text);
    return read_profile(file);
  };
  const std::string head =
      "schema: profile-1\ntitle: { zh: 甲, en: a }\nwhy: { zh: 甲, en: a }\nk: 3\nindicators:\n";
  const auto good = read(head + "  - { of: population, log: true, weight: 2 }\n");
  REQUIRE(good.has_value());
  CHECK(good->items.front().log);
  CHECK(good->items.front().weight == 2);
  CHECK_FALSE(read(head + "  - { of: a }\n  - { of: a }\n").has_value());
  CHECK_FALSE(read(head + "  - { of: a, weight: 0 }\n").has_value());
  CHECK_FALSE(read(replaced(head, "k: 3", "k: 0") + "  - { of: a }\n").has_value());
}
