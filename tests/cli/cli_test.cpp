#include <doctest/doctest.h>
#include <sys/wait.h>
#include <zlib.h>

#include <cstdio>
#include <fstream>
#include <string>

#include <boost/json.hpp>

#include "run_program.hpp"
#include "support/paths.hpp"

namespace json = boost::json;
using namespace hb::test;

namespace {

using Run = ProgramRun;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Run run(const std::string& arguments) { return run_program(arguments); }
void write(const std::filesystem::path& file, const std::string& text) { write_text(file, text); }

const char* const good =
    R"({"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1980-01-01"}
{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}
)";
const char* const bad =
    "{\"resourceType\":\"Patient\",\"id\":\"p2\",\"birthDate\":\"2020-02-30\"}\n";

}  // namespace

TEST_CASE("every command answers --help with an example, exit 0") {
  for (const char* command : {"",
                              "load",
                              "store",
                              "store rebuild",
                              "store check",
                              "store info",
                              "indicator",
                              "indicator evaluate",
                              "scene",
                              "scene check",
                              "simulate",
                              "serve",
                              "version",
                              "fhirpath",
                              "view",
                              "view run",
                              "validate",
                              "user",
                              "user add",
                              "user set-rights",
                              "user lock",
                              "user reset",
                              "user list",
                              "token",
                              "token create",
                              "token list",
                              "token revoke",
                              "user link",
                              "user unlink",
                              "user demo",
                              "client",
                              "client add",
                              "client list",
                              "client remove"}) {
    CAPTURE(command);
    const Run help = run(std::string(command) + " --help");
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("Example:\n  healthbrain") != std::string::npos);
    CHECK(help.err.empty());
  }
}

TEST_CASE("wrong usage is exit 2 and one sentence on stderr") {
  for (const char* arguments :
       {"", "nonsense", "load", "load --store", "load --store x --threads 0 a",
        "load --store x --max-line-mb abc a", "serve --store x --port 99999",
        "indicator evaluate --plan x --lang fr", "store"}) {
    CAPTURE(arguments);
    const Run wrong = run(arguments);
    CHECK(wrong.exit_code == 2);
    CHECK(wrong.out.empty());
    CHECK(wrong.err.find("healthbrain: ") == 0);
    CHECK(wrong.err.find('\n') == wrong.err.size() - 1);
  }
}

TEST_CASE("version") {
  const Run version = run("version");
  CHECK(version.exit_code == 0);
  CHECK(version.out.find("healthbrain 0.") == 0);
}

TEST_CASE("load: report, duplicates, problem data and exit codes") {
  const TempDir directory;
  const std::string store = (directory.path() / "store").string();
  write(directory.path() / "in/good.ndjson", good);
  write(directory.path() / "mixed/mixed.ndjson",
        std::string(bad) + R"({"resourceType":"Patient","id":"p3"})" + "\n");

  const Run first = run("load --store " + store + " " + (directory.path() / "in").string());
  CHECK(first.exit_code == 0);
  CHECK(first.err.empty());  // no bar where there is no terminal
  const json::value report = json::parse(first.out);
  CHECK(report.at("accepted").as_int64() == 2);
  CHECK(report.at("quarantined").as_int64() == 0);
  CHECK(report.at("duplicates").as_int64() == 0);
  CHECK(report.at("orphans").as_int64() == 0);
  CHECK(report.at("seconds").is_number());
  CHECK(report.at("resources").at("Patient").as_int64() == 1);
  CHECK(report.at("tables").at("resident").as_int64() == 1);
  CHECK(report.at("deliveries").as_array().size() == 1);
  CHECK(report.at("failed").as_array().empty());

  const Run again = run("load --store " + store + " " + (directory.path() / "in").string());
  CHECK(again.exit_code == 0);
  CHECK(json::parse(again.out).at("accepted").as_int64() == 0);
  CHECK(json::parse(again.out).at("duplicates").as_int64() == 2);

  const Run mixed =
      run("load --store " + store + " " + (directory.path() / "mixed/mixed.ndjson").string());
  CHECK(mixed.exit_code == 3);
  CHECK(json::parse(mixed.out).at("accepted").as_int64() == 1);
  CHECK(json::parse(mixed.out).at("quarantined").as_int64() == 1);

  const Run nothing =
      run("load --store " + store + " " + (directory.path() / "none.ndjson").string());
  CHECK(nothing.exit_code == 1);
  CHECK(nothing.err.find("none.ndjson") != std::string::npos);
}

TEST_CASE("load: a manifest of the simulator marks a new store, never one with real people") {
  const TempDir directory;
  const std::string in = (directory.path() / "in").string();
  write(directory.path() / "in/good.ndjson", good);
  write(directory.path() / "in/manifest.json",
        R"({"simulated":true,"name":{"zh":"映川区","en":"Yingchuan"},"lastDay":"2025-12-31"})");
  write(directory.path() / "in/areas.geojson", R"({"type":"FeatureCollection","features":[]})");
  const std::string store = (directory.path() / "store").string();
  CHECK(run("load --store " + store + " " + in).exit_code == 0);
  const Run info = run("store info --store " + store);
  CHECK(info.exit_code == 0);
  CHECK(json::parse(info.out).at("simulated").as_bool());
  CHECK(json::parse(info.out).at("name").at("zh").as_string() == "映川区");
  CHECK(std::filesystem::exists(directory.path() / "store/areas.geojson"));
  CHECK(std::filesystem::exists(directory.path() / "store/manifest.json"));

  write(directory.path() / "real/good.ndjson", good);
  const std::string real = (directory.path() / "real-store").string();
  CHECK(run("load --store " + real + " " + (directory.path() / "real").string()).exit_code == 0);
  const Run refused =
      run("load --simulated --store " + real + " " + (directory.path() / "real").string());
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("real people") != std::string::npos);
  CHECK_FALSE(json::parse(run("store info --store " + real).out).at("simulated").as_bool());
}

TEST_CASE("store: check is sound, rebuild makes the same tables, no store is an error") {
  const TempDir directory;
  const std::string store = (directory.path() / "store").string();
  write(directory.path() / "in/good.ndjson", good);
  REQUIRE(run("load --store " + store + " " + (directory.path() / "in").string()).exit_code == 0);
  const Run check = run("store check --store " + store);
  CHECK(check.exit_code == 0);
  CHECK(json::parse(check.out).at("sound").as_bool());
  const Run rebuilt = run("store rebuild --store " + store);
  CHECK(rebuilt.exit_code == 0);
  CHECK(json::parse(rebuilt.out).at("tables").at("resident").as_int64() == 1);
  for (const char* action : {"check", "rebuild", "info"}) {
    const Run none =
        run(std::string("store ") + action + " --store " + (directory.path() / "none").string());
    CHECK(none.exit_code == 1);
    CHECK(none.err.find("there is no store here") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(directory.path() / "none"));
  }
  const Run serve = run("serve --store " + (directory.path() / "none").string());
  CHECK(serve.exit_code == 1);
  const Run plain = run("serve --address 0.0.0.0 --port 0 --store " + store);
  CHECK(plain.exit_code != 0);
  CHECK(plain.err.find("--tls-certificate") != std::string::npos);
  const Run open = run("serve --plain-http --address 0.0.0.0 --port 0 --store " + store);
  CHECK(open.exit_code == 1);
  CHECK(open.err.find("no accounts yet") != std::string::npos);
}

TEST_CASE("indicator evaluate: a plan table with and without mistakes") {
  const TempDir directory;
  const auto plan = directory.path() / "plan.csv";
  write(plan,
        "no,name_zh,unit,better,target_text,value_text,value_year\n"
        "1,人均预期寿命,岁,higher,82.3,85.53,2020\n"
        "2,5岁以下儿童死亡率,‰,lower,5以下,6,2020\n");
  const Run evaluated = run("indicator evaluate --lang en --plan " + plan.string());
  CHECK(evaluated.exit_code == 0);
  CHECK(evaluated.out.find("no,name_zh,scope,target_text,target,value,status,gap,reason\n") == 0);
  CHECK(evaluated.out.find(",met,3.23,") != std::string::npos);   // 85.53 - 82.3
  CHECK(evaluated.out.find(",missed,-1,") != std::string::npos);  // 5 - 6: 20 % over the target
  write(plan, "no,name_zh\n1,x\n");
  const Run columns = run("indicator evaluate --plan " + plan.string());
  CHECK(columns.exit_code == 1);
  CHECK(columns.err.find("plan.csv:1: columns are missing") != std::string::npos);
  const Run missing = run("indicator evaluate --plan " + (directory.path() / "none.csv").string());
  CHECK(missing.exit_code == 1);
  CHECK(missing.err.find("none.csv") != std::string::npos);
}

TEST_CASE("scene check: the project's scenes are sound, a broken one is told with file and line") {
  CHECK(run("scene check " + (source_dir() / "scenes").string()).exit_code == 0);
  const TempDir directory;
  std::filesystem::copy(source_dir() / "scenes", directory.path() / "scenes",
                        std::filesystem::copy_options::recursive);
  write(directory.path() / "scenes/core/scene.yaml", "schema: scene-1\ntitle: { zh: 核心 }\n");
  const Run broken = run("scene check " + (directory.path() / "scenes").string());
  CHECK(broken.exit_code == 1);
  CHECK(broken.out.find("scene.yaml:") != std::string::npos);
  CHECK(run("scene check " + (directory.path() / "none").string()).exit_code == 1);
}

TEST_CASE(
    "serve: ready on a free port, Ctrl-C ends it cleanly, a second program cannot take the store") {
  const TempDir directory;
  const std::string store = (directory.path() / "store").string();
  write(directory.path() / "in/good.ndjson", good);
  REQUIRE(run("load --store " + store + " " + (directory.path() / "in").string()).exit_code == 0);
  const std::string out = (directory.path() / "out").string();
  const std::string script = "'" HB_PROGRAM "' serve --quiet --port 0 --store " + store + " >" +
                             out +
                             " 2>/dev/null & pid=$!; "
                             "for i in $(seq 100); do grep -q ready " +
                             out +
                             " && break; sleep 0.1; done; "
                             "'" HB_PROGRAM "' store info --store " +
                             store + " >/dev/null 2>" + out +
                             ".second; second=$?; "
                             "kill -INT $pid; wait $pid; echo \"$second $?\"";
  FILE* pipe = popen(("bash -c '" +
                      [&] {
                        std::string quoted;
                        for (const char c : script)
                          quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
                        return quoted;
                      }() +
                      "'")
                         .c_str(),
                     "r");
  REQUIRE(pipe != nullptr);
  char line[64] = {};
  CHECK(fgets(line, sizeof line, pipe) != nullptr);
  pclose(pipe);
  CHECK(std::string(line) == "1 0\n");
  CHECK(text_of(out).find("Health Brain is ready: http://127.0.0.1:") == 0);
  CHECK_FALSE(text_of(out + ".second").empty());
}

TEST_CASE("validate: lines and paths of JSON, NDJSON and XML; exit 0, 3 and 1") {
  const TempDir directory;
  const auto file = [&](const char* name) { return (directory.path() / name).string(); };
  write(file("good.json"), R"({"resourceType":"Patient","gender":"male"})");
  write(file("bad.json"),
        "{\"resourceType\": \"Patient\",\n \"name\": [{\"family\": \"a\"},\n  {\"hat\": 1}]}\n");
  write(file("bad.ndjson"), std::string(good) + bad);
  write(file("bad.xml"),
        "<Patient xmlns=\"http://hl7.org/fhir\">\n <name/>\n <contact>\n  <gender value=\"m\"/>"
        "</contact></Patient>");
  write(file("broken.xml"), "<Patient xmlns=\"http://hl7.org/fhir\">\n<hat/></Patient>");
  const Run fine = run("validate " + file("good.json"));
  CHECK(fine.exit_code == 0);
  CHECK(fine.out == "1 resources, 0 errors, 0 warnings\n");
  const Run faulty = run("validate " + file("bad.json") + " " + file("bad.ndjson"));
  CHECK(faulty.exit_code == 3);
  CHECK(faulty.out.starts_with(file("bad.json") +
                               ":3: error unknown-element Patient.name[1].hat: expected"));
  CHECK(faulty.out.find(file("bad.ndjson") + ":3: error bad-date Patient.birthDate") !=
        std::string::npos);
  const Run xml = run("validate --format json " + file("bad.xml"));
  CHECK(xml.exit_code == 3);
  const json::value report = json::parse(xml.out);
  CHECK(report.at("resourceType") == "OperationOutcome");
  bool found = false;
  for (const json::value& issue : report.at("issue").as_array()) {
    if (issue.at("rule") != "value-set") continue;
    found = true;
    CHECK(issue.at("line") == 4);
    CHECK(issue.at("severity") == "error");
    CHECK(issue.at("code") == "code-invalid");
    CHECK(issue.at("expression").at(0) == "Patient.contact[0].gender");
  }
  CHECK(found);
  const Run broken = run("validate " + file("broken.xml"));
  CHECK(broken.exit_code == 1);
  CHECK(broken.err.find("line 2, Patient") != std::string::npos);
  CHECK(run("validate --profile http://nowhere " + file("good.json")).exit_code == 1);
  const Run resident =
      run("validate --profile https://health-brain.org/fhir/StructureDefinition/resident " +
          file("good.json"));
  CHECK(resident.exit_code == 0);
  CHECK(resident.out.find("warning profile-required Patient.birthDate") != std::string::npos);
}
