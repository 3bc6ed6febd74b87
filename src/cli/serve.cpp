#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "server/server.hpp"

namespace hb::cli {

namespace {

struct ServeArguments {
  std::string store;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string scenes;
  std::string web;
  int threads = default_threads();
  bool quiet = false;
  bool https = false;
  bool plain = false;
  std::string certificate, key;
  std::string public_url, providers;
  double requests_per_second = 50;
  int job_hours = 24;
  std::string import_dir, import_roots;
  std::string flow_clock;
  std::vector<std::string> import_from;
};

/// Passwords do not go over a network in the clear by mistake.
Result<void> check_transport(const ServeArguments& arguments) {
  if (arguments.certificate.empty() != arguments.key.empty())
    return fail(ErrorCode::invalid_input, "--tls-certificate and --tls-key go together");
  if (arguments.https && !arguments.certificate.empty())
    return fail(ErrorCode::invalid_input,
                "--https is for a TLS proxy on this machine, --tls-certificate for none");
  const bool local = arguments.address == "localhost" || arguments.address == "::1" ||
                     arguments.address.starts_with("127.");
  if (local || arguments.https || arguments.plain || !arguments.certificate.empty()) return {};
  return fail(ErrorCode::forbidden,
              "others could read what goes over the network: give --tls-certificate and --tls-key, "
              "or --plain-http where the network itself is closed",
              arguments.address);
}

/// The time of flows in a demonstration: what the file says, going on from when it was written.
class FileClock {
 public:
  explicit FileClock(std::string file) : file_(std::move(file)) {}

  Result<Instant> read() {
    std::ifstream in(file_);
    std::string line;
    std::getline(in, line);
    while (line.ends_with(' ') || line.ends_with('\r')) line.pop_back();
    const auto instant = parse_instant(line);
    if (!instant)
      return fail(ErrorCode::invalid_input, "expected an instant such as 2026-01-05T09:00:00+08:00",
                  file_);
    return *instant;
  }

  Instant operator()() {
    const std::scoped_lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    std::error_code gone;
    const auto written = std::filesystem::last_write_time(file_, gone);
    if (!gone && written != written_)
      if (const auto said = read()) {  // half written: the former one, until it can be read
        written_ = written;
        said_ = *said;
        since_ = now;
      }
    return {said_.micros +
            std::chrono::duration_cast<std::chrono::microseconds>(now - since_).count()};
  }

 private:
  std::string file_;
  std::mutex mutex_;
  std::filesystem::file_time_type written_{};
  Instant said_;
  std::chrono::steady_clock::time_point since_;
};

Result<Clock> flow_clock_of(const ServeArguments& arguments) {
  if (arguments.flow_clock.empty()) return Clock();
  auto clock = std::make_shared<FileClock>(arguments.flow_clock);
  if (const auto first = clock->read(); !first) return unexpected(first.error());
  return Clock([clock] { return (*clock)(); });
}

/// Ctrl-C and SIGTERM are waited for by the main thread; no other thread may take them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a limit of file sizes is an error of the write, not our end
  return signals;
}

int run_serve(const ServeArguments& arguments) {
  const sigset_t signals = block_signals();
  if (Result<void> safe = check_transport(arguments); !safe) return give_up(safe.error());
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return give_up(scenes.error());
  const auto web = find_content(arguments.web, "web/dist");
  if (!web && !arguments.web.empty()) return give_up(web.error());
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::path(arguments.store) / "records.db", ignored)) {
    return give_up({ErrorCode::not_found, "there is no store here (healthbrain load makes one)",
                    arguments.store});
  }
  server::ServerOptions options;
  options.store = arguments.store;
  options.key_file = key_file_of(arguments.store);
  options.scenes_dir = *scenes;
  if (web) options.web_dir = *web;
  options.listener.address = arguments.address;
  options.listener.port = arguments.port;
  options.listener.https = arguments.https;
  options.listener.tls_certificate = arguments.certificate;
  options.listener.tls_key = arguments.key;
  options.requests_per_second = arguments.requests_per_second;
  options.public_url = arguments.public_url;
  options.identity_providers = arguments.providers;
  options.threads = arguments.threads;
  options.imports = {arguments.import_dir, arguments.import_from, arguments.import_roots};
  options.jobs.keep = std::chrono::hours(arguments.job_hours);
  options.log_requests = !arguments.quiet;
  options.version = HB_VERSION;
  auto flow_clock = flow_clock_of(arguments);
  if (!flow_clock) return give_up(flow_clock.error());
  options.flow_clock = std::move(*flow_clock);
  const auto server = server::Server::start(options);
  if (!server) return give_up(server.error());
  if (!web) say_error("the web pages are not built; only the API is served (scripts/build)");
  const bool six = arguments.address.find(':') != std::string::npos;
  fmt::print("Health Brain is ready: {}://{}{}{}:{}/\n",
             arguments.certificate.empty() ? "http" : "https", six ? "[" : "", arguments.address,
             six ? "]" : "", (*server)->port());
  std::fflush(stdout);

  int received = 0;
  sigwait(&signals, &received);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // a second Ctrl-C ends at once
  (*server)->stop();
  return exit_ok;
}

void add_transport(CLI::App& serve, ServeArguments& arguments) {
  serve.add_option("--tls-certificate", arguments.certificate,
                   "PEM file: speak TLS 1.2 and 1.3 with this certificate and those below it");
  serve.add_option("--tls-key", arguments.key, "PEM file with its key, mode 600");
  serve.add_flag("--https", arguments.https,
                 "A TLS proxy on this machine stands before: Secure cookies and HSTS");
  serve.add_flag("--plain-http", arguments.plain,
                 "Listen for others without TLS, where the network itself is closed");
  serve.add_option("--public-url", arguments.public_url,
                   "How others reach this server, https://hub.example.gov.cn; needed for log-in by "
                   "providers and for clients");
  serve.add_option("--identity-providers", arguments.providers,
                   "Folder with a description of each (docs/accounts.md)");
  serve
      .add_option("--requests-per-second", arguments.requests_per_second,
                  "Of one account; an address may ask four times as much; 0 = no limit")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  serve
      .add_option("--job-hours", arguments.job_hours,
                  "How long results of $export and $import are kept")
      ->check(CLI::Range(1, 24 * 366))
      ->capture_default_str();
}

void add_flow_clock(CLI::App& serve, ServeArguments& arguments) {
  serve
      .add_option("--flow-clock", arguments.flow_clock,
                  "File with an instant: the time of flows in a simulated store goes on from it, "
                  "and jumps when it is written anew")
      ->check(CLI::ExistingFile);
}

void add_imports(CLI::App& serve, ServeArguments& arguments) {
  serve
      .add_option("--import-dir", arguments.import_dir,
                  "Folder whose files $import may take; none if not given")
      ->check(CLI::ExistingDirectory);
  serve.add_option("--import-from", arguments.import_from,
                   "Beginning of addresses that $import may take files from, "
                   "https://hub.example.gov.cn/files/; may be given several times");
  serve
      .add_option("--import-roots", arguments.import_roots,
                  "PEM file of the roots trusted there; those of the system if not given")
      ->check(CLI::ExistingFile);
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* serve = app.add_subcommand("serve", "Serve the pages and the API of a store");
  serve->add_option("--store", arguments->store, "Store directory")->required();
  serve->add_option("--port", arguments->port, "Port; 0 = any free one, printed on stdout")
      ->capture_default_str();
  serve
      ->add_option("--address", arguments->address,
                   "Address to listen on; others than loopback only once there are accounts")
      ->capture_default_str();
  serve->add_option("--web", arguments->web,
                    "Built web pages; found beside the program if not given");
  serve->add_option("--scenes", arguments->scenes,
                    "Scenes directory; found beside the program if not given");
  serve->add_option("--threads", arguments->threads, "Threads of loads and table scans")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  add_transport(*serve, *arguments);
  add_imports(*serve, *arguments);
  add_flow_clock(*serve, *arguments);
  serve->add_flag("--quiet", arguments->quiet, "Do not log requests (JSON lines on stderr)");
  serve->footer(
      "Example:\n  healthbrain serve --store district-store --port 8080\n\n"
      "Ctrl-C or SIGTERM: running requests end, then the store is closed.");
  serve->callback([&exit_code, arguments] { exit_code = run_serve(*arguments); });
}

}  // namespace hb::cli
