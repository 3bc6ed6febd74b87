#include "server/response_head.hpp"

#include <algorithm>
#include <ctime>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/utility/string_view.hpp>

namespace hb::server {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

struct SecurityHeader {
  std::string_view name;
  std::string_view value;
};
constexpr SecurityHeader security_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
    {"Content-Security-Policy",
     "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
     "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
     "form-action 'self'; frame-ancestors 'none'"},
};

// Only where TLS stands before: over plain HTTP browsers ignore it.
constexpr SecurityHeader strict_transport = {"Strict-Transport-Security",
                                             "max-age=31536000; includeSubDomains"};

boost::string_view text_of(std::string_view text) { return {text.data(), text.size()}; }

/// Of this second; each network thread makes it once.
const std::string& http_date() {
  thread_local std::time_t made_for = -1;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now == made_for) return text;
  std::tm parts{};
  gmtime_r(&now, &parts);
  char made[32];
  std::strftime(made, sizeof made, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  made_for = now;
  text = made;
  return text;
}

/// Words of a head: a line of it never ends early.
void add_word(std::string& head, std::string_view word) {
  for (const char letter : word)
    if (letter != '\r' && letter != '\n') head += letter;
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
  add_word(head, name);
  head += ": ";
  add_word(head, value);
  head += "\r\n";
}

bool is_security_header(std::string_view name) {
  return std::ranges::any_of(security_headers, [name](const SecurityHeader& header) {
    return beast::iequals(text_of(header.name), text_of(name));
  });
}

}  // namespace

std::string response_head(const Response& response, bool secure, bool keep_alive, Length length) {
  static const std::string constant = [] {
    std::string text;
    for (const SecurityHeader& header : security_headers)
      add_field(text, header.name, header.value);
    return text;
  }();
  std::string head;
  head.reserve(1024);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)) += ' ';
  head += std::string_view(
      http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status))));
  head.append("\r\nDate: ").append(http_date()).append("\r\n");
  if (!response.content_type.empty()) add_field(head, "Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers)
    if (!is_security_header(name)) add_field(head, name, value);
  head += constant;
  if (secure) add_field(head, strict_transport.name, strict_transport.value);
  if (!keep_alive) head += "Connection: close\r\n";
  if (length == Length::chunks) head += "Transfer-Encoding: chunked\r\n";
  if (length == Length::known && response.status != 304)
    add_field(head, "Content-Length", std::to_string(response.body.size()));
  return head += "\r\n";
}

std::string stream_head(bool secure) {
  std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
      "Cache-Control: no-store\r\nConnection: close\r\n";
  for (const SecurityHeader& header : security_headers) add_field(head, header.name, header.value);
  if (secure) add_field(head, strict_transport.name, strict_transport.value);
  return head + "\r\n";
}

}  // namespace hb::server
