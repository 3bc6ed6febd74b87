#include "log_in.hpp"

#include <stdexcept>

namespace hb::test {

std::unique_ptr<security::Accounts> accounts_of(const District& place) {
  security::AccountOptions options;
  options.cost = {.kibibytes = 64, .passes = 1, .lanes = 1};
  auto opened = security::Accounts::open((place.store() / "accounts.db").string(), options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

void add_user(security::Accounts& accounts, const std::string& name,
              const std::vector<std::string>& roles, const std::vector<std::string>& areas,
              bool must_change) {
  security::User user;
  user.name = name;
  user.display = "李娜";
  user.roles = roles;
  user.areas = areas;
  user.must_change = must_change;
  if (const auto added = accounts.add(user, password); !added)
    throw std::runtime_error(added.error().message);
}

Answer try_log_in(std::uint16_t port, const std::string& name, const std::string& word,
                  const std::string& code) {
  return ask(port, "POST", "/api/session",
             R"({"name":")" + name + R"(","password":")" + word + "\"" +
                 (code.empty() ? "" : R"(,"code":")" + code + "\"") + "}");
}

LoggedIn log_in(std::uint16_t port, const std::string& name, const std::string& code) {
  const Answer answer = try_log_in(port, name, password, code);
  if (answer.status != 200) throw std::runtime_error("no log-in for " + name);
  const std::string set = answer.header("set-cookie");
  return {"Cookie: " + set.substr(0, set.find(';')) + "\r\n",
          std::string(answer.json().at("csrf").as_string())};
}

}  // namespace hb::test
