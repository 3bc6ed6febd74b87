#include <doctest/doctest.h>

#include "cards/content.hpp"
#include "support/paths.hpp"

namespace hb::cards {
namespace {

Date day(const char* text) { return *parse_date(text); }
Instant at(const char* text) { return *parse_instant(text); }

/// Reported by a hospital at 10:00 after a diagnosis at 08:00, reviewed there, number back.
Card card(const char* id, const char* number, std::int64_t resident = 1,
          const char* onset = "2025-11-03") {
  Card made;
  made.id = id;
  made.number = number;
  made.resident = resident;
  made.disease = "hfmd";
  made.case_class = "clinical";
  made.onset = day(onset);
  made.diagnosed = at("2025-11-04T08:00:00+08:00");
  made.filled = at("2025-11-04T10:00:00+08:00");
  made.hospital_review = at("2025-11-04T11:00:00+08:00");
  return made;
}

ExportColumns columns() {
  ExportColumns made;
  made.number = {"卡片编号"};
  made.disease = {"疾病名称"};
  made.onset = {"发病日期"};
  made.deleted = {"审核状态"};
  made.deleted_words = {"已删除卡"};
  made.diseases = {{"手足口病", "hfmd"}, {"水痘", "varicella"}};
  return made;
}

const char* const composition =
    R"({"resourceType":"Composition","id":"c9","status":"final","identifier":{"value":"N-9"},"type":{"coding":[{"code":"notifiable-disease-card"}]},"subject":{"reference":"Patient/p1"},"date":"2025-11-04T10:00:00+08:00","custodian":{"reference":"Organization/o3"},"attester":[{"mode":"professional","time":"2025-11-04T11:00:00+08:00"},{"mode":"official","time":"2025-11-04T16:00:00+08:00"}],"relatesTo":[{"code":"replaces","targetReference":{"reference":"Composition/c8"}}],"extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/notifiable-case","extension":[{"url":"disease","valueCoding":{"code":"hfmd"}},{"url":"onsetDate","valueDate":"2025-11-03"},{"url":"diagnosisTime","valueDateTime":"2025-11-04T08:00:00+08:00"},{"url":"presentArea","valueCode":"770101001"}]}]})";

}  // namespace

TEST_CASE("read_card: what stands in the Composition; other documents are none") {
  const auto read = read_card(composition);
  REQUIRE(read.has_value());
  CHECK(read->number == "N-9");
  CHECK(read->replaces == "c8");
  CHECK(read->organization == "o3");
  CHECK(read->onset == day("2025-11-03"));
  CHECK(read->state() == State::final);
  CHECK(read_card(R"({"resourceType":"Composition","type":{"text":"病历"}})").error().code ==
        ErrorCode::not_found);
  std::string broken = composition;
  broken.replace(broken.find("2025-11-03"), 10, "2025-13-03");
  const auto refused = read_card(broken);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "onsetDate: a day or time is expected");
  CHECK(refused.error().where == "c9");
}

TEST_CASE("Card::state: nothing is reported before the national number is back") {
  Card one = card("a", "");
  CHECK(one.state() == State::sent);
  one.final_review = at("2025-11-04T16:00:00+08:00");
  CHECK(one.state() == State::sent);
  one.number = "N-1";
  CHECK(one.state() == State::final);
  one.final_review.reset();
  CHECK(one.state() == State::reported);
  one.hospital_review.reset();
  CHECK(one.state() == State::waiting);
  Card newer = card("b", "N-1");
  newer.replaces = "a";
  std::vector<Card> cards = {one, newer};
  mark_superseded(cards);
  CHECK(cards[0].state() == State::corrected);
  cards[1].deleted = true;  // a correction that was deleted corrects nothing
  mark_superseded(cards);
  CHECK(cards[0].state() == State::waiting);
  CHECK(cards[1].state() == State::deleted);
}

TEST_CASE("reconcile: by card number, both ways") {
  std::vector<Card> cards = {card("same", "N-1"), card("other", "N-2"), card("gone", "N-3"),
                             card("new", ""),     card("twice", "N-1"), card("kept", "N-5")};
  const auto national = read_export(
      "卡片编号,疾病名称,发病日期,审核状态\n"
      "N-1,手足口病,2025/11/3,已终审卡\n"
      "N-2,水痘,2025-11-02 00:00,已终审卡\n"
      "N-4,手足口病,2025-11-05,已终审卡\n"
      "N-5,手足口病,2025-11-03,已删除卡\n"
      "N-4,手足口病,2025-11-05,已终审卡\n",
      "export.csv", columns());
  if (!national) FAIL(national.error().where << national.error().message);
  const Reconciliation made = reconcile(cards, *national);
  CHECK(made.here == 6);
  CHECK(made.there == 4);
  CHECK(made.agree == 1);
  std::string text;
  for (const Difference& one : made.differences)
    text += std::string(kind_word(one.kind)) + " " + one.number + " " + one.card + " " + one.here +
            ">" + one.there + "\n";
  CHECK(text ==
        "twice-there N-4  >\n"
        "disease N-2 other hfmd>varicella\n"
        "onset N-2 other 2025-11-03>2025-11-02\n"
        "only-here N-3 gone hfmd>\n"
        "no-number  new sent>\n"
        "twice-here N-1 twice >\n"
        "deleted N-5 kept >deleted\n"
        "only-there N-4  >hfmd\n");
}

TEST_CASE("read_export: what is refused is named with its line") {
  const auto error = [](const char* csv) {
    const auto read = read_export(csv, "e.csv", columns());
    return read ? std::string("none") : read.error().where + ": " + read.error().message;
  };
  CHECK(error("") == "e.csv: the export is empty");
  CHECK(error("编号,疾病名称\n1,水痘\n") ==
        "e.csv:1: there is no column of card numbers: 卡片编号");
  CHECK(error("卡片编号,疾病名称\n,水痘\n") == "e.csv:2: the card number is empty");
  CHECK(error("卡片编号,疾病名称\n1\n") == "e.csv:2: a row with 1 fields; the head has 2");
  CHECK(error("卡片编号,发病日期\n1,2025-02-30\n") == "e.csv:2: the onset is no day");
  CHECK(error("卡片编号,发病日期\n1,\n") == "none");
  CHECK(error("卡片编号\n1\n") == "none");
}

TEST_CASE("duplicates: one person, one disease, days close by; chains are one group") {
  std::vector<Card> cards = {card("a", "1", 1, "2025-11-01"), card("b", "2", 1, "2025-11-20"),
                             card("c", "3", 1, "2025-12-15"), card("d", "4", 2, "2025-11-01"),
                             card("e", "5", 1, "2026-03-01")};
  // 19 and 25 days apart: one group of three; the fifth comes 76 days later.
  CHECK(duplicates(cards, 30) == std::vector<std::vector<std::size_t>>{{0, 1, 2}});
  CHECK(duplicates(cards, 20) == std::vector<std::vector<std::size_t>>{{0, 1}});
  cards[1].deleted = true;
  CHECK(duplicates(cards, 30).empty());
}

TEST_CASE("quality: each figure counted by hand") {
  QualityRules rules;
  rules.hours = {{"plague", 2}};
  Card late = card("late", "N-2", 2);
  late.filled = at("2025-11-05T09:00:00+08:00");  // 25 hours after the diagnosis
  Card urgent = card("urgent", "", 3);
  urgent.disease = "plague";  // 2 hours: just in time
  Card again = card("again", "N-4", 1, "2025-11-05");
  again.final_review = at("2025-11-04T20:00:00+08:00");
  Card undiagnosed = card("undiagnosed", "N-5", 5);
  undiagnosed.diagnosed.reset();
  Card deleted = card("deleted", "N-6", 6);
  deleted.deleted = true;
  Card before = card("before", "N-7", 7);
  before.filled = at("2025-10-31T23:00:00+08:00");
  const Quality made =
      quality({card("first", "N-1"), late, urgent, again, undiagnosed, deleted, before}, {1, 2},
              rules, day("2025-11-01"), day("2025-11-30"));
  CHECK(made.cards == 5);
  CHECK(made.in_time.x == 3);
  CHECK(made.in_time.n == 4);
  CHECK(made.reviewed.x == 1);
  CHECK(made.twice.x == 1);       // first and again
  CHECK(made.identified.x == 3);  // first, late, again
  CHECK(made.returned.x == 4);
  // Wilson for 3 of 4: (3 + 1.92073 ± 1.959964 sqrt(3·1/4 + 0.960365)) / (4 + 3.841459).
  CHECK(made.in_time.limits.lower == doctest::Approx(0.300642).epsilon(1e-4));
  CHECK(made.in_time.limits.upper == doctest::Approx(0.954413).epsilon(1e-4));
  CHECK_FALSE(
      quality({}, {}, rules, day("2025-11-01"), day("2025-11-30")).in_time.value.has_value());
}

TEST_CASE("due: limits by disease, late ones first") {
  QualityRules rules;
  rules.hours = {{"plague", 2}};
  Card usual = card("usual", "");
  usual.hospital_review.reset();
  Card urgent = usual;
  urgent.disease = "plague";
  Card done = card("done", "");
  const auto list = due({usual, urgent, done}, rules, at("2025-11-04T12:00:00+08:00"), 0);
  REQUIRE(list.size() == 1);
  CHECK(list[0].card == 1);
  CHECK(list[0].limit == at("2025-11-04T10:00:00+08:00"));
  CHECK(list[0].late);
  const auto ahead = due({usual, urgent, done}, rules, at("2025-11-04T12:00:00+08:00"), 24);
  REQUIRE(ahead.size() == 2);
  CHECK(ahead[1].card == 0);
  CHECK_FALSE(ahead[1].late);
}

TEST_CASE("monthly: by the day asked for, without suspected cases and carriers") {
  Card december = card("b", "2", 2, "2025-11-30");
  december.final_review = at("2025-12-01T00:30:00+08:00");
  december.death = day("2025-12-05");
  Card suspected = card("c", "3", 3);
  suspected.case_class = "suspected";
  const std::vector<Card> cards = {card("a", "1"), december, suspected};
  const auto onset = monthly(cards, By::onset, day("2025-11-01"), day("2025-12-31"));
  REQUIRE(onset.size() == 1);
  CHECK(onset[0].month == "2025-11");
  CHECK(onset[0].cases == 2);
  CHECK(onset[0].deaths == 1);
  const auto review = monthly(cards, By::review, day("2025-11-01"), day("2025-12-31"));
  REQUIRE(review.size() == 1);  // the first has not been reviewed
  CHECK(review[0].month == "2025-12");
  CHECK(review[0].cases == 1);
}

TEST_CASE("load_content: the project's own rules and diseases") {
  const auto content = load_content(test::source_dir() / "scenes");
  if (!content) FAIL(content.error().where << ": " << content.error().message);
  CHECK(content->rules.hours.at("plague") == 2);
  CHECK(content->rules.hours.at("hfmd") == 24);
  CHECK(content->columns.diseases.at("手足口病") == "hfmd");
  CHECK(content->columns.diseases.at("水痘") == "varicella");
  CHECK_FALSE(content->visits_sql.empty());
  CHECK(content->disease_of("B08.4") == "hfmd");
  CHECK(content->disease_of("b08.401") == "hfmd");  // clinical codes go on
  CHECK(content->disease_of("A75.3") == "scrub-typhus");
  CHECK(content->disease_of("A75.2") == "typhus");
  CHECK(content->disease_of("I10").empty());
  CHECK(load_content("/nowhere").error().code == ErrorCode::not_found);
}

}  // namespace hb::cards
