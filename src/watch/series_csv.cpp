#include "watch/series_csv.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

#include "core/csv.hpp"

namespace hb::watch {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string key_csv(const SeriesKey& key) {
  return csv_field(key.area) + ',' + csv_field(key.place) + ',' + csv_field(key.disease) + ',' +
         csv_field(key.part);
}

}  // namespace

Result<std::string> series_csv(const StreamCounts& counts, const SeriesOptions& options) {
  const int days = options.to.days - options.from.days + 1;
  if (options.window < 1 || options.window > days)
    return fail(ErrorCode::invalid_input, "the window does not fit the days asked for");
  const auto points = static_cast<std::size_t>(days / options.window);
  const auto window = static_cast<std::size_t>(options.window);
  const Date begin{options.to.days - static_cast<int>(points * window) + 1};
  const std::size_t recent =
      points - std::min(points, static_cast<std::size_t>(options.recent) / window);
  std::string csv = "unit,t,date,observed,area,place,disease,part\n";
  std::size_t unit = 0;
  for (const auto& [key, by_day] : counts) {
    std::vector<double> sums(points);
    for (const auto& [day, count] : by_day)
      if (day >= begin && day <= options.to)
        sums[static_cast<std::size_t>(day.days - begin.days) / window] += count;
    const auto late = sums.begin() + static_cast<std::ptrdiff_t>(recent);
    if (late == sums.end() || *std::max_element(late, sums.end()) < options.least) continue;
    const std::string name = std::to_string(++unit) + ',';
    const std::string whose = key_csv(key);
    for (std::size_t t = 0; t < points; ++t)
      csv += name + std::to_string(t + 1) + ',' +
             format_date(Date{begin.days + static_cast<int>(t * window)}) + ',' + number(sums[t]) +
             ',' + whose + '\n';
  }
  return csv;
}

std::string findings_csv(const Findings& findings) {
  std::vector<const Finding*> sorted;
  for (const Finding& one : findings.all) sorted.push_back(&one);
  std::ranges::stable_sort(sorted, [](const Finding* a, const Finding* b) {
    return std::tie(a->day, a->stream->id, a->key) < std::tie(b->day, b->stream->id, b->key);
  });
  std::string csv = "day,stream,method,area,place,disease,part,from,to,observed,expected,pvalue\n";
  for (const Finding* one : sorted)
    csv += format_date(one->day) + ',' + csv_field(one->stream->id) + ',' +
           std::string(one->method) + ',' + key_csv(one->key) + ',' + format_date(one->from) + ',' +
           format_date(one->to) + ',' + number(one->observed) + ',' + number(one->expected) + ',' +
           number(one->pvalue) + '\n';
  return csv;
}

}  // namespace hb::watch
