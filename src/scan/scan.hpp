#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "scan/zones.hpp"

namespace hb::scan {

enum class Model : std::uint8_t {
  poisson,      ///< cases in proportion to the expected ones, given their total
  permutation,  ///< days independent of places, given how many cases each has; expected C_p·C_t/C
  bernoulli,    ///< cases among cases and controls, given their total
  expectation,  ///< Poisson with the expected cases as they are
};

/// Counts by place and step of time, [place · steps + step].
struct Field {
  std::size_t places = 0;
  std::size_t steps = 0;
  std::vector<double> cases;     ///< whole numbers
  std::vector<double> expected;  ///< of poisson, bernoulli and permutation they add up to the cases
  std::vector<double> people;    ///< of bernoulli: cases and controls, whole numbers
  /// Of permutation with covariates: the cases of each stratum, adding up to `cases`. Empty = one.
  std::vector<std::vector<double>> strata;
};

/// Expected cases of the permutation model from the margins of the cases, stratum by stratum.
void expect_margins(Field& field);
/// Expected cases of the Bernoulli model from the people.
void expect_share(Field& field);

struct ScanOptions {
  Model model = Model::poisson;
  std::size_t shortest = 1;  ///< steps of a window
  std::size_t longest = 1;
  bool until_end = false;   ///< prospective: windows end with the last step
  bool again_later = true;  ///< a place may be in several clusters, at least a step apart
  double least_cases = 2;
  double compactness = 0;  ///< 0 none, ½ medium, 1 strong: (4s/(s+1)²)^compactness on ellipses
  std::size_t replicates = 999;
  std::size_t stop_after = 0;  ///< early stopping: replicates at or above the best; 0 = never
  std::uint64_t seed = 1;
  unsigned threads = 0;  ///< 0 = as many as there are cores
};

/// The best zone and window of a centre.
struct Candidate {
  std::size_t family;
  std::size_t zone;   ///< places 0 … zone of the family
  std::size_t first;  ///< step
  std::size_t last;
  double cases;
  double expected;
  double statistic;  ///< log likelihood ratio, times the penalty of an ellipse
};

struct Simulation {
  std::vector<double> best;  ///< largest statistic of each replicate, in their order
  bool stopped = false;      ///< early, after stop_after replicates reached the best cluster
  double gumbel_location = 0;
  double gumbel_scale = 0;  ///< 0: fewer than 10 replicates, or all alike
};

/// Log likelihood ratio of `cases` where `expected` are, total cases in all; 0 unless there are
/// more than expected. people only for bernoulli: in the zone, in all. source  Kulldorff (1997);
/// permutation: Kulldorff et al. (2005), PLoS Med 2:e59; expectation:
///         Neill (2005), thesis, and Int J Forecast 25:498-517
double statistic(Model model, double cases, double expected, double total, double people = 0,
                 double all_people = 0);

/// Best zone and window of each centre, highest statistic first; equal ones in the order of the
/// centres. With again_later also the best one at least a step away from it, and so on, up to 20.
/// errors  invalid_input: sizes that do not fit, cases where none are expected, no cases at all,
///         windows out of range
Result<std::vector<Candidate>> best_by_centre(const Field& field,
                                              std::span<const ZoneFamily> families,
                                              const ScanOptions& options);

/// Largest statistics under the null hypothesis. Replicate i depends on seed and i alone: threads
/// change nothing.
///
/// observed  statistic of the best cluster, for early stopping
/// source    Dwass (1957); early stopping: Besag, Clifford (1991), Biometrika 78:301-304; Gumbel
///           tail: Abrams, Kulldorff, Kleinman (2010), Emerg Themes Epidemiol 7:9 (by moments)
Result<Simulation> simulate(const Field& field, std::span<const ZoneFamily> families,
                            const ScanOptions& options, double observed);

/// (1 + replicates at or above) / (1 + replicates); after early stopping of the best cluster
/// stop_after / replicates.
double p_value(const Simulation& simulation, double observed);
/// Tail of the Gumbel distribution fitted to the replicates; the p-value where there is no fit.
double p_gumbel(const Simulation& simulation, double observed);

/// Candidates that share no place with one before – with again_later: none within a step –,
/// in their order.
std::vector<Candidate> without_overlap(std::span<const Candidate> candidates,
                                       std::span<const ZoneFamily> families, std::size_t places,
                                       bool again_later);

}  // namespace hb::scan
