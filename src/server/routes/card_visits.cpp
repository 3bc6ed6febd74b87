// Visits whose diagnosis is to be reported, a card filled from one, and the import of the front-end
// software's export.
#include <algorithm>

#include "crypto/digest.hpp"
#include "server/card_routes.hpp"
#include "server/fhir/writing.hpp"
#include "server/parameters.hpp"
#include "server/person.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

using cards::Card;
using records::StoredVersion;

constexpr auto list_limit = std::chrono::seconds(20);
constexpr int usual_days = 30;
constexpr std::string_view area_url = "https://health-brain.org/fhir/StructureDefinition/area-code";

struct Visit {
  std::int64_t key = 0;
  std::int64_t resident = 0;
  std::string day, reason, disease;
  bool with_card = false;
};

Result<std::vector<Visit>> visits_of(const CardView& view, const Principal& principal,
                                     Services& services, Date from, Date to) {
  std::vector<Visit> list;
  const std::string& sql = view.desk->content.visits_sql;
  if (sql.empty()) return list;
  const auto rows =
      services.hub.tables().query(principal, sql, {{"from", from}, {"to", to}}, list_limit);
  if (!rows) return unexpected(rows.error());
  for (const auto& row : rows->rows) {
    if (row.size() < 6) return fail(ErrorCode::invalid_input, "visits_sql must give six columns");
    const auto* key = std::get_if<std::int64_t>(&row[0]);
    const auto* resident = std::get_if<std::int64_t>(&row[1]);
    const auto* day = std::get_if<Date>(&row[2]);
    const auto* reason = std::get_if<std::string>(&row[3]);
    const auto* disease = std::get_if<std::string>(&row[4]);
    const auto* with_card = std::get_if<std::int64_t>(&row[5]);
    if (key == nullptr || resident == nullptr || day == nullptr || disease == nullptr) continue;
    list.push_back({*key, *resident, format_date(*day), reason == nullptr ? "" : *reason, *disease,
                    with_card != nullptr && *with_card != 0});
  }
  return list;
}

std::string text(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The value at a path of members and list places; null when something of it is not there.
const json::value* at(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* now = &root;
  for (const std::string_view part : path) {
    if (now->is_array()) {
      if (now->get_array().empty()) return nullptr;
      now = &now->get_array()[0];
    }
    const json::object* object = now->if_object();
    now = object == nullptr ? nullptr : object->if_contains(part);
    if (now == nullptr) return nullptr;
  }
  if (now->is_array()) return now->get_array().empty() ? nullptr : &now->get_array()[0];
  return now;
}

std::string id_of(const std::string& reference) {
  return reference.substr(reference.rfind('/') == reference.npos ? 0 : reference.rfind('/') + 1);
}

/// Area code of the address with this use.
std::string area_of_use(const json::value& patient, std::string_view use) {
  const json::object* object = patient.if_object();
  const json::value* list = object == nullptr ? nullptr : object->if_contains("address");
  if (list == nullptr || !list->is_array()) return {};
  for (const json::value& address : list->get_array()) {
    const json::object* one = address.if_object();
    if (one == nullptr || text(one->if_contains("use")) != use) continue;
    const json::value* extensions = one->if_contains("extension");
    if (extensions == nullptr || !extensions->is_array()) continue;
    for (const json::value& extension : extensions->get_array())
      if (text(at(extension, {"url"})) == area_url) return text(at(extension, {"valueCode"}));
  }
  return {};
}

json::value parsed(const StoredVersion& version) {
  boost::system::error_code wrong;
  json::value body = json::parse(version.json, wrong);
  return wrong ? json::value(nullptr) : body;
}

/// A field and where it was found: record, earlier-card.
using Filled = std::map<std::string, std::pair<std::string, const char*>>;

void fill_from_visit(const json::value& visit, const cards::Content& content, Filled& filled) {
  const auto put = [&](const char* field, const std::string& value) {
    if (!value.empty()) filled[field] = {value, "record"};
  };
  put("disease", content.disease_of(text(at(visit, {"reasonCode", "coding", "code"}))));
  put("diagnosisTime", text(at(visit, {"period", "start"})));
  put("organization", id_of(text(at(visit, {"serviceProvider", "reference"}))));
  put("practitioner", id_of(text(at(visit, {"participant", "individual", "reference"}))));
}

/// Onset and disease from the diagnosis of the visit, where there is one.
void fill_from_diagnosis(const json::value& condition, const std::string& visit,
                         const cards::Content& content, Filled& filled) {
  if (id_of(text(at(condition, {"encounter", "reference"}))) != visit) return;
  const std::string disease = content.disease_of(text(at(condition, {"code", "coding", "code"})));
  if (disease.empty()) return;
  filled["disease"] = {disease, "record"};
  if (const std::string onset = text(at(condition, {"onsetDateTime"})); onset.size() >= 10)
    filled["onsetDate"] = {onset.substr(0, 10), "record"};
}

/// What rarely changes, from the newest card of the person within a year.
void fill_from_card(const CardView& view, const records::Resident& resident,
                    const std::vector<StoredVersion>& all, Filled& filled) {
  const Card* newest = nullptr;
  for (const Card& card : view.cards)
    if (card.resident == resident.id && card.counts() && card.filled &&
        view.now.micros - card.filled->micros < std::int64_t{365} * 86'400'000'000 &&
        (newest == nullptr || *newest->filled < *card.filled))
      newest = &card;
  if (newest == nullptr) return;
  for (const StoredVersion& version : all) {
    if (version.type != "Composition" || version.id != newest->id) continue;
    const auto fields = cards::fields_of(version.json);
    if (!fields) return;
    for (const char* name : {"populationGroup", "school", "schoolClass"})
      if (const auto found = fields->find(name); found != fields->end())
        filled[name] = {found->second, "earlier-card"};
  }
}

json::object filled_object(const Filled& filled) {
  json::object object;
  for (const auto& [name, value] : filled)
    object[name] = json::object{{"value", value.first}, {"source", value.second}};
  return object;
}

/// What became of one row of an import.
struct Outcome {
  const char* result = "refused";  ///< made, numbered, known, refused
  std::string problem;
  std::string card;
};

/// Takes the rows of the front-end software's export one after the other.
class Import {
 public:
  Import(const CardView& view, const Principal& principal, Services& services,
         std::string organization, bool trial)
      : view_(view),
        principal_(principal),
        services_(services),
        organization_(std::move(organization)),
        trial_(trial),
        known_(view.set->cards) {}

  Outcome take(const cards::FrontEndRow& row) {
    if (!row.problem.empty()) return {"refused", row.problem, ""};
    records::PersonQuery query;
    query.words = {row.identity};
    query.today = services_.today();
    query.limit = 2;
    const auto people = services_.hub.store().find_residents(principal_, query);
    if (!people) return {"refused", people.error().message, ""};
    if (people->residents.size() != 1)
      return {"refused", "identity: there is no such person in the records of this account", ""};
    const records::Resident& resident = people->residents.front();
    if (const auto known = known_card(row, resident.id)) return *known;
    return add(row, resident);
  }

 private:
  std::optional<Outcome> known_card(const cards::FrontEndRow& row, std::int64_t resident) {
    const auto onset = row.fields.find("onsetDate");
    const auto disease = row.fields.find("disease");
    const auto readable = [&](const Card& card) {
      return card.id.empty() || services_.hub.store().read(principal_, "Composition", card.id);
    };
    for (const Card& card : known_) {
      if (!card.counts()) continue;
      if (!row.number.empty() && card.number == row.number)
        return Outcome{"known", "", readable(card) ? card.id : ""};
      if (card.resident != resident || disease == row.fields.end() ||
          card.disease != disease->second || !card.onset || onset == row.fields.end() ||
          !readable(card))
        continue;
      const auto day = parse_date(onset->second);
      if (!day || std::abs(day->days - card.onset->days) > view_.desk->content.rules.duplicate_days)
        continue;
      if (!row.number.empty() && card.number.empty() && card.state() == cards::State::sent)
        return number(card, row.number);
      return Outcome{"known", "", card.id};
    }
    return std::nullopt;
  }

  Outcome number(const Card& card, const std::string& number) {
    if (trial_) return {"numbered", "", card.id};
    const auto version = services_.hub.store().read(principal_, "Composition", card.id);
    if (!version) return {"refused", version.error().message, card.id};
    cards::Order order;
    order.kind = cards::ActKind::numbered;
    order.act.at = services_.clock();
    order.act.by = principal_.user;
    order.number = number;
    const auto text = cards::act_on(version->json, card, order);
    if (!text) return {"refused", text.error().message, card.id};
    fhir_api::Ask ask;
    ask.kind = fhir_api::Ask::Kind::update;
    ask.type = "Composition";
    ask.id = card.id;
    ask.text = *text;
    return written(std::move(ask), "numbered");
  }

  Outcome add(const cards::FrontEndRow& row, const records::Resident& resident) {
    cards::Fields fields = row.fields;
    fields["patient"] = resident.patient_id;
    fields["organization"] = organization_;
    if (!fields.contains("presentArea") && !resident.area.empty())
      fields["presentArea"] = resident.area;
    const cards::Act act{"submitted", services_.clock(), principal_.user, "", "", ""};
    const auto text = cards::new_card(fields, act, row.number);
    if (!text) return {"refused", text.error().message, ""};
    if (const auto faults = faults_of_card(*text, services_); !faults.empty())
      return {"refused", faults.front(), ""};
    Outcome made{"made", "", ""};
    if (!trial_) {
      fhir_api::Ask ask;
      ask.type = "Composition";
      ask.text = *text;
      made = written(std::move(ask), "made");
    }
    // The next rows of the file are held against this one too.
    if (made.problem.empty())
      if (auto card = cards::read_card(*text)) {
        card->id = made.card;
        card->resident = resident.id;
        known_.push_back(std::move(*card));
      }
    return made;
  }

  Outcome written(fhir_api::Ask ask, const char* result) {
    std::vector<fhir_api::Ask> asks;
    asks.push_back(std::move(ask));
    const fhir_api::Done done =
        std::move(fhir_api::write_all(services_, principal_, std::move(asks)).front());
    if (done.refusal) return {"refused", "it could not be written", ""};
    services_.hub.store().note_audit(principal_, "card",
                                     std::string(result) + " by import " + done.version.id);
    return {result, "", done.version.id};
  }

  const CardView& view_;
  const Principal& principal_;
  Services& services_;
  std::string organization_;
  bool trial_;
  std::vector<Card> known_;  // of the store, and made by the rows before
};

}  // namespace

/// GET /api/cards/visits?from=&to=&all=&page=&size=: visits whose diagnosis is to be reported;
/// without `all` those that no card follows
Response get_card_visits(Request& request, const Principal& principal, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto all = word_of(request, "all", {"1"});
  if (!all) return all.error();
  const auto to = card_day(request, "to", services.today());
  if (!to) return to.error();
  const auto from = card_day(request, "from", Date{to->days - usual_days});
  if (!from) return from.error();
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  auto visits = visits_of(*view, principal, services, *from, *to);
  if (!visits) return outcome(visits.error());
  if (all->empty()) std::erase_if(*visits, [](const Visit& one) { return one.with_card; });
  const auto total = static_cast<std::int64_t>(visits->size());
  json::array items;
  for (std::int64_t i = page->offset(); i < std::min(total, page->offset() + page->size); ++i) {
    const Visit& one = (*visits)[static_cast<std::size_t>(i)];
    const auto person = services.hub.store().person(principal, one.resident);
    items.push_back(json::object{
        {"visit", std::to_string(one.key)},
        {"day", one.day},
        {"reason", one.reason},
        {"disease", one.disease},
        {"disease_name", texts(services.catalogue.text("notifiable-disease", one.disease))},
        {"with_card", one.with_card},
        {"resident",
         person ? json::value(resident_object(person->resident, services, card_of(*person)))
                : json::value(nullptr)}});
  }
  json::object body = list_object(total, *page, std::move(items));
  body["from"] = format_date(*from);
  body["to"] = format_date(*to);
  return json_response(200, body);
}

/// GET /api/cards/prefill?resident=&visit=: the fields of a card as far as the record says them
Response get_card_prefill(Request& request, const Principal& principal, Services& services) {
  const auto id = number_of(request, "resident", 1, INT64_MAX);
  if (!id) return id.error();
  const auto visit = text_of(request, "visit");
  if (!visit) return visit.error();
  if (!*id) return bad_parameter("resident", {"居民编号", "the number of a resident"});
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  const auto person = services.hub.store().person(principal, **id);
  if (!person) return person_outcome(person.error());
  const auto all = services.hub.store().of_resident(principal, **id);
  if (!all) return person_outcome(all.error());
  Filled filled;
  std::string visit_id;
  for (const StoredVersion& version : *all)
    if (version.type == "Encounter" && !visit->empty() &&
        std::to_string(crypto::resource_key("Encounter", version.id)) == *visit) {
      visit_id = version.id;
      fill_from_visit(parsed(version), view->desk->content, filled);
    }
  if (visit_id.empty() && !visit->empty())
    return not_found({"该就诊", "such visit of this person"});
  for (const StoredVersion& version : *all) {
    if (version.type == "Condition" && !visit_id.empty())
      fill_from_diagnosis(parsed(version), visit_id, view->desk->content, filled);
    if (version.type == "Patient")
      if (const std::string old = area_of_use(parsed(version), "old"); !old.empty())
        filled["registeredArea"] = {old, "record"};
  }
  const records::Resident& resident = person->resident;
  filled["patient"] = {resident.patient_id, "record"};
  if (!resident.area.empty()) filled["presentArea"] = {resident.area, "record"};
  if (services.areas.find(resident.area) != nullptr) filled["belongsTo"] = {"district", "record"};
  if (resident.deceased) filled["deathDate"] = {format_date(*resident.deceased), "record"};
  fill_from_card(*view, resident, *all, filled);
  cards::Fields fields;
  for (const auto& [name, value] : filled) fields[name] = value.first;
  const auto organization = filled.find("organization");
  const auto name = organization == filled.end() ? view->organizations.end()
                                                 : view->organizations.find(crypto::resource_key(
                                                       "Organization", organization->second.first));
  services.hub.store().note_audit(principal, "card", "prefill resident " + std::to_string(**id));
  return json_response(
      200, json::object{
               {"resident", resident_object(resident, services, card_of(*person))},
               {"organization_name", name == view->organizations.end() ? json::value(nullptr)
                                                                       : json::value(name->second)},
               {"fields", filled_object(filled)},
               {"missing", words(cards::missing(fields))}});
}

/// POST /api/cards/import?organization=&trial=1 with the CSV of the front-end software as body
Response post_card_import(Request& request, const Principal& principal, Services& services) {
  const auto trial = word_of(request, "trial", {"1"});
  if (!trial) return trial.error();
  const auto given = text_of(request, "organization");
  if (!given) return given.error();
  const auto view = card_view(principal, services);
  if (!view) return view.error();
  std::string organization = *given;
  if (organization.empty() && principal.organizations.size() == 1)
    organization = principal.organizations.front();
  const bool own = principal.organizations.empty() ||
                   std::ranges::count(principal.organizations, organization) > 0;
  if (!view->organizations.contains(crypto::resource_key("Organization", organization)) || !own)
    return bad_parameter("organization", {"报告单位编号", "the id of the reporting institution"});
  std::string_view csv = request.body;
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  const auto rows = cards::read_front_end(csv, "import.csv", view->desk->content.front_end,
                                          view->desk->content.columns.diseases);
  if (!rows) return outcome(rows.error());
  Import import(*view, principal, services, organization, !trial->empty());
  std::map<std::string, std::int64_t> counts = {
      {"made", 0}, {"numbered", 0}, {"known", 0}, {"refused", 0}};
  json::array list;
  for (const cards::FrontEndRow& row : *rows) {
    const Outcome one = import.take(row);
    ++counts[one.result];
    list.push_back(json::object{
        {"line", row.line}, {"result", one.result}, {"problem", one.problem}, {"card", one.card}});
  }
  if (trial->empty()) services.events.publish("cards", "{}");
  json::object body{{"trial", !trial->empty()}, {"total", rows->size()}, {"rows", std::move(list)}};
  for (const auto& [word, count] : counts) body[word] = count;
  return json_response(200, body);
}

}  // namespace hb::server
