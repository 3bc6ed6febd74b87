#include "tempo/nowcast.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/random/beta_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <cmath>
#include <map>
#include <optional>

namespace hb::tempo {
namespace {

/// Reports by event day and delay, as far as they are known, and what is known at any time.
struct Triangle {
  std::map<std::int32_t, std::vector<int>> known;  ///< [event day][delay 0 … D]
  std::map<std::int32_t, int> total;
  std::int32_t first = 0;  ///< of all event days known by now

  int reported(std::int32_t day) const {
    const auto found = known.find(day);
    if (found == known.end()) return 0;
    int sum = 0;
    for (const int count : found->second) sum += count;
    return sum;
  }
};

Triangle triangle_of(std::span<const ReportedCase> cases, const NowcastOptions& options) {
  Triangle triangle;
  triangle.first = options.now.days;
  const auto width = static_cast<std::size_t>(options.most_delay) + 1;
  for (const auto& [event, report] : cases) {
    ++triangle.total[event.days];
    if (report > options.now) continue;
    auto& row = triangle.known.try_emplace(event.days, width, 0).first->second;
    ++row[static_cast<std::size_t>(std::min(report.days - event.days, options.most_delay))];
    triangle.first = std::min(triangle.first, event.days);
  }
  return triangle;
}

/// For each delay x: reports after exactly x days, and after at most x days, both over event days
/// whose reports after x days are known.
struct Delays {
  std::vector<double> exactly;
  std::vector<double> up_to;
  double reports = 0;
};

Delays delays_of(const Triangle& triangle, const NowcastOptions& options) {
  const auto width = static_cast<std::size_t>(options.most_delay) + 1;
  Delays delays{std::vector<double>(width, 0.0), std::vector<double>(width, 0.0)};
  const std::int32_t from = options.moving < 0
                                ? triangle.first
                                : std::max(triangle.first, options.now.days - options.moving);
  for (const auto& [day, row] : triangle.known) {
    if (day < from) continue;
    double so_far = 0;
    for (std::size_t x = 0; x < width && day + static_cast<std::int32_t>(x) <= options.now.days;
         ++x) {
      so_far += row[x];
      delays.exactly[x] += row[x];
      delays.up_to[x] += so_far;
      delays.reports += row[x];
    }
  }
  return delays;
}

/// Share of a day's reports known after `age` days, by the hazards of reversed time.
double share_known(const Delays& delays, std::size_t age) {
  double share = 1;
  for (std::size_t x = age + 1; x < delays.exactly.size(); ++x)
    if (delays.up_to[x] > 0) share *= 1 - delays.exactly[x] / delays.up_to[x];
  return share;
}

NowcastDay lawless_day(NowcastDay day, double share, const NowcastOptions& options) {
  const double n = day.reported;
  if (n == 0 || share >= 1) {
    day.nowcast = day.lower = day.upper = day.reported;
    return day;
  }
  const double mean = n / share;
  const double sd = std::sqrt(n * (1 - share)) / share;
  if (!std::isfinite(sd)) {  // none should be known yet, but some are
    day.status = NowcastStatus::beyond;
    return day;
  }
  const boost::math::normal error(0, sd);
  const double above = boost::math::cdf(boost::math::complement(error, n - mean));
  // Smallest count whose lower tail, divided by the mass above the reported count, reaches p.
  const auto at = [&](double p) -> std::optional<int> {
    const double aim = p * above;
    if (aim >= 1) return std::nullopt;
    const double x = std::ceil(mean + boost::math::quantile(error, aim) - 1e-9);
    if (x > options.most_cases) return std::nullopt;
    return std::max(static_cast<int>(x), day.reported);
  };
  day.nowcast = at(0.5);
  day.lower = at(options.alpha / 2);
  day.upper = at(1 - options.alpha / 2);
  if (!day.nowcast || !day.lower || !day.upper) day.status = NowcastStatus::beyond;
  return day;
}

/// Cases still to come, given the share known: negative binomial or Poisson; mean over the shares.
/// result[j] = P(j more cases), j ≤ most_cases − reported
std::vector<double> still_to_come(int reported, std::span<const double> shares,
                                  const NowcastOptions& options) {
  const auto most = static_cast<std::size_t>(std::max(options.most_cases - reported, 0));
  std::vector<double> all(most + 1, 0.0);
  const double rate = options.prior == CountPrior::uniform
                          ? 0
                          : options.prior_mean / (options.prior_variance - options.prior_mean);
  const double size =
      reported + (options.prior == CountPrior::uniform ? 1 : options.prior_mean * rate);
  std::vector<double> steps(most + 1, 0.0);  // log of the part that the share does not change
  for (std::size_t j = 1; j <= most; ++j) {
    const auto k = static_cast<double>(j);
    steps[j] = steps[j - 1] +
               (options.prior == CountPrior::poisson ? -std::log(k) : std::log((size + k - 1) / k));
  }
  const double weight = 1 / static_cast<double>(shares.size());
  for (const double share : shares) {
    const double open = 1 - share;
    if (!(open > 0)) {
      all[0] += weight;
      continue;
    }
    double start = 0;
    double step = 0;
    if (options.prior == CountPrior::poisson) {
      start = -options.prior_mean * open;
      step = std::log(options.prior_mean * open);
    } else {
      start = size * std::log((rate + share) / (rate + 1));
      step = std::log(open / (rate + 1));
    }
    for (std::size_t j = 0; j <= most; ++j)
      all[j] += weight * std::exp(start + steps[j] + static_cast<double>(j) * step);
  }
  return all;
}

NowcastDay bayes_day(NowcastDay day, std::span<const double> shares,
                     const NowcastOptions& options) {
  const std::vector<double> more = still_to_come(day.reported, shares, options);
  double mass = 0;
  for (const double p : more) mass += p;
  if (day.reported > options.most_cases || !(mass > 0)) {
    day.status = NowcastStatus::beyond;
    return day;
  }
  if (mass < 1 - options.alpha / 2) day.status = NowcastStatus::cut;
  const auto at = [&](double p) {
    double below = 0;
    for (std::size_t j = 0; j < more.size(); ++j)
      if ((below += more[j]) >= p * mass) return day.reported + static_cast<int>(j);
    return options.most_cases;
  };
  day.nowcast = at(0.5);
  day.lower = at(options.alpha / 2);
  day.upper = at(1 - options.alpha / 2);
  return day;
}

/// Share known after `age` days under a Dirichlet posterior of the delays: a beta distribution,
/// represented by quantiles at equal steps.
std::vector<double> dirichlet_shares(const Delays& delays, std::size_t age,
                                     const NowcastOptions& options) {
  const std::size_t width = delays.exactly.size();
  if (age + 1 >= width) return {1.0};
  double before = 0;
  double after = 0;
  for (std::size_t x = 0; x < width; ++x)
    (x <= age ? before : after) += options.kappa + delays.exactly[x];
  constexpr int steps = 500;
  std::vector<double> shares;
  for (int i = 0; i < steps; ++i)
    shares.push_back(boost::math::ibeta_inv(before, after, (i + 0.5) / steps));
  return shares;
}

/// Draws of the share known after each age: generalised Dirichlet in reversed time.
/// result[age] has one share per draw
std::vector<std::vector<double>> truncated_shares(const Delays& delays,
                                                  const NowcastOptions& options) {
  const std::size_t width = delays.exactly.size();
  std::vector<std::vector<double>> all(
      width, std::vector<double>(static_cast<std::size_t>(options.samples), 1.0));
  boost::random::mt19937_64 random(options.seed);
  for (std::size_t draw = 0; draw < all[0].size(); ++draw) {
    double share = 1;
    for (std::size_t x = width - 1; x > 0; --x) {
      boost::random::beta_distribution<double> hazard(
          options.kappa + delays.exactly[x],
          options.kappa * static_cast<double>(x) + delays.up_to[x] - delays.exactly[x]);
      share *= 1 - hazard(random);
      all[x - 1][draw] = share;
    }
  }
  return all;
}

Result<void> check(std::span<const ReportedCase> cases, std::span<const Date> days,
                   const NowcastOptions& options) {
  const auto bad = [](std::string why) { return fail(ErrorCode::invalid_input, std::move(why)); };
  if (options.most_delay < 1 || options.most_delay > 1000)
    return bad("D is not in 1 to 1,000 days");
  if (!(options.alpha > 0 && options.alpha < 1)) return bad("alpha is not in (0, 1)");
  if (options.most_cases < 1 || options.most_cases > 20000)
    return bad("N.tInf.max is not in 1 to 20,000 cases");
  if (!(options.kappa > 0)) return bad("gd.prior.kappa is not above 0");
  if (options.samples < 1 || options.samples > 100000)
    return bad("nSamples is not in 1 to 100,000");
  if (options.prior != CountPrior::uniform && !(options.prior_mean > 0))
    return bad("the prior needs a mean above 0 (mean.lambda, lambda)");
  if (options.prior == CountPrior::poisson_gamma && !(options.prior_variance > options.prior_mean))
    return bad("var.lambda is not above mean.lambda");
  for (const auto& [event, report] : cases)
    if (report < event) return bad("a case is reported before its event: " + format_date(event));
  for (const Date day : days)
    if (day > options.now) return bad("day " + format_date(day) + " lies after now");
  return {};
}

}  // namespace

Result<std::vector<NowcastDay>> nowcast(std::span<const ReportedCase> cases,
                                        std::span<const Date> days, const NowcastOptions& options) {
  if (auto sound = check(cases, days, options); !sound) return unexpected(sound.error());
  const Triangle triangle = triangle_of(cases, options);
  const Delays delays = delays_of(triangle, options);
  std::vector<std::vector<double>> drawn;
  if (options.method == NowcastMethod::bayes_trunc && delays.reports > 0)
    drawn = truncated_shares(delays, options);
  std::vector<NowcastDay> all;
  for (const Date date : days) {
    const auto total = triangle.total.find(date.days);
    NowcastDay day{date, triangle.reported(date.days),
                   total == triangle.total.end() ? 0 : total->second, NowcastStatus::ok};
    const auto age =
        static_cast<std::size_t>(std::min(options.now.days - date.days, options.most_delay));
    if (delays.reports == 0)
      day.status = NowcastStatus::no_delays;
    else if (options.method == NowcastMethod::lawless)
      day = lawless_day(day, share_known(delays, age), options);
    else if (options.method == NowcastMethod::bayes_notrunc)
      day = bayes_day(day, dirichlet_shares(delays, age, options), options);
    else
      day = bayes_day(day, drawn[age], options);
    all.push_back(day);
  }
  return all;
}

}  // namespace hb::tempo
