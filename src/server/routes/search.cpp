#include "core/utf8.hpp"
#include "ingest/person.hpp"
#include "server/person.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

constexpr std::int64_t most_residents = 6;
constexpr std::size_t most_of_others = 6;
constexpr std::int64_t newest_deliveries = 200;

struct WebPage {
  std::string_view path;
  std::string_view permission;
  std::string_view zh;
  std::string_view en;
};
constexpr WebPage pages[] = {
    {"/", "indicators:read", "驾驶舱", "Cockpit"},
    {"/indicators", "indicators:read", "指标考核", "Indicators"},
    {"/residents", "residents:read", "居民档案", "Residents"},
    {"/deliveries", "deliveries:read", "数据归集", "Data deliveries"},
};

json::object hit(std::string_view kind, const Localized& title, const Localized& subtitle,
                 const std::string& path) {
  return {{"kind", kind}, {"title", texts(title)}, {"subtitle", texts(subtitle)}, {"path", path}};
}

bool holds(const Localized& text, const std::string& folded) {
  return fold(text.zh).find(folded) != std::string::npos ||
         fold(text.en).find(folded) != std::string::npos ||
         fold(pinyin(text.zh)).find(folded) != std::string::npos;
}

Result<void> add_residents(const std::string& line, const Principal& principal, Services& services,
                           json::array& items) {
  records::PersonQuery query;
  query.words = ingest::query_words(line);
  query.today = services.today();
  query.limit = most_residents;
  const auto found = services.hub.store().find_residents(principal, query);
  if (!found && found.error().code == ErrorCode::forbidden) return {};  // no search by names
  if (!found) return unexpected(found.error());
  for (const records::Resident& resident : found->residents) {
    const auto card = card_of(resident, principal, services);
    if (!card) return unexpected(card.error());
    const std::string birth = resident.birth_date ? format_date(*resident.birth_date) : "";
    const Localized area = services.areas.name(resident.area);
    items.push_back(hit("resident", {card->name, card->name},
                        {birth + " " + area.zh, birth + " " + area.en},
                        "/residents/" + std::to_string(resident.id)));
  }
  return {};
}

void add_indicators(const std::string& folded, const Services& services, json::array& items) {
  std::size_t count = 0;
  for (const IndicatorIndex::Entry& entry : services.indicators.entries()) {
    if (entry.folded.find(folded) == std::string::npos) continue;
    items.push_back(hit("indicator", entry.indicator->name, entry.plan->title,
                        "/indicators?plan=" + entry.plan->id + "&open=" + entry.indicator->id));
    if (++count == most_of_others) return;
  }
}

Result<void> add_deliveries(const std::string& folded, const Principal& principal,
                            Services& services, json::array& items) {
  const auto newest = services.hub.store().deliveries(principal, 0, newest_deliveries);
  if (!newest) return unexpected(newest.error());
  std::size_t count = 0;
  for (const records::Delivery& delivery : *newest) {
    if (count >= most_of_others || fold(delivery.name).find(folded) == std::string::npos) continue;
    ++count;
    const std::string day = format_date(day_in_shanghai(delivery.started));
    items.push_back(hit("delivery", {delivery.name, delivery.name}, {day, day},
                        "/deliveries/" + std::to_string(delivery.id)));
  }
  return {};
}

}  // namespace

/// GET /api/search?q=
Response get_search(Request& request, const Principal& principal, Services& services) {
  const auto line = text_of(request, "q");
  if (!line) return line.error();
  json::array items;
  const std::string folded = fold(*line);
  if (!folded.empty()) {
    for (const WebPage& page : pages)
      if (services.gate.may(principal, page.permission) &&
          holds({std::string(page.zh), std::string(page.en)}, folded))
        items.push_back(
            hit("page", {std::string(page.zh), std::string(page.en)}, {}, std::string(page.path)));
    const auto may = [&](std::string_view what) { return services.gate.may(principal, what); };
    if (may("residents:read"))
      if (auto done = add_residents(*line, principal, services, items); !done)
        return outcome(done.error());
    if (may("indicators:read")) add_indicators(folded, services, items);
    if (may("deliveries:read"))
      if (auto done = add_deliveries(folded, principal, services, items); !done)
        return outcome(done.error());
  }
  return json_response(200, json::object{{"items", std::move(items)}});
}

}  // namespace hb::server
