#include "server/listener.hpp"

#include <sys/resource.h>

#include <thread>
#include <vector>

#include "server/session.hpp"
#include "server/tls.hpp"

namespace hb::server {

namespace net = boost::asio;
using tcp = net::ip::tcp;

namespace {

constexpr rlim_t files_besides = 512;  // stores, uploads, libraries

/// Many systems give a process 1,024 files and let it ask for more.
void raise_file_limit(int connections) {
  rlimit limit{};
  const rlim_t wanted = static_cast<rlim_t>(std::max(connections, 0)) + files_besides;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);  // if not: fewer connections, said by accept_all's pause
}

}  // namespace

struct Listener::State {
  Shared shared;
  std::vector<std::unique_ptr<NetworkThread>> threads;  // destroyed before the workers in shared
  tcp::acceptor acceptor;
  std::vector<std::thread> running;
  std::atomic<bool> stopped{false};
  std::uint16_t port = 0;

  State(const ListenerOptions& options, Application application)
      : shared(options, std::move(application)),
        threads(make_threads(options.network_threads)),
        acceptor(threads.front()->context) {}

  static std::vector<std::unique_ptr<NetworkThread>> make_threads(int count) {
    std::vector<std::unique_ptr<NetworkThread>> made;
    for (int i = 0; i < std::max(count, 1); ++i) made.push_back(std::make_unique<NetworkThread>());
    return made;
  }

  Result<void> listen();
  net::awaitable<void> accept_all();
};

Result<void> Listener::State::listen() {
  const ListenerOptions& options = shared.options;
  boost::system::error_code error;
  const std::string name = options.address == "localhost" ? "127.0.0.1" : options.address;
  const net::ip::address address = net::ip::make_address(name, error);
  if (error) return fail(ErrorCode::invalid_input, "not an IP address: " + options.address);
  if (!address.is_loopback() && !options.open) {
    return fail(ErrorCode::forbidden,
                "only loopback addresses (127.0.0.1, ::1) can be served, not " + options.address +
                    ": there are no accounts yet, so anybody on the network could read the records "
                    "(healthbrain user add makes the first)");
  }
  const tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
  if (error) {
    return fail(ErrorCode::unavailable, "cannot listen on " + options.address + " port " +
                                            std::to_string(options.port) + ": " + error.message());
  }
  port = acceptor.local_endpoint().port();
  return {};
}

net::awaitable<void> Listener::State::accept_all() {
  for (std::size_t next = 0;; next = (next + 1) % threads.size()) {
    NetworkThread& thread = *threads[next];
    boost::system::error_code error;
    tcp::socket socket(thread.context);
    co_await acceptor.async_accept(socket, net::redirect_error(net::use_awaitable, error));
    if (shared.stopping || error == net::error::operation_aborted) co_return;
    if (error) {  // out of file descriptors: let some connections end
      net::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(50));
      co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
      continue;
    }
    const net::ip::address address = socket.remote_endpoint(error).address();
    if (error) continue;  // gone already
    if (shared.bounds(address) && !shared.addresses.enter(address, shared.options.max_of_address))
      continue;  // closes the socket
    ++shared.connections;
    socket.set_option(tcp::no_delay(true), error);
    net::co_spawn(thread.context, serve_connection(shared, thread, std::move(socket), address),
                  net::detached);
  }
}

Result<std::unique_ptr<Listener>> Listener::start(const ListenerOptions& options,
                                                  Application application) {
  raise_file_limit(options.max_connections);
  auto state = std::make_unique<State>(options, std::move(application));
  if (!options.tls_certificate.empty()) {
    auto tls = server_tls(options.tls_certificate, options.tls_key);
    if (!tls) return unexpected(tls.error());
    state->shared.tls = std::move(*tls);
  }
  if (Result<void> listening = state->listen(); !listening) return unexpected(listening.error());
  net::co_spawn(state->threads.front()->context, state->accept_all(), net::detached);
  for (const auto& thread : state->threads) {
    state->running.emplace_back([&context = thread->context] {
      const auto stay = net::make_work_guard(context);
      context.run();
    });
  }
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() { stop(); }

std::uint16_t Listener::port() const { return state_->port; }

ListenerLoad Listener::load() const {
  return {state_->shared.connections.load(), state_->shared.waiting.load()};
}

void Listener::stop() {
  State& state = *state_;
  if (state.stopped.exchange(true)) return;
  state.shared.stopping = true;
  net::post(state.threads.front()->context, [&state] {
    boost::system::error_code ignored;
    state.acceptor.close(ignored);
  });
  for (const auto& thread : state.threads)
    net::post(thread->context, [&thread = *thread] { close_idle(thread); });

  const auto deadline = std::chrono::steady_clock::now() + state.shared.options.drain;
  while (state.shared.connections > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));

  for (const auto& thread : state.threads) thread->context.stop();
  for (std::thread& thread : state.running) thread.join();
  state.shared.workers.join();
  state.shared.slow_workers.join();
  state.shared.waiters.join();
}

}  // namespace hb::server
