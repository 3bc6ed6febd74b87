#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "server/http.hpp"

namespace hb::server {

struct ListenerOptions {
  std::string address = "127.0.0.1";  ///< others than loopback only when `open`
  bool open = false;                  ///< there are accounts: may listen where others can reach it
  bool https = false;  ///< a TLS proxy stands before: HSTS, Secure cookies, X-Forwarded-For
  std::string tls_certificate;  ///< PEM file; not empty: the server itself speaks TLS, and nothing
                                ///< else: HSTS and Secure cookies, X-Forwarded-For is not believed
  std::string tls_key;          ///< PEM file
  std::uint16_t port = 8080;    ///< 0 = any free one, ask port()
  int network_threads = 2;
  int worker_threads = 8;
  /// For writes: while some wait for their commit, others get ready for the next one.
  int waiting_threads = 256;
  std::uint32_t header_limit = 16 * 1024;  ///< bytes of request line and headers; more is 431
  int max_connections = 12'000;     ///< one more ends the one that has waited longest for a request
  int max_of_address = 512;         ///< connections of one address other than this machine's
  bool bound_this_machine = false;  ///< also of this machine's addresses
  int max_waiting = 1024;           ///< requests in the worker queue; more are answered 503
  /// From the first byte to the empty line; the same again for the TLS handshake.
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds idle_timeout{60'000};   ///< between two requests of a connection
  std::chrono::milliseconds body_timeout{30'000};   ///< for each 256 KB of a body
  std::chrono::milliseconds write_timeout{60'000};  ///< for one response or event
  std::chrono::milliseconds stream_limit{300'000};  ///< then an event stream is asked for anew
  std::chrono::milliseconds heartbeat{15'000};      ///< comment line on a silent event stream
  std::chrono::milliseconds follow_wait{300};       ///< longest wait of ?after=N
  std::chrono::milliseconds drain{5'000};  ///< stop() lets running requests finish this long

  /// The browser sees https, whoever speaks it.
  bool secure() const { return https || !tls_certificate.empty(); }
};

struct ListenerLoad {
  int connections = 0;
  int waiting = 0;  ///< requests on or before the worker pool
};

/// The HTTP/1.1 server: Boost.Beast coroutines, one io_context per network thread, handlers on a
/// worker pool. Only listener.cpp, session.cpp and http_client.cpp know Beast and Asio.
class Listener {
 public:
  /// Raises the process's limit of open files where it must and may.
  /// errors  forbidden: the address is not loopback and options.open is false; unavailable: port in
  ///         use; those of server_tls
  static Result<std::unique_ptr<Listener>> start(const ListenerOptions& options,
                                                 Application application);
  ~Listener();

  std::uint16_t port() const;
  ListenerLoad load() const;
  /// Stops accepting, lets running requests finish (options.drain), closes the rest. Idempotent.
  void stop();

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hb::server
