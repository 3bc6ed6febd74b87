#include "indicators/figure_source.hpp"

#include <algorithm>

namespace hb::indicators {
namespace {

std::optional<CurrentFigure> published(const FigureStores& stores, const std::string& indicator,
                                       const std::string& year) {
  if (stores.book == nullptr) return std::nullopt;
  const auto found = stores.book->published({indicator, stores.area, year});
  if (!found || !*found) return std::nullopt;
  return CurrentFigure{FigureOrigin::published, (*found)->value, (*found)->version, "", {}};
}

/// What the computed figure says of its 口径, where the definition says something else.
Localized basis_remark(const Definition& definition, const Measure& measure) {
  const Basis& reported = definition.current().basis;
  if (reported.population.zh == measure.basis.population.zh) return {};
  return {"计算口径：" + measure.basis.population.zh + "；填报口径：" + reported.population.zh,
          "computed: " + measure.basis.population.en + "; reported: " + reported.population.en};
}

std::optional<CurrentFigure> computed(const FigureStores& stores, const Definition& definition,
                                      const std::string& year) {
  if (stores.engine == nullptr || definition.computed.empty()) return std::nullopt;
  const Measure* measure = stores.engine->find(definition.computed);
  const auto period = parse_period(year);
  if (measure == nullptr || !period) return std::nullopt;
  const auto cells = stores.cells({measure, *period, stores.area, By::none});
  if (!cells || !cells->front().figure.value) return std::nullopt;
  return CurrentFigure{FigureOrigin::computed, printed(*measure, cells->front().figure.value),
                       measure->version, "", basis_remark(definition, *measure)};
}

/// The figure that has come furthest; of several different ones none, as long as nobody decided.
std::optional<CurrentFigure> reported(const FigureStores& stores, const std::string& indicator,
                                      const std::string& year) {
  if (stores.book == nullptr) return std::nullopt;
  auto figures = stores.book->figures({indicator, stores.area, year, std::nullopt});
  if (!figures) return std::nullopt;
  std::erase_if(*figures,
                [](const ReportedFigure& one) { return one.state == SignState::set_aside; });
  if (figures->empty()) return std::nullopt;
  const auto best = std::ranges::max_element(*figures, {}, &ReportedFigure::state);
  const bool different = std::ranges::any_of(*figures, [&](const ReportedFigure& one) {
    return !same_value(one.given.value, best->given.value);
  });
  if (different)
    return CurrentFigure{
        FigureOrigin::none,
        "",
        0,
        "",
        {"填报数值不一致，待裁定", "different values are reported: to be decided"}};
  return CurrentFigure{FigureOrigin::reported,
                       best->given.value,
                       best->given.version,
                       std::string(sign_word(best->state)),
                       {}};
}

}  // namespace

FigureSource figures_of(const FigureStores& stores) {
  return [stores](const Definition& definition, int year) {
    const std::string text = std::to_string(year);
    for (const std::string& id : {definition.id, definition.computed})
      if (!id.empty())
        if (const auto found = published(stores, id, text)) return *found;
    if (const auto found = computed(stores, definition, text)) return *found;
    return reported(stores, definition.id, text).value_or(CurrentFigure{});
  };
}

}  // namespace hb::indicators
