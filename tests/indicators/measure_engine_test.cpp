#include "measure_store.hpp"

using namespace hb;
using namespace hb::test;

TEST_CASE("measures: months add up to quarters and years, streets to the district") {
  MeasureStore store;
  deliver_district(store);
  store.define("visits-per-head", visits_per_head);
  const auto engine = store.engine();

  const MeasureCell year = number(*engine, "visits-per-head", "2025");
  CHECK(year.figure.numerator->n == 4);
  CHECK(year.figure.denominator->n == 4);
  CHECK(*year.figure.value == doctest::Approx(1000));                   // 1000 × 4 / 4
  CHECK(*year.figure.lower == doctest::Approx(272.5).epsilon(0.001));   // exact, 4 events: 1.0899
  CHECK(*year.figure.upper == doctest::Approx(2560.4).epsilon(0.001));  // 10.2416
  CHECK(year.judged.status == Status::missed);                          // 1000 against ≥1500
  CHECK(*year.judged.gap == doctest::Approx(-500));

  CHECK(number(*engine, "visits-per-head", "2025-Q1").figure.numerator->n == 3);
  CHECK(number(*engine, "visits-per-head", "2025-03").figure.numerator->n == 3);
  CHECK(number(*engine, "visits-per-head", "2025-Q4").figure.numerator->n == 1);
  CHECK(number(*engine, "visits-per-head", "2025", "770101001").figure.numerator->n == 3);
  const MeasureCell street = number(*engine, "visits-per-head", "2025", "770101002");
  CHECK(street.figure.numerator->n == 1);
  CHECK(street.figure.denominator->n == 2);  // p4 lives in a community of the street
}

TEST_CASE("measures: where nothing is known there is no 0") {
  MeasureStore store;
  deliver_district(store);
  store.define("visits-per-head", visits_per_head);
  const auto engine = store.engine();
  // In May somebody lives here and nobody's visit is known: no data.
  const MeasureCell may = number(*engine, "visits-per-head", "2025-05");
  CHECK_FALSE(may.figure.value.has_value());
  CHECK(may.figure.reason->en == "there are no records of this period");
  // In November there are visits, but none in street 2: that is a 0.
  CHECK(*number(*engine, "visits-per-head", "2025-11", "770101002").figure.value == 0);
  CHECK(number(*engine, "visits-per-head", "2025", "990000").figure.reason->en ==
        "the denominator is 0");
  CHECK(number(*engine, "visits-per-head", "2026").figure.reason->en == "the period has not begun");
}

TEST_CASE("measures: by street, sex and age; ranks; areas of the principal") {
  MeasureStore store;
  deliver_district(store);
  store.define("visits-per-head", visits_per_head);
  const auto engine = store.engine();
  const Measure* measure = engine->find("visits-per-head");
  engine->ensure({measure}, {period("2025")});
  const auto ask = [&](By by, const Principal& principal, const std::string& area = "") {
    return cells_of(*engine, *engine->snapshot(), principal, {measure, period("2025"), area, by});
  };
  const auto streets = ask(By::area, Principal::system("test"));
  REQUIRE(streets->size() == 2);
  CHECK(streets->at(0).figure.numerator->n == 3);
  CHECK(*streets->at(0).rank == 1);  // 1500 before 500
  CHECK(*streets->at(1).rank == 2);
  const auto sexes = ask(By::sex, Principal::system("test"));
  REQUIRE(sexes->size() == 2);
  CHECK(sexes->at(0).figure.numerator->n == 3);  // male
  CHECK(sexes->at(1).figure.numerator->n == 1);

  Principal street;
  street.areas = {"770101002"};
  REQUIRE(ask(By::area, street)->size() == 1);
  CHECK(ask(By::area, street)->front().area == "770101002");
  CHECK(ask(By::none, street).error().code == ErrorCode::forbidden);
  CHECK(ask(By::sex, street, "770101001").error().code == ErrorCode::forbidden);
  CHECK(ask(By::none, street, "770101002")->front().figure.numerator->n == 1);
}

TEST_CASE("measures: a delivery makes again only what it touched, and the result is the same") {
  MeasureStore store;
  deliver_district(store);
  store.define("visits-per-head", visits_per_head);
  const auto engine = store.engine();
  const Measure* measure = engine->find("visits-per-head");
  engine->ensure({measure}, months_of(period("2025")));
  engine->ensure({measure}, {period("2025")});
  const BatchId before = engine->snapshot()->feed;

  store.deliver(visit("e5", "p4", "2025-11-02"));
  const Refreshed refreshed = engine->refresh();
  CHECK(refreshed.feed > before);
  CHECK(refreshed.slices == 1);  // November's visits, no denominator
  CHECK(number(*engine, "visits-per-head", "2025").figure.numerator->n == 5);
  CHECK(engine->refresh().slices == 0);

  // A corrected date leaves March and enters November; a corrected sex moves all visits of p1.
  store.deliver(visit("e1", "p1", "2025-11-05"));
  CHECK(engine->refresh().slices == 2);
  CHECK(number(*engine, "visits-per-head", "2025-03").figure.numerator->n == 2);
  CHECK(number(*engine, "visits-per-head", "2025-11").figure.numerator->n == 3);
  store.deliver(person("p1", "female", "1980-01-01", "770101002"));
  engine->refresh();
  const Verified verified = engine->verify();
  CHECK(verified.cells > 20);
  CHECK(verified.differences.empty());
  CHECK(number(*engine, "visits-per-head", "2025", "770101001").figure.denominator->n == 1);
}

TEST_CASE("measures: a state is asked once for many months and not added up") {
  MeasureStore store;
  deliver_district(store);
  const std::string events = visits_per_head;
  const std::size_t denominator = events.find("denominator:");
  const std::string state = events.substr(0, denominator) + R"(denominator:
  name: { zh: 居民, en: residents }
  over_time: state
  sql: |
    SELECT CAST(m.d AS DATE) AS month, left(r.area, 9) AS area, r.gender AS sex,
           CASE WHEN r.birth_date <= DATE '1960-01-01' THEN 65 ELSE 20 END AS age_band, count(*) AS n
    FROM generate_series(CAST($from AS DATE), CAST($to AS DATE), INTERVAL '1 month') AS m(d)
    JOIN resident AS r ON r.birth_date <= CAST(m.d AS DATE)
    GROUP BY 1, 2, 3, 4
)";
  store.define("visits-per-head", state);
  const auto old = [&](const std::string& id, const std::string& more) {
    const std::string named = replaced(state, "id: visits-per-head", "id: " + id);
    return replaced(named, "over_time: state\n", "over_time: state\n" + more);
  };
  store.define("old", old("old", "  from_age: 65\n"));
  store.define("before", old("before", "  at: last-year-end\n"));
  const auto engine = store.engine();
  std::vector<const Measure*> all;
  for (const Measure& one : engine->measures()) all.push_back(&one);
  // Visits once, residents of December 2024 to December 2025 once.
  CHECK(engine->ensure(all, months_of(period("2025"))).queries == 2);
  CHECK(engine->ensure(all, {period("2025"), period("2025-Q1")}).queries == 0);
  CHECK(number(*engine, "visits-per-head", "2025").figure.denominator->n == 4);
  CHECK(number(*engine, "old", "2025").figure.denominator->n == 1);  // p2, born in 1950
  store.deliver(person("p5", "male", "2025-02-10", "770101001"));
  engine->refresh();
  CHECK(number(*engine, "visits-per-head", "2025-Q1").figure.denominator->n == 5);
  CHECK(number(*engine, "before", "2025-Q1").figure.denominator->n == 4);
  CHECK(engine->verify().differences.empty());
}

TEST_CASE("measures: months that are not those of the event are all made again") {
  MeasureStore store;
  deliver_district(store);
  // The month after the visit's.
  store.define(
      "visits-per-head",
      replaced(replaced(visits_per_head, "date_trunc('month', start_date)",
                        "date_trunc('month', CAST(start_date + INTERVAL '1 month' AS DATE))"),
               "WHERE start_date BETWEEN",
               "WHERE CAST(start_date + INTERVAL '1 month' AS DATE) BETWEEN"));
  const auto engine = store.engine();
  CHECK(number(*engine, "visits-per-head", "2025-04").figure.numerator->n == 3);
  store.deliver(visit("e9", "p2", "2025-03-07"));
  engine->refresh();
  CHECK(number(*engine, "visits-per-head", "2025-04").figure.numerator->n == 4);
  CHECK(engine->verify().differences.empty());
}

TEST_CASE("measures: verify finds what was kept wrongly, names it and puts it right") {
  MeasureStore store;
  deliver_district(store);
  // Looks behind the end of its period without saying so: late events cannot be noticed.
  std::string yaml = replaced(visits_per_head, "over_time: sum", "over_time: each");
  yaml = replaced(yaml, "CAST(date_trunc('month', start_date) AS DATE) AS month, ", "");
  yaml = replaced(yaml, "AND CAST($to AS DATE)\n", "AND CAST($to AS DATE) + 90\n");
  yaml = replaced(yaml, "GROUP BY 1, 2, 3, 4", "GROUP BY 1, 2, 3");
  store.define("visits-per-head", yaml);
  const auto engine = store.engine();
  CHECK(number(*engine, "visits-per-head", "2025-03").figure.numerator->n == 3);
  store.deliver(visit("e9", "p2", "2025-05-05"));
  engine->refresh();
  const Verified verified = engine->verify();
  REQUIRE(verified.differences.size() == 1);
  const Difference& found = verified.differences.front();
  CHECK(found.indicator == "visits-per-head");
  CHECK(found.part == "numerator");
  CHECK(found.period == "2025-03");
  CHECK(found.area == "770101001");
  CHECK(found.kept == "1");
  CHECK(found.recomputed == "2");
  CHECK(engine->verify().differences.empty());

  // Saying so makes it right.
  store.define("visits-per-head",
               replaced(yaml, "over_time: each", "over_time: each\n  ahead_days: 90"));
  const auto careful = store.engine();
  CHECK(number(*careful, "visits-per-head", "2025-03").figure.numerator->n == 4);
  store.deliver(visit("e10", "p2", "2025-05-06"));
  careful->refresh();
  CHECK(careful->verify().differences.empty());
}

TEST_CASE(
    "measures: SQL that is wrong, writes or is slow is named with file and line; others go on") {
  MeasureStore store;
  deliver_district(store);
  store.define("visits-per-head", visits_per_head);
  const std::string second = replaced(visits_per_head, "id: visits-per-head", "id: second");
  struct Bad {
    std::string from, to, said;
  };
  const Bad bad[] = {
      {"FROM encounter", "FROM encounters", "encounters"},
      {"SELECT CAST(date_trunc", "DELETE FROM encounter; SELECT CAST(date_trunc", "SELECT"},
      {"left(resident_area, 9) AS area", "left(resident_area, 9) AS street", "street"},
      {"count(*) AS n", "avg(age_band) AS n", "n"},
      {"age_band, count(*)", "age_bnd, count(*)", "age_bnd"},
  };
  for (const Bad& one : bad) {
    store.define("second", replaced(second, one.from, one.to));
    const auto engine = store.engine();
    CAPTURE(one.to);
    const MeasureCell cell = number(*engine, "second", "2025");
    CHECK_FALSE(cell.figure.value.has_value());
    const auto faults = engine->faults(*engine->snapshot(), *engine->find("second"));
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].message.find(one.said) != std::string::npos);
    CHECK(faults[0].where.starts_with(store.file("second").string() + ":2"));  // lines 20–29
    CHECK(cell.figure.reason->en.find(faults[0].where) != std::string::npos);
    CHECK(number(*engine, "visits-per-head", "2025").figure.value.has_value());
  }
  // Ten thousand by ten thousand by ten thousand rows.
  store.define("second", replaced(second, "FROM encounter",
                                  "FROM encounter CROSS JOIN generate_series(1, 100000) AS a(i)"
                                  " CROSS JOIN generate_series(1, 100000) AS b(j)"));
  const auto engine = store.engine(false, std::chrono::milliseconds(200));
  const MeasureCell slow = number(*engine, "second", "2025");
  CHECK(slow.figure.reason->en.find("stopped after 200 ms") != std::string::npos);
  CHECK(number(*engine, "visits-per-head", "2025").figure.value.has_value());
}

TEST_CASE(
    "measures: SQL that fails on some rows does not disturb the others while deliveries come") {
  MeasureStore store;
  deliver_district(store);
  const std::string shared = replaced(
      replaced(visits_per_head, "over_time: sum\n", "over_time: sum\n  by_resident: true\n"),
      "over_time: each\n", "over_time: each\n  by_resident: true\n");
  store.define("visits-per-head", shared);
  // No status is a number.
  store.define("second", replaced(replaced(shared, "id: visits-per-head", "id: second"),
                                  "count(*) AS n\n    FROM encounter",
                                  "sum(CAST(status AS BIGINT)) AS n\n    FROM encounter"));
  const auto engine = store.engine();
  number(*engine, "second", "2025");
  number(*engine, "visits-per-head", "2025");
  for (int i = 5; i < 9; ++i) {
    store.deliver(visit("e" + std::to_string(i), "p4", "2025-11-02"));
    const Refreshed refreshed = engine->refresh();
    CHECK(refreshed.exchanged == 1);  // November's visits, by the share of p4
    CHECK(number(*engine, "visits-per-head", "2025").figure.numerator->n == i);
    CHECK_FALSE(number(*engine, "second", "2025").figure.value.has_value());
  }
  CHECK(engine->verify().differences.empty());
}

TEST_CASE("measures: kept cells are taken while definitions, tables and feed fit") {
  MeasureStore store;
  deliver_district(store);
  store.define("visits-per-head", visits_per_head);
  {
    const auto engine = store.engine(true);
    number(*engine, "visits-per-head", "2025");
    REQUIRE(engine->save().has_value());
  }
  const auto kept = store.engine(true);
  CHECK(kept->snapshot()->slices.size() == 13);  // 12 months and one population
  CHECK(kept->ensure({kept->find("visits-per-head")}, {period("2025")}).queries == 0);

  // What came since is caught up by what it touched.
  store.deliver(visit("e5", "p4", "2025-11-02"));
  const auto later = store.engine(true);
  CHECK(later->refresh().slices == 1);
  CHECK(later->verify().differences.empty());
  REQUIRE(later->save().has_value());

  // A changed definition drops its slices only.
  store.define("visits-per-head",
               replaced(visits_per_head, "FROM encounter\n", "FROM encounter AS e\n"));
  CHECK(store.engine(true)->snapshot()->slices.size() == 1);

  // A broken file is not taken.
  const std::string path = store.hub().directory() + "/measures.cells";
  std::ofstream(path, std::ios::binary | std::ios::app) << "x";
  CHECK(store.engine(true)->snapshot()->slices.empty());
}

TEST_CASE("measures: the thread follows the tables and tells") {
  MeasureStore store;
  deliver_district(store);
  store.define("visits-per-head", visits_per_head);
  const auto engine = store.engine();
  std::mutex mutex;
  std::condition_variable told;
  BatchId newest = 0;
  engine->start({period("2025")}, {period("2025-11")}, [&](const Snapshot& snapshot) {
    const std::lock_guard lock(mutex);
    newest = snapshot.feed;
    told.notify_all();
  });
  REQUIRE(engine->wait_until_ready(std::chrono::seconds(30)));
  store.deliver(visit("e5", "p4", "2025-11-02"));
  const BatchId wanted = *std::as_const(store.hub()).tables().reached();
  engine->notify();
  std::unique_lock lock(mutex);
  CHECK(told.wait_for(lock, std::chrono::seconds(30), [&] { return newest >= wanted; }));
  lock.unlock();
  CHECK(number(*engine, "visits-per-head", "2025").figure.numerator->n == 5);
  engine->stop();
}
