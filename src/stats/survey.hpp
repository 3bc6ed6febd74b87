#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "stats/interval.hpp"

namespace hb::stats {

/// One person asked.
struct SurveyUnit {
  double value;                 ///< measured, or 0 and 1 for a property; NaN: not answered
  double weight;                ///< people stood for, above 0
  std::size_t stratum = 0;      ///< number of the stratum; all 0 where there are none
  std::size_t cluster = 0;      ///< number of the primary unit, unique over all strata
  bool in_domain = true;        ///< whether the estimate is about this person
  double base = 1;              ///< denominator of a ratio
  double stratum_clusters = 0;  ///< primary units that the stratum has in all; 0: taken as endless
};

enum class SurveyFigure : std::uint8_t { mean, proportion, total, ratio };

/// What becomes of a stratum with a single primary unit, whose spread cannot be seen.
enum class LonelyUnit : std::uint8_t {
  refuse,   ///< no estimate
  certain,  ///< it adds nothing: it was taken with certainty
  centre,   ///< it is compared with the mean of all primary units: careful
};

struct SurveyOptions {
  SurveyFigure figure = SurveyFigure::mean;
  LonelyUnit lonely = LonelyUnit::refuse;
};

enum class SurveyStatus : std::uint8_t {
  ok,
  no_answers,
  lonely_unit,   ///< a stratum with one primary unit
  one_unit,      ///< one primary unit in all: no spread can be seen
  no_variation,  ///< all or none have the property: a value without limits
};
std::string_view status_word(SurveyStatus status);

struct SurveyEstimate {
  std::optional<double> value;
  std::optional<double> se;
  double degrees = 0;                   ///< of freedom: primary units − strata with answers
  std::size_t answers = 0;              ///< in the domain
  double weight = 0;                    ///< people that the answers stand for
  std::optional<double> design_effect;  ///< variance over that of a simple random sample
  SurveyStatus status = SurveyStatus::ok;
};

/// Estimate from a sample with weights, strata and clusters; variance by Taylor linearisation over
/// the primary units, with replacement (or the finite-population correction where stratum_clusters
/// says how many there are). People outside the domain keep their place in the design.
///
/// units    all people of the sample, in and outside the domain
/// errors   invalid_input: weight <= 0, a proportion's value other than 0 and 1, a cluster in two
///          strata, fewer clusters in a stratum than were asked, ratio with Σ base = 0
/// source   Woodruff (1971), J Am Stat Assoc 66:411-414; Lumley (2010), Complex Surveys, chapter 2;
///          agrees with R's survey package (svymean, svytotal, svyratio)
Result<SurveyEstimate> survey_estimate(std::span<const SurveyUnit> units,
                                       const SurveyOptions& options);

/// Limits by Student's t with the design's degrees of freedom; of a proportion on the logit scale.
/// returns  missing where there is no standard error
/// errors   invalid_input: confidence outside (0, 1)
/// source   Korn, Graubard (1999), Analysis of Health Surveys; svyciprop(method = "logit")
Result<std::optional<Interval>> survey_limits(const SurveyEstimate& estimate, SurveyFigure figure,
                                              double confidence);

}  // namespace hb::stats
