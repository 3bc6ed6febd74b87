#include "server/session.hpp"

#include <algorithm>
#include <array>

#include <spdlog/spdlog.h>
#include <boost/beast/http.hpp>

#include "server/events.hpp"
#include "server/outcome.hpp"
#include "server/response_head.hpp"
#include "server/stream.hpp"
#include "server/upload.hpp"

namespace hb::server {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using RequestParser = http::request_parser<http::buffer_body>;

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;  // of a body, between two timeouts
constexpr std::size_t buffer_bytes = 64 * 1024;
constexpr std::size_t mailbox_limit = 256;  // events a slow browser may lag behind

auto into(error_code& error) { return net::redirect_error(net::use_awaitable, error); }

/// What one event stream still has to write; touched on its network thread alone.
struct Mailbox {
  explicit Mailbox(net::any_io_executor executor) : wake(std::move(executor)) {}
  net::steady_timer wake;
  std::vector<EventHub::Message> messages;
  bool closed = false;
};

// Answers are made in plain functions and named before co_await: GCC 12 destroys temporaries that
// are initialised with braces inside a co_await expression twice.
Response header_too_large() {
  return refusal(431, "invalid_input",
                 {"请求头过大", "the request's headers are larger than 16 KB"});
}

Response too_busy() {
  return refusal(503, "unavailable",
                 {"系统繁忙，请稍后重试", "too many requests are waiting; try again"});
}

/// A fault in what makes the body ends this body, not the server.
Result<std::string> next_piece(const Response& response) {
  try {
    return response.pieces();
  } catch (const std::exception& bug) {
    spdlog::error("{}", R"({"event":"bug","route":"a body in pieces"})");
    return fail(ErrorCode::unavailable, bug.what());
  }
}

Response malformed() {
  return refusal(400, "invalid_input", {"请求格式有误", "the request is not well-formed HTTP"});
}

}  // namespace

class Session {
 public:
  Session(Shared& shared, NetworkThread& thread, net::ip::tcp::socket socket,
          const net::ip::address& address)
      : shared_(shared),
        thread_(thread),
        stream_(std::move(socket), shared.tls.get()),
        address_(address),
        buffer_(buffer_bytes) {
    thread_.sessions.insert(this);
  }
  ~Session() {
    thread_.sessions.erase(this);
    if (shared_.bounds(address_)) shared_.addresses.leave(address_);
    --shared_.connections;
  }

  net::awaitable<void> run();
  void close_if_idle();
  /// Since when no whole request has come; nothing while one is being answered.
  std::optional<std::chrono::steady_clock::time_point> waiting_since() const { return waiting_; }
  /// Closes it now; until its coroutine has ended it is not to be chosen again.
  void give_up_place() {
    waiting_.reset();
    stream_.close();
  }

 private:
  net::awaitable<bool> shake_hands();
  net::awaitable<void> end();
  net::awaitable<bool> serve_one();
  std::string peer(const Request& request);
  net::awaitable<error_code> read_head(RequestParser& parser);
  net::awaitable<bool> read_body(RequestParser& parser, Request& request, const BodyPlan& plan,
                                 Response& response);
  net::awaitable<bool> take_piece(std::string_view piece, Request& request,
                                  std::optional<UploadFile>& file, Response& response);
  net::awaitable<Response> answer(Request& request, bool waits);
  net::awaitable<bool> audited(std::uint64_t entry);
  net::awaitable<bool> write(const Response& response, bool head_only, bool keep_alive);
  net::awaitable<bool> write_pieces(const Response& response);
  net::awaitable<void> refuse(const Response& response);
  net::awaitable<void> stream_events(bool ends, bool no_deliveries);
  net::awaitable<void> watch_for_end(std::shared_ptr<Mailbox> mailbox);

  Shared& shared_;
  NetworkThread& thread_;
  Stream stream_;
  net::ip::address address_;
  beast::flat_buffer buffer_;
  std::shared_ptr<Mailbox> mailbox_;
  bool idle_ = true;
  bool chunks_ = true;  ///< the peer speaks HTTP/1.1: a body of unknown length comes in chunks
  std::optional<std::chrono::steady_clock::time_point> waiting_ = std::chrono::steady_clock::now();
};

namespace {

/// Where there are too many connections, the one of this thread that has waited longest for a whole
/// request goes: who sends slowly or nothing makes room for who comes with one.
void make_room(const Shared& shared, NetworkThread& thread) {
  if (shared.connections <= shared.options.max_connections) return;
  Session* longest = nullptr;
  for (Session* one : thread.sessions)
    if (one->waiting_since() &&
        (longest == nullptr || *one->waiting_since() < *longest->waiting_since()))
      longest = one;
  if (longest != nullptr) longest->give_up_place();
}

}  // namespace

net::awaitable<void> serve_connection(Shared& shared, NetworkThread& thread,
                                      net::ip::tcp::socket socket, net::ip::address address) {
  make_room(shared, thread);
  Session session(shared, thread, std::move(socket), address);
  co_await session.run();
}

void close_idle(NetworkThread& thread) {
  const std::vector<Session*> open(thread.sessions.begin(), thread.sessions.end());
  for (Session* session : open) session->close_if_idle();
}

void Session::close_if_idle() {
  if (mailbox_) {
    mailbox_->closed = true;
    mailbox_->wake.cancel();
  } else if (idle_) {
    stream_.close();
  }
}

net::awaitable<void> Session::run() {
  bool more = co_await shake_hands();
  while (more && !shared_.stopping) more = co_await serve_one();
  co_await end();
}

/// The TLS handshake, if there is to be one.
net::awaitable<bool> Session::shake_hands() {
  if (!stream_.secure()) co_return true;
  error_code error;
  stream_.expires_after(shared_.options.header_timeout);
  co_await stream_.secure()->async_handshake(net::ssl::stream_base::server, into(error));
  co_return !error;
}

/// Says good-bye, so that the peer can tell an end from a cut, without waiting for an answer.
net::awaitable<void> Session::end() {
  error_code ignored;
  if (stream_.secure() && stream_.socket().is_open()) {
    stream_.expires_after(std::chrono::seconds(1));
    co_await stream_.secure()->async_shutdown(into(ignored));
  }
  stream_.socket().shutdown(net::ip::tcp::socket::shutdown_both, ignored);
}

/// Waits for the first byte as long as a connection may idle, then for the head.
net::awaitable<error_code> Session::read_head(RequestParser& parser) {
  error_code error;
  idle_ = true;
  waiting_ = std::chrono::steady_clock::now();
  if (buffer_.size() == 0) {
    stream_.expires_after(shared_.options.idle_timeout);
    const std::size_t read = co_await stream_.async_read_some(buffer_.prepare(4096), into(error));
    buffer_.commit(read);
    if (error) co_return http::error::end_of_stream;  // nobody to answer
  }
  idle_ = false;
  stream_.expires_after(shared_.options.header_timeout);
  co_await http::async_read_header(stream_, buffer_, parser, into(error));
  co_return error;
}

/// Where a body ends must not be a matter of opinion: a proxy before us could think otherwise, and
/// what we take for the next request would be part of somebody's body. One length in digits, or
/// chunks; not both, nothing else.
bool is_framed_clearly(const RequestParser& parser) {
  const auto& head = parser.get();
  const std::string_view length(head[http::field::content_length]);
  const bool chunks = head.count(http::field::transfer_encoding) > 0;
  if (length.find_first_not_of("0123456789") != length.npos) return false;
  return !chunks || (length.empty() && head.count(http::field::transfer_encoding) == 1 &&
                     beast::iequals(head[http::field::transfer_encoding], "chunked"));
}

bool fill(const RequestParser& parser, Request& request) {
  const auto& head = parser.get();
  request.method = parse_method({head.method_string().data(), head.method_string().size()});
  for (const auto& field : head) {
    std::string name(field.name_string());
    for (char& letter : name)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  return parse_target({head.target().data(), head.target().size()}, request);
}

/// Who asks: the peer, or whom the TLS proxy on this machine names last.
std::string Session::peer(const Request& request) {
  error_code error;
  const auto endpoint = stream_.socket().remote_endpoint(error);
  if (error) return {};
  const std::string_view chain = request.header("x-forwarded-for");
  if (!shared_.options.https || shared_.tls || !endpoint.address().is_loopback() || chain.empty())
    return endpoint.address().to_string();
  const std::string_view last = chain.substr(chain.rfind(',') + 1);
  const std::size_t start = last.find_first_not_of(' ');
  return std::string(start == last.npos ? last : last.substr(start)).substr(0, 64);
}

/// One request and its answer. returns whether the connection goes on
net::awaitable<bool> Session::serve_one() {
  RequestParser parser;
  parser.header_limit(shared_.options.header_limit);
  parser.body_limit(boost::none);  // the plan of the route limits, not the parser
  const error_code error = co_await read_head(parser);
  if (error == http::error::end_of_stream) co_return false;
  if (error == beast::error::timeout) {
    co_return false;  // the timeout has closed the socket
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    const Response refused = header_too_large();
    co_await refuse(refused);
    co_return false;
  }
  Request request;
  if (error || !is_framed_clearly(parser) || !fill(parser, request)) {
    const Response refused = malformed();
    co_await refuse(refused);
    co_return false;
  }
  request.from = peer(request);
  chunks_ = parser.get().version() >= 11;
  BodyPlan plan = shared_.application.plan(request);
  if (!plan.refusal && parser.content_length().value_or(0) > plan.limit)
    plan.refusal = too_large(plan.limit);
  const bool has_body = !parser.is_done();
  if (!plan.directory.empty()) waiting_.reset();  // a long upload is no waiting
  if (plan.refusal && has_body) {
    co_await refuse(*plan.refusal);
    co_return false;
  }
  Response response;
  if (plan.refusal) {
    response = std::move(*plan.refusal);
  } else if (has_body && !co_await read_body(parser, request, plan, response)) {
    if (response.status != 0) co_await refuse(response);
    co_return false;
  } else {
    response = co_await answer(request, plan.waits);
  }
  if (response.event_stream && request.method == Method::get) {
    co_await stream_events(response.stream_ends, response.no_deliveries);
    co_return false;
  }
  const bool keep_alive = parser.keep_alive() && !shared_.stopping;
  co_return co_await write(response, request.method == Method::head, keep_alive);
}

/// returns  false: the connection cannot go on; response says why (status 0: nobody to tell)
net::awaitable<bool> Session::read_body(RequestParser& parser, Request& request,
                                        const BodyPlan& plan, Response& response) {
  error_code error;
  response.status = 0;
  if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await net::async_write(stream_, net::buffer(go_on.data(), go_on.size()), into(error));
    if (error) co_return false;
  }
  std::optional<UploadFile> file;
  if (!plan.directory.empty()) file.emplace(plan.directory);
  std::string piece(plan.directory.empty() ? 16 * 1024 : piece_bytes, '\0');
  std::uint64_t total = 0;
  while (!parser.is_done()) {
    parser.get().body() = {piece.data(), piece.size(), true};
    stream_.expires_after(shared_.options.body_timeout);
    co_await http::async_read(stream_, buffer_, parser, into(error));
    if (error == http::error::need_buffer) error = {};
    if (error) {
      if (error != beast::error::timeout && error != http::error::partial_message)
        response = malformed();
      co_return false;
    }
    const std::size_t read = piece.size() - parser.get().body().size;
    total += read;
    if (total > plan.limit) {
      response = too_large(plan.limit);
      co_return false;
    }
    const bool taken =
        co_await take_piece(std::string_view(piece).substr(0, read), request, file, response);
    if (!taken) co_return false;
  }
  if (file) request.upload = file->finish();
  co_return true;
}

net::awaitable<bool> Session::take_piece(std::string_view piece, Request& request,
                                         std::optional<UploadFile>& file, Response& response) {
  if (!file) {
    request.body.append(piece);
    co_return true;
  }
  Result<void> written;
  co_await net::co_spawn(
      shared_.workers,
      [&]() -> net::awaitable<void> {
        written = file->write(piece);
        co_return;
      },
      net::use_awaitable);
  if (written) co_return true;
  response = outcome(written.error());
  co_return false;
}

/// Returns when the audit entry is on the disk; false: it could not be written. Holds no thread:
/// many readers share one commit.
net::awaitable<bool> Session::audited(std::uint64_t entry) {
  struct Wait {
    explicit Wait(net::any_io_executor executor)
        : over(std::move(executor), std::chrono::steady_clock::time_point::max()) {}
    net::steady_timer over;
    std::optional<bool> written;
  };
  const auto executor = stream_.get_executor();
  const auto wait = std::make_shared<Wait>(executor);
  shared_.application.when_audited(entry, [wait, executor](bool written) {
    net::post(executor, [wait, written] {
      wait->written = written;
      wait->over.cancel();
    });
  });
  error_code ignored;
  while (!wait->written) co_await wait->over.async_wait(into(ignored));
  co_return *wait->written;
}

/// Runs work on a pool of threads, then goes on where the connection is served. No coroutine of its
/// own: that costs as much as a small answer.
template <class Work>
net::awaitable<void> run_on(net::thread_pool& pool, Work work) {
  return net::async_initiate<const net::use_awaitable_t<>, void()>(
      [&pool, work](auto handler) {
        net::post(pool, [work, handler = std::move(handler)]() mutable {
          work();
          const auto executor = net::get_associated_executor(handler);
          net::post(executor, std::move(handler));
        });
      },
      net::use_awaitable);
}

/// Runs the handler on the worker pool, after the tables have followed where the request asks so.
net::awaitable<Response> Session::answer(Request& request, bool waits) {
  error_code ignored;
  waiting_.reset();
  const auto began = std::chrono::steady_clock::now();
  const auto give_up = std::chrono::steady_clock::now() + shared_.options.follow_wait;
  while (shared_.application.should_wait(request) && std::chrono::steady_clock::now() < give_up) {
    net::steady_timer pause(stream_.get_executor(), std::chrono::milliseconds(5));
    co_await pause.async_wait(into(ignored));
  }
  if (shared_.waiting >= shared_.options.max_waiting) co_return too_busy();
  ++shared_.waiting;
  Response response;
  const bool slow = shared_.application.is_slow && shared_.application.is_slow(request);
  net::thread_pool& pool = waits ? shared_.waiters : slow ? shared_.slow_workers : shared_.workers;
  const auto handle = [this, &request, &response] {
    response = shared_.application.handle(request);
  };
  co_await run_on(pool, handle);
  --shared_.waiting;
  remove_upload(request.upload);
  if (response.audited > 0) {
    const bool written = co_await audited(response.audited);
    if (!written) response = shared_.application.unaudited(request);
  }
  if (response.grid.count() > 0) {
    const auto took = std::chrono::steady_clock::now() - began;
    net::steady_timer pause(stream_.get_executor(),
                            began + (took / response.grid + 1) * response.grid);
    co_await pause.async_wait(into(ignored));
  }
  co_return response;
}

net::awaitable<bool> Session::write(const Response& response, bool head_only, bool keep_alive) {
  const bool in_pieces = response.pieces && !head_only;
  if (in_pieces && !chunks_) keep_alive = false;  // the end of the connection is that of the body
  const std::string head = response_head(response, shared_.options.secure(), keep_alive,
                                         !in_pieces ? Length::known
                                         : chunks_  ? Length::chunks
                                                    : Length::to_the_end);
  const bool has_body = !head_only && !in_pieces && response.status != 304;
  const std::array<net::const_buffer, 2> parts = {
      net::buffer(head), has_body ? net::buffer(response.body) : net::const_buffer()};
  error_code error;
  stream_.expires_after(shared_.options.write_timeout);
  co_await net::async_write(stream_, parts, into(error));
  if (in_pieces && !error && !co_await write_pieces(response)) co_return false;
  co_return keep_alive && !error;
}

/// returns  false: the body is not whole, the connection must end
net::awaitable<bool> Session::write_pieces(const Response& response) {
  error_code error;
  while (!error && !shared_.stopping) {
    Result<std::string> piece = fail(ErrorCode::unavailable, "no piece");
    co_await net::co_spawn(
        shared_.slow_workers,
        [&]() -> net::awaitable<void> {
          piece = next_piece(response);
          co_return;
        },
        net::use_awaitable);
    if (!piece) co_return false;
    stream_.expires_after(shared_.options.write_timeout);
    if (piece->empty()) {
      const auto last = http::make_chunk_last();
      if (chunks_) co_await net::async_write(stream_, last, into(error));
      co_return !error;
    }
    const auto bytes = net::buffer(*piece);
    const auto chunk = http::make_chunk(bytes);
    if (chunks_) {
      co_await net::async_write(stream_, chunk, into(error));
    } else {
      co_await net::async_write(stream_, bytes, into(error));
    }
  }
  co_return false;
}

/// Answers a request whose body is not read to its end: says so, then lets what is on the way pass
/// so that the answer is not lost by a reset.
net::awaitable<void> Session::refuse(const Response& response) {
  const bool written = co_await write(response, false, false);
  static_cast<void>(written);
  error_code error;
  stream_.socket().shutdown(net::ip::tcp::socket::shutdown_send, error);
  std::string sink(buffer_bytes, '\0');
  stream_.expires_after(std::chrono::seconds(2));
  while (!error)
    co_await stream_.async_read_some(net::buffer(sink.data(), sink.size()), into(error));
}

net::awaitable<void> Session::watch_for_end(std::shared_ptr<Mailbox> mailbox) {
  std::array<char, 256> sink;
  error_code error;
  while (!error && !mailbox->closed) {
    stream_.expires_never();  // of this read; a write sets its own
    co_await stream_.async_read_some(net::buffer(sink), into(error));
  }
  mailbox->closed = true;
  mailbox->wake.cancel();
}

/// An event stream: written when something happens, kept alive by heartbeats, dropped when the
/// browser does not read.
net::awaitable<void> Session::stream_events(bool ends, bool no_deliveries) {
  EventHub& events = *shared_.application.events;
  const auto executor = stream_.get_executor();
  mailbox_ = std::make_shared<Mailbox>(executor);
  const std::weak_ptr<Mailbox> address = mailbox_;
  const std::uint64_t subscription = events.subscribe([address, executor](const auto& message) {
    net::post(executor, [address, message] {
      const auto mailbox = address.lock();
      if (!mailbox) return;
      mailbox->messages.push_back(message);
      if (mailbox->messages.size() > mailbox_limit) mailbox->closed = true;
      mailbox->wake.cancel();
    });
  });
  bool watching = true;
  net::co_spawn(executor, watch_for_end(mailbox_),
                [&watching](std::exception_ptr) { watching = false; });

  error_code error;
  std::string text = stream_head(shared_.options.secure());
  text += *events.greeting();
  const auto until = std::chrono::steady_clock::now() + shared_.options.stream_limit;
  while (!error && !mailbox_->closed && !(ends && std::chrono::steady_clock::now() > until)) {
    stream_.expires_after(shared_.options.write_timeout);
    co_await net::async_write(stream_, net::buffer(text), into(error));
    text.clear();
    if (error || mailbox_->closed) break;
    if (mailbox_->messages.empty()) {
      mailbox_->wake.expires_after(shared_.options.heartbeat);
      error_code woken;
      co_await mailbox_->wake.async_wait(into(woken));
    }
    for (const EventHub::Message& message : mailbox_->messages)
      if (!no_deliveries || !message->starts_with("event: delivery\n")) text += *message;
    mailbox_->messages.clear();
    if (text.empty()) text = ": still here\n\n";
  }
  events.unsubscribe(subscription);
  stream_.close();  // ends the watcher, which must not outlive this session
  while (watching) {
    net::steady_timer pause(executor, std::chrono::milliseconds(1));
    error_code ignored;
    co_await pause.async_wait(into(ignored));
  }
}

}  // namespace hb::server
