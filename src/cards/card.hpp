#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"

namespace hb::cards {

/// Where a card stands. Nothing is called reported before the national number is back.
enum class State : std::uint8_t {
  waiting,    ///< for the review in the institution (待院内审核)
  returned,   ///< sent back to be mended, with a reason (退卡)
  sent,       ///< reviewed there, the national number is not back
  reported,   ///< the national number is back (已报告)
  final,      ///< reviewed by the county (已终审)
  corrected,  ///< replaced by a newer card (已订正); the former diagnosis stays in it
  deleted,    ///< a duplicate or an error (已删除)
};
std::string_view state_word(State state);
std::optional<State> read_state(std::string_view word);

/// What was done to a card here. It stands in the Composition (extension card-act), oldest first,
/// and is never changed.
struct Act {
  std::string act;  ///< "reviewed", see acts.hpp
  Instant at{};
  std::string by;      ///< account
  std::string reason;  ///< a code; may be empty
  std::string note;
  std::string other;  ///< another card that it is about; may be empty
  friend bool operator==(const Act&, const Act&) = default;
};

/// A card as the records hold it.
struct Card {
  std::string id;        ///< of the Composition
  std::int64_t key = 0;  ///< crypto::resource_key of it: how tables name it
  Seq seq = 0;           ///< version that says so; 0: not known
  std::string patient;   ///< id of the Patient
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
  bool returned = false;    ///< the last act sent it back
  bool superseded = false;  ///< another card replaces it
  std::vector<Act> acts;

  /// It counts: neither deleted nor replaced.
  bool counts() const { return !deleted && !superseded; }
  State state() const;
};

/// errors  not_found: another kind of resource; invalid_input: a time that is none, with the
/// element
Result<Card> read_card(std::string_view composition);

/// Marks the cards that others replace.
void mark_superseded(std::vector<Card>& cards);

/// Cards of one person and disease whose days (onset, else diagnosis, else filling in) lie within
/// `days` of each other, none of them deleted or superseded. Two that somebody found to be
/// different cases (act "distinct") do not make a group by themselves.
/// returns  groups of indexes, two or more each, in the order of the cards
std::vector<std::vector<std::size_t>> duplicates(const std::vector<Card>& cards, int days);

/// The day that a card is counted by.
enum class By : std::uint8_t { onset, diagnosis, report, review };
std::optional<By> read_by(std::string_view word);
/// none: the card has no such day
std::optional<Date> day_by(const Card& card, By by);

}  // namespace hb::cards
