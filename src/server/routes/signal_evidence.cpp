#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "server/parameters.hpp"
#include "server/person.hpp"
#include "server/signal_routes.hpp"
#include "server/views.hpp"
#include "signals/adjacent.hpp"

namespace hb::server {

namespace {

using signals::Kept;

constexpr int days_before = 90;
constexpr int days_behind = 28;
constexpr int days_nearest = 56;
constexpr std::size_t most_nearest = 5;  // areas beside the signal's own
constexpr auto list_limit = std::chrono::seconds(20);

/// The last day that is shown beside a signal.
Date last_shown(const Kept& kept, const SignalHouse& house) {
  return std::min(house.today(), Date{kept.facts.date.days + days_behind});
}

json::object key_object(const watch::SeriesKey& key, const Services& services) {
  return {{"area", key.area},       {"area_name", texts(services.areas.name(key.area))},
          {"place", key.place},     {"part", key.part},
          {"disease", key.disease}, {"disease_name", disease_name(services, key.disease)}};
}

json::object curve_object(const signals::Curve& curve, const Services& services) {
  json::array days;
  for (const signals::CurveDay& day : curve.days)
    days.push_back(json::object{{"day", format_date(day.day)},
                                {"open", day.open},
                                {"count", day.count},
                                {"window", day.window},
                                {"expected", day.expected},
                                {"threshold", day.threshold},
                                {"p", day.pvalue},
                                {"alarm", day.alarm}});
  json::array methods;
  for (const watch::StreamDetector& detector : curve.stream->detectors)
    methods.push_back(json::object{{"method", detector.method->name},
                                   {"title", detector.method->title},
                                   {"why", texts(detector.why)}});
  return {{"stream", curve.stream->id},
          {"title", texts(curve.stream->title)},
          {"kind", curve.stream->kind},
          {"window", curve.window},
          {"delay", curve.stream->delay},
          {"min_cases", curve.stream->min_cases},
          {"method", curve.method},
          {"methods", std::move(methods)},
          {"key", key_object(curve.key, services)},
          {"days", std::move(days)}};
}

bool may_see(const Principal& principal, const std::string& area) {
  return principal.unrestricted ||
         std::ranges::any_of(principal.areas, [&](const std::string& own) {
           return !own.empty() && area.starts_with(own);
         });
}

/// Of the areas that the asker may see: the windows of those nearest to the signal.
json::array nearest_list(const std::vector<signals::AreaSeries>& all, const Services& services,
                         const Principal& principal) {
  json::array list;
  for (const signals::AreaSeries& one : all) {
    if (services.areas.find(one.area) == nullptr || !may_see(principal, one.area)) continue;
    json::array days;
    for (std::size_t i = 0; i < one.days.size(); ++i)
      days.push_back(json::object{{"day", format_date(one.days[i])}, {"window", one.windows[i]}});
    list.push_back(json::object{{"area", one.area},
                                {"name", texts(services.areas.name(one.area))},
                                {"km", one.km},
                                {"usual", one.usual},
                                {"days", std::move(days)}});
  }
  return list;
}

/// Of the areas that the asker may see; the window of each and what is usual there.
json::array neighbour_list(const std::vector<signals::Neighbour>& all, const Services& services,
                           const Principal& principal) {
  json::array list;
  for (const signals::Neighbour& one : all) {
    const bool known = services.areas.find(one.area) != nullptr;
    if (!known || !may_see(principal, one.area)) continue;
    list.push_back(json::object{{"area", one.area},
                                {"name", texts(services.areas.name(one.area))},
                                {"window", one.window},
                                {"usual", one.usual}});
  }
  return list;
}

/// The stream that a request names, which must be one of the signal's; the first one without.
Parsed<std::string> stream_of(const Request& request, const Kept& kept) {
  const auto asked = text_of(request, "stream");
  if (!asked) return unexpected(asked.error());
  if (asked->empty())
    return kept.facts.streams.empty() ? std::string() : kept.facts.streams.front();
  if (std::ranges::count(kept.facts.streams, *asked) == 0)
    return unexpected(bad_parameter("stream", {"该信号的数据流之一", "a stream of the signal"}));
  return *asked;
}

/// Days whose cases stand behind a signal.
std::pair<Date, Date> line_list_days(const Kept& kept, const SignalHouse& house) {
  constexpr int lead = 14;
  return {Date{kept.facts.first_date.days - lead}, last_shown(kept, house)};
}

struct LineListAsk {
  std::string area;
  std::string place;
  std::string disease;
  Date from, to;
};

/// Text of a value of the list; empty where there is none.
json::value plain(const tables::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return json::value(*text);
  if (const auto* day = std::get_if<Date>(&value)) return json::value(format_date(*day));
  return nullptr;
}

Result<json::array> rows_of(const Principal& principal, Services& services, const std::string& sql,
                            const LineListAsk& ask) {
  const auto found = services.hub.tables().query(principal, sql,
                                                 {{"area", ask.area},
                                                  {"place", ask.place},
                                                  {"disease", ask.disease},
                                                  {"from", ask.from},
                                                  {"to", ask.to}},
                                                 list_limit);
  if (!found) return unexpected(found.error());
  json::array rows;
  for (const auto& row : found->rows) {
    json::object object;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto* id = std::get_if<std::int64_t>(&row[i]);
      object[found->columns[i]] = id != nullptr ? json::value(*id) : plain(row[i]);
    }
    const json::value* resident = object.if_contains("resident_id");
    if (resident == nullptr || (!resident->is_int64() && !resident->is_null()))
      return fail(ErrorCode::invalid_input, "the line list's SQL must give resident_id");
    rows.push_back(std::move(object));
  }
  return rows;
}

std::string member(const json::object& row, const char* name) {
  const json::value* value = row.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

/// One case with the person behind it, whose look is audited.
Result<json::object> case_object(const Principal& principal, Services& services,
                                 const json::object& row) {
  json::object object;
  const json::value& id = row.at("resident_id");
  if (id.is_int64()) {
    const auto person = services.hub.store().person(principal, id.get_int64());
    if (!person) return unexpected(person.error());
    object["resident"] = resident_object(person->resident, services, card_of(*person));
  } else {
    object["resident"] = nullptr;
  }
  for (const char* name : {"onset", "diagnosed", "reported", "case_class", "disease", "area",
                           "place", "class", "state"}) {
    const json::value* value = row.if_contains(name);
    object[name] = value != nullptr ? *value : json::value(nullptr);
  }
  object["disease_name"] = disease_name(services, member(row, "disease"));
  object["area_name"] = texts(services.areas.name(member(row, "area")));
  return object;
}

json::value refusal_of(const signals::Compared& one) {
  if (one.too_short)
    return texts({"历史数据不足，该方法不能判断", "there is less history than the method needs"});
  return texts_or_null({one.refused, one.refused});
}

}  // namespace

/// GET /api/signals/{id}/series?stream=: the curves behind a signal with the band of the method,
/// and the other areas; of all its streams when none is named
Response get_signal_series(Request& request, const Principal& principal, Services& services) {
  const auto kept = signal_of(request, principal, services);
  if (!kept) return kept.error();
  SignalHouse& house = *services.signals;
  const auto asked = text_of(request, "stream");
  if (!asked) return asked.error();
  const auto first = stream_of(request, *kept);
  if (!first) return first.error();
  const Date last = last_shown(*kept, house);
  json::array curves;
  json::array areas, nearest;
  std::string area_stream;
  for (const std::string& id : kept->facts.streams) {
    if (!asked->empty() && id != *first) continue;
    const auto counts = house.counts(id);
    if (!counts && counts.error().code == ErrorCode::not_found) continue;  // a stream that is gone
    if (!counts) return outcome(counts.error());
    const auto curve = signals::curve_of(**counts, kept->facts, days_before, last);
    if (!curve && curve.error().code == ErrorCode::not_found) continue;
    if (!curve) return outcome(curve.error());
    curves.push_back(curve_object(*curve, services));
    if (area_stream.empty()) {
      area_stream = id;
      const Date known{kept->facts.date.days - (*counts)->stream->delay};
      areas =
          neighbour_list(signals::neighbours(**counts, kept->facts, known), services, principal);
      nearest = nearest_list(
          signals::nearest_areas(**counts, kept->facts, known, days_nearest, most_nearest),
          services, principal);
    }
  }
  return json_response(200, json::object{{"id", kept->id},
                                         {"date", format_date(kept->facts.date)},
                                         {"curves", std::move(curves)},
                                         {"areas_stream", area_stream},
                                         {"areas", std::move(areas)},
                                         {"nearest", std::move(nearest)}});
}

/// GET /api/signals/{id}/compare?stream=: every method over the series of one stream
Response get_signal_compare(Request& request, const Principal& principal, Services& services) {
  const auto kept = signal_of(request, principal, services);
  if (!kept) return kept.error();
  SignalHouse& house = *services.signals;
  const auto id = stream_of(request, *kept);
  if (!id) return id.error();
  const auto counts = house.counts(*id);
  if (!counts) return outcome(counts.error());
  const auto curve = signals::curve_of(**counts, kept->facts, 7, kept->facts.date);
  if (!curve) return outcome(curve.error());
  constexpr std::size_t shown = 26;  // windows
  const Date known{kept->facts.date.days - (*counts)->stream->delay};
  json::array methods;
  for (const signals::Compared& one : signals::compare(**counts, curve->key, known, shown)) {
    json::array points;
    for (const signals::Compared::Point& point : one.points)
      points.push_back(json::object{{"last", format_date(point.last)},
                                    {"observed", point.observed},
                                    {"expected", point.expected},
                                    {"threshold", point.threshold},
                                    {"alarm", point.alarm}});
    methods.push_back(json::object{{"method", one.method->name},
                                   {"title", one.method->title},
                                   {"own", one.own},
                                   {"refused", refusal_of(one)},
                                   {"points", std::move(points)}});
  }
  return json_response(200, json::object{{"id", kept->id},
                                         {"stream", *id},
                                         {"window", (*counts)->stream->window},
                                         {"key", key_object(curve->key, services)},
                                         {"methods", std::move(methods)}});
}

/// GET /api/signals/{id}/line-list?scope=place|area&page=&size=: cases, through the asker's own
/// view
Response get_signal_line_list(Request& request, const Principal& principal, Services& services) {
  const auto kept = signal_of(request, principal, services);
  if (!kept) return kept.error();
  const auto page = page_of(request);
  if (!page) return page.error();
  const auto scope = word_of(request, "scope", {"place", "area"});
  if (!scope) return scope.error();
  SignalHouse& house = *services.signals;
  const signals::LineList* list = house.content().line_list("cases");
  if (list == nullptr) return not_found({"个案清单（场景未配置）", "line list in the scenes"});
  const bool counts_cases = std::ranges::any_of(kept->facts.streams, [&](const std::string& id) {
    const auto found = std::ranges::find(house.streams(), id, &watch::Stream::id);
    return found != house.streams().end() && found->kind == "cases";
  });
  const auto [from, to] = line_list_days(*kept, house);
  LineListAsk ask{kept->facts.area, "", counts_cases ? kept->facts.disease : "", from, to};
  const bool by_place = scope->empty() ? counts_cases : *scope == "place";
  if (by_place) ask.place = kept->facts.place;
  const auto rows = rows_of(principal, services, list->sql, ask);
  if (!rows) return outcome(rows.error());
  const auto total = static_cast<std::int64_t>(rows->size());
  json::array items;
  for (std::int64_t at = page->offset(); at < std::min(total, page->offset() + page->size); ++at) {
    auto object =
        case_object(principal, services, (*rows)[static_cast<std::size_t>(at)].as_object());
    if (!object) return outcome(object.error());
    items.push_back(std::move(*object));
  }
  services.hub.store().note_audit(principal, "signal",
                                  "line list " + kept->id + " " + std::to_string(items.size()));
  json::array onsets;
  for (const json::value& row : *rows) {
    const json::value* onset = row.as_object().if_contains("onset");
    onsets.push_back(onset != nullptr ? *onset : json::value(nullptr));
  }
  json::object body = list_object(total, *page, std::move(items));
  body["scope"] = by_place ? "place" : "area";
  body["from"] = format_date(from);
  body["to"] = format_date(to);
  body["onsets"] = std::move(onsets);
  return json_response(200, body);
}

}  // namespace hb::server
