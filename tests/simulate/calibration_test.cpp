#include "simulate/calibration.hpp"

#include <yaml-cpp/yaml.h>

#include <map>

#include "simulate/content.hpp"
#include "simulate/support.hpp"

using namespace hb;
using namespace hb::test;
using namespace hb::simulate;
using Verdict = CalibrationResult::Verdict;

namespace {

/// 100 × deaths per residents beside an aim of 5 %, tolerance a tenth of it: 4.5–5.5 %.
CalibrationResult judged(std::uint64_t events, std::uint64_t base, bool counted = true) {
  Calibration calibration;
  CalibrationRow row;
  row.aim = 5;
  row.within = 0.1;
  row.times = 100;
  row.counted = counted;
  row.numerator = {counter::deaths};
  row.denominator = {counter::residents};
  calibration.rows.push_back(row);
  Tally tally;
  tally.add(counter::deaths, events);
  tally.add(counter::residents, base);
  return judge(calibration, CounterNames(), tally).front();
}

Result<Calibration> changed(const std::string& from, const std::string& to) {
  TempDir temp;
  for (const auto& entry : std::filesystem::directory_iterator(demo_content()))
    if (entry.path().extension() == ".yaml") std::filesystem::copy(entry.path(), temp.path());
  std::string text = read_bytes(temp.path() / "calibration.yaml");
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  std::ofstream(temp.path() / "calibration.yaml", std::ios::binary) << text;
  return load_calibration(temp.path());
}

}  // namespace

TEST_CASE("calibration: every source figure is met by 40,000 residents in two years") {
  TempDir temp;
  simulate::Options options = small(temp.path() / "d", 40000, 2);
  const auto summary = simulate::simulate(options);
  REQUIRE(summary);
  const auto content = load_content(demo_content());
  const auto calibration = load_calibration(demo_content());
  REQUIRE_MESSAGE(calibration, calibration.error().where, " ", calibration.error().message);
  CHECK(calibration->rows.size() >= 30);
  CHECK(calibration->conflicts.size() >= 8);
  const auto results = judge(*calibration, content->counters, summary->tally);
  REQUIRE(results.size() == calibration->rows.size());
  int chance = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const bool inside =
        results[i].verdict == Verdict::inside || results[i].verdict == Verdict::chance;
    CHECK_MESSAGE(inside, calibration->rows[i].id, " aim ", calibration->rows[i].aim, " simulated ",
                  results[i].value, " ", results[i].reason);
    chance += results[i].verdict == Verdict::chance;
  }
  CHECK(chance <= 10);
  // The three forms hold the same rows.
  const auto csv = report(demo_content(), summary->tally, ReportFormat::csv);
  REQUIRE(csv);
  CHECK(std::count(csv->begin(), csv->end(), '\n') ==
        static_cast<long>(calibration->rows.size()) + 1);
  CHECK(csv->find("\ncommunity-cost,\"GS20-002\",") != std::string::npos);
  const auto json = report(demo_content(), summary->tally, ReportFormat::json);
  REQUIRE(json);
  const YAML::Node parsed = YAML::Load(*json);  // JSON is YAML
  CHECK(parsed["rows"].size() == calibration->rows.size());
  CHECK(parsed["conflicts"].size() == calibration->conflicts.size());
  const auto text = report(demo_content(), summary->tally, ReportFormat::text);
  REQUIRE(text);
  CHECK(text->find("OUTSIDE") == std::string::npos);
}

TEST_CASE("calibration: the tolerance, and chance where few were counted") {
  CHECK(judged(50, 1000).verdict == Verdict::inside);
  CHECK(judged(50, 1000).value == doctest::Approx(5));
  CHECK(judged(50, 1000).low == doctest::Approx(4.5));
  CHECK(judged(50, 1000).high == doctest::Approx(5.5));
  // 7 of 100: with 5.5 % the chance of 7 or more is about 0.32 (binomial).
  CHECK(judged(7, 100).verdict == Verdict::chance);
  CHECK(judged(0, 100).verdict == Verdict::chance);   // 0.955^100 = 0.010
  CHECK(judged(0, 200).verdict == Verdict::outside);  // 0.955^200 = 0.0001
  // The same share of ten thousand is no chance: 55 expected sd 7.2 of a thousand, here 15 sd.
  CHECK(judged(700, 10000).verdict == Verdict::outside);
  CHECK(judged(7, 100, false).verdict == Verdict::outside);
  const CalibrationResult nobody = judged(0, 0);
  CHECK(nobody.verdict == Verdict::none);
  CHECK(nobody.reason == "nobody to count");
}

TEST_CASE("calibration: a life table needs people; a district of three has none") {
  TempDir temp;
  const auto summary = simulate::simulate(small(temp.path() / "d", 3, 1));
  REQUIRE(summary);
  const auto content = load_content(demo_content());
  const auto calibration = load_calibration(demo_content());
  REQUIRE(calibration);
  const auto results = judge(*calibration, content->counters, summary->tally);
  for (std::size_t i = 0; i < results.size(); ++i)
    if (calibration->rows[i].method == CalibrationRow::Method::life_expectancy) {
      CHECK(results[i].verdict == Verdict::none);
      CHECK(results[i].reason != "");
    }
}

TEST_CASE("calibration: faults are named with file and line") {
  const auto check_fault = [](const Result<Calibration>& result, const std::string& message) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::invalid_input);
    CHECK(result.error().where.starts_with("calibration.yaml:"));
    CHECK_MESSAGE(result.error().message.find(message) != std::string::npos,
                  result.error().message);
  };
  check_fault(changed("count: [elders-60]", "count: [elders-61]"), "is no counter: elders-61");
  check_fault(changed("method: life-expectancy", "method: life"), "needs life-expectancy");
  check_fault(changed("within: 0.01", "within: much"), "needs a number");
}

TEST_CASE("notifiable diseases: codes and classes of the content are those of the code list") {
  const auto content = load_content(demo_content());
  REQUIRE(content);
  std::map<std::string, std::string> classes;
  const YAML::Node codes =
      YAML::LoadFile((source_dir() / "scenes/core/codes/diseases.yaml").string());
  for (const YAML::Node& list : codes["lists"])
    for (const YAML::Node& code : list["codes"])
      classes[code["code"].as<std::string>()] = code["class"].as<std::string>();
  int b = 0, c = 0;
  for (const Cause& cause : content->causes) {
    if (!cause.card) continue;
    const std::string& code = cause.card->disease.code;
    REQUIRE_MESSAGE(classes.count(code) == 1, code);
    const std::string letter(1, cause.card->legal_class);
    CHECK_MESSAGE(classes.at(code) == (letter == "O" ? "other" : letter), code);
    b += letter == "B";
    c += letter == "C";
  }
  CHECK(b >= 13);  // kinds of viral hepatitis are separate codes
  CHECK(c >= 4);
}
