#pragma once
#include <cstdint>
#include <span>

namespace hb::simulate {

/// What a sequence of random numbers is for: no two purposes share one. Those with room behind them
/// take an index added.
namespace stream {
constexpr std::uint64_t outline = 1, site = 2, spot = 3, community = 4, community_size = 5;
constexpr std::uint64_t housing = 10, death = 11, doctor = 12, problem = 13, move = 14,
                        arrival = 15, departure = 16;
constexpr std::uint64_t household = 20, life = 21, name = 22, death_cause = 23, contract = 24,
                        delivery = 25, pregnancy = 26, vaccine = 27;
constexpr std::uint64_t outbreak_count = 30, outbreak = 31, outbreak_case = 32, workplace = 33;
constexpr std::uint64_t counted = 34, traces = 35;
constexpr std::uint64_t family = 0x100, programme = 0x1000, drug = 0x2000, tendency = 0x10000;
constexpr std::uint64_t school = 0x3000, dirt = 0x4000;
}  // namespace stream

/// A generator of our own (xoshiro256**, seeded by splitmix64) with distributions of our own, so
/// that one seed gives the same bytes with every compiler and library: only +, -, *, / and scaling
/// by powers of two are used. source  Blackman, Vigna (2021), ACM TOMS 47:36
class Random {
 public:
  /// One independent sequence per (seed, stream, index): household 17 does not depend on
  /// household 16.
  Random(std::uint64_t seed, std::uint64_t stream, std::uint64_t index);

  std::uint64_t next();
  /// In [0, 1), 53 bits.
  double unit();
  /// In [0, n); n > 0.
  std::uint32_t below(std::uint32_t n);
  bool chance(double probability) { return unit() < probability; }
  /// Mean 0, sd 1; a sum of twelve uniforms, so never beyond ±6.
  double normal();
  double exponential(double mean);
  int poisson(double mean);
  /// mean + sd · normal(), kept within [least, most].
  double normal(double mean, double sd, double least, double most);
  /// Log-normal with this mean; sigma: sd of the logarithm.
  double log_normal(double mean, double sigma);
  /// Index into cumulative weights (rising, last = total > 0).
  std::size_t pick(std::span<const double> cumulative);
  std::size_t pick(std::span<const float> cumulative);

 private:
  std::uint64_t state_[4];
};

/// exp and log with the same result on every machine (error below 1e-12 relative); log needs x > 0.
double portable_exp(double x);
double portable_log(double x);

}  // namespace hb::simulate
