#include <fmt/format.h>
#include <signal.h>

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
};

/// Ctrl-C and SIGTERM are waited for by the main thread; no other thread may take them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

int run_serve(const ServeArguments& arguments) {
  const sigset_t signals = block_signals();
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
  options.threads = arguments.threads;
  options.log_requests = !arguments.quiet;
  options.version = HB_VERSION;
  const auto server = server::Server::start(options);
  if (!server) return give_up(server.error());
  if (!web) say_error("the web pages are not built; only the API is served (scripts/build)");
  const bool six = arguments.address.find(':') != std::string::npos;
  fmt::print("Health Brain is ready: http://{}{}{}:{}/\n", six ? "[" : "", arguments.address,
             six ? "]" : "", (*server)->port());
  std::fflush(stdout);

  int received = 0;
  sigwait(&signals, &received);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // a second Ctrl-C ends at once
  (*server)->stop();
  return exit_ok;
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
  serve->add_flag("--https", arguments->https,
                  "A TLS proxy on this machine stands before: Secure cookies and HSTS");
  serve->add_flag("--quiet", arguments->quiet, "Do not log requests (JSON lines on stderr)");
  serve->footer(
      "Example:\n  healthbrain serve --store district-store --port 8080\n\n"
      "Ctrl-C or SIGTERM: running requests end, then the store is closed.");
  serve->callback([&exit_code, arguments] { exit_code = run_serve(*arguments); });
}

}  // namespace hb::cli
