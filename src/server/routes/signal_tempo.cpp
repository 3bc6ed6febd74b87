#include <algorithm>
#include <cmath>
#include <numeric>

#include "server/signal_routes.hpp"
#include "tempo/growth.hpp"
#include "tempo/projection.hpp"
#include "tempo/serial_interval.hpp"

namespace hb::server {

namespace {

constexpr std::size_t days_read = 120;
constexpr std::size_t window = 7;
constexpr std::size_t growth_days = 21;
constexpr std::size_t ahead = 14;
constexpr double least_cases = 10;  // in the last 28 days; below that nothing is said
constexpr std::size_t recent = 28;

/// Cases per day of the signal's disease in the whole region, and where they come from.
struct Cases {
  std::string stream;
  Date from, to;
  std::vector<double> counts;
};

/// Of the streams of cases that know the disease, the one that counts most: others count schools
/// or classes alone.
Result<std::optional<Cases>> cases_of(SignalHouse& house, const signals::Kept& kept) {
  const std::string& disease = kept.facts.disease;
  if (disease.empty()) return std::nullopt;
  const Date to = std::min(house.today(), Date{kept.facts.date.days + static_cast<int>(recent)});
  std::optional<Cases> best;
  double most = 0;
  for (const watch::Stream& stream : house.streams()) {
    if (stream.kind != "cases" || stream.lane == watch::Lane::trend_only) continue;
    const auto counts = house.counts(stream.id);
    if (!counts) return unexpected(counts.error());
    Cases cases{stream.id, Date{to.days - static_cast<int>(days_read) + 1}, to, {}};
    cases.from = std::max(cases.from, (*counts)->begin);
    if (cases.from > to) continue;
    cases.counts = signals::daily_total(**counts, disease, cases.from, to);
    const double total = std::accumulate(cases.counts.begin(), cases.counts.end(), 0.0);
    if (total <= most) continue;
    most = total;
    best = std::move(cases);
  }
  return best;
}

std::string day_text(const Cases& cases, std::size_t number) {
  return format_date(Date{cases.from.days + static_cast<int>(number) - 1});
}

json::value growth_of(const Cases& cases) {
  const std::size_t days = cases.counts.size();
  if (days < growth_days) return nullptr;
  const tempo::Window last{days - growth_days + 1, days};
  const auto growth = tempo::growth_rates(cases.counts, {&last, 1});
  if (!growth || !growth->front().known) return nullptr;
  const tempo::Growth& one = growth->front();
  const auto limits = one.doubling_limits();
  return json::object{
      {"days", growth_days},
      {"rate", one.rate},
      {"lower", one.limits.lower},
      {"upper", one.limits.upper},
      {"doubling", limits && one.doubling() ? json::value(*one.doubling()) : json::value(nullptr)}};
}

json::array reproduction_of(const Cases& cases, const std::vector<double>& shares) {
  json::array list;
  const auto incidence = tempo::incidence_of_totals(cases.counts);
  const auto windows = tempo::sliding_windows(cases.counts.size(), window);
  const auto found = tempo::estimate_reproduction(incidence, shares, windows, {});
  if (!found) return list;
  for (const tempo::Reproduction& one : *found) {
    if (!one.known) continue;
    const double in_window =
        std::accumulate(cases.counts.begin() + static_cast<std::ptrdiff_t>(one.window.start) - 1,
                        cases.counts.begin() + static_cast<std::ptrdiff_t>(one.window.end), 0.0);
    if (in_window < 1) continue;  // the prior alone would speak
    list.push_back(json::object{{"day", day_text(cases, one.window.end)},
                                {"mean", one.mean},
                                {"lower", one.quantiles.front()},
                                {"upper", one.quantiles.back()}});
  }
  return list;
}

json::object interval_object(const stats::Interval& interval) {
  return {{"lower", interval.lower}, {"upper", interval.upper}};
}

void add_forecast(json::object& body, const Cases& cases, const std::vector<double>& shares) {
  tempo::ProjectionOptions options;
  options.horizon = ahead;
  options.window = window;
  options.paths = 1000;
  const auto found = tempo::project(tempo::incidence_of_totals(cases.counts), shares, options);
  json::array days;
  json::array scores;
  if (found) {
    for (const tempo::ProjectedDay& day : found->days) {
      if (day.is_past || day.origin != cases.counts.size()) continue;
      days.push_back(json::object{{"day", day_text(cases, day.origin + day.horizon)},
                                  {"median", day.median},
                                  {"half", interval_object(day.intervals[0])},
                                  {"most", interval_object(day.intervals[1])},
                                  {"wide", interval_object(day.intervals[2])}});
    }
    for (const tempo::ProjectionScore& score : found->scores)
      if (score.horizon == window || score.horizon == ahead)
        scores.push_back(json::object{{"horizon", score.horizon},
                                      {"forecasts", score.forecasts},
                                      {"wis", score.wis},
                                      {"crps", score.crps},
                                      {"covered80", score.coverage[1]},
                                      {"covered95", score.coverage[2]}});
  }
  body["forecast"] = std::move(days);
  body["scores"] = std::move(scores);
}

}  // namespace

/// GET /api/signals/{id}/tempo: cases of the disease in the region, growth, R and the next days
Response get_signal_tempo(Request& request, const Principal& principal, Services& services) {
  const auto kept = signal_of(request, principal, services);
  if (!kept) return kept.error();
  SignalHouse& house = *services.signals;
  const auto cases = cases_of(house, *kept);
  if (!cases) return outcome(cases.error());
  json::object body{{"id", kept->id},
                    {"disease", kept->facts.disease},
                    {"disease_name", disease_name(services, kept->facts.disease)},
                    {"window", window},
                    {"cases", json::array{}},
                    {"growth", nullptr},
                    {"serial_interval", nullptr},
                    {"r", json::array{}},
                    {"forecast", json::array{}},
                    {"scores", json::array{}},
                    {"reason", nullptr}};
  if (!*cases) {
    body["reason"] = texts({"该信号没有病种明确的病例流，不作传播速度估计",
                            "no stream counts cases of a named disease for this signal"});
    return json_response(200, body);
  }
  json::array days;
  for (std::size_t i = 0; i < (*cases)->counts.size(); ++i)
    days.push_back(json::object{{"day", day_text(**cases, i + 1)}, {"count", (*cases)->counts[i]}});
  body["cases"] = std::move(days);
  body["growth"] = growth_of(**cases);
  const signals::SerialInterval* interval = house.content().serial_interval(kept->facts.disease);
  if (interval == nullptr) {
    body["reason"] = texts({"该病种没有给出代际间隔（signals.yaml），不估计再生数",
                            "no serial interval is stated for this disease (signals.yaml): no R"});
    return json_response(200, body);
  }
  body["serial_interval"] =
      json::object{{"mean", interval->mean}, {"sd", interval->sd}, {"source", interval->source}};
  const auto& counts = (*cases)->counts;
  const double lately =
      std::accumulate(counts.end() - static_cast<std::ptrdiff_t>(std::min(recent, counts.size())),
                      counts.end(), 0.0);
  if (lately < least_cases) {
    body["reason"] = texts({"近28天全区不足10例，不足以估计再生数",
                            "fewer than 10 cases in 28 days: too few for an estimate of R"});
    return json_response(200, body);
  }
  const auto shares = tempo::discrete_serial_interval(counts.size(), interval->mean, interval->sd);
  if (!shares) return outcome(shares.error());
  body["r"] = reproduction_of(**cases, *shares);
  add_forecast(body, **cases, *shares);
  return json_response(200, body);
}

}  // namespace hb::server
