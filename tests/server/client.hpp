#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace hb::test {

/// An answer as it came over the wire.
struct Answer {
  int status = 0;                              ///< 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  boost::json::value json() const;
  std::string header(const std::string& name) const;
};

/// One connection to a loopback port, on plain sockets: independent of the library the server uses.
class Connection {
 public:
  explicit Connection(std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::string_view bytes);
  /// Reads one answer; has_body false for answers to HEAD.
  Answer read(bool has_body = true);
  /// Reads until the text was seen, the peer closed, or the time is over; returns all that was
  /// read.
  std::string read_until(std::string_view text, int milliseconds = 3000);
  /// Whether the peer closes within the time.
  bool ends(int milliseconds = 3000);
  /// Sends a well-formed request.
  Answer ask(std::string_view method, std::string_view target, std::string_view body = {},
             std::string_view more_headers = {});

 private:
  bool fill(int milliseconds);
  std::string read_chunks();
  int socket_;
  std::uint16_t port_;
  std::string buffer_;
};

/// One request on a connection of its own.
Answer ask(std::uint16_t port, std::string_view method, std::string_view target,
           std::string_view body = {}, std::string_view more_headers = {});
Answer get(std::uint16_t port, std::string_view target);

}  // namespace hb::test
