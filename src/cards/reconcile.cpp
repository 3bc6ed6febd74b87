#include "cards/reconcile.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "cards/front_end.hpp"
#include "core/csv.hpp"

namespace hb::cards {
namespace {

using Kind = Difference::Kind;

constexpr std::array<std::string_view, 8> kinds = {"no-number",  "only-here",  "only-there",
                                                   "disease",    "onset",      "deleted",
                                                   "twice-here", "twice-there"};

std::optional<std::size_t> column(const CsvRow& head, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = std::ranges::find(head.fields, name);
    if (found != head.fields.end()) return static_cast<std::size_t>(found - head.fields.begin());
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " / ") + word;
  return text;
}

}  // namespace

std::string_view kind_word(Kind kind) { return kinds[static_cast<std::size_t>(kind)]; }

Result<std::vector<NationalCard>> read_export(std::string_view csv, const std::string& name,
                                              const ExportColumns& columns) {
  const auto rows = parse_csv(csv);
  if (!rows) return fail(rows.error().code, rows.error().message, name + ": " + rows.error().where);
  if (rows->empty()) return fail(ErrorCode::invalid_input, "the export is empty", name);
  const CsvRow& head = rows->front();
  const auto number = column(head, columns.number);
  if (!number)
    return fail(ErrorCode::invalid_input,
                "there is no column of card numbers: " + joined(columns.number), name + ":1");
  const auto disease = column(head, columns.disease);
  const auto onset = column(head, columns.onset);
  const auto deleted = column(head, columns.deleted);
  std::vector<NationalCard> cards;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const CsvRow& row = (*rows)[i];
    const std::string where = name + ":" + std::to_string(row.line);
    if (row.fields.size() != head.fields.size())
      return fail(ErrorCode::invalid_input,
                  "a row with " + std::to_string(row.fields.size()) + " fields; the head has " +
                      std::to_string(head.fields.size()),
                  where);
    NationalCard card;
    card.line = row.line;
    card.number = row.fields[*number];
    if (card.number.empty())
      return fail(ErrorCode::invalid_input, "the card number is empty", where);
    if (disease) {
      const auto known = columns.diseases.find(row.fields[*disease]);
      card.disease = known == columns.diseases.end() ? row.fields[*disease] : known->second;
    }
    if (onset && !row.fields[*onset].empty()) {
      card.onset = day_text(row.fields[*onset]);
      if (card.onset.empty()) return fail(ErrorCode::invalid_input, "the onset is no day", where);
    }
    card.deleted = deleted && std::ranges::count(columns.deleted_words, row.fields[*deleted]) > 0;
    cards.push_back(std::move(card));
  }
  return cards;
}

Reconciliation reconcile(const std::vector<Card>& cards,
                         const std::vector<NationalCard>& national) {
  Reconciliation made;
  std::map<std::string, const NationalCard*> there;
  for (const NationalCard& one : national) {
    made.there += one.deleted ? 0 : 1;
    if (!there.emplace(one.number, &one).second)
      made.differences.push_back({Kind::twice_there, one.number, "", "", "", one.line});
  }
  std::set<std::string> seen;
  for (const Card& card : cards) {
    if (card.superseded) continue;  // the newest card of a number is the one that counts
    made.here += card.counts() ? 1 : 0;
    if (card.number.empty()) {
      if (!card.deleted)
        made.differences.push_back(
            {Kind::no_number, "", card.id, std::string(state_word(card.state())), "", 0});
      continue;
    }
    if (!seen.insert(card.number).second) {
      made.differences.push_back({Kind::twice_here, card.number, card.id, "", "", 0});
      continue;
    }
    const auto found = there.find(card.number);
    if (found == there.end()) {
      if (!card.deleted)
        made.differences.push_back({Kind::only_here, card.number, card.id, card.disease, "", 0});
      continue;
    }
    const NationalCard& other = *found->second;
    const std::size_t before = made.differences.size();
    const std::string onset = card.onset ? format_date(*card.onset) : "";
    if (card.deleted != other.deleted)
      made.differences.push_back({Kind::deleted, card.number, card.id,
                                  card.deleted ? "deleted" : "", other.deleted ? "deleted" : "",
                                  other.line});
    if (!other.disease.empty() && other.disease != card.disease)
      made.differences.push_back(
          {Kind::disease, card.number, card.id, card.disease, other.disease, other.line});
    if (!other.onset.empty() && other.onset != onset)
      made.differences.push_back(
          {Kind::onset, card.number, card.id, onset, other.onset, other.line});
    if (made.differences.size() == before) ++made.agree;
  }
  for (const NationalCard& one : national)
    if (!one.deleted && !seen.contains(one.number) && there.at(one.number) == &one)
      made.differences.push_back({Kind::only_there, one.number, "", "", one.disease, one.line});
  return made;
}

}  // namespace hb::cards
