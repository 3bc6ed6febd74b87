#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "client.hpp"
#include "district.hpp"

using namespace hb::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

std::string path_of(std::int64_t id) { return "/api/deliveries/" + std::to_string(id); }

/// Asks until the delivery is no longer receiving.
json::value finished(std::uint16_t port, std::int64_t id) {
  for (int i = 0; i < 400; ++i) {
    const json::value delivery = get(port, path_of(id)).json();
    if (delivery.at("state").as_string() != "receiving") return delivery;
    std::this_thread::sleep_for(25ms);
  }
  FAIL("the delivery does not end");
  return {};
}

std::int64_t upload(std::uint16_t port, const std::string& name, const std::string& body) {
  const Answer answer = ask(port, "POST", "/api/deliveries?name=" + name, body);
  REQUIRE(answer.status == 202);
  CHECK(answer.json().at("state").as_string() == "receiving");
  CHECK(answer.json().at("progress").is_number());
  return answer.json().at("id").as_int64();
}

json::value first_problem(std::uint16_t port) {
  return get(port, path_of(3) + "/problems").json().at("items").at(0);
}

std::string problem_path(std::uint16_t port) {
  return "/api/problems/" + std::to_string(first_problem(port).at("id").as_int64());
}

}  // namespace

TEST_CASE("POST /api/deliveries: a file is loaded behind the answer; the same file counts once") {
  District own;
  const std::string lines = patient_line("p7", "周文", "female", "1999-09-09", "770101002", "004") +
                            "{\"resourceType\":\"Patient\"}\n";
  const std::int64_t id = upload(own.port(), "new%20people.ndjson", lines);
  const json::value done = finished(own.port(), id);
  CHECK(done.at("name").as_string() == "new people.ndjson");
  CHECK(done.at("source").as_string() == "web:local");
  CHECK(done.at("state").as_string() == "done");
  CHECK(done.at("accepted").as_int64() == 1);
  CHECK(done.at("quarantined").as_int64() == 1);
  CHECK(done.at("id").as_int64() == 4);  // what it became; the address of the upload still works
  CHECK(get(own.port(), path_of(4)).json().at("digest") == done.at("digest"));
  CHECK(get(own.port(), "/api/residents?q=zhouwen").json().at("total").as_int64() == 1);

  const json::value again = finished(own.port(), upload(own.port(), "again.ndjson", lines));
  CHECK(again.at("id").as_int64() == 4);
  CHECK(get(own.port(), "/api/deliveries").json().at("total").as_int64() == 4);
  CHECK(std::filesystem::is_empty(own.store() / "incoming"));
}

TEST_CASE(
    "POST /api/deliveries: names cannot leave the store; a file of no use fails with the reason") {
  District own;
  const std::int64_t id =
      upload(own.port(), "..%2F..%2Fescape.ndjson",
             patient_line("p8", "吴迪", "male", "1970-01-01", "770101001", "005"));
  CHECK(finished(own.port(), id).at("name").as_string() == "escape.ndjson");
  CHECK_FALSE(std::filesystem::exists(own.store() / "escape.ndjson"));
  CHECK_FALSE(std::filesystem::exists(own.store().parent_path() / "escape.ndjson"));

  const json::value broken = finished(
      own.port(),
      upload(own.port(), "broken.ndjson.gz", std::string("\x1f\x8b\x08\x00zz not gzip", 15)));
  const bool said =
      broken.at("state").as_string() == "failed" || broken.at("quarantined").as_int64() > 0;
  CHECK(said);
  CHECK(ask(own.port(), "POST", "/api/deliveries?name=empty.ndjson").status == 400);
  CHECK(get(own.port(), path_of(-99)).status == 404);
}

TEST_CASE(
    "POST /api/deliveries: a large file is streamed, loaded with progress, and can be cancelled") {
  District own;
  std::string lines;
  const std::string street = "770101001";
  for (int i = 0; i < 60'000; ++i)
    lines += patient_line("big" + std::to_string(i), "陈一", "male", "1980-01-01", street, "001");
  REQUIRE(lines.size() > (16u << 20));
  Connection events(own.port());
  events.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::int64_t id = upload(own.port(), "big.ndjson", lines);
  CHECK(get(own.port(), "/api/deliveries").json().at("items").at(0).at("state").as_string() ==
        "receiving");
  const Answer cancelled = ask(own.port(), "POST", path_of(id) + "/cancel");
  CHECK(cancelled.status == 202);
  const json::value ended = finished(own.port(), id);
  CHECK(ended.at("state").as_string() == "cancelled");
  CHECK(ended.at("accepted").as_int64() < 60'000);
  // The records know the end a moment before the uploader does.
  int again = 202;
  for (int i = 0; i < 100 && again == 202; ++i)
    again = ask(own.port(), "POST", path_of(id) + "/cancel").status;
  CHECK(again == 409);
  CHECK(events.read_until("\"cancelled\"", 5000).find("event: delivery") != std::string::npos);
  // The server goes on as before.
  CHECK(finished(own.port(),
                 upload(own.port(), "small.ndjson",
                        patient_line("p9", "孙丽", "female", "1988-08-08", street, "006")))
            .at("accepted")
            .as_int64() == 1);
}

TEST_CASE(
    "POST /api/deliveries: a body over the limit, a half body and a foreign page leave nothing "
    "behind") {
  District own;
  Connection huge(own.port());
  huge.send(
      "POST /api/deliveries?name=x HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
      "600000000\r\n\r\nabc");
  CHECK(huge.read().status == 413);
  {
    Connection half(own.port());
    half.send(
        "POST /api/deliveries?name=x HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        "1000000\r\n\r\n" +
        std::string(600'000, 'a'));
    std::this_thread::sleep_for(100ms);
  }
  CHECK(ask(own.port(), "POST", "/api/deliveries?name=x", "{}", "Origin: http://evil.example\r\n")
            .status == 403);
  std::this_thread::sleep_for(200ms);
  CHECK(get(own.port(), "/api/deliveries").json().at("total").as_int64() == 3);
  const auto incoming = own.store() / "incoming";
  CHECK((!std::filesystem::exists(incoming) || std::filesystem::is_empty(incoming)));
}

TEST_CASE("problems: refused again with the new faults, corrected, read back at once") {
  District own;
  const std::string path = problem_path(own.port());
  const Answer still_wrong =
      ask(own.port(), "POST", path + "/correct",
          json::serialize(json::object{
              {"text", R"({"resourceType":"Patient","id":"p4","birthDate":"2020-13-01"})"}}));
  CHECK(still_wrong.status == 200);
  CHECK_FALSE(still_wrong.json().at("accepted").as_bool());
  CHECK(still_wrong.json().at("faults").at(0).at("found").as_string() == "2020-13-01");

  const Answer right =
      ask(own.port(), "POST", path + "/correct",
          json::serialize(json::object{
              {"text", patient_line("p4", "赵敏", "female", "2020-02-28", "770101002", "007")}}));
  REQUIRE(right.status == 200);
  CHECK(right.json().at("accepted").as_bool());
  const std::string after = std::to_string(right.json().at("feed").as_int64());
  const Answer found = get(own.port(), "/api/residents?q=zhaomin&after=" + after);
  CHECK(found.header("x-stale").empty());
  CHECK(found.json().at("total").as_int64() == 1);
  const json::value board = get(own.port(), "/api/boards/cockpit?after=" + after).json();
  CHECK(board.at("feed").as_int64() >= std::stoll(after));
  CHECK(get(own.port(), path).json().at("state").as_string() == "corrected");
  CHECK(ask(own.port(), "POST", path + "/correct", R"({"text":"{}"})").status == 409);
}

TEST_CASE("problems: dismissed with a reason, reopened, replayed") {
  District own;
  const std::string path = problem_path(own.port());
  CHECK(ask(own.port(), "POST", path + "/dismiss", R"({"reason":""})").status == 400);
  CHECK(ask(own.port(), "POST", path + "/dismiss", "not json")
            .json()
            .at("error")
            .at("where")
            .as_string() == "body.reason");
  const Answer dismissed = ask(own.port(), "POST", path + "/dismiss", R"({"reason":"重复报送"})");
  CHECK(dismissed.json().at("state").as_string() == "dismissed");
  CHECK(dismissed.json().at("note").as_string().find("重复报送") != std::string::npos);
  CHECK(ask(own.port(), "POST", path_of(3) + "/replay", "{}").json().at("tried").as_int64() == 0);
  CHECK(ask(own.port(), "POST", path + "/reopen", "{}").json().at("state").as_string() == "open");
  CHECK(ask(own.port(), "POST", path + "/reopen", "{}").status == 409);
  const json::value replay = ask(own.port(), "POST", path_of(3) + "/replay", "{}").json();
  CHECK(replay.at("tried").as_int64() == 1);
  CHECK(replay.at("accepted").as_int64() == 0);
  own.restart();
  CHECK(get(own.port(), path).json().at("state").as_string() == "open");
}

namespace {

/// Whether an event tells that the tables have reached the number, or a later one.
bool is_told(Connection& client, std::int64_t number) {
  const std::string name = "\"reached\":";
  const auto deadline = std::chrono::steady_clock::now() + 3s;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::string text = client.read_until(name + std::to_string(number), 50);
    const std::size_t last = text.rfind(name);
    if (last != std::string::npos && std::stoll(text.substr(last + name.size())) >= number)
      return true;
  }
  return false;
}

}  // namespace

TEST_CASE("GET /api/events: greeting, a feed event after a write, heartbeats, many clients") {
  hb::server::ListenerOptions options;
  options.heartbeat = 100ms;
  District own(options);
  std::vector<std::unique_ptr<Connection>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<Connection>(own.port()));
    clients.back()->send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  for (auto& client : clients) {
    const std::string begin = client->read_until("\"stale\":false}");
    CHECK(begin.find("Content-Type: text/event-stream") != std::string::npos);
    CHECK(begin.find("event: feed") != std::string::npos);
  }
  CHECK(clients[0]->read_until(": still here").find(": still here") != std::string::npos);
  CHECK(get(own.port(), "/metrics").body.find("hb_event_streams 50") != std::string::npos);
  const auto began = std::chrono::steady_clock::now();
  finished(own.port(),
           upload(own.port(), "one.ndjson",
                  patient_line("p10", "郑爽", "female", "1990-01-01", "770101001", "008")));
  // The numbers of a load's commits may be told together, and the last one closes the delivery.
  const json::value feed = get(own.port(), "/api/status").json().at("feed");
  const std::int64_t committed = feed.at("committed").as_int64();
  for (auto& client : clients) CHECK(is_told(*client, committed));
  CHECK(std::chrono::steady_clock::now() - began < 2s);  // from commit to screen
  clients.resize(10);                                    // forty browsers go away
  for (int i = 0;
       i < 100 && get(own.port(), "/metrics").body.find("hb_event_streams 10") == std::string::npos;
       ++i)
    std::this_thread::sleep_for(20ms);
  CHECK(get(own.port(), "/metrics").body.find("hb_event_streams 10") != std::string::npos);
  const auto stopping = std::chrono::steady_clock::now();
  own.server().stop();
  CHECK(std::chrono::steady_clock::now() - stopping < 3s);
  for (auto& client : clients) CHECK(client->ends());
}
