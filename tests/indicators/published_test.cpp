#include <doctest/doctest.h>

#include <fstream>

#include "indicators/publication_list.hpp"
#include "indicators/published.hpp"
#include "measure_store.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::indicators;
using namespace hb::test;

namespace {

const Measure& measure(const std::string& id) {
  static const std::vector<Measure> all = *load_measures(source_dir() / "scenes");
  for (const Measure& one : all)
    if (one.id == id) return one;
  FAIL("no indicator " << id);
  return all.front();
}

struct Book {
  TempDir directory;
  std::unique_ptr<ReportBook> book =
      *ReportBook::open((directory.path() / "figures.db").string(), system_clock());

  void publish(const std::string& id, const std::string& area, const std::string& period,
               const std::string& value, const std::string& reason = "") {
    Vintage made;
    made.cell = {id, area, period};
    made.value = value;
    made.lower = "60.00";
    made.upper = "80.00";
    REQUIRE(book->publish_computed(made, "sun.li", reason).has_value());
  }
};

Period year(const char* text) { return *parse_period(text); }

}  // namespace

TEST_CASE("published_cell: the newest vintage against the target of its year; else not published") {
  Book book;
  const Measure& by_rules = measure("hypertension-by-rules");  // district 2025: 70以上
  book.publish("hypertension-by-rules", "770101", "2025", "69.10");
  book.publish("hypertension-by-rules", "770101", "2025", "71.50", "补报");
  const auto published = Published::load(*book.book);
  REQUIRE(published.has_value());
  const MeasureCell cell = published_cell(*published, by_rules, year("2025"), "770101");
  CHECK(cell.figure.value == doctest::Approx(71.5));
  CHECK(cell.figure.lower == doctest::Approx(60));
  CHECK_FALSE(cell.figure.numerator.has_value());
  CHECK(cell.judged.status == Status::met);
  CHECK(cell.judged.gap == doctest::Approx(1.5));  // 71.5 − 70
  const MeasureCell none = published_cell(*published, by_rules, year("2024"), "770101");
  CHECK_FALSE(none.figure.value.has_value());
  CHECK(none.figure.reason->zh == "未发布");
}

TEST_CASE("published_cell: a vintage of what became internal since is not shown") {
  Book book;
  book.publish("births", "770101", "2025", "812");
  const auto published = Published::load(*book.book);
  const MeasureCell cell = published_cell(*published, measure("births"), year("2025"), "770101");
  CHECK_FALSE(cell.figure.value.has_value());
  CHECK(published_streets(*published, measure("births"), year("2025"), "770101").empty());
}

TEST_CASE("published_streets: streets of this district and period alone, ranked") {
  Book book;
  for (const auto& [area, value] :
       {std::pair{"770101002", "66.00"}, {"770101001", "72.00"}, {"770102001", "90.00"}})
    book.publish("hypertension-by-rules", area, "2025", value);
  book.publish("hypertension-by-rules", "770101003", "2024", "80.00");
  book.publish("hypertension-by-rules", "770101", "2025", "70.00");
  const auto published = Published::load(*book.book);
  const auto cells =
      published_streets(*published, measure("hypertension-by-rules"), year("2025"), "770101");
  REQUIRE(cells.size() == 2);
  CHECK(cells[0].area == "770101001");
  CHECK(cells[0].rank == 1);
  CHECK(cells[1].rank == 2);
}

TEST_CASE("check_publishable: births and the sex ratio are refused by the rule's name") {
  for (const char* id : {"births", "birth-rate", "sex-ratio-at-birth"}) {
    const auto refused = check_publishable(measure(id));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::forbidden);
    CHECK(refused.error().where == "indicator-internal");
  }
  CHECK(check_publishable(measure("infant-mortality")).has_value());
  CHECK(measure("infant-mortality").has_internal_counts());
  CHECK_FALSE(measure("contracts").has_internal_counts());
}

TEST_CASE("given_cells: of a rate of births the value alone, of an internal indicator nothing") {
  MeasureStore store;
  deliver_district(store);
  store.define("visits-per-head", visits_per_head);
  store.define("of-internal",
               replaced(replaced(visits_per_head, "id: visits-per-head", "id: of-internal"),
                        "denominator:\n", "denominator:\n  visible: internal\n"));
  store.define("kept", replaced(replaced(visits_per_head, "id: visits-per-head", "id: kept"),
                                "field: services\n", "field: services\nvisible: internal\n"));
  const auto engine = store.engine();
  const auto figure = [&](const char* id, bool internal) {
    const CellsAsk ask{engine->find(id), *parse_period("2025"), "", By::none};
    engine->ensure({ask.measure}, {ask.period});
    const Reader reader{Principal::system("test"), true, true, internal};
    const auto cells = given_cells(*engine, {}, *engine->snapshot(), reader, ask);
    REQUIRE(cells.has_value());
    return cells->front().figure;
  };
  // Four people, so many visits: the value is given, the counts are not.
  CHECK(figure("visits-per-head", false).denominator->n == 4);
  CHECK(figure("of-internal", true).denominator->n == 4);
  const Figure given = figure("of-internal", false);
  CHECK(given.value == figure("visits-per-head", false).value);
  CHECK_FALSE(given.numerator.has_value());
  CHECK_FALSE(given.denominator.has_value());
  CHECK(figure("kept", true).value.has_value());
  const Figure kept = figure("kept", false);
  CHECK_FALSE(kept.value.has_value());
  CHECK(kept.reason->zh == "内部指标，不对外提供");
}

TEST_CASE("visible: a word that is none is refused; what is made of internal parts is internal") {
  const std::filesystem::path from = source_dir() / "scenes/health-monitoring/indicators";
  const TempDir directory;
  const std::filesystem::path folder = directory.path() / "scene/indicators";
  std::filesystem::create_directories(folder);
  std::ifstream in(from / "births.yaml");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto write = [&](const std::string& name, const std::string& body) {
    std::ofstream(folder / name) << body;
  };
  const std::size_t at = text.find("visible: internal");
  REQUIRE(at != std::string::npos);
  std::string wrong = text;
  wrong.replace(at, 17, "visible: secretly");
  write("births.yaml", wrong);
  const auto refused = load_measures(directory.path());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("“visible” is public or internal") != std::string::npos);

  write("births.yaml", text);
  std::string twice = text.substr(0, text.find("numerator:"));
  twice.replace(twice.find("id: births"), 10, "id: births-doubled");
  twice.erase(twice.find("visible: internal"),
              twice.find('\n', twice.find("visible:")) - twice.find("visible: internal"));
  twice +=
      "formula:\n  numerator:\n    name: { zh: 两倍, en: twice }\n    is: 2 * numerator(births)\n";
  write("births-doubled.yaml", twice);
  const auto made = load_measures(directory.path());
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().message.find("“births” is internal") != std::string::npos);
}

TEST_CASE("read_publications: the demonstration's list names indicators that may be published") {
  const auto list = read_publications(source_dir() / "scenes/demo-district/publications.yaml");
  REQUIRE(list.has_value());
  REQUIRE(list->lines.size() == 2);
  CHECK(list->lines[1].streets);
  for (const PublicationLine& line : list->lines)
    for (const std::string& id : line.indicators) {
      CAPTURE(id);
      CHECK(check_publishable(measure(id)).has_value());
      CHECK(measure(id).field != "infectious");
    }
  const TempDir directory;
  std::ofstream(directory.path() / "p.yaml")
      << "schema: publications-1\ntitle: { zh: 甲, en: A }\nby: x\nreason: y\nfigures:\n"
         "  - area: \"770101\"\n    periods: [ \"2025-13\" ]\n    indicators: [ population ]\n";
  const auto wrong = read_publications(directory.path() / "p.yaml");
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().message.find("2025-13") != std::string::npos);
}
