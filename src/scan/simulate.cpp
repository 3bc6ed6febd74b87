#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>
#include <thread>

#include <boost/random/binomial_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>

#include "scan/kernel.hpp"
#include "scan/scan.hpp"

namespace hb::scan {
namespace {

using Random = std::mt19937_64;
__extension__ using Wide = unsigned __int128;

/// 0 … n − 1, each as likely.
std::size_t below(Random& random, std::size_t n) {
  return static_cast<std::size_t>((static_cast<Wide>(random()) * n) >> 64);
}

/// Walker's alias table: one draw from given weights in constant time.
class Alias {
 public:
  explicit Alias(std::span<const double> weights)
      : chance_(weights.size(), 1.0), other_(weights.size(), 0) {
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const auto n = static_cast<double>(weights.size());
    std::vector<double> scaled;
    std::vector<std::uint32_t> small, large;
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
      scaled.push_back(weights[i] * n / total);
      (scaled[i] < 1 ? small : large).push_back(i);
    }
    while (!small.empty() && !large.empty()) {
      const std::uint32_t low = small.back();
      const std::uint32_t high = large.back();
      small.pop_back();
      chance_[low] = scaled[low];
      other_[low] = high;
      scaled[high] -= 1 - scaled[low];
      if (scaled[high] < 1) {
        large.pop_back();
        small.push_back(high);
      }
    }
    for (const std::uint32_t rest : small)  // left by rounding; never a weight of 0
      if (weights[rest] <= 0) chance_[rest] = 0, other_[rest] = heaviest(weights);
  }

  std::size_t draw(Random& random) const {
    const std::uint64_t bits = random();
    const auto cell = static_cast<std::size_t>((static_cast<Wide>(bits) * chance_.size()) >> 64);
    const double u = static_cast<double>(random() >> 11) * 0x1.0p-53;
    return u < chance_[cell] ? cell : other_[cell];
  }

 private:
  static std::uint32_t heaviest(std::span<const double> weights) {
    return static_cast<std::uint32_t>(std::ranges::max_element(weights) - weights.begin());
  }
  std::vector<double> chance_;
  std::vector<std::uint32_t> other_;
};

/// Draws fields under the null hypothesis. Only cells that windows can reach are filled.
class Null {
 public:
  Null(const Field& field, const ScanOptions& options) : field_(&field), model_(options.model) {
    reach_ = options.until_end ? field.steps - options.longest : 0;
    std::vector<double> weights;
    for (std::size_t cell = 0; cell < field.cases.size(); ++cell)
      if (cell % field.steps >= reach_) {
        cells_.push_back(static_cast<std::uint32_t>(cell));
        weights.push_back(field.expected[cell]);
      }
    total_ = static_cast<std::size_t>(std::accumulate(field.cases.begin(), field.cases.end(), 0.0));
    all_ = std::accumulate(field.expected.begin(), field.expected.end(), 0.0);
    mass_ = std::accumulate(weights.begin(), weights.end(), 0.0);
    if (model_ == Model::permutation) list_places();
    if (model_ == Model::bernoulli) list_people();
    if (model_ == Model::poisson || model_ == Model::expectation) {
      weights_ = weights;
      if (mass_ > 0) alias_.emplace_back(weights);
    }
  }

  /// Per thread: what permutations shuffle.
  std::vector<std::uint32_t> bag() const { return bag_; }

  void draw(Random& random, std::vector<std::uint32_t>& bag, std::vector<double>& cases) const {
    std::ranges::fill(cases, 0.0);
    if (model_ == Model::permutation) return permute(random, bag, cases);
    if (model_ == Model::bernoulli) {
      for (std::size_t i = 0; i < total_; ++i) {
        std::swap(bag[i], bag[i + below(random, bag.size() - i)]);
        cases[bag[i]] += 1;
      }
      return;
    }
    scatter(random, cases);
  }

 private:
  /// One part of the bag and of the steps per stratum.
  void list_places() {
    const std::size_t strata = std::max<std::size_t>(field_->strata.size(), 1);
    for (std::size_t stratum = 0; stratum < strata; ++stratum) {
      const auto& cases = field_->strata.empty() ? field_->cases : field_->strata[stratum];
      for (std::size_t cell = 0; cell < cases.size(); ++cell) {
        const auto count = static_cast<std::size_t>(cases[cell]);
        bag_.insert(bag_.end(), count, static_cast<std::uint32_t>(cell / field_->steps));
        if (const std::size_t step = cell % field_->steps; step >= reach_)
          steps_of_window_.insert(steps_of_window_.end(), count, static_cast<std::uint32_t>(step));
      }
      parts_.push_back({bag_.size(), steps_of_window_.size()});
    }
  }

  void list_people() {
    for (std::size_t cell = 0; cell < field_->people.size(); ++cell)
      bag_.insert(bag_.end(), static_cast<std::size_t>(field_->people[cell]),
                  static_cast<std::uint32_t>(cell));
  }

  /// Each case of the reachable steps is given to one of the places of its stratum's cases, without
  /// replacement.
  void permute(Random& random, std::vector<std::uint32_t>& bag, std::vector<double>& cases) const {
    std::size_t from = 0;
    std::size_t i = 0;
    for (const Part& part : parts_) {
      for (std::size_t at = from; i < part.steps; ++i, ++at) {
        std::swap(bag[at], bag[at + below(random, part.bag - at)]);
        cases[bag[at] * field_->steps + steps_of_window_[i]] += 1;
      }
      from = part.bag;
    }
  }

  void scatter(Random& random, std::vector<double>& cases) const {
    if (alias_.empty()) return;
    const double share = std::min(mass_ / all_, 1.0);
    std::size_t count = total_;
    if (model_ == Model::expectation)
      count = static_cast<std::size_t>(
          boost::random::poisson_distribution<long long, double>(mass_)(random));
    else if (share < 1)
      count = static_cast<std::size_t>(boost::random::binomial_distribution<long long, double>(
          static_cast<long long>(total_), share)(random));
    if (count < 16 * cells_.size()) {
      for (; count > 0; --count) cases[cells_[alias_[0].draw(random)]] += 1;
      return;
    }
    double left = mass_;  // many cases per cell: one binomial draw after the other
    for (std::size_t i = 0; i < cells_.size() && count > 0; ++i) {
      const double p = left > 0 ? std::clamp(weights_[i] / left, 0.0, 1.0) : 1.0;
      const bool last = i + 1 == cells_.size();
      const auto here = last ? static_cast<long long>(count)
                             : boost::random::binomial_distribution<long long, double>(
                                   static_cast<long long>(count), p)(random);
      cases[cells_[i]] = static_cast<double>(here);
      count -= static_cast<std::size_t>(here);
      left -= weights_[i];
    }
  }

  const Field* field_;
  Model model_;
  std::size_t reach_;  ///< first step that a window can hold
  std::vector<std::uint32_t> cells_;
  std::vector<double> weights_;
  std::size_t total_ = 0;
  double all_ = 0;
  double mass_ = 0;
  std::vector<Alias> alias_;
  std::vector<std::uint32_t> bag_;
  std::vector<std::uint32_t> steps_of_window_;
  struct Part {
    std::size_t bag, steps;  ///< where the stratum ends
  };
  std::vector<Part> parts_;
};

/// What replicates share: zones with the running sums of their expected cases.
class Search {
 public:
  Search(const Field& field, std::span<const ZoneFamily> families, const ScanOptions& options)
      : field_(&field),
        families_(families),
        options_(&options),
        windows_(field.steps, options),
        value_(field, options) {
    const std::size_t width = windows_.width();
    std::vector<double> of_place(field.places * width);
    for (std::size_t place = 0; place < field.places; ++place)
      windows_.running_sums(field.expected.data() + place * field.steps,
                            of_place.data() + place * width);
    std::size_t zones = 0;
    for (const ZoneFamily& family : families) zones += family.order.size();
    expected_.reserve(zones * width);
    std::vector<double> sums(width);
    for (const ZoneFamily& family : families) {
      std::ranges::fill(sums, 0.0);
      for (const std::uint32_t place : family.order) {
        add_sums(sums.data(), of_place.data() + place * width, width);
        expected_.insert(expected_.end(), sums.begin(), sums.end());
      }
    }
  }

  /// Largest statistic of a drawn field.
  double best(std::span<const double> cases) const {
    const std::size_t width = windows_.width();
    std::vector<double> of_place(field_->places * width);
    for (std::size_t place = 0; place < field_->places; ++place)
      windows_.running_sums(cases.data() + place * field_->steps, of_place.data() + place * width);
    std::vector<double> c(width);
    double most = 0;
    const double* e = expected_.data();
    for (const ZoneFamily& family : families_) {
      const double factor = penalty(family, options_->compactness);
      std::ranges::fill(c, 0.0);
      for (const std::uint32_t place : family.order) {
        add_sums(c.data(), of_place.data() + place * width, width);
        for (const Row& row : windows_.rows())
          if (may_exceed(c.data() + row.high, c.data() + row.low, e + row.high, e + row.low,
                         row.count, most / factor * value_.bound(), value_.share()))
            most = best_of_row(c.data(), e, row, factor, most);
        e += width;
      }
    }
    return most;
  }

 private:
  double best_of_row(const double* c, const double* e, const Row& row, double factor,
                     double most) const {
    for (std::size_t i = 0; i < row.count; ++i) {
      const double n = c[row.high + i] - c[row.low + i];
      const double m = e[row.high + i] - e[row.low + i];
      const double d = n - m;
      if (d <= 0 || n < options_->least_cases ||
          d * d <= most / factor * value_.bound() * m * (1 - m * value_.share()))
        continue;
      most = std::max(most, factor * value_(n, m));
    }
    return most;
  }

  const Field* field_;
  std::span<const ZoneFamily> families_;
  const ScanOptions* options_;
  Windows windows_;
  FastStatistic value_;
  std::vector<double> expected_;
};

Random generator(std::uint64_t seed, std::size_t replicate) {
  std::uint64_t z = seed * 0x9e3779b97f4a7c15ULL + replicate + 1;  // splitmix64
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return Random(z ^ (z >> 31));
}

/// Fills best[from … to) on several threads; each replicate has its own generator.
void run_batch(const Null& null, const Search& search, const ScanOptions& options, std::size_t from,
               std::size_t to, std::vector<double>& best, std::size_t cells) {
  std::atomic<std::size_t> next{from};
  const auto work = [&] {
    std::vector<std::uint32_t> bag;
    std::vector<double> cases(cells);
    while (true) {
      const std::size_t i = next.fetch_add(1);
      if (i >= to) return;
      Random random = generator(options.seed, i);
      bag = null.bag();  // the same bag for every replicate, whichever thread takes it
      null.draw(random, bag, cases);
      best[i] = search.best(cases);
    }
  };
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t count =
      std::min<std::size_t>(options.threads > 0 ? options.threads : cores, to - from);
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < count; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
}

/// Gumbel distribution with the mean and sd of the replicates.
void fit_gumbel(Simulation& simulation) {
  if (simulation.best.size() < 10) return;
  const auto n = static_cast<double>(simulation.best.size());
  double mean = 0;
  for (const double best : simulation.best) mean += best / n;
  double squares = 0;
  for (const double best : simulation.best) squares += (best - mean) * (best - mean);
  const double sd = std::sqrt(squares / (n - 1));
  simulation.gumbel_scale = sd * std::sqrt(6.0) / std::numbers::pi;
  simulation.gumbel_location = mean - std::numbers::egamma * simulation.gumbel_scale;
}

}  // namespace

Result<Simulation> simulate(const Field& field, std::span<const ZoneFamily> families,
                            const ScanOptions& options, double observed) {
  if (const auto sound = best_by_centre(
          field, {families.data(), std::min<std::size_t>(families.size(), 1)}, options);
      !sound)
    return unexpected(sound.error());
  if (options.replicates > 1000000)
    return fail(ErrorCode::invalid_input, "more than 1,000,000 replicates");
  const Null null(field, options);
  const Search search(field, families, options);
  Simulation simulation;
  simulation.best.assign(options.replicates, 0.0);
  const std::size_t batch = options.stop_after > 0 ? 100 : options.replicates;
  std::size_t reached = 0;
  for (std::size_t from = 0; from < options.replicates && !simulation.stopped; from += batch) {
    const std::size_t to = std::min(from + batch, options.replicates);
    run_batch(null, search, options, from, to, simulation.best, field.cases.size());
    for (std::size_t i = from; i < to && options.stop_after > 0; ++i) {
      if (simulation.best[i] < observed - 1e-9 * (1 + observed)) continue;
      if (++reached < options.stop_after) continue;
      simulation.best.resize(i + 1);  // what other threads did beyond does not count
      simulation.stopped = true;
      break;
    }
  }
  fit_gumbel(simulation);
  return simulation;
}

}  // namespace hb::scan
