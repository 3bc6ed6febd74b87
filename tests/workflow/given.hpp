#pragma once
#include <doctest/doctest.h>

#include "support/paths.hpp"
#include "workflow/check.hpp"
#include "workflow/fire.hpp"

namespace hb::test {

inline workflow::Flow flow_at(const std::string& file) {
  std::vector<workflow::Fault> faults;
  auto flow = workflow::load_flow(source_dir() / file, faults);
  for (const workflow::Fault& fault : faults) MESSAGE(describe(fault));
  REQUIRE(flow);
  return std::move(*flow);
}
inline workflow::Flow repair_flow() {
  return flow_at("tests/workflow/flows/repair/flows/repair.yaml");
}
inline workflow::Flow order_flow() {
  return flow_at("tests/workflow/flows/repair/flows/order.yaml");
}

inline Principal person(const std::string& user, const std::string& role,
                        const std::string& area = "3301") {
  Principal principal;
  principal.user = user;
  principal.roles = {role};
  principal.areas = {area};
  return principal;
}

inline Instant at(const std::string& local) { return *parse_instant(local + ":00+08:00"); }

/// li and wang are engineers; li has more to do.
inline workflow::Environment two_engineers() {
  workflow::Environment environment;
  environment.candidates = [](const workflow::Actor& actor, const workflow::Instance&) {
    if (!actor.roles.contains("engineer")) return std::vector<workflow::Candidate>{};
    return std::vector<workflow::Candidate>{{"li", 5, true}, {"wang", 2, false}};
  };
  environment.is_one = [](const std::string& user, const workflow::Actor& actor,
                          const workflow::Instance&) {
    return actor.roles.contains("engineer") && (user == "li" || user == "wang");
  };
  return environment;
}

/// The state of each token, in order of their numbers: "parts paperwork".
inline std::string places(const workflow::Instance& instance) {
  std::string text;
  for (const workflow::Token& token : instance.tokens)
    text += (text.empty() ? "" : " ") + token.state;
  return text;
}

}  // namespace hb::test
