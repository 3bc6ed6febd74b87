#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "core/principal.hpp"

namespace hb {

/// Codes of some code systems: whole codes, or all codes that begin so.
struct CompartmentCodes {
  std::vector<std::string> systems;   ///< beginnings of system URLs
  std::vector<std::string> codes;     ///< whole
  std::vector<std::string> prefixes;  ///< in the form of plain_code()
};

/// A kind of item that only its own programme sees.
struct Compartment {
  std::string id;  ///< "hiv"
  Localized name;
  std::vector<std::string> roles;     ///< one of them is needed to open it …
  std::vector<std::string> purposes;  ///< … and one of these purposes
  std::vector<CompartmentCodes> codes;
};

/// Capitals without dots and blanks: "f20.9" and "F209" are one code.
std::string plain_code(std::string_view code);

/// All compartments of a district, and the one place that decides who opens which. Immutable.
class Compartments {
 public:
  /// One bit per compartment, in their order; 0 = none.
  using Set = std::uint32_t;
  static constexpr std::size_t most = 32;

  /// Where derived rows carry a code, by table.
  using Columns = std::map<std::string, std::vector<std::string>, std::less<>>;

  /// compartments  at most `most`
  /// row_of        table → table whose rows of the same resource version decide
  Compartments(std::vector<Compartment> compartments, Columns columns,
               std::map<std::string, std::string, std::less<>> row_of, std::string link);

  const std::vector<Compartment>& all() const { return compartments_; }
  const Columns& columns() const { return columns_; }
  const std::map<std::string, std::string, std::less<>>& row_of() const { return row_of_; }
  /// Column that names the visit of a row: what belongs to a visit shares its compartments.
  const std::string& link() const { return link_; }

  /// The compartments that stay closed to this principal. The program's own jobs (role "system")
  /// open all.
  Set closed_to(const Principal& principal) const;
  /// Those that this code belongs to. A code without a system is matched against all systems.
  Set of_code(std::string_view system, std::string_view code) const;

  /// Beginnings of plain codes of these compartments, by their length; whole codes of length 0.
  std::map<std::size_t, std::vector<std::string>> beginnings(Set set) const;

 private:
  struct Rule {
    std::vector<std::string> systems;
    Set set;
  };
  std::vector<Compartment> compartments_;
  Columns columns_;
  std::map<std::string, std::string, std::less<>> row_of_;
  std::string link_;
  std::map<std::string, std::vector<Rule>, std::less<>> whole_;      ///< by plain code
  std::map<std::string, std::vector<Rule>, std::less<>> beginning_;  ///< by plain beginning
  std::vector<std::size_t> lengths_;  ///< of beginnings, each once, ascending
};

}  // namespace hb
