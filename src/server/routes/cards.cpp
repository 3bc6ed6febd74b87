// Cards of notifiable diseases: the list, one card with its life, duplicates side by side.
#include <algorithm>

#include "crypto/digest.hpp"
#include "server/card_routes.hpp"
#include "server/parameters.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

using cards::Card;
using cards::State;

constexpr int usual_ahead = 4;  // hours in which a limit passes, to be told beforehand

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value code_or_null(const Services& services, const char* list, const std::string& code) {
  return code.empty() ? json::value(nullptr)
                      : json::value(texts(services.catalogue.text(list, code)));
}

struct ListAsk {
  std::string state, disease, organization, area, limit, mark, number;
  std::optional<cards::Fault> fault;
  Date from, to;
  bool between = false;
};

Parsed<ListAsk> list_ask(const Request& request, const Services& services) {
  ListAsk ask;
  const auto state =
      word_of(request, "state",
              {"open", "waiting", "returned", "sent", "reported", "final", "corrected", "deleted"});
  if (!state) return unexpected(state.error());
  ask.state = *state;
  const auto limit = word_of(request, "limit", {"late", "due"});
  if (!limit) return unexpected(limit.error());
  ask.limit = *limit;
  const auto mark = word_of(request, "mark", {"duplicates", "deaths"});
  if (!mark) return unexpected(mark.error());
  ask.mark = *mark;
  const auto fault =
      word_of(request, "fault", {"late", "unreviewed", "twice", "unidentified", "unreturned"});
  if (!fault) return unexpected(fault.error());
  if (!fault->empty()) ask.fault = cards::read_fault(*fault);
  for (const auto& [name, value] : {std::pair{"disease", &ask.disease},
                                    {"organization", &ask.organization},
                                    {"number", &ask.number}}) {
    const auto text = text_of(request, name);
    if (!text) return unexpected(text.error());
    *value = *text;
  }
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  ask.area = *area;
  ask.between = request.query("from").has_value() || request.query("to").has_value();
  const auto to = card_day(request, "to", services.today());
  if (!to) return unexpected(to.error());
  const auto from = card_day(request, "from", Date{to->days - 364});
  if (!from) return unexpected(from.error());
  ask.from = *from;
  ask.to = *to;
  return ask;
}

bool in_state(const Card& card, const std::string& wanted) {
  if (wanted.empty()) return true;
  const State state = card.state();
  if (wanted == "open")
    return state == State::waiting || state == State::returned || state == State::sent ||
           state == State::reported;
  return cards::state_word(state) == wanted;
}

bool fits(const Card& card, const ListAsk& ask) {
  if (!in_state(card, ask.state)) return false;
  if (!ask.disease.empty() && card.disease != ask.disease) return false;
  if (!ask.organization.empty() && card.organization != ask.organization) return false;
  if (!ask.area.empty() && !card.area.starts_with(ask.area)) return false;
  if (!ask.number.empty() && !card.number.starts_with(ask.number)) return false;
  if (!ask.between) return true;
  const auto day = cards::day_by(card, cards::By::report);
  return day && *day >= ask.from && *day <= ask.to;
}

bool limit_fits(const Card& card, const CardView& view, const std::string& wanted) {
  if (wanted.empty()) return true;
  const auto limit = open_limit(card, view);
  if (!limit) return false;
  if (wanted == "late") return *limit < view.now;
  return *limit >= view.now &&
         limit->micros - view.now.micros <= usual_ahead * std::int64_t{3'600'000'000};
}

/// The cards that a list asks for, in its order.
Parsed<std::vector<std::size_t>> chosen(const CardView& view, const ListAsk& ask,
                                        const Principal& principal, Services& services) {
  std::vector<std::size_t> list;
  std::map<std::int64_t, CardDeath> deaths;
  if (ask.mark == "deaths") {
    auto found = card_deaths(view, principal, services);
    if (!found) return unexpected(outcome(found.error()));
    deaths = std::move(*found);
  }
  std::set<std::size_t> faulty;
  if (ask.fault) {
    std::set<std::int64_t> known;
    if (*ask.fault == cards::Fault::unidentified) {
      auto found = cards::identified(services.hub.store(), view.cards);
      if (!found) return unexpected(outcome(found.error()));
      known = std::move(*found);
    }
    for (const std::size_t i :
         cards::faulty(view.cards, known, view.desk->content.rules, ask.from, ask.to, *ask.fault))
      faulty.insert(i);
  }
  for (std::size_t i = 0; i < view.cards.size(); ++i) {
    const Card& card = view.cards[i];
    if (!fits(card, ask) || !limit_fits(card, view, ask.limit)) continue;
    if (ask.mark == "duplicates" && !view.twice.contains(i)) continue;
    if (ask.mark == "deaths" && !deaths.contains(card.key)) continue;
    if (ask.fault && !faulty.contains(i)) continue;
    list.push_back(i);
  }
  std::ranges::stable_sort(list, [&](std::size_t a, std::size_t b) {
    const Card &one = view.cards[a], &other = view.cards[b];
    if (!ask.limit.empty()) return *open_limit(one, view) < *open_limit(other, view);
    return one.filled.value_or(Instant{}) > other.filled.value_or(Instant{});
  });
  return list;
}

json::object act_object(const cards::Act& act, const Services& services) {
  const char* reasons = act.act == "deleted" ? "card-delete-reason" : "card-return-reason";
  return {{"act", act.act},
          {"act_name", texts(services.catalogue.text("card-act", act.act))},
          {"at", format_instant(act.at)},
          {"by", text_or_null(act.by)},
          {"reason", text_or_null(act.reason)},
          {"reason_name", code_or_null(services, reasons, act.reason)},
          {"note", text_or_null(act.note)},
          {"other", text_or_null(act.other)},
          {"changes", json::array()}};
}

json::array change_list(const std::vector<cards::Change>& changes) {
  json::array list;
  for (const cards::Change& one : changes)
    list.push_back(json::object{
        {"field", one.field}, {"from", text_or_null(one.from)}, {"to", text_or_null(one.to)}});
  return list;
}

/// What the card itself says of the time before it was worked on here.
std::vector<cards::Act> told(const Card& card) {
  std::vector<cards::Act> acts;
  const bool made_here = !card.acts.empty() && (card.acts.front().act == "submitted" ||
                                                card.acts.front().act == "corrected");
  const auto done = [&](const char* word, Instant at) {
    return std::ranges::any_of(
        card.acts, [&](const cards::Act& act) { return act.act == word && act.at == at; });
  };
  if (card.filled && !made_here) acts.push_back({"submitted", *card.filled, "", "", "", ""});
  if (card.hospital_review && !done("reviewed", *card.hospital_review))
    acts.push_back({"reviewed", *card.hospital_review, "", "", "", ""});
  if (card.final_review && !done("final", *card.final_review))
    acts.push_back({"final", *card.final_review, "", "", "", ""});
  return acts;
}

/// The life of a card, oldest first: what it says itself, acts with what they changed, and changes
/// that came with a delivery.
json::array life_of(const Card& card, const std::vector<records::StoredVersion>& newest_first,
                    const std::vector<cards::Change>& corrected, const Services& services) {
  std::vector<std::pair<Instant, json::object>> life;
  for (const cards::Act& act : told(card)) life.push_back({act.at, act_object(act, services)});
  const std::size_t own = life.size();
  for (const cards::Act& act : card.acts) {
    life.push_back({act.at, act_object(act, services)});
    if (act.act == "corrected") life.back().second["changes"] = change_list(corrected);
  }
  std::optional<cards::Fields> before;
  std::size_t acts_before = 0;
  for (auto at = newest_first.rbegin(); at != newest_first.rend(); ++at) {
    if (at->deleted) continue;
    const auto fields = cards::fields_of(at->json);
    const auto then = cards::read_card(at->json);
    if (!fields || !then) continue;
    const std::size_t acts = std::min(then->acts.size(), card.acts.size());
    if (before) {
      const auto changed = cards::changes(*before, *fields);
      if (!changed.empty() && acts > acts_before)
        life[own + acts - 1].second["changes"] = change_list(changed);
      else if (!changed.empty()) {
        life.push_back(
            {at->recorded, act_object({"delivered", at->recorded, "", "", "", ""}, services)});
        life.back().second["changes"] = change_list(changed);
      }
    }
    before = *fields;
    acts_before = acts;
  }
  std::ranges::stable_sort(life, {}, [](const auto& one) { return one.first; });
  json::array list;
  for (auto& [at, object] : life) list.push_back(std::move(object));
  return list;
}

json::object fields_object(const cards::Fields& fields) {
  json::object object;
  for (const auto& [name, value] : fields) object[name] = value;
  return object;
}

/// Another card, where the reader may see it.
json::value other_card(const CardView& view, const std::string& id, const Principal& principal,
                       Services& services) {
  const auto found = std::ranges::find(view.cards, id, &Card::id);
  return found == view.cards.end() ? json::value(nullptr)
                                   : json::value(card_object(*found, view, principal, services));
}

json::array duplicates_of(const Card& card, const CardView& view, const Principal& principal,
                          Services& services) {
  json::array list;
  for (const auto& group : cards::duplicates(view.cards, view.desk->content.rules.duplicate_days)) {
    const bool in =
        std::ranges::any_of(group, [&](std::size_t i) { return view.cards[i].id == card.id; });
    if (!in) continue;
    for (const std::size_t i : group)
      if (view.cards[i].id != card.id)
        list.push_back(card_object(view.cards[i], view, principal, services));
  }
  return list;
}

}  // namespace

/// GET
/// /api/cards?state=&disease=&organization=&area=&limit=&mark=&fault=&number=&from=&to=&page=&size=
Response get_cards(Request& request, const Principal& principal, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto ask = list_ask(request, services);
  if (!ask) return ask.error();
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  const auto list = chosen(*view, *ask, principal, services);
  if (!list) return list.error();
  const auto total = static_cast<std::int64_t>(list->size());
  json::array items;
  for (std::int64_t at = page->offset(); at < std::min(total, page->offset() + page->size); ++at)
    items.push_back(card_object(view->cards[(*list)[static_cast<std::size_t>(at)]], *view,
                                principal, services));
  services.hub.store().note_audit(principal, "card", "list " + std::to_string(items.size()));
  json::object states;
  for (int i = 0; i <= static_cast<int>(State::deleted); ++i)
    states[cards::state_word(static_cast<State>(i))] = 0;
  std::int64_t late = 0;
  for (const Card& card : view->cards) {
    json::value& count = states[cards::state_word(card.state())];
    count = count.as_int64() + 1;
    late += limit_fits(card, *view, "late") ? 1 : 0;
  }
  json::object body = list_object(total, *page, std::move(items));
  body["now"] = format_instant(view->now);
  body["states"] = std::move(states);
  body["late"] = late;
  body["duplicates"] = view->twice.size();
  return json_response(200, body);
}

Response card_response(int status, const std::string& id, const Principal& principal,
                       Services& services) {
  records::Store& store = services.hub.store();
  const auto version = store.read(principal, "Composition", id);
  if (!version) return person_outcome(version.error());
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  const Card* card = view->set->find(id);
  const auto fields = cards::fields_of(version->json);
  if (card == nullptr || !fields) return not_found({"该报告卡", "such card"});
  json::object body = card_object(*card, *view, principal, services);
  body["version"] = version->version;
  body["fields"] = fields_object(*fields);
  std::vector<cards::Change> corrected;
  json::value former = nullptr;
  if (!card->replaces.empty()) {
    former = other_card(*view, card->replaces, principal, services);
    const auto old = store.read(principal, "Composition", card->replaces);
    const auto was = old ? cards::fields_of(old->json) : Result<cards::Fields>(cards::Fields{});
    if (old && was) corrected = cards::changes(*was, *fields);
  }
  body["former"] = std::move(former);
  const auto newer = view->set->replaced_by.find(id);
  body["newer"] = newer == view->set->replaced_by.end()
                      ? json::value(nullptr)
                      : other_card(*view, newer->second, principal, services);
  const auto versions = store.history(principal, "Composition", id);
  if (!versions) return person_outcome(versions.error());
  body["life"] = life_of(*card, *versions, corrected, services);
  json::array acts;
  for (const cards::ActKind kind : acts_for(*card, principal, services))
    acts.push_back(json::value(cards::act_word(kind)));
  body["acts"] = std::move(acts);
  body["others"] = duplicates_of(*card, *view, principal, services);
  body["faults"] = words(faults_of_card(version->json, services));
  body["missing"] = words(cards::missing(*fields));
  const auto deaths = card_deaths(*view, principal, services);
  if (!deaths) return outcome(deaths.error());
  const auto death = deaths->find(card->key);
  body["died"] = death == deaths->end()
                     ? json::value(nullptr)
                     : json::value(json::object{{"day", format_date(death->second.day)},
                                                {"cause", death->second.cause}});
  return json_response(status, body);
}

/// GET /api/cards/{id}: with its life, duplicates, what may be done, and a death that it does not
/// say
Response get_card(Request& request, const Principal& principal, Services& services) {
  const std::string id(request.capture("id"));
  Response response = card_response(200, id, principal, services);
  if (response.status == 200) services.hub.store().note_audit(principal, "card", "read " + id);
  return response;
}

/// GET /api/cards/duplicates?page=&size=: groups side by side
Response get_card_duplicates(Request& request, const Principal& principal, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  const auto groups = cards::duplicates(view->cards, view->desk->content.rules.duplicate_days);
  const auto total = static_cast<std::int64_t>(groups.size());
  json::array items;
  for (std::int64_t at = page->offset(); at < std::min(total, page->offset() + page->size); ++at) {
    json::array group;
    // The newest groups first.
    for (const std::size_t i : groups[static_cast<std::size_t>(total - 1 - at)])
      group.push_back(card_object(view->cards[i], *view, principal, services));
    items.push_back(json::object{{"cards", std::move(group)}});
  }
  services.hub.store().note_audit(principal, "card", "duplicates " + std::to_string(items.size()));
  json::object body = list_object(total, *page, std::move(items));
  body["days"] = view->desk->content.rules.duplicate_days;
  return json_response(200, body);
}

/// GET /api/cards/form: fields with their words, reasons, institutions that report
Response get_card_form(Request&, const Principal& principal, Services& services) {
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  const auto list = [&](const char* id) {
    json::array options;
    if (const scene::CodeList* codes = services.catalogue.codes(id))
      for (const scene::Code& one : codes->codes)
        options.push_back(json::object{{"code", one.code}, {"name", texts(one.name)}});
    return options;
  };
  const std::map<std::string_view, const char*> lists = {{"disease", "notifiable-disease"},
                                                         {"caseClass", "case-class"},
                                                         {"course", "case-course"},
                                                         {"populationGroup", "population-group"},
                                                         {"belongsTo", "belongs-to"}};
  json::array fields;
  for (const cards::FieldKind& kind : cards::card_fields()) {
    const auto words = lists.find(kind.name);
    fields.push_back(
        json::object{{"name", kind.name},
                     {"title", texts(services.catalogue.text("card-field", kind.name))},
                     {"kind", words != lists.end()             ? "code"
                              : kind.member == "valueDate"     ? "date"
                              : kind.member == "valueDateTime" ? "time"
                              : kind.name.ends_with("Area")    ? "area"
                                                               : "text"},
                     {"required", kind.required},
                     {"options", words == lists.end() ? json::array() : list(words->second)}});
  }
  std::map<std::string, std::string> reporting;
  for (const Card& card : view->cards) {
    const auto name =
        view->organizations.find(crypto::resource_key("Organization", card.organization));
    if (name != view->organizations.end()) reporting[card.organization] = name->second;
  }
  json::array organizations;
  for (const auto& [id, name] : reporting)
    organizations.push_back(json::object{{"id", id}, {"name", name}});
  return json_response(200, json::object{{"fields", std::move(fields)},
                                         {"states", list("card-state")},
                                         {"acts", list("card-act")},
                                         {"return_reasons", list("card-return-reason")},
                                         {"delete_reasons", list("card-delete-reason")},
                                         {"organizations", std::move(organizations)}});
}

}  // namespace hb::server
