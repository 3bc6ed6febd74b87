#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "client.hpp"
#include "log_in.hpp"
#include "server/flows.hpp"
#include "two_stores.hpp"

/// Work that closes its loop, over sockets: the flow `outbreak` by three people on a test clock,
/// and everything that is refused.
using namespace hb;
using namespace hb::test;
namespace json = boost::json;

namespace {

constexpr std::int64_t hour = 3'600'000'000;

/// A QuestionnaireResponse from "linkId": answer pairs; answers as FHIR values.
std::string form(const std::string& items, const std::string& status = "completed") {
  return R"({"resourceType":"QuestionnaireResponse","status":")" + status + R"(","item":[)" +
         items + "]}";
}
std::string item(const std::string& link, const std::string& value) {
  return R"({"linkId":")" + link + R"(","answer":[{)" + value + "}]}";
}
std::string number(const std::string& link, int value) {
  return item(link, "\"valueInteger\":" + std::to_string(value));
}
std::string words(const std::string& link, const std::string& value) {
  return item(link, "\"valueString\":\"" + value + "\"");
}
std::string moment(const std::string& link, const std::string& value) {
  return item(link, "\"valueDateTime\":\"" + value + "\"");
}

/// The coding of an option of a form, as the form itself has it.
std::string option(const std::string& name, const std::string& link, const std::string& code) {
  std::ifstream in(source_dir() / "scenes/outbreak-response/forms" / (name + ".json"));
  const json::value form = json::parse(std::string{std::istreambuf_iterator<char>(in), {}});
  for (const json::value& one : form.at("item").as_array()) {
    if (one.at("linkId") != json::string_view(link)) continue;
    for (const json::value& answer : one.at("answerOption").as_array())
      if (answer.at("valueCoding").at("code") == json::string_view(code))
        return R"({"linkId":")" + link + R"(","answer":[{"valueCoding":)" +
               json::serialize(answer.at("valueCoding")) + "}]}";
  }
  throw std::runtime_error("no option " + code + " of " + link);
}

/// As option(), of an item in a group.
std::string row_option(const std::string& name, const std::string& group, const std::string& link,
                       const std::string& code) {
  std::ifstream in(source_dir() / "scenes/outbreak-response/forms" / (name + ".json"));
  const json::value form = json::parse(std::string{std::istreambuf_iterator<char>(in), {}});
  for (const json::value& outer : form.at("item").as_array()) {
    if (outer.at("linkId") != json::string_view(group)) continue;
    for (const json::value& one : outer.at("item").as_array()) {
      if (one.at("linkId") != json::string_view(link)) continue;
      for (const json::value& answer : one.at("answerOption").as_array())
        if (answer.at("valueCoding").at("code") == json::string_view(code))
          return item(link, "\"valueCoding\":" + json::serialize(answer.at("valueCoding")));
    }
  }
  throw std::runtime_error("no option " + code + " of " + group + "/" + link);
}

std::string signal(const std::string& area = "770101001") {
  return form(option("signal", "source", "manual") + "," + words("disease", "手足口病") + "," +
              words("area", area) + "," + words("place", "示例幼儿园") + "," + number("cases", 6) +
              "," + number("deaths", 0));
}
std::string verified(const std::string& result) {
  return form(option("verification", "way", "telephone") + "," +
              option("verification", "checked", "cards") + "," + number("verified_cases", 6) + "," +
              number("verified_deaths", 0) + "," + option("verification", "result", result));
}

/// A district with an epidemiologist of one street, one of all, a leader and a nurse, whose flows
/// have a clock of their own.
class Loop {
 public:
  Loop() {
    place.options().flow_clock = [this] { return Instant{now.load()}; };
    place.restart();
    accounts = accounts_of(place);
    add_user(*accounts, "zhao", {"epidemiologist"}, {"770101001"});
    add_user(*accounts, "qian", {"epidemiologist"}, {"770101"});
    add_user(*accounts, "sun", {"leader"}, {"770101"});
    add_user(*accounts, "li", {"epidemiologist"}, {"770102"});
    add_user(*accounts, "zhou", {"nurse"}, {"*"});
    add_user(*accounts, "feng", {"epidemiologist"}, {"770101008"});
    add_user(*accounts, "xie", {"epidemiologist"}, {"770101"});
    for (const char* name : {"zhao", "qian", "sun", "li", "zhou", "feng", "xie"})
      sessions[name] = log_in(place.port(), name);
  }

  Answer get(const std::string& user, const std::string& target) {
    return ask(place.port(), "GET", target, "", sessions[user].cookie);
  }
  Answer post(const std::string& user, const std::string& target, const std::string& body) {
    return ask(place.port(), "POST", target, body, sessions[user].both());
  }
  json::value start(const std::string& user, const std::string& key,
                    const std::string& area = "770101001") {
    const Answer made = post(user, "/api/flows/outbreak/instances",
                             R"({"key":")" + key + R"(","response":)" + signal(area) + "}");
    if (made.status != 201) FAIL(made.status << " " << made.body);
    return made.json();
  }
  json::value instance(const std::string& user, const std::string& id) {
    const Answer answer = get(user, "/api/instances/" + id);
    if (answer.status != 200) FAIL(answer.status << " " << answer.body);
    return answer.json();
  }
  /// A move on the part that stands in a state; seen as it is now.
  Answer act(const std::string& user, const std::string& id, const std::string& move,
             const std::string& more = "", const std::string& state = "") {
    const json::value one = instance(user, id);
    std::int64_t token = 0;
    for (const json::value& part : one.at("tokens").as_array())
      if (state.empty() || part.at("state").as_string() == state)
        token = part.at("token").as_int64();
    return post(user, "/api/instances/" + id + "/acts",
                R"({"token":)" + std::to_string(token) + R"(,"seen":)" +
                    std::to_string(one.at("seen").as_int64()) + R"(,"move":")" + move +
                    R"(","key":"k)" + std::to_string(++keys) + "\"" + more + "}");
  }
  Answer fill(const std::string& user, const std::string& id, const std::string& move,
              const std::string& response, const std::string& state = "") {
    return act(user, id, move, R"(,"response":)" + response, state);
  }
  /// Moves the clock and waits until the flows have noticed.
  bool wait_for(const std::function<bool()>& holds) {
    for (int i = 0; i < 300; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  std::atomic<std::int64_t> now = parse_instant("2026-01-05T09:00:00+08:00")->micros;
  District place;
  std::unique_ptr<security::Accounts> accounts;
  std::map<std::string, LoggedIn> sessions;
  int keys = 0;
};

std::unique_ptr<Loop>& the_loop() {
  static std::unique_ptr<Loop> loop;
  return loop;
}
/// One for all cases; the last one ends it.
Loop& shared_loop() {
  if (!the_loop()) the_loop() = std::make_unique<Loop>();
  return *the_loop();
}

std::string states_of(const json::value& instance) {
  std::string states;
  for (const json::value& one : instance.at("states").as_array())
    states += (states.empty() ? "" : " ") + std::string(one.at("id").as_string());
  return states;
}

std::string code_of(const Answer& answer) {
  return std::to_string(answer.status) + " " +
         std::string(answer.json().at("error").at("code").as_string());
}

std::string id_of(const json::value& instance) {
  return std::string(instance.at("id").as_string());
}

}  // namespace

TEST_CASE("flows over HTTP: the whole loop by three people on a test clock") {
  Loop& loop = shared_loop();
  const json::value begun = loop.start("zhao", "s1");
  const std::string id = id_of(begun);
  CHECK(states_of(begun) == "received");
  CHECK(begun.at("tokens").at(0).at("due") == "2026-01-05T03:00:00.000Z");  // 2 h after 09:00
  CHECK(begun.at("log").at(0).at("response").at("item").as_array().size() == 6);

  // 1 h 20 min later it is still open and not overdue; then zhao suspects an event.
  loop.now += hour + hour / 3;
  const json::value inbox = loop.get("zhao", "/api/tasks?scope=team").json();
  REQUIRE(inbox.at("items").as_array().size() == 1);
  const json::value& task = inbox.at("items").at(0);
  CHECK(task.at("subject").at("zh") == "手足口病 · 示例幼儿园");
  CHECK_FALSE(task.at("overdue").as_bool());
  CHECK(task.at("moves").at(0).at("form") == "verification");
  CHECK(loop.get("li", "/api/tasks?scope=all").json().at("items").as_array().empty());
  CHECK(loop.get("li", "/api/instances/" + id).status == 404);  // another district
  // The form begins with what the signal said.
  const Answer blank = loop.get("zhao", "/api/flows/outbreak/forms/verification?instance=" + id);
  REQUIRE(blank.status == 200);
  CHECK(json::serialize(blank.json().at("response"))
            .find(R"({"linkId":"verified_cases","answer":[{"valueInteger":6}]})") !=
        std::string::npos);
  REQUIRE(loop.fill("zhao", id, "suspect", verified("suspected")).status == 200);

  // The investigation is overdue after 24 h: the leader is told, and may act.
  loop.now += 25 * hour;
  const auto of_sun = [&] {
    return loop.get("sun", "/api/tasks?scope=team&overdue=true").json().at("items").as_array();
  };
  REQUIRE(loop.wait_for([&] { return of_sun().size() == 1; }));
  CHECK(of_sun().front().at("escalated").as_bool());
  CHECK(loop.get("sun", "/api/tasks/counts").json().at("overdue") == 1);
  const std::string found =
      form(moment("arrived", "2026-01-05T12:00:00+08:00") + "," + words("team", "流调一组") + "," +
           number("cases", 8) + "," + number("deaths", 0) + "," + words("definition", "皮疹") +
           "," + option("investigation", "result", "event"));
  REQUIRE(loop.fill("qian", id, "confirm", found).status == 200);
  CHECK(loop.instance("sun", id).at("data").at("cases") == 8);

  // Eight cases of a disease of class C are below every criterion: “not graded” is proposed.
  // Another grade needs a reason.
  const auto graded = [&](const std::string& more) {
    return form(option("grading", "kind", "hand-foot-mouth") + "," +
                option("grading", "place_kind", "kindergarten") + "," + number("cases", 8) + "," +
                number("deaths", 0) + "," + number("cases_week", 8) + "," +
                option("grading", "grade", "IV") + more + "," + words("basis", "同一托幼机构") +
                "," + option("grading", "likelihood", "3") + "," +
                option("grading", "impact", "2"));
  };
  const std::string departing = graded("," + words("departure", "县级卫生行政部门认定"));
  const Answer proposed = loop.post("sun", "/api/instances/" + id + "/proposals",
                                    R"({"criteria":"grade","response":)" + departing + "}");
  REQUIRE(proposed.status == 200);
  CHECK(proposed.json().at("level") == "none");
  CHECK(proposed.json().at("facts").at("cases_week") == 8);
  CHECK(proposed.json().at("undecided").as_array().size() == 2);  // nobody said the usual level
  CHECK(loop.post("li", "/api/instances/" + id + "/proposals", R"({"criteria":"grade"})").status ==
        404);
  CHECK(loop.post("sun", "/api/instances/" + id + "/proposals", R"({"criteria":"no"})").status ==
        404);
  const Answer checked = loop.post("sun", "/api/flows/outbreak/forms/grading/check",
                                   R"({"response":)" + departing + "}");
  REQUIRE(checked.status == 200);
  CHECK(checked.json().at("issues").as_array().empty());
  const std::string calculated = json::serialize(checked.json().at("response"));
  CHECK(calculated.find("\"valueInteger\":6") != std::string::npos);  // 3 × 2
  const json::value bare = loop.post("sun", "/api/flows/outbreak/forms/grading/check",
                                     R"({"response":)" + graded("") + "}")
                               .json()
                               .at("response");
  CHECK(code_of(loop.fill("sun", id, "grade", json::serialize(bare))) == "409 guard");
  REQUIRE(loop.fill("sun", id, "grade", calculated).status == 200);
  CHECK(states_of(loop.instance("sun", id)) == "initial-report measures");
  CHECK(loop.instance("sun", id).at("data").at("proposed") == "none");
  CHECK(loop.instance("sun", id).at("data").at("grade") == "IV");

  // The line list counts more than was said: what is proposed looks at it.
  const std::string cases(loop.instance("sun", id).at("children").at(0).at("id").as_string());
  std::string rows;
  for (int i = 1; i <= 12; ++i)
    rows += (i == 1 ? "" : ",") + std::string(R"({"linkId":"case","item":[)") +
            words("no", std::to_string(i)) + "," + item("onset", R"("valueDate":"2026-01-05")") +
            "," + row_option("line-list", "case", "class", "confirmed") + "]}";
  REQUIRE(loop.fill("zhao", cases, "record", form(rows)).status == 200);
  const json::value now_proposed =
      loop.post("sun", "/api/instances/" + id + "/proposals", R"({"criteria":"grade"})").json();
  CHECK(now_proposed.at("facts").at("cases") == 12);  // 8 were said
  CHECK(now_proposed.at("facts").at("cases_week") == 12);

  const std::string initial = form(
      words("title", "初次报告") + "," + moment("reported", "2026-01-06T12:00:00+08:00") + "," +
      number("cases", 8) + "," + number("deaths", 0) + "," + words("name", "手足口病") + "," +
      option("report-initial", "kind", "hand-foot-mouth") + "," + words("place", "示例幼儿园") +
      "," + moment("occurred", "2026-01-05T08:00:00+08:00") + "," + words("reporter", "赵") + "," +
      words("situation", "8例") + "," + words("actions", "停课"));
  REQUIRE(loop.fill("zhao", id, "send-initial", initial, "initial-report").status == 200);
  const std::string measures = form(option("measures", "measures", "isolation") + "," +
                                    moment("begun", "2026-01-06T13:00:00+08:00"));
  REQUIRE(loop.fill("qian", id, "take-measures", measures, "measures").status == 200);
  CHECK(states_of(loop.instance("zhao", id)) == "ongoing");
  REQUIRE(loop.act("sun", id, "end", R"(,"reason":"两个潜伏期无新发")").status == 200);
  const std::string closing =
      form(words("title", "结案报告") + "," + moment("reported", "2026-01-20T12:00:00+08:00") +
           "," + number("cases", 9) + "," + number("deaths", 0) + "," + words("cause", "肠道病毒") +
           "," + words("measures", "停课消毒"));
  const Answer closed = loop.fill("zhao", id, "close", closing);
  REQUIRE(closed.status == 200);
  CHECK(closed.json().at("status") == "completed");
  CHECK(closed.json().at("end") == "closed");

  // Everything that happened is told, with what was answered.
  const json::value whole = loop.instance("sun", id);
  int forms = 0;
  for (const json::value& line : whole.at("log").as_array())
    forms += line.as_object().contains("response") ? 1 : 0;
  CHECK(forms == 7);
  CHECK(whole.at("status") == "completed");
  // Its Task is of no person and has no area: FHIR gives it to nobody whose rows have limits.
  CHECK(loop.get("zhao", "/fhir/Task/" + id).status == 404);
  CHECK(
      loop.get("zhao", "/api/tasks?scope=all&flow=outbreak").json().at("items").as_array().empty());
  CHECK(loop.get("zhao", "/api/instances?flow=outbreak&state=closed")
            .json()
            .at("items")
            .as_array()
            .size() == 1);

  // The line list was begun with the suspicion and ended with the event.
  const std::string list(whole.at("children").at(0).at("id").as_string());
  CHECK(loop.instance("zhao", list).at("data").at("disease") == "手足口病");
  CHECK(loop.instance("zhao", list).at("parent") == json::string_view(id));
  REQUIRE(loop.wait_for([&] { return loop.instance("zhao", list).at("status") == "completed"; }));
  CHECK(loop.instance("zhao", list).at("end") == "ended");
  CHECK(loop.get("zhao", "/api/tasks?scope=all&flow=line-list")
            .json()
            .at("items")
            .as_array()
            .empty());

  // 80 minutes of the 2 hours to verify, 25 of the 24 hours for the investigation.
  const json::value times = loop.get("sun", "/api/flows/outbreak/times").json();
  CHECK(times.at("instances") == 1);
  REQUIRE(times.at("states").as_array().size() == 7);
  const json::value& received = times.at("states").at(0);
  CHECK(received.at("id") == "received");
  CHECK(received.at("median_hours").to_number<double>() == doctest::Approx(4.0 / 3).epsilon(1e-6));
  CHECK(received.at("kept") == 1);
  const json::value& suspected = times.at("states").at(1);
  CHECK(suspected.at("median_hours").to_number<double>() == doctest::Approx(25).epsilon(1e-6));
  CHECK(suspected.at("deadlines") == 1);
  CHECK(suspected.at("kept") == 0);
  CHECK(loop.get("li", "/api/flows/outbreak/times").json().at("instances") == 0);  // not his
  CHECK(loop.get("zhao", "/api/flows/outbreak/times?from=2027-01-01").json().at("instances") == 0);
}

TEST_CASE("flows over HTTP: refused acts say who, what and why, and change nothing") {
  Loop& loop = shared_loop();
  const std::string id = id_of(loop.start("zhao", "s2"));
  const auto seen = [&] { return loop.instance("zhao", id).at("seen").as_int64(); };
  const std::int64_t before = seen();
  const std::string acts = "/api/instances/" + id + "/acts";
  const auto body = [&](int events, const std::string& move, const std::string& key,
                        const std::string& response) {
    return R"({"token":1,"seen":)" + std::to_string(events) + R"(,"move":")" + move +
           R"(","key":")" + key + R"(","response":)" + response + "}";
  };
  const std::string good = verified("suspected");
  // Somebody of another role is told that there is no such thing; a leader sees it, but may not.
  CHECK(loop.post("zhou", acts, body(1, "suspect", "a", good)).status == 404);
  CHECK(code_of(loop.post("sun", acts, body(1, "suspect", "a", good))) == "403 wrong-person");
  CHECK(code_of(loop.post("zhao", acts, body(0, "suspect", "a", good))) == "409 stale");
  CHECK(code_of(loop.post("zhao", acts, body(1, "confirm", "a", good))) == "409 out-of-order");
  CHECK(code_of(loop.post("zhao", acts, body(1, "suspect", "a", verified("dismissed")))) ==
        "422 form");  // a dismissal needs its reason
  const Answer bad = loop.post("zhao", acts, body(1, "suspect", "a", form(number("deaths", -1))));
  CHECK(code_of(bad) == "422 form");
  CHECK(bad.json().at("error").at("issues").as_array().size() > 3);
  CHECK(code_of(loop.act("zhao", id, "withdraw")) == "422 reason");
  CHECK(loop.post("zhao", acts, R"({"token":1,"seen":1,"move":"x","key":"a","x":1})").status ==
        400);
  CHECK(loop.post("zhao", acts, "no").status == 400);
  CHECK(seen() == before);

  // The same act twice counts once; its key does for no other.
  REQUIRE(loop.post("zhao", acts, body(1, "suspect", "twice", good)).status == 200);
  REQUIRE(loop.post("zhao", acts, body(1, "suspect", "twice", good)).status == 200);
  int moved = 0;  // the line list that begins then is an event of its own
  const json::value after = loop.instance("zhao", id);
  for (const json::value& line : after.at("log").as_array())
    moved += line.at("kind") == "moved" ? 1 : 0;
  CHECK(moved == 1);
  CHECK(code_of(loop.post("zhao", acts, body(2, "confirm", "twice", good))) == "409 repeated-key");
  CHECK(id_of(loop.start("zhao", "s2")) == id);  // the same start as well

  // Without the session's token nothing is done; who has not the permission is told so.
  CHECK(ask(loop.place.port(), "POST", acts, body(2, "confirm", "b", good),
            loop.sessions["zhao"].cookie)
            .status == 403);
  // Nobody starts it for another area than his own.
  const Answer elsewhere = loop.post("zhao", "/api/flows/outbreak/instances",
                                     R"({"key":"far","response":)" + signal("770102001") + "}");
  CHECK(code_of(elsewhere) == "403 wrong-person");
  CHECK(loop.post("zhao", "/api/flows/none/instances", R"({"key":"x"})").status == 404);

  // What was done, and what was refused, stands in the audit.
  add_user(*loop.accounts, "wu", {"auditor"}, {"*"});
  const LoggedIn auditor = log_in(loop.place.port(), "wu");
  const auto entries = [&](const std::string& action) {
    return ask(loop.place.port(), "GET", "/api/audit?user=zhao&action=" + action, "",
               auditor.cookie)
        .body;
  };
  CHECK(entries("act").find("suspect of instance " + id) != std::string::npos);
  CHECK(entries("refused").find("confirm of instance " + id + ": out-of-order") !=
        std::string::npos);
  CHECK(entries("read").find("instance " + id) != std::string::npos);
}

TEST_CASE("flows over HTTP: lists by page, state, text; 500 pieces of work taken at once") {
  Loop& loop = shared_loop();
  for (int i = 0; i < 500; ++i) {
    loop.now += 1'000'000;
    loop.start("feng", "n" + std::to_string(i), "770101008");
  }
  std::string cursor;
  std::set<std::string> seen;
  std::string last;
  for (int pages = 0; pages < 10; ++pages) {
    const json::value page =
        loop.get("feng", "/api/tasks?scope=team&limit=120&state=received" + cursor).json();
    for (const json::value& task : page.at("items").as_array()) {
      const std::string due(task.at("due").as_string());
      CHECK(due >= last);
      last = due;
      CHECK(seen.insert(std::string(task.at("instance").as_string())).second);
    }
    if (!page.as_object().contains("next")) break;
    cursor = "&cursor=" + std::string(page.at("next").as_string());
  }
  CHECK(seen.size() == 500);
  CHECK(loop.get("feng", "/api/tasks/counts").json().at("team") == 500);
  CHECK(loop.get("qian", "/api/tasks?scope=team&area=770101008&limit=200")
            .json()
            .at("items")
            .as_array()
            .size() == 200);
  CHECK(
      loop.get("qian", "/api/tasks?scope=team&text=nobody").json().at("items").as_array().empty());

  json::array items;
  for (const std::string& id : seen)
    items.push_back(json::object{{"instance", id}, {"token", 1}, {"seen", 1}});
  const std::string body =
      json::serialize(json::object{{"items", items}, {"move", "take"}, {"key", "bulk"}});
  const auto begun = std::chrono::steady_clock::now();
  const Answer taken = loop.post("feng", "/api/tasks/acts", body);
  const double took =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  MESSAGE("500 pieces of work taken in " << took << " s");
  REQUIRE(taken.status == 200);
  int done = 0;
  const json::value results = taken.json();
  for (const json::value& result : results.at("results").as_array())
    done += result.at("ok").as_bool() ? 1 : 0;
  CHECK(done == 500);
  CHECK(loop.get("feng", "/api/tasks/counts").json().at("mine") == 500);
  // Again with the same key: nothing new. With another key: each says why not.
  CHECK(loop.post("feng", "/api/tasks/acts", body).json().at("results").at(0).at("seen") == 2);
  const Answer stale = loop.post(
      "feng", "/api/tasks/acts",
      json::serialize(json::object{{"items", items}, {"move", "take"}, {"key", "other"}}));
  CHECK(stale.json().at("results").at(499).at("error").at("code") == "stale");
  CHECK(loop.post("feng", "/api/tasks/acts", R"({"items":[],"move":"take","key":"x"})").status ==
        400);
}

TEST_CASE("flows over HTTP: handed over, given back and withdrawn; forms, diagrams, open stores") {
  Loop& loop = shared_loop();
  const std::string id = id_of(loop.start("zhao", "s4"));
  REQUIRE(loop.act("zhao", id, "take").status == 200);
  CHECK(loop.get("zhao", "/api/tasks/counts").json().at("mine") == 1);
  CHECK(code_of(loop.act("zhao", id, "delegate", R"(,"to":"zhou")")) == "403 wrong-person");
  // The other epidemiologists whose areas hold the street; not the owner, the nurse or the leader.
  std::vector<std::string> people;
  const json::value others = loop.get("zhao", "/api/instances/" + id + "/people?token=1").json();
  for (const json::value& one : others.at("items").as_array())
    people.emplace_back(one.at("user").as_string());
  std::ranges::sort(people);
  CHECK(people == std::vector<std::string>{"qian", "xie"});
  CHECK(loop.get("li", "/api/instances/" + id + "/people").status == 404);  // another district
  REQUIRE(loop.act("zhao", id, "delegate", R"(,"to":"qian")").status == 200);
  CHECK(loop.get("zhao", "/api/tasks/counts").json().at("mine") == 0);
  CHECK(loop.get("qian", "/api/tasks").json().at("items").at(0).at("user_name") == "李娜");
  REQUIRE(loop.act("qian", id, "release").status == 200);
  REQUIRE(loop.act("sun", id, "withdraw", R"(,"reason":"误报")").status == 200);
  CHECK(loop.instance("zhao", id).at("status") == "cancelled");

  const json::value flows = loop.get("sun", "/api/flows").json();
  REQUIRE(flows.at("items").as_array().size() >= 1);
  CHECK(loop.get("sun", "/api/flows/outbreak/diagram?language=en").body.find("<svg") !=
        std::string::npos);
  const Answer asked = loop.get("zhao", "/api/flows/outbreak/forms/signal");
  REQUIRE(asked.status == 200);
  CHECK(asked.json().at("questionnaire").at("id") == "signal");
  CHECK(loop.get("zhao", "/api/flows/outbreak/forms/none").status == 404);
  CHECK(loop.get("zhao", "/api/flows/none/diagram").status == 404);

  // Without accounts the person at the machine is everybody.
  District open;
  const std::uint16_t port = open.port();
  const Answer made = ask(port, "POST", "/api/flows/outbreak/instances",
                          R"({"key":"open","response":)" + signal() + "}");
  REQUIRE(made.status == 201);
  const std::string own(made.json().at("id").as_string());
  CHECK(ask(port, "POST", "/api/instances/" + own + "/acts",
            R"({"token":1,"seen":1,"move":"withdraw","key":"w","reason":"x"})")
            .status == 200);
}

TEST_CASE("flows over HTTP: who is on call gets the work and is told; messages are read") {
  Loop& loop = shared_loop();
  loop.now = parse_instant("2026-05-04T09:00:00+08:00")->micros;
  const auto put = [&](const std::string& user, const std::string& items) {
    return ask(loop.place.port(), "PUT", "/api/roster",
               R"({"from":"2026-05-04","to":"2026-05-05","items":[)" + items + "]}",
               loop.sessions[user].both());
  };
  const auto duty = [](const std::string& role, const std::string& area, const std::string& user) {
    return R"({"day":"2026-05-04","role":")" + role + R"(","area":")" + area + R"(","user":")" +
           user + "\"}";
  };
  REQUIRE(put("sun", duty("outbreak/duty", "770101", "xie") + "," +
                         duty("epidemiologist", "770101002", "zhao"))
              .status == 200);
  // For an area that is not his, a role or an account that there is none of, without the right.
  CHECK(put("sun", duty("outbreak/duty", "", "xie")).status == 400);
  CHECK(put("sun", duty("outbreak/nobody", "770101", "xie")).status == 400);
  CHECK(put("sun", duty("outbreak/duty", "770101", "nobody")).status == 400);
  CHECK(put("zhou", duty("outbreak/duty", "770101", "xie")).status == 403);
  const json::value roster = loop.get("sun", "/api/roster").json();
  CHECK(roster.at("from") == "2026-05-01");
  CHECK(roster.at("items").as_array().size() == 2);

  const std::string late = "已超时：突发公共卫生事件处置·待核实（05-04 11:00）";
  const std::string id = id_of(loop.start("zhao", "s5"));
  CHECK(loop.instance("sun", id).at("tokens").at(0).at("user") == "xie");
  const auto messages = [&](const std::string& user) {
    const json::value list = loop.get(user, "/api/messages?unread=true").json();
    return list.at("items").as_array();
  };
  const auto told = [&](const std::string& user, const std::string& text) {
    return std::ranges::any_of(messages(user), [&](const json::value& one) {
      return one.at("instance").as_string() == id && one.at("text").at("zh").as_string() == text;
    });
  };
  CHECK(loop.wait_for(
      [&] { return told("xie", "新待办：突发公共卫生事件处置·待核实，05-04 11:00 前完成"); }));
  loop.now += 3 * hour;  // the deadline was after two
  REQUIRE(loop.wait_for([&] { return told("sun", late); }));
  CHECK(messages("zhou").empty());
  const std::string first = std::to_string(messages("sun").front().at("id").as_int64());
  CHECK(loop.post("xie", "/api/messages/" + first + "/read", "").status == 404);  // another's
  REQUIRE(loop.post("sun", "/api/messages/" + first + "/read", "").status == 200);
  REQUIRE(loop.post("sun", "/api/messages/all/read", "").json().at("unread") == 0);
  CHECK(loop.get("sun", "/api/tasks/counts").json().at("messages") == 0);
}

TEST_CASE("flows over HTTP: after all that, each log makes what stands beside it") {
  Loop& loop = shared_loop();
  loop.place.server().stop();
  const auto hub = ingest::Hub::open(loop.place.store().string(), two_stores_options());
  REQUIRE(hub.has_value());
  const auto journal = workflow::Journal::open((loop.place.store() / "flows.db").string(),
                                               workflow::sealing_of((*hub)->store()));
  REQUIRE(journal.has_value());
  const auto faults = (*journal)->check();
  REQUIRE(faults.has_value());
  for (const std::string& fault : *faults) FAIL_CHECK(fault);
  the_loop().reset();
}

TEST_CASE("flows: conditions in SQL; a file with a fault leaves what ran running and is said") {
  const TempDir content;
  std::filesystem::copy(source_dir() / "scenes", content.path() / "scenes",
                        std::filesystem::copy_options::recursive);
  District place;
  place.options().scenes_dir = content.path() / "scenes";
  place.restart();
  const auto folder = content.path() / "scenes/outbreak-response/flows";
  const auto beds = [&](const std::string& sql) {
    std::ofstream(folder / "beds.yaml")
        << "schema: flow-1\nid: beds\nversion: 1\ntitle: { zh: 床位, en: Beds }\ndescription: { "
           "zh: 床位, en: Beds }\n"
           "actors:\n  clerk: { roles: [nurse], name: { zh: 护士, en: Nurse } }\n"
           "data:\n  area: { kind: code, required: true, name: { zh: 地区, en: Area } }\n"
           "  needed: { kind: number, required: true, name: { zh: 人数, en: Number } }\n"
           "start: { state: asked, by: [clerk] }\nstates:\n  asked:\n"
           "    name: { zh: 已申请, en: Asked }\n    owner: clerk\n    moves:\n      grant:\n"
           "        name: { zh: 批准, en: Grant }\n        to: granted\n"
           "        when: { sql: \"" +
               sql +
               "\", why: { zh: 人数不够, en: too few people live there } }\n"
               "  granted: { name: { zh: 已批准, en: Granted }, final: true }\n";
  };
  beds(
      "SELECT count(*) >= CAST($needed AS BIGINT) FROM resident WHERE starts_with(area, CAST("
      "$area AS VARCHAR))");
  const auto start_beds = [&](const std::string& key, int needed) {
    return ask(place.port(), "POST", "/api/flows/beds/instances",
               R"({"key":")" + key + R"(","data":{"area":"770101001","needed":)" +
                   std::to_string(needed) + "}}");
  };
  Answer made;
  for (int i = 0; i < 500 && made.status != 201; ++i) {
    made = start_beds("one", 1);
    if (made.status != 201) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(made.status == 201);
  const auto grant = [&](const Answer& begun) {
    return ask(place.port(), "POST",
               "/api/instances/" + std::string(begun.json().at("id").as_string()) + "/acts",
               R"({"token":1,"seen":1,"move":"grant","key":"g"})");
  };
  CHECK(grant(made).status == 200);
  const Answer refused = grant(start_beds("many", 100));
  CHECK(code_of(refused) == "409 guard");
  CHECK(refused.json().at("error").at("messageZh") == "人数不够");

  const auto file = folder / "outbreak.yaml";
  beds("SELECT now() IS NULL");
  std::ofstream(file, std::ios::app) << "nonsense: [\n";
  bool said = false;
  for (int i = 0; i < 500 && !said; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const std::string status = get(place.port(), "/api/status").body;
    said = status.find("outbreak.yaml") != std::string::npos &&
           status.find("beds.yaml") != std::string::npos;
  }
  CHECK(said);
  CHECK(start_beds("after", 1).status == 201);
  CHECK(ask(place.port(), "POST", "/api/flows/outbreak/instances",
            R"({"key":"a","response":)" + signal() + "}")
            .status == 201);
}
