#pragma once
// Internal to listener.cpp and session.cpp: the only two files that include Beast and Asio.
#include <atomic>
#include <unordered_set>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>

#include "server/http.hpp"
#include "server/listener.hpp"

namespace hb::server {

/// What all connections of a listener share.
struct Shared {
  ListenerOptions options;
  Application application;
  boost::asio::thread_pool workers;
  std::atomic<bool> stopping{false};
  std::atomic<int> connections{0};
  std::atomic<int> waiting{0};

  Shared(const ListenerOptions& given, Application served)
      : options(given),
        application(std::move(served)),
        workers(static_cast<std::size_t>(given.worker_threads)) {}
};

class Session;

/// One network thread with its connections; `sessions` is touched on that thread alone.
struct NetworkThread {
  boost::asio::io_context context{1};
  std::unordered_set<Session*> sessions;
};

/// Serves one connection until it ends.
boost::asio::awaitable<void> serve_connection(Shared& shared, NetworkThread& thread,
                                              boost::asio::ip::tcp::socket socket);

/// Closes the thread's idle connections and event streams; call on that thread.
void close_idle(NetworkThread& thread);

}  // namespace hb::server
