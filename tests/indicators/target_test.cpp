#include "indicators/target.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace hb::indicators;

namespace {

struct Form {
  std::string text;
  Better better;
  std::string want;  ///< canonical()
};

void check_forms(const std::vector<Form>& forms) {
  for (const Form& form : forms) {
    CAPTURE(form.text);
    const Cell cell = read_target(form.text, form.better);
    CAPTURE(cell.fault.en);
    CHECK(canonical(cell) == form.want);
  }
}

constexpr Better up = Better::higher;
constexpr Better down = Better::lower;

}  // namespace

TEST_CASE("read_target: one number with its bound, before or behind it") {
  check_forms({
      {"≥92.3", up, ">=92.3"},
      {"≤3.5", down, "<=3.5"},
      {"<0.047", down, "<0.047"},
      {">=95", up, ">=95"},
      {"＞95", up, ">95"},
      {"95以上", up, ">=95"},
      {"5以下", down, "<=5"},
      {"107以内", down, "<=107"},
      {"30以内", down, "<=30"},
      {"保持在98以上", up, ">=98"},
      {"控制在5以内", down, "<=5"},
      {"不低于30", up, ">=30"},
      {"不高于全省平均水平", down, "<=average:province"},
      {"不高于12.5", down, "<=12.5"},
      {"超过80", up, ">80"},
      {"不满7", down, "<7"},
      {"达到95%", up, ">=95"},
      {"提高到45", up, ">=45"},
      {"降至16.2", down, "<=16.2"},
      {"95以上(不含95)", up, ">95"},
      {"4.5～6", up, "4.5..6"},
      {"4.5-6以上", up, "unreadable"},
      {"不低于95以下", up, "unreadable"},
  });
}

TEST_CASE("read_target: the bound is written, whatever direction is good") {
  check_forms({{"26以下", up, "<=26"}, {"107.5以下", up, "<=107.5"}, {"≥96", down, ">=96"}});
}

TEST_CASE("read_target: a plain number takes its direction from what is better") {
  check_forms({
      {"7", down, "<=7"},
      {"86.5", up, ">=86.5"},
      {"7", Better::none, "7"},
      {"4.50", up, ">=4.50"},
  });
}

TEST_CASE("read_target: numbers as people and scanners write them") {
  check_forms({
      {"10 700", up, ">=10700"},
      {"2 756 518", up, ">=2756518"},
      {"10,700", up, ">=10700"},
      {"１０７．５以下", down, "<=107.5"},
      {"66. 96", up, ">=66.96"},
      {" 95 以上 ", up, ">=95"},
      {"9 5", up, "unreadable"},
      {"7/10万", down, "<=7"},
      {"5‰以下", down, "<=5"},
      {"95%以上", up, ">=95"},
      {"1.2.3", up, "unreadable"},
      {"1234567890123456", up, "unreadable"},
  });
  CHECK(read_target("7/10万", down).quantities.front().unit == "1/10万");
  CHECK(read_target("7 / 10 万", down).quantities.front().unit == "1/10万");
}

TEST_CASE("read_target: periods, growth, several numbers") {
  check_forms({
      {"26(2016-2020年)", up, ">=26 [2016-2020]"},
      {"5.7（2021—2025年）", up, ">=5.7 [2021-2025]"},
      {"66.96(2019年)", up, ">=66.96 [2019]"},
      {"年增长21.1%", up, "growth>=21.1%/year"},
      {"年均增长8%以上", up, "growth>=8%/year"},
      {"下降10%", down, "decline>=10%"},
      {"年21.1%", up, "unreadable"},
      {"72.51、71.80", up, ">=72.51; >=71.80"},
      {"职工85%、居民70%以上", up, ">=85; >=70"},
      {"职工、居民85、70", up, ">=85; >=70"},
      {"职工、居民85", up, "unreadable"},
  });
}

TEST_CASE("read_target: what no number stands for") {
  check_forms({
      {"省下达指标", up, "assigned:province"},
      {"由省指定", up, "assigned:province"},
      {"达到省定目标", up, "assigned:province"},
      {"完成国家下达任务", up, "assigned:country"},
      {"低于全省平均水平", down, "<average:province"},
      {"不低于省平均", up, ">=average:province"},
      {"全国平均水平以上", up, ">=average:country"},
      {"持续控制在历史低水平", down, "level:historic-low"},
      {"稳步提高", up, "trend:up"},
      {"逐年下降", down, "trend:down"},
      {"保持稳定", up, "trend:stable"},
      {"-", up, "none"},
      {"—", up, "none"},
      {"", up, "none"},
      {"　", up, "none"},
  });
}

TEST_CASE("read_target: what is not understood says where") {
  const Cell cell = read_target("力争95", up);
  CHECK(cell.kind == CellKind::unreadable);
  CHECK(cell.quantities.empty());
  const Cell behind = read_target("95以上力争", up);
  CHECK(behind.fault.en == "character 5 “力争”: not understood");
  CHECK(behind.fault.zh == "第5个字“力争”：读不懂");
  CHECK(read_target("\xFF\xFE", up).fault.en == "not UTF-8 text");
  CHECK(read_target(std::string(700, '9'), up).kind == CellKind::unreadable);
}

TEST_CASE("read_value: marks, labels, bounds and remarks stay with their numbers") {
  const Cell marked = read_value("41.8∗");
  REQUIRE(marked.quantities.size() == 1);
  CHECK(marked.quantities.front().marked);
  CHECK(canonical(marked) == "41.8");

  const Cell named = read_value("药品抽检合格率100%;食品抽检合格率97.5%");
  REQUIRE(named.quantities.size() == 2);
  CHECK(named.quantities[0].label == "药品抽检合格率");
  CHECK(named.quantities[1].label == "食品抽检合格率");
  CHECK(canonical(named) == "100; 97.5");

  const Cell shared =
      read_value("职工、城乡居民医保基金支付的住院费用实际报销比例分别为84.39%、67.99%");
  REQUIRE(shared.quantities.size() == 2);
  CHECK(shared.quantities[0].label == "职工");
  CHECK(shared.quantities[1].label == "城乡居民医保基金支付的住院费用实际报销比例");
  CHECK(canonical(shared) == "84.39; 67.99");

  CHECK(canonical(read_value("<0.011")) == "<0.011");
  CHECK(canonical(read_value("37%以上")) == ">=37");
  CHECK(canonical(read_value("超过335.78万剂次")) == ">335.78");
  CHECK(read_value("2(含铁路疾控)").quantities.front().remark == "含铁路疾控");
  CHECK(canonical(read_value("27(2016-2020年)")) == "27 [2016-2020]");
  CHECK(canonical(read_value("72.51、-")) == "unreadable");
}

TEST_CASE("describe: for people, with the unit where the number carries none") {
  const hb::Localized percent{"%", "%"};
  const hb::Localized years{"岁", "years"};
  CHECK(describe(read_target("95以上", up), percent).zh == "不低于95%");
  CHECK(describe(read_target("95以上", up), percent).en == "at least 95%");
  CHECK(describe(read_target("82.3", up), years).en == "at least 82.3 years");
  CHECK(describe(read_target("26(2016-2020年)", up), {}).zh == "不低于26（2016—2020年）");
  CHECK(describe(read_target("年增长21.1%", up), {}).zh == "每年增长不低于21.1%");
  CHECK(describe(read_target("低于全省平均水平", down), percent).en ==
        "below the provincial average");
}
