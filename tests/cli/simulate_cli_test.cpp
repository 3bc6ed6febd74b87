#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include <boost/json.hpp>

#include "support/paths.hpp"

namespace json = boost::json;
using namespace hb::test;

namespace {

struct Run {
  int exit_code;
  std::string out;  ///< stdout and stderr
};

Run run(const std::string& before, const std::string& arguments) {
  FILE* pipe = popen((before + " '" HB_PROGRAM "' " + arguments + " 2>&1 </dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  char piece[4096];
  for (std::size_t read; (read = fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, read);
  const int status = pclose(pipe);
  return {WEXITSTATUS(status), out};
}

json::object last_object(const std::string& text) {
  return json::parse(text.substr(text.find('{'))).as_object();
}

}  // namespace

TEST_CASE("simulate: impossible parameters are refused with their name and leave nothing") {
  const TempDir directory;
  const std::string out = " --out " + (directory.path() / "x").string();
  const auto refused = [&](const std::string& arguments) {
    const Run result = run("", "simulate " + arguments);
    CHECK(result.exit_code == 1);
    CHECK(std::filesystem::is_empty(directory.path()));
    return result.out;
  };
  CHECK(refused("--residents 0 --years 1" + out).find("--residents: residents must be") !=
        std::string::npos);
  CHECK(refused("--residents 10 --years 400" + out).find("--years: years must be") !=
        std::string::npos);
  CHECK(refused("--residents -5 --years 1" + out).find("--residents") != std::string::npos);
  CHECK(refused("--residents 10 --years 1").find("either --out or --tables") != std::string::npos);
  const std::string tables = " --tables " + (directory.path() / "x").string();
  CHECK(refused("--residents 10 --years 1 --plain" + tables).find("--plain: is about files") !=
        std::string::npos);
  CHECK(refused("--residents 10 --years 1 --gzip" + tables).find("--gzip: is about files") !=
        std::string::npos);
  CHECK(refused("--residents 10 --years 1 --problems 2" + tables).find("--problems: needs --out") !=
        std::string::npos);
}

TEST_CASE("simulate --tables: the rows that a load of the files would make") {
  const TempDir directory;
  const std::string root = directory.path().string();
  const std::string what = "--residents 600 --years 2 --seed 5 ";
  const Run files = run("", "simulate " + what + "--out " + root + "/in");
  REQUIRE_MESSAGE(files.exit_code == 0, files.out);
  const Run loaded = run("", "load --store " + root + "/loaded " + root + "/in");
  REQUIRE_MESSAGE((loaded.exit_code == 0 || loaded.exit_code == 3), loaded.out);
  const Run straight = run("", "simulate " + what + "--tables " + root + "/straight");
  REQUIRE_MESSAGE(straight.exit_code == 0, straight.out);
  CHECK(last_object(straight.out).at("resources") == last_object(files.out).at("resources"));
  const json::object a = last_object(run("", "store info --store " + root + "/loaded").out);
  const json::object b = last_object(run("", "store info --store " + root + "/straight").out);
  CHECK(a.at("tables") == b.at("tables"));
  CHECK(b.at("simulated") == true);
  const Run again = run("", "simulate " + what + "--tables " + root + "/straight");
  CHECK(again.exit_code == 1);
  CHECK(again.out.find("there is a store already") != std::string::npos);
}

TEST_CASE("simulate --report: the same table whatever is written") {
  const TempDir directory;
  const std::string root = directory.path().string();
  std::string first;
  for (const char* to : {"--out a", "--plain --out b", "--tables c"}) {
    const Run made = run("cd " + root + " &&",
                         std::string("simulate --residents 800 --years 1 ") + to + " --report csv");
    REQUIRE_MESSAGE(made.exit_code == 0, made.out);
    const std::string table = made.out.substr(made.out.find("id,"));
    CHECK(table.find("\nmothers,") != std::string::npos);
    if (first.empty()) first = table;
    CHECK(table == first);
  }
  CHECK(std::filesystem::exists(directory.path() / "a/Patient.ndjson.gz"));
  CHECK(std::filesystem::exists(directory.path() / "b/Patient.ndjson"));
}

TEST_CASE("simulate: Ctrl-C leaves neither files nor a store") {
  const TempDir directory;
  for (const char* option : {"--out", "--tables"}) {
    const std::string target = (directory.path() / "x").string();
    const Run stopped = run("timeout -s INT 1", "simulate --residents 200000 --years 5 " +
                                                    std::string(option) + " " + target);
    CHECK_MESSAGE(stopped.out.find("stopped on request") != std::string::npos, stopped.out);
    CHECK(std::filesystem::is_empty(directory.path()));
  }
}
