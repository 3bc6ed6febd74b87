#pragma once
#include <memory>
#include <string>
#include <vector>

#include "fhir/check.hpp"
#include "fhir/check_deep.hpp"
#include "fhir/check_levels.hpp"
#include "fhir/check_profile.hpp"
#include "fhir/check_rules.hpp"

namespace hb::fhir {

/// All rules that resources are held against, compiled once; immutable, threads share it.
struct Rulebook {
  explicit Rulebook(Levels given) : levels(std::move(given)), invariants(levels) {}

  Levels levels;
  Invariants invariants;
  Profiles profiles;

  /// levels.yaml and the profiles of a folder (scenes/core/profiles).
  /// errors  invalid_input: a file that does not hold; where = "levels.yaml:3" or the file's name
  static Result<std::shared_ptr<const Rulebook>> load(const std::string& folder);
};

/// Holds resources against a Rulebook. One per thread.
class Validator {
 public:
  Validator(std::shared_ptr<const Rulebook> rulebook, const CheckOptions& options)
      : rulebook_(std::move(rulebook)),
        options_(options),
        deep_(rulebook_->invariants, rulebook_->levels) {
    evaluation_.set_conformance({&rulebook_->profiles, options_.simulated});
  }

  /// Against R4, and against the profiles that apply: those whose condition holds, those that
  /// meta.profile names, and `profile` if it is not nullptr.
  /// returns  everything found, warnings too (max_faults of each sort); empty = nothing. Valid
  ///          until the next call.
  const std::vector<Fault>& validate(const Resource& resource, const Profile* profile = nullptr);

  const DeepCheck& deep() const { return deep_; }

 private:
  bool applies(const Profile& profile, const Resource& resource);
  void hold_against(const Profile& profile, const Resource& resource);

  std::shared_ptr<const Rulebook> rulebook_;
  CheckOptions options_;
  DeepCheck deep_;
  Evaluation evaluation_;
  std::vector<Fault> faults_;
};

/// The first of the gravest faults; nullptr when there are only warnings, or none.
const Fault* gravest(const std::vector<Fault>& faults);

}  // namespace hb::fhir
