#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/localized.hpp"
#include "core/principal.hpp"

namespace hb {

/// How much of a field is shown.
enum class Show : std::uint8_t { none, masked, full };
std::string_view show_word(Show show);  ///< "none", "masked", "full"

/// How a masked value is made (core/mask.hpp); `year` keeps the year of a day, `street` the first
/// nine digits of an area code, `hidden` shows nothing.
enum class Mask : std::uint8_t { hidden, name, identity, phone, address, year, street };
/// nullopt  no such word
std::optional<Mask> mask_of(std::string_view word);
std::string_view mask_word(Mask mask);

/// Who sees what of persons: the one place that decides. Content of scenes/core/policy.yaml;
/// immutable. What is not given is not shown: a role without a rule sees nobody.
class Policy {
 public:
  using Set = std::uint32_t;  ///< a bit per kind, or per relation, in their order
  static constexpr std::size_t most = 32;

  /// Records that are given or kept together, in the records by type and in the tables by name.
  struct Kind {
    std::string id;  ///< "visit"
    Localized name;
    std::vector<std::string> types;   ///< FHIR resource types
    std::vector<std::string> tables;  ///< derived tables
    bool open = false;                ///< of no person: everybody sees it
  };

  /// Parts of records that are shown or hidden together.
  struct Group {
    std::string id;  ///< "identity"
    Localized name;
    Mask mask = Mask::hidden;
    /// "Patient.identifier", "*.text" (any type), "Encounter.extension(total-cost)": the end of the
    /// extension's address
    std::vector<std::string> paths;
    std::vector<std::string> columns;  ///< "encounter.cost", "*.resident_birth_date" (any table)
  };

  /// Why a person is known to somebody, told from rows of a table.
  struct Relation {
    std::string id;  ///< "contract"
    Localized name;
    std::string table;
    std::string by;                                         ///< column with the key of the asker
    bool by_practitioner = false;                           ///< else by the asker's organisations
    std::map<std::string, std::vector<std::string>> codes;  ///< column → one of these values
    std::string begins;  ///< column with the day it begins, or of the event
    std::string ends;    ///< column with its last day, empty there = still going on; may be empty
    int days = 0;        ///< of an event: how long it counts; 0 = as `ends` says
  };

  /// What one role sees.
  struct Rule {
    std::string role;
    std::vector<std::string> purposes;  ///< the rule holds for these alone
    bool all_rows = false;              ///< everybody
    bool area = false;                  ///< who lives in the areas of the account
    bool own = false;                   ///< the asker, and those in the asker's care
    Set relations = 0;                  ///< who has one of these relations to the asker
    bool own_rows = false;              ///< of those, only what names the asker's organisation
    bool all_kinds = false;
    Set kinds = 0;
    std::vector<Show> fields;   ///< per group
    bool small_counts = false;  ///< sees counts of fewer persons than small_count()
    bool needs_approval = false;
    bool break_glass = false;  ///< may open one more resident in an emergency

    bool sees_kind(std::optional<std::size_t> kind) const {
      return all_kinds || (kind && (kinds >> *kind & 1) != 0);
    }
    bool reaches_nobody() const { return !all_rows && !area && !own && relations == 0; }
  };

  /// Duties that nobody holds together.
  struct Apart {
    std::vector<std::string> of;    ///< not two of these, when `from` is empty …
    std::vector<std::string> from;  ///< … else none of `of` with any of these
    Localized why;
  };

  struct BreakGlass {
    int minutes = 60;       ///< how long one resident stays open
    int most_a_day = 10;    ///< per account
    int least_reason = 10;  ///< characters
  };

  /// Totals of few residents, for readers to whom a part of what is counted is closed.
  struct SmallGroups {
    int below = 100;     ///< groups of fewer residents are small
    std::string people;  ///< id of the computed indicator that counts them
    Localized basis;
  };

  struct Content {
    std::vector<Kind> kinds;
    std::vector<Group> groups;
    std::vector<Relation> relations;
    std::vector<Rule> rules;
    std::vector<Apart> apart;
    BreakGlass break_glass;
    int small_count = 5;
    Localized small_basis;
    SmallGroups small_groups;
  };
  explicit Policy(Content content);

  const std::vector<Kind>& kinds() const { return content_.kinds; }
  const std::vector<Group>& groups() const { return content_.groups; }
  const std::vector<Relation>& relations() const { return content_.relations; }
  const std::vector<Rule>& rules() const { return content_.rules; }
  const std::vector<Apart>& apart() const { return content_.apart; }
  const BreakGlass& break_glass() const { return content_.break_glass; }
  /// Counts of persons from 1 to one below this are not given to roles without the right.
  int small_count() const { return content_.small_count; }
  const Localized& small_basis() const { return content_.small_basis; }
  /// Totals that count what compartments hold are given to others from this many residents on.
  const SmallGroups& small_groups() const { return content_.small_groups; }

  const Rule* rule(std::string_view role) const;
  std::optional<std::size_t> kind_of_type(std::string_view type) const;
  std::optional<std::size_t> kind_of_table(std::string_view table) const;
  std::optional<std::size_t> group(std::string_view id) const;
  bool is_open(std::optional<std::size_t> kind) const { return kind && content_.kinds[*kind].open; }

  /// The program's own jobs: no rule holds for them.
  static bool is_own_job(const Principal& principal);
  /// Rules of the principal's roles that hold for the purpose; those that need an approval number
  /// only when there is one. A machine's token has the rule of the role "machine".
  std::vector<const Rule*> rules_of(const Principal& principal) const;
  /// The one rule by which the principal sees rows of the derived tables: the widest, of equals the
  /// first; never a mixture of rows of one role with fields of another. null: none
  const Rule* widest_rule(const Principal& principal) const;
  bool sees_small_counts(const Principal& principal) const;

  /// Why these roles must not be joined in one account; nullopt: they may.
  std::optional<Localized> conflict(const std::vector<std::string>& roles) const;

 private:
  Content content_;
  std::map<std::string, std::size_t, std::less<>> types_;
  std::map<std::string, std::size_t, std::less<>> tables_;
};

/// Residents who have relations to a principal, by rising id, with the bits of the relations.
using Related = std::vector<std::pair<std::int64_t, Policy::Set>>;

/// "all", "area", "organization", "relationship", "own", "none": the farthest a rule reaches.
std::string_view reach_word(const Policy::Rule& rule);

}  // namespace hb
