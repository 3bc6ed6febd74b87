#include "indicators/given_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "indicators/small_groups.hpp"

namespace hb::indicators {
namespace {

struct Giving {
  const MeasureEngine& engine;
  const GivingRules& rules;
};

/// The year that a month or quarter is a part of.
std::optional<Period> year_around(const Period& period) {
  if (period.kind != Period::Kind::month && period.kind != Period::Kind::quarter)
    return std::nullopt;
  return *parse_period(fmt::format("{:04}", civil(period.first).year));
}

/// The cells of a split over everybody that are hidden, whoever asks.
std::vector<MeasureCell> hidden_of(const Giving& giving, const Snapshot& snapshot,
                                   const CellsAsk& split) {
  const Policy& policy = *giving.rules.policy;
  auto cells = cells_of(giving.engine, snapshot, Principal::system("protection"), split);
  if (!cells) return {};
  std::vector<MeasureCell> before = *cells;
  hide_small_counts(*split.measure, split.by, policy.small_count(), policy.small_basis(), *cells);
  std::vector<MeasureCell> hidden;
  for (std::size_t i = 0; i < cells->size(); ++i)
    if (before[i].figure.value && !(*cells)[i].figure.value) hidden.push_back((*cells)[i]);
  return hidden;
}

/// Whether a number is hidden in the split that it is a part of.
bool hidden_in(const Giving& giving, const Snapshot& snapshot, const CellsAsk& split,
               const std::function<bool(const MeasureCell&)>& is_meant) {
  return std::ranges::any_of(hidden_of(giving, snapshot, split), is_meant);
}

/// A number asked for alone, or the numbers of a street or month split further.
bool hidden_as_part(const Giving& giving, const Snapshot& snapshot, const CellsAsk& ask) {
  constexpr std::size_t district_digits = 6;
  if (ask.area.size() >= street_digits &&
      hidden_in(giving, snapshot,
                {ask.measure, ask.period, ask.area.substr(0, district_digits), By::area},
                [&](const MeasureCell& cell) { return ask.area.starts_with(cell.area); }))
    return true;
  const std::optional<Period> year = year_around(ask.period);
  return year && ask.measure->has_period(Period::Kind::month) &&
         hidden_in(giving, snapshot, {ask.measure, *year, ask.area, By::month},
                   [&](const MeasureCell& cell) {
                     return cell.period.first >= ask.period.first &&
                            cell.period.last <= ask.period.last;
                   });
}

void hide_small_counts(const Giving& giving, const Snapshot& snapshot, const CellsAsk& ask,
                       std::vector<MeasureCell>& cells) {
  const Policy& policy = *giving.rules.policy;
  if (ask.by == By::area) {  // what hides a street is the same for who sees only that street
    const std::vector<MeasureCell> hidden = hidden_of(giving, snapshot, ask);
    for (MeasureCell& cell : cells)
      if (std::ranges::any_of(hidden, [&](const MeasureCell& one) {
            return one.area == cell.area && one.area_unknown == cell.area_unknown;
          }))
        withhold(cell, policy.small_basis());
  } else {
    hide_small_counts(*ask.measure, ask.by, policy.small_count(), policy.small_basis(), cells);
  }
  if (ask.by == By::trend || ask.by == By::month) return;
  if (!hidden_as_part(giving, snapshot, ask)) return;
  for (MeasureCell& cell : cells)
    if (cell.figure.value) withhold(cell, policy.small_basis());
}

/// Totals over rows that may lie in a compartment.
void hide_small_groups(const Giving& giving, const Snapshot& snapshot, const CellsAsk& ask,
                       std::vector<MeasureCell>& cells) {
  std::set<std::string, std::less<>> tables;
  for (const auto& [table, columns] : giving.rules.compartments->columns()) tables.insert(table);
  if (!reads_any(giving.engine, *ask.measure, tables)) return;
  const Policy::SmallGroups& small = giving.rules.policy->small_groups();
  hide_small_groups(giving.engine, snapshot,
                    {giving.engine.find(small.people), small.below, small.basis}, ask, cells);
}

bool is_same_cell(const MeasureCell& one, const MeasureCell& other) {
  return one.period == other.period && one.area == other.area &&
         one.area_unknown == other.area_unknown && one.sex == other.sex && one.age == other.age;
}

const MeasureCell* find_cell(const std::vector<MeasureCell>& cells, const MeasureCell& like) {
  const auto found =
      std::ranges::find_if(cells, [&](const MeasureCell& one) { return is_same_cell(one, like); });
  return found == cells.end() ? nullptr : &*found;
}

/// A figure made of others is given where each of these is: what it shows then follows from what
/// the reader is shown anyway. A row that a part leaves out is left out here.
Result<void> hide_by_part(const MeasureEngine& engine, const GivingRules& rules,
                          const Snapshot& snapshot, const Reader& reader, const CellsAsk& part,
                          std::vector<MeasureCell>& cells) {
  const auto raw = cells_of(engine, snapshot, reader.principal, part);
  if (!raw) return unexpected(raw.error());
  const auto given = given_cells(engine, rules, snapshot, reader, part);
  if (!given) return unexpected(given.error());
  std::erase_if(cells, [&](MeasureCell& cell) {
    const MeasureCell* const before = find_cell(*raw, cell);
    if (before == nullptr || !before->figure.value) return false;
    const MeasureCell* const after = find_cell(*given, cell);
    if (after == nullptr) return true;
    if (!after->figure.value) withhold(cell, after->figure.reason.value_or(Localized{}));
    return false;
  });
  return {};
}

/// Z-scores and ranks carry the figures of all streets in them: one that is not given keeps all.
Result<void> hide_by_peers(const MeasureEngine& engine, const GivingRules& rules,
                           const Snapshot& snapshot, const Reader& reader, const CellsAsk& ask,
                           std::vector<MeasureCell>& cells) {
  constexpr std::size_t district_digits = 6;
  Reader wide = reader;
  wide.principal = Principal::system("protection");
  for (MeasureCell& cell : cells) {
    if (!cell.figure.value && cell.parts.empty()) continue;
    for (const std::string& id : ask.measure->derivation->measures()) {
      const CellsAsk streets{engine.find(id), cell.period, cell.area.substr(0, district_digits),
                             By::area};
      const auto raw = cells_of(engine, snapshot, wide.principal, streets);
      if (!raw) return unexpected(raw.error());
      const auto given = given_cells(engine, rules, snapshot, wide, streets);
      if (!given) return unexpected(given.error());
      const auto kept_back = std::ranges::find_if(*raw, [&](const MeasureCell& one) {
        const MeasureCell* const shown = find_cell(*given, one);
        return one.figure.value && (shown == nullptr || !shown->figure.value);
      });
      if (kept_back == raw->end()) continue;
      withhold(cell, rules.policy->small_basis());
      break;
    }
  }
  return {};
}

/// What a reader is given of a derived measure.
Result<void> hide_derived(const MeasureEngine& engine, const GivingRules& rules,
                          const Snapshot& snapshot, const Reader& reader, const CellsAsk& ask,
                          std::vector<MeasureCell>& cells) {
  for (const std::string& id : ask.measure->derivation->measures()) {
    const CellsAsk part{engine.find(id), ask.period, ask.area, ask.by};
    if (ask.by == By::trend || ask.by == By::month) {  // periods are those of the derived measure
      for (MeasureCell& cell : cells) {
        std::vector<MeasureCell> one = {cell};
        if (Result<void> done = hide_by_part(engine, rules, snapshot, reader,
                                             {part.measure, cell.period, ask.area, By::none}, one);
            !done)
          return done;
        if (!one.empty()) cell = std::move(one.front());
      }
      continue;
    }
    if (Result<void> done = hide_by_part(engine, rules, snapshot, reader, part, cells); !done)
      return done;
  }
  const auto& composite = ask.measure->derivation->composite;
  if (composite && composite->is_relative())
    return hide_by_peers(engine, rules, snapshot, reader, ask, cells);
  return {};
}

/// Takes out what is for internal use.
void hide_internal(const Measure& measure, std::vector<MeasureCell>& cells) {
  for (MeasureCell& cell : cells) {
    if (measure.internal)
      withhold(cell, {"内部指标，不对外提供", "an internal indicator: it is not given"});
    if (measure.has_internal_counts()) cell.figure.numerator = cell.figure.denominator = {};
    for (PartFigure& part : cell.parts)
      if (part.measure->has_internal_counts()) part.figure.numerator = part.figure.denominator = {};
  }
}

/// What the reader is given but for what is internal.
Result<std::vector<MeasureCell>> protected_cells(const MeasureEngine& engine,
                                                 const GivingRules& rules, const Snapshot& snapshot,
                                                 const Reader& reader, const CellsAsk& ask) {
  auto cells = cells_of(engine, snapshot, reader.principal, ask);
  if (!cells) return cells;
  const Giving giving{engine, rules};
  if (ask.measure->derivation) {
    if (reader.small_counts && reader.small_groups) return cells;  // is given everything
    if (Result<void> done = hide_derived(engine, rules, snapshot, reader, ask, *cells); !done)
      return unexpected(done.error());
  } else if (!reader.small_groups) {
    hide_small_groups(giving, snapshot, ask, *cells);
    std::erase_if(*cells, [&](const MeasureCell& cell) {
      return !cell.area.empty() && !may_read(reader.principal, cell.area);
    });
  }
  if (!reader.small_counts) hide_small_counts(giving, snapshot, ask, *cells);
  return cells;
}

}  // namespace

Reader reader_of(const GivingRules& rules, const Principal& principal) {
  return {principal, !rules.policy || rules.policy->sees_small_counts(principal),
          !rules.policy || !rules.compartments || rules.compartments->closed_to(principal) == 0};
}

const Measure* people_counted(const MeasureEngine& engine, const GivingRules& rules) {
  return rules.policy ? engine.find(rules.policy->small_groups().people) : nullptr;
}

Result<std::vector<MeasureCell>> given_cells(const MeasureEngine& engine, const GivingRules& rules,
                                             const Snapshot& snapshot, const Reader& reader,
                                             const CellsAsk& ask) {
  auto cells = protected_cells(engine, rules, snapshot, reader, ask);
  if (cells && !reader.internal) hide_internal(*ask.measure, *cells);
  return cells;
}

CellSource given_source(MeasureEngine& engine, GivingRules rules, Reader reader) {
  return [&engine, rules = std::move(rules), reader = std::move(reader)](const CellsAsk& ask) {
    std::vector<const Measure*> wanted = {ask.measure};
    if (const Measure* people = people_counted(engine, rules)) wanted.push_back(people);
    engine.ensure(wanted, periods_for(ask));
    return given_cells(engine, rules, *engine.snapshot(), reader, ask);
  };
}

}  // namespace hb::indicators
