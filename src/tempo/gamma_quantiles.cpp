#include "tempo/gamma_quantiles.hpp"

#include <boost/math/special_functions/gamma.hpp>

namespace hb::tempo {
namespace {

namespace policies = boost::math::policies;
using Fast = policies::policy<policies::promote_double<false>, policies::digits10<11>,
                              policies::overflow_error<policies::ignore_error>,
                              policies::evaluation_error<policies::ignore_error>>;

}  // namespace

const Quantiles& GammaQuantiles::of(double shape) {
  const auto [place, is_new] = known_.try_emplace(shape);
  if (is_new)
    for (std::size_t i = 0; i < quantile_count; ++i)
      place->second[i] = boost::math::gamma_p_inv(shape, quantile_levels[i], Fast{});
  return place->second;
}

double gamma_below(double shape, double x) {
  return x > 0 ? boost::math::gamma_p(shape, x, Fast{}) : 0.0;
}

double gamma_density(double shape, double x) {
  return x > 0 ? boost::math::gamma_p_derivative(shape, x, Fast{}) : 0.0;
}

}  // namespace hb::tempo
