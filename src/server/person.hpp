#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"

namespace hb::server {

/// What pages show of a Patient body. Identifiers and telephone numbers are masked here: the full
/// ones leave the program only inside the record itself.
struct PersonCard {
  std::string name;
  std::string address;
  std::string telecom_masked;
  struct Identifier {
    std::string system;
    std::string value_masked;
  };
  std::vector<Identifier> identifiers;
  std::string identifier_masked;  ///< the citizen identity number, else the first one
};

/// json  a Patient resource; what is missing or odd stays empty
PersonCard read_person(std::string_view json);

/// Keeps the first and last four of 12 or more characters: 7701**********1234; the last two of
/// shorter ones.
std::string mask_identifier(std::string_view value);
/// Keeps the first three and last two of a number: 199******34.
std::string mask_telecom(std::string_view value);

}  // namespace hb::server
