#include "scan/kernel.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hb::scan {
namespace {

// The wider vectors where the processor has them; elsewhere the plain loop.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HB_SCAN_CLONES [[gnu::target_clones("avx2", "default")]]
#else
#define HB_SCAN_CLONES
#endif

HB_SCAN_CLONES void add(double* sums, const double* more, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += more[i];
}

HB_SCAN_CLONES long long exceeding(const double* ch, const double* cl, const double* eh,
                                   const double* el, std::size_t count, double best, double share) {
  long long any = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double c = ch[i] - cl[i];
    const double e = eh[i] - el[i];
    const double d = c - e;
    any |=
        static_cast<long long>(d > 0) & static_cast<long long>(d * d > best * e * (1 - e * share));
  }
  return any;
}

double x_log_x(double x) { return x > 0 ? x * std::log(x) : 0.0; }

}  // namespace

Windows::Windows(std::size_t steps, const ScanOptions& options)
    : steps_(steps), width_(steps + 1), until_end_(options.until_end) {
  if (until_end_) {  // sums[k] = the last k steps; sums[0] = 0 is the lower end of all
    width_ = 2 * options.longest + 1;
    rows_.push_back(
        {options.longest + options.shortest, 0, options.longest - options.shortest + 1});
    return;
  }
  for (std::size_t length = options.shortest; length <= options.longest; ++length)
    rows_.push_back({length, 0, steps - length + 1});
}

void Windows::running_sums(const double* values, double* sums) const {
  if (!until_end_) {
    sums[0] = 0;
    for (std::size_t i = 0; i < steps_; ++i) sums[i + 1] = sums[i] + values[i];
    return;
  }
  const std::size_t longest = (width_ - 1) / 2;  // that many zeros, then the sums
  std::fill_n(sums, longest + 1, 0.0);
  for (std::size_t k = 1; k <= longest; ++k)
    sums[longest + k] = sums[longest + k - 1] + values[steps_ - k];
}

std::size_t Windows::first_step(const Row& row, std::size_t window) const {
  if (!until_end_) return row.low + window;
  return steps_ - (row.high + window - (width_ - 1) / 2);
}

std::size_t Windows::last_step(const Row& row, std::size_t window) const {
  return until_end_ ? steps_ - 1 : row.high + window - 1;
}

void add_sums(double* sums, const double* more, std::size_t count) { add(sums, more, count); }

bool may_exceed(const double* cases_high, const double* cases_low, const double* expected_high,
                const double* expected_low, std::size_t count, double best, double share) {
  return exceeding(cases_high, cases_low, expected_high, expected_low, count, best, share) != 0;
}

FastStatistic::FastStatistic(const Field& field, const ScanOptions& options)
    : model_(options.model),
      total_(std::accumulate(field.cases.begin(), field.cases.end(), 0.0)),
      people_(std::accumulate(field.people.begin(), field.people.end(), 0.0)) {
  share_ = model_ == Model::expectation ? 0 : 1 / total_;
  // Rounding in the running sums must not hide a window that is just as good.
  constexpr double slack = 1 - 1e-9;
  bound_ = slack;
  std::size_t most = static_cast<std::size_t>(total_);
  if (model_ == Model::bernoulli) {
    bound_ = slack * (1 - total_ / people_);
    most = static_cast<std::size_t>(people_);
    constant_ = x_log_x(total_) + x_log_x(people_ - total_) - x_log_x(people_);
  }
  if (model_ == Model::expectation) most = 0;
  table_.resize(most + 1);
  for (std::size_t n = 0; n <= most; ++n) table_[n] = x_log_x(static_cast<double>(n));
}

double FastStatistic::operator()(double cases, double expected) const {
  if (!(cases > expected)) return 0;
  if (model_ == Model::expectation) return cases * std::log(cases / expected) + expected - cases;
  const double outside = total_ - cases;
  if (model_ == Model::bernoulli) {
    const double people = std::round(expected * people_ / total_);
    const double other = people_ - people;
    return n_log_n(cases) + n_log_n(people - cases) + n_log_n(outside) + n_log_n(other - outside) -
           n_log_n(people) - n_log_n(other) - constant_;
  }
  const double rest = total_ - expected;
  return n_log_n(cases) - cases * std::log(expected) + n_log_n(outside) -
         (outside > 0 ? outside * std::log(rest) : 0.0);
}

double penalty(const ZoneFamily& family, double compactness) {
  const double s = family.shape;
  return compactness == 0 ? 1.0 : std::pow(4 * s / ((s + 1) * (s + 1)), compactness);
}

}  // namespace hb::scan
