#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/localized.hpp"
#include "core/result.hpp"
#include "indicators/plan.hpp"

namespace hb::indicators {

/// What values of a unit may be, and how departments write it.
struct UnitRule {
  std::string id;  ///< "percent"
  Localized name;
  std::vector<std::string> spellings;  ///< accepted in the unit column of a report
  std::optional<double> least, most;   ///< a value outside is refused
  /// value = multiplier × numerator / denominator; none: no such relation is known
  std::optional<double> multiplier;
};

/// A row of a plan, or one of several values in its cell.
struct RowReference {
  std::string row;  ///< "hangzhou-2020-27"
  int part = 0;     ///< 1-based; 0 = the whole row
};

/// One version of the 口径 of an indicator. Two figures are comparable without a word only when
/// they have the same indicator and version.
struct DefinitionVersion {
  int version = 1;
  Basis basis;
  Date from;
  std::optional<Date> to;  ///< none: still in force
  Localized change;        ///< what changed against the version before; empty for the first
};

/// An indicator that departments report, with everything a figure of it is to be read with.
struct Definition {
  std::string id;
  std::string scene;
  Localized name;
  UnitRule unit;
  int decimals = 0;
  Better better = Better::none;
  Localized owner;    ///< kind of department that answers for it
  std::string every;  ///< "year", "quarter", "month"
  std::string over;   ///< "year", or "cumulative": the period is part of the value
  bool is_public = true;
  bool survey = false;   ///< an estimate from a sample, never a count
  bool counts = false;   ///< numerator and denominator are asked for beside the value
  std::string computed;  ///< id of the computed indicator beside it; empty = none
  Localized source;
  std::vector<RowReference> rows;           ///< of plans
  std::vector<DefinitionVersion> versions;  ///< rising; the last one is in force
  std::string file;
  int line = 0;

  const DefinitionVersion& current() const { return versions.back(); }
  const DefinitionVersion* version(int number) const;
};

/// All definitions of the scenes; immutable.
class Definitions {
 public:
  /// Reads every scenes_dir/<scene>/definitions.yaml.
  /// errors  invalid_input with where = file:line; not_found: no such directory
  static Result<Definitions> load(const std::filesystem::path& scenes_dir);

  const std::vector<Definition>& all() const { return all_; }
  const Definition* find(std::string_view id) const;
  /// The definition that a row of a plan, or a part of it, belongs to.
  const Definition* of_row(std::string_view row, int part = 0) const;

 private:
  std::vector<Definition> all_;
  std::map<std::string, std::size_t, std::less<>> by_id_;
  std::map<std::string, std::size_t, std::less<>> by_row_;  ///< "row" or "row/part"
};

/// One file. errors  those of Definitions::load
Result<std::vector<Definition>> load_definitions(const std::filesystem::path& file);

/// A figure and the 口径 it was made with.
struct FigureBasis {
  const Definition* definition = nullptr;
  int version = 0;
  std::string area;    ///< code or name
  std::string period;  ///< "2025"
};

/// What has to be said before two figures are set side by side; empty: they are comparable. Other
/// area or period is no difference of 口径: that is what comparisons are made for.
std::vector<Localized> basis_differences(const FigureBasis& one, const FigureBasis& other);

}  // namespace hb::indicators
