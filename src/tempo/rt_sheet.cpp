#include <cmath>
#include <utility>

#include "tempo/commands.hpp"
#include "tempo/epicurve.hpp"
#include "tempo/growth.hpp"
#include "tempo/projection.hpp"
#include "tempo/reproduction.hpp"
#include "tempo/serial_interval.hpp"
#include "tempo/wallinga_teunis.hpp"

namespace hb::tempo {
namespace {

using stats::number_text;
using stats::SettingKind;
using stats::SettingRule;
using stats::Settings;
using stats::Sheet;

constexpr SettingRule rules[] = {
    {"estimate", SettingKind::word,
     "estimate_R|wallinga_teunis|infectivity|discr_si|growth|forecast", "estimate_R",
     "what is given"},
    {"method", SettingKind::word, "parametric_si|non_parametric_si|uncertain_si|si_from_sample", "",
     "what is known of the serial interval; without it as the other options say"},
    {"mean_si", SettingKind::number, "", "", "mean serial interval, days", 1.000001, 10000},
    {"std_si", SettingKind::number, "", "", "sd of the serial interval, days", 0.001, 10000},
    {"std_mean_si", SettingKind::number, "", "", "uncertain_si: sd of mean_si", 1e-9, 10000},
    {"min_mean_si", SettingKind::number, "", "", "uncertain_si: least mean_si", 1.000001, 10000},
    {"max_mean_si", SettingKind::number, "", "", "uncertain_si: most mean_si", 1.000001, 10000},
    {"std_std_si", SettingKind::number, "", "", "uncertain_si: sd of std_si", 1e-9, 10000},
    {"min_std_si", SettingKind::number, "", "", "uncertain_si: least std_si", 0.001, 10000},
    {"max_std_si", SettingKind::number, "", "", "uncertain_si: most std_si", 0.001, 10000},
    {"si_distr", SettingKind::numbers, "", "", "shares of the serial interval for k = 0, 1, …", 0,
     1},
    {"t_start", SettingKind::numbers, "", "", "first day of each window, counted from 1", 1, 1e6},
    {"t_end", SettingKind::numbers, "", "", "last day of each window", 1, 1e6},
    {"window", SettingKind::whole, "", "7", "length of the windows without t_end, days", 1, 10000},
    {"mean_prior", SettingKind::number, "", "5", "prior mean of R", 1e-9, 1e9},
    {"std_prior", SettingKind::number, "", "5", "prior sd of R", 1e-9, 1e9},
    {"n1", SettingKind::whole, "", "500", "uncertain_si: serial intervals drawn", 1, 20000},
    {"n2", SettingKind::whole, "", "50", "known of R; not needed, the posterior is exact", 1, 1e9},
    {"n_sim", SettingKind::whole, "", "2000",
     "forecast: simulated futures; wallinga_teunis needs none", 1, 100000},
    {"cv_posterior", SettingKind::number, "", "0.3", "known of R; changes no figure", 0, 1e9},
    {"seed", SettingKind::whole, "", "1", "of uncertain_si and forecast", 0, 9e15},
    {"quantiles", SettingKind::truth, "", "true", "false: mean and sd alone"},
    {"confidence", SettingKind::number, "", "0.95", "of growth", 0.01, 0.9999},
    {"horizon", SettingKind::whole, "", "7", "forecast: days ahead", 1, 60},
    {"origins", SettingKind::whole, "", "28", "forecast: past days forecast again for the score", 0,
     10000},
    {"missing", SettingKind::word, "refuse|zero", "refuse", "a day without a count"},
};

/// The serial interval as options and file give it: one, or several alike.
struct Intervals {
  std::vector<std::vector<double>> all;
};

Result<std::vector<std::vector<double>>> read_shares(const TextFile& file) {
  const auto sheet = Sheet::read(file.text, file.name);
  if (!sheet) return unexpected(sheet.error());
  const auto k = sheet->column("k");
  if (!k) return unexpected(k.error());
  const auto days = sheet->all_numbers(*k);
  if (!days) return unexpected(days.error());
  for (std::size_t row = 0; row < days->size(); ++row)
    if ((*days)[row] != static_cast<double>(row))
      return unexpected(sheet->fault(row, *k, "k must be 0, 1, 2, … in this order"));
  std::vector<std::vector<double>> all;
  for (std::size_t column = 0; column < sheet->columns(); ++column) {
    if (column == *k) continue;
    auto shares = sheet->all_numbers(column);
    if (!shares) return unexpected(shares.error());
    if (const auto sound = check_serial_interval(*shares); !sound)
      return unexpected(sheet->fault(sheet->name(column) + ": " + sound.error().message));
    all.push_back(std::move(*shares));
  }
  if (all.empty()) return unexpected(sheet->column("w").error());
  return all;
}

std::string chosen_method(const Settings& options, const std::optional<TextFile>& si) {
  if (options.has("method")) return options.text("method");
  if (si || options.has("si_distr")) return "non_parametric_si";
  return options.has("std_mean_si") ? "uncertain_si" : "parametric_si";
}

Result<double> needed(const Settings& options, std::string_view name, const std::string& method) {
  if (const auto number = options.number_if(name)) return *number;
  return unexpected(options.fault(name, "method " + method + " needs this option"));
}

Result<std::vector<std::vector<double>>> drawn_intervals(const Settings& options,
                                                         std::size_t days) {
  constexpr std::string_view names[] = {"mean_si", "std_mean_si", "min_mean_si", "max_mean_si",
                                        "std_si",  "std_std_si",  "min_std_si",  "max_std_si"};
  double values[8];
  for (std::size_t i = 0; i < 8; ++i) {
    const auto value = needed(options, names[i], "uncertain_si");
    if (!value) return unexpected(value.error());
    values[i] = *value;
  }
  const UncertainInterval uncertain{values[0], values[1], values[2], values[3],
                                    values[4], values[5], values[6], values[7]};
  auto drawn = draw_serial_intervals(uncertain, static_cast<std::size_t>(options.number("n1")),
                                     days, static_cast<std::uint64_t>(options.number("seed")));
  if (!drawn) return unexpected(options.fault(drawn.error().message));
  return drawn;
}

/// days  of the series: parametric intervals are made as long
Result<Intervals> intervals_of(const Settings& options, const std::optional<TextFile>& si,
                               std::size_t days) {
  const std::string method = chosen_method(options, si);
  Intervals intervals;
  if (method == "parametric_si") {
    const auto mean = needed(options, "mean_si", method);
    if (!mean) return unexpected(mean.error());
    const auto sd = needed(options, "std_si", method);
    if (!sd) return unexpected(sd.error());
    auto shares = discrete_serial_interval(days, *mean, *sd);
    if (!shares) return unexpected(options.fault(shares.error().message));
    intervals.all.push_back(std::move(*shares));
    return intervals;
  }
  if (method == "uncertain_si") {
    auto drawn = drawn_intervals(options, days);
    if (!drawn) return unexpected(drawn.error());
    intervals.all = std::move(*drawn);
    return intervals;
  }
  if (si) {
    auto read = read_shares(*si);
    if (!read) return unexpected(read.error());
    intervals.all = std::move(*read);
    if (method == "non_parametric_si" && intervals.all.size() > 1)
      return unexpected(Error{ErrorCode::invalid_input,
                              "one column of shares is expected beside k; several are samples "
                              "(method: si_from_sample)",
                              si->name});
    return intervals;
  }
  if (!options.has("si_distr"))
    return unexpected(
        options.fault("si_distr", "method " + method + " needs this option, or a file of shares"));
  intervals.all.push_back(options.numbers("si_distr"));
  if (const auto sound = check_serial_interval(intervals.all[0]); !sound)
    return unexpected(options.fault("si_distr", sound.error().message));
  return intervals;
}

Result<std::vector<Window>> windows_of(const Settings& options, std::size_t days) {
  const auto length = static_cast<std::size_t>(options.number("window"));
  if (!options.has("t_start")) {
    if (options.has("t_end")) return unexpected(options.fault("t_end", "t_start is not given"));
    auto windows = sliding_windows(days, length);
    if (windows.empty())
      return unexpected(options.fault("the series has " + std::to_string(days) +
                                      " days; a window of " + std::to_string(length) +
                                      " days that begins on day 2 does not fit"));
    return windows;
  }
  const auto starts = options.numbers("t_start");
  std::vector<double> ends;
  if (options.has("t_end")) ends = options.numbers("t_end");
  if (!ends.empty() && ends.size() != starts.size())
    return unexpected(options.fault("t_end", std::to_string(starts.size()) + " days are expected"));
  std::vector<Window> windows;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const double end = ends.empty() ? starts[i] + static_cast<double>(length) - 1 : ends[i];
    if (starts[i] != std::floor(starts[i]) || end != std::floor(end))
      return unexpected(options.fault("t_start", "days are whole numbers"));
    windows.push_back({static_cast<std::size_t>(starts[i]), static_cast<std::size_t>(end)});
  }
  if (options.text("estimate") != "growth")
    if (const auto sound = check_windows(windows, days); !sound)
      return unexpected(options.fault("t_start", sound.error().message));
  return windows;
}

std::string window_text(const Window& window) {
  return std::to_string(window.start) + "," + std::to_string(window.end);
}

std::string window_dates(const Epicurve& curve, const Window& window) {
  if (curve.dates.empty()) return ",";
  return format_date(curve.dates[window.start - 1]) + "," +
         format_date(curve.dates[window.end - 1]);
}

constexpr std::string_view names_of_levels = "q0.025,q0.05,q0.25,median,q0.75,q0.95,q0.975";

std::string reproduction_csv(const Epicurve& curve, std::span<const Reproduction> all,
                             bool with_quantiles) {
  std::string csv = "t_start,t_end,mean,sd,";
  if (with_quantiles) csv += std::string(names_of_levels) + ",";
  csv += "date_start,date_end,status\n";
  for (const Reproduction& one : all) {
    csv += window_text(one.window) + ",";
    if (one.known) csv += number_text(one.mean) + "," + number_text(one.sd) + ",";
    if (!one.known) csv += ",,";
    if (with_quantiles)
      for (const double quantile : one.quantiles)
        csv += (one.known ? number_text(quantile) : "") + ",";
    csv += window_dates(curve, one.window) +
           (one.known ? ",ok\n" : ",window ends before a mean serial interval has passed\n");
  }
  return csv;
}

Result<std::string> estimate_csv(const Epicurve& curve, const Intervals& intervals,
                                 const Settings& options) {
  const auto windows = windows_of(options, curve.totals.size());
  if (!windows) return unexpected(windows.error());
  const ReproductionPrior prior{options.number("mean_prior"), options.number("std_prior")};
  const bool quantiles = options.truth("quantiles");
  const auto all =
      intervals.all.size() == 1
          ? estimate_reproduction(curve.incidence, intervals.all[0], *windows, prior, quantiles)
          : estimate_reproduction_mixed(curve.incidence, intervals.all, *windows, prior);
  if (!all) return unexpected(options.fault(all.error().message));
  return reproduction_csv(curve, *all, quantiles);
}

Result<std::string> cohort_csv(const Epicurve& curve, const Intervals& intervals,
                               const Settings& options) {
  const auto windows = windows_of(options, curve.totals.size());
  if (!windows) return unexpected(windows.error());
  const auto all = case_reproduction(curve.totals, intervals.all[0], *windows);
  if (!all) return unexpected(options.fault(all.error().message));
  std::string csv = "t_start,t_end,mean,sd,q0.025,q0.975,date_start,date_end\n";
  for (const CaseReproduction& one : *all) {
    csv += window_text(one.window);
    for (const double figure : {one.mean, one.sd, one.lower, one.upper})
      csv += "," + number_text(figure);
    csv += "," + window_dates(curve, one.window) + "\n";
  }
  return csv;
}

std::string infectivity_csv(const Epicurve& curve, const Intervals& intervals) {
  const auto force = infectivity(curve.incidence, intervals.all[0]);
  std::string csv = "t,lambda,date\n";
  for (std::size_t day = 0; day < force.size(); ++day)
    csv += std::to_string(day + 1) + "," + number_text(force[day]) + "," +
           (curve.dates.empty() ? "" : format_date(curve.dates[day])) + "\n";
  return csv;
}

std::string interval_csv(const Intervals& intervals) {
  std::string csv = "k,w\n";
  for (std::size_t k = 0; k < intervals.all[0].size(); ++k)
    csv += std::to_string(k) + "," + number_text(intervals.all[0][k]) + "\n";
  return csv;
}

Result<std::string> growth_csv(const Epicurve& curve, const Settings& options) {
  const auto windows = windows_of(options, curve.totals.size());
  if (!windows) return unexpected(windows.error());
  const auto all = growth_rates(curve.totals, *windows, options.number("confidence"));
  if (!all) return unexpected(options.fault(all.error().message));
  std::string csv =
      "t_start,t_end,growth,growth_lower,growth_upper,dispersion,doubling_time,doubling_lower,"
      "doubling_upper,date_start,date_end,status\n";
  for (const Growth& one : *all) {
    csv += window_text(one.window) + ",";
    if (one.known)
      csv += number_text(one.rate) + "," + number_text(one.limits.lower) + "," +
             number_text(one.limits.upper) + "," + number_text(one.dispersion) + "," +
             number_text(one.doubling()) + ",";
    else
      csv += ",,,,,";
    const auto limits = one.doubling_limits();
    csv += limits ? number_text(limits->lower) + "," + number_text(limits->upper) : ",";
    csv += "," + window_dates(curve, one.window) +
           (one.known ? ",ok\n" : ",fewer than 3 cases or all on one day\n");
  }
  return csv;
}

void append_numbers(std::string& csv, std::initializer_list<double> numbers) {
  for (const double number : numbers) csv += "," + number_text(number);
}

std::string projection_csv(const Epicurve& curve, const Projection& projection) {
  std::string csv =
      "kind,t_origin,date_origin,horizon,date,observed,mean,median,lower50,upper50,lower80,upper80,"
      "lower95,upper95,crps,wis,coverage50,coverage80,coverage95,forecasts\n";
  for (const ProjectedDay& day : projection.days) {
    csv += std::string(day.is_past ? "past" : "forecast") + "," + std::to_string(day.origin) + ",";
    if (!curve.dates.empty()) {
      const Date origin = curve.dates[day.origin - 1];
      const Date then{origin.days + static_cast<std::int32_t>(day.horizon)};
      csv += format_date(origin) + "," + std::to_string(day.horizon) + "," + format_date(then);
    } else {
      csv += "," + std::to_string(day.horizon) + ",";
    }
    csv += "," + (day.is_past ? number_text(day.observed) : "");
    append_numbers(csv, {day.mean, day.median});
    for (const stats::Interval& limits : day.intervals)
      append_numbers(csv, {limits.lower, limits.upper});
    csv +=
        "," + (day.is_past ? number_text(day.crps) + "," + number_text(day.wis) : ",") + ",,,,\n";
  }
  for (const ProjectionScore& score : projection.scores) {
    csv += "score,,," + std::to_string(score.horizon) + ",,,,,,,,,,";
    append_numbers(csv, {score.crps, score.wis, score.coverage[0], score.coverage[1],
                         score.coverage[2], static_cast<double>(score.forecasts)});
    csv += "\n";
  }
  return csv;
}

Result<std::string> forecast_csv(const Epicurve& curve, const Intervals& intervals,
                                 const Settings& options) {
  for (const double count : curve.totals)
    if (count != std::floor(count))
      return unexpected(options.fault("a forecast needs whole numbers of cases"));
  ProjectionOptions projection;
  projection.horizon = static_cast<std::size_t>(options.number("horizon"));
  projection.window = static_cast<std::size_t>(options.number("window"));
  projection.paths = static_cast<std::size_t>(options.number("n_sim"));
  projection.origins = static_cast<std::size_t>(options.number("origins"));
  projection.seed = static_cast<std::uint64_t>(options.number("seed"));
  projection.prior = {options.number("mean_prior"), options.number("std_prior")};
  const auto answer = project(curve.incidence, intervals.all[0], projection);
  if (!answer) return unexpected(options.fault(answer.error().message));
  return projection_csv(curve, *answer);
}

Result<std::string> csv_of(const Epicurve& curve, const Intervals& intervals,
                           const Settings& options) {
  const std::string estimate = options.text("estimate");
  if (estimate == "growth") return growth_csv(curve, options);
  if (estimate == "estimate_R") return estimate_csv(curve, intervals, options);
  if (intervals.all.size() > 1)
    return unexpected(options.fault("estimate", estimate + " takes one serial interval"));
  if (estimate == "wallinga_teunis") return cohort_csv(curve, intervals, options);
  if (estimate == "infectivity") return infectivity_csv(curve, intervals);
  if (estimate == "discr_si") return interval_csv(intervals);
  return forecast_csv(curve, intervals, options);
}

}  // namespace

std::span<const SettingRule> rt_settings() { return rules; }

Result<TempoAnswer> run_rt(const TextFile& epicurve, const std::optional<TextFile>& si,
                           const TextFile& config) {
  const auto options = Settings::read(config.text, config.name, rules);
  if (!options) return unexpected(options.error());
  const auto sheet = Sheet::read(epicurve.text, epicurve.name);
  if (!sheet) return unexpected(sheet.error());
  const auto curve = read_epicurve(*sheet, options->is("missing", "zero"));
  if (!curve) return unexpected(curve.error());
  Intervals intervals;
  if (!options->is("estimate", "growth")) {
    auto read = intervals_of(*options, si, curve->totals.size());
    if (!read) return unexpected(read.error());
    intervals = std::move(*read);
  }
  auto csv = csv_of(*curve, intervals, *options);
  if (!csv) return unexpected(csv.error());
  return TempoAnswer{std::move(*csv), {}};
}

}  // namespace hb::tempo
