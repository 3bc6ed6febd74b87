#include <algorithm>

#include "core/date.hpp"
#include "fhir/check.hpp"

namespace hb::fhir {
namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

char identity_check_digit(std::string_view first17) {
  constexpr int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr char digits[] = "10X98765432";
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += weights[i] * (first17[i] - '0');
  return digits[sum % 11];
}

bool is_identity_number(std::string_view text) {
  if (text.size() != 18 || !all_digits(text.substr(0, 17)) || text[0] == '0') return false;
  if (!make_date(number(text.substr(6, 4)), number(text.substr(10, 2)), number(text.substr(12, 2))))
    return false;
  const char last = text[17] == 'x' ? 'X' : text[17];
  return identity_check_digit(text.substr(0, 17)) == last;
}

bool is_old_identity_number(std::string_view text) {
  if (text.size() != 15 || !all_digits(text) || text[0] == '0') return false;
  return make_date(1900 + number(text.substr(6, 2)), number(text.substr(8, 2)),
                   number(text.substr(10, 2)))
      .has_value();
}

}  // namespace hb::fhir
