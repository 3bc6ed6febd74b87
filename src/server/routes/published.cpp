// Published figures: what a wall and its visitors are shown. Nothing here asks the engine for a
// number, the tables or the records: what no vintage holds cannot be answered.
#include <algorithm>

#include "indicators/published.hpp"
#include "scene/board_tiles.hpp"
#include "server/board_routes.hpp"
#include "server/figure_views.hpp"
#include "server/measures.hpp"
#include "server/parameters.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

using indicators::By;
using indicators::Measure;
using indicators::MeasureCell;
using indicators::Published;

constexpr std::size_t district_digits = 6;

/// What a request asks: an empty area is the district, where the store has one only.
struct Asked {
  std::string area;
  Period period;
};

std::string area_meant(const Services& services, const std::string& area) {
  if (!area.empty()) return area;
  const auto is_district = [](const Area& one) { return one.level == "district"; };
  const auto& all = services.areas.all();
  const auto found = std::ranges::find_if(all, is_district);
  const bool only = found != all.end() && std::ranges::count_if(all, is_district) == 1;
  return only ? found->code : area;
}

Parsed<Asked> asked_of(const Request& request, const Services& services) {
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  const auto period = period_of(request, std::to_string(civil(services.today()).year));
  if (!period) return unexpected(period.error());
  return Asked{area_meant(services, *area), *period};
}

Result<Published> published_of(const Services& services) {
  const auto book = open_report_book(services);
  if (!book) return unexpected(book.error());
  return Published::load(**book);
}

bool is_simulated(const Services& services) { return services.hub.store().info().simulated; }

/// When the newest of the figures shown was published; null: none is shown.
class AsOf {
 public:
  void see(const Published& published, const MeasureCell& cell, const Measure& measure) {
    const auto* vintage = published.find({measure.id, cell.area, format_period(cell.period)});
    if (vintage == nullptr || !cell.figure.value) return;
    if (!newest_ || newest_->micros < vintage->at.micros) newest_ = vintage->at;
  }
  json::value value() const {
    return newest_ ? json::value(format_instant(*newest_)) : json::value(nullptr);
  }

 private:
  std::optional<Instant> newest_;
};

json::array ids_of(const std::vector<std::string>& ids) {
  json::array out;
  for (const std::string& id : ids) out.push_back(json::string(id));
  return out;
}

/// Indicators of a section that may be public at all; of maps those with a street published.
std::vector<std::string> shown_of(const Services& services, const scene::Section& section,
                                  const Published& published, const Asked& asked) {
  std::vector<std::string> ids;
  for (const std::string& id : section.measures) {
    const Measure* const measure = services.measures->find(id);
    if (measure == nullptr || measure->internal) continue;
    const bool by_street = section.kind != "measure-cards";
    if (by_street &&
        published.streets(id, asked.area.substr(0, district_digits), format_period(asked.period))
            .empty())
      continue;
    ids.push_back(id);
  }
  return ids;
}

json::object measure_section(const scene::Section& section, const std::vector<std::string>& ids) {
  const bool known = std::ranges::find(ids, section.chosen) != ids.end();
  return {{"id", section.id},
          {"kind", section.kind},
          {"title", texts(section.title)},
          {"basis", nullptr},
          {"measures", ids_of(ids)},
          {"default", known         ? section.chosen
                      : ids.empty() ? std::string()
                                    : ids.front()}};
}

/// How many rows of the printed plans reached their targets; neither rows nor remarks.
json::array plan_shares(const Services& services, const scene::Section& section) {
  json::array list;
  for (const indicators::Plan& plan : services.catalogue.plans()) {
    const bool named = std::ranges::find(section.plans, plan.id) != section.plans.end();
    if (!section.plans.empty() && !named) continue;
    list.push_back(
        json::object{{"id", plan.id},
                     {"title", texts(plan.title)},
                     {"counts", counts_object(indicators::count_statuses(plan.indicators))}});
  }
  return list;
}

}  // namespace

/// GET /api/published?area=&period=: every public indicator with its newest vintage, or 未发布
Response get_published(Request& request, const Principal&, Services& services) {
  const auto asked = asked_of(request, services);
  if (!asked) return asked.error();
  const auto published = published_of(services);
  if (!published) return outcome(published.error());
  json::array items;
  AsOf as_of;
  for (const Measure& measure : services.measures->measures()) {
    if (measure.internal || !measure.has_period(asked->period.kind)) continue;
    const auto cell_at = [&](const Period& period) {
      return indicators::published_cell(*published, measure, period, asked->area);
    };
    std::vector<MeasureCell> trend;
    for (const Period& period : indicators::published_trend(asked->period))
      trend.push_back(cell_at(period));
    as_of.see(*published, trend.back(), measure);
    items.push_back(
        measure_view(measure, trend.back(), trend[trend.size() - 2].figure.value, trend));
  }
  return json_response(200, json::object{{"period", format_period(asked->period)},
                                         {"area", asked->area},
                                         {"as_of", as_of.value()},
                                         {"simulated", is_simulated(services)},
                                         {"items", std::move(items)}});
}

/// GET /api/published/{id}/cells?area=&period=: the streets of which a figure is published
Response get_published_cells(Request& request, const Principal&, Services& services) {
  const auto asked = asked_of(request, services);
  if (!asked) return asked.error();
  const Measure* const measure = services.measures->find(request.capture("id"));
  if (measure == nullptr || measure->internal) return not_found({"该指标", "such indicator"});
  const auto published = published_of(services);
  if (!published) return outcome(published.error());
  const std::string district = asked->area.substr(0, district_digits);
  json::array rows;
  for (const MeasureCell& cell :
       indicators::published_streets(*published, *measure, asked->period, district))
    rows.push_back(measure_row(services, *measure, By::area, cell));
  return json_response(200, json::object{{"period", format_period(asked->period)},
                                         {"area", district},
                                         {"rows", std::move(rows)}});
}

/// GET /api/boards/{id}/wall?area=&period=: what of a board a wall shows: cards and tiles by name,
/// maps with a street published, shares of the printed plans; no figure of the records
Response get_board_wall(Request& request, const Principal&, Services& services) {
  const auto asked = asked_of(request, services);
  if (!asked) return asked.error();
  const std::string id(request.capture("id"));
  const scene::Board* const board = services.catalogue.board(id);
  if (board == nullptr) return not_found({"该看板", "such board"});
  const auto published = published_of(services);
  if (!published) return outcome(published.error());
  const auto arranged = tiles_in_force(id, services);
  if (!arranged) return outcome(arranged.error());
  json::array sections, tiles, plans;
  json::value plans_title = nullptr;
  for (const scene::Section& section : board->sections) {
    if (section.kind.starts_with("measure-"))
      sections.push_back(measure_section(section, shown_of(services, section, *published, *asked)));
    if (section.kind != "plans") continue;
    plans_title = texts(section.title);
    plans = plan_shares(services, section);
  }
  for (const scene::BoardTile& tile : *arranged) {
    const Measure* const measure = services.measures->find(tile.measure);
    if (measure != nullptr && !measure->internal) tiles.push_back(tile_object(tile));
  }
  return json_response(200, json::object{{"id", id},
                                         {"title", texts(board->title)},
                                         {"area", asked->area},
                                         {"period", format_period(asked->period)},
                                         {"simulated", is_simulated(services)},
                                         {"sections", std::move(sections)},
                                         {"plans_title", std::move(plans_title)},
                                         {"plans", std::move(plans)},
                                         {"tiles", std::move(tiles)}});
}

}  // namespace hb::server
