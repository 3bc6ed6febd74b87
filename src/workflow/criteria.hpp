#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "workflow/fault.hpp"
#include "workflow/flow.hpp"

namespace hb::workflow {

class Scope;

/// The most dates that lie within so many days one after the other.
struct Window {
  Formula dates;  ///< all dates
  int days = 0;   ///< >= 1; 7: a day and the six after it
};

/// Something that conditions look at: the first of `first` that has a value, else the largest
/// number of `largest`, else it is not known.
struct Fact {
  enum class Kind : std::uint8_t { number, code, boolean };
  std::string id;
  Localized name;
  Kind kind = Kind::number;
  std::vector<Formula> first;
  std::vector<std::variant<Formula, Window>> largest;
  Place at;
};

/// What must be so. Of a fact that is not known nobody can say whether it is so.
struct Condition {
  enum class Kind : std::uint8_t { all, any, at_least, more_than, at_most, one_of, is };
  Kind kind = Kind::all;
  std::vector<Condition> parts;  ///< all, any
  std::size_t fact = 0;          ///< index in Criteria::facts
  double number = 0;             ///< at_least, more_than, at_most
  std::set<std::string> codes;   ///< one_of
  bool flag = false;             ///< is
};

/// If it holds, the level is at least this one.
struct Criterion {
  std::string id;
  std::size_t level = 0;  ///< index in Criteria::levels
  Localized text;
  std::string source;
  Condition when;
  Place at;
};

/// Criteria by which a level is proposed to a person: content (schema criteria-1).
struct Criteria {
  struct Level {
    std::string id;
    Localized name;
  };
  std::string file;
  std::string id;
  Localized title;
  Localized source;
  std::vector<Level> levels;  ///< gravest first; the last is that of what meets no criterion
  std::string rows_child;     ///< name of the sub-flow whose last form gives `rows`; empty: none
  std::string rows_group;     ///< the repeated group in that form
  std::vector<Fact> facts;
  std::vector<Criterion> criteria;
};

/// Reads a file; all its faults are said. returns  nullopt: it has faults
std::optional<Criteria> load_criteria(const std::filesystem::path& file,
                                      std::vector<Fault>& faults);

/// Values of facts by their id; a fact that is not known has none.
/// scope   sees `rows`
/// errors  invalid_input: an expression fails, or gives what the fact cannot be
Result<boost::json::object> facts_of(const Criteria& criteria, Scope& scope);

enum class Truth : std::uint8_t { no, unknown, yes };

/// Whether a condition is so, by the facts.
Truth truth_of(const Condition& condition, const Criteria& criteria,
               const boost::json::object& facts);

/// The level of the gravest criterion that holds, and why:
/// {criteria, title, levels: [{id, name}], level, level_name,
///  criterion?: {id, level, level_name, text, source, facts: [{id, name, value}]},
///  also: [criterion], undecided: [{id, level, level_name, text, missing: [{id, name}]}]}
/// levels     all, gravest first
/// also       other criteria that hold, of the same level or below
/// undecided  graver criteria of which nobody can say, with the facts that are missing
boost::json::object proposal_of(const Criteria& criteria, const boost::json::object& facts);

/// The largest number of days that lie in one window: days["2026-03-01", "2026-03-07"], 7 → 2.
std::size_t most_within(std::vector<Date> dates, int days);

}  // namespace hb::workflow
