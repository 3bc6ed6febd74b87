#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include "ingest/load.hpp"
#include "ingest/write.hpp"
#include "programmes/board.hpp"
#include "programmes/enrolment.hpp"
#include "programmes/visit.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::programmes;
using namespace hb::test;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

Date day(const char* text) { return *parse_date(text); }

Library content() {
  std::vector<Fault> faults;
  Library library = Library::load(source_dir() / "scenes", faults);
  for (const Fault& fault : faults) FAIL(fault.file << ":" << fault.line << " " << fault.message);
  return library;
}

std::string patient(const std::string& id, const std::string& more = "") {
  return R"({"resourceType":"Patient","id":")" + id +
         R"(","gender":"female","birthDate":"1970-01-01","address":[{"use":"home","extension":[{"url":"https://health-brain.org/fhir/StructureDefinition/area-code","valueCode":"770101001001"}]}])" +
         more + "}\n";
}
std::string enrolled(const std::string& id, const std::string& who, const std::string& programme,
                     const std::string& since) {
  return R"({"resourceType":"EpisodeOfCare","id":")" + id +
         R"(","status":"active","type":[{"coding":[{"system":"https://health-brain.org/fhir/CodeSystem/programme","code":")" +
         programme + R"("}]}],"patient":{"reference":"Patient/)" + who +
         R"("},"managingOrganization":{"reference":"Organization/o1"},"period":{"start":")" +
         since + "\"}}\n";
}
std::string visited(const std::string& id, const std::string& who, const std::string& type,
                    const std::string& on) {
  return R"({"resourceType":"Encounter","id":")" + id +
         R"(","status":"finished","class":{"code":"AMB"},"type":[{"coding":[{"code":")" + type +
         R"("}]}],"subject":{"reference":"Patient/)" + who + R"("},"period":{"start":")" + on +
         "T09:00:00+08:00\"}}\n";
}
std::string pressure(const std::string& id, const std::string& who, const std::string& on,
                     int systolic) {
  return R"({"resourceType":"Observation","id":")" + id +
         R"(","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"Patient/)" +
         who + R"("},"effectiveDateTime":")" + on +
         R"(","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":)" +
         std::to_string(systolic) +
         R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]})" + "\n";
}

/// A store with these lines.
struct Given {
  TempDir folder;
  std::unique_ptr<ingest::Hub> hub;
  explicit Given(const std::string& lines) {
    ingest::HubOptions options;
    options.views_dir = (source_dir() / "scenes/core/views").string();
    auto opened = ingest::Hub::open((folder.path() / "store").string(), options);
    REQUIRE(opened.has_value());
    hub = std::move(*opened);
    load(lines);
  }
  void load(const std::string& lines) {
    const fs::path file = folder.path() / (std::to_string(++loads) + ".ndjson");
    std::ofstream(file, std::ios::binary) << lines;
    const auto report = ingest::load(*hub, {file.string()}, {});
    REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
    REQUIRE(report->quarantined == 0);
  }
  /// "hypertension/follow-up later 2025-03-20" of a resident, one a line.
  std::string due(const Library& library, const char* today, ResidentId one) const {
    const auto board =
        make_board(library, hub->tables(), Principal::system("operation"), day(today), one);
    REQUIRE_MESSAGE(board.has_value(), (board ? "" : board.error().message));
    std::string text;
    for (const DueRow& row : board->rows) {
      const Programme& programme = library.all()[row.programme];
      text += (text.empty() ? "" : "\n") + programme.id + "/" + programme.services[row.service].id +
              " " + std::string(word(row.due.standing));
      if (row.due.standing != Standing::done) text += " " + format_date(row.due.day);
    }
    return text;
  }
  ResidentId resident(const std::string& id) const {
    return hub->store().resolve_resident(id)->first.id;
  }
  int loads = 0;
};

std::vector<Chosen> chosen(const Library& library,
                           std::initializer_list<std::pair<const char*, const char*>> ids) {
  std::vector<Chosen> all;
  for (const auto& [programme, service] : ids) {
    const Programme* found = library.find(programme);
    REQUIRE(found != nullptr);
    const auto one = std::ranges::find(found->services, service, &Service::id);
    REQUIRE(one != found->services.end());
    all.push_back({found, &*one});
  }
  return all;
}

std::string coding(const char* system, const char* code) {
  return R"("answer":[{"valueCoding":{"system":"https://health-brain.org/fhir/CodeSystem/)" +
         std::string(system) + R"(","code":")" + code + "\"}}]}";
}

/// Answers to the forms for hypertension and diabetes together.
std::string answers(int systolic, const char* glucose) {
  return R"({"resourceType":"QuestionnaireResponse","status":"completed","authored":"2025-03-20T09:00:00+08:00","item":[
    {"linkId":"date","answer":[{"valueDate":"2025-03-20"}]},{"linkId":"way",)" +
         coding("follow-up-way", "2") + R"(,{"linkId":"symptoms",)" +
         coding("hypertension-symptom", "1") + R"(,{"linkId":"signs","item":[
      {"linkId":"systolic","answer":[{"valueInteger":)" +
         std::to_string(systolic) + R"(}]},{"linkId":"diastolic","answer":[{"valueInteger":80}]},
      {"linkId":"dorsalis_pedis",)" +
         coding("dorsalis-pedis", "1") + R"(]},{"linkId":"life","item":[{"linkId":"salt",)" +
         coding("salt-intake", "1") + R"(,{"linkId":"salt_goal",)" + coding("salt-intake", "1") +
         R"(,{"linkId":"mind",)" + coding("adjustment", "1") + R"(,{"linkId":"behaviour",)" +
         coding("adjustment", "1") + R"(]},{"linkId":"adherence",)" + coding("adherence", "1") +
         R"(,{"linkId":"adverse",)" + coding("adverse-effect", "1") + R"(,{"linkId":"class",)" +
         coding("follow-up-class", "1") +
         R"(,{"linkId":"next","answer":[{"valueDate":"2025-06-20"}]},
    {"linkId":"doctor","answer":[{"valueString":"李医生"}]},{"linkId":"dm_symptoms",)" +
         coding("diabetes-symptom", "1") +
         R"(,{"linkId":"dm_tests","item":[{"linkId":"fasting_glucose","answer":[{"valueDecimal":)" +
         glucose + R"(}]}]},{"linkId":"hypoglycaemia",)" + coding("hypoglycaemia", "1") +
         R"(,{"linkId":"dm_class",)" + coding("follow-up-class", "1") +
         R"(,{"linkId":"dm_next","answer":[{"valueDate":"2025-06-20"}]}]})";
}

const forms::Surrounding at{*parse_instant("2025-03-20T10:00:00+08:00"), {}};

}  // namespace

TEST_CASE("library: the programmes of the scenes, and a file with faults") {
  const Library library = content();
  REQUIRE(library.find("hypertension") != nullptr);
  CHECK(library.all().size() >= 7);
  CHECK(library.status("refused")->reason);
  TempDir folder;
  fs::create_directories(folder.path() / "x/programmes");
  std::ofstream(folder.path() / "x/programmes/a.yaml") << R"(schema: programme-1
id: Wrong
title: { zh: 甲 }
source: { zh: 甲, en: A }
by: [nurse]
services:
  - id: a
    title: { zh: 甲, en: A }
    forms: [none.json]
    visits: ["x'y"]
    schedule: { first: 3, every: [{ when: bad, days: 3 }], yearly: true }
)";
  std::vector<Fault> faults;
  CHECK(Library::load(folder.path(), faults).all().empty());
  std::string all;
  for (const Fault& fault : faults)
    all += std::to_string(fault.line) + " " + fault.path + ": " + fault.message + "\n";
  for (const char* words :
       {"2 id: small letters", "3 title: texts in both languages", "no type of visit",
        "the last rule has no `when`", "one of every, yearly, once and points"})
    CHECK_MESSAGE(all.find(words) != std::string::npos, words, " in ", all);
}

TEST_CASE("board: by the last visit and its pressure; death and moving end it") {
  const Library library = content();
  const Given given(patient("p1") + patient("p2", R"(,"deceasedDateTime":"2025-02-01")") +
                    patient("p3") + enrolled("e1", "p1", "hypertension", "2024-01-10") +
                    enrolled("e2", "p2", "hypertension", "2024-01-10") +
                    enrolled("e3", "p3", "hypertension", "2025-03-01") +
                    visited("v1", "p1", "hypertension-follow-up", "2024-12-20") +
                    visited("v2", "p1", "health-examination", "2025-01-15") +
                    pressure("b1", "p1", "2024-12-20", 132));
  const ResidentId p1 = given.resident("p1");
  CHECK(given.due(library, "2025-03-20", p1) ==
        "hypertension/follow-up due 2025-03-20\nhypertension/examination later 2026-12-31");
  CHECK(given.due(library, "2025-03-20", given.resident("p2")) == "");
  CHECK(given.due(library, "2025-01-31", given.resident("p2")).find("overdue") !=
        std::string::npos);  // alive on that day
  CHECK(given.due(library, "2025-03-20", given.resident("p3")) ==
        "hypertension/follow-up overdue 2025-03-15\nhypertension/examination due 2025-12-31");
  const auto all =
      make_board(library, given.hub->tables(), Principal::system("operation"), day("2025-03-20"));
  REQUIRE(all.has_value());
  CHECK(all->rows.size() == 4);
  CHECK(std::ranges::is_sorted(all->rows, {}, &DueRow::resident));
  CHECK(all->areas.front() == "770101001001");
}

TEST_CASE("board: a pressure of 146 at 55 asks for a follow-up within two weeks") {
  const Library library = content();
  const Given given(patient("p1") + enrolled("e1", "p1", "hypertension", "2024-01-10") +
                    visited("v1", "p1", "hypertension-follow-up", "2025-03-10") +
                    pressure("b1", "p1", "2025-03-10", 146));
  CHECK(given.due(library, "2025-03-20", given.resident("p1"))
            .starts_with("hypertension/follow-up later 2025-03-24"));
  CHECK(given.due(library, "2025-03-25", given.resident("p1"))
            .starts_with("hypertension/follow-up overdue 2025-03-24"));
}

TEST_CASE("visit: one visit does what is due in both programmes, and moves both on") {
  const Library library = content();
  Given given(patient("p1") + enrolled("e1", "p1", "hypertension", "2024-12-20") +
              enrolled("e2", "p1", "diabetes", "2024-12-20") +
              visited("v1", "p1", "hypertension-follow-up", "2024-12-20") +
              visited("v2", "p1", "diabetes-follow-up", "2024-12-20"));
  const ResidentId p1 = given.resident("p1");
  CHECK(given.due(library, "2025-03-20", p1) ==
        "hypertension/follow-up due 2025-03-20\nhypertension/examination due 2025-12-31\n"
        "diabetes/follow-up due 2025-03-20\ndiabetes/examination due 2025-12-31");
  const auto both = chosen(library, {{"hypertension", "follow-up"}, {"diabetes", "follow-up"}});
  const VisitFacts facts{"p1", "o1", "d1", "first"};
  const auto visit = make_visit(library, both, answers(132, "6.1"), at, facts);
  REQUIRE_MESSAGE(visit.has_value(), (visit ? "" : visit.error().message));
  std::string wrong;
  for (const forms::Issue& issue : visit->issues) wrong += issue.path + " " + issue.message + "\n";
  CHECK(wrong == "");
  std::map<std::string, int> types;
  for (const std::string& text : visit->resources)
    ++types[std::string(json::parse(text).at("resourceType").as_string())];
  CHECK(types["Encounter"] == 2);
  CHECK(types["QuestionnaireResponse"] == 2);
  CHECK(types["Observation"] == 4);  // one pressure, one glucose, two classes
  for (const std::string& text : visit->resources) {
    const json::value one = json::parse(text);
    if (one.at("resourceType") != "Observation") continue;
    // What both forms say belongs to neither visit.
    const bool is_pressure = one.at("code").at("coding").at(0).at("code") == "85354-9";
    CHECK(one.as_object().contains("encounter") != is_pressure);
  }
  const auto again = make_visit(library, both, answers(132, "6.1"), at, facts);
  CHECK(again->resources == visit->resources);  // sent twice, it is there once
  std::string lines;
  for (const std::string& text : visit->resources) lines += text + "\n";
  given.load(lines);
  CHECK(given.due(library, "2025-03-20", p1) ==
        "hypertension/follow-up later 2025-06-20\nhypertension/examination due 2025-12-31\n"
        "diabetes/follow-up later 2025-06-20\ndiabetes/examination due 2025-12-31");
}

TEST_CASE("visit: answers that do not hold in one form make nothing of either") {
  const Library library = content();
  const auto both = chosen(library, {{"hypertension", "follow-up"}, {"diabetes", "follow-up"}});
  const auto visit = make_visit(library, both, answers(132, "7.4"), at, {"p1", "", "", "k"});
  REQUIRE(visit.has_value());
  CHECK(visit->resources.empty());
  REQUIRE(visit->issues.size() == 1);
  CHECK(visit->issues[0].path == "dm_class");
  CHECK_FALSE(make_visit(library, both, "[]", at, {"p1", "", "", "k"}).has_value());
}

TEST_CASE("change: states follow each other, with their history") {
  const Library library = content();
  Change wanted{"hypertension", "managed", day("2025-01-05"), "", "p1", "o1", "d1", "e1"};
  const auto made = change(library, nullptr, wanted, day("2025-03-20"));
  REQUIRE(made.has_value());
  const auto first = read_enrolment(library, *made);
  REQUIRE(first.has_value());
  CHECK(first->status == "managed");
  CHECK(*first->since == day("2025-01-05"));
  CHECK_FALSE(first->until.has_value());

  wanted.status = "lost";
  wanted.day = day("2025-02-01");
  CHECK(change(library, &*first, wanted, day("2025-03-20")).error().where == "reason");
  wanted.reason = "三次电话无人接听";
  wanted.day = day("2025-01-04");
  CHECK(change(library, &*first, wanted, day("2025-03-20")).error().where == "date");
  wanted.day = day("2025-03-21");
  CHECK(change(library, &*first, wanted, day("2025-03-20")).error().message.find("future") !=
        std::string::npos);
  wanted.day = day("2025-02-01");
  const auto lost = change(library, &*first, wanted, day("2025-03-20"));
  REQUIRE(lost.has_value());
  const json::value body = json::parse(*lost);
  CHECK(body.at("status") == "onhold");
  CHECK(body.at("statusHistory").as_array().size() == 2);
  CHECK(body.at("statusHistory").at(0).at("period").at("end") == "2025-02-01");
  const auto second = read_enrolment(library, *lost);
  CHECK(second->status == "lost");
  CHECK(second->reason == "三次电话无人接听");

  wanted.status = "died";
  wanted.reason = "";
  wanted.day = day("2025-03-01");
  const auto died = change(library, &*second, wanted, day("2025-03-20"));
  REQUIRE(died.has_value());
  const auto third = read_enrolment(library, *died);
  CHECK(*third->until == day("2025-03-01"));
  wanted.status = "managed";
  const auto risen = change(library, &*third, wanted, day("2025-03-20"));
  REQUIRE_FALSE(risen.has_value());
  CHECK(risen.error().code == ErrorCode::conflict);
}

TEST_CASE("change: who comes back after moving away gets another enrolment") {
  const Library library = content();
  Change wanted{"diabetes", "managed", day("2024-01-05"), "", "p1", "", "", "e1"};
  const auto first = read_enrolment(library, *change(library, nullptr, wanted, day("2025-03-20")));
  wanted.status = "moved";
  wanted.day = day("2024-06-01");
  const auto away = read_enrolment(library, *change(library, &*first, wanted, day("2025-03-20")));
  CHECK(away->id == "e1");
  wanted.status = "managed";
  wanted.day = day("2025-02-01");
  wanted.id = "e2";
  const auto back = read_enrolment(library, *change(library, &*away, wanted, day("2025-03-20")));
  CHECK(back->id == "e2");
  CHECK(*back->since == day("2025-02-01"));
  CHECK_FALSE(back->until.has_value());
  wanted.programme = "gardening";
  CHECK(change(library, nullptr, wanted, day("2025-03-20")).error().where == "programme");
  CHECK_FALSE(read_enrolment(library, R"({"resourceType":"Patient"})").has_value());
  // What another system wrote says its state by FHIR's word alone.
  CHECK(read_enrolment(library, enrolled("e9", "p1", "diabetes", "2025-01-01"))->status ==
        "managed");
}

TEST_CASE("eligible: with the diagnosis and not enrolled") {
  const Library library = content();
  const auto ill = [](const char* id, const char* who) {
    return R"({"resourceType":"Condition","id":")" + std::string(id) +
           R"(","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10"}]},"subject":{"reference":"Patient/)" +
           who + R"("},"recordedDate":"2025-02-01"})" + "\n";
  };
  const Given given(patient("p1") + patient("p2") + ill("c1", "p1") + ill("c2", "p2") +
                    enrolled("e1", "p1", "hypertension", "2025-02-02"));
  const auto found = eligible_of(*library.find("hypertension"), given.hub->tables(),
                                 Principal::system("operation"), day("2025-03-20"), 10);
  REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().message));
  REQUIRE(found->size() == 1);
  CHECK(found->front().resident == given.resident("p2"));
  CHECK(*found->front().since == day("2025-02-01"));
}
