#pragma once
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "core/principal.hpp"
#include "indicators/measure_engine.hpp"
#include "ingest/hub.hpp"
#include "scene/catalogue.hpp"
#include "security/access_book.hpp"
#include "security/open_id.hpp"
#include "server/areas.hpp"
#include "server/audit_check.hpp"
#include "server/events.hpp"
#include "server/feed.hpp"
#include "server/feed_cache.hpp"
#include "server/fhir/bulk_import.hpp"
#include "server/fhir/index_watch.hpp"
#include "server/fhir/jobs.hpp"
#include "server/fhir/write_locks.hpp"
#include "server/gate.hpp"
#include "server/handles.hpp"
#include "server/indicator_index.hpp"
#include "server/limits.hpp"
#include "server/listener.hpp"
#include "server/metrics.hpp"
#include "server/person_lists.hpp"
#include "server/timeline.hpp"
#include "server/uploads.hpp"

namespace hb::server {

class Flows;
class ProgrammeHouse;
class SignalHouse;

/// Everything the routes work with; built once (Server), given to every handler.
struct Services {
  ingest::Hub& hub;
  const scene::Catalogue& catalogue;
  const Timeline& timeline;
  Areas areas;
  IndicatorIndex indicators;
  Clock clock;
  std::string version;
  std::filesystem::path web_dir;
  std::filesystem::path views_dir;  ///< ViewDefinitions that $viewdefinition-run knows by name
  Date last_simulated_day;  ///< "now" of a simulated store; see today()
  bool has_simulated_day = false;

  std::shared_ptr<const Compartments> compartments;

  Gate gate;
  std::unique_ptr<security::AccessBook> access;  ///< relations of accounts, break-glass
  Handles handles;
  EventHub events;
  Metrics metrics;
  FeedWatch feed;
  Uploads uploads;
  std::unique_ptr<FeedCache> boards;  ///< key: board|area|period
  std::unique_ptr<FeedCache> status;  ///< key: "status"
  std::unique_ptr<indicators::MeasureEngine> measures;
  std::unique_ptr<FeedCache>
      measure_lists;  ///< key: area|period; its feed is the generation of the cells
  PersonLists person_lists;  ///< key: measure|area|period|part|principal
  std::unique_ptr<AuditCheck> audit_check;
  std::atomic<bool> warm{false};  ///< what everybody opens first is made: /readyz
  std::unique_ptr<fhir_api::IndexWatch> search;
  std::unique_ptr<fhir_api::WriteLocks> write_locks = std::make_unique<fhir_api::WriteLocks>();
  fhir_api::ImportSources imports;       ///< where $import may take files from
  std::unique_ptr<fhir_api::Jobs> jobs;  ///< exports and imports
  std::shared_ptr<Flows> flows;  ///< flows of work; one owner, its type is not known here
  std::shared_ptr<SignalHouse> signals;  ///< null: the scenes say nothing of signals
  std::shared_ptr<ProgrammeHouse> programmes;  ///< programmes of care
  const Listener* listener = nullptr;
  std::unique_ptr<Limits> limits;
  std::unique_ptr<security::OpenIdLogin> open_id;  ///< null: no identity provider is configured
  std::string public_url;  ///< "https://hub.example.gov.cn"; empty: the address listened on

  Services(ingest::Hub& opened, const scene::Catalogue& scenes, const Timeline& timeline_rules,
           Areas known_areas, Clock now, std::vector<std::string> route_names, int threads,
           const std::filesystem::path& store, bool https);

  /// How others reach this server, without a slash at the end.
  std::string base_url() const;
  /// The day the store is at: the last simulated one, else today in Shanghai.
  Date today() const;
};

/// Who asks while the store has no account: the person at this machine, who may see everything.
/// Gate makes every other principal of the web.
Principal local_principal();

}  // namespace hb::server
