#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

#include "client.hpp"
#include "server/listener.hpp"

using namespace hb;
using namespace hb::server;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

std::unique_ptr<Listener> started(ListenerOptions options) {
  options.port = 0;
  Application application;
  application.plan = [](const Request&) { return BodyPlan{1000, {}, {}}; };
  application.handle = [](Request&) { return Response{}; };
  application.should_wait = [](const Request&) { return false; };
  auto listener = Listener::start(options, std::move(application));
  REQUIRE(listener.has_value());
  return std::move(*listener);
}

/// Sockets that were connected from a loopback address and have sent a beginning.
class Crowd {
 public:
  Crowd(std::uint16_t port, int count, std::string_view beginning, const char* from = "127.0.0.1") {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    inet_pton(AF_INET, from, &own.sin_addr);
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < count; ++i) {
      const int one = socket(AF_INET, SOCK_STREAM, 0);
      REQUIRE(one >= 0);
      sockets_.push_back(one);
      REQUIRE(bind(one, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
      REQUIRE(connect(one, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0);
      (void)send(one, beginning.data(), beginning.size(), MSG_NOSIGNAL);
    }
  }
  ~Crowd() {
    for (const int one : sockets_) close(one);
  }
  /// How many the server has closed.
  int ended() const {
    return static_cast<int>(std::ranges::count_if(sockets_, [](int one) {
      char byte;
      const ssize_t read = recv(one, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
      return read == 0 || (read < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    }));
  }

 private:
  std::vector<int> sockets_;
};

/// The slowest of some requests, each on a connection of its own.
Clock::duration slowest_answer(std::uint16_t port, int requests) {
  Clock::duration slowest{};
  for (int i = 0; i < requests; ++i) {
    const auto began = Clock::now();
    CHECK(test::get(port, "/x").status == 200);
    slowest = std::max(slowest, Clock::now() - began);
  }
  return slowest;
}

void allow_files(rlim_t count) {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  REQUIRE(limit.rlim_max >= count);
  limit.rlim_cur = std::max(limit.rlim_cur, count);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

}  // namespace

TEST_CASE("Slow clients: 2,500 half-sent requests do not keep others from being served") {
  allow_files(8192);
  const auto listener = started({});
  const Crowd slow(listener->port(), 2500, "GET /x HTTP/1.1\r\nHost: loc");
  CHECK(slowest_answer(listener->port(), 30) < 2s);
  CHECK(listener->load().connections >= 2500);
}

TEST_CASE("Slow clients: 10,000 half-sent requests do not either") {
  if (std::getenv("HB_LONG") == nullptr) {
    MESSAGE("skipped: only with HB_LONG=1");
    return;
  }
  constexpr int count = 10'000;
  allow_files(count + 1'000);
  const auto listener = started({});
  // In a process of its own: many systems give one process 20,000 files at most.
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(listener->port());
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < count; ++i) {
      const int one = socket(AF_INET, SOCK_STREAM, 0);
      if (one < 0 || connect(one, reinterpret_cast<sockaddr*>(&there), sizeof there) != 0) _exit(1);
      (void)send(one, "GET /x HTTP/1.1\r\nHost: loc", 26, MSG_NOSIGNAL);
    }
    for (;;) pause();
  }
  // A head has ten seconds: they are all there before the first is ended.
  for (int i = 0; i < 90 && listener->load().connections < count; ++i)
    std::this_thread::sleep_for(100ms);
  CHECK(listener->load().connections >= count);
  CHECK(slowest_answer(listener->port(), 30) < 2s);
  CHECK(listener->load().connections >= count);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST_CASE("Slow clients: when all places are taken, who has waited longest makes room") {
  allow_files(8192);
  ListenerOptions options;
  options.max_connections = 300;
  options.body_timeout = 30s;
  for (const std::string_view beginning :
       {std::string_view(""), std::string_view("GET /x HT"),
        std::string_view("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nab")}) {
    CAPTURE(beginning);
    const auto listener = started(options);
    const Crowd slow(listener->port(), 900, beginning);
    CHECK(slowest_answer(listener->port(), 30) < 2s);
    // Each newcomer makes one go; the last of them while we look.
    for (int wait = 0; wait < 100 && listener->load().connections > 302; ++wait)
      std::this_thread::sleep_for(100ms);
    CHECK(listener->load().connections <= 302);
    CHECK(slow.ended() >= 595);
  }
}

TEST_CASE("Slow clients: one address cannot take the places of others") {
  ListenerOptions options;
  options.max_connections = 100;
  options.max_of_address = 20;
  options.bound_this_machine = true;
  const auto listener = started(options);
  const Crowd greedy(listener->port(), 60, "GET /x HT", "127.0.0.2");
  CHECK(slowest_answer(listener->port(), 30) < 2s);
  for (int i = 0; i < 50 && greedy.ended() < 40; ++i) std::this_thread::sleep_for(50ms);
  CHECK(greedy.ended() == 40);  // its 20 stay, and are timed out later
}

TEST_CASE("Slow clients: places are given back") {
  ListenerOptions options;
  options.max_of_address = 20;
  options.bound_this_machine = true;
  const auto listener = started(options);
  for (int round = 0; round < 5; ++round) {
    {
      const Crowd some(listener->port(), 19, "GET /x HT");
      CHECK(test::get(listener->port(), "/x").status == 200);
    }
    for (int i = 0; i < 60 && listener->load().connections > 0; ++i)
      std::this_thread::sleep_for(50ms);
    CHECK(listener->load().connections == 0);
  }
}
