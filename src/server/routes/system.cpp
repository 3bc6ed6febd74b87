#include "records/health.hpp"
#include "server/faults.hpp"
#include "server/openapi.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

/// GET /api/events: the listener keeps the connection and writes what EventHub publishes
Response get_events(Request&, const Principal& principal, Services& services) {
  Response response;
  response.stream_ends = services.gate.closed().value_or(true);
  response.no_deliveries = !services.gate.may(principal, "deliveries:read");
  response.event_stream = true;
  response.content_type = "text/event-stream";
  return response;
}

/// GET /api/openapi.yaml
Response get_openapi(Request&, const Principal&, Services&) {
  return text_response(200, "application/yaml", std::string(openapi_yaml()));
}

/// GET /healthz: the process answers
Response get_healthz(Request&, const Principal&, Services&) {
  return text_response(200, "text/plain; charset=utf-8", "ok\n");
}

/// GET /readyz: records and tables answer, and what everybody opens first is made
Response get_readyz(Request&, const Principal&, Services& services) {
  for (const StoreFault& fault : faults_of(services))
    if (fault.stops) return refusal(503, "unavailable", fault.message, fault.part);
  if (!services.warm) return text_response(503, "text/plain; charset=utf-8", "warming\n");
  return text_response(200, "text/plain; charset=utf-8", "ready\n");
}

/// GET /metrics
Response get_metrics(Request&, const Principal&, Services& services) {
  std::string text = services.metrics.text();
  const records::Health::Counts written = services.hub.store().health().counts();
  const std::pair<std::string_view, std::uint64_t> counters[] = {
      {"hb_commits_total", written.commits},
      {"hb_writes_total", written.writes},
      {"hb_commits_failed_total", written.failed},
  };
  for (const auto& [name, value] : counters)
    text += metric_line(name, "counter", static_cast<double>(value));
  const FeedState feed = services.feed.state();
  const ListenerLoad load = services.listener ? services.listener->load() : ListenerLoad{};
  const std::pair<std::string_view, double> gauges[] = {
      {"hb_feed_committed", static_cast<double>(feed.committed)},
      {"hb_feed_reached", static_cast<double>(feed.reached)},
      {"hb_feed_lag_seconds", static_cast<double>(feed.lag_ms) / 1000},
      {"hb_connections", load.connections},
      {"hb_requests_waiting", load.waiting},
      {"hb_event_streams", static_cast<double>(services.events.subscribers())},
      {"hb_uploads_waiting", static_cast<double>(services.uploads.waiting())},
      {"hb_boards_kept", static_cast<double>(services.boards->size())},
  };
  for (const auto& [name, value] : gauges) text += metric_line(name, "gauge", value);
  return text_response(200, "text/plain; version=0.0.4; charset=utf-8", std::move(text));
}

}  // namespace hb::server
