#include "scan/watch_command.hpp"

#include <algorithm>
#include <numeric>

#include "scan/shiryaev_roberts.hpp"
#include "stats/sheet.hpp"

namespace hb::scan {

Result<ScanText> run_watch(const TextFile& events, const stats::Settings& options) {
  const auto sheet = stats::Sheet::read(events.text, events.name);
  if (!sheet) return unexpected(sheet.error());
  std::vector<double> columns[3];
  constexpr std::string_view names[] = {"x", "y", "t"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto column = sheet->column(options.text(names[i]));
    if (!column) return unexpected(column.error());
    auto numbers = sheet->all_numbers(*column);
    if (!numbers) return unexpected(numbers.error());
    columns[i] = std::move(*numbers);
  }
  const auto& [x, y, t] = columns;
  std::vector<std::size_t> order(t.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t row) { return t[row]; });
  std::vector<Point> points;
  for (const std::size_t row : order) points.push_back({x[row], y[row]});
  for (const std::string_view name : {"radius", "threshold"})
    if (!options.has(name))
      return unexpected(options.fault(name, "analysis shiryaev-roberts needs this option"));
  const auto alarm = watch_events(
      points, {options.number("radius"), options.number("epsilon"), options.number("threshold")});
  if (!alarm) return unexpected(options.fault(alarm.error().message));
  const auto number = [](const std::optional<std::size_t>& event) {
    return event ? std::to_string(*event + 1) : std::string();
  };
  std::string csv = "i,t,R,idxFA,idxCC,row\n";
  for (std::size_t i = 0; i < order.size(); ++i)
    csv += std::to_string(i + 1) + "," + stats::number_text(t[order[i]]) + "," +
           stats::number_text(alarm->statistic[i]) + "," + number(alarm->first) + "," +
           number(alarm->centre) + "," + std::to_string(order[i] + 1) + "\n";
  return ScanText{std::move(csv), {}};
}

}  // namespace hb::scan
