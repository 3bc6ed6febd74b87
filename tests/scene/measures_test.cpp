// The computed indicators of scenes/health-monitoring: worked out by hand on small districts
// (tests/cases/measures/<case>/why.md), and equal on both engines.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "core/csv.hpp"
#include "indicators/measure.hpp"
#include "indicators/measure_cells.hpp"
#include "indicators/measure_engine.hpp"
#include "indicators/measure_value.hpp"
#include "indicators/responsible.hpp"
#include "ingest/load.hpp"
#include "simulate/simulate.hpp"
#include "support/lines.hpp"
#include "support/paths.hpp"
#include "support/postgres.hpp"

using namespace hb;
namespace fs = std::filesystem;

namespace {

const std::vector<indicators::Measure>& measures() {
  static const std::vector<indicators::Measure> all = [] {
    auto found = indicators::load_measures(test::source_dir() / "scenes");
    if (!found) FAIL(found.error().where << ": " << found.error().message);
    return std::move(*found);
  }();
  return all;
}

const indicators::Measure& measure(const std::string& id) {
  const auto found = std::ranges::find(measures(), id, &indicators::Measure::id);
  if (found == measures().end()) FAIL("no measure " << id);
  return *found;
}

/// A store in a directory of its own with the files, loaded one after the other.
struct Loaded {
  test::TempDir directory;
  std::unique_ptr<ingest::Hub> hub;

  explicit Loaded(std::vector<std::string> deliveries) {
    ingest::HubOptions options;
    options.views_dir = (test::source_dir() / "scenes/core/views").string();
    auto opened = ingest::Hub::open((directory.path() / "store").string(), options);
    if (!opened) FAIL(opened.error().message);
    hub = std::move(*opened);
    records::StoreInfo info = hub->store().info();
    info.simulated = true;
    REQUIRE(hub->store().set_info(info).has_value());
    std::ranges::sort(deliveries);
    for (const std::string& delivery : deliveries) {
      const auto report = ingest::load(*hub, {delivery}, {});
      if (!report) FAIL(report.error().message);
      CHECK(report->quarantined == 0);
    }
  }
  const tables::Database& tables() const { return hub->tables(); }
};

test::Parameters parameters(const Period& period, const std::string& area) {
  return {{"from", period.first}, {"to", period.last}, {"area", area}, {"today", period.last}};
}

tables::ResultSet ask(const tables::Database& database, const indicators::Measure& one,
                      const std::string& sql, const Period& period, const std::string& area) {
  auto set = database.query(Principal::system("test"), sql, parameters(period, area));
  if (!set) FAIL(one.id << ": " << set.error().message << " " << set.error().where);
  return std::move(*set);
}

/// The period that the text of a part is called with: of a state the month of its day.
Period asked_for(const indicators::MeasurePart& part, const Period& period) {
  return part.state ? indicators::month_of(indicators::state_day(part, period, period.last))
                    : period;
}

/// Sums of n and squares over all cells, or over those of people of this age and above.
indicators::Sum total(const tables::ResultSet& set, int from_age = 0) {
  indicators::Sum sum;
  const auto age =
      static_cast<std::size_t>(std::ranges::find(set.columns, "age_band") - set.columns.begin());
  for (const auto& row : set.rows) {
    if (from_age > 0) {
      const auto* band = std::get_if<std::int64_t>(&row.at(age));
      if (band == nullptr || *band < from_age) continue;
    }
    sum.any = true;
    for (std::size_t i = 0; i < set.columns.size(); ++i) {
      std::int64_t& to = set.columns[i] == "n" ? sum.n : sum.squares;
      if (set.columns[i] != "n" && set.columns[i] != "squares") continue;
      if (set.columns[i] == "squares") sum.has_squares = true;
      if (const auto* whole = std::get_if<std::int64_t>(&row[i])) {
        to += *whole;
      } else {
        const auto& decimal = std::get<tables::Decimal>(row[i]);
        REQUIRE(decimal.scale == 4);
        to += decimal.scaled;
        sum.decimal = true;
      }
    }
  }
  return sum;
}

std::string shown(const indicators::Sum& sum) {  // "880.5"
  std::ostringstream text;
  text << sum.number();
  return text.str();
}

std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(test::source_dir() / "tests/cases/measures"))
    if (entry.is_directory()) found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

std::vector<std::string> deliveries_of(const fs::path& directory) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().extension() == ".ndjson") files.push_back(entry.path().string());
  return files;
}

std::int64_t true_rows(const tables::ResultSet& set) {
  const auto at = static_cast<std::size_t>(std::ranges::find(set.columns, "in_numerator") -
                                           set.columns.begin());
  return std::ranges::count_if(set.rows, [&](const auto& row) {
    const auto* yes = std::get_if<bool>(&row.at(at));
    return yes != nullptr && *yes;
  });
}

void check_equal(const tables::Database& database, const Period& period,
                 const std::vector<std::string>& areas) {
  std::set<std::string> done;
  for (const indicators::Measure& one : measures()) {
    if (one.derivation) continue;  // no SQL of its own
    for (const auto* part :
         {&one.numerator, one.denominator ? &*one.denominator : nullptr,
          one.list ? &*one.list : nullptr, one.institution ? &one.institution->sql : nullptr,
          one.institution ? &one.institution->names : nullptr, one.team ? &one.team->sql : nullptr,
          one.team ? &one.team->names : nullptr}) {
      if (part == nullptr || !done.insert(part->sql).second) continue;
      for (const std::string& area : areas) {
        INFO(one.id << " area '" << area << "'\n" << part->sql);
        const auto differences =
            test::compare_on_postgres(database, part->sql, parameters(period, area));
        if (!differences) FAIL(differences.error().message);
        CHECK_MESSAGE(differences->empty(), test::describe(*differences));
      }
    }
  }
}

/// The codes of the list of diseases for which `wanted` holds.
std::set<std::string> diseases(const std::function<bool(const YAML::Node&)>& wanted) {
  const YAML::Node file =
      YAML::LoadFile((test::source_dir() / "scenes/core/codes/diseases.yaml").string());
  std::set<std::string> codes;
  for (const YAML::Node& disease : file["lists"][0]["codes"])
    if (wanted(disease)) codes.insert(disease["code"].Scalar());
  return codes;
}

bool is_closed(const YAML::Node& disease) {
  return disease["compartment"].IsDefined() && disease["compartment"].as<bool>();
}

/// The codes in the first list behind `words`: "… disease IN ('a', 'b')".
std::set<std::string> listed(const std::string& sql, const std::string& words) {
  const std::size_t at = sql.find(words);
  REQUIRE(at != std::string::npos);
  std::set<std::string> codes;
  const std::string list = sql.substr(at, sql.find(')', at) - at);
  for (std::size_t open = list.find('\''); open != std::string::npos;) {
    const std::size_t close = list.find('\'', open + 1);
    codes.insert(list.substr(open + 1, close - open - 1));
    open = list.find('\'', close + 1);
  }
  return codes;
}

}  // namespace

TEST_CASE("measures: numerators, denominators and values as worked out by hand") {
  for (const fs::path& directory : cases()) {
    const Loaded loaded(deliveries_of(directory));
    const auto want = parse_csv(test::read_file(directory / "want.csv"));
    REQUIRE(want.has_value());
    std::set<std::string> covered;
    for (std::size_t i = 1; i < want->size(); ++i) {
      const std::vector<std::string>& row = (*want)[i].fields;
      REQUIRE(row.size() == 6);
      INFO(directory.filename().string(), "/want.csv:", (*want)[i].line, " ", row[0], " ", row[1],
           " ", row[2]);
      const indicators::Measure& one = measure(row[0]);
      covered.insert(one.id);
      const Period period = parse_period(row[1]).value();
      CHECK(one.has_period(period.kind));
      const auto sum = [&](const indicators::MeasurePart& part) {
        const Period asked = asked_for(part, period);
        return total(ask(loaded.tables(), one, part.sql, asked, row[2]), part.from_age);
      };
      const indicators::Sum numerator = sum(one.numerator);
      CHECK(shown(numerator) == row[3]);
      CHECK(one.denominator.has_value() == !row[4].empty());
      std::optional<indicators::Sum> denominator;
      if (one.denominator) denominator = sum(*one.denominator);
      if (denominator) CHECK(shown(*denominator) == row[4]);
      if (!indicators::is_life_table(one.method)) {
        const auto figure =
            indicators::figure_of(one, numerator, denominator ? &*denominator : nullptr);
        CHECK(indicators::printed(one, figure.value) == row[5]);
      }
      if (one.list)
        CHECK(std::to_string(true_rows(ask(loaded.tables(), one, one.list->sql, period, row[2]))) ==
              row[3]);
    }
    for (const indicators::Measure& one : measures())
      CHECK_MESSAGE((covered.contains(one.id) || one.derivation), one.id, " is not in ",
                    directory.string());
  }
}

TEST_CASE("measures: what is made of others, worked out by hand on the case") {
  const Loaded loaded(deliveries_of(cases().front()));
  indicators::MeasureOptions options;
  options.today = *make_date(2025, 12, 31);
  indicators::MeasureEngine engine(loaded.tables(), loaded.hub->store(), measures(), options);
  const Period year = parse_period("2025").value();
  const auto cell = [&](const std::string& id, const std::string& area) {
    const indicators::Measure* const one = engine.find(id);
    REQUIRE(one != nullptr);
    engine.ensure({one}, {year});
    return indicators::cell_of(engine, *engine.snapshot(), Principal::system("test"),
                               {one, year, area})
        .value();
  };
  // Hypertension 3 of 8 (streets 2 of 4, 1 of 4) and diabetes 1 of 4 (r01 r03: 1 of 2, r04 r28: 0 of
  // 2): want.csv.
  const auto both = cell("chronic-by-rules", "770101");
  CHECK(both.figure.numerator->n == 4);
  CHECK(both.figure.denominator->n == 12);
  CHECK(*both.figure.value == doctest::Approx(100.0 * 4 / 12));
  REQUIRE(both.parts.size() == 2);
  CHECK(*both.parts.front().figure.value == doctest::Approx(37.5));
  CHECK(*cell("chronic-by-rules", "770101001").figure.value == doctest::Approx(50));
  CHECK(*cell("chronic-by-rules", "770101002").figure.value == doctest::Approx(100.0 / 6));
  // 0.1 × (2/3 newborn + 4/6 children + 1/3 registered + 1/3 postnatal) = 0.2;
  // 0.2 × (3/4 elderly + 3/8 hypertension + 1/4 diabetes) = 0.275; together 47.5 points.
  const auto index = cell("public-health-services-index", "770101");
  CHECK(*index.figure.value == doctest::Approx(47.5));
  REQUIRE(index.parts.size() == 7);
  CHECK(*index.parts[4].contribution == doctest::Approx(15));
  CHECK(*index.figure.lower < 47.5);
  CHECK(*index.figure.upper > 47.5);
  CHECK(*cell("public-health-services-index", "770101").figure.lower == *index.figure.lower);
}

TEST_CASE("measures: figures by institution and team add up to the figure of the whole") {
  const test::TempDir directory;
  simulate::Options options;
  options.residents = 2000;
  options.years = 1;
  options.seed = 5;
  options.directory = directory.path() / "d";
  options.content = test::source_dir() / "scenes/demo-district";
  REQUIRE(simulate::simulate(options).has_value());
  const Loaded loaded({options.directory.string()});
  indicators::MeasureOptions how;
  how.today = *make_date(2025, 12, 31);
  indicators::MeasureEngine engine(loaded.tables(), loaded.hub->store(), measures(), how);
  const Period year = parse_period("2025").value();
  std::size_t compared = 0;
  for (const indicators::Measure& one : engine.measures()) {
    for (const auto* who : {&one.institution, &one.team}) {
      if (!*who) continue;
      INFO(one.id, " ", (*who)->name.en);
      engine.ensure({&one}, {year});
      const auto whole = indicators::cell_of(engine, *engine.snapshot(), Principal::system("test"),
                                             {&one, year, ""});
      const auto counts = engine.units(one, **who, year, "", false);
      REQUIRE_MESSAGE(counts.has_value(),
                      (counts ? "" : counts.error().where + " " + counts.error().message));
      std::int64_t numerator = (*counts)->unknown.numerator;
      std::int64_t denominator = (*counts)->unknown.denominator;
      for (const indicators::UnitCount& unit : (*counts)->units) {
        numerator += unit.numerator;
        denominator += unit.denominator;
        CHECK(unit.name != unit.unit);  // the content names every unit
        CHECK(unit.area.starts_with("770101"));
      }
      CHECK(numerator == whole->figure.numerator->n);
      CHECK(denominator == whole->figure.denominator->n);
      compared += (*counts)->units.size();
    }
  }
  CHECK(compared > 100);
}

TEST_CASE("measures: both engines agree on the cases") {
  if (!test::has_postgres()) {
    MESSAGE("skipped: no PostgreSQL");
    return;
  }
  for (const fs::path& directory : cases()) {
    const Loaded loaded(deliveries_of(directory));
    check_equal(loaded.tables(), parse_period("2025").value(), {"", "770101", "770101001"});
    check_equal(loaded.tables(), parse_period("2025-02").value(), {"770101"});
  }
}

TEST_CASE("measures: both engines agree on a simulated district") {
  if (!test::has_postgres()) {
    MESSAGE("skipped: no PostgreSQL");
    return;
  }
  const test::TempDir directory;
  simulate::Options options;
  options.residents = 3000;
  options.years = 1;
  options.seed = 11;
  options.directory = directory.path() / "d";
  options.content = test::source_dir() / "scenes/demo-district";
  const auto made = simulate::simulate(options);
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
  const Loaded loaded({options.directory.string()});
  check_equal(loaded.tables(), parse_period("2025").value(), {""});
  check_equal(loaded.tables(), parse_period("2025-11").value(), {""});
}

TEST_CASE("measures: parts give the columns that cells need") {
  const fs::path directory = cases().front();
  const Loaded loaded(deliveries_of(directory));
  const Period year = parse_period("2025").value();
  for (const indicators::Measure& one : measures()) {
    if (one.derivation) continue;
    INFO(one.id);
    for (const auto* part : {&one.numerator, one.denominator ? &*one.denominator : nullptr}) {
      if (part == nullptr) continue;
      std::set<std::string> wanted{"area", "sex", "n"};
      wanted.insert(indicators::is_life_table(one.method) ? "age" : "age_band");
      if (!part->each) wanted.insert("month");
      if (one.method == indicators::Method::mean && part == &one.numerator)
        wanted.insert("squares");
      const auto set = ask(loaded.tables(), one, part->sql, year, "");
      CHECK(std::set<std::string>(set.columns.begin(), set.columns.end()) == wanted);
    }
    if (one.list) {
      const auto set = ask(loaded.tables(), one, one.list->sql, year, "");
      CHECK(set.columns == std::vector<std::string>{"resident_id", "in_numerator", "note"});
    }
  }
}

TEST_CASE("measures: classes of diseases are those of the code list, compartments left out") {
  const auto of_class = [](const std::string& classes) {
    return diseases([&](const YAML::Node& one) {
      return !is_closed(one) && classes.find(one["class"].Scalar()) != std::string::npos;
    });
  };
  const auto counted = [](const std::string& id) {
    return listed(measure(id).numerator.sql, "c.disease IN (");
  };
  CHECK(counted("incidence-notifiable") == of_class("ABC"));
  CHECK(counted("incidence-class-ab") == of_class("AB"));
  CHECK(counted("incidence-class-c") == of_class("C"));
  const auto closed = diseases(is_closed);
  CHECK(closed.size() >= 3);
  const indicators::Measure& timely = measure("reporting-timeliness");
  CHECK(listed(timely.numerator.sql, "c.disease NOT IN (") == closed);
  CHECK(listed(timely.denominator->sql, "c.disease NOT IN (") == closed);
  CHECK(listed(timely.numerator.sql, "c.disease IN (") ==
        diseases([](const YAML::Node& one) { return one["hours"].as<int>() == 2; }));
  for (const indicators::Measure& one : measures()) {
    if (!one.id.starts_with("incidence-")) continue;
    INFO(one.id);
    for (const std::string& code : counted(one.id)) CHECK_FALSE(closed.contains(code));
  }
}

TEST_CASE("measures: the page lists every one with its titles, method and document") {
  const std::string page = test::read_file(test::source_dir() / "docs/measures.md");
  for (const indicators::Measure& one : measures()) {
    INFO(one.id);
    const std::size_t at = page.find("| `" + one.id + "` |");
    REQUIRE(at != std::string::npos);
    const std::string row = page.substr(at, page.find('\n', at) - at);
    for (const std::string& part :
         {one.title.zh, one.title.en, one.numerator.name.en,
          std::string(indicators::method_word(one.method)), one.source.document})
      CHECK_MESSAGE(row.find(part) != std::string::npos, "“" << part << "” is not in its row");
    if (one.denominator) CHECK(row.find(one.denominator->name.en) != std::string::npos);
  }
}
