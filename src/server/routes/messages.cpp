#include "server/flow_body.hpp"
#include "server/flow_routes.hpp"
#include "server/flows.hpp"
#include "server/notices.hpp"
#include "server/parameters.hpp"

/// Messages to whoever asks.
namespace hb::server {

/// GET /api/messages?unread=true
Response get_messages(Request& request, const Principal& principal, Services& services) {
  const auto unread = word_of(request, "unread", {"true", "false"});
  if (!unread) return unread.error();
  const auto limit = number_of(request, "limit", 1, 200);
  if (!limit) return limit.error();
  const auto before = number_of(request, "cursor", 1, INT64_MAX);
  if (!before) return before.error();
  const std::int64_t size = limit->value_or(50);
  const auto list = services.flows->notices().book().messages(principal.user, *unread == "true",
                                                              before->value_or(0), size);
  if (!list) return outcome(list.error());
  json::array items;
  for (const notify::Message& message : *list) {
    json::object one{{"id", message.id},
                     {"at", format_instant(message.at)},
                     {"text", texts({message.zh, message.en})},
                     {"read", message.read}};
    if (!message.instance.empty()) one["instance"] = message.instance;
    items.push_back(std::move(one));
  }
  json::object body{{"items", std::move(items)}};
  if (static_cast<std::int64_t>(list->size()) == size)
    body["next"] = std::to_string(list->back().id);
  return json_response(200, body);
}

/// POST /api/messages/{id}/read; "all": every one
Response read_message(Request& request, const Principal& principal, Services& services) {
  notify::MessageBook& book = services.flows->notices().book();
  if (request.capture("id") == "all") {
    if (Result<void> done = book.mark_all_read(principal.user); !done) return outcome(done.error());
  } else {
    const auto id = captured_number(request, "id");
    if (!id) return id.error();
    const Result<void> done = book.mark_read(principal.user, *id);
    if (!done)
      return done.error().code == ErrorCode::not_found ? not_found({"此消息", "such message"})
                                                       : outcome(done.error());
  }
  const auto unread = book.unread(principal.user, 1000);
  if (!unread) return outcome(unread.error());
  return json_response(200, json::object{{"unread", *unread}});
}

}  // namespace hb::server
