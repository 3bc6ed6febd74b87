#include "cards/quality.hpp"

#include <algorithm>

namespace hb::cards {
namespace {

constexpr std::int64_t micros_per_hour = 3'600'000'000;

bool counts(const Card& card) { return !card.deleted && !card.superseded; }

int hours_of(const Card& card, const QualityRules& rules) {
  const auto found = rules.hours.find(card.disease);
  return found == rules.hours.end() ? rules.usual_hours : found->second;
}

bool within(Instant from, Instant to, int hours) {
  return to.micros - from.micros <= hours * micros_per_hour;
}

}  // namespace

Share share(std::int64_t x, std::int64_t n) {
  Share made{x, n, {}, {}};
  if (n == 0) return made;
  made.value = static_cast<double>(x) / static_cast<double>(n);
  made.limits = stats::wilson(static_cast<double>(x), static_cast<double>(n)).value();
  return made;
}

Quality quality(const std::vector<Card>& cards, const std::set<std::int64_t>& identified,
                const QualityRules& rules, Date from, Date to) {
  Quality made;
  std::vector<Card> chosen;
  std::int64_t in_time = 0, timed = 0, reviewed = 0, known = 0, back = 0;
  for (const Card& card : cards) {
    const auto day = day_by(card, By::report);
    if (!counts(card) || !day || *day < from || *day > to) continue;
    chosen.push_back(card);
    ++made.states[card.state()];
    if (card.diagnosed) {
      ++timed;
      if (within(*card.diagnosed, *card.filled, hours_of(card, rules))) ++in_time;
    }
    if (card.final_review && within(*card.filled, *card.final_review, rules.review_hours))
      ++reviewed;
    if (identified.contains(card.resident)) ++known;
    if (!card.number.empty()) ++back;
  }
  made.cards = static_cast<std::int64_t>(chosen.size());
  std::int64_t twice = 0;
  for (const auto& group : duplicates(chosen, rules.duplicate_days))
    twice += static_cast<std::int64_t>(group.size()) - 1;
  made.in_time = share(in_time, timed);
  made.reviewed = share(reviewed, made.cards);
  made.twice = share(twice, made.cards);
  made.identified = share(known, made.cards);
  made.returned = share(back, made.cards);
  return made;
}

std::vector<Due> due(const std::vector<Card>& cards, const QualityRules& rules, Instant now,
                     int ahead_hours) {
  std::vector<Due> list;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const Card& card = cards[i];
    if (!counts(card) || card.hospital_review || !card.diagnosed) continue;
    const Instant limit{card.diagnosed->micros + hours_of(card, rules) * micros_per_hour};
    if (limit.micros - now.micros > ahead_hours * micros_per_hour) continue;
    list.push_back({i, limit, limit < now});
  }
  std::ranges::stable_sort(list, {}, &Due::limit);
  return list;
}

std::vector<MonthRow> monthly(const std::vector<Card>& cards, By by, Date from, Date to) {
  std::map<std::pair<std::string, std::string>, MonthRow> rows;
  for (const Card& card : cards) {
    const auto day = day_by(card, by);
    if (!counts(card) || !day || *day < from || *day > to) continue;
    if (card.case_class == "suspected" || card.case_class == "carrier") continue;
    const std::string month = format_date(*day).substr(0, 7);
    MonthRow& row =
        rows.try_emplace({month, card.disease}, MonthRow{month, card.disease, 0, 0}).first->second;
    ++row.cases;
    row.deaths += card.death ? 1 : 0;
  }
  std::vector<MonthRow> list;
  for (auto& [key, row] : rows) list.push_back(row);
  return list;
}

}  // namespace hb::cards
