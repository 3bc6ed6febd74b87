#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <random>

#include "security/accounts.hpp"
#include "support/paths.hpp"
#include "support/separation.hpp"

/// Attack: learning from the time of a refused log-in whether an account exists.
using namespace hb;
using namespace hb::security;
using namespace hb::test;

namespace {

constexpr const char* password = "Brook-and-7-lanterns";

double seconds_of(Accounts& accounts, const std::string& name, const std::string& word,
                  const std::string& address) {
  const auto began = std::chrono::steady_clock::now();
  CHECK_FALSE(accounts.log_in(name, word, "", address).has_value());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

TEST_CASE("attack: a refused log-in takes the same time whoever is named and whatever is wrong") {
  const TempDir folder;
  AccountOptions options;
  options.cost = {.kibibytes = 4096, .passes = 2, .lanes = 1};  // some 10 ms
  auto opened = Accounts::open((folder.path() / "accounts.db").string(), options);
  REQUIRE(opened.has_value());
  Accounts& accounts = **opened;
  for (const char* name : {"li.na", "locked"}) {
    User user;
    user.name = name;
    user.roles = {"nurse"};
    user.areas = {"*"};
    REQUIRE(accounts.add(user, password).has_value());
  }
  REQUIRE(accounts.lock("locked", true).has_value());
  for (int i = 0; i < 60; ++i) (void)accounts.log_in("li.na", "Wrong-password-1", "", "10.9.9.9");

  struct Kind {
    const char* what;
    const char* name;
    const char* word;
    const char* address;  ///< empty: a new one each time, so that the throttle does not come in
  };
  constexpr Kind kinds[] = {{"wrong password", "li.na", "Wrong-password-1", ""},
                            {"no such account", "nobody", "Wrong-password-1", ""},
                            {"locked, right password", "locked", password, ""},
                            {"a name that no account can have", "x' OR 1=1", password, ""},
                            {"address stopped, right password", "li.na", password, "10.9.9.9"}};
  const int rounds = is_long_run() ? 500 : 40;
  std::map<std::string, std::vector<double>> times;
  std::mt19937 random(7);
  for (int i = 0; i < rounds; ++i) {
    std::vector<Kind> order(std::begin(kinds), std::end(kinds));
    std::shuffle(order.begin(), order.end(), random);
    for (const Kind& kind : order) {
      const std::string address =
          *kind.address != '\0' ? kind.address : "10.1.0." + std::to_string(i);
      times[kind.what].push_back(seconds_of(accounts, kind.name, kind.word, address));
    }
  }
  const std::vector<double>& wrong = times["wrong password"];
  for (const Kind& kind : kinds) {
    CAPTURE(kind.what);
    const double z = separation(times[kind.what], wrong);
    MESSAGE(kind.what << ": z = " << z);
    CHECK(std::abs(z) < 4.0);
  }
}
