#include "scene/policy.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <set>

#include "scene/catalogue.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::test;

namespace {

std::string content() {
  std::ifstream in(source_dir() / "scenes/core/policy.yaml");
  return {std::istreambuf_iterator<char>(in), {}};
}

Error refused(const std::string& from, const std::string& to) {
  std::string text = content();
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  const TempDir directory;
  const auto file = directory.path() / "policy.yaml";
  std::ofstream(file) << text;
  const Result<Policy> policy = scene::load_policy(file);
  REQUIRE_FALSE(policy.has_value());
  CHECK(policy.error().code == ErrorCode::invalid_input);
  CHECK(policy.error().where.starts_with(file.string() + ":"));
  return policy.error();
}

}  // namespace

TEST_CASE("policy.yaml: every role has a rule for its purpose, every rule is known") {
  const auto catalogue = scene::Catalogue::load(source_dir() / "scenes");
  REQUIRE(catalogue.has_value());
  const Policy& policy = *catalogue->policy();
  std::set<std::string> ruled;
  for (const Policy::Rule& rule : policy.rules()) ruled.insert(rule.role);
  for (const scene::Role& role : catalogue->roles()) {
    CAPTURE(role.id);
    REQUIRE(ruled.erase(role.id) == 1);
    CHECK(policy.rules_of({"u", {role.id}, {}, {}, role.purpose, false, "", {}, {}, {}, "n"})
              .size() == 1);
  }
  CHECK(ruled == std::set<std::string>{"local-operator", "machine"});
  CHECK(catalogue->roles().size() == 31);
}

TEST_CASE("policy.yaml: who keeps system, accounts or audit reaches nobody") {
  const auto policy = scene::load_policy(source_dir() / "scenes/core/policy.yaml");
  REQUIRE(policy.has_value());
  for (const char* role :
       {"system-admin", "security-admin", "auditor", "leader", "institution-admin"}) {
    CAPTURE(role);
    CHECK(policy->rule(role)->reaches_nobody());
    CHECK_FALSE(policy->rule(role)->small_counts);
  }
  CHECK(policy->conflict({"system-admin", "auditor"}));
  CHECK(policy->conflict({"nurse", "security-admin"}));
  CHECK(policy->conflict({"civil-affairs", "nurse"}));
  CHECK_FALSE(policy->conflict({"general-practitioner", "vaccinator"}));
  for (const char* role : {"civil-affairs", "medical-insurance", "education-department"})
    CHECK(policy->rule(role)->needs_approval);
}

TEST_CASE("load_policy: names file, line and what is wrong") {
  const Error kind = refused("kinds: [person, immunization, task]", "kinds: [person, shots]");
  CHECK(kind.message.find("no kind") != std::string::npos);
  CHECK(refused("mask: year", "mask: decade").message.find("decade") != std::string::npos);
  CHECK(refused("rows: [episode, visit, reported]", "rows: [episode, pupils]")
            .message.find("“pupils”") != std::string::npos);
  CHECK(refused("full: [name, area, school]", "full: [name, area, shool]").message.find("field") !=
        std::string::npos);
  CHECK(refused("masked: [identity, birth]", "masked: [identity, reason]")
            .message.find("cannot be masked") != std::string::npos);
  CHECK(refused("masked: [identity, birth]", "masked: [identity, name]").message.find("twice") !=
        std::string::npos);
  CHECK(refused("of: [hiv-officer, community-worker]", "of: [hiv-officer, worker]")
            .message.find("“worker”") != std::string::npos);
  CHECK(refused("below: 5", "below: 1").message.find("at least 2") != std::string::npos);
  CHECK(refused("encounter.cost", "encountre.cost").message.find("in no kind") !=
        std::string::npos);
  CHECK(refused("schema: policy-1", "schema: policy-2").message.find("policy-1") !=
        std::string::npos);
}
