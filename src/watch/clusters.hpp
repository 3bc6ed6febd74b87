#pragma once
#include <string_view>

#include "watch/findings.hpp"

namespace hb::watch {

inline constexpr std::string_view cluster_method = "scan";

/// Looks, on each day that could be known on first … last, for neighbouring areas with more cases
/// of a disease in the days up to it than the others have (prospective space-time permutation
/// scan). A cluster is a finding of its area with the largest excess; its p-value is that among all
/// zones and windows of the day, so 1/p days are its recurrence interval. What is said of a day
/// rests on the days before it alone, whenever it is asked.
///
/// counts   areas without a point are left out
/// begin    first day of the counts
/// errors   those of the scan
/// source   Kulldorff et al. (2005), PLoS Medicine 2:e59; recurrence interval: Kleinman, Lazarus,
///          Platt (2004), American Journal of Epidemiology 159:217–224
Result<void> add_clusters(const Stream& stream, const StreamCounts& counts, Date begin, Date first,
                          Date last, Findings& findings);

/// Days before a day on which its clusters rest.
int cluster_memory(const ClusterOptions& options);

}  // namespace hb::watch
