#include "cards/acts.hpp"

#include <doctest/doctest.h>

#include "cards/content.hpp"
#include "cards/table.hpp"
#include "support/paths.hpp"

namespace hb::cards {
namespace {

Date day(const char* text) { return *parse_date(text); }

const Fields whole = {{"patient", "p1"},
                      {"organization", "o1"},
                      {"disease", "hfmd"},
                      {"caseClass", "clinical"},
                      {"onsetDate", "2025-06-01"},
                      {"diagnosisTime", "2025-06-03T09:50:00+08:00"},
                      {"populationGroup", "scattered-child"},
                      {"belongsTo", "district"},
                      {"presentArea", "770102003001"}};

Act by(const char* user, const char* at = "2025-06-03T10:00:00+08:00") {
  Act act;
  act.at = *parse_instant(at);
  act.by = user;
  return act;
}

Order order(ActKind kind, const char* user = "zhang") {
  Order made;
  made.kind = kind;
  made.act = by(user, "2025-06-03T12:00:00+08:00");
  return made;
}

/// A card that was filled in, with its text.
struct Held {
  std::string text;
  Card card;
  explicit Held(std::string given) : text(std::move(given)), card(*read_card(text)) {}
  Held after(const Order& what) const {
    const auto made = act_on(text, card, what);
    if (!made) FAIL(made.error().message);
    return Held(*made);
  }
};

Held filled() {
  const auto text = new_card(whole, by("wang"));
  if (!text) FAIL(text.error().message);
  return Held(R"({"id":"c1",)" + text->substr(1));
}

Held numbered() {
  Order number = order(ActKind::numbered);
  number.number = "N-1";
  return filled().after(order(ActKind::reviewed)).after(number);
}

}  // namespace

TEST_CASE("a card's way: filled in, reviewed, numbered, final; every act stays in it") {
  Held one = filled();
  CHECK(one.card.state() == State::waiting);
  CHECK(*fields_of(one.text) == whole);
  one = one.after(order(ActKind::reviewed));
  CHECK(one.card.state() == State::sent);
  const auto early = act_on(one.text, one.card, order(ActKind::final));
  CHECK(early.error().code == ErrorCode::conflict);  // nothing is final without the national number
  Order number = order(ActKind::numbered);
  CHECK(act_on(one.text, one.card, number).error().where == "number");
  number.number = "N-1";
  one = one.after(number);
  CHECK(one.card.state() == State::reported);
  one = one.after(order(ActKind::final, "county"));
  CHECK(one.card.state() == State::final);
  std::string words;
  for (const Act& act : one.card.acts) words += act.act + " " + act.by + "; ";
  CHECK(words == "submitted wang; reviewed zhang; numbered zhang; final county; ");
  CHECK(one.card.final_review == parse_instant("2025-06-03T12:00:00+08:00").value());
}

TEST_CASE(
    "returned: with a reason, the reviews are taken back; sent in again with what is mended") {
  const Held sent = filled().after(order(ActKind::reviewed));
  Order back = order(ActKind::returned);
  CHECK(act_on(sent.text, sent.card, back).error().where == "reason");
  back.act.reason = "address";
  Held returned = sent.after(back);
  CHECK(returned.card.state() == State::returned);
  CHECK_FALSE(returned.card.hospital_review.has_value());
  Order again = order(ActKind::submitted);
  again.fields = {{"presentArea", "770102003002"}};
  returned = returned.after(again);
  CHECK(returned.card.state() == State::waiting);
  CHECK(returned.card.area == "770102003002");
  CHECK(returned.card.acts.size() == 4);
}

TEST_CASE("corrected: a new card takes the place; the former diagnosis stays in the former") {
  const Held final = numbered().after(order(ActKind::final));
  Order correct = order(ActKind::corrected);
  correct.fields = {{"disease", "varicella"}};
  CHECK(act_on(final.text, final.card, correct).error().where == "note");
  correct.act.note = "实验室结果";
  const auto text = act_on(final.text, final.card, correct, "c2");
  REQUIRE(text.has_value());
  Held newer(*text);
  CHECK(newer.card.id == "c2");
  CHECK(newer.card.replaces == final.card.id);
  CHECK(newer.card.disease == "varicella");
  CHECK(newer.card.number == "N-1");  // the national card keeps its number
  CHECK(newer.card.state() == State::waiting);
  CHECK(newer.card.acts.size() == 1);
  CHECK(fields_of(final.text)->at("disease") == "hfmd");
  newer = newer.after(order(ActKind::reviewed)).after(order(ActKind::final));
  CHECK(newer.text.find(R"("status":"amended")") != std::string::npos);
  Order nothing = correct;
  nothing.fields = {{"disease", "hfmd"}};
  CHECK(act_on(final.text, final.card, nothing).error().message == "nothing is changed");
  Order person = correct;
  person.fields = {{"patient", "p2"}};
  CHECK(act_on(final.text, final.card, person).error().where == "patient");
}

TEST_CASE("deleted and restored: with reasons, and back to where it was") {
  const Held reported = numbered();
  Order remove = order(ActKind::deleted);
  CHECK(act_on(reported.text, reported.card, remove).error().where == "reason");
  remove.act.reason = "duplicate";
  Held gone = reported.after(remove);
  CHECK(gone.card.state() == State::deleted);
  CHECK(possible(gone.card) == std::vector<ActKind>{ActKind::restored});
  Order restore = order(ActKind::restored);
  CHECK(act_on(gone.text, gone.card, restore).error().where == "note");
  restore.act.note = "不是重卡";
  gone = gone.after(restore);
  CHECK(gone.card.state() == State::reported);
}

TEST_CASE("distinct: two cards told apart are no duplicates any more") {
  Held one = filled();
  one.card.id = "a";
  one.card.resident = 1;
  Card other = one.card;
  other.id = "b";
  CHECK(duplicates({one.card, other}, 30).size() == 1);
  Order apart = order(ActKind::distinct);
  CHECK(act_on(one.text, one.card, apart).error().where == "other");
  apart.act.other = "b";
  Card told = one.after(apart).card;
  told.id = "a";
  told.resident = 1;
  CHECK(duplicates({told, other}, 30).empty());
}

TEST_CASE("new_card: what is missing is named; a pupil needs a school") {
  Fields fields = whole;
  fields.erase("onsetDate");
  CHECK(new_card(fields, by("wang")).error().where == "onsetDate");
  fields = whole;
  fields["populationGroup"] = "pupil";
  CHECK(missing(fields) == std::vector<std::string>{"school"});
  fields = whole;
  fields["colour"] = "red";
  CHECK(new_card(fields, by("wang")).error().where == "colour");
}

TEST_CASE("changes: what differs, what came and what went") {
  CHECK(changes({{"a", "1"}, {"b", "2"}}, {{"b", "3"}, {"c", "4"}}) ==
        std::vector<Change>{{"a", "1", ""}, {"b", "2", "3"}, {"c", "", "4"}});
}

TEST_CASE("disease_table: rates worked out by hand, sums by class, the same days a year before") {
  const auto made = [](const char* disease, const char* onset, bool died = false) {
    Card card;
    card.disease = disease;
    card.case_class = "confirmed";
    card.onset = day(onset);
    if (died) card.death = day("2025-12-01");
    return card;
  };
  std::vector<Card> cards = {made("measles", "2025-03-01"), made("measles", "2025-03-31", true),
                             made("measles", "2024-03-15"), made("hfmd", "2025-03-02"),
                             made("hfmd", "2025-04-01"),    made("varicella", "2025-03-05")};
  cards.push_back(made("hfmd", "2025-03-09"));
  cards.back().case_class = "suspected";
  const std::vector<std::pair<std::string, std::string>> diseases = {{"cholera", "A"},
                                                                     {"measles", "B"},
                                                                     {"hfmd", "C"},
                                                                     {"varicella", "other"},
                                                                     {"other", "other"}};
  const auto table = disease_table(
      cards, diseases, {By::onset, day("2025-03-01"), day("2025-03-31"), std::int64_t{50'000}});
  std::string text;
  for (const TableRow& row : table)
    text += row.legal_class + " " + row.disease + " " + std::to_string(row.cases) + " " +
            std::to_string(row.deaths) + " " + std::to_string(row.cases_before) + "\n";
  CHECK(text ==
        "all  3 1 1\nA  0 0 0\nA cholera 0 0 0\nB  2 1 1\nB measles 2 1 1\nC  1 0 0\n"
        "C hfmd 1 0 0\nother varicella 1 0 0\n");
  CHECK(*table[4].incidence == doctest::Approx(4.0));  // 2 of 50,000
  CHECK(*table[4].mortality == doctest::Approx(2.0));
  CHECK(*table[4].fatality == doctest::Approx(0.5));
  CHECK_FALSE(table[2].fatality.has_value());
  CHECK_FALSE(
      disease_table(cards, diseases, {By::onset, day("2025-03-01"), day("2025-03-31"), {}})[4]
          .incidence.has_value());
  const auto months = by_month(cards, By::onset, day("2025-03-01"), day("2025-04-30"));
  CHECK(months.at("hfmd") == std::vector<std::int64_t>{1, 1});
  CHECK(months.at("measles") == std::vector<std::int64_t>{2, 0});
}

TEST_CASE("read_front_end: the columns and words of the hospitals' software") {
  const auto content = load_content(test::source_dir() / "scenes");
  REQUIRE(content.has_value());
  const auto read = [&](const char* csv) {
    return read_front_end(csv, "cards.csv", content->front_end, content->columns.diseases);
  };
  const auto rows = read(
      "卡片编号,患者姓名,有效证件号,疾病名称,病例分类,发病日期,诊断时间,人群分类,病人属于\n"
      "N-1,甲,770101201501010012,手足口病,临床诊断病例,2025/6/1,2025-06-03 9:50,散居儿童,本县区\n"
      ",乙,770101201501010012,天花,临床诊断病例,2025/6/1,2025-06-03 9:50,散居儿童,本县区\n"
      ",丙,,手足口病,临床诊断病例,2025/6/1,2025-06-03 9:50,散居儿童,本县区\n"
      ",丁,770101201501010012,手足口病,临床诊断病例,2025/13/1,2025-06-03,散居儿童,本县区\n"
      "too,short\n");
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 5);
  CHECK((*rows)[0].problem.empty());
  CHECK((*rows)[0].number == "N-1");
  CHECK((*rows)[0].fields == Fields{{"belongsTo", "district"},
                                    {"caseClass", "clinical"},
                                    {"diagnosisTime", "2025-06-03T09:50:00+08:00"},
                                    {"disease", "hfmd"},
                                    {"onsetDate", "2025-06-01"},
                                    {"populationGroup", "scattered-child"}});
  CHECK((*rows)[1].problem == "disease: a disease of the list is expected");
  CHECK((*rows)[2].problem == "identity: the number of the person's document is missing");
  CHECK((*rows)[3].problem == "onsetDate: a day such as 2025-11-03 is expected");
  CHECK((*rows)[4].problem == "a row with 2 fields; the head has 9");
  CHECK(read("姓名\n甲\n").error().message == "there is no column of identity");
}

}  // namespace hb::cards
