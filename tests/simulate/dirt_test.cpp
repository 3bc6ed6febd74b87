#include <simdjson.h>

#include <map>
#include <sstream>

#include "fhir/check.hpp"
#include "simulate/resources.hpp"
#include "simulate/support.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// A heavily soiled district of 3,000 residents and 2 years, and the same one clean.
struct Pair {
  TempDir temporary;
  simulate::Summary clean, dirty;
  std::filesystem::path in(const char* which) const { return temporary.path() / which; }
};

const Pair& given_pair() {
  static const std::unique_ptr<Pair> pair = [] {
    auto made = std::make_unique<Pair>();
    simulate::Options options = small(made->in("clean"), 3000, 2);
    const auto clean = simulate::simulate(options);
    options.directory = made->in("dirty");
    options.dirt = simulate::DirtLevel::heavy;
    const auto dirty = simulate::simulate(options);
    REQUIRE(clean);
    REQUIRE_MESSAGE(dirty, dirty.error().message);
    made->clean = *clean;
    made->dirty = *dirty;
    return made;
  }();
  return *pair;
}

std::vector<std::vector<std::string>> rows_of(const std::string& file) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : read_lines(given_pair().in("dirty") / "truth" / file)) {
    std::vector<std::string> fields;
    std::stringstream stream(line + ",");  // a last empty field counts
    for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
    rows.push_back(std::move(fields));
  }
  REQUIRE(!rows.empty());
  rows.erase(rows.begin());
  return rows;
}

std::string after(const std::string& line, const std::string& key) {
  const std::size_t at = line.find(key);
  if (at == std::string::npos) return "";
  return line.substr(at + key.size(),
                     line.find_first_of("\",}", at + key.size()) - at - key.size());
}

/// "Encounter/e0000001-1" → its lines, versions in order.
const std::map<std::string, std::vector<std::string>>& dirty_lines() {
  static const auto lines = [] {
    std::map<std::string, std::vector<std::string>> made;
    for (const auto& [type, count] : given_pair().dirty.counts)
      for (const std::string& line : read_lines(given_pair().in("dirty") / (type + ".ndjson")))
        made[type + "/" + after(line, "\"id\":\"")].push_back(line);
    return made;
  }();
  return lines;
}

bool is_sound(std::string line) {
  static fhir::Parser parser;
  const std::size_t size = line.size();
  line.reserve(size + simdjson::SIMDJSON_PADDING);
  const auto resource = parser.parse(line);
  fhir::CheckOptions options;
  options.simulated = true;
  if (!resource) return false;
  const auto faults = fhir::check(*resource, options);
  return faults.empty();
}

}  // namespace

TEST_CASE("dirt: only what truth/errors.csv calls refused cannot be loaded") {
  std::size_t refused = 0, unsound = 0, lines = 0;
  for (const auto& row : rows_of("errors.csv"))
    if (row[2] == "refused") {
      ++refused;
      CHECK_FALSE(is_sound(dirty_lines().at(row[0] + "/" + row[1]).back()));
    }
  for (const auto& [id, versions] : dirty_lines())
    for (const std::string& line : versions) {
      ++lines;
      unsound += !is_sound(line);
    }
  CHECK(lines == given_pair().dirty.resources);
  CHECK(unsound == refused);
  // 0.00005 × 6 of some 29,000 visits: 8.7.
  CHECK(refused >= 1);
  CHECK(refused <= 25);
}

TEST_CASE("dirt: what it does not touch is the same as without") {
  for (const char* file : {"RelatedPerson.ndjson", "EpisodeOfCare.ndjson", "Composition.ndjson",
                           "Organization.ndjson", "truth/classes.csv"})
    CHECK_MESSAGE(
        read_bytes(given_pair().in("clean") / file) == read_bytes(given_pair().in("dirty") / file),
        file);
  for (const char* file : {"truth/duplicates.csv", "truth/errors.csv", "truth/unknown_visits.csv"})
    CHECK(read_lines(given_pair().in("clean") / file).size() == 1);  // the header
}

TEST_CASE("dirt: same seed same bytes, whatever the threads") {
  TempDir temp;
  simulate::Options options = small(temp.path() / "a", 700, 2);
  options.dirt = simulate::DirtLevel::heavy;
  options.threads = 1;
  REQUIRE(simulate::simulate(options));
  options.directory = temp.path() / "b";
  options.threads = 5;
  REQUIRE(simulate::simulate(options));
  for (const std::string& name : names_in(temp.path() / "a"))
    CHECK_MESSAGE(read_bytes(temp.path() / "a" / name) == read_bytes(temp.path() / "b" / name),
                  name);
}

TEST_CASE("dirt: second records differ as the truth says, and get visits") {
  const auto duplicates = rows_of("duplicates.csv");
  // 0.006 × 6 of about 3,250 people: 117.
  CHECK(duplicates.size() > 80);
  CHECK(duplicates.size() < 160);
  std::map<std::string, int> visits;
  for (const auto& [id, versions] : dirty_lines())
    if (id.starts_with("Encounter/")) ++visits[after(versions.back(), "\"Patient/")];
  int with_visits = 0;
  for (const auto& row : duplicates) {
    const std::string& person = dirty_lines().at("Patient/" + row[0]).front();
    const std::string& second = dirty_lines().at("Patient/" + row[1]).front();
    with_visits += visits[row[1]] > 0;
    const auto differs = [&](const char* key) { return after(person, key) != after(second, key); };
    if (row[2].find("birth-date") != std::string::npos) CHECK(differs("\"birthDate\":\""));
    if (row[2].find("sex") != std::string::npos) CHECK(differs("\"gender\":\""));
    if (row[2].find("no-identity") != std::string::npos)
      CHECK(second.find("10011.1.3") == std::string::npos);
  }
  CHECK(with_visits > 0.7 * static_cast<double>(duplicates.size()));
}

TEST_CASE("dirt: visits of nobody known refer to an unknown person or to nobody") {
  const auto unknown = rows_of("unknown_visits.csv");
  // 0.0015 × 6 of some 29,000 visits: 261.
  CHECK(unknown.size() > 180);
  CHECK(unknown.size() < 350);
  int registered = 0;
  for (const auto& row : unknown) {
    const std::string& visit = dirty_lines().at("Encounter/" + row[0]).back();
    CHECK(after(visit, "\"subject\":{\"reference\":\"Patient/") == row[2]);
    const auto person = dirty_lines().find("Patient/" + row[2]);
    if (person == dirty_lines().end()) continue;
    ++registered;
    CHECK(person->second.front().find("birthDate") == std::string::npos);
  }
  CHECK(registered > 0.35 * static_cast<double>(unknown.size()));
  CHECK(registered < 0.65 * static_cast<double>(unknown.size()));
}

TEST_CASE("dirt: every error stands in the files as the truth says") {
  std::map<std::string, int> kinds;
  for (const auto& row : rows_of("errors.csv")) {
    REQUIRE(row.size() >= 6);
    ++kinds[row[2]];
    const auto found = dirty_lines().find(row[0] + "/" + row[1]);
    if (row[2] == "never-delivered") {
      CHECK(found == dirty_lines().end());
      continue;
    }
    REQUIRE(found != dirty_lines().end());
    const auto& versions = found->second;
    if (row[2] == "late") CHECK(after(versions[0], "\"lastUpdated\":\"").substr(0, 10) == row[5]);
    if (row[2] == "wrong-code") {
      CHECK(after(versions[0], "sid/icd-10\",\"code\":\"") == row[5]);
      CHECK(row[4] != row[5]);
    }
    if (row[2] == "withdrawn") {
      REQUIRE(versions.size() == 2);
      CHECK(after(versions[0], "\"status\":\"") == "finished");
      CHECK(after(versions[1], "\"status\":\"") == "entered-in-error");
    }
    if (row[2] == "corrected") {
      REQUIRE(versions.size() == 2);
      CHECK(after(versions[0], "\"value\":") == row[5]);
      CHECK(after(versions[1], "\"value\":") == row[4]);
      CHECK(after(versions[1], "\"status\":\"") == "corrected");
    }
    if (row[3] == "identifier") CHECK(versions[0].find("10011.1.3") == std::string::npos);
    if (row[3] == "telecom") CHECK(versions[0].find("telecom") == std::string::npos);
    if (row[3] == "address") CHECK(after(versions[0], "\"valueCode\":\"").size() == 9);
  }
  for (const char* kind :
       {"missing", "wrong-code", "late", "never-delivered", "withdrawn", "corrected", "refused"})
    CHECK_MESSAGE(kinds[kind] > 0, kind);
}

TEST_CASE("dirt: some families' records never hear of their move") {
  int moves = 0, forgotten = 0;
  for (const auto& row : rows_of("moves.csv")) {
    if (row[1] != "move") continue;
    ++moves;
    if (row[5] == "yes") continue;
    ++forgotten;
    const auto& versions = dirty_lines().at("Patient/" + row[0]);
    const std::string area = after(versions.back(), "\"valueCode\":\"");
    CHECK((area == row[3] || area == row[3].substr(0, 9)));  // the former one
  }
  // 0.12 × 6 = 0.72 of them.
  CHECK(moves > 100);
  CHECK(forgotten > 0.62 * moves);
  CHECK(forgotten < 0.82 * moves);
}
