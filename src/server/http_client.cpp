#include "server/http_client.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/http.hpp>
#include <boost/url.hpp>

#include "server/http.hpp"
#include "server/stream.hpp"
#include "server/tls.hpp"

namespace hb::server {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto patience = std::chrono::seconds(10);
constexpr auto between_pieces = std::chrono::seconds(20);
constexpr std::uint64_t longest_answer = 1u << 20;

auto into(error_code& error) { return net::redirect_error(net::use_awaitable, error); }

struct Place {
  std::string host, port, target;
  bool tls = true;
};

Result<Place> place_of(const std::string& url, bool any_http = false) {
  const auto read = boost::urls::parse_uri(url);
  if (!read || read->host().empty())
    return fail(ErrorCode::invalid_input, "not an address of the web", url);
  Place place;
  place.host = read->host_address();
  place.tls = read->scheme() == "https";
  if (!place.tls && (read->scheme() != "http" || !(any_http || is_loopback_host(read->host()))))
    return fail(ErrorCode::invalid_input, "only https is asked, and http on this machine", url);
  place.port = read->port().empty() ? (place.tls ? "443" : "80") : std::string(read->port());
  const auto path = read->encoded_target();
  place.target = path.empty() ? "/" : std::string(path.data(), path.size());
  return place;
}

http::request<http::string_body> message_of(const security::WebQuestion& question,
                                            const Place& place) {
  http::request<http::string_body> message;
  message.version(11);
  message.method(question.form.empty() ? http::verb::get : http::verb::post);
  message.target({place.target.data(), place.target.size()});
  message.set(http::field::host, place.host + ":" + place.port);
  message.set(http::field::accept, "application/json");
  message.set(http::field::connection, "close");
  if (!question.authorization.empty())
    message.set(http::field::authorization, question.authorization);
  if (!question.form.empty()) {
    message.set(http::field::content_type, "application/x-www-form-urlencoded");
    message.body() = question.form;
    message.prepare_payload();
  }
  return message;
}

/// Connects and asks. The patience begun here lasts until another is set.
net::awaitable<error_code> ask(Stream& stream, const Place& place,
                               const http::request<http::string_body>& message) {
  error_code error;
  net::ip::tcp::resolver resolver(stream.get_executor());
  const auto found = co_await resolver.async_resolve(place.host, place.port, into(error));
  if (error) co_return error;
  stream.expires_after(patience);  // for all that follows
  co_await stream.plain().async_connect(found, into(error));
  if (!error && stream.secure())
    co_await stream.secure()->async_handshake(net::ssl::stream_base::client, into(error));
  if (!error) co_await http::async_write(stream, message, into(error));
  co_return error;
}

net::awaitable<error_code> exchange(Stream& stream, const Place& place,
                                    const http::request<http::string_body>& message,
                                    http::response_parser<http::string_body>& parser) {
  error_code error = co_await ask(stream, place, message);
  if (error) co_return error;
  beast::flat_buffer buffer;
  co_await http::async_read(stream, buffer, parser, into(error));
  co_return error;
}

using Take = std::function<Result<void>(std::string_view)>;

/// outcome  what the answer or `take` says against it
net::awaitable<error_code> download(Stream& stream, const Place& place,
                                    const http::request<http::string_body>& message,
                                    std::uint64_t most_bytes, const Take& take,
                                    Result<void>& outcome) {
  error_code error = co_await ask(stream, place, message);
  if (error) co_return error;
  beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(most_bytes);
  co_await http::async_read_header(stream, buffer, parser, into(error));
  if (error) co_return error;
  if (parser.get().result_int() != 200) {
    outcome = fail(ErrorCode::unavailable,
                   place.host + " answered " + std::to_string(parser.get().result_int()));
    co_return error;
  }
  std::string piece(256 * 1024, '\0');
  while (!parser.is_done()) {
    parser.get().body() = {piece.data(), piece.size(), true};
    stream.expires_after(between_pieces);
    co_await http::async_read(stream, buffer, parser, into(error));
    if (error == http::error::need_buffer) error = {};
    if (error) co_return error;
    const std::size_t size = piece.size() - parser.get().body().size;
    outcome = take(std::string_view(piece).substr(0, size));
    if (!outcome) co_return error;
  }
  co_return error;
}

/// A connection of its own to one place.
struct Line {
  net::io_context context{1};
  std::unique_ptr<net::ssl::context> tls;
  std::unique_ptr<Stream> stream;

  static Result<std::unique_ptr<Line>> to(const Place& place, const std::string& roots) {
    auto line = std::make_unique<Line>();
    if (place.tls) {
      auto made = client_tls(roots);
      if (!made) return unexpected(made.error());
      line->tls = std::move(*made);
    }
    line->stream = std::make_unique<Stream>(net::ip::tcp::socket(line->context), line->tls.get());
    if (line->stream->secure()) {
      line->stream->secure()->set_verify_callback(net::ssl::host_name_verification(place.host));
      SSL_set_tlsext_host_name(line->stream->secure()->native_handle(), place.host.c_str());
    }
    return line;
  }
};

unexpected<Error> not_reached(const Place& place, const error_code& error, const std::string& url) {
  return fail(ErrorCode::unavailable, place.host + " was not reached: " + error.message(), url);
}

}  // namespace

Result<security::WebAnswer> ask_web(const security::WebQuestion& question,
                                    const std::string& roots) {
  const Result<Place> place = place_of(question.url);
  if (!place) return unexpected(place.error());
  const auto line = Line::to(*place, roots);
  if (!line) return unexpected(line.error());
  const auto message = message_of(question, *place);
  http::response_parser<http::string_body> parser;
  parser.body_limit(longest_answer);
  error_code error;
  net::co_spawn((*line)->context, exchange(*(*line)->stream, *place, message, parser),
                [&error](const std::exception_ptr&, error_code ended) { error = ended; });
  (*line)->context.run();
  if (error) return not_reached(*place, error, question.url);
  return security::WebAnswer{static_cast<int>(parser.get().result_int()),
                             std::move(parser.get().body())};
}

Result<void> fetch_web(const std::string& url, const std::string& roots, std::uint64_t most_bytes,
                       const std::function<Result<void>(std::string_view)>& take) {
  const Result<Place> place = place_of(url, true);
  if (!place) return unexpected(place.error());
  const auto line = Line::to(*place, roots);
  if (!line) return unexpected(line.error());
  security::WebQuestion question;
  question.url = url;
  auto message = message_of(question, *place);
  message.set(http::field::accept, "application/fhir+ndjson");
  message.set(http::field::accept_encoding, "gzip");
  Result<void> outcome;
  error_code error;
  net::co_spawn((*line)->context,
                download(*(*line)->stream, *place, message, most_bytes, take, outcome),
                [&error](const std::exception_ptr&, error_code ended) { error = ended; });
  (*line)->context.run();
  if (error) return not_reached(*place, error, url);
  return outcome;
}

}  // namespace hb::server
