#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "simulate/content.hpp"
#include "simulate/district.hpp"
#include "simulate/random.hpp"
#include "simulate/resources.hpp"

namespace hb::simulate {

/// Where the text of a person begins in a batch.
struct Mark {
  std::array<std::size_t, type_count> sizes{};
  std::uint64_t encounters = 0;
};
Mark mark_of(const Batch& batch);

/// What goes wrong between life and record, drawn for each person from sequences of their own, so
/// that everything else stays the same with and without it. Every deed is a row of truth/.
class Dirt {
 public:
  /// last  day of the window: what would arrive later never does
  Dirt(const Content& content, const District& district, DirtLevel level, std::uint64_t seed,
       Date last);

  /// Fields a person's own record lacks.
  void blur(PatientFacts& facts, std::uint32_t person, Batch& batch) const;
  /// Does the record of this person never hear of a move?
  bool forgets_move(std::uint32_t person) const;
  /// Writes a second record of the person with slips, maybe. returns  whether it did
  bool duplicate(const PatientFacts& facts, std::uint32_t person, Batch& batch) const;
  /// Spoils visits of the person among the lines since `mark`: their Encounter and what refers to
  /// it. Versions of one resource follow one another.
  void soil(std::uint32_t person, bool duplicated, const Mark& mark, Batch& batch) const;

 private:
  double share(double normal) const;
  void slip(Slip slip, PatientFacts& facts, Person& twin, Random& random) const;

  const Content& content_;
  const DirtContent& dirt_;
  const District& district_;
  double factor_;  ///< 0: none
  std::uint64_t seed_;
  Date last_;
};

}  // namespace hb::simulate
