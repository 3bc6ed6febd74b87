#include "fhir/check_named.hpp"

#include <algorithm>
#include <array>

namespace hb::fhir {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

/// The first two digits of GB/T 2260: provinces, autonomous regions, municipalities, and the
/// special administrative regions.
constexpr std::string_view provinces[] = {"11", "12", "13", "14", "15", "21", "22", "23", "31",
                                          "32", "33", "34", "35", "36", "37", "41", "42", "43",
                                          "44", "45", "46", "50", "51", "52", "53", "54", "61",
                                          "62", "63", "64", "65", "71", "81", "82"};

bool is_province(std::string_view text, bool simulated) {
  const std::string_view first = text.substr(0, 2);
  return (simulated && first == "77") ||
         std::find(std::begin(provinces), std::end(provinces), first) != std::end(provinces);
}

constexpr NamedCheck checks[] = {
    {"gb-11643",
     [](std::string_view text, const CheckOptions& options) {
       return is_old_identity_number(text) ? is_province(text, options.simulated)
                                           : is_resident_number(text, options.simulated);
     },
     "an identity number of GB 11643: area, birth date that exists, check digit"},
    {"area-code",
     [](std::string_view text, const CheckOptions& options) {
       return is_area_code(text, options.simulated);
     },
     "6, 9 or 12 digits that begin with a province (GB/T 2260)"},
    {"social-credit-code",
     [](std::string_view text, const CheckOptions&) { return is_social_credit_code(text); },
     "18 characters with the right check character (GB 32100)"},
    {"icd-10", [](std::string_view text, const CheckOptions&) { return is_icd10_code(text); },
     "a code of ICD-10 such as J18.9 or I10.x00x002"},
};

}  // namespace

const NamedCheck* find_named_check(std::string_view name) {
  const auto found = std::find_if(std::begin(checks), std::end(checks),
                                  [&](const NamedCheck& check) { return check.name == name; });
  return found == std::end(checks) ? nullptr : found;
}

bool is_social_credit_code(std::string_view text) {
  constexpr std::string_view characters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  if (text.size() != 18) return false;
  std::size_t sum = 0;
  std::size_t weight = 1;  // powers of 3 modulo 31
  for (const char c : text.substr(0, 17)) {
    const std::size_t value = characters.find(c);
    if (value == std::string_view::npos) return false;
    sum += value * weight;
    weight = weight * 3 % 31;
  }
  return characters[(31 - sum % 31) % 31] == text[17];
}

bool is_area_code(std::string_view text, bool simulated) {
  const bool length = text.size() == 6 || text.size() == 9 || text.size() == 12;
  return length && all_digits(text) && is_province(text, simulated);
}

bool is_resident_number(std::string_view text, bool simulated) {
  if (!is_identity_number(text)) return false;
  if (text[0] == '9') return is_province(text.substr(1), simulated);
  // 81 and 82 are in GB/T 2260 too, but numbers of that beginning are residence permits.
  if (text[0] == '8')
    return text.starts_with("810000") || text.starts_with("820000") || text.starts_with("830000");
  return is_province(text, simulated);
}

bool is_icd10_code(std::string_view text) {
  if (text.size() < 3 || !is_upper(text[0]) || !is_digit(text[1]) || !is_digit(text[2]))
    return false;
  if (text.size() == 3) return true;
  if (text[3] != '.' || text.size() > 16) return false;
  const std::string_view rest = text.substr(4);
  return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) {
    return is_digit(c) || c == 'x' || c == '+' || c == '*';
  });
}

}  // namespace hb::fhir
