#include <doctest/doctest.h>

#include <algorithm>

#include "report/chapter_book.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::report;
using namespace hb::test;

namespace {

/// Two sections: one entry with two figures and a table; one entry with one figure.
Document document() {
  Document made;
  made.title = "映川区年鉴";
  made.official = false;
  made.blocks.emplace_back(Heading{1, "疾病防控"});
  made.blocks.emplace_back(Paragraph{{{"【概况】", "", true},
                                      {"血压控制率", "", false},
                                      {"69.75%", "basis-rate", false},
                                      {"，比上年", "", false},
                                      {"上升0.37个百分点", "basis-rate", false},
                                      {"。", "", false}}});
  made.blocks.emplace_back(Table{"表1", {{"指标", "2025年"}, {"控制率", {69.75, 2}}}});
  made.blocks.emplace_back(Heading{1, "医疗服务"});
  made.blocks.emplace_back(
      Paragraph{{{"诊疗", "", false}, {"1100人次", "basis-visits", false}, {"。", "", false}}});
  made.blocks.emplace_back(Heading{1, "附：指标口径与数据来源"});
  made.blocks.emplace_back(Definition{"basis-rate", "控制率", {{"数值", "69.75%"}}});
  made.blocks.emplace_back(Definition{"basis-visits", "诊疗人次", {{"数值", "1100人次"}}});
  return made;
}

std::string marked(const std::vector<Piece>& pieces) {
  std::string text;
  for (const Piece& piece : pieces)
    text += piece.mark == Piece::Mark::same    ? piece.text
            : piece.mark == Piece::Mark::added ? "+[" + piece.text + "]"
                                               : "-[" + piece.text + "]";
  return text;
}

ChapterEdit change(const char* text, std::map<int, std::string> reasons = {}) {
  ChapterEdit edit;
  edit.entry = "1.1";
  edit.heading = "【概况】";
  edit.text = text;
  edit.reasons = std::move(reasons);
  return edit;
}

}  // namespace

TEST_CASE("chapter: a document is taken apart into entries and put together again") {
  const Chapter chapter = chapter_of(document());
  REQUIRE(chapter.entries.size() == 3);
  CHECK(chapter.entries[0].key == "1.1");
  CHECK(chapter.entries[0].heading == "【概况】");
  CHECK(chapter.entries[0].text == "血压控制率«1|69.75%»，比上年«2|上升0.37个百分点»。");
  CHECK(chapter.entries[1].fixed());
  CHECK(chapter.entries[2].key == "2.1");
  const auto again = read_chapter(chapter_json(chapter));
  REQUIRE(again.has_value());
  const Document back = document_of(*again);
  REQUIRE(back.blocks.size() == document().blocks.size());
  const auto& paragraph = std::get<Paragraph>(back.blocks[1]);
  CHECK(paragraph.runs[2].text == "69.75%");
  CHECK(paragraph.runs[2].anchor == "basis-rate");
  CHECK(std::get<Table>(back.blocks[2]).rows[1][1].number == 69.75);
  CHECK_FALSE(read_chapter("{}").has_value());
}

TEST_CASE("chapter: a figure changed or left out needs its reason, which the appendix then says") {
  const Chapter chapter = chapter_of(document());
  const auto words =
      edited(chapter, change("全区血压控制率«1|69.75%»，比上年«2|上升0.37个百分点»。"));
  REQUIRE(words.has_value());
  CHECK(words->entries[0].figures[0].reason.empty());
  const char* other = "血压控制率«1|70.10%»，比上年«2|上升0.37个百分点»。";
  const auto silent = edited(chapter, change(other));
  REQUIRE_FALSE(silent.has_value());
  CHECK(silent.error().where == "reasons.1");
  const auto said = edited(chapter, change(other, {{1, "以年报为准"}}));
  REQUIRE(said.has_value());
  CHECK(said->entries[0].figures[0].reason == "以年报为准");
  const Document printed = document_of(*said);
  const auto& facts =
      std::get<Definition>(*std::ranges::find_if(printed.blocks, [](const Block& b) {
        return std::holds_alternative<Definition>(b);
      })).facts;
  CHECK(facts.back().second == "69.75%改为70.10%；理由：以年报为准");
  CHECK_FALSE(
      edited(chapter, change("血压控制率70.10%，比上年«2|上升0.37个百分点»。")).has_value());
  // Put back as generated, the reason is gone.
  const auto back = edited(*said, change("血压控制率«1|69.75%»，比上年«2|上升0.37个百分点»。"));
  REQUIRE(back.has_value());
  CHECK(back->entries[0].figures[0].reason.empty());
}

TEST_CASE("chapter: broken marks, foreign figures, tables and empty texts are refused") {
  const Chapter chapter = chapter_of(document());
  for (const char* text : {"血压«1|69.75%", "血压«一|69.75%»", "血压69.75%»",
                           "«9|1%»«1|69.75%»«2|x»", "  ", "«1|»«2|上升0.37个百分点»"}) {
    CAPTURE(text);
    CHECK_FALSE(edited(chapter, change(text, {{1, "r"}, {2, "r"}})).has_value());
  }
  ChapterEdit table = change("表");
  table.entry = "1.2";
  CHECK_FALSE(edited(chapter, table).has_value());
  table.entry = "7.7";
  CHECK(edited(chapter, table).error().code == ErrorCode::not_found);
}

TEST_CASE("differences: numbers and words as a whole, other characters one by one") {
  CHECK(marked(differences("控制率69.75%。", "血压控制率70.10%。")) ==
        "+[血压]控制率-[69.75%]+[70.10%]。");
  CHECK(marked(differences("", "新")) == "+[新]");
  CHECK(marked(differences("同", "同")) == "同");
}

TEST_CASE("compare: changed, added and removed entries in their places") {
  const Chapter before = chapter_of(document());
  ChapterEdit add = change("新增条目正文。");
  add.add = true;
  const auto added = edited(before, add);
  REQUIRE(added.has_value());
  const auto changes = compare(before, *added);
  REQUIRE(changes.size() == 3);  // tables are not compared
  CHECK(changes[0].kind == EntryChange::Kind::same);
  CHECK(changes[1].kind == EntryChange::Kind::added);
  CHECK(changes[1].key == "1.1a");
  ChapterEdit remove = change("");
  remove.entry = "1.1a";
  remove.remove = true;
  const auto removed = edited(*added, remove);
  REQUIRE(removed.has_value());
  CHECK(compare(*added, *removed)[1].kind == EntryChange::Kind::removed);
  remove.entry = "2.1";
  CHECK_FALSE(edited(*removed, remove).has_value());  // the last one of its section
}

TEST_CASE("ChapterBook: versions are only added; who has not seen the newest is refused") {
  const TempDir directory;
  const std::string file = (directory.path() / "chapters.db").string();
  const auto book = ChapterBook::open(file);
  REQUIRE(book.has_value());
  ChapterHead head;
  head.report = "yearbook-chapter";
  head.year = 2025;
  head.by = "li.na";
  const auto refused = (*book)->add(head, chapter_of(document()), [](std::int64_t) {
    return Result<std::string>(fail(ErrorCode::forbidden, "no"));
  });
  CHECK_FALSE(refused.has_value());
  CHECK((*book)->heads()->empty());
  const auto id = (*book)->add(head, chapter_of(document()),
                               [](std::int64_t) { return Result<std::string>("f1"); });
  REQUIRE(id.has_value());
  const auto second =
      (*book)->edit(*id, 1, change("血压控制率«1|69.75%»，升«2|上升0.37个百分点»。"), "wu.jie",
                    Instant{5}, "改字");
  REQUIRE(second.has_value());
  CHECK(second->number == 2);
  CHECK(second->changed == std::vector<std::string>{"1.1"});
  const auto late = (*book)->edit(*id, 1, change("别的"), "li.na", Instant{6}, "");
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == ErrorCode::conflict);
  bool ran = false;
  CHECK_FALSE((*book)
                  ->holding(*id, 1,
                            [&]() -> Result<void> {
                              ran = true;
                              return {};
                            })
                  .has_value());
  CHECK_FALSE(ran);
  CHECK((*book)->text(*id, 1)->entries[0].text.find("比上年") != std::string::npos);
  CHECK((*book)->text(*id, 0)->entries[0].text.find("比上年") == std::string::npos);
  CHECK((*book)->versions(*id)->size() == 2);
  auto connection =
      records::sqlite::Connection::open(file, records::sqlite::Connection::Mode::write);
  REQUIRE(connection.has_value());
  CHECK_FALSE(connection->run("UPDATE version SET note = 'x'").has_value());
  CHECK_FALSE(connection->run("DELETE FROM version").has_value());
}
