#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cards/acts.hpp"
#include "cards/book.hpp"
#include "cards/content.hpp"
#include "core/principal.hpp"
#include "server/http.hpp"
#include "server/json.hpp"
#include "server/outcome.hpp"
#include "server/services.hpp"

namespace hb::server {

/// What the routes about cards work with; SignalHouse holds it.
struct CardDesk {
  cards::Content content;
  cards::Book book;
};

// Handlers about cards of notifiable diseases: routes/cards.cpp (list, one card),
// routes/card_acts.cpp (what is done to them), routes/card_figures.cpp (quality, table,
// reconciliation), routes/card_visits.cpp (visits to be reported, prefill, import).
Response get_cards(Request&, const Principal&, Services&);
Response get_card(Request&, const Principal&, Services&);
Response get_card_form(Request&, const Principal&, Services&);
Response get_card_duplicates(Request&, const Principal&, Services&);
Response post_card(Request&, const Principal&, Services&);
Response post_card_act(Request&, const Principal&, Services&);
Response post_card_import(Request&, const Principal&, Services&);
Response get_card_visits(Request&, const Principal&, Services&);
Response get_card_prefill(Request&, const Principal&, Services&);
Response get_card_quality(Request&, const Principal&, Services&);
Response get_card_table(Request&, const Principal&, Services&);
Response get_card_table_csv(Request&, const Principal&, Services&);
Response get_card_table_xlsx(Request&, const Principal&, Services&);
Response post_card_reconcile(Request&, const Principal&, Services&);

/// The cards of the store that one reader may see, as they are now.
struct CardView {
  CardDesk* desk = nullptr;
  std::shared_ptr<const cards::CardSet> set;
  std::vector<cards::Card> cards;                     ///< in the order of the set
  std::map<std::int64_t, std::string> organizations;  ///< key → name
  std::map<std::size_t, std::size_t> twice;  ///< index → cards of its group of duplicates
  Instant now{};
};

/// errors  404: no scene says how cards are judged; those of records and tables
Parsed<CardView> card_view(const Principal& principal, Services& services);

/// The moment that time limits are judged at: of a simulated store the end of its last day.
Instant now_of(const Services& services);

/// A card as lists show it, with its person; the look at the person is noted.
json::object card_object(const cards::Card& card, const CardView& view, const Principal& principal,
                         Services& services);
/// One card with its life, for whoever just did something to it too.
Response card_response(int status, const std::string& id, const Principal& principal,
                       Services& services);
/// Deaths within the follow-up whose cause is the disease of the card: key → day and cause.
struct CardDeath {
  Date day;
  std::string cause;
};
Result<std::map<std::int64_t, CardDeath>> card_deaths(const CardView& view,
                                                      const Principal& principal,
                                                      Services& services);

/// Limit of the next step that has to be done: by the institution, then by the county; none: there
/// is none.
std::optional<Instant> open_limit(const cards::Card& card, const CardView& view);

/// Acts that the asker may do to a card where it stands.
std::vector<cards::ActKind> acts_for(const cards::Card& card, const Principal& principal,
                                     const Services& services);
/// What is wrong with the text of a card by the rules of R4 and of its profile; one sentence each.
std::vector<std::string> faults_of_card(const std::string& text, Services& services);

/// A day of the query; the fallback where it is absent.
Parsed<Date> card_day(const Request& request, std::string_view name, Date fallback);

}  // namespace hb::server
