#include "security/password_rules.hpp"

#include <doctest/doctest.h>

using namespace hb::security;

TEST_CASE("check_password: each rule by itself") {
  const auto message = [](std::string_view password) {
    const auto result = check_password(password, "li.na");
    return result ? std::string() : result.error().message;
  };
  CHECK(message("Vier-Katzen 26") == "");
  CHECK(message("映川区的早晨很安静A7") == "");
  CHECK(message("Kurz-1") == "the password needs at least 10 characters");
  CHECK(message("卫生Ab1") == "the password needs at least 10 characters");  // 5, though 9 bytes
  CHECK(message("nur kleine buchstaben").starts_with("the password needs three of"));
  CHECK(message("Ihr-LI.NA-2026") == "the password may not contain the name of the account");
  CHECK(message("Haus-1234-Baum").starts_with("the password may not contain four"));
  CHECK(message("Haus-dcba-7Baum").starts_with("the password may not contain four"));
  CHECK(message("Haus-7777-Baum").starts_with("the password may not contain four"));
  CHECK(message("MyPassw0rd-Baum") == "the password is too easy to guess");
  CHECK(message("Aa1-" + std::string(125, ' ')) == "the password may have at most 128 bytes");
}
