#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace hb::server {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

Method parse_method(std::string_view text);
std::string_view method_name(Method method);

/// A request body that was written to a file instead of memory.
struct Upload {
  std::string path;  ///< temporary file; whoever takes it on clears this, else it is removed
  std::uint64_t bytes = 0;
  std::string digest;     ///< SHA-256 of the bytes
  std::string spool_key;  ///< the file is sealed with it, and it stands nowhere else
};

/// One HTTP request in plain types: nothing outside listener.cpp knows the HTTP library.
struct Request {
  Method method = Method::get;
  std::vector<std::string> segments;  ///< decoded path, "/api/areas" = {"api", "areas"}
  bool trailing_slash = false;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< decoded query, in order
  std::vector<std::pair<std::string, std::string>> headers;     ///< names in lower case
  std::vector<std::pair<std::string, std::string>> captures;    ///< {id} of the route's pattern
  std::string body;
  Upload upload;
  std::string from;  ///< address of the peer, or what the TLS proxy of this machine says it is

  /// First value of a header (lower-case name), query parameter or captured path part; empty if
  /// none.
  std::string_view header(std::string_view name) const;
  std::optional<std::string_view> query(std::string_view name) const;
  std::string_view capture(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// When set, the body comes from here in pieces, so that it need not be in memory: asked on a
  /// worker thread until a piece is empty. An error breaks the connection off, so that the client
  /// sees that something is missing.
  std::function<Result<std::string>()> pieces;
  /// Written at a multiple of this after the request came: how long the work took, which grows with
  /// what the asker may not see, is not told. 0: at once
  std::chrono::milliseconds grid{0};
  /// Audit entry that has to be on the disk before this leaves; 0: none.
  std::uint64_t audited = 0;
  bool event_stream = false;   ///< the connection stays open and receives the events of EventHub
  bool stream_ends = false;    ///< after ListenerOptions::stream_limit: the browser asks anew
  bool no_deliveries = false;  ///< of an event stream: without events about deliveries
};

/// Splits and decodes "/api/residents?q=a%20b" into path segments and parameters.
/// returns  false: not an origin-form target, bad escape, NUL, not UTF-8, or a path part that is
///          ".", ".." or hides a slash
bool parse_target(std::string_view target, Request& request);

/// Whether "127.0.0.1:8080", "localhost", "[::1]:80" names this machine's loopback.
bool is_loopback_host(std::string_view host);

/// How much body a request may have and where it goes; decided from the head alone.
struct BodyPlan {
  std::uint64_t limit = 0;          ///< bytes; more is answered 413
  std::string directory;            ///< not empty: streamed to a new file there
  std::optional<Response> refusal;  ///< answered without reading the body
  bool waits = false;  ///< the handler mostly waits for the disk: it does not take a worker's place
};

class EventHub;

/// What the listener serves. plan() and wait_for() run on network threads and never block;
/// handle() runs on the worker pool.
struct Application {
  std::function<BodyPlan(const Request& head)> plan;
  std::function<Response(Request& request)> handle;
  /// True while the request should wait a little for the tables to follow (?after=N).
  std::function<bool(const Request& request)> should_wait;
  /// Requests that may take seconds: they have threads of their own, so that others need not wait.
  std::function<bool(const Request& request)> is_slow;
  /// Calls done(true) from any thread when the audit entry is on the disk, done(false) when it
  /// could not be written.
  std::function<void(std::uint64_t entry, std::function<void(bool)> done)> when_audited;
  /// What is said in place of an answer whose audit entry could not be written.
  std::function<Response(const Request& request)> unaudited;
  EventHub* events = nullptr;
};

}  // namespace hb::server
