// Values named R are those of R 4.2.2 with survey 4.1 (svymean, svytotal, svyratio, svyciprop).
#include "stats/survey.hpp"

#include "stats/stat_table.hpp"

using namespace hb;
using namespace hb::stats;
using namespace hb::test;

namespace {

struct Person {
  char sex;
  double v, y, w;
  std::size_t stratum, cluster;
};
constexpr Person people[] = {
    {'f', 1, 12, 120, 1, 1}, {'f', 0, 15, 120, 1, 1}, {'m', 1, 11, 120, 1, 1},
    {'f', 0, 18, 110, 1, 2}, {'m', 0, 14, 110, 1, 2}, {'m', 1, 16, 110, 1, 2},
    {'f', 1, 21, 90, 2, 3},  {'f', 1, 19, 90, 2, 3},  {'m', 0, 17, 95, 2, 4},
    {'m', 1, 15, 95, 2, 4},  {'f', 0, 13, 80, 2, 5},  {'m', 0, 20, 80, 2, 5}};

std::vector<SurveyUnit> units(double Person::*value, char sex = 0) {
  std::vector<SurveyUnit> all;
  for (const Person& person : people)
    all.push_back({person.*value, person.w, person.stratum, person.cluster,
                   sex == 0 || person.sex == sex, person.y});
  return all;
}

}  // namespace

TEST_CASE("survey_estimate: mean, total and ratio as R") {
  const auto mean = survey_estimate(units(&Person::y), {});
  REQUIRE(mean.has_value());
  CHECK(*mean->value == doctest::Approx(15.672131147541).epsilon(1e-12));
  CHECK(*mean->se == doctest::Approx(1.12531599065633).epsilon(1e-12));
  CHECK(*mean->design_effect == doctest::Approx(1.53949246454287).epsilon(1e-10));
  CHECK(mean->degrees == 3);
  const auto limits = survey_limits(*mean, SurveyFigure::mean, 0.95);
  CHECK((*limits)->lower == doctest::Approx(12.0908734308001).epsilon(1e-10));
  CHECK((*limits)->upper == doctest::Approx(19.2533888642819).epsilon(1e-10));
  const auto total = survey_estimate(units(&Person::y), {.figure = SurveyFigure::total});
  CHECK(*total->value == doctest::Approx(19120));
  CHECK(*total->se == doctest::Approx(1102.72390016722).epsilon(1e-12));
  const auto ratio = survey_estimate(units(&Person::v), {.figure = SurveyFigure::ratio});
  CHECK(*ratio->value == doctest::Approx(0.0326882845188285).epsilon(1e-12));
  CHECK(*ratio->se == doctest::Approx(0.0104859672458658).epsilon(1e-12));
}

TEST_CASE("survey_estimate: proportion with logit limits, domain and finite population as R") {
  const auto share = survey_estimate(units(&Person::v), {.figure = SurveyFigure::proportion});
  CHECK(*share->value == doctest::Approx(0.512295081967213).epsilon(1e-12));
  CHECK(*share->se == doctest::Approx(0.15286425937646).epsilon(1e-12));
  const auto limits = survey_limits(*share, SurveyFigure::proportion, 0.95);
  CHECK((*limits)->lower == doctest::Approx(0.130344488238310).epsilon(1e-9));
  CHECK((*limits)->upper == doctest::Approx(0.880407717425177).epsilon(1e-9));
  const auto women = survey_estimate(units(&Person::y, 'f'), {});
  CHECK(*women->value == doctest::Approx(16.1639344262295).epsilon(1e-12));
  CHECK(*women->se == doctest::Approx(1.955858398971474).epsilon(1e-12));
  CHECK(women->degrees == 2);  // cluster 4 has no woman
  auto finite = units(&Person::y);
  for (SurveyUnit& unit : finite) unit.stratum_clusters = unit.stratum == 1 ? 8 : 12;
  CHECK(*survey_estimate(finite, {})->se == doctest::Approx(0.974552235193238).epsilon(1e-12));
  finite[0].stratum_clusters = finite[1].stratum_clusters = finite[2].stratum_clusters = 8;
  for (SurveyUnit& unit : finite) unit.stratum_clusters = 1;
  CHECK_FALSE(survey_estimate(finite, {}).has_value());
}

TEST_CASE("survey_estimate: a stratum with one primary unit") {
  auto all = units(&Person::y);
  all.erase(all.begin(), all.begin() + 3);  // stratum 1 keeps cluster 2 alone
  const auto refused = survey_estimate(all, {});
  CHECK(refused->status == SurveyStatus::lonely_unit);
  CHECK_FALSE(refused->value.has_value());
  const auto centred = survey_estimate(all, {.lonely = LonelyUnit::centre});  // R: "adjust"
  CHECK(*centred->value == doctest::Approx(16.9302325581395).epsilon(1e-12));
  CHECK(*centred->se == doctest::Approx(0.869425151924717).epsilon(1e-12));
  const auto certain = survey_estimate(all, {.lonely = LonelyUnit::certain});
  CHECK(*certain->se == doctest::Approx(0.792771722915592).epsilon(1e-12));
}

TEST_CASE("survey_estimate: what has no spread, no answers, or cannot be") {
  const std::vector<SurveyUnit> one = {{1, 1, 0, 0}, {0, 1, 0, 0}};
  CHECK(survey_estimate(one, {})->status == SurveyStatus::one_unit);
  CHECK(*survey_estimate(one, {})->value == 0.5);
  const std::vector<SurveyUnit> all_yes = {{1, 1, 0, 0}, {1, 2, 0, 1}};
  const SurveyOptions share{.figure = SurveyFigure::proportion};
  CHECK(survey_estimate(all_yes, share)->status == SurveyStatus::no_variation);
  CHECK_FALSE(survey_limits(*survey_estimate(all_yes, share), share.figure, 0.95)->has_value());
  CHECK(survey_estimate(std::vector<SurveyUnit>{{missing, 1}}, {})->status ==
        SurveyStatus::no_answers);
  CHECK_FALSE(survey_estimate(std::vector<SurveyUnit>{{1, 0}}, {}).has_value());
  CHECK_FALSE(survey_estimate(std::vector<SurveyUnit>{{2, 1}}, share).has_value());
  CHECK_FALSE(survey_estimate(std::vector<SurveyUnit>{{1, 1, 0, 7}, {1, 1, 1, 7}}, {}).has_value());
}

TEST_CASE("stat survey: one row per domain of the same design") {
  std::string table = "sex,value,weight,stratum,cluster\n";
  for (const Person& person : people)
    table += std::string(1, person.sex) + "," + number_text(person.y) + "," +
             number_text(person.w) + "," + std::to_string(person.stratum) + "," +
             std::to_string(person.cluster) + "\n";
  const auto rows = stat_rows("survey", table);
  REQUIRE(rows.size() == 2);
  CHECK(*rows[0].number("se") == doctest::Approx(1.955858398971474).epsilon(1e-12));
  CHECK(*rows[0].number("lower95") == doctest::Approx(7.74855494689148).epsilon(1e-9));
  CHECK(*rows[1].number("value") == doctest::Approx(15.1803278688525).epsilon(1e-12));
  CHECK(*rows[1].number("se") == doctest::Approx(0.936418206273022).epsilon(1e-12));
  CHECK(stat_error("survey", "value\n2\n", {"kind=proportion"}) ==
        "figures.csv:2:1: value: 0 or 1 is expected, not 2");
}
