#include "watch/clusters.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "scan/scan.hpp"

namespace hb::watch {
namespace {

constexpr double keep = 0.05;              // a larger p-value is no evidence of anything
constexpr int ongoing_days = 7;            // a cluster that was there so far back goes on
constexpr std::size_t stop_after = 10;     // replicates as strong: it is not unusual
constexpr std::size_t least_baseline = 2;  // areas with cases

/// Cases of one disease by area and day.
using AreaDays = std::map<std::string, std::map<Date, double>>;

/// The areas that are scanned, and the zones they form.
struct Map {
  std::vector<std::string> areas;
  std::vector<scan::ZoneFamily> zones;
};

/// All areas of the level the counts are of, with or without cases: the zones do not change with
/// the days that are looked at.
Result<Map> map_of(const Stream& stream, const std::set<std::size_t>& levels) {
  Map map;
  std::vector<scan::Point> points;
  for (const auto& [area, point] : *stream.points) {
    if (!levels.contains(area.size())) continue;
    map.areas.push_back(area);
    points.push_back(point);
  }
  if (points.size() < least_baseline) return map;
  scan::ZoneOptions options;
  options.most_places = static_cast<std::size_t>(stream.clusters->most_areas);
  auto zones = scan::make_zones(points, std::vector<double>(points.size(), 1), options);
  if (!zones) return unexpected(zones.error());
  map.zones = std::move(*zones);
  return map;
}

/// The open days up to one, as many as the baseline has.
std::vector<Date> days_up_to(const Stream& stream, Date day) {
  constexpr int most = 3 * 366;
  std::vector<Date> days;
  for (int i = 0; i < most && days.size() < static_cast<std::size_t>(stream.clusters->baseline);
       ++i, --day.days)
    if (stream.is_open(day)) days.push_back(day);
  std::ranges::reverse(days);
  return days;
}

scan::Field field_of(const Map& map, const AreaDays& cases, const std::vector<Date>& days) {
  scan::Field field;
  field.places = map.areas.size();
  field.steps = days.size();
  field.cases.assign(field.places * field.steps, 0);
  for (std::size_t place = 0; place < field.places; ++place) {
    const auto area = cases.find(map.areas[place]);
    if (area == cases.end()) continue;
    for (std::size_t step = 0; step < field.steps; ++step)
      if (const auto day = area->second.find(days[step]); day != area->second.end())
        field.cases[place * field.steps + step] = day->second;
  }
  scan::expect_margins(field);
  return field;
}

double sum_of(const std::vector<double>& cells, const scan::Field& field, std::size_t place,
              std::size_t first, std::size_t last) {
  double sum = 0;
  for (std::size_t step = first; step <= last; ++step) sum += cells[place * field.steps + step];
  return sum;
}

/// FNV-1a of what is scanned: the same day gives the same replicates.
std::uint64_t seed_of(const Stream& stream, const std::string& disease, Date day) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : stream.id + "/" + disease + "/" + format_date(day))
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

/// A cluster as a finding of its area with the largest excess.
Finding finding_of(const Stream& stream, const std::string& disease, const Map& map,
                   const scan::Field& field, const std::vector<Date>& days,
                   const scan::Candidate& found, double pvalue) {
  Cluster cluster{{}, false};
  const auto& order = map.zones[found.family].order;
  double most = -1;
  std::string area;
  for (std::size_t i = 0; i <= found.zone; ++i) {
    cluster.areas.push_back(map.areas[order[i]]);
    const double excess = sum_of(field.cases, field, order[i], found.first, found.last) -
                          sum_of(field.expected, field, order[i], found.first, found.last);
    if (excess <= most) continue;
    most = excess;
    area = map.areas[order[i]];
  }
  return {Date{days.back().days + stream.delay},
          &stream,
          {area, "", disease, ""},
          found.cases,
          pvalue,
          found.expected,
          surveillance::none,
          days[found.first],
          days[found.last],
          cluster_method,
          std::make_shared<const Cluster>(std::move(cluster))};
}

/// The strongest cluster of a disease that ends on a day; none that is unusual: none.
Result<std::optional<Finding>> cluster_of(const Stream& stream, const std::string& disease,
                                          const Map& map, const AreaDays& cases, Date day) {
  const std::vector<Date> days = days_up_to(stream, day);
  const auto longest = static_cast<std::size_t>(stream.clusters->longest);
  if (days.size() < 2 * longest) return std::nullopt;
  const scan::Field field = field_of(map, cases, days);
  double recent = 0;
  std::size_t places = 0;
  for (std::size_t place = 0; place < field.places; ++place) {
    recent += sum_of(field.cases, field, place, field.steps - longest, field.steps - 1);
    places += sum_of(field.cases, field, place, 0, field.steps - 1) > 0 ? 1 : 0;
  }
  if (recent < stream.min_cases || places < least_baseline) return std::nullopt;
  scan::ScanOptions options;
  options.model = scan::Model::permutation;
  options.longest = longest;
  options.until_end = true;
  options.again_later = false;
  options.least_cases = stream.min_cases;
  options.replicates = static_cast<std::size_t>(stream.clusters->replicates);
  options.stop_after = stop_after;
  options.seed = seed_of(stream, disease, day);
  const auto found = scan::best_by_centre(field, map.zones, options);
  if (!found) return unexpected(found.error());
  if (found->empty()) return std::nullopt;
  const double statistic = found->front().statistic;
  const auto simulated = scan::simulate(field, map.zones, options, statistic);
  if (!simulated) return unexpected(simulated.error());
  const double pvalue = simulated->stopped ? scan::p_value(*simulated, statistic)
                                           : scan::p_gumbel(*simulated, statistic);
  if (!(pvalue <= keep)) return std::nullopt;
  return finding_of(stream, disease, map, field, days, found->front(), pvalue);
}

bool share_an_area(const Cluster& a, const Cluster& b) {
  return std::ranges::any_of(
      a.areas, [&](const std::string& area) { return std::ranges::count(b.areas, area) > 0; });
}

/// Marks what goes on; findings of one disease, by rising day.
void mark_ongoing(std::vector<Finding>& found) {
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t k = i; k-- > 0 && found[k].day.days >= found[i].day.days - ongoing_days;)
      if (share_an_area(*found[k].cluster, *found[i].cluster)) {
        found[i].cluster = std::make_shared<const Cluster>(Cluster{found[i].cluster->areas, true});
        break;
      }
}

}  // namespace

int cluster_memory(const ClusterOptions& options) { return options.baseline + ongoing_days; }

Result<void> add_clusters(const Stream& stream, const StreamCounts& counts, Date begin, Date first,
                          Date last, Findings& findings) {
  std::map<std::string, AreaDays> diseases;
  std::set<std::size_t> levels;  // lengths of codes
  for (const auto& [key, by_day] : counts) {
    levels.insert(key.area.size());
    for (const auto& [day, count] : by_day) diseases[key.disease][key.area][day] += count;
  }
  const auto map = map_of(stream, levels);
  if (!map) return unexpected(map.error());
  if (map->zones.empty()) return {};
  for (const auto& [disease, cases] : diseases) {
    std::vector<Finding> found;
    for (Date day{first.days - ongoing_days}; day <= last; ++day.days) {
      const Date counted{day.days - stream.delay};
      if (counted < begin || !stream.is_open(counted)) continue;
      const auto cluster = cluster_of(stream, disease, *map, cases, counted);
      if (!cluster) return unexpected(cluster.error());
      if (*cluster) found.push_back(std::move(**cluster));
      if (day >= first) ++findings.judged[day];
    }
    mark_ongoing(found);
    for (Finding& one : found)
      if (one.day >= first) findings.all.push_back(std::move(one));
  }
  return {};
}

}  // namespace hb::watch
