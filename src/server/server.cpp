#include "server/server.hpp"
#include "core/json_text.hpp"
#include "indicators/similar.hpp"
#include "search/open_index.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <thread>

#include "scene/compartments.hpp"
#include "scene/search_plan.hpp"
#include "search/index.hpp"
#include "server/act_mover.hpp"
#include "server/application.hpp"
#include "server/fhir/bulk_export.hpp"
#include "server/flows.hpp"
#include "server/http_client.hpp"
#include "server/json.hpp"
#include "server/measures.hpp"
#include "server/programmes.hpp"
#include "server/routes.hpp"
#include "server/signal_flow.hpp"
#include "server/signals.hpp"
#include "server/store_day.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

namespace fs = std::filesystem;

void start_log() {
  static const auto log = spdlog::stderr_logger_mt("healthbrain");
  log->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","log":%v})");
  spdlog::set_default_logger(log);
}

}  // namespace

struct Server::State {
  std::unique_ptr<ingest::Hub> hub;
  std::unique_ptr<scene::Catalogue> catalogue;
  std::unique_ptr<Timeline> timeline;
  std::unique_ptr<Services> services;
  std::unique_ptr<ActMover> acts;
  std::unique_ptr<Listener> listener;
  std::atomic<bool> stopping = false;
  std::thread builder;
};

namespace {

/// Live updates, caches and uploads, tied to each other.
void connect(Services& services) {
  services.boards = std::make_unique<FeedCache>(
      [&services](const std::string& key) { return make_board(services, key); },
      [&services] { return services.feed.reached(); },
      [&services] {
        services.events.publish("boards",
                                json_text(json::object{{"feed", services.feed.reached()}}));
      });
  services.status =
      std::make_unique<FeedCache>([&services](const std::string&) { return make_status(services); },
                                  [&services] { return services.feed.reached(); });
  services.measure_lists = std::make_unique<FeedCache>(
      [&services](const std::string& key) { return make_measure_list(services, key); },
      [&services] { return services.measures->snapshot()->generation; });
  services.measures->start(
      first_periods(services.today()), later_periods(services.today()),
      [&services](const indicators::Snapshot& snapshot) {
        services.measure_lists->refresh();
        services.events.publish("measures", json_text(json::object{{"feed", snapshot.feed}}));
      });
  if (services.signals) {
    services.signals->on_run([&services](const signals::Run& run) {
      if (run.raised + run.changed + run.unsupported > 0) services.events.publish("signals", "{}");
    });
    services.signals->on_look([&services] {
      if (const Result<void> done = follow_flow(services); !done)
        spdlog::warn("{}", json::serialize(json::object{{"event", "signals-not-followed"},
                                                        {"message", done.error().message},
                                                        {"where", done.error().where}}));
    });
    services.signals->start();
  }
  services.feed.on_move([&services](const FeedState& feed) {
    services.measures->notify();
    if (services.signals) services.signals->notify();
    services.events.publish("feed", json_text(feed_object(feed)));
    services.boards->refresh();
    services.status->refresh();
  });
  services.feed.set_writer_busy([&services] { return services.uploads.busy(); });
  services.events.set_greeting(
      [&services] { return format_event("feed", json_text(feed_object(services.feed.state()))); });
  services.uploads.on_change([&services](const UploadState& upload) {
    json::object shown = delivery_object(upload);
    if (upload.delivery != 0) {
      const auto delivery =
          services.hub.store().delivery(Principal::system("operation"), upload.delivery);
      if (delivery) {
        const auto open =
            open_problems(services.hub.store(), Principal::system("operation"), upload.delivery);
        shown = delivery_object(*delivery, open.value_or(0), upload);
      }
    }
    shown["upload"] = upload.id;
    services.events.publish("delivery", json_text(shown));
  });
  services.feed.start();
}

/// Who may ask how often, how others reach us, and who vouches for people.
Result<void> set_entrance(Services& services, const ServerOptions& options) {
  services.limits =
      std::make_unique<Limits>(options.requests_per_second, options.listener.worker_threads);
  services.public_url = options.public_url;
  while (services.public_url.ends_with('/')) services.public_url.pop_back();
  if (options.identity_providers.empty()) return {};
  auto providers = security::read_providers(options.identity_providers);
  if (!providers) return unexpected(providers.error());
  services.open_id =
      std::make_unique<security::OpenIdLogin>(std::move(*providers), ask_web, options.clock);
  return {};
}

/// Tables of changed views are built while the former ones answer.
void build_tables(ingest::Hub& hub, const std::atomic<bool>& stopping) {
  const auto say = [](const char* event, const std::string& message) {
    spdlog::info("{}", json::serialize(json::object{{"event", event}, {"message", message}}));
  };
  int said = -1;
  ingest::BuildOptions options;
  options.cancelled = [&stopping] { return stopping.load(); };
  options.progress = [&](double fraction) {
    const int tenth = static_cast<int>(fraction * 10);
    if (tenth == said) return;
    said = tenth;
    say("building-tables", std::to_string(tenth * 10) + " %");
  };
  const auto built = hub.build_tables(options);
  if (!built) return say("tables-not-built", built.error().message);
  for (const std::string& table : *built) say("table-built", table);
}

/// How long a start waits for the cells of a large store that were not kept.
constexpr auto longest_warming = std::chrono::seconds(60);

/// What everybody opens first is made before the server says that it is ready: cells, boards and
/// the list of computed indicators, for who sees small counts and who does not.
void warm(Services& services) {
  static_cast<void>(services.status->get("status", 0));
  static_cast<void>(services.measures->wait_until_ready(longest_warming));
  const std::string year = std::to_string(civil(services.today()).year);
  const std::string exact = services.gate.closed().value_or(true) ? "|rounded" : "|exact";
  for (const char* counts : {"all", ""}) {
    for (const scene::Board& board : services.catalogue.boards())
      static_cast<void>(services.boards->get(board.id + "||" + year + "|" + counts + exact, 0));
    static_cast<void>(services.measure_lists->get("|" + year + "|" + counts, 0));
  }
  services.warm = true;
}

/// The store with the rules and compartments of the scenes. compartments  set to the latter
Result<std::unique_ptr<ingest::Hub>> open_hub(
    const ServerOptions& options, const scene::Catalogue& catalogue,
    std::shared_ptr<const Compartments>& compartments_of_hub) {
  ingest::HubOptions hub_options;
  hub_options.views_dir = (options.scenes_dir / "core/views").string();
  hub_options.profiles_dir = (options.scenes_dir / "core/profiles").string();
  hub_options.create = false;
  hub_options.key_file = options.key_file;
  hub_options.threads = options.threads;
  hub_options.clock = options.clock;
  hub_options.build_tables = false;
  auto compartments = scene::load_compartments(options.scenes_dir / "core/compartments.yaml");
  if (!compartments) return unexpected(compartments.error());
  hub_options.compartments = std::make_shared<const Compartments>(std::move(*compartments));
  hub_options.policy = catalogue.policy();
  if (!hub_options.policy)
    return fail(ErrorCode::not_found, "without rules of access nothing is served",
                (options.scenes_dir / "core/policy.yaml").string());
  if (const std::optional<Date> simulated = simulated_day(options.store))
    hub_options.today = [day = *simulated] { return day; };
  compartments_of_hub = hub_options.compartments;
  return ingest::Hub::open(options.store.string(), hub_options);
}

/// Search and long jobs of the FHIR interface.
Result<void> start_fhir(Services& services, const ServerOptions& options) {
  auto plan = scene::load_search_plan(options.scenes_dir / "core/search.yaml");
  if (!plan) return unexpected(plan.error());
  auto index = search::open_index((options.store / "search.db").string(), services.hub.store(),
                                  std::move(*plan));
  if (!index) return unexpected(index.error());
  services.search = std::make_unique<fhir_api::IndexWatch>(std::move(*index), services.hub.store());
  services.jobs = std::make_unique<fhir_api::Jobs>(
      services.hub.store(), (options.store / "jobs").string(), options.clock, options.jobs);
  services.imports = options.imports;
  return services.jobs->start(
      {{"export", [&services](auto& work) { return fhir_api::run_export(work, services); }},
       {"import", [&services](auto& work) { return fhir_api::run_import(work, services); }}});
}

/// Kept signals; scenes without signals.yaml have none.
Result<void> open_signals(Services& services, const ServerOptions& options) {
  SignalHouseOptions house;
  house.clock = options.clock;
  house.today = [&services] { return services.today(); };
  house.reached = [&services] { return services.feed.reached(); };
  house.wait = options.signals_wait;
  house.pause = options.signals_wait * 12;
  auto opened = SignalHouse::open(services.hub, options.scenes_dir, house);
  if (!opened && opened.error().code == ErrorCode::not_found) return {};
  if (!opened) return unexpected(opened.error());
  services.signals = std::move(*opened);
  return {};
}

/// "Today" of a store with simulated people is its last day.
void set_simulated_day(Services& services, const std::filesystem::path& store) {
  const std::optional<Date> simulated = simulated_day(store);
  if (!simulated || !services.hub.store().info().simulated) return;
  services.last_simulated_day = *simulated;
  services.has_simulated_day = true;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options) {
  start_log();
  auto state = std::make_unique<State>();
  auto catalogue = scene::Catalogue::load(options.scenes_dir);
  if (!catalogue) return unexpected(catalogue.error());
  state->catalogue = std::make_unique<scene::Catalogue>(std::move(*catalogue));
  auto timeline = Timeline::load(options.scenes_dir / "core/timeline.yaml");
  if (!timeline) return unexpected(timeline.error());
  state->timeline = std::make_unique<Timeline>(std::move(*timeline));

  std::shared_ptr<const Compartments> compartments;
  auto hub = open_hub(options, *state->catalogue, compartments);
  if (!hub) return unexpected(hub.error());
  state->hub = std::move(*hub);
  auto areas = Areas::load(options.store);
  if (!areas) return unexpected(areas.error());

  state->services = std::make_unique<Services>(
      *state->hub, *state->catalogue, *state->timeline, std::move(*areas), options.clock,
      route_names(), options.threads, options.store, options.listener.secure());
  Services& services = *state->services;
  const Result<bool> closed = services.gate.closed();
  if (!closed) return unexpected(closed.error());
  services.version = options.version;
  if (Result<void> set = set_entrance(services, options); !set) return unexpected(set.error());
  services.compartments = compartments;
  auto access =
      security::AccessBook::open((options.store / "access.db").string(),
                                 state->catalogue->policy()->break_glass(), options.clock);
  if (!access) return unexpected(access.error());
  services.access = std::move(*access);
  services.web_dir = options.web_dir;
  services.views_dir = (options.scenes_dir / "core/views").string();
  set_simulated_day(services, options.store);
  if (Result<void> started = start_fhir(services, options); !started)
    return unexpected(started.error());
  if (options.flow_clock && !state->hub->store().info().simulated)
    return fail(ErrorCode::forbidden, "only flows of a simulated store run by another clock");
  auto flows = Flows::open(services, options.store, options.scenes_dir,
                           options.flow_clock ? options.flow_clock : options.clock);
  if (!flows) return unexpected(flows.error());
  services.flows = std::move(*flows);
  auto profile = indicators::load_profile(options.scenes_dir);
  if (!profile) return unexpected(profile.error());
  services.measures = make_measure_engine(services, options.store.string(), std::move(*profile));
  services.programmes = std::make_shared<ProgrammeHouse>(options.scenes_dir);
  if (Result<void> opened = open_signals(services, options); !opened)
    return unexpected(opened.error());
  connect(services);
  state->acts = std::make_unique<ActMover>(services.gate, state->hub->store(), options.store);
  ListenerOptions listener_options = options.listener;
  listener_options.open = *closed;
  auto listener =
      Listener::start(listener_options,
                      make_application(services, options.listener.secure(), options.log_requests));
  if (!listener) {
    services.feed.stop();
    services.measures->stop();
    if (services.signals) services.signals->stop();
    return unexpected(listener.error());
  }
  services.listener = listener->get();
  state->listener = std::move(*listener);
  services.flows->run();
  warm(services);
  state->builder = std::thread(build_tables, std::ref(*state->hub), std::cref(state->stopping));
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() { stop(); }

const Handles& Server::handles() const { return state_->services->handles; }

std::uint16_t Server::port() const { return state_->listener->port(); }

void Server::stop() {
  if (!state_->listener) return;
  state_->stopping = true;
  state_->builder.join();
  state_->listener->stop();
  if (state_->services->signals) state_->services->signals->stop();  // it uses the flows
  state_->services->flows->stop();
  state_->acts.reset();
  state_->services->feed.stop();  // its listeners use the caches, which go next
  state_->services->measures->stop();
  state_->services->jobs.reset();
  state_->services->search.reset();
  state_->services->audit_check->stop();
  if (const Result<void> kept = state_->services->measures->save(); !kept)
    spdlog::warn("{}", json::serialize(json::object{{"event", "cells-not-kept"},
                                                    {"message", kept.error().message}}));
  state_->services->listener = nullptr;
  state_->services.reset();
  state_->hub.reset();       // tells the last readers about their audit entries, on threads …
  state_->listener.reset();  // … that are the listener's
}

}  // namespace hb::server
