#include "security/password_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace hb::security {
namespace {

constexpr std::size_t least_characters = 10;
constexpr std::size_t most_bytes = 128;
constexpr int least_kinds = 3;
constexpr int longest_run = 4;

/// Stems of the passwords that are guessed first.
constexpr std::array<std::string_view, 14> common = {
    "password", "passw0rd", "qwerty",  "asdfgh",      "zxcvbn",   "iloveyou", "woaini",
    "admin",    "welcome",  "letmein", "healthbrain", "jiankang", "mima",     "abc123"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

int kinds(std::string_view text) {
  bool small = false;
  bool large = false;
  bool digit = false;
  bool other = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 'a' && byte <= 'z')
      small = true;
    else if (byte >= 'A' && byte <= 'Z')
      large = true;
    else if (byte >= '0' && byte <= '9')
      digit = true;
    else
      other = true;
  }
  return small + large + digit + other;
}

/// "aaaa", "1234", "dcba"
bool has_run(std::string_view text) {
  int same = 1;
  int up = 1;
  int down = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const int step = static_cast<unsigned char>(text[i]) - static_cast<unsigned char>(text[i - 1]);
    same = step == 0 ? same + 1 : 1;
    up = step == 1 ? up + 1 : 1;
    down = step == -1 ? down + 1 : 1;
    if (std::max({same, up, down}) >= longest_run) return true;
  }
  return false;
}

unexpected<Error> refused(const char* rule) {
  return fail(ErrorCode::invalid_input, rule, "password");
}

}  // namespace

Result<void> check_password(std::string_view password, std::string_view account) {
  if (characters(password) < least_characters)
    return refused("the password needs at least 10 characters");
  if (password.size() > most_bytes) return refused("the password may have at most 128 bytes");
  if (kinds(password) < least_kinds)
    return refused(
        "the password needs three of: small letters, capitals, digits, other characters");
  const std::string small = lower(password);
  if (!account.empty() && small.find(lower(account)) != std::string::npos)
    return refused("the password may not contain the name of the account");
  if (has_run(small))
    return refused("the password may not contain four equal or neighbouring characters in a row");
  for (const std::string_view stem : common)
    if (small.find(stem) != std::string::npos) return refused("the password is too easy to guess");
  return {};
}

}  // namespace hb::security
