#include "simulate/outbreak_curve.hpp"

#include <algorithm>
#include <cmath>
#include <queue>

namespace hb::simulate {
namespace {

constexpr double generation_sigma = 0.4;  ///< of the logarithm; coefficient of variation 0.42
constexpr double after_control = 0.25;    ///< part of r that is left
constexpr double widths_per_scale = 3.5254943480781717;  ///< of sech²: 4 ln(1 + √2)
constexpr double wave_end = 4;  ///< scales from the peak; beyond lies 3.6 % of the wave

std::vector<CurveCase> exposed_together(const OutbreakContent& outbreak, std::size_t cases,
                                        Random& random) {
  std::vector<CurveCase> curve;
  curve.reserve(cases);
  for (std::size_t i = 0; i < cases; ++i) {
    const double exposure = outbreak.exposure_days * random.unit();  // point: 0
    curve.push_back({exposure, exposure + draw(outbreak.incubation, random), -1});
  }
  return curve;
}

std::vector<CurveCase> wave(const OutbreakContent& outbreak, std::size_t cases, double wave_days,
                            Random& random) {
  const double scale = wave_days / widths_per_scale;
  std::vector<CurveCase> curve;
  curve.reserve(cases);
  while (curve.size() < cases) {
    const double u = random.unit();
    if (!(u > 0)) continue;
    const double at = portable_log(u / (1 - u));
    if (std::fabs(at) > wave_end) continue;
    curve.push_back({at * scale, at * scale + draw(outbreak.incubation, random), -1});
  }
  return curve;
}

/// A branching process in the order of exposure.
class Chain {
 public:
  Chain(const OutbreakContent& outbreak, std::size_t cases, Random& random)
      : outbreak_(outbreak), cases_(cases), random_(random) {
    generation_ = {
        outbreak.generation_days * portable_exp(-generation_sigma * generation_sigma / 2),
        generation_sigma};
    curve_.reserve(cases);
  }

  std::vector<CurveCase> run() {
    const std::size_t first = std::min(index_cases(outbreak_, cases_), cases_);
    for (std::size_t i = 0; i < first; ++i)
      waiting_.push({i ? outbreak_.generation_days * random_.unit() : 0.0, serial_++, -1});
    while (curve_.size() < cases_) {
      if (waiting_.empty()) take_up();
      const Infection next = waiting_.top();
      waiting_.pop();
      curve_.push_back(
          {next.exposure, next.exposure + draw(outbreak_.incubation, random_), next.infector});
      if (curve_.size() == 1) control_ = curve_[0].onset + outbreak_.control_after_days;
      infect(static_cast<std::int32_t>(curve_.size() - 1));
    }
    return std::move(curve_);
  }

 private:
  struct Infection {
    double exposure;
    std::uint64_t serial;  ///< decides between equal times
    std::int32_t infector;
    bool operator>(const Infection& other) const {
      return exposure != other.exposure ? exposure > other.exposure : serial > other.serial;
    }
  };

  double exposure_by(std::int32_t infector) {
    return curve_[static_cast<std::size_t>(infector)].exposure + draw(generation_, random_);
  }

  void infect(std::int32_t infector) {
    const int others = random_.poisson(outbreak_.r);
    for (int i = 0; i < others && waiting_.size() < 2 * cases_; ++i) {
      const double exposure = exposure_by(infector);
      if (exposure > control_ && !random_.chance(after_control)) continue;
      waiting_.push({exposure, serial_++, infector});
    }
  }

  /// Everybody's contacts are over and the outbreak is not: one case has one more, before control
  /// if that can be.
  void take_up() {
    Infection more{};
    for (int attempt = 0; attempt < 30; ++attempt) {
      const auto infector =
          static_cast<std::int32_t>(random_.below(static_cast<std::uint32_t>(curve_.size())));
      more = {exposure_by(infector), serial_, infector};
      if (more.exposure <= control_) break;
    }
    ++serial_;
    waiting_.push(more);
  }

  const OutbreakContent& outbreak_;
  std::size_t cases_;
  Random& random_;
  LogNormal generation_;
  double control_ = 0;
  std::uint64_t serial_ = 0;
  std::vector<CurveCase> curve_;
  std::priority_queue<Infection, std::vector<Infection>, std::greater<>> waiting_;
};

}  // namespace

double draw(const LogNormal& distribution, Random& random) {
  return distribution.median * portable_exp(distribution.sigma * random.normal());
}

std::size_t index_cases(const OutbreakContent& outbreak, std::size_t cases) {
  const double generations =
      (outbreak.incubation.median + outbreak.control_after_days) / outbreak.generation_days;
  double from_one = 1;
  if (std::fabs(outbreak.r - 1) < 1e-6)
    from_one = generations + 1;
  else if (outbreak.r > 0)  // geometric series up to the last generation before control
    from_one = (portable_exp(std::min(50.0, (generations + 1) * portable_log(outbreak.r))) - 1) /
               (outbreak.r - 1);
  return std::max<std::size_t>(
      1, static_cast<std::size_t>(std::floor(static_cast<double>(cases) / from_one + 0.5)));
}

std::vector<CurveCase> outbreak_curve(const OutbreakContent& outbreak, std::size_t cases,
                                      double wave_days, Random& random) {
  if (outbreak.shape == Shape::propagated) return Chain(outbreak, cases, random).run();
  if (outbreak.shape == Shape::seasonal) return wave(outbreak, cases, wave_days, random);
  return exposed_together(outbreak, cases, random);
}

}  // namespace hb::simulate
