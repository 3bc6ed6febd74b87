#include <algorithm>

#include "ingest/person.hpp"
#include "server/person.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

constexpr std::int64_t counted_up_to = 10'000;  // records::PersonPage

Parsed<records::PersonQuery> query_of(const Request& request) {
  records::PersonQuery query;
  const auto text = text_of(request, "q");
  if (!text) return unexpected(text.error());
  query.words = ingest::query_words(*text);
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  query.area = *area;
  const auto sex = word_of(request, "sex", {"male", "female", "other", "unknown"});
  if (!sex) return unexpected(sex.error());
  query.sex = *sex;
  const auto from = number_of(request, "ageFrom", 0, 150);
  if (!from) return unexpected(from.error());
  const auto to = number_of(request, "ageTo", 0, 150);
  if (!to) return unexpected(to.error());
  query.age_from = static_cast<int>(from->value_or(-1));
  query.age_to = static_cast<int>(to->value_or(-1));
  if (*from && *to && *from > *to)
    return unexpected(
        bad_parameter("ageTo", {"不小于 ageFrom 的年龄", "an age not below ageFrom"}));
  return query;
}

/// What the person's resources say together.
struct Life {
  std::map<std::string, std::int64_t> counts;
  std::string first;
  std::string last;
};

Life life_of(const std::vector<records::StoredVersion>& versions, const Timeline& timeline) {
  Life life;
  for (const records::StoredVersion& version : versions) {
    ++life.counts[version.type];
    if (!timeline.shows(version.type)) continue;
    const std::string date = timeline.read(version.type, version.json).date;
    if (date.empty()) continue;
    if (life.first.empty() || date < life.first) life.first = date;
    if (date > life.last) life.last = date;
  }
  return life;
}

}  // namespace

/// GET /api/residents
Response get_residents(Request& request, const Principal& principal, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  auto query = query_of(request);
  if (!query) return query.error();
  query->today = services.today();
  query->offset = page->offset();
  query->limit = page->size;
  const auto found = services.hub.store().find_residents(principal, *query);
  if (!found) return outcome(found.error());
  json::array items;
  for (const records::Resident& resident : found->residents) {
    const auto card = card_of(resident, principal, services);
    if (!card) return outcome(card.error());
    items.push_back(resident_object(resident, services, *card));
  }
  return json_response(
      200, list_object(found->total, *page, std::move(items), found->total >= counted_up_to));
}

/// GET /api/residents/{id}
Response get_resident(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto person = services.hub.store().person(principal, *id);
  if (!person) return person_outcome(person.error());
  const PersonCard card = card_of(*person);
  const auto versions = services.hub.store().of_resident(principal, *id);
  if (!versions) return person_outcome(versions.error());

  json::object body = resident_object(person->resident, services, card);
  body["address"] = card.address;
  body["telecomMasked"] = card.telecom_masked;
  json::array identifiers;
  for (const auto& identifier : card.identifiers)
    identifiers.push_back(
        json::object{{"system", identifier.system}, {"valueMasked", identifier.value_masked}});
  body["identifiers"] = std::move(identifiers);
  const Life life = life_of(*versions, services.timeline);
  json::array counts;
  for (const auto& [type, count] : life.counts)
    counts.push_back(json::object{{"type", type},
                                  {"kind", texts(services.catalogue.text("resource-kind", type))},
                                  {"count", count}});
  body["counts"] = std::move(counts);
  body["firstSeen"] = life.first.empty() ? json::value(nullptr) : json::value(life.first);
  body["lastSeen"] = life.last.empty() ? json::value(nullptr) : json::value(life.last);
  return json_response(200, body);
}

/// GET /api/residents/{id}/resources/{seq}; seq is a handle (handles.hpp)
Response get_resource(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto seq = captured_number(request, "seq");
  if (!seq) return seq.error();
  const records::Store& store = services.hub.store();
  const auto version = store.read_seq(principal, services.handles.read(*seq));
  if (!version) return person_outcome(version.error());
  // Also keeps one person's address from naming another person's record.
  if (version->resident != *id) return not_found({"此居民或该条记录", "such resident or record"});
  boost::system::error_code error;
  json::value resource = json::parse(version->json, error);
  std::string delivery_name;
  if (const auto delivery = store.delivery(principal, version->delivery))
    delivery_name = delivery->name;
  return json_response(
      200,
      json::object{{"seq", services.handles.show(version->seq)},
                   {"type", version->type},
                   {"id", version->id},
                   {"version", version->version},
                   {"recorded", format_instant(version->recorded)},
                   {"delivery", json::object{{"id", version->delivery}, {"name", delivery_name}}},
                   {"resource", std::move(resource)}});
}

}  // namespace hb::server
