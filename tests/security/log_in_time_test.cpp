#include <doctest/doctest.h>
#include <time.h>

#include <algorithm>
#include <vector>

#include "security/accounts.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::security;
using hb::test::TempDir;

namespace {

const std::string good = "Vier-Katzen 26";

/// Processor time of this thread in milliseconds: what the machine does besides is not in it.
double thread_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double median_of(int times, const auto& act) {
  std::vector<double> taken;
  for (int i = 0; i < times; ++i) {
    const double began = thread_milliseconds();
    act(i);
    taken.push_back(thread_milliseconds() - began);
  }
  std::ranges::sort(taken);
  return taken[taken.size() / 2];
}

}  // namespace

// Fails when an unknown name is answered without comparing a password (its median is then near 0),
// when a locked account is refused before, or when no_password has another cost.
TEST_CASE("log-in time: unknown, locked, throttled and wrong take as long as right, its Argon2") {
  const TempDir folder;
  AccountOptions options;
  options.cost = {.kibibytes = 16 * 1024, .passes = 2, .lanes = 1};
  const auto accounts = Accounts::open((folder.path() / "accounts.db").string(), options).value();
  for (const char* name : {"li.na", "wang.wei"}) {
    User user;
    user.name = name;
    user.roles = {"nurse"};
    REQUIRE(accounts->add(user, good));
  }
  REQUIRE(accounts->lock("wang.wei", true));
  const double argon = median_of(9, [&](int) { (void)crypto::hash_password(good, options.cost); });
  const auto log_in = [&](const std::string& name, const std::string& password) {
    return median_of(9, [&](int i) {
      (void)accounts->log_in(name, password, "", "10.0.0." + std::to_string(i));
    });
  };
  const double right = log_in("li.na", good);
  const double wrong = log_in("li.na", "Wrong-word 1");
  const double unknown = log_in("nobody", good);
  const double locked = log_in("wang.wei", good);
  for (int i = 0; i < 6; ++i) (void)accounts->log_in("li.na", "x", "", "evil");
  const double throttled =
      median_of(9, [&](int) { (void)accounts->log_in("li.na", good, "", "evil"); });
  MESSAGE("Argon2 " << argon << " ms; right " << right << ", wrong " << wrong << ", unknown "
                    << unknown << ", locked " << locked << ", throttled " << throttled);
  for (const double one : {right, wrong, unknown, locked, throttled}) {
    CHECK(one > 0.7 * argon);
    CHECK(one < 1.4 * argon + 2);  // and a few milliseconds of bookkeeping
  }
}
