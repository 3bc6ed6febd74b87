// A sealed store as an operator meets it, and the proof that no direct identifier of a simulated
// district stands in plain text anywhere in it.
#include <doctest/doctest.h>
#include <duckdb.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/json.hpp>

#include "support/paths.hpp"

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace hb::test;

namespace {

struct Run {
  int exit_code;
  std::string out;  // stdout and stderr
};

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Run run(const std::string& arguments, const std::string& before = "") {
  FILE* pipe = popen((before + " '" HB_PROGRAM "' " + arguments + " 2>&1 </dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  char piece[4096];
  for (std::size_t read; (read = fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, read);
  return {WEXITSTATUS(pclose(pipe)), out};
}

json::value last_line(const std::string& out) {
  const std::string text = out.substr(0, out.find_last_not_of('\n') + 1);
  const std::size_t start = text.rfind('\n');
  return json::parse(start == std::string::npos ? text : text.substr(start + 1));
}

/// Finds any of many texts in one pass: by their first bytes, then whole.
class Finder {
 public:
  static constexpr std::size_t head = 6;  // bytes: two Han characters
  void add(const std::string& text) {
    if (text.size() < head || !known_.insert(text).second) return;
    by_head_[text.substr(0, head)].push_back(text);
  }
  void drop(std::string_view where) {
    for (const std::string& text : found_in(where, SIZE_MAX)) {
      std::erase(by_head_[text.substr(0, head)], text);
      known_.erase(text);
    }
  }
  std::set<std::string> found_in(std::string_view bytes, std::size_t most = 5) const {
    std::set<std::string> found;
    std::string key;
    for (std::size_t at = 0; at + head <= bytes.size() && found.size() < most; ++at) {
      key.assign(bytes.substr(at, head));
      const auto candidates = by_head_.find(key);
      if (candidates == by_head_.end()) continue;
      for (const std::string& text : candidates->second)
        if (bytes.substr(at, text.size()) == text) found.insert(text);
    }
    return found;
  }
  std::size_t size() const { return known_.size(); }

 private:
  std::unordered_map<std::string, std::vector<std::string>> by_head_;
  std::set<std::string> known_;
};

void add_strings(const json::value& value, const char* key, Finder& finder) {
  if (const json::value* found = value.as_object().if_contains(key); found != nullptr) {
    if (found->is_string()) finder.add(std::string(found->as_string()));
    if (found->is_array())
      for (const json::value& item : found->as_array())
        if (item.is_string()) finder.add(std::string(item.as_string()));
  }
}

/// Names, numbers, phones and address lines of everybody in the deliveries.
Finder identifiers_of(const fs::path& deliveries) {
  Finder finder;
  std::string elsewhere;  // what institutions and streets are called says nothing of a person
  for (const auto& entry : fs::directory_iterator(deliveries)) {
    const std::string name = entry.path().filename().string();
    if (name == "areas.geojson" || name.starts_with("Organization") || name.starts_with("Location"))
      elsewhere += text_of(entry.path());
    if (!name.starts_with("Patient") && !name.starts_with("RelatedPerson") &&
        !name.starts_with("Person.") && !name.starts_with("Practitioner."))
      continue;
    std::ifstream lines(entry.path());
    for (std::string line; std::getline(lines, line);) {
      const json::value person = json::parse(line);
      for (const auto& [list, keys] : std::vector<std::pair<const char*, std::vector<const char*>>>{
               {"identifier", {"value"}},
               {"telecom", {"value"}},
               {"name", {"text"}},
               {"address", {"text", "line"}}}) {
        const json::value* items = person.as_object().if_contains(list);
        if (items == nullptr) continue;
        for (const json::value& item : items->as_array())
          for (const char* key : keys) add_strings(item, key, finder);
      }
    }
  }
  finder.drop(elsewhere);
  return finder;
}

void check_files(const fs::path& store, const Finder& finder) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(store)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    for (const std::string& found : finder.found_in(text_of(entry.path())))
      FAIL_CHECK(entry.path().filename().string() << " holds " << found);
  }
  CHECK(files >= 5);
}

/// All cells of one table or view.
std::size_t check_table(duckdb_connection connection, const std::string& name,
                        const Finder& finder) {
  duckdb_result result;
  const std::string sql = "SELECT COLUMNS(*)::VARCHAR FROM " + name;
  REQUIRE_MESSAGE(duckdb_query(connection, sql.c_str(), &result) == DuckDBSuccess,
                  name << ": " << duckdb_result_error(&result));
  std::string cells;
  const idx_t rows = duckdb_row_count(&result);
  for (idx_t column = 0; column < duckdb_column_count(&result); ++column)
    for (idx_t row = 0; row < rows; ++row) {
      char* text = duckdb_value_varchar(&result, column, row);
      if (text != nullptr) cells.append(text).push_back('\n');
      duckdb_free(text);
    }
  duckdb_destroy_result(&result);
  for (const std::string& found : finder.found_in(cells)) FAIL_CHECK(name << " holds " << found);
  return rows;
}

std::vector<std::string> column_of(duckdb_connection connection, const char* sql) {
  duckdb_result result;
  REQUIRE(duckdb_query(connection, sql, &result) == DuckDBSuccess);
  std::vector<std::string> texts;
  for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
    char* text = duckdb_value_varchar(&result, 0, row);
    if (text != nullptr) texts.emplace_back(text);
    duckdb_free(text);
  }
  duckdb_destroy_result(&result);
  return texts;
}

void check_tables(const fs::path& file, const Finder& finder) {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  REQUIRE(duckdb_open(file.c_str(), &database) == DuckDBSuccess);
  REQUIRE(duckdb_connect(database, &connection) == DuckDBSuccess);
  column_of(connection, "SET VARIABLE hb_unrestricted = true");  // scoped views ask who asks
  // Closed views ask the program for compartments: here, none is closed.
  column_of(connection, "CREATE TEMP MACRO hb_compartments(code) AS CAST(0 AS BIGINT)");
  std::size_t tables = 0, views = 0, rows = 0, view_rows = 0;
  for (const std::string& name : column_of(
           connection,
           "SELECT '\"' || schema_name || '\".\"' || table_name || '\"' FROM duckdb_tables()")) {
    rows += check_table(connection, name, finder);
    ++tables;
  }
  for (const std::string& name :
       column_of(connection,
                 "SELECT '\"' || schema_name || '\".\"' || view_name || '\"' FROM "
                 "duckdb_views() WHERE NOT internal")) {
    view_rows += check_table(connection, name, finder);
    ++views;
  }
  MESSAGE(tables << " tables with " << rows << " rows and " << views << " views hold none of "
                 << finder.size() << " identifiers");
  CHECK(tables > 10);
  CHECK(rows > 1000);
  CHECK(view_rows > 1000);  // the views do show
  duckdb_disconnect(&connection);
  duckdb_close(&database);
}

}  // namespace

TEST_CASE("no identifier of a simulated district stands in plain text in its store") {
  const TempDir directory;
  const fs::path root = directory.path();
  const std::string store = (root / "store").string();
  REQUIRE(run("simulate --residents 400 --years 2 --seed 3 --plain --problems 12 --out " +
              (root / "in").string())
              .exit_code == 0);
  const Finder finder = identifiers_of(root / "in");
  CHECK(finder.size() > 1000);
  CHECK(finder.found_in(text_of(root / "in/Patient.ndjson"), 50).size() == 50);  // it finds

  // A store without keys first: there the search must find what it is looking for.
  REQUIRE(run("load --simulated --store " + store + " " + (root / "in").string(),
              "HB_KEY_FILE=none")
              .exit_code == 3);  // 12 lines are problem data
  CHECK(run("key list --store " + store).out == "{\"sealed\":false}\n");
  CHECK_FALSE(finder.found_in(text_of(root / "store/records.db")).empty());
  check_tables(root / "store/tables.db", finder);
  const auto before = last_line(run("store info --store " + store).out);

  const Run sealed = run("key seal --store " + store);
  REQUIRE_MESSAGE(sealed.exit_code == 0, sealed.out);
  check_files(root / "store", finder);
  CHECK(last_line(run("store info --store " + store).out) == before);
  REQUIRE(run("store check --store " + store).exit_code == 0);
  CHECK(run("key seal --store " + store).out.find("sealed already") != std::string::npos);

  // A store that was sealed from the start, with everything that writes files in it.
  const std::string second = (root / "second").string();
  REQUIRE(run("load --simulated --store " + second + " " + (root / "in").string()).exit_code == 3);
  struct stat status = {};
  REQUIRE(stat((second + ".key").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  check_files(root / "second", finder);
  REQUIRE(run("user add --store " + second + " --name test.er --role analyst").exit_code == 0);
  const Run rotated = run("key rotate --store " + second);
  REQUIRE_MESSAGE(rotated.exit_code == 0, rotated.out);
  const json::value state = last_line(run("key list --count --store " + second).out);
  CHECK(state.at("keys").as_array().size() == 2);
  CHECK(state.at("sealingAnew").at("done") == true);
  CHECK(state.at("values").as_object().size() == 1);
  CHECK(state.at("values").at("2").as_int64() > 1000);
  REQUIRE(run("store rebuild --store " + second).exit_code == 0);
  REQUIRE(run("store check --store " + second).exit_code == 0);
  check_files(root / "second", finder);
  check_tables(root / "second/tables.db", finder);
  CHECK(last_line(run("store info --store " + second).out).at("resources") ==
        before.at("resources"));
}

TEST_CASE("key file: wrong, missing or open to others is one clear sentence and no answer") {
  const TempDir directory;
  const fs::path root = directory.path();
  const std::string store = (root / "store").string();
  std::ofstream(root / "p.ndjson")
      << R"({"resourceType":"Patient","id":"p1","birthDate":"1980-01-01"})"
      << "\n";
  const std::string key = (root / "keys.d.key").string();
  const std::string load = "load --store " + store + " " + (root / "p.ndjson").string();
  REQUIRE(run("--key-file " + key + " --key-suite sm4-ctr-hmac-sm3 " + load).exit_code == 0);
  CHECK(fs::exists(key));
  CHECK_FALSE(fs::exists(store + ".key"));

  Run none = run("store info --store " + store);
  CHECK(none.exit_code == 1);
  CHECK(none.out.find("key file is not there") != std::string::npos);
  CHECK(none.out.find(store + ".key") != std::string::npos);
  CHECK_FALSE(fs::exists(store + ".key"));  // no other key is made for a store that has one
  REQUIRE(run("--key-file " + (root / "other.key").string() + " load --store " +
              (root / "other").string() + " " + (root / "p.ndjson").string())
              .exit_code == 0);
  const Run wrong =
      run("store info --key-file " + (root / "other.key").string() + " --store " + store);
  CHECK(wrong.exit_code == 1);
  CHECK(wrong.out.find("does not fit") != std::string::npos);
  const Run served = run("serve --port 0 --store " + store);
  CHECK(served.exit_code == 1);
  CHECK(served.out.find("key file is not there") != std::string::npos);
  CHECK(run("audit verify --store " + store).exit_code == 0);  // needs no key

  const Run list = run("key list --store " + store, "HB_KEY_FILE=" + key);
  CHECK(list.exit_code == 0);
  CHECK(last_line(list.out).at("algorithm") == "sm4-ctr-hmac-sm3");
  REQUIRE(run("key rewrap --key-file " + key + " --new-key-file " + (root / "new.key").string() +
              " --store " + store)
              .exit_code == 0);
  CHECK(run("store info --store " + store, "HB_KEY_FILE=" + key).exit_code == 1);
  CHECK(
      run("store info --store " + store, "HB_KEY_FILE=" + (root / "new.key").string()).exit_code ==
      0);
  fs::permissions(root / "new.key", fs::perms::others_read, fs::perm_options::add);
  const Run open = run("store info --store " + store, "HB_KEY_FILE=" + (root / "new.key").string());
  CHECK(open.exit_code == 1);
  CHECK(open.out.find("chmod 600") != std::string::npos);
  CHECK(run("load --key-suite rot13 --store " + (root / "x").string() + " " +
            (root / "p.ndjson").string())
            .out.find("algorithms are") != std::string::npos);
}
