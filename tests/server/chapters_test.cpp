#include <doctest/doctest.h>

#include "client.hpp"
#include "district.hpp"
#include "indicators/report_book.hpp"
#include "log_in.hpp"

/// A chapter of the yearbook through all four offices, over the wire.
using namespace hb::test;
namespace json = boost::json;

namespace {

struct Offices {
  District place;
  std::unique_ptr<hb::security::Accounts> accounts = accounts_of(place);
  std::map<std::string, LoggedIn> in;

  Offices() {
    for (const char* role :
         {"bureau-department", "bureau-office", "leader", "gazetteer-office", "nurse"}) {
      add_user(*accounts, role, {role}, {"*"});
      in[role] = log_in(place.port(), role);
    }
    // The district has three persons, too few for figures that are handed on: one was published.
    auto book = hb::indicators::ReportBook::open((place.store() / "figures.db").string());
    hb::indicators::Vintage population;
    population.cell = {"population", "770101", "2025"};
    population.value = "1120000";
    REQUIRE((*book)->publish_computed(population, "leader", "").has_value());
  }
  Answer post(const std::string& who, const std::string& target, const json::object& body) const {
    return ask(place.port(), "POST", target, json::serialize(body), in.at(who).both());
  }
  Answer get(const std::string& who, const std::string& target) const {
    return ask(place.port(), "GET", target, "", in.at(who).cookie);
  }
  json::value begin(const std::string& report) const {
    const Answer made = post("bureau-department", "/api/chapters",
                             {{"report", report}, {"year", 2025}, {"area", "770101"}});
    CAPTURE(made.body);
    REQUIRE(made.status == 201);
    return made.json();
  }
  Answer move(const std::string& who, const json::value& chapter, const std::string& move,
              const std::string& reason = "") const {
    const std::string id = std::to_string(chapter.at("id").as_int64());
    const json::value now = get(who, "/api/chapters/" + id).json();
    const json::value& token = now.at("flow").at("tokens").at(0);
    return post(who, "/api/chapters/" + id + "/acts",
                {{"version", now.at("version")},
                 {"token", token.at("token")},
                 {"seen", token.at("seen")},
                 {"move", move},
                 {"reason", reason},
                 {"key", move + std::to_string(token.at("seen").to_number<int>())}});
  }
};

json::value first_text(const json::value& chapter) {
  for (const json::value& entry : chapter.at("entries").as_array())
    if (entry.at("table").is_null() && !entry.at("figures").as_array().empty()) return entry;
  return nullptr;
}

}  // namespace

TEST_CASE("chapters: through department, office, leader and chronicles; only who has it edits it") {
  const Offices offices;
  const json::value chapter = offices.begin("yearbook-chapter");
  const std::string path = "/api/chapters/" + std::to_string(chapter.at("id").as_int64());
  CHECK(chapter.at("may_edit").as_bool());
  CHECK(offices
            .post("bureau-department", "/api/chapters",
                  {{"report", "yearbook-chapter"}, {"year", 2025}, {"area", "770101"}})
            .status == 409);
  CHECK(offices
            .post("bureau-office", "/api/chapters",
                  {{"report", "yearbook-chapter"}, {"year", 2024}, {"area", "770101"}})
            .status == 403);
  CHECK(offices.get("nurse", path).status == 404);

  const json::value entry = first_text(chapter);
  REQUIRE_FALSE(entry.is_null());
  const json::value& figure = entry.at("figures").at(0);
  const std::string generated(figure.at("generated").as_string());
  std::string text(entry.at("text").as_string());
  const std::string mark = "«1|" + generated + "»";
  REQUIRE(text.find(mark) != std::string::npos);
  text.replace(text.find(mark), mark.size(), "«1|12345人»");
  json::object edit{{"seen", 1},
                    {"entry", entry.at("key")},
                    {"act", "change"},
                    {"heading", entry.at("heading")},
                    {"text", text}};
  CHECK(offices.post("bureau-office", path + "/versions", edit).status == 403);
  const Answer silent = offices.post("bureau-department", path + "/versions", edit);
  CHECK(silent.status == 400);
  CHECK(silent.json().at("error").at("where").as_string() == "reasons.1");
  edit["reasons"] = json::object{{"1", "以公安年报为准"}};
  const Answer made = offices.post("bureau-department", path + "/versions", edit);
  CAPTURE(made.body);
  REQUIRE(made.status == 200);
  CHECK(made.json().at("version").as_int64() == 2);
  CHECK(first_text(made.json()).at("figures").at(0).at("changed").as_bool());
  CHECK(offices.post("bureau-department", path + "/versions", edit).status == 409);  // stale

  const json::value compared = offices.get("bureau-office", path + "/compare").json();
  CHECK(compared.at("from").as_int64() == 1);
  std::size_t changed = 0;
  for (const json::value& one : compared.at("items").as_array())
    changed += one.at("kind").as_string() == "changed" ? 1 : 0;
  CHECK(changed == 1);

  CHECK(offices.move("bureau-department", chapter, "to-office").status == 200);
  edit["seen"] = 2;
  CHECK(offices.post("bureau-department", path + "/versions", edit).status == 403);
  CHECK(offices.move("bureau-office", chapter, "to-department").status == 422);  // without a reason
  CHECK(offices.move("bureau-office", chapter, "to-department", "请核对人口数").status == 200);
  CHECK(offices.move("bureau-department", chapter, "to-office").status == 200);
  CHECK(offices.move("bureau-office", chapter, "to-chief").status == 200);
  const int early = offices.move("leader", chapter, "issue").status;
  CHECK((early == 400 || early == 409));  // a chapter goes on to the chronicles
  CHECK(offices.move("leader", chapter, "to-gazetteer").status == 200);
  CHECK(offices.move("gazetteer-office", chapter, "accept").status == 200);

  const json::value done = offices.get("bureau-department", path).json();
  CHECK(done.at("finished").as_bool());
  CHECK_FALSE(done.at("may_edit").as_bool());
  CHECK(done.at("states").at(0).at("id").as_string() == "accepted");
  const Answer page = offices.get("bureau-department", path + "/document");
  CHECK(page.body.find("12345人") != std::string::npos);
  CHECK(page.body.find("改为12345人；理由：以公安年报为准") != std::string::npos);
  CHECK(page.body.find("未签发") == std::string::npos);
  CHECK(offices.get("bureau-department", path + "/document?version=1").body.find("未签发") !=
        std::string::npos);
  CHECK(offices.get("bureau-department", path + "/document?format=docx").body.starts_with("PK"));
  CHECK(offices.get("bureau-department", path + "?version=9").status == 404);
}

TEST_CASE("chapters: an official report ends with the leader's signature") {
  const Offices offices;
  const json::value report = offices.begin("yearly-health-report");
  CHECK(offices.move("bureau-department", report, "to-office").status == 200);
  CHECK(offices.move("bureau-office", report, "to-chief").status == 200);
  CHECK(offices.move("leader", report, "issue").status == 200);
  const json::value list = offices.get("bureau-office", "/api/chapters").json();
  CHECK(list.at("items").at(0).at("states").at(0).at("id").as_string() == "issued");
  CHECK(offices.get("nurse", "/api/chapters").json().at("items").as_array().empty());
}
