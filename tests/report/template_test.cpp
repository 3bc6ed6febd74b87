#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "indicators/measure_value.hpp"
#include "report/template.hpp"
#include "report/zip.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::report;
using namespace hb::test;

namespace {

const indicators::Measure& measure(const char* id, const char* title, const char* unit,
                                   int decimals) {
  static std::map<std::string, indicators::Measure> all;
  indicators::Measure& made = all[id];
  made.id = id;
  made.title = {title, title};
  made.unit = {unit, unit};
  made.decimals = decimals;
  made.basis.population = {"常住居民", "residents"};
  return made;
}

ReportFigure figure(const indicators::Measure& of, double value) {
  ReportFigure made;
  made.measure = &of;
  made.value = value;
  made.printed = indicators::printed(of, value);
  made.numerator = "63";
  return made;
}

ReportData data() {
  ReportData made;
  made.year = 2025;
  made.area = "映川区";
  made.figure = [](const std::string& id, int year) -> ReportFigure {
    const bool now = year == 2025;
    if (id == "rate") return figure(measure("rate", "控制率", "%", 2), now ? 69.75 : 69.38);
    if (id == "visits") return figure(measure("visits", "诊疗人次", "人次", 0), now ? 1100 : 1000);
    if (id == "same") return figure(measure("same", "持平指标", "岁", 2), 85.5);
    if (id == "none") {
      ReportFigure missing;
      missing.measure = &measure("none", "缺值指标", "%", 2);
      missing.reason = "分母为0";
      return missing;
    }
    return {};
  };
  made.streets = [](const std::string& id) -> std::vector<std::pair<std::string, double>> {
    if (id != "rate") return {};
    return {{"甲街道", 60}, {"乙街道", 80}};
  };
  return made;
}

ReportTemplate form(const char* yaml) {
  static const TempDir directory;
  const auto file = directory.path() / "r.yaml";
  std::ofstream(file) << yaml;
  auto read = load_template(file);
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().where + read.error().message));
  return std::move(*read);
}

const char* const small = R"(schema: report-1
id: r
name: { zh: 报告, en: Report }
form: official
title: "{area}{year}年报告"
sections:
  - title: 服务
    parts:
      - sentences:
          - "控制率{rate}，比上年{rate.change}（{rate.numerator}人）；"
          - "诊疗{visits}，比上年{visits.change}，上年{visits.last}；"
          - "缺的是{none}。"
          - "{same.value}，{same.change}。"
    table: [rate, none]
    caption: "表（{year}年）"
    streets: rate
)";

std::string text_of(const Document& document) {
  std::string text;
  for (const Block& block : document.blocks)
    if (const auto* paragraph = std::get_if<Paragraph>(&block))
      for (const Run& run : paragraph->runs) text += run.text;
  return text;
}

}  // namespace

TEST_CASE("fill: figures, changes and counts; a sentence without its figure is left out and said") {
  const auto filled = fill(form(small), data());
  REQUIRE(filled.has_value());
  CHECK(filled->document.title == "映川区2025年报告");
  // 69.75 − 69.38 = 0.37 points; 1,100 against 1,000 is 10 %.
  CHECK(text_of(filled->document) ==
        "控制率69.75%，比上年上升0.37个百分点（63人）；"
        "诊疗1100人次，比上年增长10.00%，上年1000人次。"
        "85.50，持平。");
  REQUIRE(filled->omitted.size() == 1);
  CHECK(filled->omitted[0] == "缺值指标：分母为0");
  const auto& table =
      std::get<Table>(*std::ranges::find_if(filled->document.blocks, [](const Block& one) {
        return std::holds_alternative<Table>(one);
      }));
  CHECK(table.rows[1][2].number == 69.75);
  // A reason is a sentence: it stands below the table, its number in the narrow column.
  CHECK(table.rows[2][2].text == "注1");
  REQUIRE(table.is_note(3));
  CHECK(table.rows[3][0].text.starts_with("注1：分母为0"));
  CHECK(to_html(filled->document).find("<td class=\"note\" colspan=\"7\">注1：分母为0") !=
        std::string::npos);
  CHECK(filled->sheet.rows[3][2].text == "分母为0");  // the sheet says it in its place
  CHECK(filled->sheet.rows.size() == 5);              // header, rate, visits, none, same
}

TEST_CASE("fill: prose reads on where a sentence is left out, and 持平 is said as it is said") {
  ReportTemplate prose = form(small);
  prose.sections[0].parts[0].sentences = {"控制率{rate}；", "缺的是{none}。",
                                          "年龄{same}，比上年{same.change}；", "缺的是{none}；"};
  const auto filled = fill(prose, data());
  REQUIRE(filled.has_value());
  CHECK(text_of(filled->document) == "控制率69.75%。年龄85.50岁，与上年持平。");
  CHECK(filled->omitted.size() == 2);
}

TEST_CASE("change_words: points, years, percent of the year before, and nothing to divide by") {
  const auto& share = measure("share", "占比", "%", 1);
  const auto& years = measure("years", "期望寿命", "岁", 2);
  const auto& rate = measure("per", "发病率", "1/10万", 2);
  CHECK(change_words(figure(share, 12.5), figure(share, 14)) == "下降1.5个百分点");
  CHECK(change_words(figure(years, 85.43), figure(years, 83.81)) == "提高1.62岁");
  CHECK(change_words(figure(rate, 90), figure(rate, 120)) == "下降25.00%");
  CHECK(change_words(figure(rate, 3), figure(rate, 0)) == "增加3.00/10万");
  CHECK(change_words(figure(rate, 3), figure(rate, 3.001)) == "持平");  // as printed
}

TEST_CASE("fill: unknown placeholders and indicators are errors, never empty text") {
  ReportTemplate wrong = form(small);
  wrong.sections[0].parts[0].sentences = {"{no-such}"};
  CHECK(fill(wrong, data()).error().message == "there is no computed indicator “no-such”");
  wrong.sections[0].parts[0].sentences = {"{rate.colour}"};
  CHECK_FALSE(fill(wrong, data()).has_value());
  wrong.sections[0].parts[0].sentences = {"{rate"};
  CHECK_FALSE(fill(wrong, data()).has_value());
}

TEST_CASE("to_html: every figure leads to its definition; texts are escaped") {
  auto filled = *fill(form(small), data());
  filled.document.organ = "A<B>局";
  filled.document.simulated = true;
  const std::string html = to_html(filled.document);
  CHECK(html.find("<a href=\"#basis-rate\">69.75%</a>") != std::string::npos);
  CHECK(html.find("id=\"basis-rate\"") != std::string::npos);
  CHECK(html.find("A&lt;B&gt;局") != std::string::npos);
  CHECK(html.find("模拟数据") != std::string::npos);
  CHECK(html.find("一、服务") != std::string::npos);
  CHECK(html.find("<svg") != std::string::npos);
}

TEST_CASE("to_docx: parts of a document, links inside it, numbers of tables") {
  const auto filled = fill(form(small), data());
  const auto bytes = to_docx(filled->document);
  REQUIRE(bytes.has_value());
  const auto parts = read_zip(*bytes);
  REQUIRE(parts.has_value());
  const std::string* body = part_of(*parts, "word/document.xml");
  REQUIRE(body != nullptr);
  CHECK(body->find("<w:hyperlink w:anchor=\"basis_rate\"") != std::string::npos);
  CHECK(body->find("w:name=\"basis_rate\"") != std::string::npos);
  CHECK(body->find("<w:tbl>") != std::string::npos);
  CHECK(part_of(*parts, "word/styles.xml") != nullptr);
  // Page numbers by GB/T 9704: odd pages to the right, even ones to the left.
  CHECK(part_of(*parts, "word/footer1.xml")->find("PAGE") != std::string::npos);
  CHECK(part_of(*parts, "word/settings.xml")->find("evenAndOddHeaders") != std::string::npos);
  CHECK(body->find("w:tblGrid") != std::string::npos);
}

TEST_CASE("reports of the scenes: every indicator exists; nothing of births or the sex ratio") {
  const auto scenes = source_dir() / "scenes";
  const auto measures = indicators::load_measures(scenes);
  REQUIRE(measures.has_value());
  std::set<std::string> known;
  for (const indicators::Measure& one : *measures) known.insert(one.id);
  for (const char* id : {"yearly-health-report", "yearbook-chapter"}) {
    const auto report = find_template(scenes, id);
    REQUIRE(report.has_value());
    const auto ids = ids_of(*report);
    CHECK(ids.size() > 15);
    for (const std::string& one : ids) {
      CAPTURE(one);
      CHECK(known.contains(one));
    }
    CHECK(std::ranges::find(ids, "births") == ids.end());
    CHECK(std::ranges::find(ids, "sex-ratio-at-birth") == ids.end());
  }
  CHECK(find_template(scenes, "none").error().message.find("yearbook-chapter") !=
        std::string::npos);
}
