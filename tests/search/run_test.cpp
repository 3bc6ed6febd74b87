#include "search/given.hpp"

using namespace hb;
using hb::test::Searchable;

namespace {

std::string patient(const std::string& id, const std::string& family, const std::string& given,
                    const std::string& birth, const std::string& sex) {
  return R"({"resourceType":"Patient","id":")" + id +
         R"(","identifier":[{"system":"urn:id","value":"N)" + id + R"("}],"name":[{"text":")" +
         family + given + R"(","family":")" + family + R"(","given":[")" + given +
         R"("]}],"gender":")" + sex + R"(","birthDate":")" + birth + R"("})";
}

std::string pressure(const std::string& id, const std::string& person, const std::string& when,
                     const std::string& value, const std::string& code = "8480-6") {
  return R"({"resourceType":"Observation","id":")" + id +
         R"(","status":"final","code":{"coding":[{"system":"http://loinc.org","code":")" + code +
         R"("}]},"subject":{"reference":"Patient/)" + person + R"("},"effectiveDateTime":")" +
         when + R"(","valueQuantity":{"value":)" + value +
         R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";
}

std::string stay(const std::string& id, const std::string& person, const std::string& from,
                 const std::string& to) {
  return R"({"resourceType":"Encounter","id":")" + id +
         R"(","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IMP"},"subject":{"reference":"Patient/)" +
         person + R"("},"period":{"start":")" + from + "\"" +
         (to.empty() ? "" : R"(,"end":")" + to + "\"") + "}}";
}

void fill(Searchable& given) {
  given.put({patient("p1", "王", "小明", "1950-05-01", "male"),
             patient("p2", "王", "芳", "1980-07-15", "female"),
             patient("p3", "Müller", "Anna", "1980", "female")});
  given.put({pressure("o1", "p1", "2025-03-01T08:00:00+08:00", "150"),
             pressure("o2", "p1", "2025-03-20T08:00:00+08:00", "139.6"),
             pressure("o3", "p2", "2025-04-02T08:00:00+08:00", "118"),
             pressure("o4", "p2", "2024-12-31T23:30:00+08:00", "122", "8462-4")});
  given.put({stay("e1", "p1", "2025-01-10", "2025-02-20"), stay("e2", "p2", "2025-03-01", ""),
             stay("e3", "p2", "2025-03-05", "2025-03-05")});
}

}  // namespace

TEST_CASE("search: tokens, references, texts and numbers") {
  Searchable given;
  fill(given);
  CHECK(given.ids("Observation", {{"code", "8480-6"}}) == "o1 o2 o3");
  CHECK(given.ids("Observation", {{"code", "http://loinc.org|8480-6"}}) == "o1 o2 o3");
  CHECK(given.ids("Observation", {{"code", "urn:other|8480-6"}}).empty());
  CHECK(given.ids("Observation", {{"code", "8462-4,8480-6"}, {"patient", "p2"}}) == "o3 o4");
  CHECK(given.ids("Observation", {{"code:not", "8480-6"}}) == "o4");
  CHECK(given.ids("Observation", {{"subject", "Patient/p1"}}) == "o1 o2");
  CHECK(given.ids("Observation", {{"combo-code", "8462-4"}}) == "o4");
  // 139.6 rounds to 140: "140" stands for [139.5, 140.5).
  CHECK(given.ids("Observation", {{"value-quantity", "140"}}) == "o2");
  CHECK(given.ids("Observation", {{"value-quantity", "gt139.6"}}) == "o1");
  CHECK(given.ids("Observation", {{"value-quantity", "ge118|http://unitsofmeasure.org|mm[Hg]"},
                                  {"code", "8480-6"}}) == "o1 o2 o3");
  CHECK(given.ids("Observation", {{"value-quantity", "150||mmHg"}}) == "o1");
  CHECK(given.ids("Patient", {{"identifier", "urn:id|Np2"}}) == "p2");
  CHECK(given.ids("Patient", {{"gender", "female"}}) == "p2 p3");
  CHECK(given.ids("Patient", {{"name", "王"}}) == "p1 p2");
  CHECK(given.ids("Patient", {{"name", "王小"}}) == "p1");
  CHECK(given.ids("Patient", {{"given", "anna"}}) == "p3");
  CHECK(given.ids("Patient", {{"family:exact", "müller"}}).empty());
  CHECK(given.ids("Patient", {{"family:exact", "Müller"}}) == "p3");
  CHECK(given.ids("Patient", {{"_id", "p3,p1,p9"}}) == "p1 p3");
  CHECK(given.ids("Patient", {{"birthdate:missing", "true"}}).empty());
  CHECK(given.ids("Patient", {{"phone:missing", "true"}}) == "p1 p2 p3");
  CHECK(given.ids("Patient", {}) == "p1 p2 p3");
}

TEST_CASE("search: dates of every precision, and spans that touch") {
  Searchable given;
  fill(given);
  CHECK(given.ids("Observation", {{"date", "2025-03"}}) == "o1 o2");
  CHECK(given.ids("Observation", {{"date", "2024-12-31"}}) == "o4");
  CHECK(given.ids("Observation", {{"date", "ge2025-03-20"}}) == "o2 o3");
  CHECK(given.ids("Observation", {{"date", "gt2025-03-01"}, {"date", "lt2025-04-01"}}) == "o2");
  CHECK(given.ids("Observation", {{"date", "ne2025-03"}}) == "o3 o4");
  // A year is less precise than a day: it is not within it, but the day is within the year.
  CHECK(given.ids("Patient", {{"birthdate", "1980-07-15"}}) == "p2");
  CHECK(given.ids("Patient", {{"birthdate", "1980"}}) == "p3 p2");  // in the order of the days
  // e1 10 January to 20 February, e2 open from 1 March, e3 5 March.
  CHECK(given.ids("Encounter", {{"date", "2025-03-05"}}) == "e3");
  CHECK(given.ids("Encounter", {{"date", "ap2025-02-01"}}) == "e1");
  CHECK(given.ids("Encounter", {{"date", "gt2025-02-01"}}) == "e1 e2 e3");
  CHECK(given.ids("Encounter", {{"date", "sa2025-02-01"}}) == "e2 e3");
  CHECK(given.ids("Encounter", {{"date", "eb2025-03-02"}}) == "e1");
  CHECK(given.ids("Encounter", {{"date", "lt2025-03-03"}}) == "e1 e2");
}

TEST_CASE("search: chains and what refers here") {
  Searchable given;
  fill(given);
  CHECK(given.ids("Observation", {{"subject:Patient.name", "王芳"}}) == "o3 o4");
  CHECK(given.ids("Observation", {{"patient.birthdate", "lt1960"}}) == "o1 o2");
  CHECK(given.ids("Observation", {{"patient.name", "李"}}).empty());
  CHECK(given.ids("Patient", {{"_has:Observation:patient:code", "8462-4"}}) == "p2");
  CHECK(given
            .ids("Patient",
                 {{"_has:Observation:patient:value-quantity", "gt145"}, {"gender", "female"}})
            .empty());
  CHECK(given.ids("Observation", {{"patient._has:Encounter:patient:date", "2025-03-05"}}) ==
        "o3 o4");
}

TEST_CASE("search: order, pages that stay, totals") {
  Searchable given;
  fill(given);
  CHECK(given.ids("Observation", {{"_sort", "-date"}}) == "o3 o2 o1 o4");
  CHECK(given.ids("Observation", {{"_sort", "value-quantity"}}) == "o3 o4 o2 o1");
  CHECK(given.ids("Patient", {{"_sort", "gender,-birthdate"}}) == "p3 p2 p1");
  const search::Page first = given.page("Observation", {{"_count", "2"}, {"_total", "accurate"}});
  CHECK(first.matches.size() == 2);
  CHECK(first.total == 4);
  REQUIRE_FALSE(first.next.empty());
  // Another o3 and a new o5 after the first page: the second shows what there was.
  given.put({pressure("o3", "p2", "2025-04-02T08:00:00+08:00", "119"),
             pressure("o5", "p2", "2025-04-03T08:00:00+08:00", "120")});
  const search::Page second = given.page("Observation", {{"_count", "2"}, {"_cursor", first.next}});
  REQUIRE(second.matches.size() == 2);
  CHECK(second.matches[0].id == "o3");
  CHECK(second.matches[0].json.find("118") != std::string::npos);
  CHECK(second.matches[1].id == "o4");
  CHECK(second.next.empty());
  CHECK(given.ids("Observation", {}) == "o1 o2 o4 o3 o5");
  const search::Page sorted =
      given.page("Observation", {{"_sort", "status,date"}, {"_count", "3"}});
  const search::Page rest = given.page(
      "Observation", {{"_sort", "status,date"}, {"_count", "3"}, {"_cursor", sorted.next}});
  CHECK(sorted.matches.size() == 3);
  CHECK(rest.matches.size() == 2);
  CHECK(rest.matches.back().id == "o5");
}

TEST_CASE("search: what a page brings along") {
  Searchable given;
  fill(given);
  const search::Page with =
      given.page("Observation", {{"code", "8480-6"}, {"_include", "Observation:patient"}});
  REQUIRE(with.included.size() == 2);
  CHECK(with.included[0].id == "p1");
  const search::Page back =
      given.page("Patient", {{"_id", "p2"}, {"_revinclude", "Observation:subject"}});
  CHECK(back.included.size() == 2);
  const search::Page further =
      given.page("Observation", {{"code", "8462-4"},
                                 {"_include", "Observation:patient"},
                                 {"_revinclude:iterate", "Encounter:patient"}});
  CHECK(further.included.size() == 3);  // p2, e2 and e3
}

TEST_CASE("search: an index that is cut off goes on, a damaged one is found") {
  Searchable given;
  fill(given);
  const auto entries = given.index->size();
  REQUIRE(entries);
  CHECK(given.index->check()->empty());
  given.reopen();
  CHECK(given.index->reached() == given.store->last_seq());
  CHECK(given.ids("Observation", {{"code", "8480-6"}}) == "o1 o2 o3");
  const auto stopped = given.index->catch_up([](std::int64_t, std::int64_t) { return false; });
  CHECK(stopped);  // nothing was left to do
}

TEST_CASE("search: a cursor that nobody made, an index that is behind") {
  Searchable given;
  fill(given);
  const search::Query query = given.parsed("Patient", {{"_cursor", "1.x"}});
  const auto refused = search::run(*given.store, *given.index, Principal::system("test"), query);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where == "_cursor");
  records::WriteSet set;
  const std::string json = patient("p4", "李", "娜", "1990-01-01", "female");
  set.resources.push_back(
      {"Patient", "p4", crypto::fingerprint(json), given.store->packer().pack("Patient", json), 0});
  REQUIRE(given.store->commit(std::move(set)));
  const auto behind = search::run(*given.store, *given.index, Principal::system("test"),
                                  given.parsed("Patient", {}));
  REQUIRE_FALSE(behind);
  CHECK(behind.error().code == ErrorCode::unavailable);
}
