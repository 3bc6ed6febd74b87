#include <doctest/doctest.h>

#include <fstream>

#include "core/csv.hpp"
#include "indicators/plan.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::indicators;

namespace {

const std::string header = "no,name_zh,scope,better,unit,target_text,value_text\n";

std::vector<std::vector<std::string>> evaluate_text(const std::string& csv,
                                                    Language language = Language::en) {
  PlanCsvOptions options;
  options.language = language;
  const Result<std::string> out = evaluate_plan_text(csv, "table-2020.csv", options, {});
  if (!out) FAIL(out.error().where << ": " << out.error().message);
  const auto rows = parse_csv(*out);
  std::vector<std::vector<std::string>> cells;
  for (const CsvRow& row : *rows) cells.push_back(row.fields);
  return cells;
}

Error refused(const std::string& csv) {
  const Result<std::string> out = evaluate_plan_text(csv, "t.csv", {}, {});
  REQUIRE_FALSE(out.has_value());
  return out.error();
}

}  // namespace

TEST_CASE("evaluate_plan_csv: nine columns, machine words, quoted where needed") {
  const auto rows = evaluate_text(header + "1,\"甲,乙\",市域,higher,%,95以上,98.41\n");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == std::vector<std::string>{"no", "name_zh", "scope", "target_text", "target",
                                            "value", "status", "gap", "reason"});
  CHECK(rows[1] == std::vector<std::string>{"1", "甲,乙", "市域", "95以上", ">=95", "98.41", "met",
                                            "3.41",
                                            "Reached: 98.41%, target at least 95%. The year of the "
                                            "value is not stated."});
}

TEST_CASE("evaluate_plan_csv: byte order mark, CRLF, spaces, columns in any order") {
  const auto rows = evaluate_text(
      "\xEF\xBB\xBFvalue_text, no ,name_zh,target_text,better\r\n 0 "
      ",3,孕产妇死亡率,7以下,lower\r\n");
  REQUIRE(rows.size() == 2);
  CHECK(rows[1][4] == "<=7");
  CHECK(rows[1][6] == "met");
}

TEST_CASE("evaluate_plan_csv: GB18030 is recognised") {
  // "95以上" is 95 D2D4 C9CF in GB18030
  const auto rows =
      evaluate_text("no,name_zh,better,target_text,value_text\n1,x,higher,95\xD2\xD4\xC9\xCF,95\n");
  CHECK(rows[1][3] == "95以上");
  CHECK(rows[1][6] == "met");
}

TEST_CASE(
    "evaluate_plan_csv: a row that cannot be read is listed with place and reason, the rest goes "
    "on") {
  const auto rows = evaluate_text(header +
                                  "1,a,,higher,%,95,96\n"
                                  "2,b,,up,%,95,96\n"
                                  "3,c,,higher,%,95\n"
                                  "4,d,,higher,%,\"95\"x,96\n"
                                  "5,e,,higher,%,95,96\n"
                                  "6,f,,higher,%,\"95,96\n"
                                  "7,g,,higher,%,95,94\n");
  REQUIRE(rows.size() == 8);
  CHECK(rows[1][6] == "met");
  CHECK(rows[2][6] == "not_decidable");
  CHECK(rows[2][8] ==
        "This row cannot be read (table-2020.csv:3): better is “up”; expected higher, lower or "
        "none.");
  CHECK(rows[3][8].find("table-2020.csv:4): the row has 6 fields, the header has 7") !=
        std::string::npos);
  CHECK(rows[4][8].find("text stands behind a closing quote") != std::string::npos);
  CHECK(rows[5][6] == "met");
  CHECK(rows[6][8].find("never closed") != std::string::npos);
  CHECK(rows[7][6] == "nearly");
}

TEST_CASE("evaluate_plan_csv: files that are no plan table are refused with the place") {
  CHECK(refused("").message.find("empty") != std::string::npos);
  const Error missing = refused("no,name_zh\n1,a\n");
  CHECK(missing.where == "t.csv:1");
  CHECK(missing.message.find("better, target_text, value_text") != std::string::npos);
  CHECK(refused(std::string("no\0", 3)).message.find("binary") != std::string::npos);
  CHECK(refused("\xFF\xFEn").message.find("UTF-16") != std::string::npos);
  CHECK(refused("no,name\x80\xFF\n").message.find("neither UTF-8 nor GB18030") !=
        std::string::npos);
  PlanCsvOptions options;
  options.file = "/no/such/file.csv";
  CHECK(evaluate_plan_csv(options).error().code == ErrorCode::not_found);
  options.file = test::source_dir();
  CHECK(evaluate_plan_csv(options).error().code == ErrorCode::invalid_input);
}

TEST_CASE("evaluate_plan_csv: content of the plan is found by file name, by id or by its rows") {
  const test::TempDir temp;
  const std::string csv =
      "no,name_zh,scope,better,unit,target_text,value_text,value_year\n"
      "14,签约居民基层就诊率,,higher,%,80,67.04,2020\n";
  const auto status = [&](const std::string& name, const std::string& plan, std::string text) {
    PlanCsvOptions options;
    options.file = temp.path() / name;
    options.scenes_dir = test::source_dir() / "scenes";
    options.plan = plan;
    std::ofstream(options.file) << text;
    const Result<std::string> out = evaluate_plan_csv(options);
    if (!out) return out.error().message;
    return parse_csv(*out)->at(1).fields.at(6);
  };
  CHECK(status("plan-13-5-gongshu-2020.csv", "", csv) == "nearly");
  CHECK(status("other.csv", "plan-13-5-gongshu-2020", csv) == "nearly");
  CHECK(status("other.csv", "", csv) == "missed");  // one row of 19 is not that plan
  std::string changed = csv;
  changed.replace(changed.find("67.04"), 5, "66.04");
  CHECK(status("plan-13-5-gongshu-2020.csv", "", changed) == "missed");
  CHECK(status("other.csv", "plan-x", csv) == "no plan “plan-x” in the scenes");
}

TEST_CASE("evaluate_plan_csv: the four plan tables, every row with status and reason") {
  if (!test::has_shared()) {
    MESSAGE("skipped: no reference data beside the project");
    return;
  }
  const char* tables[] = {"plan-13-5-gongshu-2020", "plan-13-5-hangzhou-2020",
                          "plan-14-5-gongshu-2025", "plan-14-5-hangzhou-2025"};
  const std::size_t sizes[] = {19, 53, 17, 52};
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(tables[i]);
    PlanCsvOptions options;
    options.file = test::shared_dir() / "domain/indicators" / (std::string(tables[i]) + ".csv");
    options.scenes_dir = test::source_dir() / "scenes";
    const Result<std::string> out = evaluate_plan_csv(options);
    REQUIRE(out.has_value());
    const auto rows = parse_csv(*out);
    CHECK(rows->size() == sizes[i] + 1);
    for (const CsvRow& row : *rows) {
      CHECK(row.fields.size() == 9);
      CHECK_FALSE(row.fields[6].empty());
      CHECK_FALSE(row.fields[8].empty());
    }
    // The same table under another name is recognised by its rows.
    const test::TempDir temp;
    const auto copy = temp.path() / "copy.csv";
    std::filesystem::copy_file(options.file, copy);
    PlanCsvOptions renamed = options;
    renamed.file = copy;
    CHECK(*evaluate_plan_csv(renamed) == *out);
  }
}
