#include "scan/scan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "scan/kernel.hpp"

namespace hb::scan {
namespace {

Result<void> check(const Field& field, std::span<const ZoneFamily> families,
                   const ScanOptions& options) {
  const auto bad = [](std::string why) { return fail(ErrorCode::invalid_input, std::move(why)); };
  const std::size_t cells = field.places * field.steps;
  if (cells == 0 || field.cases.size() != cells || field.expected.size() != cells ||
      (options.model == Model::bernoulli && field.people.size() != cells))
    return bad("cases, expected cases and places do not fit together");
  if (families.empty()) return bad("there is no zone");
  if (options.shortest < 1 || options.longest < options.shortest || options.longest > field.steps)
    return bad("windows of " + std::to_string(options.shortest) + " to " +
               std::to_string(options.longest) + " steps do not fit into " +
               std::to_string(field.steps));
  double total = 0;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const double c = field.cases[cell];
    const double e = field.expected[cell];
    if (!(c >= 0) || c != std::floor(c) || c > 1e8) return bad("a count is no whole number");
    if (!(e >= 0) || !std::isfinite(e)) return bad("an expected number is below 0 or missing");
    if (c > 0 && e <= 0)
      return bad("there are cases where none are expected (no population there)");
    total += c;
  }
  if (total < 1) return bad("there are no cases");
  if (total > 2e8) return bad("more than 200 million cases");
  return {};
}

/// Running sums of all places.
std::vector<double> all_sums(const Windows& windows, const Field& field,
                             std::span<const double> values) {
  std::vector<double> sums(field.places * windows.width());
  for (std::size_t place = 0; place < field.places; ++place)
    windows.running_sums(values.data() + place * field.steps,
                         sums.data() + place * windows.width());
  return sums;
}

/// Better by more than rounding.
bool is_better(double statistic, double than) { return statistic > than + 1e-9 * (1 + than); }

constexpr int most_of_a_centre = 20;

/// Windows that share a step or follow each other without a step between.
bool touch(const Candidate& a, const Candidate& b) {
  return a.first <= b.last + 1 && b.first <= a.last + 1;
}

/// One entry per window, without a statistic.
std::vector<Candidate> empty_windows(const Windows& windows) {
  std::vector<Candidate> all;
  for (const Row& row : windows.rows())
    for (std::size_t i = 0; i < row.count; ++i)
      all.push_back({0, 0, windows.first_step(row, i), windows.last_step(row, i), 0, 0, 0});
  return all;
}

/// The best of a centre's windows, then the best that shares no step with those taken.
void take_disjoint(std::vector<Candidate>& windows, int most, std::vector<Candidate>& all) {
  for (int i = 0; i < most; ++i) {
    const Candidate* best = &windows.front();
    for (const Candidate& one : windows)
      if (is_better(one.statistic, best->statistic)) best = &one;
    if (best->statistic <= 0) return;
    const Candidate taken = *best;
    all.push_back(taken);
    for (Candidate& one : windows)
      if (touch(one, taken)) one.statistic = 0;
  }
}

}  // namespace

void expect_margins(Field& field) {
  field.expected.assign(field.cases.size(), 0.0);
  const std::size_t strata = std::max<std::size_t>(field.strata.size(), 1);
  for (std::size_t stratum = 0; stratum < strata; ++stratum) {
    const auto& cases = field.strata.empty() ? field.cases : field.strata[stratum];
    std::vector<double> of_place(field.places, 0.0);
    std::vector<double> of_step(field.steps, 0.0);
    double total = 0;
    for (std::size_t cell = 0; cell < cases.size(); ++cell) {
      of_place[cell / field.steps] += cases[cell];
      of_step[cell % field.steps] += cases[cell];
      total += cases[cell];
    }
    if (total <= 0) continue;
    for (std::size_t cell = 0; cell < cases.size(); ++cell)
      field.expected[cell] += of_place[cell / field.steps] * of_step[cell % field.steps] / total;
  }
}

void expect_share(Field& field) {
  const double cases = std::accumulate(field.cases.begin(), field.cases.end(), 0.0);
  const double people = std::accumulate(field.people.begin(), field.people.end(), 0.0);
  field.expected.assign(field.cases.size(), 0.0);
  if (people <= 0) return;
  for (std::size_t cell = 0; cell < field.people.size(); ++cell)
    field.expected[cell] = field.people[cell] * cases / people;
}

double statistic(Model model, double cases, double expected, double total, double people,
                 double all_people) {
  if (!(cases > expected) || !(expected > 0)) return 0;
  const auto part = [](double n, double m) { return n > 0 ? n * std::log(n / m) : 0.0; };
  if (model == Model::expectation) return part(cases, expected) + expected - cases;
  if (model != Model::bernoulli)
    return part(cases, expected) + part(total - cases, total - expected);
  const double other = all_people - people;
  return part(cases, people) + part(people - cases, people) + part(total - cases, other) +
         part(other - total + cases, other) - part(total, all_people) -
         part(all_people - total, all_people);
}

Result<std::vector<Candidate>> best_by_centre(const Field& field,
                                              std::span<const ZoneFamily> families,
                                              const ScanOptions& options) {
  if (auto sound = check(field, families, options); !sound) return unexpected(sound.error());
  const Windows windows(field.steps, options);
  const FastStatistic value(field, options);
  const auto cases = all_sums(windows, field, field.cases);
  const auto expected = all_sums(windows, field, field.expected);
  const std::size_t width = windows.width();
  std::vector<Candidate> all;
  std::vector<Candidate> of_centre = empty_windows(windows);
  std::vector<double> c(width), e(width);
  for (std::size_t f = 0; f < families.size(); ++f) {
    const ZoneFamily& family = families[f];
    const double factor = penalty(family, options.compactness);
    std::ranges::fill(c, 0.0);
    std::ranges::fill(e, 0.0);
    for (std::size_t zone = 0; zone < family.order.size(); ++zone) {
      add_sums(c.data(), cases.data() + family.order[zone] * width, width);
      add_sums(e.data(), expected.data() + family.order[zone] * width, width);
      std::size_t window = 0;
      for (const Row& row : windows.rows())
        for (std::size_t i = 0; i < row.count; ++i, ++window) {
          const double n = c[row.high + i] - c[row.low + i];
          const double m = e[row.high + i] - e[row.low + i];
          if (n < options.least_cases || n <= m) continue;
          const double found = factor * value(n, m);
          Candidate& best = of_centre[window];
          if (is_better(found, best.statistic))
            best = {f, zone, best.first, best.last, n, m, found};
        }
    }
    if (f + 1 < families.size() && families[f + 1].centre == family.centre) continue;
    take_disjoint(of_centre, options.again_later ? most_of_a_centre : 1, all);
    for (Candidate& one : of_centre) one.statistic = 0;
  }
  // Centres in their order where statistics differ by rounding alone.
  std::ranges::stable_sort(all, [](const Candidate& a, const Candidate& b) {
    return is_better(a.statistic, b.statistic);
  });
  return all;
}

std::vector<Candidate> without_overlap(std::span<const Candidate> candidates,
                                       std::span<const ZoneFamily> families, std::size_t places,
                                       bool again_later) {
  std::vector<std::vector<const Candidate*>> taken(places);
  std::vector<Candidate> kept;
  kept.reserve(candidates.size());
  for (const Candidate& one : candidates) {
    const auto& order = families[one.family].order;
    bool is_free = true;
    for (std::size_t i = 0; i <= one.zone && is_free; ++i)
      for (const Candidate* former : taken[order[i]])
        is_free = is_free && again_later && !touch(one, *former);
    if (!is_free) continue;
    kept.push_back(one);
    for (std::size_t i = 0; i <= one.zone; ++i) taken[order[i]].push_back(&kept.back());
  }
  return kept;
}

double p_value(const Simulation& simulation, double observed) {
  const auto above = static_cast<double>(std::ranges::count_if(
      simulation.best, [&](double best) { return best >= observed - 1e-9 * (1 + observed); }));
  const auto count = static_cast<double>(simulation.best.size());
  if (simulation.stopped) return above / count;
  return (1 + above) / (1 + count);
}

double p_gumbel(const Simulation& simulation, double observed) {
  if (simulation.gumbel_scale <= 0) return p_value(simulation, observed);
  const double z = (observed - simulation.gumbel_location) / simulation.gumbel_scale;
  return -std::expm1(-std::exp(-z));
}

}  // namespace hb::scan
