#include "server/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace hb::server {

Metrics::Metrics(std::vector<std::string> routes)
    : names_(std::move(routes)), counters_(std::make_unique<Counters[]>(names_.size())) {}

void Metrics::observe(std::size_t route, int status, std::chrono::nanoseconds took) {
  Counters& counters = counters_[route];
  const auto kind = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
  counters.by_class[kind].fetch_add(1, std::memory_order_relaxed);
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
  counters.buckets[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  counters.nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()),
                                 std::memory_order_relaxed);
}

std::string Metrics::text() const {
  std::string text = "# TYPE hb_http_requests_total counter\n";
  auto out = std::back_inserter(text);
  for (std::size_t route = 0; route < names_.size(); ++route)
    for (std::size_t kind = 1; kind <= 5; ++kind)
      if (const auto count = counters_[route].by_class[kind].load())
        fmt::format_to(out, "hb_http_requests_total{{route=\"{}\",status=\"{}xx\"}} {}\n",
                       names_[route], kind, count);
  text += "# TYPE hb_http_request_seconds histogram\n";
  for (std::size_t route = 0; route < names_.size(); ++route) {
    const Counters& counters = counters_[route];
    std::uint64_t total = 0;
    for (const auto& bucket : counters.buckets) total += bucket.load();
    if (total == 0) continue;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      sum += counters.buckets[i].load();
      fmt::format_to(out, "hb_http_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                     names_[route], bounds[i], sum);
    }
    fmt::format_to(out, "hb_http_request_seconds_bucket{{route=\"{}\",le=\"+Inf\"}} {}\n",
                   names_[route], total);
    fmt::format_to(out, "hb_http_request_seconds_sum{{route=\"{}\"}} {}\n", names_[route],
                   static_cast<double>(counters.nanoseconds.load()) / 1e9);
    fmt::format_to(out, "hb_http_request_seconds_count{{route=\"{}\"}} {}\n", names_[route], total);
  }
  return text;
}

std::string metric_line(std::string_view name, std::string_view kind, double value) {
  return fmt::format("# TYPE {} {}\n{} {}\n", name, kind, name, value);
}

}  // namespace hb::server
