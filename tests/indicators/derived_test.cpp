#include "indicators/derived.hpp"

#include "core/policy.hpp"
#include "indicators/given_cells.hpp"
#include "measure_store.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// An indicator of the test made of others: head of visits-per-head, with what follows.
std::string derived(const std::string& id, const std::string& method, const std::string& rest) {
  std::string text = visits_per_head;
  text = text.substr(0, text.find("numerator:"));
  text = replaced(text, "id: visits-per-head", "id: " + id);
  text = replaced(text, "method: rate", "method: " + method);
  return text + rest;
}

/// People by street as a count per street and sex, so that shares are worked by hand.
std::string share(const std::string& id, const std::string& numerators,
                  const std::string& denominators) {
  const auto part = [](const char* name, const std::string& rows) {
    return std::string(name) + ":\n  name: { zh: 人, en: people }\n  over_time: each\n  sql: |\n" +
           "    SELECT v.area, 'female' AS sex, CAST(30 AS INTEGER) AS age_band, CAST(v.n AS "
           "BIGINT) AS n\n"
           "    FROM (VALUES " +
           rows + ") AS v(area, n)\n";
  };
  return replaced(
      derived(id, "proportion", part("numerator", numerators) + part("denominator", denominators)),
      "multiplier: 1000", "multiplier: 100");
}

const char* const both = R"(formula:
  numerator:
    name: { zh: 甲乙, en: both }
    is: numerator(one) + numerator(two)
  denominator:
    name: { zh: 甲乙, en: both }
    is: denominator(one) + denominator(two)
)";
const char* const difference = "formula:\n  value: 2 * (value(one) - value(two)) / 10\n";
const char* const index_text = R"(composite:
  aggregation: arithmetic
  missing: refuse
  weights_from: { zh: 测试, en: test }
  components:
    - { of: one, weight: 0.25, better: higher, normalise: { method: min-max, least: 0, most: 100 } }
    - { of: two, weight: 0.75, better: lower, normalise: { method: SCALE } }
)";

/// one: 40 of 100 and 30 of 50; two: 10 of 40 and SECOND of 60.
struct Derived {
  MeasureStore store;
  std::unique_ptr<MeasureEngine> engine;

  explicit Derived(const std::string& second = "30", const std::string& scale = "rank") {
    deliver_district(store);  // so that the year has records
    store.define("one", share("one", "('770101001', 40), ('770101002', 30)",
                              "('770101001', 100), ('770101002', 50)"));
    store.define("two", share("two", "('770101001', 10), ('770101002', " + second + ")",
                              "('770101001', 40), ('770101002', 60)"));
    store.define("both", replaced(derived("both", "proportion", both), "multiplier: 1000",
                                  "multiplier: 100"));
    store.define("difference", replaced(derived("difference", "formula", difference),
                                        "multiplier: 1000", "multiplier: 1"));
    store.define("index",
                 replaced(derived("index", "composite", replaced(index_text, "SCALE", scale)),
                          "multiplier: 1000", "multiplier: 100"));
    engine = store.engine();
  }
};

/// Faults of the derivation of `made` over `one` and `two`.
std::vector<Error> faults(const std::string& made, const std::string& two) {
  TempDir directory;
  std::vector<Measure> all;
  for (const auto& [name, text] :
       {std::pair{std::string("one"), share("one", "('1', 1)", "('1', 2)")},
        {"two", two},
        {"made", made}}) {
    const auto file = directory.path() / "scenes/test/indicators" / (name + ".yaml");
    write_file(file, text);
    auto measure = load_measure(file);
    REQUIRE_MESSAGE(measure.has_value(), (measure ? "" : measure.error().message));
    all.push_back(std::move(*measure));
  }
  return derivation_faults(all.back(), all);
}

GivingRules rules_with(int small_count) {
  Policy::Content content;
  content.small_count = small_count;
  content.small_basis = {"少于5人", "fewer than 5"};
  return {std::make_shared<Policy>(std::move(content)), nullptr};
}

}  // namespace

TEST_CASE("read_expression: precedence, brackets, ids with hyphens") {
  const auto read = read_expression("1 + 2 * (value(a-b) - numerator(c)) / 4");
  REQUIRE(read.has_value());
  const auto value = evaluate(*read, [](TermOf of, const std::string& id) {
    return std::optional<double>(of == TermOf::value && id == "a-b" ? 11 : 3);
  });
  CHECK(*value == doctest::Approx(5));  // 1 + 2 × 8 / 4
  std::vector<std::string> ids;
  add_measures(*read, ids);
  CHECK(ids == std::vector<std::string>{"a-b", "c"});
  const auto zero = read_expression("1 / (value(a) - value(a))");
  CHECK_FALSE(evaluate(*zero, [](TermOf, const std::string&) { return std::optional(2.0); }));
}

TEST_CASE("read_expression: what is no formula is named with its place") {
  for (const char* text : {"", "value()", "value(a", "1 +", "values(a)", "1 2", "(1", "a + b"})
    CHECK_MESSAGE(!read_expression(text).has_value(), text);
  CHECK(read_expression("1 + ?").error().where == "character 5");
  // A sum is a tree as deep as it is long: a thousand operations, and no more.
  std::string sum = "1";
  for (int i = 0; i < 1000; ++i) sum += "+1";
  CHECK(read_expression(sum).has_value());
  CHECK(read_expression(sum + "+1").error().message == "the formula: more than 1000 operations");
}

TEST_CASE("as_counts: sums and differences of counts only") {
  const auto counts =
      as_counts(*read_expression("2 * (numerator(a) - denominator(b)) + numerator(a)"));
  REQUIRE(counts.has_value());
  REQUIRE(counts->size() == 2);
  CHECK(counts->front().times == 3);
  CHECK(counts->back().times == -2);
  CHECK(counts->back().denominator);
  for (const char* text :
       {"value(a)", "numerator(a) * numerator(b)", "numerator(a) / 2", "0.5 * numerator(a)", "7"})
    CHECK_FALSE(as_counts(*read_expression(text)).has_value());
}

TEST_CASE("derived: counts over counts have the interval of their method") {
  Derived made;
  // (40 + 30 + 10 + 30) of (100 + 50 + 40 + 60) = 110 of 250 = 44 %; street 1: 50 of 140.
  const MeasureCell whole = number(*made.engine, "both", "2025");
  CHECK(whole.figure.numerator->n == 110);
  CHECK(*whole.figure.value == doctest::Approx(44));
  CHECK(*whole.figure.lower == doctest::Approx(37.98).epsilon(0.001));  // Wilson 110/250
  CHECK(whole.parts.size() == 2);
  CHECK(*number(*made.engine, "both", "2025", "770101001").figure.value ==
        doctest::Approx(100.0 * 50 / 140));
}

TEST_CASE("derived: a value of values") {
  Derived made;
  // one 70 / 150 = 46.6667, two 40 / 100 = 40: 2 × 6.6667 / 10
  CHECK(*number(*made.engine, "difference", "2025").figure.value == doctest::Approx(4.0 / 3));
  CHECK_FALSE(number(*made.engine, "difference", "2025").figure.lower.has_value());
}

TEST_CASE("derived: an index with ranks has values in streets, and says why not in the whole") {
  Derived made;
  // Street 1: 0.25 × 40/100 + 0.75 × (25 % is lower than 50 %: rank 1 → 1) = 0.85
  const MeasureCell first = number(*made.engine, "index", "2025", "770101001");
  CHECK(*first.figure.value == doctest::Approx(85));
  CHECK(*first.parts[1].contribution == doctest::Approx(75));
  CHECK(*number(*made.engine, "index", "2025", "770101002").figure.value == doctest::Approx(15));
  const MeasureCell whole = number(*made.engine, "index", "2025", "770101");
  CHECK_FALSE(whole.figure.value.has_value());
  CHECK(whole.figure.reason->en.find("cannot be normalised") != std::string::npos);
  const auto by_sex = cells_of(*made.engine, *made.engine->snapshot(), Principal::system("test"),
                               {made.engine->find("index"), period("2025"), "", By::sex});
  CHECK_FALSE(by_sex.has_value());
}

TEST_CASE("derived: what is hidden in a part is not given back by what is made of it") {
  Derived made("3", "min-max, least: 0, most: 100");
  const GivingRules rules = rules_with(5);
  const Reader reader{Principal::system("test"), false, true};
  const auto snapshot = [&](const char* id) {
    made.engine->ensure({made.engine->find(id)}, {period("2025")});
    return made.engine->snapshot();
  };
  for (const char* id : {"both", "difference", "index"}) {
    INFO(id);
    const auto shown = snapshot(id);
    const CellsAsk ask{made.engine->find(id), period("2025"), "770101", By::area};
    const auto raw = cells_of(*made.engine, *shown, reader.principal, ask);
    const auto given = given_cells(*made.engine, rules, *shown, reader, ask);
    REQUIRE(given.has_value());
    REQUIRE(given->size() == 2);
    // 3 of 60 of `two` in the second street is hidden, and 10 of 40 with it; so are their indices.
    for (const MeasureCell& cell : *given) {
      CHECK_FALSE(cell.figure.value.has_value());
      CHECK_FALSE(cell.figure.numerator.has_value());
      CHECK(cell.parts.empty());
      CHECK(cell.figure.reason->en == "fewer than 5");
    }
    CHECK(raw->front().figure.value.has_value());
    const auto one = given_cells(*made.engine, rules, *shown, reader,
                                 {ask.measure, ask.period, "770101002", By::none});
    CHECK_FALSE(one->front().figure.value.has_value());
    const auto whole = given_cells(*made.engine, rules, *shown, reader,
                                   {ask.measure, ask.period, "770101", By::none});
    CHECK(whole->front().figure.value.has_value());
    const auto all =
        given_cells(*made.engine, rules, *shown, {Principal::system("test"), true, true}, ask);
    CHECK(all->front().figure.value.has_value());
  }
}

TEST_CASE("derived: a rank tells of all streets, so a hidden one keeps every index") {
  Derived made("3");
  made.engine->ensure({made.engine->find("index")}, {period("2025")});
  const auto given =
      given_cells(*made.engine, rules_with(5), *made.engine->snapshot(),
                  {Principal::system("test"), false, true},
                  {made.engine->find("index"), period("2025"), "770101001", By::none});
  CHECK_FALSE(given->front().figure.value.has_value());
}

TEST_CASE("derivation_faults: another basis must be said, and only where there is one") {
  const std::string two = share("two", "('1', 1)", "('1', 2)");
  const std::string made = derived("made", "proportion", both);
  CHECK(faults(made, two).empty());
  const std::string other = replaced(two, "zh: 居民", "zh: 老年居民");
  const auto unsaid = faults(made, other);
  REQUIRE(unsaid.size() == 1);
  CHECK(unsaid.front().message.find("population") != std::string::npos);
  CHECK(unsaid.front().message.find("老年居民") != std::string::npos);
  const std::string said =
      made + "  differs:\n    - { field: population, why: { zh: 因此, en: because } }\n";
  CHECK(faults(said, other).empty());
  REQUIRE(faults(said, two).size() == 1);
  CHECK(faults(said, two).front().message.find("does not differ") != std::string::npos);
}

TEST_CASE("derivation_faults: unknown indicators, periods, counts without a denominator") {
  const std::string two = share("two", "('1', 1)", "('1', 2)");
  CHECK(
      faults(derived("made", "proportion", replaced(both, "numerator(two)", "numerator(ten)")), two)
          .front()
          .message.find("“ten”") != std::string::npos);
  CHECK(faults(derived("made", "proportion", both),
               replaced(two, "periods: [month, quarter, year]", "periods: [year]"))
            .size() == 2);  // no months, no quarters
}

TEST_CASE("load_measure: what a derived indicator must not be") {
  TempDir directory;
  const auto refused = [&](const std::string& text) {
    const auto file = directory.path() / "scenes/test/indicators/made.yaml";
    write_file(file, text);
    const auto measure = load_measure(file);
    REQUIRE_FALSE(measure.has_value());
    return measure.error().message;
  };
  CHECK(refused(derived("made", "composite", both)).find("composite exactly") != std::string::npos);
  CHECK(refused(derived("made", "count", both)).find("denominator") != std::string::npos);
  CHECK(refused(derived("made", "proportion", difference)).find("method") != std::string::npos);
  const std::string of = derived("made", "composite", replaced(index_text, "SCALE", "rank"));
  CHECK(refused(replaced(of, "weight: 0.25", "weight: 0.35")).find("add up to 1") !=
        std::string::npos);
  CHECK(refused(replaced(of, "of: two", "of: one")).find("stands twice") != std::string::npos);
  CHECK(refused(of + std::string(both)).find("not both") != std::string::npos);
}
