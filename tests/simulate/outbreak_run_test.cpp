// Whole runs with outbreaks: truth and records agree, and nothing else changes.
#include <map>
#include <regex>

#include "simulate/support.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// Cells of a CSV file without quotes.
std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& file) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : read_lines(file)) {
    std::vector<std::string>& row = rows.emplace_back();
    std::size_t from = 0;
    for (std::size_t comma; (comma = line.find(',', from)) != std::string::npos; from = comma + 1)
      row.push_back(line.substr(from, comma - from));
    row.push_back(line.substr(from));
  }
  return rows;
}

/// The text behind a key, up to the next quotation mark.
std::string after(const std::string& line, const std::string& key) {
  const std::size_t at = line.find(key);
  if (at == std::string::npos) return {};
  return line.substr(at + key.size(), line.find('"', at + key.size()) - at - key.size());
}

std::filesystem::path write_catalogue(const TempDir& temp, const std::string& text) {
  const auto file = temp.path() / "catalogue.yaml";
  std::ofstream(file, std::ios::binary) << "outbreaks:\n" << text;
  return file;
}

// 400 a year in 1.12 million residents: 400 × 3 × 7,000 / 1.12 million = 7.5 expected in three
// years.
const char* const canteen =
    "  - { id: canteen, disease: 食物中毒, per_year: 400, setting: school, season: { 5: 1, 9: 1 }, "
    "shape: point, cases: [30, 45], incubation_days: [1, 1.5], seek_care: 1, reported: 1, "
    "delay_days: [1.5, 3], streams: { absence: { per_case: 1, lead_days: 0 } }, "
    "ages: { 6-11: 1, 12-17: 1 } }\n";

struct Made {
  TempDir temp;
  simulate::Summary summary;
  std::filesystem::path directory() const { return temp.path() / "d"; }
};

void make(Made& made, const std::filesystem::path& catalogue, std::uint32_t residents = 7000,
          int years = 3) {
  simulate::Options options = small(made.directory(), residents, years);
  options.outbreaks = catalogue;
  const auto summary = simulate::simulate(options);
  REQUIRE_MESSAGE(summary, summary.error().where, " ", summary.error().message);
  made.summary = *summary;
}

}  // namespace

TEST_CASE("outbreaks of a run: every case is one resident, and every reported one has its card") {
  Made made;
  make(made, write_catalogue(made.temp, canteen));
  const auto outbreaks = read_csv(made.directory() / "truth/outbreaks.csv");
  const auto cases = read_csv(made.directory() / "truth/cases.csv");
  CHECK(outbreaks.front() == std::vector<std::string>{"outbreak", "catalogue_id", "disease", "area",
                                                      "place", "first_exposure", "first_onset",
                                                      "third_onset", "last_onset", "true_cases",
                                                      "reported_cases"});
  CHECK(cases.front() == std::vector<std::string>{"outbreak", "resident", "onset", "report"});
  REQUIRE(outbreaks.size() > 3);
  CHECK(outbreaks.size() - 1 == made.summary.outbreaks);

  std::map<std::string, std::vector<std::string>> cards;  // by person, with onset and report
  std::map<std::string, std::set<std::string>> schools;   // of cards, by onset and person
  for (const std::string& line : read_lines(made.directory() / "Composition.ndjson")) {
    if (line.find("foodborne-illness") == std::string::npos) continue;
    const std::string person = after(line, "\"Patient/");
    const std::string onset = after(line, R"("onsetDate","valueDate":")");
    cards[person + " " + onset].push_back(after(line, R"("date":")").substr(0, 10));
    schools[person + " " + onset].insert(after(line, R"("school","valueString":")"));
    CHECK_FALSE(after(line, R"("schoolClass","valueString":")").empty());
  }
  std::map<std::string, std::set<std::string>> people, places;
  std::map<std::string, int> reported, ill;
  std::map<std::string, std::vector<std::string>> onsets;
  std::size_t with_card = 0;
  for (std::size_t i = 1; i < cases.size(); ++i) {
    const auto& row = cases[i];
    CHECK_MESSAGE(people[row[0]].insert(row[1]).second, "twice in one outbreak");
    onsets[row[0]].push_back(row[2]);
    ++ill[row[0]];
    if (row[3].empty()) continue;
    ++reported[row[0]];
    const auto card = cards.find(row[1] + " " + row[2]);
    REQUIRE_MESSAGE(card != cards.end(), row[1]);
    CHECK(std::count(card->second.begin(), card->second.end(), row[3]) >= 1);
    with_card += 1;
    places[row[0]].merge(std::set(schools[row[1] + " " + row[2]]));
  }
  CHECK(with_card == made.summary.outbreak_cards);
  std::size_t all_cards = 0;
  for (const auto& [key, dates] : cards) all_cards += dates.size();
  CHECK(all_cards == with_card);  // nobody else has this disease
  for (std::size_t i = 1; i < outbreaks.size(); ++i) {
    const auto& row = outbreaks[i];
    CHECK(std::to_string(ill[row[0]]) == row[9]);
    CHECK(std::to_string(reported[row[0]]) == row[10]);
    auto& days = onsets[row[0]];
    std::sort(days.begin(), days.end());
    CHECK(row[6] == days.front());
    CHECK(row[8] == days.back());
    CHECK(row[7] == (days.size() >= 3 ? days[2] : ""));
    CHECK(row[5] <= row[6]);
    const std::string month = row[5].substr(5, 2);
    CHECK((month == "05" || month == "09"));
    CHECK(row[4].starts_with("org"));
    CHECK(row[3].size() == 9);
    CHECK_MESSAGE(places[row[0]].size() <= 1, "one school");  // all cases are taught in it
  }
}

TEST_CASE("outbreaks of a run: another catalogue changes neither people nor ordinary visits") {
  Made with, without;
  make(with, write_catalogue(with.temp, canteen), 3000, 2);
  make(without, "none", 3000, 2);
  CHECK(without.summary.outbreaks == 0);
  CHECK(read_lines(without.directory() / "truth/outbreaks.csv").size() == 1);
  CHECK(read_bytes(with.directory() / "Patient.ndjson") ==
        read_bytes(without.directory() / "Patient.ndjson"));
  CHECK(read_bytes(with.directory() / "Immunization.ndjson") ==
        read_bytes(without.directory() / "Immunization.ndjson"));
  // What is written without outbreaks is written with them too, line by line; there is only more.
  for (const char* type : {"Encounter", "Condition", "MedicationRequest", "Composition"}) {
    const std::string name = std::string(type) + ".ndjson";
    const auto all = read_lines(with.directory() / name);
    const auto ordinary = read_lines(without.directory() / name);
    std::size_t found = 0;
    for (const std::string& line : all)
      if (found < ordinary.size() && line == ordinary[found]) ++found;
    CHECK(found == ordinary.size());
  }
  CHECK(with.summary.counts.at("Encounter") - without.summary.counts.at("Encounter") ==
        with.summary.outbreak_cases);  // seek_care: 1
}

TEST_CASE("outbreaks of a run: absence rises in the school and days of an outbreak") {
  Made with, without;
  make(with, write_catalogue(with.temp, canteen));
  make(without, "none");
  const auto absences = [](const Made& made) {
    std::map<std::pair<std::string, std::string>, int> counts;  // place and day
    for (const std::string& line : read_lines(made.directory() / "Observation.ndjson"))
      if (line.find(R"("id":"n-absence)") != std::string::npos) {
        const std::size_t at = line.find(R"("valueInteger":)") + 15;
        counts[{after(line, "\"Location/loc-"), after(line, R"("effectiveDateTime":")")}] =
            std::stoi(line.substr(at));
      }
    return counts;
  };
  const auto before = absences(without);
  std::map<std::string, int> more;
  int total = 0;
  for (const auto& [where, count] : absences(with)) {
    const auto ordinary = before.find(where);
    const int extra = count - (ordinary == before.end() ? 0 : ordinary->second);
    REQUIRE(extra >= 0);  // the ordinary level is the same
    if (extra > 0) more[where.first] += extra;
    total += extra;
  }
  std::set<std::string> hit;
  for (const auto& row : read_csv(with.directory() / "truth/outbreaks.csv")) hit.insert(row[4]);
  for (const auto& [place, extra] : more) CHECK_MESSAGE(hit.contains(place), place);
  // One event a case is expected, a few fall into days without school.
  const auto cases = static_cast<double>(with.summary.outbreak_cases);
  CHECK(total > 0.75 * cases);
  CHECK(total < 1.2 * cases);
}

TEST_CASE("outbreaks of a run: a faulty catalogue is refused before anything is written") {
  TempDir temp;
  simulate::Options options = small(temp.path() / "x");
  options.outbreaks = write_catalogue(temp, "  - { id: half }\n");
  const auto refused = simulate::simulate(options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where == "catalogue.yaml:2");
  CHECK_FALSE(std::filesystem::exists(temp.path() / "x"));
}
