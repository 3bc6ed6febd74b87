#include <doctest/doctest.h>

#include <set>
#include <string>

#include <yaml-cpp/yaml.h>

#include "support/paths.hpp"

using namespace hb;

TEST_CASE("roles: every role that opens a compartment can be given to an account") {
  const auto core = test::source_dir() / "scenes/core";
  std::set<std::string> roles;
  for (const YAML::Node& role : YAML::LoadFile((core / "roles.yaml").string())["roles"])
    roles.insert(role["id"].as<std::string>());
  const YAML::Node compartments =
      YAML::LoadFile((core / "compartments.yaml").string())["compartments"];
  REQUIRE(compartments.size() == 7);
  for (const YAML::Node& compartment : compartments) {
    REQUIRE(compartment["roles"].size() > 0);
    for (const YAML::Node& role : compartment["roles"])
      CHECK_MESSAGE(roles.contains(role.as<std::string>()), role.as<std::string>());
  }
}
