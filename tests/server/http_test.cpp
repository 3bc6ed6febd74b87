#include "server/http.hpp"

#include <doctest/doctest.h>

#include "server/json.hpp"
#include "server/person.hpp"

using namespace hb::server;

TEST_CASE("parse_target: path parts and parameters are decoded") {
  Request request;
  REQUIRE(parse_target("/api/residents/12?q=%E5%BC%A0+%E4%BC%9F&area=7701&q=b", request));
  CHECK(request.segments == std::vector<std::string>{"api", "residents", "12"});
  CHECK(request.query("q") == "张 伟");
  CHECK(request.query("area") == "7701");
  CHECK_FALSE(request.query("sex").has_value());
  CHECK_FALSE(request.trailing_slash);
}

TEST_CASE("parse_target: what hides a slash, a climb, a NUL or is not UTF-8 is refused") {
  for (const char* target :
       {"/../etc/passwd", "/a/./b", "/%2e%2e/etc", "/a%2fb", "/a%5cb", "/a%00b", "/%ff%fe",
        "/a?q=%00", "/a?q=%c3%28", "relative", "*", "/a%zz", "/a b"}) {
    CAPTURE(target);
    Request request;
    CHECK_FALSE(parse_target(target, request));
  }
}

TEST_CASE("is_loopback_host: names of this machine with and without a port") {
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:1", "[::1]", "[::1]:8080"})
    CHECK(is_loopback_host(host));
  for (const char* host :
       {"", "example.org", "127.0.0.1.example.org", "localhost.evil.org:8080",
        "127.0.0.1:", "127.0.0.1:123456", "127.0.0.1:80a", "192.168.1.5:8080", "[::2]", ":80"})
    CHECK_FALSE(is_loopback_host(host));
}

TEST_CASE("csv_cell: quoted where needed and never a formula") {
  CHECK(csv_cell("plain") == "plain");
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(csv_cell("=1+1") == "'=1+1");
  CHECK(csv_cell("@cmd") == "'@cmd");
  CHECK(csv_cell("-12.5") == "-12.5");  // a number may begin with its sign
  CHECK(csv_cell("-cmd") == "'-cmd");
  CHECK(csv_cell("-") == "-");
}

TEST_CASE("mask_identifier, mask_telecom: enough to recognise, not enough to use") {
  CHECK(mask_identifier("770101198001011234") == "7701**********1234");
  CHECK(mask_identifier("A1234") == "***34");
  CHECK(mask_identifier("9") == "*");
  CHECK(mask_telecom("00012345678") == "000******78");
  CHECK(mask_telecom("1234") == "**34");
}

TEST_CASE("read_person: home address, official name, citizen number first") {
  const PersonCard card = read_person(
      R"({"resourceType":"Patient","name":[{"use":"old","text":"旧名"},{"use":"official","text":"张伟"}],
          "identifier":[{"system":"urn:x","value":"H000000000001"},
                        {"system":"urn:oid:2.16.156.10011.1.3","value":"770101198001011234"}],
          "address":[{"use":"old","text":"旧址"},{"use":"home","text":"现址"}]})");
  CHECK(card.name == "张伟");
  CHECK(card.address == "现址");
  CHECK(card.identifier_masked == "7701**********1234");
  CHECK(card.identifiers.size() == 2);
  const PersonCard western = read_person(
      R"({"name":[{"given":["Ann","B."],"family":"Lee"}],"address":[{"line":["1 Road"],"city":"Town"}]})");
  CHECK(western.name == "Ann B. Lee");
  CHECK(western.address == "1 Road, Town");
  CHECK(read_person("not json").name.empty());
}
