#pragma once
#include <string_view>

#include "fhir/check.hpp"

namespace hb::fhir {

/// A check of a text that FHIRPath cannot state; profiles name it in their extension `check`.
struct NamedCheck {
  std::string_view name;
  bool (*holds)(std::string_view text, const CheckOptions& options);
  std::string_view expected;
};

/// nullptr when there is no check of this name.
const NamedCheck* find_named_check(std::string_view name);

/// GB 32100-2015: 18 characters, check character modulo 31.
bool is_social_credit_code(std::string_view text);
/// GB/T 2260 and GB/T 10114: 6, 9 or 12 digits that begin with a province (77: simulated stores).
bool is_area_code(std::string_view text, bool simulated);
/// An identity number of GB 11643 whose first digits are a province, 810000, 820000 or 830000
/// (residents of Hong Kong, Macao, Taiwan) or 9 (foreigners' permanent residence card of 2023).
bool is_resident_number(std::string_view text, bool simulated);
/// A code of ICD-10 with the digits that Chinese editions add: I10, J18.9, I10.x00x002.
bool is_icd10_code(std::string_view text);

}  // namespace hb::fhir
