#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "client.hpp"
#include "district.hpp"
#include "log_in.hpp"
#include "schema.hpp"
#include "watch/decisions.hpp"

using namespace hb;
using namespace hb::test;
namespace json = boost::json;

namespace {

void is_valid(std::uint16_t port, const json::value& value, const char* schema) {
  static const YAML::Node document = YAML::Load(get(port, "/api/openapi.yaml").body);
  YAML::Node reference;
  reference["$ref"] = std::string("#/components/schemas/") + schema;
  const auto faults = validate(value, reference, document);
  CHECK_MESSAGE(faults.empty(), schema, "\n", faults.empty() ? "" : faults.front());
}

/// The newest run when it has ended.
json::value ended(std::uint16_t port) {
  for (int i = 0; i < 600; ++i) {
    const json::value all = get(port, "/api/tuning").json();
    const json::value& run = all.at("runs").at(0);
    if (run.at("state") != "running") return run;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  FAIL("the run does not end");
  return {};
}

const char* const outbreaks =
    "outbreak,disease,area,first_onset,third_onset,last_onset,true_cases\n"
    "o1,麻疹,770101001,2025-12-01,2025-12-03,2025-12-09,12\n";

}  // namespace

TEST_CASE("/api/tuning: a run in the background, its rows, the decision that stays") {
  District place;
  const auto port = place.port();
  const auto post = [&](const std::string& path, const std::string& body) {
    return ask(port, "POST", "/api/tuning" + path, body);
  };
  const json::value before = get(port, "/api/tuning").json();
  is_valid(port, before, "Tuning");
  CHECK(before.at("runs").as_array().empty());
  CHECK(post("", R"({"from":"yesterday"})").status == 400);
  CHECK(post("", R"({"injections":0})").status == 400);
  CHECK(post("", R"({"from":"2025-12-20","to":"2025-12-31"})").status == 400);
  CHECK(post("/outbreaks", "id\n1\n").status == 400);
  const Answer known = post("/outbreaks", outbreaks);
  CAPTURE(known.body);
  REQUIRE(known.status == 200);
  CHECK(known.json().at("known") == 1);
  const Answer started =
      post("", R"({"from":"2025-11-01","to":"2025-12-31","injections":1,"most_false_a_week":1})");
  CAPTURE(started.body);
  REQUIRE(started.status == 202);
  is_valid(port, started.json(), "Tuning");
  const json::value run = ended(port);
  CAPTURE(json::serialize(run));
  REQUIRE(run.at("state") == "done");
  CHECK(run.at("points").as_array().size() == 7);
  CHECK(run.at("points").at(0).at("outbreaks") == 1);
  const std::string id(run.at("id").as_string());
  const json::value rows = get(port, "/api/tuning/" + id).json();
  is_valid(port, rows, "TuningRows");
  CHECK(rows.at("columns").at(0) == "part");
  CHECK(rows.at("rows").as_array().size() >= 7);
  CHECK(get(port, "/api/tuning/none").status == 404);
  CHECK(post("/" + id + "/cancel", "{}").status == 409);
  CHECK(post("/" + id + "/decide", R"({"false_discoveries":0.07,"note":"x"})").status == 400);
  CHECK(post("/" + id + "/decide", R"({"false_discoveries":0.2})").status == 400);
  const Answer decided = post("/" + id + "/decide", R"({"false_discoveries":0.2,"note":"试行"})");
  CAPTURE(decided.body);
  REQUIRE(decided.status == 200);
  CHECK(decided.json().at("false_discoveries") == 0.2);
  const std::string basis(decided.json().at("decisions").at(0).at("basis").as_string());
  CHECK(basis.ends_with("试行"));
  CHECK(watch::decided_options(place.store())->false_discoveries == doctest::Approx(0.2));
  // What was made stays when the server starts again.
  place.restart();
  CHECK(get(place.port(), "/api/tuning").json().at("runs").at(0).at("state") == "done");
}

TEST_CASE("/api/tuning: one run at a time, cancelled; who may not decide") {
  District place;
  const auto port = place.port();
  REQUIRE(ask(port, "POST", "/api/tuning", R"({"injections":100})").status == 202);
  const Answer second = ask(port, "POST", "/api/tuning", "{}");
  const std::string id(get(port, "/api/tuning").json().at("runs").at(0).at("id").as_string());
  const Answer stopped = ask(port, "POST", "/api/tuning/" + id + "/cancel", "{}");
  const json::value run = ended(port);
  // A short history may be done before it is stopped.
  if (stopped.status == 200) CHECK((run.at("state") == "cancelled" || run.at("state") == "done"));
  CHECK((second.status == 409 || second.status == 202));
  const auto accounts = accounts_of(place);
  add_user(*accounts, "leader", {"leader"}, {"*"});
  const std::string leader = log_in(port, "leader").both();
  CHECK(ask(port, "GET", "/api/tuning", "", leader).status == 200);
  CHECK(ask(port, "POST", "/api/tuning", "{}", leader).status == 403);
}

TEST_CASE("/api/tuning: a run whose file is damaged is listed as such, and signals open") {
  District place;
  place.server().stop();
  const auto folder = place.store() / "tuning";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "tuning-1735689600000000.json") << "{\"id\":";
  place.restart();
  const auto port = place.port();
  const json::value all = get(port, "/api/tuning").json();
  is_valid(port, all, "Tuning");
  REQUIRE(all.at("runs").as_array().size() == 1);
  const json::value& run = all.at("runs").at(0);
  CHECK(run.at("state") == "damaged");
  CHECK(run.at("id") == "tuning-1735689600000000");
  CHECK(run.at("at").as_string().starts_with("2025-01-01"));
  CHECK(run.at("error").as_string().starts_with("tuning-1735689600000000.json: "));
  CHECK(get(port, "/api/signals").status == 200);
  const std::string path = "/api/tuning/tuning-1735689600000000";
  CHECK(get(port, path).status == 200);
  CHECK(ask(port, "POST", path + "/decide", R"({"false_discoveries":0.1,"note":"x"})").status ==
        400);
  CHECK(ask(port, "POST", path + "/cancel", "{}").status == 409);
  CHECK(
      ask(port, "POST", "/api/tuning", R"({"from":"2025-10-01","to":"2025-12-31","injections":1})")
          .status == 202);  // a new one goes its way
}
