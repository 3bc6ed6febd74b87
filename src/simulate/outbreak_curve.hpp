#pragma once
#include <cstdint>
#include <vector>

#include "simulate/outbreak_catalogue.hpp"
#include "simulate/random.hpp"

namespace hb::simulate {

/// One case of an outbreak before anybody is chosen for it. Days after the start; for seasonal
/// waves after the peak.
struct CurveCase {
  double exposure;
  double onset;
  std::int32_t infector;  ///< index of an earlier case; -1: source, index case or unknown
};

/// When the cases of an outbreak are exposed and fall ill.
///
/// point       all exposed at the start, onset after an incubation
/// continuous  exposures even over exposure_days
/// propagated  branching process: each case infects Poisson(r) others after log-normal generation
///             times (mean generation_days, sigma 0.4); control_after_days after the first onset r
///             falls to a quarter. Starts with as many index cases as are expected to lead to
///             `cases` before control; ends at `cases` (a chain that dies out earlier is taken up
///             by one of its cases)
/// seasonal    exposures by the logistic density, the incidence of an epidemic that grows and
///             falls at one rate; `wave_days` is its width at half height
///
/// cases    >= 1; the result has exactly so many, infectors before those they infect
/// source   logistic epidemic curve: Kermack, McKendrick (1927), Proc. R. Soc. A 115:700, eq. 31
std::vector<CurveCase> outbreak_curve(const OutbreakContent& outbreak, std::size_t cases,
                                      double wave_days, Random& random);

double draw(const LogNormal& distribution, Random& random);

/// Index cases expected to lead to `cases` infections before control works.
std::size_t index_cases(const OutbreakContent& outbreak, std::size_t cases);

}  // namespace hb::simulate
