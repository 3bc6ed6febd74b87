#include "ingest/load.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

/// One delivery with its open problems and, while it loads, its progress.
Result<json::object> show(const records::Delivery& delivery, const Principal& principal,
                          Services& services) {
  std::int64_t open = 0;
  if (delivery.quarantined > 0) {
    const auto counted = open_problems(services.hub.store(), principal, delivery.id);
    if (!counted) return unexpected(counted.error());
    open = *counted;
  }
  return delivery_object(delivery, open, services.uploads.find(delivery.id));
}

/// By the number of the delivery, or of the upload that became it.
Result<json::object> show_by_id(std::int64_t id, const Principal& principal, Services& services) {
  if (id < 0) {
    const auto upload = services.uploads.find(id);
    if (!upload) return fail(ErrorCode::not_found, "there is no such upload");
    if (upload->delivery == 0) return delivery_object(*upload);
    id = upload->delivery;
  }
  const auto delivery = services.hub.store().delivery(principal, id);
  if (!delivery) return unexpected(delivery.error());
  return show(*delivery, principal, services);
}

Response answer(int status, const Result<json::object>& shown) {
  return shown ? json_response(status, *shown) : outcome(shown.error());
}

/// All deliveries in one state; there are thousands at most, and the records page through them.
Result<std::vector<records::Delivery>> in_state(const std::string& state,
                                                const Principal& principal, Services& services) {
  constexpr std::int64_t step = 500;
  std::vector<records::Delivery> found;
  for (std::int64_t offset = 0;; offset += step) {
    const auto some = services.hub.store().deliveries(principal, offset, step);
    if (!some) return unexpected(some.error());
    for (const records::Delivery& delivery : *some)
      if (delivery_object(delivery, 0, std::nullopt)["state"].get_string() == state)
        found.push_back(delivery);
    if (static_cast<std::int64_t>(some->size()) < step) return found;
  }
}

}  // namespace

/// GET /api/deliveries: newest first; uploads that the records do not know yet stand before them
Response get_deliveries(Request& request, const Principal& principal, Services& services) {
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto state = word_of(request, "state", {"receiving", "done", "failed", "cancelled"});
  if (!state) return state.error();

  json::array waiting;
  for (const UploadState& upload : services.uploads.unknown_to_records()) {
    json::object shown = delivery_object(upload);
    if (state->empty() || shown["state"].get_string() == *state)
      waiting.push_back(std::move(shown));
  }
  const auto before = static_cast<std::int64_t>(waiting.size());
  json::array items;
  for (std::int64_t i = page->offset(); i < before && i < page->offset() + page->size; ++i)
    items.push_back(waiting[static_cast<std::size_t>(i)]);
  const std::int64_t from = std::max<std::int64_t>(0, page->offset() - before);
  const std::int64_t room = page->size - static_cast<std::int64_t>(items.size());

  std::vector<records::Delivery> chosen;
  std::int64_t total = 0;
  if (state->empty()) {
    auto read =
        services.hub.store().deliveries(principal, from, std::max<std::int64_t>(room, 1), &total);
    if (!read) return outcome(read.error());
    chosen = std::move(*read);
    if (static_cast<std::int64_t>(chosen.size()) > room)
      chosen.resize(static_cast<std::size_t>(room));
  } else {
    auto all = in_state(*state, principal, services);
    if (!all) return outcome(all.error());
    total = static_cast<std::int64_t>(all->size());
    for (std::int64_t i = from; i < total && i < from + room; ++i)
      chosen.push_back(std::move((*all)[static_cast<std::size_t>(i)]));
  }
  for (const records::Delivery& delivery : chosen) {
    auto shown = show(delivery, principal, services);
    if (!shown) return outcome(shown.error());
    items.push_back(std::move(*shown));
  }
  return json_response(200, list_object(total + before, *page, std::move(items)));
}

/// GET /api/deliveries/{id}
Response get_delivery(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  return answer(200, show_by_id(*id, principal, services));
}

/// POST /api/deliveries?name=a.ndjson: the body is in a file by now; it is loaded in the background
Response post_delivery(Request& request, const Principal& principal, Services& services) {
  const auto name = text_of(request, "name");
  if (!name) return name.error();
  if (request.upload.bytes == 0)
    return refusal(400, "invalid_input", {"上传的文件是空的", "the uploaded file is empty"},
                   "body");
  const UploadState upload = services.uploads.add(std::move(request.upload), *name, principal.user);
  request.upload.path.clear();
  return json_response(202, delivery_object(upload));
}

/// POST /api/deliveries/{id}/cancel
Response cancel_delivery(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto cancelled = services.uploads.cancel(*id);
  if (cancelled) return answer(202, show_by_id(*id, principal, services));
  const auto known = show_by_id(*id, principal, services);
  if (!known) return outcome(known.error());
  return refusal(
      409, "conflict",
      {"该批次已经结束，不能取消", "this delivery has already ended and cannot be cancelled"});
}

/// POST /api/deliveries/{id}/replay
Response replay_delivery(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto known = services.hub.store().delivery(principal, *id);
  if (!known) return outcome(known.error());
  const auto replay = ingest::replay_problems(services.hub, principal, *id);
  if (!replay) return outcome(replay.error());
  return json_response(200, json::object{{"tried", replay->tried}, {"accepted", replay->accepted}});
}

/// GET /api/deliveries/{id}/orphans
Response get_orphans(Request& request, const Principal& principal, Services& services) {
  const auto id = captured_number(request, "id");
  if (!id) return id.error();
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto delivery = services.hub.store().delivery(principal, *id);
  if (!delivery) return outcome(delivery.error());
  const auto orphans = services.hub.store().orphans(principal, *id, page->offset(), page->size);
  if (!orphans) return outcome(orphans.error());
  json::array items;
  for (const records::Orphan& orphan : *orphans)
    items.push_back(json::object{
        {"line", orphan.line}, {"type", orphan.type}, {"reference", orphan.reference}});
  return json_response(200, list_object(delivery->orphans, *page, std::move(items)));
}

}  // namespace hb::server
