#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cards/card.hpp"
#include "stats/interval.hpp"

namespace hb::cards {

/// A share with its Wilson interval; without n there is none.
struct Share {
  std::int64_t x = 0;
  std::int64_t n = 0;
  std::optional<double> value;
  stats::Interval limits{};
};
Share share(std::int64_t x, std::int64_t n);

struct QualityRules {
  std::map<std::string, int> hours;  ///< per disease: from the diagnosis to the card
  int usual_hours = 24;              ///< of diseases without an entry
  int review_hours = 24;             ///< from the card to the review by the county
  int duplicate_days = 30;           ///< two cards of a person and disease so close are one case
};

/// Quality of the cards filled in on the days from … to; deleted and replaced ones are left out.
struct Quality {
  std::int64_t cards = 0;
  std::map<State, std::int64_t> states;
  Share in_time;   ///< filled in within the hours of their disease, of those with a diagnosis time
  Share reviewed;  ///< reviewed by the county in time, of all
  Share twice;     ///< cards beyond the first of a group of duplicates, of all
  Share identified;  ///< of persons whose identity number is there and right
  Share returned;    ///< whose national number is back
};
/// identified  residents with a right identity number
Quality quality(const std::vector<Card>& cards, const std::set<std::int64_t>& identified,
                const QualityRules& rules, Date from, Date to);

/// What a figure of quality counts against a card.
enum class Fault : std::uint8_t {
  late,          ///< filled in after the hours of its disease
  unreviewed,    ///< not reviewed by the county in time
  twice,         ///< beyond the first of a group of duplicates
  unidentified,  ///< the person has no right identity number
  unreturned,    ///< the national number is not back
};
std::string_view fault_word(Fault fault);
std::optional<Fault> read_fault(std::string_view word);

/// The cards behind a figure of quality(): indexes, rising.
std::vector<std::size_t> faulty(const std::vector<Card>& cards,
                                const std::set<std::int64_t>& identified, const QualityRules& rules,
                                Date from, Date to, Fault fault);

/// The instant until which a card has to be filled in and reviewed in the institution; none: it has
/// no time of diagnosis.
std::optional<Instant> limit_of(const Card& card, const QualityRules& rules);

/// Cards whose time limit has passed, or passes within `ahead_hours`, and that the institution has
/// not reviewed yet; the earliest limit first.
struct Due {
  std::size_t card;  ///< index
  Instant limit;
  bool late;
};
std::vector<Due> due(const std::vector<Card>& cards, const QualityRules& rules, Instant now,
                     int ahead_hours);

/// Cases and deaths by month and disease, as the yearbooks count: cards that count, without
/// suspected cases and carriers.
struct MonthRow {
  std::string month;  ///< "2025-11"
  std::string disease;
  std::int64_t cases = 0;
  std::int64_t deaths = 0;
};
/// by  which day of the card; cards without that day are left out
std::vector<MonthRow> monthly(const std::vector<Card>& cards, By by, Date from, Date to);

}  // namespace hb::cards
