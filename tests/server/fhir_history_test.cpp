#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <thread>

#include "client.hpp"
#include "district.hpp"
#include "two_stores.hpp"

using namespace hb::test;
namespace json = boost::json;

namespace {

std::string place(const std::string& name) {
  return R"({"resourceType":"Location","name":")" + name + "\"}";
}

std::string next_of(const json::value& bundle) {
  for (const json::value& link : bundle.at("link").as_array())
    if (link.at("relation").as_string() == "next") {
      const std::string url(link.at("url").as_string());
      return url.substr(url.find("/fhir"));
    }
  return {};
}

/// "PUT Location/a W/\"2\"" of each entry.
std::vector<std::string> lines_of(const json::value& bundle) {
  std::vector<std::string> lines;
  if (!bundle.as_object().contains("entry")) return lines;
  for (const json::value& entry : bundle.at("entry").as_array())
    lines.push_back(std::string(entry.at("request").at("method").as_string()) + " " +
                    std::string(entry.at("request").at("url").as_string()) + " " +
                    std::string(entry.at("response").at("etag").as_string()));
  return lines;
}

}  // namespace

TEST_CASE("FHIR: the history of a type and of all, newest first, in pages that do not move") {
  District district;
  const auto port = district.port();
  const auto put = [&](const std::string& id, const std::string& name) {
    std::string text = place(name);
    text.insert(1, R"("id":")" + id + "\",");
    REQUIRE(ask(port, "PUT", "/fhir/Location/" + id, text).status < 300);
  };
  put("a", "一");
  put("b", "二");
  const std::string since =
      std::string(get(port, "/fhir/Location/b").json().at("meta").at("lastUpdated").as_string());
  std::this_thread::sleep_for(std::chrono::milliseconds(2));  // times are given to the millisecond
  put("a", "三");
  REQUIRE(ask(port, "DELETE", "/fhir/Location/b").status == 204);
  const std::vector<std::string> all = {"DELETE Location/b W/\"2\"", "PUT Location/a W/\"2\"",
                                        "POST Location/b W/\"1\"", "POST Location/a W/\"1\""};
  CHECK(lines_of(get(port, "/fhir/Location/_history").json()) == all);

  json::value page = get(port, "/fhir/Location/_history?_count=2").json();
  CHECK(lines_of(page) == std::vector<std::string>{all[0], all[1]});
  put("c", "四");  // after the first page
  page = get(port, next_of(page)).json();
  CHECK(lines_of(page) == std::vector<std::string>{all[2], all[3]});
  CHECK(next_of(page).empty());

  CHECK(lines_of(get(port, "/fhir/Location/_history?_since=" + since).json()) ==
        std::vector<std::string>{"POST Location/c W/\"1\"", all[0], all[1], all[2]});
  // At that moment there were the first versions of a and b.
  CHECK(lines_of(get(port, "/fhir/Location/_history?_at=" + since).json()) ==
        std::vector<std::string>{all[2], all[3]});
  CHECK(lines_of(get(port, "/fhir/Location/_history?_at=2001").json()).empty());
  CHECK(get(port, "/fhir/Location/_history?_since=yesterday").status == 400);
  CHECK(get(port, "/fhir/Location/_history?_count=0").status == 400);
  CHECK(get(port, "/fhir/Location/_history?_cursor=1").status == 400);
  CHECK(get(port, "/fhir/NoType/_history").status == 404);

  // Everything, page by page: as many entries as versions, each once.
  std::set<std::string> seen;
  std::size_t entries = 0;
  for (std::string at = "/fhir/_history?_count=3"; !at.empty();) {
    const json::value part = get(port, at).json();
    for (const std::string& line : lines_of(part)) {
      seen.insert(line);
      ++entries;
    }
    at = next_of(part);
  }
  CHECK(entries == 13);  // 1 organisation, 3 people, 4 visits, 5 of places
  CHECK(seen.size() == 13);
  CHECK(seen.contains("POST Patient/p1 W/\"1\""));
}

TEST_CASE("FHIR: the history shows nothing that a compartment hides") {
  const Copy secret(true);
  const Copy plain(false);
  const auto lines = [](const Copy& copy) {
    const auto server = copy.serve();
    return lines_of(get(server->port(), "/fhir/_history?_count=500").json());
  };
  const std::vector<std::string> shown = lines(secret);
  CHECK_FALSE(shown.empty());
  CHECK(shown == lines(plain));
}

TEST_CASE("FHIR: _summary=true gives what the definitions mark") {
  District district;
  const auto port = district.port();
  REQUIRE(
      ask(port, "POST", "/fhir/Patient",
          R"({"resourceType":"Patient","name":[{"text":"周文"}],"gender":"female","birthDate":"1990-03-07","maritalStatus":{"text":"已婚"},"contact":[{"name":{"text":"周武"}}],"link":[{"other":{"reference":"Patient/p1"},"type":"seealso"}],"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}})")
          .status == 201);
  const Answer found = get(port, "/fhir/Patient?birthdate=1990-03-07&_summary=true");
  REQUIRE(found.status == 200);
  const json::value bundle = found.json();
  const json::object& shown = bundle.at("entry").at(0).at("resource").as_object();
  for (const char* kept : {"id", "meta", "name", "gender", "birthDate", "link"}) {
    CAPTURE(kept);
    CHECK(shown.contains(kept));
  }
  for (const char* cut : {"maritalStatus", "contact", "text"}) {
    CAPTURE(cut);
    CHECK_FALSE(shown.contains(cut));
  }
  CHECK(shown.at("link").at(0).as_object().contains("other"));
  CHECK(shown.at("meta").at("tag").at(0).at("code").as_string() == "SUBSETTED");
}
