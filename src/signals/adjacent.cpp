#include "signals/adjacent.hpp"

#include <algorithm>

namespace hb::signals {
namespace {

/// Counts of an area, all its series of the disease together.
std::map<Date, double> area_counts(const Counts& counts, const std::string& area,
                                   const std::string& disease) {
  std::map<Date, double> sums;
  for (const auto& [key, by_day] : counts.series) {
    if (key.area != area || (!disease.empty() && key.disease != disease)) continue;
    for (const auto& [day, count] : by_day) sums[day] += count;
  }
  return sums;
}

AreaSeries series_of(const Counts& counts, const std::string& area, const std::string& disease,
                     Date last, int days) {
  const auto by_day = area_counts(counts, area, disease);
  const watch::Stream& stream = *counts.stream;
  const auto window = static_cast<std::size_t>(stream.window);
  AreaSeries made;
  made.area = area;
  std::vector<double> open;  // counts of the open days, before the first shown too
  for (Date day{last.days - days - 3 * stream.window}; day <= std::min(last, counts.end);
       ++day.days) {
    if (!stream.is_open(day)) continue;
    const auto found = by_day.find(day);
    open.push_back(found == by_day.end() ? 0 : found->second);
    if (day.days <= last.days - days || open.size() < window) continue;
    double sum = 0;
    for (std::size_t i = open.size() - window; i < open.size(); ++i) sum += open[i];
    made.days.push_back(day);
    made.windows.push_back(sum);
  }
  double sum = 0;
  const std::size_t before = made.windows.size() > window ? made.windows.size() - window : 0;
  for (std::size_t i = 0; i < before; ++i) sum += made.windows[i];
  made.usual = before > 0 ? sum / static_cast<double>(before) : surveillance::none;
  return made;
}

}  // namespace

std::vector<AreaSeries> nearest_areas(const Counts& counts, const Facts& facts, Date last, int days,
                                      std::size_t most) {
  std::vector<AreaSeries> list;
  const auto& points = counts.stream->points;
  if (!points || !points->contains(facts.area)) return list;
  const scan::Point here = points->at(facts.area);
  std::vector<std::pair<double, std::string>> near;
  for (const auto& [area, point] : *points)
    if (area.size() == facts.area.size())
      near.emplace_back(area == facts.area ? -1 : distance(here, point, scan::Geometry::globe),
                        area);
  std::ranges::sort(near);
  const bool by_disease =
      !facts.disease.empty() && std::ranges::any_of(counts.series, [&](const auto& one) {
        return one.first.disease == facts.disease;
      });
  for (std::size_t i = 0; i < near.size() && i <= most; ++i) {
    AreaSeries one = series_of(counts, near[i].second, by_disease ? facts.disease : "", last, days);
    one.km = std::max(0.0, near[i].first);
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace hb::signals
