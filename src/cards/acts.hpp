#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cards/card.hpp"
#include "cards/fields.hpp"

namespace hb::cards {

/// What can be done to a card, and where. Each makes a new version of the Composition, or a new
/// card that replaces it; the former stays.
///
///   submitted  the institution sends it in again after it was returned        returned → waiting
///   changed    fields mended before the institution has reviewed it           waiting
///   reviewed   by the institution                                            waiting → sent
///   numbered   the national number is back                                   sent → reported
///   final      by the county; only with the national number                  reported → final
///   returned   with a reason; the reviews are taken back                     waiting, sent,
///   reported corrected  a new card takes its place and is reviewed anew               sent,
///   reported, final deleted    with a reason                                                 all
///   that count restored   with a reason                                                 deleted
///   distinct   not the same case as another card                             all that count
enum class ActKind : std::uint8_t {
  submitted,
  changed,
  reviewed,
  numbered,
  final,
  returned,
  corrected,
  deleted,
  restored,
  distinct,
};
std::string_view act_word(ActKind kind);
std::optional<ActKind> read_act(std::string_view word);

/// Who does something, and with what.
struct Order {
  ActKind kind = ActKind::changed;
  Act act;             ///< at, by, reason, note, other; its word is written by us
  std::string number;  ///< of numbered
  Fields fields;       ///< of submitted, changed, corrected: those that change
};

/// Acts that fit where a card stands, in the order above.
std::vector<ActKind> possible(const Card& card);

/// The Composition after the act; of corrected the new card.
/// card     read from it (read_card)
/// new_id   of the card that replaces it; empty: it has none yet
/// errors   conflict: the act does not fit where the card stands;
///          invalid_input with the field: a reason, note, number, field or other card is missing
Result<std::string> act_on(std::string_view composition, const Card& card, const Order& order,
                           const std::string& new_id = {});

/// A new card without an id, waiting for the review in the institution.
/// number  national number that came with it; may be empty
/// errors  invalid_input with the first field that is missing; as of put_fields()
Result<std::string> new_card(const Fields& fields, const Act& by, const std::string& number = {});

}  // namespace hb::cards
