#include "server/measures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/json_text.hpp"
#include "core/principal_key.hpp"
#include "server/person.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

using indicators::By;
using indicators::CellsAsk;
using indicators::Measure;

constexpr auto list_limit = std::chrono::seconds(20);
constexpr std::int64_t most_listed = 200;  // people per answer

/// What a request asks of one measure: {id}, area, period and by.
Parsed<CellsAsk> ask_of(const Request& request, const Principal& principal,
                        const Services& services) {
  CellsAsk ask{};
  ask.measure = given_measure(services, principal, request.capture("id"));
  if (ask.measure == nullptr)
    return unexpected(not_found({"该计算指标", "such computed indicator"}));
  const auto area = area_of(request);
  if (!area) return unexpected(area.error());
  ask.area = *area;
  const auto period = period_of(request, std::to_string(civil(services.today()).year));
  if (!period) return unexpected(period.error());
  if (const Result<void> known = check_period(services, *period); !known)
    return unexpected(outcome(known.error()));
  ask.period = *period;
  const auto by = word_of(request, "by", {"area", "sex", "age", "period"});
  if (!by) return unexpected(by.error());
  ask.by = *by == "sex" ? By::sex : *by == "age" ? By::age : *by == "period" ? By::trend : By::area;
  return ask;
}

std::optional<Response> refuse_area(const Principal& principal, const std::string& area) {
  if (indicators::may_read(principal, area)) return std::nullopt;
  return outcome({ErrorCode::forbidden, "this area is outside the areas that you may see", "area"});
}

std::string_view by_word(By by) {
  return by == By::sex ? "sex" : by == By::age ? "age" : by == By::trend ? "period" : "area";
}

Result<std::vector<indicators::MeasureCell>> cells_for(const Services& services,
                                                       const Principal& principal,
                                                       const CellsAsk& ask) {
  ensure_measures(services, {ask});
  return given_cells(services, *services.measures->snapshot(), reader_of(services, principal), ask);
}

/// One part of the list of a measure, wrapped so that the engine pages and counts.
struct ListAsk {
  CellsAsk ask;
  bool numerator = true;
  std::int64_t offset = 0;
  std::int64_t limit = 50;
};

Result<PersonList> make_list(const Services& services, const Principal& principal,
                             const ListAsk& list) {
  const std::string sql = fmt::format(
      "SELECT listed.resident_id, listed.note FROM (\n{}\n) AS listed WHERE {} "
      "ORDER BY listed.resident_id NULLS LAST",
      list.ask.measure->list->sql,
      list.numerator ? "listed.in_numerator" : "NOT listed.in_numerator");
  PersonList made;
  bool sound = true;
  const Result<void> done = services.hub.tables().scan(
      principal, sql,
      {{"from", list.ask.period.first},
       {"to", std::min(list.ask.period.last, services.today())},
       {"area", list.ask.area},
       {"today", services.today()}},
      [&](const std::vector<tables::Value>& row) {
        const auto* id = std::get_if<std::int64_t>(&row[0]);
        sound = id != nullptr;
        if (sound) made.add(*id, std::get_if<std::string>(&row[1]));
        return sound;
      },
      list_limit);
  if (!done) return unexpected(done.error());
  if (!sound)
    return fail(ErrorCode::invalid_input, "the list's SQL must give resident_id as BIGINT");
  return made;
}

/// Made once for all who see the same; later pages come from the list of the first.
PersonLists::Made list_of(Services& services, const Principal& principal, const ListAsk& list) {
  const std::string key =
      fmt::format("{}|{}|{}|{}|{}", list.ask.measure->id, list.ask.area,
                  format_period(list.ask.period), list.numerator, principal_key(principal));
  return services.person_lists.get(key, services.feed.reached(), list.offset > 0,
                                   [&] { return make_list(services, principal, list); });
}

Result<json::object> person_row(Services& services, const Principal& principal,
                                const PersonList& list, std::size_t place) {
  const auto person = services.hub.store().person(principal, list.residents[place]);
  if (!person) return unexpected(person.error());
  json::object object = resident_object(person->resident, services, card_of(*person));
  const std::uint32_t note = list.note_of[place];
  object["note"] = note != 0 ? json::value(list.notes[note]) : json::value(nullptr);
  return object;
}

}  // namespace

/// GET /api/measures?area=&period=: made once per area, period and state of the cells (FeedCache)
Response get_measures(Request& request, const Principal& principal, Services& services) {
  const auto area = area_of(request);
  if (!area) return area.error();
  if (auto refused = refuse_area(principal, *area)) return *refused;
  const auto period = period_of(request, std::to_string(civil(services.today()).year));
  if (!period) return period.error();
  if (const Result<void> known = check_period(services, *period); !known)
    return outcome(known.error());
  const auto after = number_of(request, "after", 0, std::numeric_limits<std::int64_t>::max());
  if (!after) return after.error();
  // Who waits for a batch gets the newest cells there are, else what is ready may be a little
  // older.
  const std::int64_t at_least = *after ? services.measures->snapshot()->generation : 0;
  const auto made = services.measure_lists->get(
      *area + "|" + format_period(*period) + "|" + list_word(reader_of(services, principal)),
      at_least);
  if (!made) return outcome(made.error());
  return text_response(200, "application/json", *made->text);
}

/// GET /api/measures/{id}?area=&period=
Response get_measure(Request& request, const Principal& principal, Services& services) {
  const auto ask = ask_of(request, principal, services);
  if (!ask) return ask.error();
  const CellsAsk one{ask->measure, ask->period, ask->area, By::none};
  ensure_measures(services,
                  {one,
                   {one.measure, indicators::period_before(one.period), one.area, By::none},
                   {one.measure, one.period, one.area, By::trend}});
  const auto object =
      measure_detail(services, *services.measures->snapshot(), reader_of(services, principal), one);
  if (!object) return outcome(object.error());
  return json_response(200, *object);
}

/// GET /api/measures/{id}/cells?area=&period=&by=area|sex|age|period
Response get_measure_cells(Request& request, const Principal& principal, Services& services) {
  const auto ask = ask_of(request, principal, services);
  if (!ask) return ask.error();
  const auto cells = cells_for(services, principal, *ask);
  if (!cells) return outcome(cells.error());
  json::array rows;
  for (const indicators::MeasureCell& cell : *cells)
    rows.push_back(measure_row(services, *ask->measure, ask->by, cell));
  return json_response(200, json::object{{"by", by_word(ask->by)},
                                         {"period", format_period(ask->period)},
                                         {"area", ask->area},
                                         {"feed", services.measures->snapshot()->feed},
                                         {"rows", std::move(rows)}});
}

/// GET /api/measures/{id}.csv: the cells for spreadsheets
Response get_measure_csv(Request& request, const Principal& principal, Services& services) {
  const auto ask = ask_of(request, principal, services);
  if (!ask) return ask.error();
  const auto language = word_of(request, "lang", {"zh", "en"});
  if (!language) return language.error();
  const bool english = *language == "en";
  const auto cells = cells_for(services, principal, *ask);
  if (!cells) return outcome(cells.error());
  const auto pick = [english](const Localized& text) { return english ? text.en : text.zh; };
  std::string text =
      english ? "indicator,version,period,key,name,numerator,denominator,value,"
                "lower,upper,unit,status,reason,feed\r\n"
              : "指标,版本,统计期,代码,名称,分子,分母,数值,下限,上限,单位,状态,原因,批次\r\n";
  for (const indicators::MeasureCell& cell : *cells) {
    const json::object row = measure_row(services, *ask->measure, ask->by, cell);
    const auto plain = [&](std::string_view name) {
      const json::value& value = row.at(name);
      if (value.is_null()) return std::string();
      return value.is_string() ? std::string(value.get_string()) : json_text(value);
    };
    const auto spoken = [&](std::string_view name) {
      const json::value& value = row.at(name);
      if (!value.is_object()) return std::string();
      return std::string(value.at(english ? "en" : "zh").get_string());
    };
    std::string line;
    for (const std::string& field :
         {pick(ask->measure->title), std::to_string(ask->measure->version),
          format_period(cell.period), plain("key"), spoken("name"), plain("numerator"),
          plain("denominator"), indicators::printed(*ask->measure, cell.figure.value),
          indicators::printed(*ask->measure, cell.figure.lower),
          indicators::printed(*ask->measure, cell.figure.upper), pick(ask->measure->unit),
          row.at("status").is_null() ? "" : pick(indicators::status_name(cell.judged.status)),
          spoken("reason"), std::to_string(cell.feed)})
      line += (line.empty() ? "" : ",") + csv_cell(field);
    text += line + "\r\n";
  }
  return csv_response(
      fmt::format("{}-{}-{}-{}.csv", ask->measure->id, ask->area.empty() ? "all" : ask->area,
                  format_period(ask->period), by_word(ask->by)),
      std::move(text));
}

/// GET /api/measures/{id}/residents: who stands behind the number, or in its gap
Response get_measure_residents(Request& request, const Principal& principal, Services& services) {
  const auto ask = ask_of(request, principal, services);
  if (!ask) return ask.error();
  if (auto refused = refuse_area(principal, ask->area)) return *refused;
  ListAsk list{*ask};
  const auto part = word_of(request, "part", {"numerator", "gap"});
  if (!part) return part.error();
  list.numerator = *part != "gap";
  const auto offset = number_of(request, "offset", 0, 10'000'000);
  if (!offset) return offset.error();
  list.offset = offset->value_or(0);
  const auto limit = number_of(request, "limit", 1, most_listed);
  if (!limit) return limit.error();
  list.limit = limit->value_or(50);

  if (!ask->measure->list) return not_found({"该指标的名单", "list behind this indicator"});
  const auto made = list_of(services, principal, list);
  if (!made) return outcome(made.error());
  const auto total = static_cast<std::int64_t>((*made)->residents.size());
  json::array items;
  for (std::int64_t at = list.offset; at < std::min(total, list.offset + list.limit); ++at) {
    auto object = person_row(services, principal, **made, static_cast<std::size_t>(at));
    if (!object) return outcome(object.error());
    items.push_back(std::move(*object));
  }
  return json_response(200, json::object{{"part", list.numerator ? "numerator" : "gap"},
                                         {"total", total},
                                         {"offset", list.offset},
                                         {"limit", list.limit},
                                         {"items", std::move(items)}});
}

}  // namespace hb::server
