// What one reader sees of the cards of notifiable diseases, and how a card is shown.
#include <algorithm>

#include "crypto/digest.hpp"
#include "fhir/check_validator.hpp"
#include "server/card_routes.hpp"
#include "server/fhir/answer.hpp"
#include "server/signals.hpp"
#include "server/person.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

using cards::Card;
using cards::State;

constexpr auto list_limit = std::chrono::seconds(20);
constexpr int death_days = 730;  // in which deaths are looked for

json::value instant_or_null(const std::optional<Instant>& instant) {
  return instant ? json::value(format_instant(*instant)) : json::value(nullptr);
}

json::value date_or_null(const std::optional<Date>& date) {
  return date ? json::value(format_date(*date)) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value code_or_null(const Services& services, const char* list, const std::string& code) {
  return code.empty() ? json::value(nullptr)
                      : json::value(texts(services.catalogue.text(list, code)));
}

/// Until when the county has to review it; none: not yet reported, or done.
std::optional<Instant> review_limit(const Card& card, const CardView& view) {
  if (!card.filled || !card.counts()) return std::nullopt;
  return Instant{card.filled->micros +
                 view.desk->content.rules.review_hours * std::int64_t{3'600'000'000}};
}

/// Key → name of all institutions.
Result<std::map<std::int64_t, std::string>> organization_names(const Principal& principal,
                                                               Services& services) {
  const auto rows =
      services.hub.tables().query(principal,
                                  "SELECT organization_key AS k, name AS name FROM organization "
                                  "ORDER BY organization_key NULLS LAST",
                                  {}, list_limit);
  if (!rows) return unexpected(rows.error());
  std::map<std::int64_t, std::string> names;
  for (const auto& row : rows->rows) {
    const auto* key = std::get_if<std::int64_t>(&row.at(0));
    const auto* name = std::get_if<std::string>(&row.at(1));
    if (key != nullptr && name != nullptr) names[*key] = *name;
  }
  return names;
}

}  // namespace

std::optional<Instant> open_limit(const Card& card, const CardView& view) {
  const State state = card.state();
  if (state == State::waiting || state == State::returned)
    return cards::limit_of(card, view.desk->content.rules);
  if (state == State::sent || state == State::reported) return review_limit(card, view);
  return std::nullopt;
}

Instant now_of(const Services& services) {
  if (!services.has_simulated_day) return services.clock();
  constexpr std::int64_t day = 86'400'000'000, shanghai = 28'800'000'000;
  return Instant{(services.last_simulated_day.days + std::int64_t{1}) * day - shanghai - 1};
}

Parsed<Date> card_day(const Request& request, std::string_view name, Date fallback) {
  const auto text = request.query(name);
  if (!text || text->empty()) return fallback;
  const Result<Date> day = parse_date(*text);
  if (!day) return unexpected(bad_parameter(name, {"日期，如 2025-11-21", "a day, 2025-11-21"}));
  return *day;
}

Parsed<CardView> card_view(const Principal& principal, Services& services) {
  CardView view;
  view.desk = services.signals == nullptr ? nullptr : services.signals->cards();
  if (view.desk == nullptr)
    return unexpected(not_found({"报告卡（场景未配置）", "cards: no scene says how"}));
  auto set = view.desk->book.now(services.hub.store());
  if (!set) return unexpected(outcome(set.error()));
  view.set = std::move(*set);
  view.now = now_of(services);
  const auto rows = services.hub.tables().query(
      principal, "SELECT card_key AS k FROM report_card ORDER BY card_key NULLS LAST", {},
      list_limit);
  if (!rows) return unexpected(outcome(rows.error()));
  std::set<std::size_t> seen;
  for (const auto& row : rows->rows)
    if (const auto* key = std::get_if<std::int64_t>(&row.at(0)))
      if (const auto at = view.set->by_key.find(*key); at != view.set->by_key.end())
        seen.insert(at->second);
  for (const std::size_t i : seen) view.cards.push_back(view.set->cards[i]);
  for (const auto& group : cards::duplicates(view.cards, view.desk->content.rules.duplicate_days))
    for (const std::size_t i : group) view.twice[i] = group.size();
  auto names = organization_names(principal, services);
  if (!names) return unexpected(outcome(names.error()));
  view.organizations = std::move(*names);
  return view;
}

Result<std::map<std::int64_t, CardDeath>> card_deaths(const CardView& view,
                                                      const Principal& principal,
                                                      Services& services) {
  std::map<std::int64_t, CardDeath> deaths;
  const std::string& sql = view.desk->content.deaths_sql;
  if (sql.empty()) return deaths;
  const Date today = services.today();
  const auto rows = services.hub.tables().query(
      principal, sql, {{"from", Date{today.days - death_days}}, {"to", today}}, list_limit);
  if (!rows) return unexpected(rows.error());
  for (const auto& row : rows->rows) {
    const auto* key = std::get_if<std::int64_t>(&row.at(0));
    const auto* day = std::get_if<Date>(&row.at(1));
    const auto* cause = std::get_if<std::string>(&row.at(2));
    if (key == nullptr || day == nullptr || cause == nullptr) continue;
    const auto at = view.set->by_key.find(*key);
    if (at == view.set->by_key.end()) continue;
    const Card& card = view.set->cards[at->second];
    if (card.counts() && !card.death && view.desk->content.disease_of(*cause) == card.disease)
      deaths[*key] = {*day, *cause};
  }
  return deaths;
}

std::vector<cards::ActKind> acts_for(const Card& card, const Principal& principal,
                                     const Services& services) {
  const bool write = services.gate.may(principal, "cards:write");
  const bool review = services.gate.may(principal, "cards:review");
  const bool county = services.gate.may(principal, "card-final:review");
  const bool own = principal.organizations.empty() ||
                   std::ranges::count(principal.organizations, card.organization) > 0;
  std::vector<cards::ActKind> list;
  for (const cards::ActKind kind : cards::possible(card)) {
    bool may = false;
    switch (kind) {
      case cards::ActKind::submitted:
      case cards::ActKind::changed:
        may = write && own;
        break;
      case cards::ActKind::reviewed:
        may = review && own;
        break;
      case cards::ActKind::corrected:
        may = county || (write && own);
        break;
      case cards::ActKind::numbered:
      case cards::ActKind::returned:
      case cards::ActKind::distinct:
        may = county || (review && own);
        break;
      case cards::ActKind::deleted:
        may = county || (review && own && card.state() != State::final);
        break;
      case cards::ActKind::final:
      case cards::ActKind::restored:
        may = county;
        break;
    }
    if (may) list.push_back(kind);
  }
  return list;
}

std::vector<std::string> faults_of_card(const std::string& text, Services& services) {
  const fhir::PaddedText padded(
      fhir_api::text_member(text, "id").empty() ? fhir_api::with_id(text, "new") : text);
  fhir::Parser parser;
  const auto resource = parser.parse(padded.view());
  if (!resource) return {resource.error().path + ": " + resource.error().expected};
  fhir::Validator validator(services.hub.rulebook(),
                            {.simulated = services.hub.store().info().simulated, .max_faults = 20});
  std::vector<std::string> list;
  for (const fhir::Fault& fault : validator.validate(*resource))
    if (fault.level != fhir::Level::off) list.push_back(fault.path + ": " + fault.expected);
  return list;
}

json::object card_object(const Card& card, const CardView& view, const Principal& principal,
                         Services& services) {
  json::value person = nullptr;
  if (card.resident != 0)
    if (const auto found = services.hub.store().person(principal, card.resident))
      person = resident_object(found->resident, services, card_of(*found));
  const auto organization =
      view.organizations.find(crypto::resource_key("Organization", card.organization));
  const auto at = std::ranges::find(view.cards, card.id, &Card::id);
  const auto twice = at == view.cards.end()
                         ? view.twice.end()
                         : view.twice.find(static_cast<std::size_t>(at - view.cards.begin()));
  const auto limit = open_limit(card, view);
  const std::string state(cards::state_word(card.state()));
  return {{"id", card.id},
          {"number", text_or_null(card.number)},
          {"state", state},
          {"state_name", texts(services.catalogue.text("card-state", state))},
          {"disease", card.disease},
          {"disease_name", code_or_null(services, "notifiable-disease", card.disease)},
          {"case_class", text_or_null(card.case_class)},
          {"case_class_name", code_or_null(services, "case-class", card.case_class)},
          {"onset", date_or_null(card.onset)},
          {"diagnosed", instant_or_null(card.diagnosed)},
          {"filled", instant_or_null(card.filled)},
          {"hospital_review", instant_or_null(card.hospital_review)},
          {"final_review", instant_or_null(card.final_review)},
          {"death", date_or_null(card.death)},
          {"area", text_or_null(card.area)},
          {"area_name", card.area.empty() ? json::value(nullptr)
                                          : json::value(texts(services.areas.name(card.area)))},
          {"organization", text_or_null(card.organization)},
          {"organization_name", organization == view.organizations.end()
                                    ? json::value(nullptr)
                                    : json::value(organization->second)},
          {"resident", std::move(person)},
          {"limit", instant_or_null(limit)},
          {"late", limit && *limit < view.now},
          {"duplicates", twice == view.twice.end() ? 0 : static_cast<int>(twice->second)}};
}

}  // namespace hb::server
