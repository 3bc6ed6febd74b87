#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "exchange/anonymity.hpp"

namespace hb::exchange {

/// What is shown of everything at the end of every hierarchy.
inline constexpr std::string_view anything = "*";

/// How one kind of value is shown ever more coarsely: content. After the stated levels comes "*".
struct Hierarchy {
  enum class Kind : std::uint8_t {
    value,   ///< as it stands
    age,     ///< full years in bands: "40-44", "85+"
    prefix,  ///< the beginning of a code
    date,    ///< "2025-11-22" → "2025-11", "2025-Q4", "2025"
    groups,  ///< as it stands, then named groups; "other" for what is in none
  };
  enum class Step : std::uint8_t { day, month, quarter, year };
  Kind kind = Kind::value;
  std::vector<int> bands;            ///< age: years per band, rising; the first is the finest shown
  int top = 90;                      ///< age: this and above are one
  std::vector<std::size_t> lengths;  ///< prefix: characters, falling; the first is the finest shown
  std::vector<Step> steps;           ///< date: rising
  std::map<std::string, std::string> group_of;  ///< groups: value → group
};

/// A quasi-identifier of these values, one per person; the empty text (not known) stays empty up to
/// the last level.
/// values  age: full years in digits; date: "2025-11-22"; else any text
/// errors  invalid_input: a value that does not fit the kind
Result<QuasiIdentifier> quasi_identifier(std::string name, const std::vector<std::string>& values,
                                         const Hierarchy& hierarchy);

}  // namespace hb::exchange
