#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "client.hpp"
#include "district.hpp"
#include "ingest/load.hpp"
#include "log_in.hpp"
#include "scene/compartments.hpp"
#include "schema.hpp"
#include "signals/daily.hpp"

using namespace hb;
using namespace hb::test;
namespace json = boost::json;

namespace {

std::string card(const std::string& id, const std::string& patient, const std::string& disease,
                 const std::string& day, const std::string& street) {
  return R"({"resourceType":"Composition","id":")" + id +
         R"(","status":"final","type":{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/document-type","code":"notifiable-disease-card"}]},"subject":{"reference":"Patient/)" +
         patient + R"("},"date":")" + day +
         R"(T09:00:00+08:00","author":[{"display":"甲"}],"title":"传染病报告卡","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/notifiable-case","extension":[{"url":"disease","valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/notifiable-disease","code":")" +
         disease +
         R"("}},{"url":"caseClass","valueCode":"confirmed"},{"url":"onsetDate","valueDate":")" +
         day + R"("},{"url":"presentArea","valueCode":")" + street + R"("}]}]})" + "\n";
}

/// The small district with a case of measles in each of its streets and one of AIDS, whose signals
/// were kept.
class Watched {
 public:
  /// first  day of the first case, "2025-12-08": too long ago to be given to the flow
  explicit Watched(const std::string& first = "2025-12-08",
                   const std::string& second = "2025-12-09",
                   std::chrono::milliseconds wait = std::chrono::seconds(5)) {
    place_.options().signals_wait = wait;
    place_.server().stop();
    ingest::HubOptions options;
    options.views_dir = (source_dir() / "scenes/core/views").string();
    options.profiles_dir = (source_dir() / "scenes/core/profiles").string();
    options.create = false;
    auto read = scene::load_compartments(source_dir() / "scenes/core/compartments.yaml");
    REQUIRE(read.has_value());
    options.compartments = std::make_shared<const Compartments>(std::move(*read));
    {
      auto hub = ingest::Hub::open(place_.store().string(), options);
      REQUIRE(hub.has_value());
      const auto file = place_.store().parent_path() / "cards.ndjson";
      std::ofstream(file, std::ios::binary) << card("c1", "p1", "measles", first, "770101001")
                                            << card("c2", "p3", "measles", second, "770101002")
                                            << card("c3", "p2", "aids", first, "770101001");
      const auto report = ingest::load(**hub, {file.string()}, {});
      REQUIRE(report.has_value());
      CHECK(report->accepted == 3);
      const auto streams = watch::load_streams(source_dir() / "scenes");
      REQUIRE(streams.has_value());
      const auto content = signals::load_content(source_dir() / "scenes");
      REQUIRE(content.has_value());
      const auto ledger = signals::Ledger::open((place_.store() / "signals.db").string(),
                                                signals::sealing_of((*hub)->store()));
      REQUIRE(ledger.has_value());
      signals::DailyAsk ask;
      ask.to = *parse_date("2025-12-31");
      ask.from = *parse_date(first);
      const auto run = signals::keep_days((*hub)->tables(), *streams, **ledger, *content, ask,
                                          *parse_instant("2025-12-31T08:00:00+08:00"));
      if (!run) FAIL(run.error().where << ": " << run.error().message);
      CHECK(run->raised == 2);  // AIDS is a trend, never a signal
      const auto again = signals::keep_days((*hub)->tables(), *streams, **ledger, *content, ask,
                                            *parse_instant("2025-12-31T09:00:00+08:00"));
      CHECK(again->raised + again->changed + again->unsupported == 0);
    }
    place_.restart();
  }

  District& place() { return place_; }
  std::uint16_t port() const { return place_.port(); }
  json::value read(const std::string& target, const std::string& headers = "") const {
    const Answer answer = ask(port(), "GET", target, "", headers);
    CAPTURE(target);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
  }
  /// The id of the signal of a street.
  std::string id(const std::string& street) const {
    const json::value list = read("/api/signals");
    for (const json::value& one : list.at("items").as_array())
      if (one.at("area").as_string() == street) return std::string(one.at("id").as_string());
    FAIL("no signal in " << street);
    return {};
  }

 private:
  District place_;
};

void is_valid(const Watched& watched, const json::value& value, const char* schema) {
  static const YAML::Node document = YAML::Load(get(watched.port(), "/api/openapi.yaml").body);
  YAML::Node reference;
  reference["$ref"] = std::string("#/components/schemas/") + schema;
  const auto faults = validate(value, reference, document);
  CHECK_MESSAGE(faults.empty(), schema, "\n", faults.empty() ? "" : faults.front());
}

}  // namespace

TEST_CASE("/api/signals: the way of a signal from raising to confirmation, as described") {
  Watched watched;
  const json::value list = watched.read("/api/signals");
  is_valid(watched, list, "SignalList");
  CHECK(list.at("total") == 2);
  CHECK(list.at("day") == "2025-12-31");
  const json::value& first = list.at("items").at(0);
  CHECK(first.at("lane") == "one-case");
  CHECK(first.at("disease_name").at("zh") == "麻疹");
  CHECK(first.at("state") == "raised");
  CHECK(watched.read("/api/signals?area=770101002").at("total") == 1);
  CHECK(watched.read("/api/signals?state=closed").at("total") == 0);
  CHECK(watched.read("/api/signals?lane=ranked").at("total") == 0);
  CHECK(watched.read("/api/signals?from=2025-12-09&to=2025-12-09").at("total") == 1);
  CHECK(get(watched.port(), "/api/signals?from=yesterday").status == 400);
  CHECK(get(watched.port(), "/api/signals?state=praised").status == 400);

  const std::string path = "/api/signals/" + watched.id("770101001");
  const json::value detail = watched.read(path);
  is_valid(watched, detail, "SignalDetail");
  CHECK(detail.at("log").as_array().size() == 1);
  CHECK(detail.at("past").as_array().empty());

  const auto post = [&](const std::string& act, const std::string& body) {
    return ask(watched.port(), "POST", path + "/" + act, body);
  };
  CHECK(post("verify", R"({"result":"dismissed","way":"telephone"})").status == 400);
  CHECK(post("verify", R"({"result":"dismissed","way":"pigeon","reason":"other"})").status == 400);
  CHECK(post("verify", R"({"result":"suspected","way":"data","cases":-1})").status == 400);
  CHECK(post("verify", R"({"result":"suspected","way":"data","seen":9})").status == 409);
  CHECK(post("verify", "[]").status == 400);
  CHECK(post("investigate", R"({"result":"confirmed"})").status == 409);
  const Answer suspected =
      post("verify", R"({"result":"suspected","way":"telephone","cases":3,"seen":1,"key":"k1"})");
  REQUIRE(suspected.status == 200);
  is_valid(watched, suspected.json(), "SignalDetail");
  CHECK(suspected.json().at("state") == "suspected");
  CHECK(suspected.json().at("log").at(1).at("way_name").at("en") == "Telephone");
  // Sent again, as after a broken line: the same answer, nothing new.
  CHECK(post("verify", R"({"result":"suspected","way":"telephone","seen":1,"key":"k1"})")
            .json()
            .at("events") == 2);
  CHECK(post("investigate", R"({"result":"confirmed","cases":5})").json().at("state") ==
        "confirmed");
  CHECK(post("reopen", R"({"note":"再核"})").json().at("state") == "raised");
  CHECK(post("note", R"({"note":"已联系"})").json().at("events") == 5);
  CHECK(get(watched.port(), "/api/signals/none").status == 404);

  watched.place().restart();
  CHECK(watched.read(path).at("log").as_array().size() == 5);
}

TEST_CASE("/api/signals: curves, methods, tempo, cases, quality and workload are as described") {
  Watched watched;
  const std::string path = "/api/signals/" + watched.id("770101001");
  const json::value series = watched.read(path + "/series");
  is_valid(watched, series, "SignalSeries");
  REQUIRE(series.at("curves").as_array().size() == 1);
  const json::value& curve = series.at("curves").at(0);
  CHECK(curve.at("stream") == "cards-one-case");
  double cases = 0;
  for (const json::value& day : curve.at("days").as_array())
    if (day.at("count").is_number()) cases += day.at("count").to_number<double>();
  CHECK(cases == 1);
  CHECK(series.at("areas").as_array().size() == 2);
  CHECK(get(watched.port(), path + "/series?stream=absence").status == 400);
  is_valid(watched, watched.read(path + "/compare"), "SignalCompare");
  const json::value tempo = watched.read(path + "/tempo");
  is_valid(watched, tempo, "SignalTempo");
  CHECK(tempo.at("r").as_array().empty());
  CHECK(tempo.at("reason").at("en").as_string().find("fewer than 10 cases") == 0);

  const json::value lines = watched.read(path + "/line-list");
  is_valid(watched, lines, "SignalLineList");
  REQUIRE(lines.at("total") == 1);
  CHECK(lines.at("items").at(0).at("resident").at("name") == "张伟");
  CHECK(lines.at("items").at(0).at("onset") == "2025-12-08");
  // The card of AIDS in the same street is in no list, whoever asks.
  CHECK(watched.read(path + "/line-list?scope=area").at("total") == 1);

  const json::value quality = watched.read("/api/signals/quality?from=2025-12-01&to=2025-12-31");
  is_valid(watched, quality, "SignalQuality");
  CHECK(quality.at("signals") == 2);
  CHECK(quality.at("per_week").at("value") == 0);  // none in the ranked lane
  CHECK(quality.at("confirmed").at("value").is_null());
  CHECK(get(watched.port(), "/api/signals/quality?from=2025-12-31&to=2025-12-01").status == 400);

  is_valid(watched, watched.read("/api/signals/workload"), "SignalWorkload");
  CHECK(watched.read("/api/signals/workload").at("decided") == false);
  CHECK(ask(watched.port(), "POST", "/api/signals/workload", R"({"at_most":3})").status == 400);
  CHECK(
      ask(watched.port(), "POST", "/api/signals/workload", R"({"at_most":0,"note":"x"})").status ==
      400);
  const Answer set =
      ask(watched.port(), "POST", "/api/signals/workload", R"({"at_most":3,"note":"试行"})");
  REQUIRE(set.status == 200);
  CHECK(set.json().at("at_most") == 3);
  CHECK(set.json().at("history").at(0).at("note") == "试行");
}

TEST_CASE("/api/signals: who may see, verify, list persons and set the workload") {
  Watched watched;
  const auto accounts = accounts_of(watched.place());
  const std::string id = watched.id("770101002");
  add_user(*accounts, "near", {"epidemiologist"}, {"770101001"});
  add_user(*accounts, "all", {"epidemiologist"}, {"*"});
  add_user(*accounts, "leader", {"leader"}, {"*"});
  add_user(*accounts, "doctor", {"general-practitioner"}, {"*"});
  const LoggedIn near = log_in(watched.port(), "near");
  const LoggedIn all = log_in(watched.port(), "all");
  const LoggedIn leader = log_in(watched.port(), "leader");
  const LoggedIn doctor = log_in(watched.port(), "doctor");
  const auto status = [&](const LoggedIn& who, const char* method, const std::string& target,
                          const std::string& body = "") {
    return ask(watched.port(), method, target, body, who.both()).status;
  };
  const std::string path = "/api/signals/" + id;
  // Another street: neither in the list nor by its address, and nothing can be done to it.
  CHECK(watched.read("/api/signals", near.cookie).at("total") == 1);
  CHECK(watched.read("/api/signals/quality", near.cookie).at("signals") == 1);
  CHECK(status(near, "GET", path) == 404);
  CHECK(status(near, "GET", path + "/line-list") == 404);
  CHECK(status(near, "POST", path + "/note", R"({"note":"x"})") == 404);
  CHECK(watched.read("/api/signals", all.cookie).at("total") == 2);
  CHECK(watched.read(path + "/line-list", all.cookie).at("total") == 1);
  // Who leads sees signals, but no persons, and verifies nothing.
  CHECK(status(leader, "GET", path) == 200);
  CHECK(status(leader, "GET", path + "/series") == 200);
  CHECK(status(leader, "GET", path + "/line-list") == 403);
  CHECK(status(leader, "POST", path + "/note", R"({"note":"x"})") == 403);
  CHECK(status(leader, "POST", "/api/signals/workload", R"({"at_most":3,"note":"x"})") == 403);
  CHECK(status(doctor, "GET", "/api/signals") == 403);
  CHECK(status(doctor, "GET", path) == 403);
  // Without the token of the session nothing is changed.
  CHECK(ask(watched.port(), "POST", path + "/note", R"({"note":"x"})", all.cookie).status == 403);
  CHECK(status(all, "POST", path + "/note", R"({"note":"x"})") == 200);
}

TEST_CASE("/api/signals: what is comparable and what is near, for two people in turn") {
  Watched watched;
  const std::string former = "/api/signals/" + watched.id("770101001");
  const std::string path = "/api/signals/" + watched.id("770101002");
  const auto accounts = accounts_of(watched.place());
  add_user(*accounts, "first", {"epidemiologist"}, {"*"});
  add_user(*accounts, "second", {"leader"}, {"*"});
  add_user(*accounts, "beside", {"epidemiologist"}, {"770101002"});
  const LoggedIn first = log_in(watched.port(), "first");
  const LoggedIn second = log_in(watched.port(), "second");
  const LoggedIn beside = log_in(watched.port(), "beside");
  const json::value seen = watched.read(path, first.cookie);
  is_valid(watched, seen, "SignalDetail");
  REQUIRE(seen.at("past").as_array().size() == 1);
  CHECK(seen.at("past").at(0).at("why") == json::array{"disease", "streams"});
  CHECK(seen.at("past").at(0).at("signal").at("state") == "raised");
  CHECK(seen.at("grounds").at(0).at("cluster").is_null());
  // The first decides of the former one; the second then reads what came of it, and why it counts.
  const Answer decided = ask(
      watched.port(), "POST", former + "/verify",
      R"({"result":"dismissed","way":"telephone","reason":"duplicate","cases":1})", first.both());
  REQUIRE(decided.status == 200);
  const json::value after = watched.read(path, second.cookie);
  CHECK(after.at("past").at(0).at("why") == seen.at("past").at(0).at("why"));
  const json::value& outcome = after.at("past").at(0).at("signal");
  CHECK(outcome.at("state") == "dismissed");
  CHECK(outcome.at("reason_name").at("zh") == "重卡");
  CHECK(outcome.at("cases") == 1);
  // Both see the same neighbours, the area itself first.
  const json::value near = watched.read(path + "/series", first.cookie).at("nearest");
  CHECK(near == watched.read(path + "/series", second.cookie).at("nearest"));
  REQUIRE(near.as_array().size() == 2);
  CHECK(near.at(0).at("area") == "770101002");
  CHECK(near.at(0).at("days").as_array().size() == 56);
  CHECK(near.at(1).at("area") == "770101001");
  CHECK(near.at(1).at("km").to_number<double>() > 0);
  // Who may see one street sees neither the former signal nor the counts of the other.
  CHECK(watched.read(path, beside.cookie).at("past").as_array().empty());
  CHECK(watched.read(path + "/series", beside.cookie).at("nearest").as_array().size() == 1);
}

TEST_CASE("/api/signals: the flow carries a signal on, and its result comes back") {
  Watched watched("2025-12-28", "2025-12-29", std::chrono::milliseconds(40));
  const std::string path = "/api/signals/" + watched.id("770101001");
  const auto until = [&](const char* name, auto&& holds) {
    for (int i = 0; i < 200; ++i) {
      json::value now = watched.read(path);
      if (holds(now.at(name))) return now;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL("it did not come to it: " << name);
    return json::value();
  };
  const json::value linked = until("instance", [](const json::value& id) { return !id.is_null(); });
  const std::string instance(linked.at("instance").as_string());
  CHECK(ask(watched.port(), "POST", path + "/verify", R"({"result":"suspected","way":"data"})")
            .status == 409);
  const json::value open = watched.read("/api/instances/" + instance);
  CHECK(open.at("data").at("disease") == "麻疹");
  CHECK(open.at("data").at("source") == "detector");
  const json::value& token = open.at("tokens").at(0);
  const std::string answers =
      R"({"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"https://health-brain.org/fhir/Questionnaire/verification","item":[)"
      R"({"linkId":"way","answer":[{"valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/verification-way","code":"telephone"}}]},)"
      R"({"linkId":"checked","answer":[{"valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/verification-check","code":"cards"}}]},)"
      R"({"linkId":"verified_cases","answer":[{"valueInteger":1}]},{"linkId":"verified_deaths","answer":[{"valueInteger":0}]},)"
      R"({"linkId":"result","answer":[{"valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/signal-result","code":"dismissed"}}]},)"
      R"({"linkId":"reason","answer":[{"valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/dismissal-reason","code":"late-batch"}}]}]})";
  const Answer acted = ask(
      watched.port(), "POST", "/api/instances/" + instance + "/acts",
      R"({"move":"dismiss","key":"k","token":)" + json::serialize(token.at("token")) +
          R"(,"seen":)" + json::serialize(token.at("seen")) + R"(,"response":)" + answers + "}");
  CAPTURE(acted.body);
  REQUIRE(acted.status == 200);
  const json::value done =
      until("state", [](const json::value& state) { return state == "dismissed"; });
  CHECK(done.at("reason") == "late-batch");
  CHECK(done.at("way") == "telephone");
  CHECK(done.at("log").as_array().size() == 3);
}
