#pragma once
#include <cstdint>
#include <string>

#include "server/http.hpp"

/// What stands before a body on the wire, made by hand: a head of fifteen fields is a third of the
/// work of a small answer otherwise.
namespace hb::server {

/// How an answer says where its body ends (RFC 9112, 6.3).
enum class Length : std::uint8_t { known, chunks, to_the_end };

/// secure  TLS stands before this server: browsers are told to stay with it
std::string response_head(const Response& response, bool secure, bool keep_alive, Length length);
/// Of a stream of events (text/event-stream), which ends with the connection.
std::string stream_head(bool secure);

}  // namespace hb::server
