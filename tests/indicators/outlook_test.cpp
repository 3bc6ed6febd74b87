#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "indicators/assess.hpp"
#include "indicators/compare.hpp"
#include "indicators/outlook.hpp"
#include "indicators/yearly.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::indicators;
using namespace hb::test;

namespace {

Measure measure_of(Method method, double multiplier, Better better) {
  Measure measure;
  measure.id = "m";
  measure.method = method;
  measure.multiplier = multiplier;
  measure.better = better;
  return measure;
}

ComparedArea area(const char* code, double events, double people) {
  ComparedArea made;
  made.area = code;
  made.events = events;
  made.denominator = people;
  return made;
}

}  // namespace

TEST_CASE("closing: how many more people, exactly; how many events too many") {
  // 70 % of 150 are 105; 63 are there.
  CHECK(closing(63, 150, 100, "≥70", Better::higher)->needed == 42);
  CHECK(closing(105, 150, 100, "≥70", Better::higher)->needed == 0);
  // 66.7 % of 3 are 2.001: three people are needed.
  CHECK(closing(2, 3, 100, "66.7以上", Better::higher)->needed == 1);
  CHECK(closing(105, 150, 100, "超过70", Better::higher)->needed == 1);
  // 5 per 1,000 of 1,600 are 8; 11 died: 3 too many. Below 5: 7 at most.
  CHECK(closing(11, 1600, 1000, "5以下", Better::lower)->needed == 3);
  CHECK(closing(11, 1600, 1000, "<5", Better::lower)->needed == 4);
  CHECK(closing(7, 1600, 1000, "<5", Better::lower)->needed == 0);
  CHECK_FALSE(closing(1, 0, 100, "≥70", Better::higher).has_value());
  CHECK_FALSE(closing(1, 2, 100, "稳步提高", Better::higher).has_value());
  CHECK_FALSE(closing(1, 2, 100, "70", Better::none).has_value());
}

TEST_CASE("outlook: path, pace, forecast and probability of a straight line") {
  OutlookAsk ask;
  ask.goal = *read_goal("≥70", Better::higher);
  ask.target_year = 2030;
  ask.base_year = 2025;
  // 60, 61, 62 in 2023–2025 goes on to 67 in 2030: below 70.
  const auto found = outlook({{2025, 62, {}}, {2023, 60, {}}, {2024, 61, {}}}, ask);
  REQUIRE(found.has_value());
  REQUIRE(found->years.size() == 8);
  CHECK(found->years.front().year == 2023);
  CHECK_FALSE(found->years[0].path.has_value());
  CHECK(*found->years[2].path == doctest::Approx(62));
  CHECK(*found->years[3].path == doctest::Approx(63.6));  // 62 + 8/5
  CHECK(*found->years[7].forecast == doctest::Approx(67));
  CHECK(*found->probability == doctest::Approx(0));
  CHECK(*found->pace == Pace::on_pace);  // at the base everybody is
}

TEST_CASE("outlook: a target whose year is over is still forecast, for the last year asked for") {
  OutlookAsk ask;
  ask.goal = *read_goal("≥70", Better::higher);
  ask.target_year = 2025;
  ask.until = 2028;
  const auto found = outlook({{2022, 66, {}}, {2023, 67, {}}, {2024, 68, {}}, {2025, 69, {}}}, ask);
  REQUIRE(found.has_value());
  CHECK(found->years.back().year == 2028);
  CHECK(*found->years.back().forecast == doctest::Approx(72));
  CHECK(found->probability_year == 2028);
  CHECK(*found->probability == doctest::Approx(1));
  CHECK_FALSE(found->years.back().path.has_value());
}

TEST_CASE("outlook: shares stay below 100, rates above 0, limits too; a full share is drawn in") {
  OutlookAsk ask;
  ask.goal = *read_goal("≥98", Better::higher);
  ask.target_year = 2030;
  set_scale(ask, measure_of(Method::proportion, 100, Better::higher));
  CHECK(ask.model == stats::ForecastModel::logistic);
  // A line through 80, 90, 96 would pass 100 in 2026.
  const auto share = outlook({{2023, 80, {}}, {2024, 90, {}}, {2025, 96, {}}}, ask);
  REQUIRE(share.has_value());
  for (const OutlookYear& one : share->years) {
    if (!one.forecast) continue;
    CHECK(*one.forecast > 96);
    CHECK(*one.forecast < 100);
    CHECK(one.forecast95->lower > 0);
    CHECK(one.forecast95->upper <= 100);
  }
  CHECK(*share->probability > 0.9);
  // All of 50 people: 100 % counts as 99 % (half a person is 1 %), so the logit is ln 99 = 4.5951.
  const auto full = outlook({{2023, 100, {}, 1}, {2024, 100, {}, 1}, {2025, 100, {}, 1}}, ask);
  REQUIRE(full.has_value());
  CHECK(*full->years.back().forecast == doctest::Approx(99));
  // 100 is reached as printed, with two decimals from 99.995 on.
  ask.goal = *read_goal("≥100", Better::higher);
  CHECK(*outlook({{2023, 100, {}}, {2024, 100, {}}, {2025, 100, {}}}, ask)->probability ==
        doctest::Approx(0.5));

  OutlookAsk rate;
  rate.goal = *read_goal("≤1", Better::lower);
  rate.target_year = 2030;
  set_scale(rate, measure_of(Method::rate, 1000, Better::lower));
  // 8, 4, 2 halves each year: 2/32 in 2030; a line would be at -12.
  const auto falling = outlook({{2023, 8, {}}, {2024, 4, {}}, {2025, 2, {}}}, rate);
  CHECK(*falling->years.back().forecast == doctest::Approx(0.0625));
  CHECK(*falling->probability == doctest::Approx(1));
}

TEST_CASE("outlook: a value below its year is behind; few values give no forecast") {
  OutlookAsk ask;
  ask.goal = *read_goal("≥70", Better::higher);
  ask.target_year = 2030;
  const auto found = outlook({{2025, 60, {}}, {2026, 60.5, {}}}, ask);
  REQUIRE(found.has_value());
  CHECK(*found->pace == Pace::behind);  // 62 was the path of 2026
  CHECK_FALSE(found->probability.has_value());
  CHECK(found->reason.zh == "不足3个年度的数值，不作预测");
  ask.base_year = 2020;
  CHECK(outlook({{2025, 60, {}}}, ask)->reason.en.find("fewer than 3") != std::string::npos);
  CHECK(outlook({}, ask)->reason.zh == "没有年度数值");
  CHECK_FALSE(outlook({{2025, 1, {}}, {2025, 2, {}}}, ask).has_value());
}

TEST_CASE("compare_areas: colours by the area's own interval, not by rank") {
  const Measure measure = measure_of(Method::proportion, 100, Better::higher);
  // All together 600 of 1,000 = 60 %. 30 of 50 and 33 of 50 do not differ from it; 340 of 500
  // (68 %, Wilson 63.8 to 71.9) does; 97 of 200 (48.5 %, 41.7 to 55.4) too.
  const auto found = compare_areas(measure,
                                   {area("1", 340, 500), area("2", 97, 200), area("3", 30, 50),
                                    area("4", 33, 50), area("5", 100, 200), area("6", 0, 0)},
                                   {});
  REQUIRE(found.has_value());
  CHECK(*found->benchmark == doctest::Approx(60));
  CHECK(found->areas[0].standing == Standing::better);
  CHECK(found->areas[1].standing == Standing::worse);
  CHECK(found->areas[2].standing == Standing::similar);
  CHECK(found->areas[3].standing == Standing::similar);
  CHECK(found->areas[5].standing == Standing::not_compared);
  CHECK(found->areas[0].at95->lower == doctest::Approx(63.79).epsilon(1e-3));
  CHECK(found->limits.size() == 40);
  CHECK(*found->limits.front().lower95 < *found->benchmark);
  CHECK(*found->limits.front().lower998 < *found->limits.front().lower95);
  CHECK(*found->limits.back().upper95 - *found->limits.back().lower95 <
        *found->limits.front().upper95 - *found->limits.front().lower95);
}

TEST_CASE("compare_areas: few areas get no colours; lower is better turns them") {
  const Measure measure = measure_of(Method::rate, 100000, Better::lower);
  const auto few = compare_areas(measure, {area("1", 10, 1000), area("2", 20, 1000)}, {});
  REQUIRE(few.has_value());
  CHECK(few->areas[0].standing == Standing::not_compared);
  CHECK_FALSE(few->reason.zh.empty());
  const auto many =
      compare_areas(measure,
                    {area("1", 130, 10000), area("2", 100, 10000), area("3", 100, 10000),
                     area("4", 100, 10000), area("5", 60, 10000)},
                    {});
  CHECK(many->areas[0].standing == Standing::worse);
  CHECK(many->areas[4].standing == Standing::better);
  // Spread far above chance: with it in the limits nobody stands out so easily.
  const auto wide =
      compare_areas(measure,
                    {area("1", 130, 10000), area("2", 100, 10000), area("3", 100, 10000),
                     area("4", 100, 10000), area("5", 60, 10000)},
                    {.overdispersion = true});
  CHECK(wide->widened);
  CHECK(*wide->overdispersion > 1);
  CHECK(wide->areas[0].standing == Standing::similar);
  CHECK_FALSE(
      compare_areas(measure_of(Method::mean, 1, Better::none), {area("1", 1, 1)}, {}).has_value());
}

TEST_CASE("inequality_of: groups of about equal population, from the most deprived") {
  const Measure measure = measure_of(Method::rate, 1000, Better::lower);
  std::vector<ScoredArea> areas;
  for (int i = 0; i < 10; ++i)  // rates 10 … 100 per 1,000 rise with deprivation
    areas.push_back({std::to_string(i), static_cast<double>(i), 10.0 * (i + 1), 1000});
  const auto found = inequality_of(measure, areas, 5);
  REQUIRE(found.has_value());
  // Group means 95, 75, 55, 35, 15: the line falls by 20 per fifth, 100 from end to end.
  CHECK(std::abs(found->index.sii) == doctest::Approx(100).epsilon(1e-6));
  REQUIRE(found->index.sii_limits.has_value());
  CHECK_FALSE(inequality_of(measure, {areas.begin(), areas.begin() + 4}, 5).has_value());
}

TEST_CASE("assess_plan: figures of the year against the targets, with base, path and origin") {
  const auto plans = load_plans(source_dir() / "scenes");
  const auto definitions = Definitions::load(source_dir() / "scenes");
  REQUIRE(plans.has_value());
  REQUIRE(definitions.has_value());
  const auto plan = std::ranges::find(*plans, "plan-14-5-hangzhou-2025", &Plan::id);
  REQUIRE(plan != plans->end());
  const FigureSource figures = [](const Definition& definition, int year) -> CurrentFigure {
    CHECK(year == 2025);
    if (definition.id == "health-literacy") return {FigureOrigin::published, "45.2", 1, "", {}};
    if (definition.id == "diabetes-managed-to-standard")
      return {FigureOrigin::computed, "69.0", 1, "", {}};
    if (definition.id == "hypertension-managed-to-standard")
      return {FigureOrigin::reported, "72.0", 1, "draft", {}};
    if (definition.id == "general-practitioners-per-10000")
      return {FigureOrigin::reported, "5.2", 1, "draft", {}};
    return {};
  };
  const PlanAssessment found = assess_plan(*plan, *definitions, 2025, figures);
  REQUIRE(found.rows.size() == plan->indicators.size());
  const auto row = [&](const char* no) -> const AssessedRow& {
    return *std::ranges::find_if(found.rows,
                                 [&](const AssessedRow& one) { return one.row->no == no; });
  };
  CHECK(row("47").evaluation.status == Status::met);
  CHECK(row("47").base_text == "38.54");
  CHECK(*row("47").change == doctest::Approx(6.66));
  CHECK(row("47").pace == Pace::on_pace);  // at 45 the way of 6.46 is done; 0.2 more is within 5 %
  CHECK(row("12").current.value == "72.0、69.0");
  CHECK(row("12").current.origin == FigureOrigin::reported);  // the weaker of the two
  CHECK(row("12").evaluation.status == Status::nearly);       // diabetes is short by 1.4 %
  CHECK(row("13").pace == Pace::behind);                      // 5.2 of 6 in the last year
  CHECK(row("50").evaluation.status == Status::not_decidable);
  CHECK(row("50").evaluation.reason.zh == "2025年数据待报");
  CHECK(found.without_figure == static_cast<int>(found.rows.size()) - 3);
  CHECK(found.counts.met == 1);
}

TEST_CASE("draft_plan: an empty plan with the base, which reads as one") {
  const auto plans = load_plans(source_dir() / "scenes");
  const auto definitions = Definitions::load(source_dir() / "scenes");
  const auto plan = std::ranges::find(*plans, "plan-14-5-hangzhou-2025", &Plan::id);
  const std::string yaml =
      draft_plan(*plan, *definitions, {"plan-x-2030", "x-2030", {"空表", "empty"}, 2030, 2025},
                 [](const Definition& definition, int) -> CurrentFigure {
                   if (definition.id == "health-literacy")
                     return {FigureOrigin::published, "45.2", 1, "", {}};
                   return {};
                 });
  const TempDir directory;
  const auto file = directory.path() / "plan.yaml";
  std::ofstream(file) << yaml;
  const auto made = load_plan(file);
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().where + made.error().message));
  REQUIRE(made->indicators.size() == plan->indicators.size());
  CHECK(made->indicators[4].id == "x-2030-04-city");
  CHECK(count_statuses(made->indicators).not_decidable ==
        static_cast<int>(made->indicators.size()));
  const auto literacy = std::ranges::find(made->indicators, "47", &Indicator::no);
  CHECK(literacy->value_text == "45.2");
  CHECK(literacy->value_year == 2025);
  CHECK(literacy->target_text == "-");
}
