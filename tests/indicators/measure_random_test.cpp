#include <random>
#include <regex>
#include <sstream>

#include "measure_store.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// Deliveries as they come in life, at random: new people and events, moves, corrections of sex,
/// birth and dates, deaths, departures, withdrawals, events that turn out to be somebody else's.
class RandomDeliveries {
 public:
  RandomDeliveries(std::uint32_t seed, const std::filesystem::path& records) : random_(seed) {
    std::ifstream in(records);
    for (std::string line; std::getline(in, line);) lines_.push_back(line);
    REQUIRE(lines_.size() > 100);
  }

  std::string everything() const {
    std::string all;
    for (const std::string& line : lines_) all += line + "\n";
    return all;
  }

  /// One to five resources. with_places  also institutions that change their street
  std::string next(bool with_places) {
    std::string delivery;
    for (int left = pick(1, 5); left > 0;) {
      std::string& line =
          lines_[static_cast<std::size_t>(pick(0, static_cast<int>(lines_.size()) - 1))];
      const bool is_place = line.find(R"("resourceType":"Organization")") != std::string::npos;
      if (is_place && !with_places) continue;
      const std::string made = is_place ? with_area(line) : changed(line);
      delivery += made + "\n";
      --left;
      // Half of what is new stays, so that it is changed again later.
      if (pick(0, 1) == 0) lines_.push_back(made);
    }
    return delivery;
  }

 private:
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  static std::string put(const std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    return at == std::string::npos ? text : std::string(text).replace(at, from.size(), to);
  }

  std::string with_area(const std::string& line) {
    const char* const areas[] = {"770101001", "770101002001", "770101003", "770102001", ""};
    static const std::regex area(R"re("valueCode":"77\d*")re");
    const std::string code = areas[pick(0, 4)];
    return std::regex_replace(line, area, "\"valueCode\":\"" + (code.empty() ? "77" : code) + "\"");
  }

  std::string day() { return format_date(Date{make_date(2024, 6, 1)->days + pick(0, 600)}); }

  std::string with_days_moved(const std::string& line) {
    static const std::regex date(R"re(20\d\d-\d\d-\d\d)re");
    const int by = pick(-120, 120);
    std::string made;
    auto from = line.cbegin();
    for (std::sregex_iterator at(line.begin(), line.end(), date), end; at != end; ++at) {
      made.append(from, line.cbegin() + at->position());
      const Result<Date> found = parse_date(at->str());
      made += found ? format_date(Date{found->days + by}) : at->str();
      from = line.cbegin() + at->position() + at->length();
    }
    return made.append(from, line.cend());
  }

  std::string changed(const std::string& line) {
    std::string made = line;
    static const std::regex id(R"re("id":"(\w+)")re");
    if (pick(0, 2) == 0)  // another resource
      made = std::regex_replace(made, id, "\"id\":\"$1n" + std::to_string(++named_) + "\"");
    if (made.find(R"("resourceType":"Patient")") == std::string::npos) return changed_event(made);
    switch (pick(0, 5)) {
      case 0:
        return with_area(made);
      case 1:
        return made.find(R"("male")") != std::string::npos ? put(made, "\"male\"", "\"female\"")
                                                           : put(made, "\"female\"", "\"male\"");
      case 2:
        return put(made, R"("birthDate":"19)",
                   pick(0, 1) == 0 ? R"("birthDate":"20)" : R"("birthDate":"18)");
      case 3:
        return put(made, R"("birthDate")", R"("deceasedDateTime":")" + day() + R"(","birthDate")");
      case 4:
        return put(made, R"("birthDate")",
                   R"("active":false,"extension":[{"url":"https://health-brain.org/fhir/)"
                   R"(StructureDefinition/left-district","valueDate":")" +
                       day() + R"("}],"birthDate")");
      default:
        return with_days_moved(made);
    }
  }

  std::string changed_event(const std::string& line) {
    static const std::regex subject(R"re(Patient/\w+)re");
    static const std::regex status(R"re("status":"\w+")re");
    switch (pick(0, 3)) {
      case 0:
        return std::regex_replace(
            line, subject,
            "Patient/r" + std::string(pick(0, 1) == 0 ? "0" : "1") + std::to_string(pick(1, 9)));
      case 1:
        return std::regex_replace(line, status, R"("status":"entered-in-error")");
      default:
        return with_days_moved(line);
    }
  }

  std::mt19937 random_;
  std::vector<std::string> lines_;
  int named_ = 0;
};

std::string shown(const std::vector<Difference>& differences) {
  std::ostringstream text;
  for (const Difference& one : differences)
    text << one.indicator << " " << one.part << " " << one.period << " " << one.area << " "
         << one.sex << " " << one.age << ": kept " << one.kept << ", recomputed " << one.recomputed
         << "\n";
  return text.str();
}

struct Told {
  std::size_t exchanged = 0;
  std::size_t remade = 0;
};

/// Delivers, follows and compares with a recomputation from nothing after every few deliveries.
Told follow_random_deliveries(std::uint32_t seed, int deliveries, bool with_places) {
  MeasureStore store;
  RandomDeliveries random(seed,
                          source_dir() / "tests/cases/measures/small-district/1-records.ndjson");
  store.deliver(random.everything());
  const auto engine = store.engine_of(source_dir() / "scenes");
  std::vector<const Measure*> all;
  for (const Measure& measure : engine->measures()) all.push_back(&measure);
  std::vector<Period> periods = months_of(period("2025"));
  for (const char* more : {"2025", "2024", "2025-Q2", "2025-Q4"}) periods.push_back(period(more));
  engine->ensure(all, periods);
  Told told;
  for (int i = 1; i <= deliveries; ++i) {
    store.try_deliver(random.next(with_places));
    const Refreshed refreshed = engine->refresh();
    told.exchanged += refreshed.exchanged;
    told.remade += refreshed.slices;
    if (i % 6 != 0) continue;
    const Verified verified = engine->verify();
    CHECK(verified.cells > 500);
    CAPTURE(seed);
    CAPTURE(i);
    const std::string differences = shown(verified.differences);
    REQUIRE_MESSAGE(verified.differences.empty(), differences);
  }
  return told;
}

}  // namespace

TEST_CASE("measures: after random deliveries the cells are what a recomputation gives") {
  for (const std::uint32_t seed : {1U, 2U}) {
    const Told told = follow_random_deliveries(seed, 30, false);
    CHECK(told.exchanged > 300);
    CHECK(told.remade == 0);  // everything by the shares of the touched residents
  }
}

TEST_CASE("measures: institutions that move make their visits again from all rows") {
  const Told told = follow_random_deliveries(4, 18, true);
  CHECK(told.exchanged > 100);
  CHECK(told.remade > 0);
}
