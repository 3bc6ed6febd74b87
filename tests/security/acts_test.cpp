#include "security/acts.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "crypto/one_time_code.hpp"
#include "records/store.hpp"
#include "security/accounts.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::security;
using hb::test::TempDir;

namespace {

const std::string good = "Vier-Katzen 26";
const std::string next_one = "Nine-quiet-herons-4";

/// Accounts beside a store of their own.
struct Given {
  TempDir folder;
  std::unique_ptr<records::Store> store =
      records::Store::open((folder.path() / "records.db").string(), {}).value();
  std::unique_ptr<Accounts> accounts = open();
  Principal officer{"an.quan", {"security-admin"}, {}, {}, "operation", true, "10.0.0.7"};

  std::unique_ptr<Accounts> open() const {
    AccountOptions options;
    options.cost = {.kibibytes = 64, .passes = 1, .lanes = 1};
    return Accounts::open((folder.path() / "accounts.db").string(), options).value();
  }
  User user(const std::string& name) const {
    User made;
    made.name = name;
    made.roles = {"nurse"};
    made.areas = {"770101"};
    return made;
  }
  /// Everything that stands in the audit, oldest first: "who action what from".
  std::vector<std::string> audited() {
    REQUIRE(accounts->settle(*store).has_value());
    auto entries = store->audit(Principal::system("test"), {}).value();
    std::vector<std::string> lines;
    for (const auto& entry : entries)
      lines.push_back(entry.user + " " + entry.action + " " + entry.what + " " + entry.from);
    std::ranges::reverse(lines);
    return lines;
  }
};

}  // namespace

TEST_CASE("acts: every change of an account stands in the audit with who, what and from where") {
  Given given;
  REQUIRE(given.accounts->add(given.user("li.na"), good, given.officer));
  REQUIRE(given.accounts->set_rights("li.na", {"nurse", "vaccinator"}, {"*"}, {}, given.officer));
  REQUIRE(given.accounts->lock("li.na", true, given.officer));
  REQUIRE(given.accounts->lock("li.na", false, given.officer));
  REQUIRE(given.accounts->drop_second_factor("li.na", given.officer));
  REQUIRE(given.accounts->reset("li.na", given.officer));
  CHECK(given.audited() ==
        std::vector<std::string>{
            "an.quan user-add account li.na roles nurse areas 770101 organizations - 10.0.0.7",
            "an.quan user-rights account li.na roles nurse vaccinator areas * organizations - "
            "10.0.0.7",
            "an.quan user-lock account li.na 10.0.0.7",
            "an.quan user-unlock account li.na 10.0.0.7",
            "an.quan second-factor-drop account li.na 10.0.0.7",
            "an.quan user-reset account li.na 10.0.0.7"});
  CHECK(given.accounts->acts(10)->empty());  // moved, not copied
  CHECK(given.audited().size() == 6);
}

TEST_CASE("acts: log-ins, refusals, log-outs and passwords; what was typed is never kept") {
  Given given;
  REQUIRE(given.accounts->add(given.user("li.na"), good, given.officer));
  const std::string id = given.accounts->log_in("li.na", good, "", "10.0.0.1").value();
  CHECK_FALSE(given.accounts->log_in("li.na", "Wrong-word 1", "", "10.0.0.2"));
  CHECK_FALSE(given.accounts->log_in("My-own-password 7", "x", "", "10.0.0.3"));
  CHECK_FALSE(given.accounts->change_password(id, "Wrong-word 1", next_one, "10.0.0.1"));
  REQUIRE(given.accounts->change_password(id, good, next_one, "10.0.0.1"));
  REQUIRE(given.accounts->log_out(id, "10.0.0.1"));
  REQUIRE(given.accounts->log_out(id, "10.0.0.1"));  // there is no session any more: no act
  const auto lines = given.audited();
  CHECK(std::vector<std::string>(lines.begin() + 1, lines.end()) ==
        std::vector<std::string>{"li.na log-in account li.na 10.0.0.1",
                                 "anybody log-in-refused account li.na 10.0.0.2",
                                 "anybody log-in-refused account unknown 10.0.0.3",
                                 "anybody password-change-refused account li.na 10.0.0.1",
                                 "li.na password-change account li.na 10.0.0.1",
                                 "li.na log-out account li.na 10.0.0.1"});
}

TEST_CASE("acts: second factor and tokens; the secrets themselves are not in what is kept") {
  Given given;
  REQUIRE(given.accounts->add(given.user("li.na"), good, given.officer));
  const std::string secret = given.accounts->begin_second_factor("li.na").value();
  const std::string code = crypto::one_time_code(secret, crypto::code_step(system_clock()()));
  REQUIRE(given.accounts->confirm_second_factor("li.na", code, "10.0.0.1"));
  const std::string token =
      given.accounts->create_token("his-1", "system/*.rs", 60, given.officer).value();
  const std::string id = given.accounts->tokens()->front().id;
  REQUIRE(given.accounts->revoke_token(id, given.officer));
  const auto lines = given.audited();
  REQUIRE(lines.size() == 4);
  CHECK(lines[1] == "li.na second-factor-on account li.na 10.0.0.1");
  CHECK(lines[2] ==
        "an.quan token-create token " + id + " client his-1 scope system/*.rs 10.0.0.7");
  CHECK(lines[3] == "an.quan token-revoke token " + id + " client his-1 10.0.0.7");
  for (const std::string& line : lines) CHECK(line.find(token.substr(30)) == std::string::npos);
}

TEST_CASE("acts: a change that is refused leaves no act, and without the audit nothing is lost") {
  Given given;
  REQUIRE(given.accounts->add(given.user("li.na"), good, given.officer));
  CHECK(given.accounts->add(given.user("li.na"), good).error().code == ErrorCode::conflict);
  CHECK(given.accounts->lock("nobody", true).error().code == ErrorCode::not_found);
  CHECK(given.accounts->reset("nobody").error().code == ErrorCode::not_found);
  CHECK(given.accounts->revoke_token("none").error().code == ErrorCode::not_found);
  CHECK(given.accounts->set_rights("li.na", {}, {}, {}).error().where == "roles");
  CHECK(given.accounts->set_rights("li.na", {"nurse"}, {"Hangzhou"}, {}).error().where == "areas");
  given.accounts = given.open();  // the program ended before the act was moved
  REQUIRE(given.accounts->acts(10)->size() == 1);
  CHECK(given.accounts->acts(10)->front().action == act::user_add);
  CHECK(given.audited().size() == 1);
}

TEST_CASE("acts: changes by the command line name the console and the system's user") {
  Given given;
  REQUIRE(given.accounts->add(given.user("li.na"), good));
  CHECK(given.audited().front().starts_with("console:"));
}

TEST_CASE("hash_of_nothing: as dear as a real hash, and no password has it") {
  const crypto::PasswordCost cost{.kibibytes = 64, .passes = 1, .lanes = 1};
  const std::string nothing = crypto::hash_of_nothing(cost);
  CHECK_FALSE(crypto::is_outdated(nothing, cost));
  CHECK_FALSE(crypto::verify_password("", nothing));
  CHECK(nothing.size() == crypto::hash_password("x", cost).size());
}
