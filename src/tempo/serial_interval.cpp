#include "tempo/serial_interval.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <string>

#include "stats/sheet.hpp"

namespace hb::tempo {
namespace {

using Fast = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

/// Distribution functions of a gamma distribution at whole days: shape a and a + 1, scale b.
struct Cumulative {
  double a = 0;
  double next = 0;
};

Cumulative cumulative(double day, double a, double b) {
  if (day <= 0) return {};
  return {boost::math::gamma_p(a, day / b, Fast{}), boost::math::gamma_p(a + 1, day / b, Fast{})};
}

}  // namespace

Result<std::vector<double>> discrete_serial_interval(std::size_t length, double mean, double sd) {
  if (!(mean > 1)) return fail(ErrorCode::invalid_input, "mean_si is not above 1 day");
  if (!(sd > 0)) return fail(ErrorCode::invalid_input, "std_si is not above 0");
  const double a = (mean - 1) * (mean - 1) / (sd * sd);
  const double b = sd * sd / (mean - 1);
  std::vector<double> shares(length, 0.0);
  Cumulative before;  // at k − 2
  Cumulative at;      // at k − 1
  for (std::size_t k = 1; k < length; ++k) {
    const auto day = static_cast<double>(k);
    const Cumulative now = cumulative(day, a, b);
    const double share = day * now.a + (day - 2) * before.a - 2 * (day - 1) * at.a +
                         a * b * (2 * at.next - before.next - now.next);
    shares[k] = std::max(share, 0.0);
    if (before.next == 1) break;  // nothing is left beyond
    before = at;
    at = now;
  }
  return shares;
}

Result<void> check_serial_interval(std::span<const double> shares) {
  if (shares.empty()) return fail(ErrorCode::invalid_input, "the serial interval is empty");
  double sum = 0;
  for (const double share : shares) {
    if (!(share >= 0) || !std::isfinite(share))
      return fail(ErrorCode::invalid_input, "the serial interval has a share below 0 or none");
    sum += share;
  }
  if (shares[0] != 0)
    return fail(ErrorCode::invalid_input, "the share of day 0 of the serial interval is not 0");
  if (std::abs(sum - 1) > 0.01)
    return fail(ErrorCode::invalid_input,
                "the serial interval adds up to " + stats::number_text(sum) + ", not to 1");
  return {};
}

}  // namespace hb::tempo
