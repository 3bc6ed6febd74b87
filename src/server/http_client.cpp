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
constexpr std::uint64_t longest_answer = 1u << 20;

auto into(error_code& error) { return net::redirect_error(net::use_awaitable, error); }

struct Place {
  std::string host, port, target;
  bool tls = true;
};

Result<Place> place_of(const std::string& url) {
  const auto read = boost::urls::parse_uri(url);
  if (!read || read->host().empty())
    return fail(ErrorCode::invalid_input, "not an address of the web", url);
  Place place;
  place.host = read->host_address();
  place.tls = read->scheme() == "https";
  if (!place.tls && (read->scheme() != "http" || !is_loopback_host(read->host())))
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

net::awaitable<error_code> exchange(Stream& stream, const Place& place,
                                    const http::request<http::string_body>& message,
                                    http::response_parser<http::string_body>& parser) {
  error_code error;
  net::ip::tcp::resolver resolver(stream.get_executor());
  const auto found = co_await resolver.async_resolve(place.host, place.port, into(error));
  if (error) co_return error;
  stream.expires_after(patience);  // for all that follows
  co_await stream.plain().async_connect(found, into(error));
  if (!error && stream.secure())
    co_await stream.secure()->async_handshake(net::ssl::stream_base::client, into(error));
  if (!error) co_await http::async_write(stream, message, into(error));
  if (error) co_return error;
  beast::flat_buffer buffer;
  co_await http::async_read(stream, buffer, parser, into(error));
  co_return error;
}

}  // namespace

Result<security::WebAnswer> ask_web(const security::WebQuestion& question,
                                    const std::string& roots) {
  const Result<Place> place = place_of(question.url);
  if (!place) return unexpected(place.error());
  std::unique_ptr<net::ssl::context> tls;
  if (place->tls) {
    auto made = client_tls(roots);
    if (!made) return unexpected(made.error());
    tls = std::move(*made);
  }
  net::io_context context(1);
  Stream stream(net::ip::tcp::socket(context), tls.get());
  if (stream.secure()) {
    stream.secure()->set_verify_callback(net::ssl::host_name_verification(place->host));
    SSL_set_tlsext_host_name(stream.secure()->native_handle(), place->host.c_str());
  }
  const auto message = message_of(question, *place);
  http::response_parser<http::string_body> parser;
  parser.body_limit(longest_answer);
  error_code error;
  net::co_spawn(context, exchange(stream, *place, message, parser),
                [&error](const std::exception_ptr&, error_code ended) { error = ended; });
  context.run();
  if (error)
    return fail(ErrorCode::unavailable, place->host + " was not reached: " + error.message(),
                question.url);
  return security::WebAnswer{static_cast<int>(parser.get().result_int()),
                             std::move(parser.get().body())};
}

}  // namespace hb::server
