#include "indicators/small_groups.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "stats/suppression.hpp"

namespace hb::indicators {
namespace {

constexpr std::size_t district_digits = 6;

/// Residents of the streets of a district; the row of "" are those without an area, who are a part
/// of the whole alone.
struct People {
  std::map<std::string, std::map<std::int16_t, double>> by_age;
  std::map<std::string, std::map<std::int16_t, double>> by_sex;  ///< of static_cast<int16_t>(Sex)
  std::map<std::string, double> all;
};

std::optional<People> people_of(const MeasureEngine& engine, const Snapshot& snapshot,
                                const GroupRule& rule, const Period& period,
                                const std::string& district) {
  if (rule.people == nullptr) return std::nullopt;
  const auto gathered = engine.gather(snapshot, rule.people->numerator, period);
  if (!gathered.complete || gathered.error != nullptr) return std::nullopt;
  People people;
  for (const auto& slice : gathered.slices) {
    for (const Slice::Row& row : slice->rows) {
      const std::string& area = slice->areas[row.area];
      if (!area.starts_with(district)) continue;
      const auto n = static_cast<double>(row.n);
      people.all[area] += n;
      people.by_age[area][row.age] += n;
      people.by_sex[area][static_cast<std::int16_t>(row.sex)] += n;
    }
  }
  return people;
}

/// Streets that are too small, or must stay back with those that are.
std::set<std::string> small_streets(const People& people, int below) {
  std::vector<std::optional<double>> counts;
  for (const auto& [area, n] : people.all) counts.emplace_back(n);
  const std::vector<bool> hidden = stats::hidden_counts(counts, below, true);
  std::set<std::string> small;
  std::size_t at = 0;
  for (const auto& [area, n] : people.all)
    if (hidden[at++]) small.insert(area);
  return small;
}

using Groups = std::map<std::string, std::map<std::int16_t, double>>;

/// Groups of one street that are too small, or must stay back with small ones of any street.
std::set<std::int16_t> small_in_street(const Groups& groups, const std::string& street, int below) {
  std::set<std::int16_t> keys;
  for (const auto& [area, counts] : groups)
    for (const auto& [key, n] : counts) keys.insert(key);
  std::vector<std::optional<double>> table;
  std::size_t row = groups.size();
  std::size_t at = 0;
  for (const auto& [area, counts] : groups) {
    if (area == street) row = at;
    ++at;
    for (const std::int16_t key : keys) {
      const auto found = counts.find(key);
      table.emplace_back(found == counts.end() ? 0 : found->second);
    }
  }
  if (row == groups.size()) return keys;
  const std::vector<bool> hidden = stats::hidden_in_table(table, keys.size(), below);
  std::set<std::int16_t> small;
  std::size_t column = 0;
  for (const std::int16_t key : keys)
    if (hidden[row * keys.size() + column++]) small.insert(key);
  return small;
}

/// The same of all streets together.
std::set<std::int16_t> small_in_whole(const Groups& groups, int below) {
  std::map<std::int16_t, double> sums;
  for (const auto& [area, counts] : groups)
    for (const auto& [key, n] : counts) sums[key] += n;
  std::vector<std::optional<double>> counts;
  for (const auto& [key, n] : sums) counts.emplace_back(n);
  const std::vector<bool> hidden = stats::hidden_counts(counts, below, true);
  std::set<std::int16_t> small;
  std::size_t at = 0;
  for (const auto& [key, n] : sums)
    if (hidden[at++]) small.insert(key);
  return small;
}

double at_ages_from(const People& people, const std::string& prefix, std::int16_t age) {
  double sum = 0;
  for (const auto& [area, counts] : people.by_age)
    if (area.starts_with(prefix))
      for (const auto& [from, n] : counts) sum += from >= age ? n : 0;
  return sum;
}

/// What is asked is a whole: a street or what holds all streets.
bool is_small_whole(const People& people, const std::string& area, int below) {
  if (area.size() >= street_digits) {
    const std::string street = area.substr(0, street_digits);
    return !people.all.contains(street) || small_streets(people, below).contains(street);
  }
  double sum = 0;
  for (const auto& [street, n] : people.all) sum += street.starts_with(area) ? n : 0;
  return sum < below;
}

bool is_time_split(By by) { return by == By::none || by == By::month || by == By::trend; }

void hide_periods(const MeasureEngine& engine, const Snapshot& snapshot, const GroupRule& rule,
                  const CellsAsk& ask, std::vector<MeasureCell>& cells) {
  for (MeasureCell& cell : cells) {
    const bool none_anyway =
        !ask.measure->has_period(cell.period.kind) || cell.period.first > engine.options().today;
    if (none_anyway) continue;  // and says so
    const auto people =
        people_of(engine, snapshot, rule, cell.period, ask.area.substr(0, district_digits));
    if (!people || is_small_whole(*people, ask.area, rule.below)) withhold(cell, rule.basis);
  }
}

/// Groups that are not given are left out: that there is a row would tell that somebody is in it.
void leave_out_sexes_or_ages(const People& people, const GroupRule& rule, const CellsAsk& ask,
                             std::vector<MeasureCell>& cells) {
  const bool ages = ask.by == By::age;
  if (ages && is_life_table(ask.measure->method)) {  // the years left at an age rest on all above
    std::erase_if(cells, [&](const MeasureCell& cell) {
      return at_ages_from(people, ask.area, cell.age.value_or(0)) < rule.below;
    });
    return;
  }
  const Groups& groups = ages ? people.by_age : people.by_sex;
  const std::set<std::int16_t> small =
      ask.area.size() >= street_digits
          ? small_in_street(groups, ask.area.substr(0, street_digits), rule.below)
          : small_in_whole(groups, rule.below);
  std::erase_if(cells, [&](const MeasureCell& cell) {
    const std::int16_t key = ages ? cell.age.value_or(unknown_age)
                                  : static_cast<std::int16_t>(cell.sex.value_or(Sex::unknown));
    const bool known = std::ranges::any_of(
        groups, [&](const auto& street) { return street.second.contains(key); });
    return small.contains(key) || !known;
  });
}

/// Streets that are not given stay, every one of them, whether there was something to give or not.
void hide_streets(const People& people, const GroupRule& rule, const Snapshot& snapshot,
                  const CellsAsk& ask, std::vector<MeasureCell>& cells) {
  const std::set<std::string> small = small_streets(people, rule.below);
  std::erase_if(cells, [&](const MeasureCell& cell) {
    return small.contains(cell.area) || !people.all.contains(cell.area);
  });
  for (const std::string& area : small) {
    if (area.empty() || !area.starts_with(ask.area)) continue;
    MeasureCell cell{ask.period, area};
    cell.feed = snapshot.feed;
    withhold(cell, rule.basis);
    cells.push_back(std::move(cell));
  }
  std::ranges::stable_sort(cells, {}, &MeasureCell::area);
}

}  // namespace

bool reads_any(const MeasureEngine& engine, const Measure& measure,
               const std::set<std::string, std::less<>>& tables) {
  const auto reads = [&](const MeasurePart& part) {
    return std::ranges::any_of(engine.tables_of(part),
                               [&](const std::string& table) { return tables.contains(table); });
  };
  return std::ranges::any_of(engine.behind(measure), [&](const Measure* one) {
    return reads(one->numerator) || (one->denominator && reads(*one->denominator));
  });
}

void withhold(MeasureCell& cell, const Localized& reason) {
  const MeasureTarget* const target = cell.judged.target;  // is published, whoever reads
  cell.figure = no_figure(reason);
  cell.judged = {};
  cell.judged.target = target;
  cell.judged.status = Status::not_decidable;
  cell.judged.reason = reason;
  cell.rank.reset();
  cell.parts.clear();
}

void hide_small_groups(const MeasureEngine& engine, const Snapshot& snapshot, const GroupRule& rule,
                       const CellsAsk& ask, std::vector<MeasureCell>& cells) {
  if (is_time_split(ask.by)) return hide_periods(engine, snapshot, rule, ask, cells);
  const auto people =
      people_of(engine, snapshot, rule, ask.period, ask.area.substr(0, district_digits));
  if (!people || is_small_whole(*people, ask.area, rule.below)) return cells.clear();
  if (ask.by == By::area)
    hide_streets(*people, rule, snapshot, ask, cells);
  else
    leave_out_sexes_or_ages(*people, rule, ask, cells);
}

}  // namespace hb::indicators
