#include "indicators/evaluate.hpp"

#include <doctest/doctest.h>

using namespace hb::indicators;

namespace {

Question ask(std::string target, std::string value, Better better = Better::higher,
             std::string unit = "%") {
  Question question;
  question.target_text = std::move(target);
  question.value_text = std::move(value);
  question.better = better;
  question.unit = {unit, unit};
  question.value_year = 2020;
  question.target_year = 2020;
  return question;
}

std::string gap(const Evaluation& result) {
  return result.gap ? format_decimal(*result.gap) : "none";
}

constexpr Better down = Better::lower;

}  // namespace

TEST_CASE("evaluate: the bound itself reaches 以上 以下 以内, not a strict bound") {
  CHECK(evaluate(ask("92.3", "92.30")).status == Status::met);
  CHECK(evaluate(ask("95以上", "95")).status == Status::met);
  CHECK(evaluate(ask("30以内", "30", down)).status == Status::met);
  const Evaluation strict = evaluate(ask("<45", "45", down));
  CHECK(strict.status == Status::nearly);
  CHECK(gap(strict) == "0");
  CHECK(evaluate(ask("<45", "44.99", down)).status == Status::met);
}

TEST_CASE("evaluate: nearly is a shortfall of at most 5 % of the target") {
  // 110 against 107: 3/107 = 2.8037 %
  const Evaluation sex_ratio = evaluate(ask("107以内", "110", down, "-"));
  CHECK(sex_ratio.status == Status::nearly);
  CHECK(gap(sex_ratio) == "-3");
  CHECK(sex_ratio.reason.zh == "110，未达到目标（不高于107），相差3，为目标值的2.8%，不超过5%。");
  // 95 of 100 is exactly 5 %, 94.99 is 5.01 %
  CHECK(evaluate(ask("100", "95")).status == Status::nearly);
  const Evaluation beyond = evaluate(ask("100", "94.99"));
  CHECK(beyond.status == Status::missed);
  CHECK(gap(beyond) == "-5.01");
  CHECK(
      beyond.reason.en ==
      "Not reached: 94.99%, target at least 100%; short by 5.01 percentage points, which is 5.01% "
      "of the target (more than 5%).");
  // a target of 0 has no share: 1 is missed
  CHECK(evaluate(ask("0", "1", down)).status == Status::missed);
  CHECK(evaluate(ask("0", "0", down)).status == Status::met);
}

TEST_CASE("evaluate: a value that is a bound is decided only where both its ends agree") {
  const Evaluation met = evaluate(ask("<0.047", "<0.011", down));
  CHECK(met.status == Status::met);
  CHECK(gap(met) == "0.036");
  CHECK(evaluate(ask("<0.011", "<0.011", down)).status == Status::met);
  CHECK(evaluate(ask("≤0.011", "≤0.011", down)).status == Status::met);
  CHECK(evaluate(ask("<0.011", "≤0.011", down)).status == Status::not_decidable);
  const Evaluation open = evaluate(ask("<0.01", "<0.011", down));
  CHECK(open.status == Status::not_decidable);
  CHECK(gap(open) == "none");
  CHECK(evaluate(ask("35", "37%以上")).status == Status::met);
  CHECK(evaluate(ask("40", "37%以上")).status == Status::not_decidable);
  // below 80 against 100: every possible value is short by more than 20 %
  CHECK(evaluate(ask("100", "<80")).status == Status::missed);
  // below 99: somewhere under 100, nearly or missed
  CHECK(evaluate(ask("100", "<99")).status == Status::not_decidable);
  CHECK(evaluate(ask("90", "96～98")).status == Status::met);
  CHECK(evaluate(ask("97", "96～98")).status == Status::not_decidable);
}

TEST_CASE("evaluate: a target range") {
  CHECK(evaluate(ask("4.5～6", "5", Better::none)).status == Status::met);
  CHECK(gap(evaluate(ask("4.5～6", "5", Better::none))) == "0.5");
  CHECK(evaluate(ask("4.5～6", "6.3", Better::none)).status == Status::nearly);
  CHECK(evaluate(ask("4.5～6", "4", Better::none)).status == Status::missed);
  CHECK(evaluate(ask("4.5～6", "4～7", Better::none)).status == Status::not_decidable);
}

TEST_CASE("evaluate: of several values each must reach the target") {
  const Evaluation both = evaluate(ask("70", "72.51、71.80"));
  CHECK(both.status == Status::met);
  CHECK(gap(both) == "1.80");
  // 67.99 of 70: 2.01/70 = 2.87 %
  const Evaluation mixed = evaluate(ask("70", "职工、城乡居民84.39%、67.99%"));
  CHECK(mixed.status == Status::nearly);
  CHECK(gap(mixed) == "-2.01");
  CHECK(mixed.reason.zh.find("职工（完成）") != std::string::npos);
  CHECK(mixed.reason.zh.find("城乡居民（基本完成）") != std::string::npos);
  CHECK(evaluate(ask("70", "72、50")).status == Status::missed);
  CHECK(evaluate(ask("70、60", "72、62")).status == Status::met);
  CHECK(evaluate(ask("职工80、居民60", "居民62、职工82")).status == Status::met);
  CHECK(evaluate(ask("职工80、居民60", "学生62、职工82")).status == Status::not_decidable);
  CHECK(evaluate(ask("70、60", "72")).status == Status::not_decidable);
}

TEST_CASE("evaluate: what cannot be compared says why") {
  struct Open {
    std::string target, value, unit, part_of_reason;
  };
  const Open cases[] = {
      {"年增长21.1%", "176.1", "万m2", "one is a change"},
      {"5.7(2021-2025年)", "27(2016-2020年)", "万套", "different or unstated periods"},
      {"26(2016-2020年)", "27", "万套", "different or unstated periods"},
      {"省下达指标", "29.8", "ug/m3", "set by the province and its number is not stated"},
      {"低于全省平均水平", "6.93", "%",
       "“below the provincial average”, and that average is not stated"},
      {"持续控制在历史低水平", "50.37", "1/10万", "names no number"},
      {"稳步提高", "80", "元", "is a trend (“rising steadily”)"},
      {"95", "-", "%", "o value is reported (the table prints “-”)"},
      {"-", "95", "%", "o target is stated"},
      {"95以上力争", "95", "%", "character 5"},
      {"95", "很好", "%", "he value “很好” is not understood"},
      {"95", "0.98‰", "%", "is not that of the value"},
      {"95", "98左右", "%", "approximate"},
  };
  for (const Open& open : cases) {
    CAPTURE(open.target);
    const Evaluation result = evaluate(ask(open.target, open.value, Better::higher, open.unit));
    CAPTURE(result.reason.en);
    CHECK(result.status == Status::not_decidable);
    CHECK_FALSE(result.gap.has_value());
    CHECK(result.reason.en.find(open.part_of_reason) != std::string::npos);
    CHECK_FALSE(result.reason.zh.empty());
  }
  CHECK(evaluate(ask("7", "7", Better::none)).status == Status::not_decidable);
  CHECK(evaluate(ask("-", "-")).reason.en.find("No target is stated. No value is reported") == 0);
  CHECK(evaluate(ask("26(2016-2020年)", "27(2016-2020年)")).status == Status::met);
  CHECK(evaluate(ask("年增长8%", "年增长9%")).status == Status::met);
}

TEST_CASE("evaluate: the value column counts where the text is no number, and must agree with it") {
  Question question = ask("95", "");
  question.value = parse_decimal("96");
  CHECK(evaluate(question).status == Status::met);
  question.value_text = "96.5";
  const Evaluation conflict = evaluate(question);
  CHECK(conflict.status == Status::not_decidable);
  CHECK(conflict.reason.en.find("disagree") != std::string::npos);
}

TEST_CASE("evaluate: a value of another year is used and said") {
  Question question = ask("20", "66.96∗");
  question.value_year = 2019;
  const Evaluation result = evaluate(question);
  CHECK(result.status == Status::met);
  CHECK(result.reason.zh ==
        "66.96%，达到目标（不低于20%）。数值为2019年（原表加注标记），目标为2020年。");
  question.value_text = "66.96(2019年)";
  question.value_year = std::nullopt;
  CHECK(evaluate(question).reason.en.find("is of 2019, the target of 2020") != std::string::npos);
}

TEST_CASE("evaluate: a named standard decides for the value it was applied to, and only for it") {
  Question question = ask("80", "67.04");
  CHECK(evaluate(question).status == Status::missed);  // 12.96/80 = 16.2 %
  Standard standard;
  standard.name = {"市考核标准", "the city's standard"};
  standard.authority = {"市", "the city"};
  standard.source = {"表1", "table 1"};
  standard.finding = Status::nearly;
  standard.finding_value_text = "67.04";
  question.standard = standard;
  const Evaluation judged = evaluate(question);
  CHECK(judged.status == Status::nearly);
  CHECK(gap(judged) == "-12.96");
  CHECK(judged.reason.en.find("the city's standard") != std::string::npos);
  CHECK(judged.reason.en.find("16.2% of the target (more") != std::string::npos);
  question.value_text = "67.05";
  CHECK(evaluate(question).status == Status::missed);
  // A standard whose own target is known replaces the plan's target: 67.04 against 65.
  question.value_text = "67.04";
  question.standard->target_text = "65";
  CHECK(evaluate(question).status == Status::met);
}

TEST_CASE("status_from_print: the printed word with or without what stands in brackets") {
  CHECK(status_from_print("完成") == Status::met);
  CHECK(status_from_print("基本完成（参照市考核标准）") == Status::nearly);
  CHECK(status_from_print("未完成") == Status::missed);
  CHECK_FALSE(status_from_print("完成中").has_value());
  CHECK_FALSE(status_from_print("").has_value());
}
