#include <doctest/doctest.h>
#include <zlib.h>

#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "district.hpp"
#include "log_in.hpp"

using namespace hb::test;
namespace json = boost::json;

namespace {

const std::string respond_async = "Prefer: respond-async\r\n";

std::string path_of(const std::string& url) { return url.substr(url.find("/fhir")); }

/// Asks until the job has ended.
Answer wait_for(std::uint16_t port, const std::string& place, const std::string& headers = "") {
  for (int i = 0; i < 1000; ++i) {
    Answer answer = ask(port, "GET", place, "", headers);
    if (answer.status != 202) return answer;
    CHECK_FALSE(answer.header("x-progress").empty());
    CHECK_FALSE(answer.header("retry-after").empty());
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL("the job does not end");
  return {};
}

std::string begin(std::uint16_t port, const std::string& target, const std::string& headers = "") {
  const Answer begun = ask(port, "GET", target, "", respond_async + headers);
  CAPTURE(begun.body);
  REQUIRE(begun.status == 202);
  return path_of(begun.header("content-location"));
}

/// "Type/id" → line of everything that an ended job gives; each must be there once.
std::map<std::string, std::string> fetched(std::uint16_t port, const json::value& manifest,
                                           const std::string& headers = "") {
  std::map<std::string, std::string> lines;
  for (const json::value& file : manifest.at("output").as_array()) {
    const Answer answer =
        ask(port, "GET", path_of(std::string(file.at("url").as_string())), "", headers);
    REQUIRE(answer.status == 200);
    CHECK(answer.header("content-type") == "application/fhir+ndjson");
    std::int64_t count = 0;
    for (std::size_t at = 0; at < answer.body.size(); ++count) {
      const std::size_t end = answer.body.find('\n', at);
      REQUIRE(end != std::string::npos);
      const std::string line = answer.body.substr(at, end - at);
      const json::value resource = json::parse(line);
      CHECK(resource.at("resourceType").as_string() == file.at("type").as_string());
      const std::string name = std::string(resource.at("resourceType").as_string()) + "/" +
                               std::string(resource.at("id").as_string());
      CHECK(lines.emplace(name, line).second);
      at = end + 1;
    }
    CHECK(count == file.at("count").as_int64());
  }
  return lines;
}

std::map<std::string, std::string> exported(std::uint16_t port, const std::string& target,
                                            const std::string& headers = "") {
  const Answer done = wait_for(port, begin(port, target, headers), headers);
  CAPTURE(done.body);
  REQUIRE(done.status == 200);
  return fetched(port, done.json(), headers);
}

std::set<std::string> names(const std::map<std::string, std::string>& lines) {
  std::set<std::string> all;
  for (const auto& [name, line] : lines) all.insert(name);
  return all;
}

std::string unpacked(const std::string& gzip) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string in = gzip;
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  inflateEnd(&stream);
  return out;
}

std::string parameters(const std::string& list) {
  return R"({"resourceType":"Parameters","parameter":[)" + list + "]}";
}

const std::set<std::string> everything = {"Organization/o1", "Patient/p1",   "Patient/p2",
                                          "Patient/p3",      "Encounter/e1", "Encounter/e2",
                                          "Encounter/e3",    "Encounter/e4"};

}  // namespace

TEST_CASE("$export: everything there is, once, as it is read one by one") {
  District district;
  const auto port = district.port();
  CHECK(ask(port, "GET", "/fhir/$export").status == 400);  // only behind the answer
  const std::string place = begin(port, "/fhir/$export");
  const Answer done = wait_for(port, place);
  REQUIRE(done.status == 200);
  const json::value manifest = done.json();
  CHECK(manifest.at("request").as_string().ends_with("/fhir/$export"));
  CHECK(manifest.at("requiresAccessToken").as_bool() == false);
  CHECK(manifest.at("error").as_array().empty());
  CHECK_FALSE(done.header("expires").empty());
  const auto lines = fetched(port, manifest);
  CHECK(names(lines) == everything);
  for (const auto& [name, line] : lines) CHECK(line == get(port, "/fhir/" + name).body);
  // Packed when the client asks for it.
  const std::string url = path_of(std::string(manifest.at("output").at(0).at("url").as_string()));
  const Answer packed = ask(port, "GET", url, "", "Accept-Encoding: gzip\r\n");
  CHECK(packed.header("content-encoding") == "gzip");
  CHECK(unpacked(packed.body) == get(port, url).body);
  CHECK(get(port, place + "/None-1.ndjson").status == 404);
  // On the disk nothing can be read, and by nobody else.
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(district.store() / "jobs")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    CHECK(bytes.find("张伟") == std::string::npos);
    CHECK((entry.status().permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
  }
  // It is there after a restart, and gone when it is deleted.
  district.restart();
  CHECK(names(fetched(district.port(), wait_for(district.port(), place).json())) == everything);
  CHECK(ask(district.port(), "DELETE", place).status == 202);
  CHECK(get(district.port(), place).status == 404);
  CHECK(get(district.port(), url).status == 404);
  CHECK(std::filesystem::is_empty(district.store() / "jobs"));
}

TEST_CASE("$export: types, elements, filters, persons, groups") {
  District district;
  const auto port = district.port();
  using Names = std::set<std::string>;
  CHECK(names(exported(port, "/fhir/$export?_type=Patient,Organization")) ==
        Names{"Organization/o1", "Patient/p1", "Patient/p2", "Patient/p3"});
  Names of_persons = everything;
  of_persons.erase("Organization/o1");
  CHECK(names(exported(port, "/fhir/Patient/$export")) == of_persons);
  const auto cut = exported(port, "/fhir/$export?_type=Patient&_elements=Patient.birthDate");
  CHECK(cut.at("Patient/p1").find("1980-01-01") != std::string::npos);
  CHECK(cut.at("Patient/p1").find("gender") == std::string::npos);
  CHECK(cut.at("Patient/p1").find("SUBSETTED") != std::string::npos);
  CHECK(names(exported(port,
                       "/fhir/$export?_type=Patient,Encounter&_typeFilter=Patient%3Fgender%3Dmale,"
                       "Patient%3Fbirthdate%3Dlt1960,Encounter%3Freason-code%3DI10")) ==
        Names{"Encounter/e1", "Patient/p1", "Patient/p2", "Patient/p3"});
  CHECK(names(exported(port,
                       "/fhir/$export?_type=Encounter&_typeFilter=Encounter%3Fpatient.gender"
                       "%3Dfemale")) == Names{"Encounter/e3"});
  const Answer posted =
      ask(port, "POST", "/fhir/Patient/$export",
          parameters(R"({"name":"patient","valueReference":{"reference":"Patient/p2"}},)"
                     R"({"name":"patient","valueReference":{"reference":"Patient/none"}})"),
          respond_async);
  REQUIRE(posted.status == 202);
  CHECK(names(fetched(port, wait_for(port, path_of(posted.header("content-location"))).json())) ==
        Names{"Encounter/e3", "Patient/p2"});
  REQUIRE(ask(port, "PUT", "/fhir/Group/g1",
              R"({"resourceType":"Group","id":"g1","type":"person","actual":true,"member":[)"
              R"({"entity":{"reference":"Patient/p3"}},)"
              R"({"entity":{"reference":"Patient/p1"},"inactive":true}]})")
              .status == 201);
  CHECK(names(exported(port, "/fhir/Group/g1/$export")) == Names{"Patient/p3"});
  CHECK(ask(port, "GET", "/fhir/Group/g2/$export", "", respond_async).status == 404);
}

TEST_CASE("$export: what cannot be asked is refused, saying where and why") {
  District district;
  const auto port = district.port();
  const auto refused = [&](const std::string& query) {
    const Answer answer = ask(port, "GET", "/fhir/$export?" + query, "", respond_async);
    CHECK(answer.status == 400);
    return answer.body;
  };
  CHECK(refused("_type=Patient,NoType").find("NoType") != std::string::npos);
  CHECK(refused("_since=yesterday").find("_since") != std::string::npos);
  CHECK(refused("_outputFormat=csv").find("ndjson") != std::string::npos);
  CHECK(refused("_typeFilter=Patient%3Fnothing%3D1").find("nothing") != std::string::npos);
  CHECK(refused("_elements=Patient.name.family").find("first level") != std::string::npos);
  CHECK(refused("other=1").find("no parameter 'other'") != std::string::npos);
  CHECK(ask(port, "GET", "/fhir/$export?other=1", "", "Prefer: respond-async, handling=lenient\r\n")
            .status == 202);
  CHECK(ask(port, "POST", "/fhir/$export", "{}", respond_async).status == 400);
  CHECK(get(port, "/fhir/$export-job/" + std::string(32, '0')).status == 404);
}

TEST_CASE("$export: the next one goes on from transactionTime, nothing twice and nothing missing") {
  District district;
  const auto port = district.port();
  const json::value first = wait_for(port, begin(port, "/fhir/$export")).json();
  const std::string since(first.at("transactionTime").as_string());
  CHECK(exported(port, "/fhir/$export?_since=" + since).empty());
  std::string body = get(port, "/fhir/Organization/o1").body;
  body.replace(body.find("青梧"), std::string("青梧").size(), "鹤汀");
  REQUIRE(ask(port, "PUT", "/fhir/Organization/o1", body).status == 200);
  const auto changed = exported(port, "/fhir/$export?_since=" + since);
  CHECK(names(changed) == std::set<std::string>{"Organization/o1"});
  CHECK(changed.at("Organization/o1").find("鹤汀") != std::string::npos);
  CHECK(names(exported(port, "/fhir/$export")) == everything);
  // What is gone since is told, and is not among the rest.
  REQUIRE(ask(port, "DELETE", "/fhir/Encounter/e3").status < 300);
  const json::value gone = wait_for(port, begin(port, "/fhir/$export?_since=" + since)).json();
  CAPTURE(json::serialize(gone));
  CHECK(names(fetched(port, gone)) == std::set<std::string>{"Organization/o1"});
  const json::value& deleted = gone.at("deleted").at(0);
  CHECK(deleted.at("count").as_int64() == 1);
  CHECK(get(port, path_of(std::string(deleted.at("url").as_string()))).body ==
        R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE",)"
        R"("url":"Encounter/e3"}}]})"
        "\n");
  std::set<std::string> rest = everything;
  rest.erase("Encounter/e3");
  CHECK(names(exported(port, "/fhir/$export")) == rest);
}

TEST_CASE("$export: nobody exports what he may not read; every person stands in the audit") {
  District district;
  auto accounts = accounts_of(district);
  add_user(*accounts, "wang.min", {"epidemiologist"}, {"770101001"});
  add_user(*accounts, "li.na", {"epidemiologist"}, {"770101002"});
  add_user(*accounts, "zhao.qi", {"nurse"}, {"770101001"});
  add_user(*accounts, "sun.li", {"auditor"}, {"*"});
  const auto port = district.port();
  const LoggedIn wang = log_in(port, "wang.min");
  const LoggedIn li = log_in(port, "li.na");
  const LoggedIn nurse = log_in(port, "zhao.qi");
  CHECK(ask(port, "GET", "/fhir/$export", "", respond_async).status == 401);
  CHECK(ask(port, "GET", "/fhir/$export", "", respond_async + nurse.cookie).status == 403);
  const std::string place = begin(port, "/fhir/$export?_type=Patient", wang.cookie);
  const Answer done = wait_for(port, place, wang.cookie);
  CHECK(done.json().at("requiresAccessToken").as_bool());
  const auto seen = fetched(port, done.json(), wang.cookie);
  CHECK(names(seen) == std::set<std::string>{"Patient/p1", "Patient/p2"});
  for (const auto& [name, line] : seen)
    CHECK(line == ask(port, "GET", "/fhir/" + name, "", wang.cookie).body);
  CHECK(names(exported(port, "/fhir/$export?_type=Patient", li.cookie)) ==
        std::set<std::string>{"Patient/p3"});
  // Another account is told nothing of it and cannot end it.
  CHECK(ask(port, "GET", place, "", li.cookie).status == 404);
  CHECK(ask(port, "GET", place + "/Patient-1.ndjson", "", li.cookie).status == 404);
  CHECK(ask(port, "DELETE", place, "", li.both()).status == 404);
  CHECK(ask(port, "DELETE", place, "", wang.cookie).status == 403);  // without the CSRF token
  const LoggedIn auditor = log_in(port, "sun.li");
  const Answer audit = ask(port, "GET", "/api/audit?user=wang.min&size=100", "", auditor.cookie);
  const json::value entries = audit.json();
  std::set<std::string> persons;
  for (const json::value& entry : entries.at("items").as_array()) {
    const std::string what(entry.at("what").as_string());
    if (what.find(" $export/") != std::string::npos && what.starts_with("resident "))
      persons.insert(what.substr(0, what.find(" $export/")));
  }
  CHECK(persons.size() == 2);
}

TEST_CASE("$export: results are given only with the rights of when they were asked for") {
  District district;
  auto accounts = accounts_of(district);
  add_user(*accounts, "wang.min", {"epidemiologist"}, {"770101001"});
  const auto port = district.port();
  LoggedIn wang = log_in(port, "wang.min");
  const std::string place = begin(port, "/fhir/$export", wang.cookie);
  const json::value manifest = wait_for(port, place, wang.cookie).json();
  const std::string file = path_of(std::string(manifest.at("output").at(0).at("url").as_string()));
  CHECK(ask(port, "GET", file, "", wang.cookie).status == 200);
  REQUIRE(accounts->set_rights("wang.min", {"epidemiologist"}, {"770101002"}, {}).has_value());
  wang = log_in(port, "wang.min");
  CHECK(ask(port, "GET", file, "", wang.cookie).status == 404);
}

TEST_CASE("$export: so many jobs of one account, and results for so long") {
  District none;
  none.options().jobs.per_user = 0;
  none.restart();
  const Answer refused = ask(none.port(), "GET", "/fhir/$export", "", respond_async);
  CHECK(refused.status == 429);
  CHECK_FALSE(refused.header("retry-after").empty());
  District brief;
  brief.options().jobs.keep = std::chrono::seconds(0);
  brief.restart();
  CHECK(wait_for(brief.port(), begin(brief.port(), "/fhir/$export")).status == 404);
}

TEST_CASE("XML: what is read, written, searched and refused, as the client asks for it") {
  District district;
  const auto port = district.port();
  const std::string accept = "Accept: application/fhir+xml\r\n";
  const Answer read = ask(port, "GET", "/fhir/Patient/p1", "", accept);
  CHECK(read.status == 200);
  CHECK(read.header("content-type") == "application/fhir+xml; charset=utf-8");
  CHECK(read.body.find("<birthDate value=\"1980-01-01\"/>") != std::string::npos);
  CHECK(get(port, "/fhir/Patient/p1?_format=xml").body == read.body);
  CHECK(get(port, "/fhir/Patient/p1?_format=application/fhir+xml").body == read.body);
  CHECK(ask(port, "GET", "/fhir/Patient/p1?_format=json", "", accept).header("content-type") ==
        "application/fhir+json; charset=utf-8");
  CHECK(ask(port, "GET", "/fhir/Patient/p1", "",
            "Accept: application/fhir+xml;q=0.5, application/fhir+json;q=0.9\r\n")
            .body.front() == '{');
  CHECK(ask(port, "GET", "/fhir/Patient?gender=male", "", accept).body.find("<Bundle") !=
        std::string::npos);
  const Answer missing = ask(port, "GET", "/fhir/Patient/none", "", accept);
  CHECK(missing.status == 404);
  CHECK(missing.body.find("<OperationOutcome") != std::string::npos);
  const Answer unknown = ask(port, "GET", "/fhir/nothing/to/find/here", "", accept);
  CHECK(unknown.status == 404);
  CHECK(unknown.body.find("<OperationOutcome") != std::string::npos);
  CHECK(ask(port, "GET", "/fhir/metadata", "", accept).body.find("<CapabilityStatement") !=
        std::string::npos);

  const std::string typed = "Content-Type: application/fhir+xml; charset=utf-8\r\n";
  const std::string organization =
      "<Organization xmlns=\"http://hl7.org/fhir\"><id value=\"x1\"/><name value=\"甲\"/>"
      "</Organization>";
  const Answer written = ask(port, "PUT", "/fhir/Organization/x1", organization, typed);
  CHECK(written.status == 201);
  CHECK(written.json().at("name").as_string() == "甲");
  const Answer bundle =
      ask(port, "POST", "/fhir",
          "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"transaction\"/><entry><resource>"
          "<Organization><name value=\"乙\"/></Organization></resource><request><method "
          "value=\"POST\"/><url value=\"Organization\"/></request></entry></Bundle>",
          typed + accept);
  CHECK(bundle.status == 200);
  CHECK(bundle.body.find("<status value=\"201 Created\"/>") != std::string::npos);
  const Answer broken = ask(port, "POST", "/fhir/Organization",
                            "<Organization xmlns=\"http://hl7.org/fhir\">\n<colour value=\"red\"/>"
                            "</Organization>",
                            typed);
  CHECK(broken.status == 400);
  CHECK(broken.body.find("line 2") != std::string::npos);
  CHECK(ask(port, "POST", "/fhir/Organization", "{}", "Content-Type: text/turtle\r\n").status ==
        415);
  CHECK(ask(port, "GET", "/fhir/Patient/p1", "", "Accept: text/turtle\r\n").status == 406);
  CHECK(get(port, "/fhir/Patient/p1?_format=ttl").status == 406);
  CHECK(
      ask(port, "GET", "/fhir/Patient/p1", "", "Accept: application/fhir+json; fhirVersion=5.0\r\n")
          .status == 406);
}

namespace {

const std::string visits =
    R"({"resourceType":"ViewDefinition","name":"visits","resource":"Encounter","status":"active",)"
    R"("select":[{"column":[{"name":"id","path":"id"},{"name":"code",)"
    R"x("path":"reasonCode.coding.code.first()"}]}]})x";

}  // namespace

TEST_CASE("$viewdefinition-run: rows of the store and of resources that come along") {
  District district;
  const auto port = district.port();
  const std::string view = R"({"name":"viewResource","resource":)" + visits + "}";
  const auto run = [&](const std::string& list, const std::string& query = "") {
    return ask(port, "POST", "/fhir/ViewDefinition/$viewdefinition-run" + query, parameters(list));
  };
  const Answer all = run(view, "?_format=csv");
  CHECK(all.status == 200);
  CHECK(all.header("content-type") == "text/csv; charset=utf-8");
  CHECK(all.body == "id,code\r\ne1,I10\r\ne2,J06.9\r\ne3,E11.9\r\ne4,K59.1\r\n");
  CHECK(run(view + R"(,{"name":"patient","valueReference":{"reference":"Patient/p2"}})").body ==
        "{\"id\":\"e3\",\"code\":\"E11.9\"}\n");
  CHECK(run(view + R"(,{"name":"_limit","valueInteger":1},{"name":"_format","valueCode":"json"})")
            .body == R"([{"id":"e1","code":"I10"}])");
  const std::string visit =
      R"({"name":"resource","resource":{"resourceType":"Encounter","id":"own","status":"finished",)"
      R"("class":{"code":"AMB"}}})";
  CHECK(run(view + "," + visit).body == "{\"id\":\"own\",\"code\":null}\n");
  // A view of the content by its name.
  const Answer named =
      get(port, "/fhir/ViewDefinition/encounter/$viewdefinition-run?_format=json&_limit=2");
  CHECK(named.status == 200);
  CHECK(named.json().as_array().size() == 2);
  CHECK(get(port, "/fhir/$viewdefinition-run?viewReference=ViewDefinition/encounter&_limit=1")
            .status == 200);
  CHECK(get(port, "/fhir/ViewDefinition/none/$viewdefinition-run").status == 400);
  CHECK(get(port, "/fhir/ViewDefinition/encounter/$viewdefinition-run?_format=parquet").status ==
        406);
  CHECK(run(view + R"(,{"name":"_format","valueCode":"parquet"})").status == 400);
  CHECK(run("").status == 400);
  CHECK(run(R"({"name":"viewResource","resource":{"resourceType":"ViewDefinition"}})").status ==
        400);
  // A view that does not fit: several values in a column that is no collection.
  const std::string misfit =
      R"({"name":"viewResource","resource":{"resourceType":"ViewDefinition","name":"x","resource":)"
      R"("Patient","status":"active","select":[{"column":[{"name":"a","path":)"
      R"x("('a').combine('b')"}]}]}})x";
  CHECK(run(misfit).status == 422);
}

TEST_CASE("$viewdefinition-run: the rows are those of who asks") {
  District district;
  auto accounts = accounts_of(district);
  add_user(*accounts, "wang.min", {"epidemiologist"}, {"770101002"});
  const auto port = district.port();
  const LoggedIn wang = log_in(port, "wang.min");
  const Answer rows =
      ask(port, "POST", "/fhir/$viewdefinition-run?_format=csv&header=false",
          parameters(R"({"name":"viewResource","resource":{"resourceType":)"
                     R"("ViewDefinition","name":"p","resource":"Patient","status":)"
                     R"("active","select":[{"column":[{"name":"id","path":"id"}]}]}})"),
          wang.both());
  CHECK(rows.body == "p3\r\n");
  CHECK(get(port, "/fhir/ViewDefinition/encounter/$viewdefinition-run").status == 401);
}

TEST_CASE("CapabilityStatement: the operations that have routes") {
  const json::value statement = get(district().port(), "/fhir/metadata").json();
  const json::value& rest = statement.at("rest").at(0);
  const auto names_in = [](const json::value& operations) {
    std::set<std::string> found;
    for (const json::value& one : operations.as_array()) found.emplace(one.at("name").as_string());
    return found;
  };
  CHECK(names_in(rest.at("operation")).contains("export"));
  CHECK(names_in(rest.at("operation")).contains("viewdefinition-run"));
  for (const json::value& one : rest.at("resource").as_array()) {
    const bool patient = one.at("type").as_string() == "Patient";
    const auto operations = names_in(one.at("operation"));
    CHECK(operations.contains("validate"));
    CHECK(operations.contains("everything") == patient);
  }
}

namespace {

std::string import_of(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string list = R"({"name":"inputFormat","valueCode":"application/fhir+ndjson"})";
  for (const auto& [type, url] : files)
    list += R"(,{"name":"input","part":[{"name":"type","valueCode":")" + type +
            R"("},{"name":"url","valueUri":")" + url + R"("}]})";
  return parameters(list);
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// Nine people of whom one has a birth date that never was.
std::string people(const std::string& prefix) {
  std::string lines;
  for (int i = 1; i < 9; ++i)
    lines += patient_line(prefix + std::to_string(i), "钱多", "male",
                          "1990-01-0" + std::to_string(i), "770101001", "00" + std::to_string(i));
  return lines + R"({"resourceType":"Patient","id":"bad","birthDate":"2020-02-30"})"
                 "\n";
}

}  // namespace

TEST_CASE("$import: files of the folder, with counts and what was wrong") {
  District district;
  const TempDir outside;
  const auto folder = district.store().parent_path() / "import";
  write_file(folder / "people.ndjson", people("i"));
  write_file(outside.path() / "secret.ndjson", people("s"));
  std::filesystem::create_symlink(outside.path() / "secret.ndjson", folder / "link.ndjson");
  district.options().imports.folder = folder.string();
  district.restart();
  const auto port = district.port();
  CHECK(ask(port, "POST", "/fhir/$import", import_of({{"Patient", "people.ndjson"}})).status ==
        400);
  const auto begun = [&](const std::string& body) {
    return ask(port, "POST", "/fhir/$import", body, respond_async);
  };
  for (const std::string bad :
       {"none.ndjson", "../secret.ndjson", "/etc/passwd", "file:///etc/passwd", "link.ndjson", ".",
        "http://127.0.0.1:1/a.ndjson", "https://example.org/a.ndjson", "ftp://example.org/a"}) {
    CAPTURE(bad);
    CHECK(begun(import_of({{"Patient", bad}})).status == 403);
  }
  CHECK(begun(import_of({})).status == 400);
  CHECK(begun(import_of({{"NoType", "people.ndjson"}})).status == 400);
  CHECK(begun(parameters(R"({"name":"inputFormat","valueCode":"text/csv"})")).status == 400);

  const Answer accepted =
      begun(import_of({{"Patient", "people.ndjson"}, {"Patient", "file:///people.ndjson"}}));
  REQUIRE(accepted.status == 202);
  const std::string place = path_of(accepted.header("content-location"));
  const Answer done = wait_for(port, place);
  CAPTURE(done.body);
  REQUIRE(done.status == 200);
  const json::value manifest = done.json();
  const json::value& first = manifest.at("output").at(0);
  CHECK(first.at("accepted").as_int64() == 8);
  CHECK(first.at("quarantined").as_int64() == 1);
  CHECK(manifest.at("output").at(1).at("delivery") == first.at("delivery"));  // the same bytes
  const json::value& fault = manifest.at("error").at(0);
  CHECK(fault.at("count").as_int64() == 1);
  const Answer faults = get(port, path_of(std::string(fault.at("url").as_string())));
  CHECK(faults.header("content-type") == "application/fhir+ndjson");
  CHECK(faults.json()
            .at("issue")
            .at(0)
            .at("diagnostics")
            .as_string()
            .starts_with("line 9 of people.ndjson"));
  CHECK(get(port, place + "/errors-9.ndjson").status == 404);
  CHECK(get(port, "/fhir/Patient/i8").status == 200);
  CHECK(get(port, "/fhir/Patient/s1").status == 404);
  CHECK(ask(port, "DELETE", place).status == 202);
  CHECK(get(port, place).status == 404);
}

TEST_CASE("$import: addresses that are allowed, and no others") {
  District giver;
  giver.restart();
  const auto from = giver.port();
  const json::value manifest = wait_for(from, begin(from, "/fhir/$export?_type=Patient")).json();
  const std::string url(manifest.at("output").at(0).at("url").as_string());
  const std::string beginning = url.substr(0, url.rfind('/'));
  District taker;
  taker.options().imports.addresses = {beginning};
  taker.restart();
  const auto port = taker.port();
  const auto begun = [&](const std::string& address) {
    return ask(port, "POST", "/fhir/$import", import_of({{"Patient", address}}), respond_async);
  };
  const std::string host = "http://127.0.0.1:" + std::to_string(from);
  for (const std::string bad :
       {host + "/fhir/Patient/p1", beginning + "/../x", beginning + "/%2e%2e/x", beginning + "x/y",
        "http://someone@127.0.0.1:" + std::to_string(from) + url.substr(host.size()),
        "http://127.0.0.1" + url.substr(host.size()), "https" + url.substr(4)}) {
    CAPTURE(bad);
    CHECK(begun(bad).status == 403);
  }
  const Answer accepted = begun(url);
  REQUIRE(accepted.status == 202);
  const json::value taken = wait_for(port, path_of(accepted.header("content-location"))).json();
  const json::value& output = taken.at("output").at(0);
  CHECK(output.at("count").as_int64() == 3);
  CHECK(get(port, "/fhir/Patient/p1").status == 200);
  // What is not there is told in the manifest; the others are taken all the same.
  const Answer missing =
      ask(port, "POST", "/fhir/$import",
          import_of({{"Patient", beginning + "/None-1.ndjson"}, {"Patient", url}}), respond_async);
  const json::value partly = wait_for(port, path_of(missing.header("content-location"))).json();
  CHECK(partly.at("output").as_array().size() == 1);
  CHECK(partly.at("error").as_array().size() == 1);
  const std::string errors(partly.at("error").at(0).at("url").as_string());
  CHECK(get(port, path_of(errors)).body.find("answered 404") != std::string::npos);
}

TEST_CASE("FHIR: addresses as clients write them") {
  District district;
  const auto port = district.port();
  // A Bundle to the base with a slash at its end, a token with its "|" as it is.
  CHECK(
      ask(port, "POST", "/fhir/",
          R"({"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":)"
          R"("Organization","id":"b1","identifier":[{"system":"urn:t","value":"1"}],"name":"甲"},)"
          R"("request":{"method":"PUT","url":"Organization/b1"}}]})")
          .status == 200);
  const Answer found = get(port, "/fhir/Organization?identifier=urn:t|1&_count=1");
  CHECK(found.status == 200);
  CHECK(found.body.find("Organization/b1") != std::string::npos);
  // Addresses that are given are written so that every parser takes them.
  CHECK(found.body.find("urn:t%7C1") != std::string::npos);
  CHECK(get(port, "/fhir/Organization/").status == 404);
}
