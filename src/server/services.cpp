#include "server/services.hpp"

namespace hb::server {

Services::Services(ingest::Hub& opened, const scene::Catalogue& scenes,
                   const Timeline& timeline_rules, Areas known_areas, Clock now,
                   std::vector<std::string> route_names, int threads,
                   const std::filesystem::path& store, bool https)
    : hub(opened),
      catalogue(scenes),
      timeline(timeline_rules),
      areas(std::move(known_areas)),
      indicators(scenes),
      clock(now),
      gate(store, hub.store(), scenes, now, https),
      metrics(std::move(route_names)),
      feed(opened, now),
      uploads(opened, now, threads),
      audit_check(std::make_unique<AuditCheck>(
          opened.store(), (std::filesystem::path(store) / "audit.key.pub").string(), now)) {}

std::string Services::base_url() const {
  if (!public_url.empty()) return public_url;
  return (gate.https() ? "https://" : "http://") + std::string("127.0.0.1:") +
         std::to_string(listener != nullptr ? listener->port() : 0);
}

Date Services::today() const {
  return has_simulated_day ? last_simulated_day : day_in_shanghai(clock());
}

Principal local_principal() { return {"local", {"local-operator"}, {}, {}, "operation", true}; }

}  // namespace hb::server
