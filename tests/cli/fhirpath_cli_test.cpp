// healthbrain fhirpath and healthbrain view run, as a script calls them.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <zlib.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "support/paths.hpp"

using namespace hb::test;

namespace {

struct Run {
  int exit_code;
  std::string out;
  std::string err;
};

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

Run run(const std::vector<std::string>& arguments) {
  const TempDir directory;
  const auto err = directory.path() / "err";
  std::string command = quoted(HB_PROGRAM);
  for (const std::string& argument : arguments) command += ' ' + quoted(argument);
  FILE* pipe = popen((command + " 2>" + err.string() + " </dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  char piece[4096];
  for (std::size_t got; (got = fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, got);
  const int status = pclose(pipe);
  std::ifstream said(err, std::ios::binary);
  return {WEXITSTATUS(status), out, {std::istreambuf_iterator<char>(said), {}}};
}

/// What an expression without input prints.
std::string value(const std::string& expression) {
  const Run done = run({"fhirpath", "--types", "--", expression});
  CHECK(done.exit_code == 0);
  return done.out;
}

std::string write(const TempDir& directory, const std::string& name, const std::string& text) {
  const auto path = directory.path() / name;
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

const char* const patient = R"({"resourceType":"Patient","id":"p1","active":true,
 "birthDate":"1974-12-25","name":[{"use":"official","family":"Chalmers","given":["Peter","James"]},
 {"use":"usual","given":["Jim"]}],"contact":[{"name":{"family":"Marché"}},{"gender":"female"}],
 "multipleBirthInteger":2,"extension":[{"url":"weight","valueDecimal":70.50}]})";

const char* const view = R"({"resource":"Patient","name":"people","select":[
 {"column":[{"name":"id","path":"id"},{"name":"born","path":"birthDate","type":"date"}]},
 {"forEachOrNull":"name","column":[{"name":"family","path":"family"},
  {"name":"given","path":"given","collection":true}]}]})";

}  // namespace

TEST_CASE("fhirpath: each kind of value in its JSON form") {
  CHECK(value("1 + 1") == "[{\"type\":\"System.Integer\",\"value\":2}]\n");
  CHECK(value("1.50") == "[{\"type\":\"System.Decimal\",\"value\":1.50}]\n");
  CHECK(value("-1.50") == "[{\"type\":\"System.Decimal\",\"value\":-1.50}]\n");
  CHECK(value("true") == "[{\"type\":\"System.Boolean\",\"value\":true}]\n");
  CHECK(value("'a\"b'") == "[{\"type\":\"System.String\",\"value\":\"a\\\"b\"}]\n");
  CHECK(value("@2015-02") == "[{\"type\":\"System.Date\",\"value\":\"2015-02\"}]\n");
  CHECK(value("@T14:30") == "[{\"type\":\"System.Time\",\"value\":\"14:30\"}]\n");
  CHECK(value("@2015-02-04T14:30:00+08:00") ==
        "[{\"type\":\"System.DateTime\",\"value\":\"2015-02-04T14:30:00+08:00\"}]\n");
  CHECK(value("4.0 'mg'") ==
        "[{\"type\":\"System.Quantity\",\"value\":{\"value\":4.0,\"unit\":\"mg\"}}]\n");
  CHECK(
      value("1 | 'a'") ==
      "[{\"type\":\"System.Integer\",\"value\":1},{\"type\":\"System.String\",\"value\":\"a\"}]\n");
}

TEST_CASE("fhirpath: without --types the bare values; -- ends the options") {
  CHECK(run({"fhirpath", "1 | 2"}).out == "[1,2]\n");
  CHECK(run({"fhirpath", "{}"}).out == "[]\n");
  CHECK(run({"fhirpath", "name.given"}).out == "[]\n");  // an empty context
  CHECK(run({"fhirpath", "--", "-5"}).out == "[-5]\n");
  CHECK(run({"fhirpath", "--", "--types"}).out == "[]\n");  // the element types, negated twice
  CHECK(run({"fhirpath", "version"}).out == "[]\n");        // also the name of a command
}

TEST_CASE("fhirpath: FHIR types by name, complex ones as FHIR JSON, digits as written") {
  const TempDir directory;
  const std::string file = write(directory, "p.json", patient);
  const auto typed = [&](const std::string& expression) {
    return run({"fhirpath", "--input", file, "--types", expression}).out;
  };
  CHECK(typed("birthDate") == "[{\"type\":\"date\",\"value\":\"1974-12-25\"}]\n");
  CHECK(typed("name[1]") ==
        "[{\"type\":\"HumanName\",\"value\":{\"use\":\"usual\",\"given\":[\"Jim\"]}}]\n");
  CHECK(typed("contact[1]") ==
        "[{\"type\":\"BackboneElement\",\"value\":{\"gender\":\"female\"}}]\n");
  CHECK(typed("multipleBirth") == "[{\"type\":\"integer\",\"value\":2}]\n");
  CHECK(typed("extension('weight').value") == "[{\"type\":\"decimal\",\"value\":70.50}]\n");
  CHECK(typed("extension('weight')") ==
        "[{\"type\":\"Extension\",\"value\":{\"url\":\"weight\",\"valueDecimal\":70.50}}]\n");
}

TEST_CASE("fhirpath: --context gives the items the expression is evaluated for, in order") {
  const TempDir directory;
  const std::string file = write(directory, "p.json", patient);
  CHECK(run({"fhirpath", "--input", file, "--context", "Patient.name", "given.count()"}).out ==
        "[2,1]\n");
  CHECK(run({"fhirpath", "--input", file, "--context", "name.given", "length()"}).out ==
        "[5,5,3]\n");
  CHECK(run({"fhirpath", "--input", file, "--context", "photo", "exists()"}).out == "[false]\n");
  const Run strict = run({"fhirpath", "--input", file, "--context", "name", "given1"});
  CHECK(strict.exit_code == 2);
}

TEST_CASE("fhirpath: XML is read as well") {
  const TempDir directory;
  const std::string file =
      write(directory, "p.xml",
            "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"p1\"/>"
            "<active value=\"true\"/><birthDate value=\"1974-12\"/></Patient>");
  CHECK(run({"fhirpath", "--input", file, "--types", "birthDate | active"}).out ==
        "[{\"type\":\"date\",\"value\":\"1974-12\"},{\"type\":\"boolean\",\"value\":true}]\n");
  const std::string broken = write(directory, "b.xml", "<Patient xmlns=\"http://hl7.org/fhir\">");
  const Run refused = run({"fhirpath", "--input", broken, "id"});
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.find("b.xml") != std::string::npos);
}

TEST_CASE("fhirpath: exit 2 with the place where an expression is invalid or fails") {
  const TempDir directory;
  const std::string file = write(directory, "p.json", patient);
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& message) {
    const Run done = run(arguments);
    CAPTURE(done.err);
    CHECK(done.exit_code == 2);
    CHECK(done.out.empty());
    CHECK(done.err.find(message) != std::string::npos);
  };
  refused({"fhirpath", "1 +"}, "column 4");
  refused({"fhirpath", "foo()"}, "there is no function foo()");
  refused({"fhirpath", "1 + 'a'"}, "cannot be calculated");
  refused({"fhirpath", "--input", file, "name.given1"}, "HumanName has no element given1");
  refused({"fhirpath", "--input", file, "Encounter.status"}, "Patient has no element Encounter");
  refused({"fhirpath", "--input", file, "valueQuantity"}, "Patient has no element");
  refused({"fhirpath", "--input", file, "name.single()"}, "several");
  refused({"fhirpath", "--input", directory.path() / "none.json", "1"}, "does not exist");
  refused({"fhirpath", "--input", write(directory, "x.json", "{\"a\":"), "1"}, "JSON");
  refused({"fhirpath"}, "required");
  refused({"fhirpath", std::string(300, '(') + "1"}, "too deep");
  std::string long_text = "1";
  while (long_text.size() < 20'001) long_text += "+1";
  refused({"fhirpath", long_text}, "20,000");
}

TEST_CASE("view run: rows in order, columns in the order of the view, nulls as null") {
  const TempDir directory;
  const std::string definition = write(directory, "view.json", view);
  const std::string one = write(directory, "one.json", patient);
  const std::string lines = write(directory, "more.ndjson",
                                  "{\"resourceType\":\"Observation\",\"id\":\"o\"}\n\n"
                                  "{\"resourceType\":\"Patient\",\"id\":\"p2\"}\n");
  const Run done = run({"view", "run", "--view", definition, "--input", one, lines});
  CHECK(done.exit_code == 0);
  CHECK(done.out ==
        "{\"id\":\"p1\",\"born\":\"1974-12-25\",\"family\":\"Chalmers\",\"given\":[\"Peter\","
        "\"James\"]}\n"
        "{\"id\":\"p1\",\"born\":\"1974-12-25\",\"family\":null,\"given\":[\"Jim\"]}\n"
        "{\"id\":\"p2\",\"born\":null,\"family\":null,\"given\":null}\n");
}

TEST_CASE("view run: CSV, packed files and Bundles") {
  const TempDir directory;
  const std::string definition = write(directory, "view.json", view);
  const std::string bundle = std::string("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":") +
                             patient + "},{\"fullUrl\":\"urn:x\"}]}";
  const auto packed = (directory.path() / "b.json.gz").string();
  gzFile file = gzopen(packed.c_str(), "wb");
  gzwrite(file, bundle.data(), static_cast<unsigned>(bundle.size()));
  gzclose(file);
  const Run done = run({"view", "run", "--view", definition, "--input", packed, "--format", "csv"});
  CHECK(done.exit_code == 0);
  CHECK(done.out ==
        "id,born,family,given\np1,1974-12-25,Chalmers,\"[\"\"Peter\"\",\"\"James\"\"]\"\n"
        "p1,1974-12-25,,\"[\"\"Jim\"\"]\"\n");
}

TEST_CASE("view run: exit 2 names the path inside the view, or the line of the input") {
  const TempDir directory;
  const std::string good = write(directory, "view.json", view);
  const std::string one = write(directory, "one.json", patient);
  const auto refused = [&](const std::string& definition, const std::string& message) {
    const std::string file = write(directory, "bad.json", definition);
    const Run done = run({"view", "run", "--view", file, "--input", one});
    CAPTURE(done.err);
    CHECK(done.exit_code == 2);
    CHECK(done.err.find(message) != std::string::npos);
  };
  refused("{", "JSON");
  refused(
      R"({"resource":"Patient","name":"v","select":[{"column":[{"name":"a","path":"id ++"}]}]})",
      "select[0].column[0].path: column 6");
  refused(R"({"resource":"Patient","name":"v","select":[{"column":[{"name":"a"}]}]})",
          "select[0].column[0].path");
  refused(R"({"resource":"Patient","name":"v","select":[{"column":[{"name":"a","path":"%x"}]}]})",
          "there is no constant %x");
  refused(R"({"resource":"Patiant","name":"v","select":[{"column":[{"name":"a","path":"id"}]}]})",
          "resource");
  refused(
      R"({"resource":"Patient","name":"v","select":[{"column":[{"name":"a","path":"name.given"}]}]})",
      "several values");
  const std::string lines =
      write(directory, "x.ndjson", std::string("{\"resourceType\":\"Patient\"}\n{"));
  const Run done = run({"view", "run", "--view", good, "--input", lines});
  CHECK(done.exit_code == 2);
  CHECK(done.err.find("x.ndjson:2") != std::string::npos);
  CHECK(run({"view", "run", "--view", good, "--input", one, "--format", "xml"}).exit_code == 2);
}
