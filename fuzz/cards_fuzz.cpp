// Exports of the direct report and of the hospitals' front-end software, and cards as the records
// hold them; the first byte picks which. Any text gives an error with a place, or rows whose days
// are days, cards that stand somewhere, and a new version of a card that can be read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cards/acts.hpp"
#include "cards/front_end.hpp"
#include "cards/reconcile.hpp"

namespace {

using namespace hb::cards;

const ExportColumns& export_columns() {
  static const ExportColumns columns = {{"卡片编号", "number"}, {"疾病名称"},          {"发病日期"},
                                        {"删除标志"},           {{"麻疹", "measles"}}, {"是"}};
  return columns;
}

const FrontEndColumns& front_end_columns() {
  static const FrontEndColumns columns = {{{"identity", {"证件号"}},
                                           {"number", {"卡片编号"}},
                                           {"name", {"姓名"}},
                                           {"disease", {"疾病名称"}},
                                           {"onsetDate", {"发病日期"}},
                                           {"diagnosisTime", {"诊断时间"}},
                                           {"caseClass", {"病例分类"}}},
                                          {{"caseClass", {{"疑似病例", "suspected"}}}}};
  return columns;
}

void expect_day(const std::string& text) {
  if (!text.empty() && !hb::parse_date(text)) std::abort();
}

void direct_report(std::string_view text) {
  const auto cards = read_export(text, "export.csv", export_columns());
  if (!cards) {
    if (cards.error().where.empty() || cards.error().message.empty()) std::abort();
    return;
  }
  for (const NationalCard& card : *cards) {
    if (card.number.empty() || card.line < 2) std::abort();
    expect_day(card.onset);
  }
  (void)reconcile({}, *cards);
}

void front_end(std::string_view text) {
  const auto rows =
      read_front_end(text, "cards.csv", front_end_columns(), export_columns().diseases);
  if (!rows) {
    if (rows.error().where.empty() || rows.error().message.empty()) std::abort();
    return;
  }
  for (const FrontEndRow& row : *rows) {
    if (row.problem.empty() && row.identity.empty()) std::abort();
    if (const auto onset = row.fields.find("onsetDate"); onset != row.fields.end())
      expect_day(onset->second);
  }
}

void composition(std::string_view text) {
  const auto card = read_card(text);
  if (!card) {
    if (card.error().message.empty()) std::abort();
    return;
  }
  (void)state_word(card->state());
  (void)duplicates({*card, *card}, 30);
  for (const ActKind kind : possible(*card)) {
    Order order;
    order.kind = kind;
    order.act = {.at = hb::Instant{1'760'000'000'000'000},
                 .by = "li",
                 .reason = "error",
                 .note = "note",
                 .other = "other"};
    order.number = "330101202500001";
    const auto after = act_on(text, *card, order, "new");
    if (after && !read_card(*after)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 3 == 0) direct_report(text);
  if (data[0] % 3 == 1) front_end(text);
  if (data[0] % 3 == 2) composition(text);
  return 0;
}
