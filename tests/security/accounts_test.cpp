#include "security/accounts.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "crypto/one_time_code.hpp"
#include "support/paths.hpp"

using namespace hb;
using namespace hb::security;
using hb::test::TempDir;

namespace {

constexpr std::int64_t second = 1'000'000;
const std::string good = "Vier-Katzen 26";

struct Given {
  TempDir folder;
  std::string path = (folder.path() / "accounts.db").string();
  Instant now{1'800'000'000LL * second};
  bool seals = false;
  std::unique_ptr<Accounts> accounts = open();

  std::unique_ptr<Accounts> open() {
    AccountOptions options;
    options.clock = [this] { return now; };
    options.cost = {.kibibytes = 64, .passes = 1, .lanes = 1};
    const auto flipped = [](std::string_view text) {
      std::string other(text);
      for (char& byte : other) byte = static_cast<char>(~byte);
      return other;
    };
    if (seals) {
      options.seal = [=](std::string_view plain) { return "#" + flipped(plain); };
      options.open_sealed = [=](std::string_view sealed) -> Result<std::string> {
        return flipped(sealed.substr(1));
      };
    }
    return Accounts::open(path, options).value();
  }
  void pass(std::int64_t minutes) { now.micros += minutes * 60 * second; }
  void add(const std::string& name) {
    REQUIRE(accounts->add({.name = name,
                           .display = "李娜",
                           .roles = {"epidemiologist"},
                           .areas = {"770101"},
                           .organizations = {},
                           .created = {},
                           .last_login = {}},
                          good));
  }
};

bool is_refused(const auto& result) {
  return !result && result.error().code == ErrorCode::forbidden;
}

}  // namespace

TEST_CASE("accounts: added, logged in, read back after a restart") {
  Given given;
  CHECK(*given.accounts->empty());
  given.add("li.na");
  CHECK_FALSE(*given.accounts->empty());
  const auto id = given.accounts->log_in("li.na", good, "", "10.0.0.1");
  REQUIRE(id.has_value());
  given.accounts = given.open();
  const auto session = given.accounts->session(*id);
  REQUIRE(session.has_value());
  CHECK(session->user.display == "李娜");
  CHECK(session->user.last_login == given.now);
  const Principal who = principal_of(session->user, "care", "10.0.0.1");
  CHECK(who.user == "li.na");
  CHECK(who.areas == std::vector<std::string>{"770101"});
  CHECK_FALSE(who.unrestricted);
  CHECK(who.from == "10.0.0.1");
  REQUIRE(given.accounts->set_rights("li.na", {"bureau-leader"}, {"*"}, {}));
  CHECK(principal_of(*given.accounts->user("li.na"), "", "").unrestricted);
}

TEST_CASE("accounts: what is refused when one is added") {
  Given given;
  given.add("li.na");
  User user{.name = "li.na",
            .display = "",
            .roles = {"nurse"},
            .areas = {},
            .organizations = {},
            .created = {},
            .last_login = {}};
  CHECK(given.accounts->add(user, good).error().code == ErrorCode::conflict);
  user.name = "Li Na";
  CHECK(given.accounts->add(user, good).error().where == "name");
  user.name = "wang";
  CHECK(given.accounts->add(user, "short").error().where == "password");
  user.roles = {};
  CHECK(given.accounts->add(user, good).error().where == "roles");
  user.roles = {"two words"};
  CHECK(given.accounts->add(user, good).error().where == "roles");
  CHECK(given.accounts->user("wang").error().code == ErrorCode::not_found);
}

TEST_CASE("log-in: one answer for every reason") {
  Given given;
  given.add("li.na");
  given.add("wang");
  REQUIRE(given.accounts->lock("wang", true));
  const auto unknown = given.accounts->log_in("nobody", good, "", "a");
  const auto wrong = given.accounts->log_in("li.na", "wrong", "", "a");
  const auto locked = given.accounts->log_in("wang", good, "", "a");
  for (const auto* result : {&unknown, &wrong, &locked}) {
    CHECK(is_refused(*result));
    CHECK(result->error().message == unknown.error().message);
  }
  REQUIRE(given.accounts->lock("wang", false));
  CHECK(given.accounts->log_in("wang", good, "", "a"));
}

TEST_CASE("log-in: guessing is stopped from one address, and locks nobody else out") {
  Given given;
  given.add("li.na");
  for (int i = 0; i < 5; ++i) CHECK(is_refused(given.accounts->log_in("li.na", "x", "", "evil")));
  CHECK(is_refused(given.accounts->log_in("li.na", good, "", "evil")));
  CHECK(given.accounts->log_in("li.na", good, "", "home"));
  given.pass(16);
  CHECK(given.accounts->log_in("li.na", good, "", "evil"));
  for (int i = 0; i < 50; ++i)  // many names from one address
    CHECK(is_refused(given.accounts->log_in("name" + std::to_string(i), "x", "", "evil")));
  CHECK(is_refused(given.accounts->log_in("li.na", good, "", "evil")));
}

TEST_CASE("session: ends when idle, after its whole time, on log-out, lock and reset") {
  Given given;
  given.add("li.na");
  const auto log_in = [&] { return given.accounts->log_in("li.na", good, "", "a").value(); };
  std::string id = log_in();
  given.pass(29);
  CHECK(given.accounts->session(id));
  given.pass(29);
  CHECK(given.accounts->session(id));
  given.pass(31);
  CHECK(is_refused(given.accounts->session(id)));
  id = log_in();
  for (int i = 0; i < 36; ++i) {  // twelve hours
    given.pass(20);
    CHECK(given.accounts->session(id));
  }
  given.pass(1);
  CHECK(is_refused(given.accounts->session(id)));
  id = log_in();
  REQUIRE(given.accounts->log_out(id));
  CHECK(is_refused(given.accounts->session(id)));
  id = log_in();
  REQUIRE(given.accounts->lock("li.na", true));
  REQUIRE(given.accounts->lock("li.na", false));
  CHECK(is_refused(given.accounts->session(id)));
  id = log_in();
  const std::string fresh = given.accounts->reset("li.na").value();
  CHECK(is_refused(given.accounts->session(id)));
  CHECK(is_refused(given.accounts->log_in("li.na", good, "", "b")));
  CHECK(given.accounts->log_in("li.na", fresh, "", "b"));
  CHECK(given.accounts->user("li.na")->must_change);
  CHECK(is_refused(given.accounts->session("guess")));
  CHECK(given.accounts->reset("nobody").error().code == ErrorCode::not_found);
}

TEST_CASE("password: changed with the old one, not to a former one; other sessions end") {
  Given given;
  given.add("li.na");
  const std::string here = given.accounts->log_in("li.na", good, "", "a").value();
  const std::string there = given.accounts->log_in("li.na", good, "", "b").value();
  const std::string next = "Fünf-Katzen 27";
  CHECK(is_refused(given.accounts->change_password(here, "wrong", next, "a")));
  CHECK(given.accounts->change_password(here, good, good, "a").error().code ==
        ErrorCode::invalid_input);
  REQUIRE(given.accounts->change_password(here, good, next, "a"));
  CHECK(given.accounts->session(here));
  CHECK(is_refused(given.accounts->session(there)));
  CHECK(given.accounts->change_password(here, next, good, "a").error().message ==
        "the password was used before");
}

TEST_CASE("second factor: in force after a code was shown, each code once") {
  Given given;
  given.add("li.na");
  const std::string secret = given.accounts->begin_second_factor("li.na").value();
  CHECK(given.accounts->log_in("li.na", good, "", "a"));  // not confirmed yet
  const auto code = [&] { return crypto::one_time_code(secret, crypto::code_step(given.now)); };
  CHECK(is_refused(given.accounts->confirm_second_factor("li.na", "000000x")));
  REQUIRE(given.accounts->confirm_second_factor("li.na", code()));
  CHECK(given.accounts->user("li.na")->second_factor);
  CHECK(is_refused(given.accounts->log_in("li.na", good, "", "a")));
  CHECK(is_refused(given.accounts->log_in("li.na", good, code(), "a")));  // used by confirming
  given.pass(1);
  CHECK(given.accounts->log_in("li.na", good, code(), "b"));
  CHECK(is_refused(given.accounts->log_in("li.na", good, code(), "b")));
  REQUIRE(given.accounts->drop_second_factor("li.na"));
  CHECK(given.accounts->log_in("li.na", good, "", "c"));
}

TEST_CASE("second factor: the secret is not in the file where there is something to seal with") {
  Given given;
  given.add("li.na");
  given.add("wang.wu");
  const auto code = [&](const std::string& secret) {
    return crypto::one_time_code(secret, crypto::code_step(given.now));
  };
  const std::string former = given.accounts->begin_second_factor("wang.wu").value();
  REQUIRE(given.accounts->confirm_second_factor("wang.wu", code(former)));
  const auto in_files = [&](const std::string& secret) {
    for (const char* end : {"", "-wal"}) {
      std::ifstream file(given.path + end, std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      if (bytes.find(secret) != std::string::npos) return true;
    }
    return false;
  };
  CHECK(in_files(former));
  given.accounts.reset();

  // Sealed here by exchanging every bit, so that the test sees what is kept.
  given.seals = true;
  given.accounts = given.open();
  const std::string secret = given.accounts->begin_second_factor("li.na").value();
  REQUIRE(given.accounts->confirm_second_factor("li.na", code(secret)));
  given.pass(1);
  CHECK(given.accounts->log_in("li.na", good, code(secret), "a"));
  CHECK(given.accounts->log_in("wang.wu", good, code(former), "a"));  // sealed when it was opened
  given.accounts.reset();
  CHECK(!in_files(secret));
  CHECK(!in_files(former));

  // Without its key nobody with a second factor gets in.
  given.seals = false;
  given.accounts = given.open();
  given.pass(1);
  CHECK(is_refused(given.accounts->log_in("li.na", good, code(secret), "a")));
}

TEST_CASE("tokens: valid until they expire or are revoked, and kept as hashes only") {
  Given given;
  const std::string text = given.accounts->create_token("his-1", "system/*.cruds", 86'400).value();
  CHECK(text.starts_with("hbt_"));
  const auto token = given.accounts->token(text);
  REQUIRE(token.has_value());
  CHECK(token->client == "his-1");
  CHECK(is_refused(given.accounts->token(text + "x")));
  CHECK(is_refused(given.accounts->token("hbt_" + token->id + "_")));
  CHECK(is_refused(given.accounts->token("hbt__x")));
  CHECK(is_refused(given.accounts->token("")));
  given.pass(24 * 60 - 1);
  CHECK(given.accounts->token(text));
  given.pass(1);
  CHECK(is_refused(given.accounts->token(text)));
  const std::string other = given.accounts->create_token("his-2", "system/Patient.rs", 60).value();
  const std::string id = given.accounts->token(other)->id;
  REQUIRE(given.accounts->revoke_token(id));
  CHECK(is_refused(given.accounts->token(other)));
  CHECK(given.accounts->tokens()->size() == 2);
  CHECK(given.accounts->revoke_token("none").error().code == ErrorCode::not_found);
  CHECK(given.accounts->create_token("his", "", 60).error().code == ErrorCode::invalid_input);
  // The secret may hold the sign that stands before it.
  const std::string secret = other.substr(("hbt_" + id + "_").size());
  REQUIRE(secret.size() > 20);
  given.accounts.reset();
  for (const auto& file : std::filesystem::directory_iterator(given.folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    CHECK(bytes.find(secret) == std::string::npos);
  }
}

TEST_CASE("accounts: opened for the first time by many at once") {
  for (int round = 0; round < 5; ++round) {
    const TempDir folder;
    const std::string path = (folder.path() / "accounts.db").string();
    std::atomic<int> opened{0};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] { opened += Accounts::open(path).has_value() ? 1 : 0; });
    }
    CHECK(opened == 8);
  }
}

TEST_CASE("accounts file: only its owner may read it") {
  Given given;
  CHECK((std::filesystem::status(given.path).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("parse_duration and check_scope: what is understood and what is not") {
  CHECK(parse_duration("30m") == 1'800);
  CHECK(parse_duration("1d") == 86'400);
  CHECK(parse_duration("4w") == 4 * 7 * 86'400);
  for (const char* wrong : {"", "d", "1", "0d", "-1d", "1y", "1 d", "99999999999d", "600w1"})
    CHECK_FALSE(parse_duration(wrong).has_value());
  for (const char* right :
       {"system/*.cruds", "system/Patient.rs", "system/Patient.r system/Observation.cu"})
    CHECK(check_scope(right).has_value());
  for (const char* wrong : {"", "system/*", "system/*.", "user/*.r", "system/*.sr", "system/*.rr",
                            "system/patient.r", "system/.r", "system/*.x", "*"})
    CHECK_FALSE(check_scope(wrong).has_value());
}
