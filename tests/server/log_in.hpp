#pragma once
#include <memory>
#include <string>
#include <vector>

#include "client.hpp"
#include "district.hpp"
#include "security/accounts.hpp"

namespace hb::test {

/// Of every account that add_user makes.
inline const std::string password = "Brook-and-7-lanterns";

/// The accounts of a district, beside its server, with a cheap Argon2.
std::unique_ptr<security::Accounts> accounts_of(const District& place);
void add_user(security::Accounts& accounts, const std::string& name,
              const std::vector<std::string>& roles, const std::vector<std::string>& areas,
              bool must_change = false);

struct LoggedIn {
  std::string cookie;  ///< "Cookie: hb_session=…\r\n"
  std::string csrf;
  std::string both() const { return cookie + "X-CSRF-Token: " + csrf + "\r\n"; }
};

Answer try_log_in(std::uint16_t port, const std::string& name, const std::string& word,
                  const std::string& code = "");
LoggedIn log_in(std::uint16_t port, const std::string& name, const std::string& code = "");

}  // namespace hb::test
