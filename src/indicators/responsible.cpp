#include "indicators/responsible.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hb::indicators {
namespace {

constexpr std::size_t most_kept = 200;  // answers; all go when there are more

std::string text_of(const tables::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  return {};
}

/// The statement over all units: unit, numerator, denominator.
std::string statement(const Measure& measure, const ResponsiblePart& who) {
  if (!who.of_residents)
    return fmt::format(
        "SELECT u.unit AS unit, CAST(sum(u.numerator) AS BIGINT) AS numerator, "
        "CAST(sum(u.denominator) AS BIGINT) AS denominator "
        "FROM (\n{}\n) AS u GROUP BY u.unit",
        who.sql.sql);
  return fmt::format(
      "SELECT w.unit AS unit, count(*) FILTER (WHERE p.in_numerator) AS numerator, "
      "count(*) AS denominator FROM (\n{}\n) AS p "
      "LEFT JOIN (\n{}\n) AS w ON w.resident_id = p.resident_id GROUP BY w.unit",
      measure.list->sql, who.sql.sql);
}

Error placed(Error error, const MeasurePart& part) {
  error.where = part.file.empty() ? error.where : fmt::format("{}:{}", part.file, part.line);
  return error;
}

Result<void> take_row(const std::vector<tables::Value>& row, UnitCounts& counts) {
  const auto* numerator = std::get_if<std::int64_t>(&row.at(1));
  const auto* denominator = std::get_if<std::int64_t>(&row.at(2));
  if (numerator == nullptr || denominator == nullptr || *numerator < 0 || *numerator > *denominator)
    return fail(ErrorCode::invalid_input,
                "numerator and denominator by unit are no counts, or more are in the numerator");
  const std::string unit = text_of(row.at(0));
  if (unit.empty()) {
    counts.unknown.numerator += *numerator;
    counts.unknown.denominator += *denominator;
  } else {
    counts.units.push_back({unit, unit, "", "", *numerator, *denominator});
  }
  return {};
}

Result<void> put_names(const Asked& ask, const ResponsiblePart& who,
                       const std::vector<std::pair<std::string, tables::Value>>& parameters,
                       UnitCounts& counts) {
  const auto set =
      ask("SELECT n.unit, n.name, n.organization, n.area FROM (\n" + who.names.sql + "\n) AS n",
          parameters);
  if (!set) return unexpected(placed(set.error(), who.names));
  std::map<std::string, const std::vector<tables::Value>*> known;
  for (const auto& row : set->rows) known.emplace(text_of(row.at(0)), &row);
  for (UnitCount& unit : counts.units) {
    const auto found = known.find(unit.unit);
    if (found == known.end()) continue;
    const auto& row = *found->second;
    if (const std::string name = text_of(row.at(1)); !name.empty()) unit.name = name;
    unit.organization = text_of(row.at(2));
    unit.area = text_of(row.at(3));
  }
  return {};
}

}  // namespace

Result<UnitCounts> units_of(const Asked& ask, const Measure& measure, const ResponsiblePart& who,
                            const Period& period, const std::string& area, Date today) {
  const std::vector<std::pair<std::string, tables::Value>> parameters = {
      {"from", period.first},
      {"to", std::min(period.last, today)},
      {"area", area},
      {"today", today}};
  const auto set = ask(statement(measure, who), parameters);
  if (!set) return unexpected(placed(set.error(), who.sql));
  UnitCounts counts;
  std::int64_t joined = 0;
  for (const auto& row : set->rows) {
    if (const Result<void> taken = take_row(row, counts); !taken)
      return unexpected(placed(taken.error(), who.sql));
    joined += std::get<std::int64_t>(row.at(2));
  }
  if (who.of_residents) {
    const auto listed =
        ask("SELECT count(*) AS n FROM (\n" + measure.list->sql + "\n) AS p", parameters);
    if (!listed) return unexpected(placed(listed.error(), *measure.list));
    if (listed->rows.at(0).at(0) != tables::Value(joined))
      return unexpected(placed(
          {ErrorCode::invalid_input, "a resident counts for two units: the SQL must name one", ""},
          who.sql));
  }
  if (const Result<void> named = put_names(ask, who, parameters, counts); !named)
    return unexpected(named.error());
  std::ranges::sort(counts.units, [](const UnitCount& a, const UnitCount& b) {
    return std::tie(a.name, a.unit) < std::tie(b.name, b.unit);
  });
  return counts;
}

Result<std::shared_ptr<const UnitCounts>> MeasureEngine::units(const Measure& measure,
                                                               const ResponsiblePart& who,
                                                               const Period& period,
                                                               const std::string& area,
                                                               bool open_only) const {
  const BatchId feed = tables_.reached().value_or(0);
  const std::string key = fmt::format("{}|{}|{}|{}|{}", who.sql.line, measure.id,
                                      format_period(period), area, open_only);
  {
    const std::lock_guard lock(units_mutex_);
    const auto known = units_.find(key);
    if (known != units_.end() && known->second->feed == feed) return known->second;
  }
  const Principal as =
      open_only ? Principal::published("public-health") : Principal::system("public-health");
  const Asked ask = [&](const std::string& sql, const auto& parameters) {
    return tables_.query(as, sql, parameters, options_.time_limit);
  };
  auto counts = units_of(ask, measure, who, period, area, options_.today);
  if (!counts) return unexpected(counts.error());
  counts->feed = feed;
  auto made = std::make_shared<const UnitCounts>(std::move(*counts));
  const std::lock_guard lock(units_mutex_);
  if (units_.size() >= most_kept) units_.clear();
  units_[key] = made;
  return made;
}

}  // namespace hb::indicators
