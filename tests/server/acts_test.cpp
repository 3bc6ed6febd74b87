#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "district.hpp"
#include "log_in.hpp"
#include "records/store.hpp"

using namespace hb;
using namespace hb::test;

namespace {

/// The audit of a district whose server runs: "who action what from", newest first.
std::vector<std::string> audit_of(const District& place) {
  const auto store =
      records::Store::open((place.store() / "records.db").string(),
                           {.create = false, .read_only = true, .without_key = true});
  REQUIRE(store.has_value());
  const auto entries = (*store)->audit(Principal::system("test"), {.limit = 1000});
  REQUIRE(entries.has_value());
  std::vector<std::string> lines;
  for (const auto& entry : *entries)
    lines.push_back(entry.user + " " + entry.action + " " + entry.what + " " + entry.from);
  return lines;
}

/// Waits until the line stands in the audit, 5 seconds at most.
bool is_audited(const District& place, const std::string& line) {
  for (int i = 0; i < 50; ++i) {
    for (const std::string& one : audit_of(place))
      if (one == line) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

}  // namespace

TEST_CASE("Audit: log-ins, refusals, locks and log-outs over the socket, with the address") {
  District place;
  const auto accounts = accounts_of(place);
  add_user(*accounts, "an.quan", {"security-admin"}, {"*"});
  add_user(*accounts, "li.na", {"nurse"}, {"*"});
  const std::uint16_t port = place.port();
  const LoggedIn officer = log_in(port, "an.quan");
  CHECK(try_log_in(port, "li.na", "Wrong-password-1").status == 401);
  CHECK(ask(port, "POST", "/api/users/li.na/lock", R"({"locked":true})", officer.both()).status ==
        200);
  CHECK(ask(port, "DELETE", "/api/session", "", officer.both()).status == 200);
  CHECK(is_audited(place, "an.quan log-in account an.quan 127.0.0.1"));
  CHECK(is_audited(place, "anybody log-in-refused account li.na 127.0.0.1"));
  CHECK(is_audited(place, "an.quan user-lock account li.na 127.0.0.1"));
  CHECK(is_audited(place, "an.quan log-out account an.quan 127.0.0.1"));
  for (const std::string& line : audit_of(place)) {
    CHECK(line.find(password) == std::string::npos);
    CHECK(line.find("Wrong-password") == std::string::npos);
  }
}

TEST_CASE("Audit: what the command line does beside a running server follows by itself") {
  District place;
  add_user(*accounts_of(place), "li.na", {"nurse"}, {"*"});
  CHECK(get(place.port(), "/api/residents").status == 401);
  bool found = false;
  for (int i = 0; i < 50 && !found; ++i) {
    for (const std::string& line : audit_of(place))
      found = found || line.find(" user-add account li.na roles nurse areas * ") != line.npos;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  CHECK(found);
}
