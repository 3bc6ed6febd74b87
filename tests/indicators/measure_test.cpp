#include "indicators/measure.hpp"

#include "measure_store.hpp"

using namespace hb;
using namespace hb::test;

namespace {

Result<Measure> loaded(const std::string& yaml) {
  TempDir directory;
  const auto file = directory.path() / "scenes/test/indicators/visits-per-head.yaml";
  write_file(file, yaml);
  return load_measure(file);
}

/// Line and message of the refusal.
std::pair<std::string, std::string> refused(const std::string& from, const std::string& to) {
  const Result<Measure> measure = loaded(replaced(visits_per_head, from, to));
  REQUIRE_FALSE(measure.has_value());
  const std::string& where = measure.error().where;
  return {where.substr(where.rfind(':') + 1), measure.error().message};
}

}  // namespace

TEST_CASE("load_measure: what is written is read") {
  const Result<Measure> measure = loaded(visits_per_head);
  REQUIRE(measure.has_value());
  CHECK(measure->id == "visits-per-head");
  CHECK(measure->scene == "test");
  CHECK(measure->method == Method::rate);
  CHECK(measure->multiplier == 1000);
  CHECK(measure->periods.size() == 3);
  CHECK_FALSE(measure->numerator.each);
  CHECK(measure->denominator->each);
  CHECK(measure->targets.front().text == "≥1500");
  CHECK(measure->numerator.line == 22);  // the line with SELECT
}

TEST_CASE("load_measure: what is wrong is named with its line") {
  CHECK(refused("method: rate", "method: guess").second.find("proportion") != std::string::npos);
  CHECK(refused("multiplier: 1000", "multiplier: none").first == "8");
  CHECK(refused("version: 1", "version: 0").second.find("version") != std::string::npos);
  CHECK(refused("over_time: sum", "over_time: weekly").first == "20");
  CHECK(refused("method: rate", "method: count").second.find("denominator") != std::string::npos);
  CHECK(refused("\"≥1500\"", "\"about half\"").second.find("about half") != std::string::npos);
  CHECK(refused("periods: [month, quarter, year]", "periods: [week]").first == "11");
}

TEST_CASE("figures: methods worked by hand") {
  Measure measure = *loaded(visits_per_head);
  Sum x;
  x.n = 30;
  Sum n;
  n.n = 40;
  measure.method = Method::proportion;
  measure.multiplier = 100;
  const Figure share = figure_of(measure, x, &n);
  CHECK(*share.value == doctest::Approx(75));
  CHECK(*share.lower == doctest::Approx(59.81).epsilon(0.001));  // Wilson
  CHECK(*share.upper == doctest::Approx(85.81).epsilon(0.001));
  x.n = 41;
  CHECK(figure_of(measure, x, &n).reason->zh == "分子大于分母，口径待核");

  measure.method = Method::mean;  // 30, 40, 50, 60 yuan as DECIMAL
  measure.multiplier = 1;
  x.n = 1'800'000;
  x.decimal = true;
  x.squares = 86'000'000;
  x.has_squares = true;
  n.n = 4;
  const Figure mean = figure_of(measure, x, &n);
  CHECK(*mean.value == doctest::Approx(45));
  CHECK(*mean.lower == doctest::Approx(24.4574).epsilon(1e-5));
  x.has_squares = false;
  CHECK_FALSE(figure_of(measure, x, &n).lower.has_value());
  CHECK(printed(measure, 44.96) == "45.0");
  CHECK(printed(measure, -0.04) == "0.0");
}

TEST_CASE("judge_figure: a yearly target does not judge a month's count or rate") {
  const Measure measure = *loaded(visits_per_head);
  Figure figure;
  figure.value = 1600;
  CHECK(judge_figure(measure, figure, period("2025"), "district").status == Status::met);
  CHECK(judge_figure(measure, figure, period("2025-03"), "district").status ==
        Status::not_decidable);
  CHECK(judge_figure(measure, figure, period("2025"), "street").target->level == "district");
}

TEST_CASE("judge_figure: says when the target lies inside the interval; the status stays") {
  Measure measure = *loaded(visits_per_head);
  measure.better = Better::lower;
  measure.targets.front().text = "5以下";
  Sum deaths;
  Sum births;
  births.n = 141;
  // No death in 141 births: 0 per 1,000, interval 0 to 26.2 (3.689 / 141).
  const Figure none = figure_of(measure, deaths, &births);
  const Judged few = judge_figure(measure, none, period("2025"), "district");
  CHECK(few.status == Status::met);
  CHECK(few.in_interval);
  CHECK(few.reason.en.find("95 % interval") != std::string::npos);
  births.n = 14'100;  // 0 to 0.26: below 5 for sure
  const Judged many =
      judge_figure(measure, figure_of(measure, deaths, &births), period("2025"), "district");
  CHECK(many.status == Status::met);
  CHECK_FALSE(many.in_interval);
}
