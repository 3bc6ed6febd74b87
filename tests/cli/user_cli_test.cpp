#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "run_program.hpp"
#include "support/paths.hpp"

namespace json = boost::json;
using namespace hb::test;

namespace {

/// A store of one person.
std::string made_store(const TempDir& folder) {
  write_text(folder.path() / "one.ndjson",
             R"({"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1980-01-01"})"
             "\n");
  const std::string store = (folder.path() / "store").string();
  REQUIRE(run_program("load --store " + store + " " + (folder.path() / "one.ndjson").string())
              .exit_code == 0);
  return " --store " + store;
}

json::value first_user(const std::string& store) {
  return json::parse(run_program("user list" + store).out).as_array().at(0);
}

}  // namespace

TEST_CASE("user: added, given other rights, locked, reset, listed; unknown roles are refused") {
  const TempDir folder;
  const std::string store = made_store(folder);
  const auto added =
      run_program("user add" + store + " --name li.na --role nurse --area 770101001");
  REQUIRE(added.exit_code == 0);
  const json::value shown = json::parse(added.out);
  CHECK(shown.at("password").as_string().size() >= 10);
  CHECK(first_user(store).at("mustChange") == true);

  const auto unknown = run_program("user add" + store + " --name wang --role wizard");
  CHECK(unknown.exit_code != 0);
  CHECK(unknown.err.find("there is no role \"wizard\"; the roles are ") != std::string::npos);
  CHECK(unknown.out.empty());
  CHECK(run_program("user set-rights" + store + " --name li.na --role wizard").exit_code != 0);
  CHECK(run_program("user set-rights" + store + " --name nobody --role nurse").exit_code != 0);
  CHECK(run_program("user add" + store + " --name li.na --role nurse").err.find("taken") !=
        std::string::npos);
  CHECK(run_program("user add" + store + " --name wang --role nurse --area Hangzhou")
            .err.find("an area is 2 to 12 digits") != std::string::npos);

  REQUIRE(run_program("user set-rights" + store +
                      " --name li.na --role vaccinator --role nurse --area '*' --organization o1")
              .exit_code == 0);
  CHECK(json::serialize(first_user(store).at("roles")) == R"(["vaccinator","nurse"])");
  CHECK(json::serialize(first_user(store).at("areas")) == R"(["*"])");
  CHECK(json::serialize(first_user(store).at("organizations")) == R"(["o1"])");

  CHECK(run_program("user lock" + store + " --name li.na").exit_code == 0);
  CHECK(first_user(store).at("locked") == true);
  CHECK(run_program("user lock" + store + " --name li.na --undo").exit_code == 0);
  CHECK(first_user(store).at("locked") == false);
  const auto reset = run_program("user reset" + store + " --name li.na --drop-second-factor");
  REQUIRE(reset.exit_code == 0);
  CHECK(json::parse(reset.out).at("password") != shown.at("password"));
  CHECK(run_program("user reset" + store + " --name nobody").exit_code != 0);
  CHECK(run_program("user list --store /nonexistent").exit_code != 0);
}

TEST_CASE("token: printed once, listed without its secret, revoked; a bad scope says why") {
  const TempDir folder;
  const std::string store = made_store(folder);
  const auto made =
      run_program("token create" + store + " --client his-1 --scope 'system/*.cruds' --expires 1d");
  REQUIRE(made.exit_code == 0);
  CHECK(made.out.starts_with("hbt_"));
  const auto listed = run_program("token list" + store);
  const json::value one = json::parse(listed.out).as_array().at(0);
  CHECK(one.at("client") == "his-1");
  CHECK(one.at("revoked").is_null());
  CHECK(listed.out.find(made.out.substr(made.out.rfind('_') + 1, 20)) == std::string::npos);
  const std::string id(one.at("id").as_string());
  CHECK(run_program("token revoke" + store + " --id " + id).exit_code == 0);
  CHECK(json::parse(run_program("token list" + store).out)
            .as_array()
            .at(0)
            .at("revoked")
            .is_string());
  CHECK(run_program("token revoke" + store + " --id none").exit_code != 0);
  const auto scope = run_program("token create" + store + " --client x --scope 'user/*.r'");
  CHECK(scope.exit_code != 0);
  CHECK(scope.err.find("system/TYPE.RIGHTS") != std::string::npos);
  CHECK(run_program("token create" + store + " --client x --scope 'system/*.r' --expires 1y")
            .exit_code == 2);
}

TEST_CASE("user demo: doctors, institutions, residents and departments see somebody") {
  const TempDir folder;
  const std::string files = (folder.path() / "files").string();
  const std::string store = " --store " + (folder.path() / "store").string();
  REQUIRE(run_program("simulate --residents 1500 --years 1 --seed 3 --dirt none --out " + files)
              .exit_code == 0);
  REQUIRE(run_program("load --simulated" + store + " " + files).exit_code == 0);
  REQUIRE(run_program("user demo" + store).exit_code == 0);

  const auto links = [&](const std::string& role) {
    return json::parse(run_program("access show" + store + " --user " + role).out);
  };
  CHECK(links("general-practitioner").at("practitioners").as_array().size() == 1);
  CHECK(links("resident").at("residents").as_array().size() == 1);
  CHECK(links("guardian").at("residents").as_array().size() == 1);
  CHECK(links("civil-affairs").at("approval") == "演示〔2025〕1号");
  CHECK(links("auditor").at("residents").as_array().empty());
  const json::value users = json::parse(run_program("user list" + store).out);
  for (const json::value& user : users.as_array())
    if (user.at("user") == "nurse") CHECK(user.at("organizations").as_array().size() == 1);
}
