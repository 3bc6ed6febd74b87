#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "indicators/formula.hpp"
#include "indicators/plan_check.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::indicators;
using namespace hb::test;

namespace {

struct Content {
  std::vector<Plan> plans;
  Definitions definitions;
  std::vector<CheckFile> checks;
};

Content content() {
  const auto scenes = source_dir() / "scenes";
  auto plans = load_plans(scenes);
  REQUIRE_MESSAGE(plans.has_value(), (plans ? "" : plans.error().message));
  auto definitions = Definitions::load(scenes);
  REQUIRE_MESSAGE(definitions.has_value(),
                  (definitions ? "" : definitions.error().where + definitions.error().message));
  auto checks = load_all_checks(scenes);
  REQUIRE_MESSAGE(checks.has_value(),
                  (checks ? "" : checks.error().where + checks.error().message));
  return {std::move(*plans), std::move(*definitions), std::move(*checks)};
}

std::vector<PlanFinding> findings(const Content& all, const PlanCheckOptions& options) {
  auto found = check_plans(all.plans, all.definitions, all.checks, options);
  REQUIRE(found.has_value());
  return std::move(*found);
}

std::set<std::string> nos(const std::vector<PlanFinding>& all, const std::string& rule,
                          const std::string& plan) {
  std::set<std::string> out;
  for (const PlanFinding& one : all)
    if (one.rule == rule && one.plan == plan) out.insert(one.no);
  return out;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    cells.push_back(first == std::string::npos
                        ? ""
                        : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
  }
  return cells;
}

std::vector<std::vector<std::string>> table_rows(const std::string& from, const std::string& to) {
  std::ifstream in(shared_dir() / "domain/consistency.md");
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(from)) inside = true;
    if (line.starts_with(to)) inside = false;
    if (inside && line.starts_with("| ")) rows.push_back(cells_of(line));
  }
  return rows;
}

std::string fmt_interval(const Denominator& one) {
  return std::to_string(static_cast<long>(std::round(one.lower))) + " - " +
         std::to_string(static_cast<long>(std::round(one.upper)));
}

}  // namespace

TEST_CASE("evaluate_formula: order of operations, powers, ranges of rounded numbers") {
  const auto value = [](const char* text) {
    const auto read = evaluate_formula(text);
    REQUIRE(read.has_value());
    return *read;
  };
  CHECK(value("2+3*4").value == 14);
  CHECK(value("(2+3)*4-1").value == 19);
  CHECK(value("2^3").value == 8);
  CHECK(value("-(3-5)").value == 2);
  // 3.67 stands for 3.665 to 3.675, 3.71 for 3.705 to 3.715; a whole number is a count.
  const Ranged rate = value("100*3.67/3.71");
  CHECK(static_cast<double>(rate.lower) == doctest::Approx(100 * 3.665 / 3.715));
  CHECK(static_cast<double>(rate.upper) == doctest::Approx(100 * 3.675 / 3.705));
  CHECK(value("52/60").lower == value("52/60").upper);
  // (1597/1156)^(1/5) − 1 = 6.68 %
  CHECK(static_cast<double>(value("100*((1597/1156)^(1/5)-1)").value) ==
        doctest::Approx(6.677).epsilon(1e-3));
  for (const char* wrong : {"", "1+", "(1", "1)", "1/0", "1/(2-2.0)", "a", "1 2", "(-2)^0.5"})
    CHECK_FALSE(evaluate_formula(wrong).has_value());
  const auto place = evaluate_formula("12+x");
  CHECK(place.error().where == "character 4");
  CHECK_FALSE(evaluate_formula(std::string(100, '(') + "1").has_value());
}

TEST_CASE("round_half_up: away from zero, without binary noise") {
  CHECK(round_half_up(92.5L, 0) == 93);
  CHECK(round_half_up(-2.5L, 0) == -3);
  CHECK(static_cast<double>(round_half_up(2.675L, 2)) == doctest::Approx(2.68));
  CHECK(static_cast<double>(round_half_up(91.2568L, 1)) == doctest::Approx(91.3));
}

TEST_CASE("recompute: agree, rounding, disagree, bounds") {
  PrintedFigure figure;
  const auto verdict = [&](const char* formula, const char* printed, CheckKind kind) {
    figure.formula = formula;
    figure.printed = *parse_decimal(printed);
    figure.kind = kind;
    return recompute(figure)->verdict;
  };
  CHECK(verdict("100*37/40", "93", CheckKind::equal) == Verdict::agree);
  CHECK(verdict("100*37/40", "92", CheckKind::equal) == Verdict::disagree);
  CHECK(verdict("8.4-6.7", "1.8", CheckKind::equal) == Verdict::rounding);
  CHECK(verdict("8.4-6.7", "1.9", CheckKind::equal) == Verdict::disagree);
  CHECK(verdict("5-4", "0", CheckKind::at_most) == Verdict::disagree);
  CHECK(verdict("27-26", "0", CheckKind::at_least) == Verdict::agree);
  CHECK(verdict("9/15", "70", CheckKind::implied) == Verdict::implied);
}

TEST_CASE("implied_denominator: half a unit of the last printed place to both sides") {
  ImpliedDenominator given;
  given.numerator = *parse_decimal("8580");
  given.rate = *parse_decimal("14.95");
  given.scale = 1000;
  const Denominator found = implied_denominator(given);
  CHECK(std::round(found.value) == 573913);
  CHECK(std::round(found.lower) == 573721);
  CHECK(std::round(found.upper) == 574105);
}

TEST_CASE("check_plans: targets weaker than the base, targets not reached, units, order") {
  const Content all = content();
  const auto found = findings(all, {});
  CHECK(nos(found, "target-weaker-than-base", "plan-14-5-hangzhou-2025") ==
        std::set<std::string>{"3", "5", "11", "12", "16", "17", "20", "21", "23", "29", "36", "37",
                              "38", "39", "41", "43", "50"});  // no. 5 stands for two scopes
  CHECK(nos(found, "target-weaker-than-base", "plan-13-5-hangzhou-2020").empty());
  CHECK(nos(found, "target-not-reached", "plan-13-5-hangzhou-2020") ==
        std::set<std::string>{"8", "9", "16", "39", "41"});
  CHECK(nos(found, "target-not-reached", "plan-13-5-gongshu-2020") ==
        std::set<std::string>{"5", "14"});
  CHECK(nos(found, "unit-against-indicator", "plan-13-5-hangzhou-2020") ==
        std::set<std::string>{"34"});
  CHECK(nos(found, "unit-against-indicator", "plan-14-5-hangzhou-2025") ==
        std::set<std::string>{"35"});
  CHECK(nos(found, "unit-against-indicator", "plan-14-5-gongshu-2025") ==
        std::set<std::string>{"5"});
  CHECK(nos(found, "order-of-rates", "plan-14-5-hangzhou-2025") == std::set<std::string>{"36"});
  CHECK(nos(found, "same-number-two-indicators", "plan-14-5-hangzhou-2025") ==
        std::set<std::string>{"17", "21"});  // 89.64 and 98.95 stand for other indicators before
  for (const PlanFinding& one : found) {
    CHECK_FALSE(one.text.zh.empty());
    CHECK_FALSE(one.text.en.empty());
    CHECK_FALSE(one.reading.zh.empty());
  }
}

TEST_CASE("check_plans: no row of the same indicator differs between the two tables of the city") {
  const Content all = content();
  int agreeing = 0;
  for (const PlanFinding& one : findings(all, {"", true}))
    if (one.rule == "same-indicator-two-tables") {
      CHECK(one.verdict == Verdict::agree);
      ++agreeing;
    }
  // 42 rows with the pair of “-” and with no. 12 / 21, which are two definitions here.
  CHECK(agreeing == 40);
}

TEST_CASE("check_plans: one plan alone, and two populations of one yearbook") {
  const Content all = content();
  for (const PlanFinding& one : findings(all, {"plan-14-5-gongshu-2025", false}))
    CHECK(one.plan == "plan-14-5-gongshu-2025");
  int populations = 0;
  for (const PlanFinding& one : findings(all, {}))
    if (one.rule == "population-basis") ++populations;
  CHECK(populations == 4);  // three incidences of 2020, the contracts of 2013
}

TEST_CASE("check_plans: the consistency list of the documents is reproduced") {
  if (!std::filesystem::exists(shared_dir() / "domain/consistency.md")) {
    MESSAGE("skipped: no consistency list beside the project");
    return;
  }
  const Content all = content();
  std::map<std::string, PlanFinding> mine;
  for (PlanFinding& one : findings(all, {"", true}))
    if (one.id.starts_with('k')) mine[one.id] = std::move(one);
  int compared = 0;
  for (const auto& row : table_rows("## 1.", "## 2.")) {
    if (!row[0].starts_with("K")) continue;
    std::string id = row[0];
    id[0] = 'k';
    CAPTURE(id);
    REQUIRE(mine.contains(id));
    const PlanFinding& one = mine.at(id);
    std::string verdict = row[7];
    if (verdict == "DISAGREE") verdict = "disagree";
    CHECK(std::string(verdict_word(one.verdict)) == verdict);
    const std::size_t point = row[4].find('.');
    const double unit = point == std::string::npos
                            ? 1
                            : std::pow(10.0, -static_cast<double>(row[4].size() - point - 1));
    CHECK(std::abs(std::stod(one.computed) - std::stod(row[4])) <= 0.5 * unit + 1e-4);
    ++compared;
  }
  CHECK(compared == 76);
  int denominators = 0;
  const auto rows = table_rows("## 2.", "## 3.");
  const auto& given = all.checks.front().denominators;
  for (const auto& row : rows) {
    if (!row[0].starts_with("00")) continue;
    REQUIRE(static_cast<std::size_t>(denominators) < given.size());
    const Denominator found = implied_denominator(given[static_cast<std::size_t>(denominators)]);
    CAPTURE(row[2]);
    CHECK(std::round(found.value) == std::stod(row[5]));
    CHECK(fmt_interval(found) == row[6]);
    ++denominators;
  }
  CHECK(denominators == 17);
}
