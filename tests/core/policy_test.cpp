#include "core/policy.hpp"

#include <doctest/doctest.h>

using namespace hb;

namespace {

Policy::Rule rule_of(const std::string& role, const std::string& purpose) {
  Policy::Rule rule;
  rule.role = role;
  rule.purposes = {purpose};
  return rule;
}

/// A nurse with relations, a physician of an area, another department under an approval number.
Policy given_policy() {
  Policy::Content content;
  content.kinds = {{"person", {}, {"Patient"}, {"resident"}, false},
                   {"directory", {}, {"Organization"}, {"organization"}, true}};
  Policy::Rule nurse = rule_of("nurse", "care");
  nurse.relations = 1;
  nurse.kinds = 1;
  Policy::Rule physician = rule_of("physician", "care");
  physician.area = true;
  physician.small_counts = true;
  Policy::Rule department = rule_of("department", "care");
  department.area = true;
  department.needs_approval = true;
  Policy::Rule machine = rule_of("machine", "operation");
  machine.all_rows = true;
  content.rules = {nurse, physician, department, machine};
  content.apart = {{{"a", "b"}, {}, {"甲乙", "a and b"}},
                   {{"a", "b"}, {"nurse"}, {"护士", "not with nurse"}}};
  return Policy(std::move(content));
}

Principal with(std::vector<std::string> roles, std::string purpose = "care") {
  return {"u", std::move(roles), {"7701"}, {}, std::move(purpose)};
}

}  // namespace

TEST_CASE("Policy: rules hold for the purpose, and under an approval number where one is needed") {
  const Policy policy = given_policy();
  CHECK(policy.rules_of(with({"nurse", "physician"})).size() == 2);
  CHECK(policy.rules_of(with({"nurse"}, "operation")).empty());
  CHECK(policy.rules_of(with({"unknown"})).empty());
  Principal department = with({"department"});
  CHECK(policy.rules_of(department).empty());
  department.approval = "2025-17";
  CHECK(policy.rules_of(department).size() == 1);
  CHECK(
      policy.rules_of({"token:his", {"token:residents:read"}, {}, {}, "operation", true}).size() ==
      1);
}

TEST_CASE("Policy: the widest rule is one of one role") {
  const Policy policy = given_policy();
  CHECK(policy.widest_rule(with({"nurse", "physician"}))->role == "physician");
  CHECK(policy.widest_rule(with({"nurse"}))->role == "nurse");
  CHECK(policy.widest_rule(with({})) == nullptr);
  CHECK(reach_word(*policy.rule("nurse")) == "relationship");
  CHECK(reach_word(*policy.rule("machine")) == "all");
}

TEST_CASE("Policy: small counts: the right of one role, our own jobs, never what is published") {
  const Policy policy = given_policy();
  CHECK(policy.sees_small_counts(with({"physician"})));
  CHECK_FALSE(policy.sees_small_counts(with({"nurse"})));
  CHECK(policy.sees_small_counts(Principal::system("x")));
  CHECK_FALSE(policy.sees_small_counts(Principal::published("x")));
}

TEST_CASE("Policy: what must not be joined is refused with the reason") {
  const Policy policy = given_policy();
  CHECK_FALSE(policy.conflict({"a"}));
  CHECK_FALSE(policy.conflict({"nurse", "physician"}));
  CHECK(policy.conflict({"b", "x", "a"})->en == "a and b");
  CHECK(policy.conflict({"nurse", "b"})->en == "not with nurse");
}

TEST_CASE("Policy: types and tables belong to kinds; only open ones are everybody's") {
  const Policy policy = given_policy();
  CHECK(policy.kind_of_type("Patient") == 0);
  CHECK_FALSE(policy.kind_of_type("Basic"));
  CHECK(policy.is_open(policy.kind_of_table("organization")));
  CHECK_FALSE(policy.is_open(policy.kind_of_table("resident")));
  CHECK_FALSE(policy.is_open(policy.kind_of_table("nowhere")));
  CHECK(policy.rule("nurse")->sees_kind(policy.kind_of_type("Patient")));
  CHECK_FALSE(policy.rule("nurse")->sees_kind(policy.kind_of_type("Basic")));
}
