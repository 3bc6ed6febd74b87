#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy.hpp"
#include "records/engine.hpp"

/// Who reaches whom: the row rules of a policy over the resident index.
namespace hb::records {

/// What a principal reaches, worked out once per call.
class Sight {
 public:
  using Rules = std::vector<const Policy::Rule*>;

  /// errors  whatever finding the principal's relations gives
  static Result<Sight> of(const Engine& engine, const Principal& principal);

  /// No rule holds: the program's own jobs, or a store without a policy.
  bool is_free() const { return free_; }
  const Rules& rules() const { return rules_; }
  /// Of the principal's rules those that reach this resident.
  Rules reaching(ResidentId id, std::string_view area) const;
  /// Only rules that show this group in full stay: a search by a field that is hidden would tell
  /// it.
  void require_full(std::size_t group);
  /// Only rules that show records of this kind stay.
  void require_kind(std::optional<std::size_t> kind);

  bool reaches_areas() const;      ///< some rule goes by area
  bool reaches_everybody() const;  ///< some rule goes without limit
  bool may_see_area(std::string_view area) const;
  /// By relation, own or granted, in rising order; with the areas all that is reached.
  std::vector<ResidentId> known() const;

 private:
  Sight(const Engine& engine, const Principal& principal)
      : engine_(&engine), principal_(&principal) {}
  bool reaches(const Policy::Rule& rule, ResidentId id, std::string_view area) const;
  Policy::Set relations_to(ResidentId id) const;

  const Engine* engine_;
  const Principal* principal_;
  bool free_ = false;
  Rules rules_;
  std::shared_ptr<const Related> related_;
};

/// Per group the most that one of the rules shows of a record of this kind. A rule for rows of the
/// own organisation counts only where the record names it.
/// returns  nullopt: none of the rules shows such a record
std::optional<std::vector<Show>> shows_of(const Policy& policy, const Sight::Rules& rules,
                                          const Principal& principal,
                                          std::optional<std::size_t> kind, bool is_person,
                                          std::string_view json);

/// A version as the principal sees it; nullopt: not at all.
Result<std::optional<StoredVersion>> seen(const Engine& engine, const Principal& principal,
                                          const Sight& sight, const Sight::Rules& rules,
                                          StoredVersion version);

/// The same for a row of the resident index.
std::optional<Resident> seen(const Engine& engine, const Principal& principal, const Sight& sight,
                             Resident resident);

/// Area of a resident's present address; empty when it or the resident is not known.
Result<std::string> area_of(const Engine& engine, ResidentId id);

}  // namespace hb::records
