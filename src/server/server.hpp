#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "server/fhir/bulk_import.hpp"
#include "server/handles.hpp"
#include "server/listener.hpp"

namespace hb::server {

struct ServerOptions {
  std::filesystem::path store;
  std::string key_file;  ///< of a sealed store
  std::filesystem::path scenes_dir;
  std::filesystem::path web_dir;  ///< may not exist: then only the API is served
  ListenerOptions listener;
  int threads = 2;                 ///< of loads and table scans
  bool log_requests = true;        ///< JSON lines on stderr
  double requests_per_second = 0;  ///< of one account (Limits); 0: no limit
  std::string public_url;          ///< how others reach the server; empty: its address and port
  std::string identity_providers;  ///< folder of descriptions (security/open_id.hpp); empty: none
  fhir_api::JobOptions jobs;       ///< of $export and $import
  fhir_api::ImportSources imports;
  std::string version;
  Clock clock = system_clock();
  /// From a start or a move of the feed to the run of the detectors; twelve times it between two.
  std::chrono::milliseconds signals_wait = std::chrono::seconds(30);
  Clock flow_clock;  ///< time of flows; none: that of `clock`
};

/// A store with its API and pages on a loopback port.
class Server {
 public:
  /// errors  those of Hub::open, scene::Catalogue::load, read_providers and Listener::start
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options);
  ~Server();

  std::uint16_t port() const;
  const Handles& handles() const;
  /// Lets running requests and the running load end, then closes the store. Idempotent.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hb::server
