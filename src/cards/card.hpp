#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"

namespace hb::cards {

/// Where a card stands. Nothing is called reported before the national number is back.
enum class State : std::uint8_t {
  waiting,    ///< for the review in the institution (待院内审核)
  sent,       ///< reviewed there, the national number is not back
  reported,   ///< the national number is back (已报告)
  final,      ///< reviewed by the county (已终审)
  corrected,  ///< replaced by a newer card (已订正); the former diagnosis stays in it
  deleted,    ///< a duplicate or an error (已删除)
};
std::string_view state_word(State state);

/// A card as the records hold it.
struct Card {
  std::string id;        ///< of the Composition
  std::string number;    ///< national card number; empty: not back yet
  std::string replaces;  ///< id of the card that this one corrects; may be empty
  std::string disease;
  std::string case_class;
  std::int64_t resident = 0;
  std::optional<Date> onset;
  std::optional<Instant> diagnosed;
  std::optional<Instant> filled;           ///< when the card was filled in
  std::optional<Instant> hospital_review;  ///< in the institution
  std::optional<Instant> final_review;     ///< by the county
  std::optional<Date> death;
  std::string area;  ///< present address
  std::string organization;
  bool deleted = false;
  bool superseded = false;  ///< another card replaces it

  State state() const;
};

/// errors  not_found: another kind of resource; invalid_input: a time that is none, with the
/// element
Result<Card> read_card(std::string_view composition);

/// Marks the cards that others replace.
void mark_superseded(std::vector<Card>& cards);

/// Cards of one person and disease whose days (onset, else diagnosis, else filling in) lie within
/// `days` of each other, none of them deleted or superseded.
/// returns  groups of indexes, two or more each, in the order of the cards
std::vector<std::vector<std::size_t>> duplicates(const std::vector<Card>& cards, int days);

/// The day that a card is counted by.
enum class By : std::uint8_t { onset, diagnosis, report, review };
std::optional<By> read_by(std::string_view word);
/// none: the card has no such day
std::optional<Date> day_by(const Card& card, By by);

}  // namespace hb::cards
