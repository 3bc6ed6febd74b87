#include <algorithm>
#include <map>

#include "core/check.hpp"
#include "indicators/measure_cells.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

/// Cells of composite indices.
namespace hb::indicators {
namespace {

constexpr std::size_t district_digits = 6;

/// The figures of one component in one period.
struct Column {
  const Measure* measure;
  std::map<std::string, Figure> streets;
};

stats::Observed observed(const Figure& figure) {
  return {figure.value, figure.lower, figure.upper};
}

/// The figures of the components in one period.
class Table {
 public:
  Table(const MeasureEngine& engine, const Snapshot& snapshot, const Measure& index,
        const Period& period)
      : engine_(engine), snapshot_(snapshot), index_(index), period_(period) {
    for (const Component& component : composite().components) {
      const Measure* const measure = engine.find(component.measure);
      HB_CHECK(measure != nullptr);  // load_measures() has looked
      columns_.push_back({measure, {}});
    }
  }

  /// Looks up the streets of an area. errors  those of cells_of()
  Result<void> take_streets(const std::string& area) {
    for (Column& column : columns_) {
      auto cells =
          cells_of(engine_, snapshot_, everybody_, {column.measure, period_, area, By::area});
      if (!cells) return unexpected(cells.error());
      for (MeasureCell& cell : *cells)
        if (!cell.area_unknown) column.streets.emplace(cell.area, std::move(cell.figure));
    }
    return {};
  }

  std::vector<std::string> streets(const std::string& area) const {
    std::map<std::string, bool> found;
    for (const Column& column : columns_)
      for (const auto& [street, figure] : column.streets)
        if (street.starts_with(area)) found[street] = true;
    std::vector<std::string> streets;
    for (const auto& [street, is] : found) streets.push_back(street);
    return streets;
  }

  Result<MeasureCell> cell(const std::string& area) const {
    std::vector<Figure> own;
    for (const Column& column : columns_) {
      const auto known = column.streets.find(area);
      if (known != column.streets.end()) {
        own.push_back(known->second);
        continue;
      }
      auto one = cell_of(engine_, snapshot_, everybody_, {column.measure, period_, area, By::none});
      if (!one) return unexpected(one.error());
      own.push_back(std::move(one->figure));
    }
    return made(area, own);
  }

 private:
  const Composite& composite() const { return *index_.derivation->composite; }

  /// The reason when there is no index: which components are missing, and why.
  Localized missing(const std::vector<Figure>& own, const stats::Composed& composed) const {
    Localized text;
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (composed.normalised[i]) continue;
      const Localized why = own[i].value ? Localized{"不能标准化", "cannot be normalised"}
                                         : own[i].reason.value_or(Localized{});
      const Localized& title = columns_[i].measure->title;
      text.zh += (text.zh.empty() ? "缺少组成指标：" : "；") + title.zh + "（" + why.zh + "）";
      text.en +=
          (text.en.empty() ? "components are missing: " : "; ") + title.en + " (" + why.en + ")";
    }
    return text;
  }

  MeasureCell made(const std::string& area, const std::vector<Figure>& own) const {
    const std::vector<std::string> around =
        composite().is_relative() && area.size() >= district_digits
            ? streets(area.substr(0, district_digits))
            : std::vector<std::string>{};
    std::vector<std::vector<stats::Observed>> peers(columns_.size());
    std::vector<std::vector<std::optional<double>>> values(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i)
      for (const std::string& street : around) {
        const auto known = columns_[i].streets.find(street);
        peers[i].push_back(known != columns_[i].streets.end() ? observed(known->second)
                                                              : stats::Observed{});
        values[i].push_back(peers[i].back().value);
      }
    std::vector<std::optional<double>> value;
    std::vector<stats::Observed> seen;
    for (const Figure& figure : own) {
      value.push_back(figure.value);
      seen.push_back(observed(figure));
    }
    const stats::Composed composed = stats::compose(composite().rule(), value, values);
    MeasureCell cell{period_, area};
    cell.feed = snapshot_.feed;
    put_parts(cell, own, composed);
    if (!composed.index) {
      cell.figure = no_figure(missing(own, composed));
    } else {
      cell.figure.value = index_.multiplier * *composed.index;
      const auto place = std::ranges::find(around, area);
      put_interval(cell, seen, peers,
                   place == around.end()
                       ? std::nullopt
                       : std::optional(static_cast<std::size_t>(place - around.begin())));
    }
    cell.judged = judge_figure(index_, cell.figure, period_,
                               area.size() < street_digits ? "district" : "street");
    return cell;
  }

  void put_parts(MeasureCell& cell, const std::vector<Figure>& own,
                 const stats::Composed& composed) const {
    const bool adds = composite().aggregation == stats::Aggregation::arithmetic;
    for (std::size_t i = 0; i < own.size(); ++i) {
      PartFigure part;
      part.measure = columns_[i].measure;
      part.figure = own[i];
      part.weight =
          composed.weight[i] ? *composed.weight[i] : composite().components[i].part.weight;
      part.normalised = composed.normalised[i];
      if (composed.contribution[i])
        part.contribution = *composed.contribution[i] * (adds ? index_.multiplier : 1);
      cell.parts.push_back(std::move(part));
    }
  }

  void put_interval(MeasureCell& cell, const std::vector<stats::Observed>& own,
                    const std::vector<std::vector<stats::Observed>>& peers,
                    std::optional<std::size_t> place) const {
    if (composite().draws == 0) return;
    const std::string key = cell.area + "|" + format_period(period_);
    const auto limits =
        stats::composite_interval(composite().rule(), own, peers, place, composite().draws,
                                  XXH3_64bits_withSeed(key.data(), key.size(), composite().seed));
    if (!limits) return;
    cell.figure.lower = index_.multiplier * limits->lower;
    cell.figure.upper = index_.multiplier * limits->upper;
  }

  const MeasureEngine& engine_;
  const Snapshot& snapshot_;
  const Measure& index_;
  Period period_;
  Principal everybody_ = Principal::system("composite");
  std::vector<Column> columns_;
};

MeasureCell without(const Snapshot& snapshot, const Period& period, const std::string& area,
                    const Localized& reason) {
  MeasureCell cell{period, area};
  cell.feed = snapshot.feed;
  cell.figure = no_figure(reason);
  cell.judged.reason = reason;
  return cell;
}

}  // namespace

Result<std::vector<MeasureCell>> composite_cells(const MeasureEngine& engine,
                                                 const Snapshot& snapshot,
                                                 const Principal& principal, const CellsAsk& ask) {
  if (ask.by == By::sex || ask.by == By::age)
    return fail(ErrorCode::invalid_input, "a composite index is not split by sex or age",
                ask.measure->id);
  if (ask.by != By::area && !may_read(principal, ask.area))
    return fail(ErrorCode::forbidden, "this area is outside the areas that you may see", ask.area);
  std::vector<MeasureCell> cells;
  for (const Period& period : periods_for(ask)) {
    if (const auto why = obstacle(engine, *ask.measure, period)) {
      if (ask.by != By::area) cells.push_back(without(snapshot, period, ask.area, *why));
      continue;
    }
    Table table(engine, snapshot, *ask.measure, period);
    const bool relative = ask.measure->derivation->composite->is_relative();
    if (relative || ask.by == By::area)
      if (Result<void> taken =
              table.take_streets(relative ? ask.area.substr(0, district_digits) : ask.area);
          !taken)
        return unexpected(taken.error());
    const std::vector<std::string> areas =
        ask.by == By::area ? table.streets(ask.area) : std::vector<std::string>{ask.area};
    for (const std::string& area : areas) {
      if (ask.by == By::area && !may_read(principal, area)) continue;
      Result<MeasureCell> cell = table.cell(area);
      if (!cell) return unexpected(cell.error());
      cells.push_back(std::move(*cell));
    }
  }
  if (ask.by == By::area) set_ranks(*ask.measure, cells);
  return cells;
}

}  // namespace hb::indicators
