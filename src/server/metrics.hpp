#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hb::server {

/// Requests and their latencies per route, in Prometheus text. Lock free while counting.
class Metrics {
 public:
  /// routes  names of the routes ("GET /api/areas"); observe() speaks of them by position
  explicit Metrics(std::vector<std::string> routes);

  void observe(std::size_t route, int status, std::chrono::nanoseconds took);
  /// hb_http_requests_total and hb_http_request_seconds.
  std::string text() const;

  /// Upper bounds of the histogram, seconds.
  static constexpr std::array<double, 12> bounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                    0.05,   0.1,   0.25,   0.5,   1.0,  5.0};

 private:
  struct Counters {
    std::array<std::atomic<std::uint64_t>, 6> by_class{};  ///< 1xx … 5xx at [1] … [5]
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> buckets{};
    std::atomic<std::uint64_t> nanoseconds{0};
  };
  std::vector<std::string> names_;
  std::unique_ptr<Counters[]> counters_;
};

/// One gauge or counter: "# TYPE name kind\nname value\n".
std::string metric_line(std::string_view name, std::string_view kind, double value);

}  // namespace hb::server
