#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "client.hpp"
#include "district.hpp"
#include "security/accounts.hpp"
#include "server/routes.hpp"

/// What the tests that attack share: a store in which every kind of resource stands twice, and
/// sessions of whatever account a test needs.
namespace hb::test {

/// A session as a browser holds it.
struct Visitor {
  std::string name;
  std::string id;  ///< of the session
  std::string csrf;
  std::string cookie;  ///< "Cookie: hb_session=…\r\n"
  /// What a page of ours sends with a change.
  std::string headers() const { return cookie + "X-CSRF-Token: " + csrf + "\r\n"; }
};

/// A stored resource of a person and where the API shows it.
struct Shown {
  std::string type;
  std::string id;
  std::int64_t resident = 0;
  std::int64_t seq = 0;      ///< as the API calls it (server/handles.hpp)
  std::string path() const;  ///< "/api/residents/1/resources/9"
};

/// The small district, closed by accounts, with one resource of each type for 张伟 (street
/// 770101001) and one for 李小明 (street 770101002).
class Fortress {
 public:
  Fortress();

  District& place() { return place_; }
  std::uint16_t port() const { return place_.port(); }
  security::Accounts& accounts() { return *accounts_; }
  const std::vector<Shown>& near() const { return near_; }  ///< of 张伟
  const std::vector<Shown>& far() const { return far_; }    ///< of 李小明

  /// A session of a new account, begun past the log-in page: its Argon2 is not what is tested here.
  Visitor visitor(const std::string& name, const std::vector<std::string>& roles,
                  const std::vector<std::string>& areas = {"*"});
  Visitor again(const std::string& name);  ///< another session of the account

  static const std::string password;

 private:
  District place_;
  std::unique_ptr<security::Accounts> accounts_;
  std::vector<Shown> near_, far_;
};

/// One for all tests that change nothing but their own sessions; accounts have names of their own.
Fortress& fortress();
/// Ends it; called when the last test has run (district.cpp).
void end_fortress();

/// Every role of roles.yaml.
std::vector<std::string> all_roles();
/// What a role may by roles.yaml.
bool role_may(const std::string& role, std::string_view permission);

/// The pattern with its captured parts replaced, in order.
std::string filled(std::string_view pattern, const std::vector<std::string>& parts);
std::size_t captures_in(std::string_view pattern);

/// For a query: every byte that is not plain as %XX.
std::string escaped(std::string_view text);

/// The answer without what changes from one to the next (Date): to compare two.
std::string fingerprint(const Answer& answer);

/// The names of the fields that the routes take in JSON bodies, from openapi.yaml.
std::set<std::string> body_fields(std::uint16_t port);

}  // namespace hb::test
