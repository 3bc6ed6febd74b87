#include "cards/quality.hpp"

#include <algorithm>
#include <array>

namespace hb::cards {
namespace {

constexpr std::array<std::string_view, 5> faults = {"late", "unreviewed", "twice", "unidentified",
                                                    "unreturned"};

constexpr std::int64_t micros_per_hour = 3'600'000'000;

int hours_of(const Card& card, const QualityRules& rules) {
  const auto found = rules.hours.find(card.disease);
  return found == rules.hours.end() ? rules.usual_hours : found->second;
}

bool within(Instant from, Instant to, int hours) {
  return to.micros - from.micros <= hours * micros_per_hour;
}

/// Cards that count and were filled in on these days: indexes.
std::vector<std::size_t> filled_between(const std::vector<Card>& cards, Date from, Date to) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const auto day = day_by(cards[i], By::report);
    if (cards[i].counts() && day && *day >= from && *day <= to) found.push_back(i);
  }
  return found;
}

}  // namespace

Share share(std::int64_t x, std::int64_t n) {
  Share made{x, n, {}, {}};
  if (n == 0) return made;
  made.value = static_cast<double>(x) / static_cast<double>(n);
  made.limits = stats::wilson(static_cast<double>(x), static_cast<double>(n)).value();
  return made;
}

std::string_view fault_word(Fault fault) { return faults[static_cast<std::size_t>(fault)]; }

std::optional<Fault> read_fault(std::string_view word) {
  const auto found = std::ranges::find(faults, word);
  if (found == faults.end()) return std::nullopt;
  return static_cast<Fault>(found - faults.begin());
}

std::optional<Instant> limit_of(const Card& card, const QualityRules& rules) {
  if (!card.diagnosed) return std::nullopt;
  return Instant{card.diagnosed->micros + hours_of(card, rules) * micros_per_hour};
}

std::vector<std::size_t> faulty(const std::vector<Card>& cards,
                                const std::set<std::int64_t>& identified, const QualityRules& rules,
                                Date from, Date to, Fault fault) {
  const std::vector<std::size_t> all = filled_between(cards, from, to);
  std::vector<std::size_t> found;
  if (fault == Fault::twice) {
    std::vector<Card> chosen;
    for (const std::size_t i : all) chosen.push_back(cards[i]);
    for (const auto& group : duplicates(chosen, rules.duplicate_days))
      for (std::size_t k = 1; k < group.size(); ++k) found.push_back(all[group[k]]);
    std::ranges::sort(found);
    return found;
  }
  for (const std::size_t i : all) {
    const Card& card = cards[i];
    const bool is =
        fault == Fault::late
            ? card.diagnosed && !within(*card.diagnosed, *card.filled, hours_of(card, rules))
        : fault == Fault::unreviewed
            ? !card.final_review || !within(*card.filled, *card.final_review, rules.review_hours)
        : fault == Fault::unidentified ? !identified.contains(card.resident)
                                       : card.number.empty();
    if (is) found.push_back(i);
  }
  return found;
}

Quality quality(const std::vector<Card>& cards, const std::set<std::int64_t>& identified,
                const QualityRules& rules, Date from, Date to) {
  Quality made;
  std::int64_t timed = 0;
  for (const std::size_t i : filled_between(cards, from, to)) {
    ++made.cards;
    ++made.states[cards[i].state()];
    timed += cards[i].diagnosed ? 1 : 0;
  }
  const auto without = [&](Fault fault, std::int64_t n) {
    const auto with = faulty(cards, identified, rules, from, to, fault).size();
    return share(n - static_cast<std::int64_t>(with), n);
  };
  made.in_time = without(Fault::late, timed);
  made.reviewed = without(Fault::unreviewed, made.cards);
  made.identified = without(Fault::unidentified, made.cards);
  made.returned = without(Fault::unreturned, made.cards);
  made.twice = share(
      static_cast<std::int64_t>(faulty(cards, identified, rules, from, to, Fault::twice).size()),
      made.cards);
  return made;
}

std::vector<Due> due(const std::vector<Card>& cards, const QualityRules& rules, Instant now,
                     int ahead_hours) {
  std::vector<Due> list;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const Card& card = cards[i];
    if (!card.counts() || card.hospital_review || !card.diagnosed) continue;
    const Instant limit = *limit_of(card, rules);
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
    if (!card.counts() || !day || *day < from || *day > to) continue;
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
