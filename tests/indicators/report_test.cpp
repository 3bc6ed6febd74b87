#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "indicators/report_import.hpp"
#include "records/store.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::indicators;
using namespace hb::test;

namespace {

const Definitions& definitions() {
  static const Definitions all = *Definitions::load(source_dir() / "scenes");
  return all;
}

/// A book in a new directory, with a clock that ticks once a question.
struct Book {
  TempDir directory;
  std::int64_t now = 1'000'000;
  std::unique_ptr<ReportBook> book = *ReportBook::open(
      (directory.path() / "figures.db").string(), [this] { return Instant{now += 1'000'000}; });
  ReportBook* operator->() const { return book.get(); }
  std::vector<ImportedRow> import(std::string_view csv, const std::string& file = "r.csv") {
    auto rows = import_figures(csv, definitions(), *book, {file, "330105", "li.na", {}, false});
    REQUIRE(rows.has_value());
    return std::move(*rows);
  }
};

NewFigure figure(const char* value) {
  NewFigure made;
  made.cell = {"health-literacy", "330105", "2025"};
  made.value = value;
  return made;
}

}  // namespace

TEST_CASE("definitions: every row of the four printed tables belongs to one, with its 口径") {
  const auto plans = load_plans(source_dir() / "scenes");
  REQUIRE(plans.has_value());
  int rows = 0;
  std::set<std::string> used;
  for (const Plan& plan : *plans)
    for (const Indicator& row : plan.indicators) {
      ++rows;
      const Definition* whole = definitions().of_row(row.id);
      const Definition* part = definitions().of_row(row.id, 1);
      CAPTURE(row.id);
      CHECK((whole != nullptr) != (part != nullptr));
      if (part != nullptr) CHECK(definitions().of_row(row.id, 2) != nullptr);
      used.insert(whole != nullptr ? whole->id : part->id);
    }
  CHECK(rows == 141 + 17 + 52);  // the printed tables and the two empty ones that follow
  CHECK(used.size() >= 78);
  for (const Definition& one : definitions().all()) {
    CAPTURE(one.id);
    CHECK_FALSE(one.current().basis.population.zh.empty());
    CHECK_FALSE(one.current().basis.date.en.empty());
    CHECK_FALSE(one.owner.zh.empty());
    CHECK(one.current().from.days > 0);
  }
}

TEST_CASE("basis_differences: other definitions and versions are named in words") {
  const Definition* registered = definitions().find("sex-ratio-at-birth-registered");
  const Definition* all = definitions().find("sex-ratio-at-birth-all");
  REQUIRE(registered != nullptr);
  REQUIRE(all != nullptr);
  CHECK(basis_differences({all, 1, "330105", "2025"}, {all, 1, "330106", "2024"}).empty());
  const auto words = basis_differences({registered, 1, "", ""}, {all, 1, "", ""});
  REQUIRE(words.size() >= 2);
  CHECK(words[0].zh.starts_with("指标不同"));
  CHECK(words[1].zh.starts_with("人口口径不同"));
  CHECK_FALSE(basis_differences({nullptr, 0, "", ""}, {all, 1, "", ""}).empty());
}

TEST_CASE("import: rows that break a rule are refused by its name, the rest goes on") {
  Book book;
  const auto rows = book.import(
      "indicator,unit,area,period,numerator,denominator,value,note\n"
      "health-literacy,%,,2025,,,41.30,\n"                     // 2 good
      "health-literacy,%,,2024,,,101.2,\n"                     // 3
      "hypertension-managed-to-standard,%,,2025,80,70,114,\n"  // 4 over 100 comes first
      "infant-mortality-reported,‰,,2025,1200,1000,,\n"        // 5 no value
      "tcm-primary-care,%,,2025,60,50,99,\n"                   // 6
      "tcm-primary-care,‰,,2025,,,97,\n"                       // 7
      "tcm-primary-care,%,,2025,,,97‰,\n"                      // 8
      "tcm-primary-care,%,,2025,45,50,91,\n"                   // 9: 45/50 = 90
      "tcm-primary-care,%,,2025,45,50,90.0,\n"                 // 10 good
      "no-such,%,,2025,,,9,\n"                                 // 11
      "tcm-primary-care,%,33x,2025,,,9,\n"                     // 12
      "tcm-primary-care,%,,2025-13,,,9,\n"                     // 13
      "tcm-primary-care,%,,2025-Q1,,,9,\n"                     // 14
      "tcm-primary-care,%,,2025,,,about nine,\n"               // 15
      "tcm-primary-care,%,,2025,,,-3,\n"                       // 16
      "tcm-primary-care,%,,2023,,0,,\n"                        // 17
      "work-accident-deaths,人/亿元,,2025,,,<0.011,\n"         // 18 good: a bound
      "shanty-town-renewal,万套,,2021-2025,,,5.8,\n"           // 19 good: cumulative
      "tcm-primary-care,%,,2026,,,,\n"                         // 20 empty
      "health-literacy,%,,2022,,,\"4\"1,\n"                    // 21 broken quotes
      "health-literacy,%,,2021,,,41,x,y,z\n");                 // 22 too many fields
  REQUIRE(rows.size() == 21);
  const char* expected[] = {"",
                            "percentage-over-100",
                            "percentage-over-100",
                            "value-unreadable",
                            "numerator-over-denominator",
                            "unit-mismatch",
                            "unit-mismatch",
                            "rate-not-of-counts",
                            "",
                            "indicator-unknown",
                            "area-unknown",
                            "period-unreadable",
                            "period-not-of-indicator",
                            "value-unreadable",
                            "value-under-range",
                            "value-unreadable",
                            "",
                            "",
                            "",
                            "row-unreadable",
                            "row-unreadable"};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(rows[i].line);
    CHECK(rows[i].line == static_cast<std::int64_t>(i) + 2);
    CHECK(rows[i].rule == expected[i]);
    CHECK((rows[i].rule.empty() || !rows[i].message.zh.empty()));
  }
  CHECK(rows[18].outcome == RowOutcome::empty);
  CHECK(rows[19].outcome == RowOutcome::unreadable);
  CHECK(book->figures({})->size() == 4);
}

TEST_CASE("import: a file without the columns, or no text, is an error with its place") {
  Book book;
  const auto without = import_figures("indicator,value\nx,1\n", definitions(), *book.book,
                                      {"r.csv", "330105", "li.na", {}, false});
  REQUIRE_FALSE(without.has_value());
  CHECK(without.error().where == "r.csv:1");
  CHECK(without.error().message == "columns are missing: period");
  CHECK_FALSE(import_figures(std::string_view("indicator,period,value\0x", 24), definitions(),
                             *book.book, {"r.csv", "330105", "li.na", {}, false})
                  .has_value());
  CHECK_FALSE(
      import_figures("", definitions(), *book.book, {"r.csv", "", "", {}, false}).has_value());
}

TEST_CASE("import: a version beyond any number is unknown, not another one") {
  Book book;
  // 2^32 + 1 cut to 32 bits would be version 1, which there is.
  const auto rows = book.import(
      "indicator,period,value,version\nhealth-literacy,2025,41.3,4294967297\n"
      "health-literacy,2025,41.3,1\n");
  CHECK(rows[0].rule == "version-unknown");
  CHECK(rows[1].rule.empty());
}

TEST_CASE("import: the same value is known, another one is a conflict until somebody decides") {
  Book book;
  const std::string head = "indicator,period,value\n";
  CHECK(book.import(head + "health-literacy,2025,41.3\n")[0].outcome == RowOutcome::added);
  CHECK(book.import(head + "health-literacy,2025,41.30\n")[0].outcome == RowOutcome::known);
  const auto other = book.import(head + "health-literacy,2025,42\n", "other.csv");
  CHECK(other[0].outcome == RowOutcome::conflict);
  const auto conflicts = book->conflicts();
  REQUIRE(conflicts->size() == 1);
  REQUIRE(conflicts->front().figures.size() == 2);
  const std::int64_t first = conflicts->front().figures[0].id;
  const std::int64_t second = conflicts->front().figures[1].id;

  const auto early = book->move(first, SignState::submitted, "li.na", "");
  REQUIRE_FALSE(early.has_value());
  CHECK(early.error().code == ErrorCode::conflict);
  CHECK_FALSE(book->decide(second, "wu.leader", "").has_value());
  REQUIRE(book->decide(second, "wu.leader", "以统计年鉴为准").has_value());
  CHECK(book->conflicts()->empty());
  CHECK(book->figure(first)->state == SignState::set_aside);
  CHECK(book->acts(first)->back().note.find("以统计年鉴为准") != std::string::npos);
  CHECK(book->acts(first)->back().by == "wu.leader");
  CHECK_FALSE(book->decide(first, "wu.leader", "again").has_value());
  CHECK(book->move(second, SignState::submitted, "li.na", "").has_value());
}

TEST_CASE("sign-off: draft, submitted, approved by another, published; returned with a note") {
  Book book;
  const std::int64_t id = book->enter(figure("41.30"), "li.na")->id;
  CHECK_FALSE(book->publish(id, "wu.leader", "").has_value());
  CHECK_FALSE(book->move(id, SignState::approved, "wu.leader", "").has_value());
  REQUIRE(book->move(id, SignState::submitted, "li.na", "").has_value());
  const auto alone = book->move(id, SignState::approved, "li.na", "");
  REQUIRE_FALSE(alone.has_value());
  CHECK(alone.error().code == ErrorCode::forbidden);
  CHECK_FALSE(book->move(id, SignState::draft, "wu.leader", "").has_value());
  REQUIRE(book->move(id, SignState::draft, "wu.leader", "口径请核").has_value());
  REQUIRE(book->move(id, SignState::submitted, "li.na", "").has_value());
  REQUIRE(book->move(id, SignState::approved, "wu.leader", "").has_value());
  const auto published = book->publish(id, "wu.leader", "");
  REQUIRE(published.has_value());
  CHECK(published->number == 1);
  const auto acts = book->acts(id);
  REQUIRE(acts->size() == 6);
  CHECK(acts->at(2).state == SignState::draft);
  CHECK(acts->at(2).note == "口径请核");
  CHECK(acts->at(5).state == SignState::published);
  CHECK(acts->at(5).at > acts->at(4).at);
}

TEST_CASE("sign-off: who has not seen the newest act is refused; a check alone enters nothing") {
  Book book;
  const std::int64_t id = book->enter(figure("41.30"), "li.na")->id;
  const std::int64_t seen = book->figure(id)->act;
  REQUIRE(book->move(id, SignState::submitted, "li.na", "", {"", seen}).has_value());
  const auto late = book->move(id, SignState::approved, "wu.leader", "", {"", seen});
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == ErrorCode::conflict);
  CHECK(book->figure(id)->state == SignState::submitted);
  const auto rows = import_figures(
      "indicator,period,value\nhealth-literacy,2025,41.3\nhealth-literacy,2024,40\n"
      "health-literacy,2025,42\n",
      definitions(), *book.book, {"r.csv", "330105", "li.na", {}, true});
  REQUIRE(rows.has_value());
  CHECK(rows->at(0).outcome == RowOutcome::known);
  CHECK(rows->at(1).outcome == RowOutcome::added);
  CHECK(rows->at(2).outcome == RowOutcome::conflict);
  CHECK(book->figures({})->size() == 1);
}

TEST_CASE("sign-off: every act and vintage is told to the audit of the store, once") {
  Book book;
  auto store = records::Store::open((book.directory.path() / "records.db").string(), {});
  REQUIRE(store.has_value());
  const std::int64_t id = book->enter(figure("41.30"), "li.na", {"10.1.2.3", 0})->id;
  REQUIRE(book->move(id, SignState::submitted, "li.na", "").has_value());
  Vintage number;
  number.cell = {"hypertension-controlled", "770101", "2025"};
  number.value = "62.10";
  REQUIRE(book->publish_computed(number, "wu.leader", "").has_value());
  REQUIRE(book->settle(**store).has_value());
  REQUIRE(book->settle(**store).has_value());  // nothing new
  const auto entries = (*store)->audit(Principal::system("test"), {});
  REQUIRE(entries.has_value());
  std::vector<std::string> told;
  for (const auto& one : *entries)
    if (one.action.starts_with("figure-"))
      told.push_back(one.user + " " + one.action + " " + one.what + " " + one.from);
  std::ranges::sort(told);
  REQUIRE(told.size() == 3);
  CHECK(told[0] == "li.na figure-draft figure 1, health-literacy 330105 2025 10.1.2.3");
  CHECK(told[1] == "li.na figure-submitted figure 1, health-literacy 330105 2025 ");
  CHECK(told[2] == "wu.leader figure-published vintage 1, hypertension-controlled 770101 2025 ");
}

TEST_CASE("vintages: a published number changes only by a further vintage with its reason") {
  Book book;
  Vintage number;
  number.cell = {"hypertension-controlled", "770101", "2025"};
  number.value = "62.10";
  number.fingerprint = "a";
  REQUIRE(book->publish_computed(number, "wu.leader", "").has_value());
  CHECK(book->publish_computed(number, "wu.leader", "")->number == 1);  // nothing new
  number.value = "63.00";
  number.version = 2;
  number.fingerprint = "b";
  const auto silent = book->publish_computed(number, "wu.leader", "");
  REQUIRE_FALSE(silent.has_value());
  CHECK(silent.error().code == ErrorCode::invalid_input);
  const auto second = book->publish_computed(number, "wu.leader", "口径第2版");
  REQUIRE(second.has_value());
  CHECK(second->number == 2);
  const auto all = book->vintages({});
  REQUIRE(all->size() == 2);
  CHECK(all->at(0).value == "62.10");
  CHECK(all->at(1).reason == "口径第2版");
  CHECK(book->published(number.cell)->value().value == "63.00");

  // The file itself refuses to change what was published.
  auto connection = records::sqlite::Connection::open(
      (book.directory.path() / "figures.db").string(), records::sqlite::Connection::Mode::write);
  REQUIRE(connection.has_value());
  CHECK_FALSE(connection->run("UPDATE vintage SET value = '99'").has_value());
  CHECK_FALSE(connection->run("DELETE FROM vintage").has_value());
}

TEST_CASE("report_template: reported indicators of a plan, with unit and version filled in") {
  const auto plans = load_plans(source_dir() / "scenes");
  const auto rows = report_template(
      definitions(), *plans, {"plan-14-5-gongshu-2025", "2025", "330105", false, Language::zh});
  REQUIRE(rows.size() > 5);
  CHECK(rows[0][0] == "indicator");
  std::set<std::string> ids;
  for (std::size_t i = 1; i < rows.size(); ++i) ids.insert(rows[i][0]);
  CHECK(ids.contains("health-literacy"));
  CHECK_FALSE(ids.contains("good-air-days"));                // of the city's plan
  CHECK_FALSE(ids.contains("maternal-mortality-reported"));  // the records give it
  CHECK(report_template(definitions(), *plans, {"", "2025", "", true, Language::en}).size() ==
        definitions().all().size() + 1);
}
