#include <algorithm>

#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

struct Event {
  const records::StoredVersion* version;
  TimelineText text;
};

/// Newest first; what has no date comes last.
bool is_before(const Event& a, const Event& b) {
  if (a.text.sort != b.text.sort) return a.text.sort > b.text.sort;
  return a.version->seq > b.version->seq;
}

/// "sort|handle" of the last event shown.
std::string cursor_of(const Event& event, const Services& services) {
  return event.text.sort + "|" + std::to_string(services.handles.show(event.version->seq));
}

struct Cursor {
  std::string sort;
  Seq seq;
};

Cursor read_cursor(const std::string& text, const Services& services) {
  const std::size_t bar = text.rfind('|');
  return {text.substr(0, bar),
          services.handles.read(std::strtoll(text.c_str() + bar + 1, nullptr, 10))};
}

bool is_after(const Event& event, const Cursor& cursor) {
  if (event.text.sort != cursor.sort) return event.text.sort < cursor.sort;
  return event.version->seq < cursor.seq;
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

/// "Organization/o1" as the organisation's name, looked up once per page.
std::string organization_name(const std::string& text, std::map<std::string, std::string>& known,
                              const Principal& principal, Services& services) {
  constexpr std::string_view prefix = "Organization/";
  if (!text.starts_with(prefix)) return text;
  const auto found = known.find(text);
  if (found != known.end()) return found->second;
  std::string name;
  const auto organization =
      services.hub.store().read(principal, "Organization", text.substr(prefix.size()));
  if (organization) {
    boost::system::error_code error;
    const json::value body = json::parse(organization->json, error);
    const json::value* value =
        !error && body.is_object() ? body.get_object().if_contains("name") : nullptr;
    if (value && value->is_string()) name = std::string(value->get_string());
  }
  return known[text] = name;
}

}  // namespace

/// GET /api/residents/{id}/timeline
Response get_timeline(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto type = text_of(request, "type");
  if (!type) return type.error();
  const auto before = text_of(request, "before");
  if (!before) return before.error();
  if (!before->empty() && before->find('|') == std::string::npos)
    return bad_parameter("before", {"上一页返回的 next", "the next of the page before"});
  const auto size = number_of(request, "size", 1, 500);
  if (!size) return size.error();

  const auto resident = services.hub.store().resident(principal, *id);
  if (!resident) return person_outcome(resident.error());
  const auto versions = services.hub.store().of_resident(principal, *id);
  if (!versions) return person_outcome(versions.error());
  std::vector<Event> events;
  for (const records::StoredVersion& version : *versions) {
    if (!type->empty() && version.type != *type) continue;
    if (services.timeline.shows(version.type))
      events.push_back({&version, services.timeline.read(version.type, version.json)});
  }
  std::sort(events.begin(), events.end(), is_before);

  auto first = events.begin();
  if (!before->empty())
    first = std::find_if(events.begin(), events.end(),
                         [cursor = read_cursor(*before, services)](const Event& event) {
                           return is_after(event, cursor);
                         });
  const auto left = static_cast<std::int64_t>(events.end() - first);
  const auto last = first + std::min(left, size->value_or(100));
  json::array items;
  std::map<std::string, std::string> known;
  for (auto event = first; event != last; ++event) {
    const std::string organization =
        organization_name(event->text.organization, known, principal, services);
    items.push_back(json::object{
        {"seq", services.handles.show(event->version->seq)},
        {"type", event->version->type},
        {"kind", texts(services.catalogue.text("resource-kind", event->version->type))},
        {"date", or_null(event->text.date)},
        {"title", event->text.title},
        {"detail", event->text.detail},
        {"code", or_null(event->text.code)},
        {"organization", or_null(organization)},
        {"status", or_null(event->text.status)}});
  }
  const json::value next = last == events.end() || first == last
                               ? json::value(nullptr)
                               : json::value(cursor_of(*(last - 1), services));
  return json_response(200, json::object{{"items", std::move(items)},
                                         {"next", next},
                                         {"total", static_cast<std::int64_t>(events.size())}});
}

}  // namespace hb::server
