#include "tempo/epidemic_method.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

namespace hb::tempo {
namespace {

double sum_of(const Season& season) {
  double sum = 0;
  for (const double rate : season)
    if (!std::isnan(rate)) sum += rate;
  return sum;
}

/// Local linear regression with a Gaussian kernel of bandwidth 1, at place x0.
double smooth(std::span<const double> x, std::span<const double> y, double x0) {
  double s0 = 0, s1 = 0, s2 = 0, t0 = 0, t1 = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = x[i] - x0;
    const double w = std::exp(-0.5 * d * d);
    s0 += w;
    s1 += w * d;
    s2 += w * d * d;
    t0 += w * y[i];
    t1 += w * d * y[i];
  }
  const double determinant = s0 * s2 - s1 * s1;
  if (!(determinant > 1e-12 * s0 * s2)) return t0 / s0;  // one point alone carries the weight
  return (s2 * t0 - s1 * t1) / determinant;
}

/// First window of `weeks` weeks with the largest sum; missing weeks count nothing.
EpidemicTiming largest(const Season& season, std::size_t weeks) {
  EpidemicTiming best{0, weeks, 0, -1};
  for (std::size_t start = 0; start + weeks <= season.size(); ++start) {
    double sum = 0;
    for (std::size_t week = start; week < start + weeks; ++week)
      if (!std::isnan(season[week])) sum += season[week];
    if (sum > best.sum) {
      best.start = start;
      best.sum = sum;
    }
  }
  return best;
}

/// R's round(): halves to the even number.
std::size_t round_even(double value) { return static_cast<std::size_t>(std::nearbyint(value)); }

/// The highest values of a part of a season; most = 0: all.
void add_highest(const Season& season, std::size_t from, std::size_t to, std::size_t most,
                 std::vector<double>& values) {
  std::vector<double> part;
  for (std::size_t week = from; week < to; ++week)
    if (!std::isnan(season[week])) part.push_back(season[week]);
  std::ranges::sort(part, std::greater<>());
  if (most > 0 && part.size() > most) part.resize(most);
  values.insert(values.end(), part.begin(), part.end());
}

Result<void> check(std::span<const Season> seasons, const EpidemicModelOptions& options) {
  const auto bad = [](std::string why) { return fail(ErrorCode::invalid_input, std::move(why)); };
  for (const Season& season : seasons)
    if (season.size() != seasons[0].size() || season.size() < 5)
      return bad("all seasons need the same number of weeks, at least 5");
  if (!(options.slope > 0 && options.slope < 100)) return bad("i.param is not in (0, 100) percent");
  if (options.most_values < -1) return bad("i.n.max is below −1");
  for (const double level : options.intensity_levels)
    if (!(level > 0 && level < 1)) return bad("i.level.intensity is not in (0, 1)");
  for (const LimitRule& rule : {options.threshold, options.curve})
    if (!(rule.level > 0 && rule.level < 1)) return bad("a level is not in (0, 1)");
  return {};
}

/// Seasons laid so that their largest `weeks` weeks begin in one and the same week.
std::vector<CurveWeek> typical_curve(std::span<const Season> seasons, std::size_t weeks,
                                     std::size_t& typical_start,
                                     const EpidemicModelOptions& options) {
  std::vector<std::size_t> starts;
  double sum = 0;
  for (const Season& season : seasons) {
    starts.push_back(largest(season, weeks).start);
    sum += static_cast<double>(starts.back() + 1);
  }
  typical_start = round_even(sum / static_cast<double>(seasons.size())) - 1;
  std::vector<CurveWeek> curve;
  for (std::size_t week = 0; week < seasons[0].size(); ++week) {
    std::vector<double> values;
    for (std::size_t i = 0; i < seasons.size(); ++i) {
      const auto from = static_cast<std::ptrdiff_t>(week + starts[i]) -
                        static_cast<std::ptrdiff_t>(typical_start);
      if (from < 0 || from >= static_cast<std::ptrdiff_t>(seasons[i].size())) continue;
      const double rate = seasons[i][static_cast<std::size_t>(from)];
      if (!std::isnan(rate)) values.push_back(rate);
    }
    const double none = std::numeric_limits<double>::quiet_NaN();
    curve.push_back(
        limits_of(values, options.curve, options.use_t)
            .value_or(CurveWeek{none, values.empty() ? none : values[0], none, values.size()}));
  }
  return curve;
}

}  // namespace

Result<Season> fill_gaps(const Season& season) {
  std::vector<double> x, y;
  for (std::size_t week = 0; week < season.size(); ++week) {
    if (std::isnan(season[week])) continue;
    if (season[week] < 0 || std::isinf(season[week]))
      return fail(ErrorCode::invalid_input, "a rate is below 0 or infinite");
    x.push_back(static_cast<double>(week));
    y.push_back(season[week]);
  }
  Season filled = season;
  if (x.size() < 2) return filled;
  for (auto week = static_cast<std::size_t>(x.front()); x.back() > static_cast<double>(week);
       ++week)
    if (std::isnan(filled[week]))
      filled[week] = std::max(smooth(x, y, static_cast<double>(week)), 0.0);
  return filled;
}

std::optional<EpidemicTiming> epidemic_timing(const Season& season, double slope) {
  const double total = sum_of(season);
  if (!(total > 0)) return std::nullopt;
  std::vector<double> weeks{0}, percents{0};
  for (std::size_t n = 1; n <= season.size(); ++n) {
    weeks.push_back(static_cast<double>(n));
    percents.push_back(100 * largest(season, n).sum / total);
  }
  std::size_t duration = season.size();
  double former = smooth(weeks, percents, 0);
  for (std::size_t n = 1; n <= season.size(); ++n) {
    const double now = smooth(weeks, percents, weeks[n]);
    if (now - former < slope) {
      duration = std::max<std::size_t>(n - 1, 1);
      break;
    }
    former = now;
  }
  EpidemicTiming timing = largest(season, duration);
  timing.percent = 100 * timing.sum / total;
  return timing;
}

std::optional<CurveWeek> limits_of(std::span<const double> values, const LimitRule& rule,
                                   bool use_t) {
  if (values.size() < 2) return std::nullopt;
  const bool geometric = rule.kind == LimitKind::geometric_mean_confidence ||
                         rule.kind == LimitKind::geometric_mean_spread;
  const bool shifted = geometric && std::ranges::find(values, 0.0) != values.end();
  const auto scaled = [&](double v) { return !geometric ? v : std::log(shifted ? v + 1 : v); };
  const auto back = [&](double v) { return !geometric ? v : std::exp(v) - (shifted ? 1 : 0); };
  const auto n = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += scaled(value) / n;
  double squares = 0;
  for (const double value : values) squares += (scaled(value) - mean) * (scaled(value) - mean);
  double sd = std::sqrt(squares / (n - 1));
  if (rule.kind == LimitKind::mean_confidence || rule.kind == LimitKind::geometric_mean_confidence)
    sd /= std::sqrt(n);
  if (use_t) sd *= std::sqrt(1 + 1 / n);
  const double p = rule.tails == 1 ? rule.level : 0.5 + rule.level / 2;
  const double z = use_t ? boost::math::quantile(boost::math::students_t(n - 1), p)
                         : boost::math::quantile(boost::math::normal(), p);
  return CurveWeek{back(mean - z * sd), back(mean), back(mean + z * sd), values.size()};
}

Result<EpidemicModel> epidemic_model(std::span<const Season> seasons,
                                     const EpidemicModelOptions& options) {
  if (auto sound = check(seasons, options); !sound) return unexpected(sound.error());
  EpidemicModel model{};
  for (std::size_t i = 0; i < seasons.size(); ++i)
    if (sum_of(seasons[i]) > 0) model.used.push_back(i);
  if (options.seasons > 0 && model.used.size() > options.seasons)
    model.used.erase(model.used.begin(),
                     model.used.end() - static_cast<std::ptrdiff_t>(options.seasons));
  if (model.used.size() < 2)
    return fail(ErrorCode::invalid_input, "at least 2 seasons with cases are needed, there are " +
                                              std::to_string(model.used.size()));
  std::vector<Season> filled;
  for (const std::size_t i : model.used) {
    auto season = fill_gaps(seasons[i]);
    if (!season) return unexpected(season.error());
    filled.push_back(std::move(*season));
  }
  const auto count = static_cast<double>(filled.size());
  const std::size_t most = options.most_values >= 0
                               ? static_cast<std::size_t>(options.most_values)
                               : std::max<std::size_t>(round_even(30 / count), 1);
  std::vector<double> pre, post, epidemic;
  double weeks = 0;
  for (const Season& season : filled) {
    const EpidemicTiming timing = *epidemic_timing(season, options.slope);
    model.timings.push_back(timing);
    weeks += static_cast<double>(timing.weeks) / count;
    add_highest(season, 0, timing.start, most, pre);
    add_highest(season, timing.start, timing.start + timing.weeks, most, epidemic);
    add_highest(season, timing.start + timing.weeks, season.size(), most, post);
  }
  const auto before = limits_of(pre, options.threshold, options.use_t);
  const auto after = limits_of(post, options.threshold, options.use_t);
  if (!before || !after)
    return fail(ErrorCode::invalid_input,
                "fewer than 2 weeks lie before or after the epidemics of all seasons");
  model.pre = before->upper;
  model.post = after->upper;
  for (std::size_t i = 0; i < model.intensity.size(); ++i) {
    const auto level = limits_of(
        epidemic, {options.intensity, options.intensity_levels[i], options.intensity_tails},
        options.use_t);
    if (!level) return fail(ErrorCode::invalid_input, "the epidemics hold fewer than 2 weeks");
    model.intensity[i] = level->upper;
  }
  model.typical_weeks = std::max<std::size_t>(round_even(weeks), 1);
  model.curve = typical_curve(filled, model.typical_weeks, model.typical_start, options);
  return model;
}

}  // namespace hb::tempo
