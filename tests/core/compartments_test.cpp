#include "core/compartments.hpp"

#include <doctest/doctest.h>

using namespace hb;

namespace {

Compartments two() {
  const CompartmentCodes icd{{"http://icd"}, {}, {"B20", "T74.2"}};
  const CompartmentCodes own{{"http://own"}, {"aids"}, {}};
  const CompartmentCodes mind{{"http://icd"}, {}, {"F20"}};
  return {{{"hiv", {"甲", "a"}, {"officer"}, {"care"}, {icd, own}},
           {"mind", {"乙", "b"}, {"physician", "nurse"}, {"care", "public-health"}, {mind}}},
          {},
          {},
          "visit"};
}

Principal who(std::vector<std::string> roles, std::string purpose) {
  return {"x", std::move(roles), {}, {}, std::move(purpose), true, ""};
}

}  // namespace

TEST_CASE("Compartments: a code belongs by its beginning or as a whole, in its own system") {
  const Compartments compartments = two();
  CHECK(compartments.of_code("http://icd", "B20") == 1);
  CHECK(compartments.of_code("http://icd", "b20.1") == 1);
  CHECK(compartments.of_code("http://icd/10", "T742") == 1);
  CHECK(compartments.of_code("http://icd", "T74.1") == 0);
  CHECK(compartments.of_code("http://icd", "B2") == 0);
  CHECK(compartments.of_code("http://icd", "F20.9") == 2);
  CHECK(compartments.of_code("http://loinc", "F20.9") == 0);
  CHECK(compartments.of_code("", "F20.9") == 2);  // no system: cannot be ruled out
  CHECK(compartments.of_code("http://own", "aids") == 1);
  CHECK(compartments.of_code("http://own", "aids-test") == 0);
  CHECK(compartments.of_code("http://icd", "") == 0);
}

TEST_CASE("Compartments: opened by role and purpose, the program's own jobs open all") {
  const Compartments compartments = two();
  CHECK(compartments.closed_to(who({}, "care")) == 3);
  CHECK(compartments.closed_to(who({"officer"}, "care")) == 2);
  CHECK(compartments.closed_to(who({"officer"}, "operation")) == 3);
  CHECK(compartments.closed_to(who({"nurse", "officer"}, "care")) == 0);
  CHECK(compartments.closed_to(who({"nurse", "officer"}, "public-health")) == 1);
  CHECK(compartments.closed_to(Principal::system("load")) == 0);
  CHECK(compartments.closed_to(Principal::published("public-health")) == 3);
  CHECK(compartments.closed_to(who({"system"}, "care")) == 3);  // an account cannot take its place
}

TEST_CASE("Compartments: beginnings by length, plain and without those of open compartments") {
  const auto all = two().beginnings(3);
  REQUIRE(all.size() == 3);
  CHECK(all.at(0) == std::vector<std::string>{"AIDS"});
  CHECK(all.at(3) == std::vector<std::string>{"B20", "F20"});
  CHECK(all.at(4) == std::vector<std::string>{"T742"});
  CHECK(two().beginnings(2).size() == 1);
  CHECK(two().beginnings(0).empty());
}
