#include "indicators/target_path.hpp"

#include <doctest/doctest.h>

#include "core/csv.hpp"

using namespace hb;
using namespace hb::indicators;

namespace {

std::vector<double> values(const Result<std::vector<YearValue>>& path) {
  std::vector<double> found;
  for (const YearValue& one : path.value()) found.push_back(one.value);
  return found;
}

std::string failure(const std::string& csv, const ForecastRequest& request) {
  const auto table = forecast_table(csv, "rates.csv", request);
  return table ? "no error" : table.error().where + ": " + table.error().message;
}

}  // namespace

TEST_CASE("target_path: steps, percentages and milestones worked by hand") {
  CHECK(values(target_path({2020, 60}, {2024, 80}, {}, PathKind::linear)) ==
        std::vector<double>{60, 65, 70, 75, 80});
  const auto compound = values(target_path({2020, 100}, {2022, 121}, {}, PathKind::compound));
  CHECK(compound[1] == doctest::Approx(110));
  const std::vector<YearValue> milestones = {{2022, 62}};
  CHECK(values(target_path({2020, 60}, {2024, 80}, milestones, PathKind::linear)) ==
        std::vector<double>{60, 61, 62, 71, 80});
  CHECK_FALSE(target_path({2020, 60}, {2020, 80}, {}, PathKind::linear).has_value());
  CHECK_FALSE(target_path({2020, 0}, {2024, 80}, {}, PathKind::compound).has_value());
  const std::vector<YearValue> outside = {{2025, 62}};
  CHECK_FALSE(target_path({2020, 60}, {2024, 80}, outside, PathKind::linear).has_value());
  const std::vector<YearValue> before = {{2019, 62}};
  CHECK_FALSE(target_path({2020, 60}, {2024, 80}, before, PathKind::linear).has_value());
}

TEST_CASE("pace_of: a twentieth of the way is on pace, an interval over the path too") {
  // Way 20, so that 1 is on pace.
  CHECK(pace_of(64, {}, 65, 20, true) == Pace::on_pace);
  CHECK(pace_of(63.9, {}, 65, 20, true) == Pace::behind);
  CHECK(pace_of(66.1, {}, 65, 20, true) == Pace::ahead);
  CHECK(pace_of(63.9, {}, 65, 20, false) == Pace::ahead);
  CHECK(pace_of(62, stats::Interval{58, 66}, 65, 20, true) == Pace::on_pace);
  CHECK(pace_of(62, stats::Interval{60, 64}, 65, 20, true) == Pace::behind);
}

TEST_CASE("forecast_table: path, pace, forecast and probability of two streets") {
  ForecastRequest request;
  request.target = "≥80";
  request.year = 2024;
  const std::string csv =
      "street,year,value\nA,2020,60\nA,2021,65\nA,2022,70\nB,2020,60\nB,2021,61\nB,2022,62.5\n"
      "C,2020,\n";
  const auto table = forecast_table(csv, "rates.csv", request);
  REQUIRE(table.has_value());
  const auto rows = parse_csv(*table);
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 1 + 5 + 5 + 1);
  const auto field = [&](std::size_t row, const std::string& name) {
    const auto& names = (*rows)[0].fields;
    return (*rows)[row].fields.at(
        static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()));
  };
  CHECK(field(2, "pace") == "on_pace");
  CHECK(field(3, "path") == "70");
  CHECK(field(4, "forecast") == "75");  // a perfect line
  CHECK(field(5, "probability") == "0.5");
  CHECK(field(7, "pace") == "behind");
  // B: 60, 61, 62.5 has the slope 1.25 and mean 61.1667 at 2021: 64.9167 in 2024.
  CHECK(std::stod(field(10, "forecast")) == doctest::Approx(61.166667 + 3 * 1.25));
  CHECK(std::stod(field(10, "probability")) < 0.05);
  CHECK(field(11, "status") == "no_base_value");
  request.target = "≤50";
  const auto lower = forecast_table(csv, "rates.csv", request);
  CHECK(lower->find("behind") != std::string::npos);
}

TEST_CASE("forecast_table: what cannot be used is named") {
  ForecastRequest request;
  request.target = "80";
  request.year = 2024;
  const std::string csv = "year,value\n2020,60\n";
  CHECK(failure(csv, request) ==
        "target “80”: a bound is expected, like ≥92.3, or a plain number with the better side");
  request.target = "稳步提高";
  CHECK(failure(csv, request) ==
        "target “稳步提高”: one number as a level is expected, like ≥92.3");
  request.target = "80";
  request.better = Better::higher;
  CHECK(failure(csv, request) == "no error");
  CHECK(failure("year,value\n2020.5,60\n", request) ==
        "rates.csv:2:1: year: a year is expected, not 2020.5");
  CHECK(failure("year,value\n2020,60\n2020,61\n", request) ==
        "rates.csv:3:1: year: each once per group is expected, 2020 is there again");
  CHECK(failure("year,values\n2020,60\n", request) ==
        "rates.csv:1: column value is expected; the columns are year, values");
  request.year = 2019;
  CHECK(failure(csv, request) == "rates.csv:2:1: the target year is not after the base year");
}
