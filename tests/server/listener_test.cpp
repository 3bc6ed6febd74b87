#include "server/listener.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <thread>
#include <vector>

#include "client.hpp"
#include "district.hpp"

using namespace hb;
using namespace hb::server;
using namespace std::chrono_literals;
using test::Connection;

namespace {

std::unique_ptr<Listener> started(const ListenerOptions& given, Application application) {
  ListenerOptions options = given;
  options.port = 0;
  auto listener = Listener::start(options, std::move(application));
  REQUIRE(listener.has_value());
  return std::move(*listener);
}

/// Answers with the length of the body; takes bodies up to 1,000 bytes.
Application echo() {
  Application application;
  application.plan = [](const Request&) { return BodyPlan{1000, {}, {}}; };
  application.handle = [](Request& request) {
    if (request.query("sleep")) std::this_thread::sleep_for(300ms);
    Response response;
    response.body = std::to_string(request.body.size());
    return response;
  };
  application.should_wait = [](const Request& request) {
    return request.query("wait").has_value();
  };
  return application;
}

}  // namespace

TEST_CASE("Listener: refuses addresses that others can reach, and says why") {
  for (const char* address : {"0.0.0.0", "192.168.1.5", "::"}) {
    ListenerOptions options;
    options.address = address;
    const auto listener = Listener::start(options, echo());
    REQUIRE_FALSE(listener.has_value());
    CHECK(listener.error().code == ErrorCode::forbidden);
    CHECK(listener.error().message.find("no accounts yet") != std::string::npos);
  }
  ListenerOptions options;
  options.address = "somewhere";
  CHECK(Listener::start(options, echo()).error().code == ErrorCode::invalid_input);
}

TEST_CASE("Listener: a port in use is an error, not a crash") {
  const auto first = started({}, echo());
  ListenerOptions options;
  options.port = first->port();
  const auto second = Listener::start(options, echo());
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::unavailable);
}

TEST_CASE(
    "Listener: one connection serves many requests; HEAD has no body; bodies may be chunked") {
  const auto listener = started({}, echo());
  Connection connection(listener->port());
  for (int i = 0; i < 20; ++i)
    CHECK(connection.ask("POST", "/x", std::string(i + 1, 'a')).body == std::to_string(i + 1));
  const auto head = connection.ask("HEAD", "/x");
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "1");
  connection.send(
      "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(connection.read().body == "5");
  connection.send(
      "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\nConnection: "
      "close\r\n\r\n");
  CHECK(connection.read().status == 200);  // pipelined
  CHECK(connection.read().status == 200);
  CHECK(connection.ends());
}

TEST_CASE("Listener: what may take seconds never takes the threads of the rest") {
  Application application = echo();
  application.is_slow = [](const Request& request) { return request.query("sleep").has_value(); };
  ListenerOptions options;
  options.worker_threads = 4;
  const auto listener = started(options, std::move(application));
  std::deque<Connection> slow;  // 3.6 s of work for the one thread that slow requests have
  for (int i = 0; i < 12; ++i) {
    slow.emplace_back(listener->port());
    slow.back().send("GET /x?sleep=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  std::this_thread::sleep_for(50ms);
  const auto began = std::chrono::steady_clock::now();
  CHECK(test::get(listener->port(), "/x").status == 200);
  CHECK(std::chrono::steady_clock::now() - began < 250ms);
  for (Connection& one : slow) CHECK(one.read().status == 200);
}

TEST_CASE("Listener: every answer carries the security headers") {
  const auto listener = started({}, echo());
  const auto answer = test::get(listener->port(), "/x");
  CHECK(answer.header("x-content-type-options") == "nosniff");
  CHECK(answer.header("x-frame-options") == "DENY");
  CHECK(answer.header("referrer-policy") == "no-referrer");
  CHECK(answer.header("content-security-policy").find("default-src 'self'") == 0);
  CHECK_FALSE(answer.header("date").empty());
}

TEST_CASE("Listener: headers over 16 KB are answered 431, bodies over the limit 413") {
  const auto listener = started({}, echo());
  const auto header =
      test::ask(listener->port(), "GET", "/x", {}, "X-Long: " + std::string(20'000, 'x') + "\r\n");
  CHECK(header.status == 431);
  CHECK(header.header("connection") == "close");
  const auto body = test::ask(listener->port(), "POST", "/x", std::string(1001, 'a'));
  CHECK(body.status == 413);
  CHECK(body.json().at("error").at("messageZh").as_string().find("1000") != std::string::npos);
  CHECK(test::ask(listener->port(), "POST", "/x", std::string(1000, 'a')).body == "1000");
  // A chunked body says no length beforehand.
  Connection chunked(listener->port());
  chunked.send("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
               std::string(2000, 'a') + "\r\n0\r\n\r\n");
  CHECK(chunked.read().status == 413);
}

TEST_CASE("Listener: what is not HTTP is answered 400 and closed") {
  const auto listener = started({}, echo());
  for (const char* text : {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                           "GET /../x HTTP/1.1\r\nHost: localhost\r\n\r\n",
                           "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                           "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n",
                           "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                           "5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    CAPTURE(text);
    Connection connection(listener->port());
    connection.send(text);
    CHECK(connection.read().status == 400);
    CHECK(connection.ends());
  }
}

TEST_CASE("Listener: a client that sends slowly loses its connection, others do not notice") {
  ListenerOptions options;
  options.header_timeout = 200ms;
  options.body_timeout = 200ms;
  options.idle_timeout = 400ms;
  const auto listener = started(options, echo());
  Connection slow_header(listener->port());
  Connection slow_body(listener->port());
  Connection idle(listener->port());
  slow_header.send("GET /x HT");
  slow_body.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc");
  CHECK(test::get(listener->port(), "/x").status == 200);
  CHECK(slow_header.ends(2000));
  CHECK(slow_body.ends(2000));
  CHECK(idle.ends(2000));
}

TEST_CASE("Listener: Expect: 100-continue is answered before the body is sent") {
  const auto listener = started({}, echo());
  Connection connection(listener->port());
  connection.send(
      "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(connection.read_until("100 Continue").find("HTTP/1.1 100") == 0);
  connection.send("abc");
  CHECK(connection.read_until("\r\n\r\n3").find("200 OK") != std::string::npos);
}

TEST_CASE("Listener: a request that waits for the tables waits 300 ms at most, without a worker") {
  ListenerOptions options;
  options.worker_threads = 1;
  const auto listener = started(options, echo());
  const auto began = std::chrono::steady_clock::now();
  std::thread waiting([&] { CHECK(test::get(listener->port(), "/x?wait=1").status == 200); });
  CHECK(test::get(listener->port(), "/x").status == 200);
  CHECK(std::chrono::steady_clock::now() - began < 250ms);  // the only worker was free
  waiting.join();
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(took >= 290ms);
  CHECK(took < 2s);
}

TEST_CASE("Listener: more waiting requests than allowed are answered 503") {
  ListenerOptions options;
  options.worker_threads = 1;
  options.max_waiting = 1;
  const auto listener = started(options, echo());
  Connection busy(listener->port());
  busy.send("GET /x?sleep=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  CHECK(test::get(listener->port(), "/x").status == 503);
  CHECK(busy.read().status == 200);
  CHECK(test::get(listener->port(), "/x").status == 200);
}

TEST_CASE("Listener: stop lets a running request end and closes idle connections") {
  const auto listener = started({}, echo());
  Connection idle(listener->port());
  CHECK(idle.ask("GET", "/x").status == 200);
  Connection running(listener->port());
  running.send("GET /x?sleep=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  const auto began = std::chrono::steady_clock::now();
  listener->stop();
  CHECK(std::chrono::steady_clock::now() - began < 2s);
  const auto answer = running.read();
  CHECK(answer.status == 200);
  CHECK(answer.header("connection") == "close");
  CHECK(idle.ends());
  CHECK_THROWS(Connection(listener->port()));
}

TEST_CASE("Listener: two hundred connections at once are served by two threads") {
  const auto listener = started({}, echo());
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < 200; ++i)
    connections.push_back(std::make_unique<Connection>(listener->port()));
  for (auto& connection : connections)
    connection->send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  int served = 0;
  for (auto& connection : connections) served += connection->read().status == 200 ? 1 : 0;
  CHECK(served == 200);
  CHECK(listener->load().connections == 200);
}
