#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "ingest/given.hpp"
#include "tables/duck.hpp"

using namespace hb;
using namespace hb::test;

namespace {

namespace fs = std::filesystem;

constexpr int people = 40;
constexpr int visits = 600;

std::string person(int number, std::string_view gender) {
  return patient("p" + std::to_string(number),
                 R"(,"gender":")" + std::string(gender) + R"(","birthDate":"1980-05-06")");
}
std::string visit(int number, std::string_view start = "2025-03-04T09:00:00+08:00") {
  return encounter("e" + std::to_string(number), "p" + std::to_string(number % people), start);
}

/// A store with people and visits in several batches, and a folder of views of its own.
struct GivenStore {
  TempDir directory;
  fs::path views = directory.path() / "views";
  fs::path store = directory.path() / "s";

  GivenStore() {
    fs::copy(source_dir() / "scenes/core/views", views);
    auto hub = open();
    std::string lines;
    for (int p = 0; p < people; ++p) lines += person(p, "male") + "\n";
    given_loaded(*hub, {given_file(directory.path(), "people.ndjson", lines)});
    for (int file = 0; file < 6; ++file) {
      lines.clear();
      for (int v = 0; v < visits / 6; ++v) lines += visit(file * (visits / 6) + v) + "\n";
      given_loaded(*hub,
                   {given_file(directory.path(), "v" + std::to_string(file) + ".ndjson", lines)});
    }
  }

  std::unique_ptr<ingest::Hub> open(bool build_tables = true) const {
    ingest::HubOptions options = hub_options();
    options.views_dir = views.string();
    options.build_tables = build_tables;
    auto hub = ingest::Hub::open(store.string(), options);
    REQUIRE_MESSAGE(hub.has_value(), (hub ? "" : hub.error().message));
    return std::move(*hub);
  }

  /// The view of encounters gets one more column in front of the others.
  void change_view() const {
    const fs::path file = views / "encounter.json";
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    std::string json = text.str();
    const auto column = json.find("\"column\"");
    REQUIRE(column != std::string::npos);
    const auto bracket = json.find('[', column);
    json.insert(bracket + 1, R"({"name":"added","path":"status"},)");
    std::ofstream(file) << json;
  }

  /// What only looks and changes beside the program can tell: done while the store is closed.
  tables::ResultSet in_file(const std::string& sql) const {
    auto engine = tables::duck::Engine::open((store / "tables.db").string(), {});
    REQUIRE(engine.has_value());
    auto connection = tables::duck::Connection::open(*engine);
    REQUIRE(connection.has_value());
    auto set = connection->ask(sql);
    REQUIRE_MESSAGE(set.has_value(), (set ? "" : set.error().message));
    return std::move(*set);
  }
};

std::int64_t with_added(const ingest::Hub& hub) {
  const auto set =
      hub.tables().query(tester(), "SELECT count(*) AS n FROM encounter WHERE added = 'finished'");
  return set ? std::get<std::int64_t>(set->rows[0][0]) : -1;
}

std::map<std::string, std::string> checksums(const ingest::Hub& hub) {
  std::map<std::string, std::string> sums;
  const auto tables = hub.tables().tables();
  REQUIRE(tables.has_value());
  for (const auto& table : *tables) {
    const auto sum = hub.tables().checksum(table.name);
    REQUIRE(sum.has_value());
    sums[table.name] = std::to_string(sum->rows) + " " + sum->hash;
  }
  return sums;
}

}  // namespace

TEST_CASE("Hub: a changed view rebuilds its own table; no other is touched") {
  GivenStore given;
  // A row that no record makes: a table made anew would not have it.
  const std::string stranger = std::get<std::string>(
      given.in_file("SELECT physical FROM feed.defined WHERE name = 'resident'").rows[0][0]);
  given.in_file("INSERT INTO main.\"" + stranger + "\" (seq) VALUES (999999)");
  given.change_view();
  const auto before = given.in_file("SELECT name, physical FROM feed.defined ORDER BY name");
  {
    auto hub = given.open();
    CHECK(with_added(*hub) == visits);
    CHECK(rows_of(*hub, "encounter") == visits);
    CHECK(rows_of(*hub, "resident") == people + 1);
  }
  const auto after = given.in_file("SELECT name, physical FROM feed.defined ORDER BY name");
  REQUIRE(before.rows.size() == after.rows.size());
  for (std::size_t i = 0; i < before.rows.size(); ++i)
    CHECK((before.rows[i] == after.rows[i]) ==
          (std::get<std::string>(before.rows[i][0]) != "encounter"));
  // The former table is gone.
  CHECK(given.in_file("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")
            .rows.size() == after.rows.size());
  given.in_file("DELETE FROM main.\"" + stranger + "\" WHERE seq = 999999");

  auto hub = given.open();
  check_sound(*hub);
  const auto built = checksums(*hub);
  REQUIRE(hub->rebuild().has_value());
  CHECK(checksums(*hub) == built);
}

TEST_CASE("Hub: the former table answers and follows while its successor is built") {
  GivenStore given;
  given.change_view();
  const auto before = [&] {
    auto hub = given.open(false);
    CHECK(with_added(*hub) == -1);
    CHECK(rows_of(*hub, "encounter") == visits);
    int steps = 0;
    ingest::BuildOptions options;
    options.versions_per_step = 100;
    options.progress = [&](double) {
      // After the first step: one visit built before and one not yet are replaced, one is new, and
      // a person is corrected.
      if (++steps != 3) return;
      const std::string lines = visit(5, "2025-04-01T10:00:00+08:00") + "\n" +
                                visit(visits - 5, "2025-04-02T10:00:00+08:00") + "\n" +
                                visit(visits) + "\n" + person(5, "female") + "\n";
      const auto report =
          given_loaded(*hub, {given_file(given.directory.path(), "live.ndjson", lines)});
      CHECK(report.accepted == 4);
      CHECK(report.tables.at("encounter") == 3);  // not counted twice
      CHECK(rows_of(*hub, "encounter") == visits + 1);
      CHECK(with_added(*hub) == -1);
      const auto fixed = hub->tables().query(
          tester(), "SELECT count(*) AS n FROM encounter WHERE resident_sex = 'female'");
      REQUIRE(fixed.has_value());
      CHECK(std::get<std::int64_t>(fixed->rows[0][0]) == visits / people);
    };
    const BatchId last = hub->store().last_batch();
    const auto built = hub->build_tables(options);
    REQUIRE_MESSAGE(built.has_value(), (built ? "" : built.error().message));
    CHECK(*built == std::vector<std::string>{"encounter"});
    CHECK(steps > 5);
    CHECK(hub->store().last_batch() > last);  // the feed says so to everything derived
    CHECK(rows_of(*hub, "encounter") == visits + 1);
    CHECK(with_added(*hub) == visits + 1);
    check_sound(*hub);
    // Rows of the former view that are still made go nowhere.
    given_loaded(*hub, {given_file(given.directory.path(), "after.ndjson", visit(visits + 1))});
    CHECK(with_added(*hub) == visits + 2);
    check_sound(*hub);
    return checksums(*hub);
  }();
  auto hub = given.open();
  CHECK(checksums(*hub) == before);
}

TEST_CASE("Hub: a former table of another program stands still until the new one is built") {
  GivenStore given;
  given.in_file("UPDATE feed.defined SET source = NULL, kept = NULL");
  given.change_view();
  {
    auto hub = given.open(false);
    given_loaded(*hub, {given_file(given.directory.path(), "more.ndjson", visit(visits))});
    CHECK(rows_of(*hub, "encounter") == visits);
    CHECK(rows_of(*hub, "resident") == people);
  }
  auto hub = given.open();
  CHECK(with_added(*hub) == visits + 1);
  check_sound(*hub);
}

TEST_CASE("Hub: kill -9 while tables are built; the next start goes on from there") {
  GivenStore given;
  given.change_view();
  const auto others = [&] {
    auto sums = checksums(*given.open(false));
    sums.erase("encounter");
    return sums;
  }();
  const int rounds = is_long_run() ? 60 : 8;
  std::mt19937 random(20'251'122);
  std::int64_t owed_before = 1'000'000;
  int halfway = 0;
  int swapped = 0;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ingest::HubOptions options = hub_options();
      options.views_dir = given.views.string();
      options.build_tables = false;
      auto hub = ingest::Hub::open(given.store.string(), options);
      if (!hub) _exit(2);
      if (write(ends[1], "o", 1) != 1) _exit(3);
      ingest::BuildOptions build;
      build.versions_per_step = 20;
      if (!(*hub)->build_tables(build)) _exit(4);
      _exit(0);
    }
    close(ends[1]);
    char opened = 0;
    CHECK(read(ends[0], &opened, 1) == 1);
    close(ends[0]);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
    kill(child, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));

    auto hub = given.open(false);
    std::int64_t owed = 0;
    for (const auto& table : hub->tables().building())
      for (const auto& range : table.owed) owed += range.last - range.first + 1;
    CHECK(owed <= owed_before);
    if (owed > 0 && owed < owed_before && round > 0) ++halfway;
    owed_before = owed;
    CHECK(rows_of(*hub, "encounter") == visits);
    const std::int64_t added = with_added(*hub);
    CHECK((added == -1 || added == visits));  // the one or the other, whole
    auto now = checksums(*hub);
    now.erase("encounter");
    CHECK(now == others);
    if (added != visits) continue;
    ++swapped;
    check_sound(*hub);
    break;
  }
  MESSAGE(halfway << " kills left a table half built, " << swapped << " a finished one");
  auto hub = given.open();
  CHECK(with_added(*hub) == visits);
  check_sound(*hub);
}
