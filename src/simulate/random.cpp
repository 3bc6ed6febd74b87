#include "simulate/random.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hb::simulate {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

constexpr double ln2 = 0.69314718055994530942;

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  std::uint64_t mix = seed;
  mix = splitmix(mix) ^ stream;
  mix = splitmix(mix) ^ index;
  for (std::uint64_t& word : state_) word = splitmix(mix);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint32_t Random::below(std::uint32_t n) {
  // Lemire's multiplication; the bias of at most n / 2^32 does not matter here.
  return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
}

double Random::normal() {
  std::uint64_t sum = 0;
  for (int word = 0; word < 3; ++word) {
    const std::uint64_t bits = next();
    sum += (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
  }
  return (static_cast<double>(sum) + 6.0) / 65536.0 - 6.0;  // + 6: each term's mean is 32767.5
}

double Random::exponential(double mean) { return -mean * portable_log(1.0 - unit()); }

int Random::poisson(double mean) {
  int count = 0;
  while (mean > 16) {  // a sum of Poisson counts is a Poisson count
    count += poisson(16);
    mean -= 16;
  }
  if (!(mean > 0)) return count;
  const double limit = portable_exp(-mean);
  for (double product = unit(); product > limit; product *= unit()) ++count;
  return count;
}

double Random::normal(double mean, double sd, double least, double most) {
  return std::clamp(mean + sd * normal(), least, most);
}

double Random::log_normal(double mean, double sigma) {
  return mean * portable_exp(sigma * normal() - sigma * sigma / 2);
}

namespace {
template <class Number>
std::size_t pick_from(double unit, std::span<const Number> cumulative) {
  const auto target = static_cast<Number>(unit * cumulative.back());
  const auto at = std::upper_bound(cumulative.begin(), cumulative.end(), target);
  return std::min<std::size_t>(static_cast<std::size_t>(at - cumulative.begin()),
                               cumulative.size() - 1);
}
}  // namespace

std::size_t Random::pick(std::span<const double> cumulative) {
  return pick_from(unit(), cumulative);
}
std::size_t Random::pick(std::span<const float> cumulative) {
  return pick_from(unit(), cumulative);
}

double portable_exp(double x) {
  const double whole = std::floor(x / ln2 + 0.5);
  const double rest = x - whole * ln2;  // |rest| <= ln2 / 2
  double sum = 1;
  for (int n = 14; n >= 1; --n) sum = 1 + rest / n * sum;
  return std::ldexp(sum, static_cast<int>(whole));
}

double portable_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // [0.5, 1)
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    --exponent;
  }
  const double z = (mantissa - 1) / (mantissa + 1);  // |z| <= 0.1716
  const double square = z * z;
  double sum = 0;
  for (int n = 17; n >= 1; n -= 2) sum = sum * square + 1.0 / n;
  return 2 * z * sum + exponent * ln2;
}

}  // namespace hb::simulate
