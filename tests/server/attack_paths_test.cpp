#include <unistd.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "attack.hpp"

/// Attack: leaving the folder that is served, and requests that two readers understand differently.
using namespace hb;
using namespace hb::test;

namespace {

const char* const climbs[] = {"/../secret.txt",
                              "/../../etc/passwd",
                              "/%2e%2e/secret.txt",
                              "/%2E%2E%2Fsecret.txt",
                              "/..%2fsecret.txt",
                              "/..%5csecret.txt",
                              "/%2e%2e%5c%2e%2e%5cetc%5cpasswd",
                              "/....//secret.txt",
                              "/.../secret.txt",
                              "/..;/secret.txt",
                              "/assets/../../secret.txt",
                              "/assets/..%2f..%2fsecret.txt",
                              "/%252e%252e/secret.txt",
                              "/%252e%252e%252fsecret.txt",
                              "/%c0%ae%c0%ae/secret.txt",
                              "/%e0%80%ae%e0%80%ae/secret.txt",
                              "/%c0%ae%c0%ae%c0%afsecret.txt",
                              "//secret.txt",
                              "///etc/passwd",
                              "/%2fetc%2fpasswd",
                              "/etc/passwd%00.html",
                              "/index.html%00/../../secret.txt",
                              "/%u002e%u002e/secret.txt",
                              "/\\..\\secret.txt",
                              "/assets/./../../secret.txt",
                              "/file:///etc/passwd",
                              "/C:/secret.txt",
                              "/proc/self/environ",
                              "/../store/records.db",
                              "/../store/accounts.db",
                              "/..%2fstore%2faccounts.db"};

bool leaks(const Answer& answer) {
  for (const char* secret : {"not for the web", "root:x:", "SQLite format 3", "PATH="})
    if (answer.body.find(secret) != std::string::npos) return true;
  return false;
}

/// All that a server says to these bytes until it closes or is silent.
std::string said_to(std::uint16_t port, const std::string& bytes) {
  Connection connection(port);
  connection.send(bytes);
  return connection.read_until("\r\n\r\n\x01never", 700);
}

std::size_t answers_in(const std::string& said) {
  std::size_t count = 0;
  for (std::size_t at = said.find("HTTP/1.1 "); at != said.npos;
       at = said.find("HTTP/1.1 ", at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_CASE("attack: no address leads out of the folder of the pages, nor into the store") {
  const std::uint16_t port = fortress().port();
  const Visitor visitor = fortress().visitor("climber", all_roles());
  for (const char* climb : climbs) {
    CAPTURE(climb);
    for (const char* before : {"", "/api", "/api/boards", "/api/deliveries"}) {
      const Answer answer = ask(port, "GET", std::string(before) + climb, "", visitor.headers());
      CHECK_FALSE(leaks(answer));
      // The page for unknown addresses of the browser's own paths is the only 200 there is.
      CHECK((answer.status >= 400 ||
             answer.body.find("<title>健康大脑</title>") != std::string::npos));
    }
  }
}

TEST_CASE("attack: a name in a path names content, never a file") {
  const std::uint16_t port = fortress().port();
  const Visitor visitor = fortress().visitor("namer", all_roles());
  for (const server::Route& route : server::routes()) {
    if (captures_in(route.pattern) == 0 || route.method != server::Method::get) continue;
    CAPTURE(route.pattern);
    for (const char* name : {"..", "%2e%2e", "..%2f..%2fsecret", "%2e%2e%5csecret", "cockpit%00",
                             "/etc/passwd", "cockpit.yaml", "..%00", "%252e%252e"}) {
      CAPTURE(name);
      const Answer answer =
          ask(port, "GET", filled(route.pattern, {name, name}), "", visitor.headers());
      CHECK(answer.status >= 400);
      CHECK(answer.status < 500);
      CHECK_FALSE(leaks(answer));
    }
  }
}

TEST_CASE("attack: an upload is kept under a name that leads nowhere") {
  Fortress own;
  const Visitor visitor = own.visitor("deliverer", {"institution-admin"});
  const std::filesystem::path outside = own.place().store().parent_path();
  const auto files = [&] {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(outside))
      if (entry.path().string().find("/store/") == std::string::npos)
        names.insert(entry.path().string());
    return names;
  };
  // Named by this run: one that a fault left there must not fail another.
  const std::string absolute = "/tmp/evil-" + std::to_string(::getpid()) + ".ndjson";
  const std::set<std::string> before = files();
  int number = 0;
  for (const char* name :
       {"../../evil.ndjson", "..\\..\\evil.ndjson", absolute.c_str(), "..", ".", "....",
        "a/../../evil.ndjson", "%00evil", ".hidden", "con\r\nX-Injected: 1"}) {
    CAPTURE(name);
    const std::string body =
        "{\"resourceType\":\"Patient\",\"id\":\"up" + std::to_string(number++) + "\"}\n";
    const Answer answer =
        ask(own.port(), "POST", "/api/deliveries?name=" + escaped(name), body, visitor.headers());
    CHECK(answer.status == 202);
    CHECK(answer.headers.count("x-injected") == 0);
    const std::string kept(answer.json().at("name").as_string());
    CHECK(kept.find('/') == std::string::npos);
    CHECK(kept.find('\\') == std::string::npos);
    CHECK_FALSE(kept.starts_with("."));
    CHECK(std::ranges::none_of(kept, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
  }
  for (int i = 0; i < 100; ++i) {  // until the last one has been loaded
    const Answer list =
        ask(own.port(), "GET", "/api/deliveries?state=receiving", "", visitor.headers());
    if (list.json().at("total") == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(files() == before);
  CHECK_FALSE(std::filesystem::remove(absolute));
}

TEST_CASE("attack: a request hidden in another one's body is never answered") {
  const std::uint16_t port = fortress().port();
  const std::string hidden = "GET /api/openapi.yaml HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const std::string head = "POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  const std::string length = std::to_string(hidden.size());
  for (const std::string& bytes : {
           // Two lengths, or a length and chunks: one reader ends where another goes on.
           head + "Content-Length: 4\r\nContent-Length: " + length + "\r\n\r\n{}  " + hidden,
           head + "Content-Length: " + length + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
               hidden,
           head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
           head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
           head + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
           head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" +
               hidden,
           head + "Content-Length: -1\r\n\r\n" + hidden,
           head + "Content-Length: +4\r\n\r\n{}  " + hidden,
           head + "Content-Length: 0x4\r\n\r\n{}  " + hidden,
           head + "Content-Length: 4, 4\r\n\r\n{}  " + hidden,
           head + "Content-Length: 18446744073709551617\r\n\r\n{" + hidden,
       }) {
    CAPTURE(bytes);
    const std::string said = said_to(port, bytes);
    CHECK(answers_in(said) <= 1);
    CHECK(said.find("openapi: 3") == std::string::npos);
    CHECK(said.find("HTTP/1.1 200") == std::string::npos);
  }
  // A body that ends where it says is followed by the next request, and both are answered.
  const std::string both = said_to(port, head + "Content-Length: 2\r\n\r\n{}" + hidden);
  CHECK(answers_in(both) == 2);
}

TEST_CASE("attack: bytes that are not HTTP get one refusal and no more of the server's time") {
  const std::uint16_t port = fortress().port();
  for (const std::string& bytes :
       {std::string("GET / HTTP/9.9\r\n\r\n"), std::string("GET  /  HTTP/1.1\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00", 7),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string("GET / HTTP/1.1\nHost: x\n\n"),
        "GET /" + std::string(9'000, 'a') + "\r\n\r\n",
        std::string("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA\x00: b\r\n\r\n", 44),
        std::string("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n folded: x\r\n\r\n"),
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + std::string(20'000, 'b')}) {
    CAPTURE(bytes.substr(0, 60));
    const std::string said = said_to(port, bytes);
    CHECK(answers_in(said) <= 1);
    CHECK(said.find(" 500 ") == std::string::npos);
  }
  CHECK(get(port, "/healthz").status == 200);
}

TEST_CASE(
    "attack: a JSON body of brackets or of a packed bomb is refused like any other bad body") {
  const std::uint16_t port = fortress().port();
  const Visitor visitor = fortress().visitor("brackets", all_roles());
  const std::string deep(60'000, '[');
  for (const char* path : {"/api/session", "/api/session/password", "/api/problems/1/correct",
                           "/api/users/nobody/lock"}) {
    CAPTURE(path);
    CHECK(ask(port, "POST", path, deep, visitor.headers()).status == 400);
    CHECK(ask(port, "POST", path, "{\"a\":" + deep, visitor.headers()).status == 400);
    CHECK(ask(port, "POST", path, std::string("\x1f\x8b\x08\x00\x00", 5),
              visitor.headers() + "Content-Encoding: gzip\r\n")
              .status == 400);
  }
}
