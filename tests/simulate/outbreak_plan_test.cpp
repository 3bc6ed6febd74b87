// Outbreaks in a small district made by hand: who falls ill, where and when.
#include "simulate/outbreak_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace hb;
using namespace hb::simulate;

namespace {

constexpr int residents_per_street = 3000;

/// Two streets of 1,000 households with a parent of 35 and two children of 8 and 10, one school in
/// each street with ten classes, one hospital.
OutbreakDistrict given_district(const Window& window) {
  OutbreakDistrict district;
  district.streets = 2;
  district.living = 2 * residents_per_street;
  district.places = {{Setting::school, 0}, {Setting::school, 1}, {Setting::hospital, 1}};
  const int last_year = civil(window.last).year;
  for (std::uint16_t street = 0; street < 2; ++street)
    for (std::uint32_t home = 0; home < residents_per_street / 3; ++home)
      for (const int age : {35, 10, 8})
        district.residents.push_back(
            {*make_date(last_year - age, 1 + static_cast<int>(home % 12), 1), window.first,
             window.last, street * (residents_per_street / 3u) + home, Date{0}, street,
             static_cast<std::uint16_t>(street * 4 + home % 4)});
  district.enrolment = [](std::uint32_t person, Date) -> std::optional<Enrolment> {
    if (person % 3 == 0) return std::nullopt;  // the parent
    return Enrolment{person / residents_per_street, static_cast<std::uint16_t>(person / 3 % 10)};
  };
  return district;
}

OutbreakSurroundings given_surroundings() {
  OutbreakSurroundings surroundings;
  surroundings.other.wave_days = 30;
  surroundings.school_closed = {{7, 1, 8, 31}};
  surroundings.report_hours = 1;
  surroundings.community_hours.fill(0);
  for (std::size_t hour = 0; hour < 24; ++hour)
    surroundings.community_hours[hour] = static_cast<double>(hour + 1);
  surroundings.hospital_hours = surroundings.community_hours;
  return surroundings;
}

/// 6,000 of 1.12 million: per_year scales by 0.00535714.
OutbreakContent given_outbreak(Setting setting, Shape shape, double expected_per_year) {
  OutbreakContent outbreak;
  outbreak.id = "x";
  outbreak.disease = "某病";
  outbreak.per_year = expected_per_year * catalogue_residents / (2 * residents_per_street);
  outbreak.setting = setting;
  outbreak.shape = shape;
  outbreak.season.fill(1);
  outbreak.cases = log_normal(20, 40);
  outbreak.incubation = {2, 0.3};
  outbreak.r = 1.8;
  outbreak.generation_days = 3;
  outbreak.control_after_days = 10;
  outbreak.seek_care = 0.6;
  outbreak.reported = 0.5;
  outbreak.delay = log_normal(2, 5);
  outbreak.ages = {{6, 11, 1}};
  return outbreak;
}

const Window window{*make_date(2023, 1, 1), *make_date(2025, 12, 31), 3};

OutbreakPlan planned(const OutbreakContent& outbreak, std::uint64_t seed = 1) {
  return plan_outbreaks(std::span(&outbreak, 1), given_surroundings(), given_district(window),
                        window, seed);
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

}  // namespace

TEST_CASE("plan_outbreaks: numbers, sizes, shares and delays come back") {
  // 40 a year for 3 years and 5 seeds: 600 expected.
  const OutbreakContent outbreak = given_outbreak(Setting::street, Shape::point, 40);
  double count = 0, cases = 0, visits = 0, reported = 0;
  std::vector<double> sizes, delays, incubations;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const OutbreakPlan plan = planned(outbreak, seed);
    count += static_cast<double>(plan.outbreaks.size());
    for (const PlannedOutbreak& one : plan.outbreaks) {
      if (one.first_exposure.days > window.last.days - 40) continue;  // may run over the end
      sizes.push_back(one.cases);
      CHECK(one.first_exposure <= one.first_onset);
      CHECK(one.first_onset <= one.last_onset);
      CHECK(one.reported <= one.cases);
    }
    for (const PlannedCase& one : plan.cases) {
      const PlannedOutbreak& its = plan.outbreaks[one.outbreak];
      if (its.first_exposure.days > window.last.days - 40) continue;
      ++cases;
      incubations.push_back(one.onset_day.days + one.onset - its.first_exposure.days);
      if (one.visit_minute == no_minute) continue;
      ++visits;
      CHECK(one.visit_day >= one.onset_day);
      if (!one.reported) continue;
      ++reported;
      delays.push_back(one.report_day().days - one.onset_day.days);
      CHECK(one.wait > 0);
    }
  }
  CHECK(std::fabs(count - 600) < 75);  // three sd of a Poisson count of 600
  CHECK(median(sizes) == doctest::Approx(20).epsilon(0.15));
  CHECK(visits / cases == doctest::Approx(0.6).epsilon(0.03));
  CHECK(reported / visits == doctest::Approx(0.5).epsilon(0.03));
  // Median 2 days; in whole days and hours of visits the middle one is 2.
  CHECK(median(delays) == 2);
  // Exposed in the course of a day, on average at 0.55 of it: the median incubation of 2 later.
  CHECK(median(incubations) == doctest::Approx(2.55).epsilon(0.05));
}

TEST_CASE("plan_outbreaks: every case fits the setting, the ages and the days, once") {
  const OutbreakContent outbreak = given_outbreak(Setting::school, Shape::propagated, 15);
  const OutbreakPlan plan = planned(outbreak);
  const OutbreakDistrict district = given_district(window);
  REQUIRE(plan.outbreaks.size() > 20);
  const OutbreakSurroundings surroundings = given_surroundings();
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
  std::map<std::uint32_t, std::map<std::uint16_t, int>> classes;
  for (const PlannedCase& one : plan.cases) {
    const PlannedOutbreak& its = plan.outbreaks[one.outbreak];
    const OutbreakDistrict::Resident& who = district.residents[one.person];
    CHECK(seen.insert({one.outbreak, one.person}).second);
    CHECK(one.person % 3 != 0);  // no parent
    const int age = age_in_years(who.birth, one.onset_day);
    CHECK(age >= 6);
    CHECK(age <= 12);  // may have had a birthday since the exposure
    CHECK(one.school == its.place);
    CHECK(who.street == its.street);
    CHECK(one.onset_day >= window.first);
    CHECK(one.onset_day <= window.last);
    ++classes[one.outbreak][one.group];
  }
  int concentrated = 0, large = 0;
  for (const auto& [number, groups] : classes) {
    CHECK(surroundings.school_day(plan.outbreaks[number].first_exposure));
    if (plan.outbreaks[number].cases < 10) continue;
    ++large;
    int most = 0;
    for (const auto& [group, cases] : groups) most = std::max(most, cases);
    // Ten classes: alike, the largest of 20 cases would have about 4 or 5.
    concentrated += most * 10 >= static_cast<int>(plan.outbreaks[number].cases) * 3 ? 1 : 0;
  }
  REQUIRE(large > 10);
  CHECK(concentrated > large / 2);
}

TEST_CASE("plan_outbreaks: the season decides the months") {
  OutbreakContent outbreak = given_outbreak(Setting::street, Shape::point, 60);
  outbreak.season = {0, 0, 0, 0, 0, 3, 1, 0, 0, 0, 0, 0};
  int june = 0, july = 0;
  for (const PlannedOutbreak& one : planned(outbreak).outbreaks) {
    const int month = civil(one.first_exposure).month;
    CHECK((month == 6 || month == 7));
    (month == 6 ? june : july) += 1;
  }
  // 3 × 30 days against 31: three quarters of about 180 (135, four sd are 23).
  CHECK(std::abs(june - 3 * july) < 4 * 23);
  CHECK(june > 2 * july);
}

TEST_CASE("plan_outbreaks: a wave comes every winter and scales with the population") {
  OutbreakContent wave = given_outbreak(Setting::district, Shape::seasonal, 0);
  wave.per_year = 1;
  wave.season = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  wave.cases = log_normal(56000, 56001);  // 5 % of 1.12 million: 300 of 6,000
  wave.ages = {{0, 17, 1}, {18, 120, 1}};
  const OutbreakPlan plan = planned(wave);
  // Winters 2022/23 (its peak may lie before the window) to 2025/26 (may end behind it).
  REQUIRE(plan.outbreaks.size() >= 3);
  REQUIRE(plan.outbreaks.size() <= 5);
  std::set<int> winters;
  for (const PlannedOutbreak& one : plan.outbreaks) {
    CHECK(one.street == no_street);
    winters.insert(civil({one.last_onset.days - 60}).year);
    if (one.first_exposure <= window.first || one.last_onset.days >= window.last.days - 1) continue;
    CHECK(one.cases == 300);
    // Width 30 days at half height: 8.5 days a scale, all within four of them on both sides.
    CHECK(one.last_onset.days - one.first_onset.days < 8 * 8.6 + 10);
    CHECK(one.last_onset.days - one.first_onset.days > 40);
  }
  CHECK(winters.size() >= 3);
}

TEST_CASE("plan_outbreaks: households pass it on at home") {
  OutbreakContent outbreak = given_outbreak(Setting::household, Shape::propagated, 20);
  outbreak.ages = {{6, 11, 1}, {30, 40, 1}};
  const OutbreakPlan plan = planned(outbreak);
  const OutbreakDistrict district = given_district(window);
  double cases = 0, homes = 0;
  std::map<std::uint32_t, std::set<std::uint32_t>> households;
  for (const PlannedCase& one : plan.cases) {
    households[one.outbreak].insert(district.residents[one.person].household);
    ++cases;
  }
  for (const auto& [number, of] : households) homes += static_cast<double>(of.size());
  REQUIRE(cases > 300);
  CHECK(cases / homes > 1.4);  // of 3 in each; by chance among 1,000 homes it would be 1.0
}

TEST_CASE("plan_outbreaks: nobody falls ill who is not there, and a small school runs dry") {
  OutbreakContent outbreak = given_outbreak(Setting::school, Shape::point, 4);
  outbreak.cases = log_normal(500, 501);
  OutbreakDistrict district = given_district(window);
  for (std::uint32_t i = 0; i < district.residents.size(); ++i)  // all but every tenth left
    if (i / 3 % 10 != 0) district.residents[i].to = {window.first.days - 1};
  const OutbreakPlan plan =
      plan_outbreaks(std::span(&outbreak, 1), given_surroundings(), district, window, 1);
  REQUIRE_FALSE(plan.outbreaks.empty());
  for (const PlannedOutbreak& one : plan.outbreaks) CHECK(one.cases <= 200);
  for (const PlannedCase& one : plan.cases) CHECK(one.person / 3 % 10 == 0);
}

TEST_CASE("plan_outbreaks: other entries do not move an outbreak; no catalogue, no plan") {
  const OutbreakContent first = given_outbreak(Setting::street, Shape::point, 10);
  const std::array<OutbreakContent, 2> both{
      first, given_outbreak(Setting::workplace, Shape::continuous, 10)};
  const OutbreakPlan alone = planned(first);
  const OutbreakPlan together =
      plan_outbreaks(both, given_surroundings(), given_district(window), window, 1);
  std::vector<Date> starts;
  for (const PlannedOutbreak& one : together.outbreaks)
    if (one.content == 0) starts.push_back(one.first_onset);
  REQUIRE(starts.size() == alone.outbreaks.size());
  for (std::size_t i = 0; i < starts.size(); ++i)
    CHECK(starts[i] == alone.outbreaks[i].first_onset);
  CHECK(plan_outbreaks({}, given_surroundings(), given_district(window), window, 1)
            .outbreaks.empty());
}
