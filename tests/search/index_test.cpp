#include <filesystem>

#include "search/given.hpp"
#include "search/sorted_rows.hpp"

using namespace hb;
using hb::test::Searchable;

namespace {

std::string measurement(int number) {
  return R"({"resourceType":"Observation","id":"o)" + std::to_string(number) +
         R"(","status":"final","category":[{"coding":[{"system":"urn:c","code":"vital-signs"}]}],)"
         R"("code":{"coding":[{"system":"http://loinc.org","code":"c)" +
         std::to_string(number % 7) + R"("}]},"subject":{"reference":"Patient/p)" +
         std::to_string(number % 11) +
         R"("},"encounter":{"reference":"Encounter/e1"},"performer":[{"reference":"Practitioner/d"}],)"
         R"("effectiveDateTime":"2025-03-)" +
         (number % 28 < 9 ? "0" : "") + std::to_string(1 + number % 28) +
         R"(","valueQuantity":{"value":)" + std::to_string(number) + "}}";
}

void fill(Searchable& given, int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(measurement(i));
  given.write(texts);
}

std::vector<std::filesystem::path> run_files(const Searchable& given) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(given.folder()))
    if (entry.path().filename().string().find("-run-") != std::string::npos)
      found.push_back(entry.path());
  return found;
}

/// 1,200 versions have 7,200 entries: five or more pairs of files, then eight commits.
constexpr search::Index::Options from_files{
    .entries_in_memory = 1'600, .threads = 2, .large = 50, .slice = 60, .commit = 900};
constexpr int versions = 1'200;

}  // namespace

TEST_CASE("search index: an Observation has at most eight entries") {
  Searchable given;
  given.put({measurement(1)});
  // Type, code, category, patient, date and encounter.
  CHECK(*given.index->size() == 6);
}

TEST_CASE("search index: made from sorted files it is the same as made step by step") {
  Searchable steps;
  fill(steps, versions);
  REQUIRE(steps.index->catch_up());
  Searchable files;
  fill(files, versions);
  files.reopen(from_files);
  REQUIRE(files.index->catch_up());
  CHECK(*files.index->size() == *steps.index->size());
  CHECK(files.index->check()->empty());
  CHECK(files.index->reached() == files.store->last_seq());
  CHECK(files.index->made() == 1.0);
  CHECK(run_files(files).empty());
  const search::QueryText text{{"patient", "p3"}, {"code", "c2"}, {"_count", "2"}};
  CHECK_FALSE(steps.ids("Observation", text).empty());
  CHECK(files.ids("Observation", text) == steps.ids("Observation", text));
}

TEST_CASE("search index: cut off anywhere it goes on, and nothing is there twice") {
  int stops = 0;
  bool with_files = false;
  bool with_rows = false;
  for (int calls = 1; calls < 100; ++calls) {
    Searchable given;
    fill(given, versions);
    given.reopen(from_files);
    int left = calls;
    const auto stopped =
        given.index->catch_up([&left](std::int64_t, std::int64_t) { return --left > 0; });
    if (stopped) break;
    ++stops;
    CHECK(stopped.error().code == ErrorCode::unavailable);
    CHECK(given.index->reached() == 0);
    CHECK(given.index->made() < 1.0);
    with_files = with_files || !run_files(given).empty();
    with_rows = with_rows || *given.index->size() > 0;
    given.write({measurement(20'000)});
    given.reopen(from_files);
    REQUIRE(given.index->catch_up());
    REQUIRE(given.index->catch_up());  // what came after the files were made
    CHECK(given.index->reached() == given.store->last_seq());
    CHECK(given.index->check()->empty());
    CHECK(run_files(given).empty());
  }
  CHECK(stops >= 8);
  CHECK(with_files);
  CHECK(with_rows);
}

TEST_CASE("search index: a file that is missing makes it anew") {
  Searchable given;
  fill(given, versions);
  given.reopen(from_files);
  REQUIRE_FALSE(given.index->catch_up(
      [&given](std::int64_t, std::int64_t) { return run_files(given).empty(); }));
  const auto files = run_files(given);
  REQUIRE_FALSE(files.empty());
  for (const auto& file : files) std::filesystem::remove(file);
  given.reopen(from_files);
  const auto missing = given.index->catch_up();
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "a part of the search index is missing; it is made anew");
  REQUIRE(given.index->catch_up());
  CHECK(given.index->reached() == given.store->last_seq());
  CHECK(given.index->check()->empty());
}

TEST_CASE("search index: another plan, or another past of the store, makes it anew") {
  Searchable given;
  fill(given, 30);
  REQUIRE(given.index->catch_up());
  search::IndexPlan other = Searchable::plan();
  other.parameters["Observation"] = {"code", "performer"};
  given.reopen({}, other);
  CHECK(given.index->reached() == 0);
  REQUIRE(given.index->catch_up());
  CHECK(*given.index->size() == 30 * 3);
  CHECK(given.ids("Observation", {{"performer", "d"}, {"patient", "p3"}}) == "o3 o14 o25");
  given.reopen({}, other);
  CHECK(given.index->reached() == given.store->last_seq());
}

TEST_CASE("sorted rows: files are merged, equal rows once, from behind a row on") {
  const test::TempDir folder;
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };
  const std::vector<search::Row> odd{{{1, 0}, 1}, {{3, 0}, 1}, {{3, 5}, 2}, {{5, 0}, 9}};
  const std::vector<search::Row> even{{{2, 0}, 1}, {{3, 0}, 1}, {{4, 0}, 7}};
  REQUIRE(search::write_rows(path("a"), odd));
  REQUIRE(search::write_rows(path("b"), even));
  REQUIRE(search::write_rows(path("c"), {}));
  const auto keys = [&](const std::optional<search::Row>& after) {
    std::string text;
    const auto merged = search::merge_rows(
        {path("a"), path("b"), path("c")}, after, [&](const search::Row& row) -> Result<bool> {
          text += std::to_string(row.entry.key) + "." + std::to_string(row.entry.value) + " ";
          return true;
        });
    REQUIRE(merged);
    return text;
  };
  CHECK(keys({}) == "1.0 2.0 3.0 3.5 4.0 5.0 ");
  CHECK(keys(search::Row{{3, 0}, 1}) == "3.5 4.0 5.0 ");
  CHECK(keys(search::Row{{9, 0}, 1}).empty());
  std::filesystem::resize_file(path("a"), 30);
  const auto cut = search::merge_rows({path("a")}, {}, [](const auto&) { return true; });
  REQUIRE_FALSE(cut);
  CHECK(cut.error().message == "a part of the search index is cut off");
}
