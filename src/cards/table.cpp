#include "cards/table.hpp"

#include <algorithm>
#include <array>

namespace hb::cards {
namespace {

constexpr double per = 100'000;
constexpr std::array<std::string_view, 3> statutory = {"A", "B", "C"};

/// Official figures leave out suspected cases and carriers.
bool is_case(const Card& card) {
  return card.counts() && card.case_class != "suspected" && card.case_class != "carrier";
}

/// The same day a year earlier; 29 February becomes 28 February.
Date year_before(Date day) {
  const YearMonthDay parts = civil(day);
  const auto same = make_date(parts.year - 1, parts.month, parts.day);
  return same ? *same : *make_date(parts.year - 1, parts.month, parts.day - 1);
}

void rate(TableRow& row, const std::optional<std::int64_t>& people) {
  if (people && *people > 0) {
    row.incidence = static_cast<double>(row.cases) * per / static_cast<double>(*people);
    row.mortality = static_cast<double>(row.deaths) * per / static_cast<double>(*people);
  }
  if (row.cases > 0)
    row.fatality = static_cast<double>(row.deaths) / static_cast<double>(row.cases);
}

void add(TableRow& sum, const TableRow& row) {
  sum.cases += row.cases;
  sum.deaths += row.deaths;
  sum.cases_before += row.cases_before;
  sum.deaths_before += row.deaths_before;
}

}  // namespace

std::vector<TableRow> disease_table(const std::vector<Card>& cards,
                                    std::span<const std::pair<std::string, std::string>> diseases,
                                    const TableAsk& ask) {
  std::map<std::string, TableRow> rows;
  const Date from_before = year_before(ask.from), to_before = year_before(ask.to);
  for (const Card& card : cards) {
    const auto day = day_by(card, ask.by);
    if (!is_case(card) || !day) continue;
    const bool now = *day >= ask.from && *day <= ask.to;
    const bool before = *day >= from_before && *day <= to_before;
    if (!now && !before) continue;
    TableRow& row = rows[card.disease];
    (now ? row.cases : row.cases_before) += 1;
    if (card.death) (now ? row.deaths : row.deaths_before) += 1;
  }
  std::vector<TableRow> table;
  TableRow all;
  all.legal_class = "all";
  for (const std::string_view legal_class : statutory) {
    TableRow sum;
    sum.legal_class = std::string(legal_class);
    const std::size_t at = table.size();
    table.push_back(sum);
    for (const auto& [disease, its_class] : diseases) {
      if (its_class != legal_class) continue;
      TableRow row = rows[disease];
      row.disease = disease;
      row.legal_class = its_class;
      add(table[at], row);
      table.push_back(row);
    }
    add(all, table[at]);
  }
  table.insert(table.begin(), all);
  for (const auto& [disease, its_class] : diseases) {
    const auto found = rows.find(disease);
    if (its_class != "other" || found == rows.end()) continue;
    if (found->second.cases + found->second.cases_before == 0) continue;
    TableRow row = found->second;
    row.disease = disease;
    row.legal_class = its_class;
    table.push_back(row);
  }
  for (TableRow& row : table) rate(row, ask.people);
  return table;
}

std::map<std::string, std::vector<std::int64_t>> by_month(const std::vector<Card>& cards, By by,
                                                          Date from, Date to) {
  const auto month = [](Date day) { return civil(day).year * 12 + civil(day).month - 1; };
  const int first = month(from);
  const auto months = static_cast<std::size_t>(month(to) - first + 1);
  std::map<std::string, std::vector<std::int64_t>> table;
  for (const Card& card : cards) {
    const auto day = day_by(card, by);
    if (!is_case(card) || !day || *day < from || *day > to) continue;
    auto& counts = table.try_emplace(card.disease, months, 0).first->second;
    ++counts[static_cast<std::size_t>(month(*day) - first)];
  }
  return table;
}

}  // namespace hb::cards
