#pragma once
// Internal to listener.cpp and session.cpp: the only two files that include Beast and Asio.
#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <unordered_set>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core.hpp>

#include "server/http.hpp"
#include "server/listener.hpp"

namespace hb::server {

/// Connections per address; an address cannot take those of all others.
class AddressCount {
 public:
  /// False: this one would be one too many.
  bool enter(const boost::asio::ip::address& address, int most) {
    const std::lock_guard lock(mutex_);
    int& count = counts_[address];
    if (count >= most) return false;
    ++count;
    return true;
  }
  void leave(const boost::asio::ip::address& address) {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(address);
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

 private:
  std::mutex mutex_;
  std::map<boost::asio::ip::address, int> counts_;
};

/// What all connections of a listener share.
struct Shared {
  ListenerOptions options;
  Application application;
  std::unique_ptr<boost::asio::ssl::context> tls;  ///< null: in the clear
  AddressCount addresses;
  boost::asio::thread_pool workers;
  boost::asio::thread_pool slow_workers;  ///< for what may take seconds
  boost::asio::thread_pool waiters;       ///< handlers that mostly wait for the disk
  std::atomic<bool> stopping{false};
  std::atomic<int> connections{0};
  std::atomic<int> waiting{0};

  Shared(const ListenerOptions& given, Application served)
      : options(given),
        application(std::move(served)),
        workers(static_cast<std::size_t>(given.worker_threads)),
        slow_workers(static_cast<std::size_t>(std::max(1, given.worker_threads / 4))),
        waiters(static_cast<std::size_t>(given.waiting_threads)) {}

  bool bounds(const boost::asio::ip::address& address) const {
    return options.bound_this_machine || !address.is_loopback();
  }
};

class Session;

/// One network thread with its connections; `sessions` is touched on that thread alone.
struct NetworkThread {
  std::unordered_set<Session*> sessions;  ///< what is left in the context still leaves it
  boost::asio::io_context context{1};
};

/// Serves one connection until it ends. Counted in shared.connections and shared.addresses already.
boost::asio::awaitable<void> serve_connection(Shared& shared, NetworkThread& thread,
                                              boost::asio::ip::tcp::socket socket,
                                              boost::asio::ip::address address);

/// Closes the thread's idle connections and event streams; call on that thread.
void close_idle(NetworkThread& thread);

}  // namespace hb::server
