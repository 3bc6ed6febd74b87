#include <algorithm>
#include <optional>

#include "stats/sheet.hpp"
#include "tempo/commands.hpp"
#include "tempo/nowcast.hpp"

namespace hb::tempo {
namespace {

using stats::SettingKind;
using stats::SettingRule;
using stats::Settings;

constexpr SettingRule rules[] = {
    {"dEventCol", SettingKind::text, "", "event", "column with the day of the event"},
    {"dReportCol", SettingKind::text, "", "report", "column with the day it became known"},
    {"method", SettingKind::word, "bayes.trunc|bayes.notrunc|lawless", "bayes.trunc", "estimator"},
    {"now", SettingKind::day, "", "",
     "last day whose reports count; without it the last one there is"},
    {"when", SettingKind::texts, "", "", "event days asked for"},
    {"back", SettingKind::whole, "", "", "event days now − back … now − 1; D if not given", 1,
     10000},
    {"D", SettingKind::whole, "", "15", "most delay, days; later reports count as D", 1, 1000},
    {"m", SettingKind::whole, "", "", "delays from event days now − m … now; all if not given", 0,
     100000},
    {"m.interpretation", SettingKind::word, "hoehle_anderheiden2014", "hoehle_anderheiden2014",
     "what m means"},
    {"aggregate.by", SettingKind::word, "1 day", "1 day", "step of time"},
    {"alpha", SettingKind::number, "", "0.05", "limits at alpha/2 and 1 − alpha/2", 1e-6, 0.999},
    {"N.tInf.max", SettingKind::whole, "", "300", "most cases of one event day", 1, 20000},
    {"N.tInf.prior", SettingKind::word, "unif|poisgamma|pois", "unif", "prior of a day's cases"},
    {"mean.lambda", SettingKind::number, "", "", "poisgamma: mean of a day's cases", 1e-9, 1e9},
    {"var.lambda", SettingKind::number, "", "", "poisgamma: variance of a day's cases", 1e-9, 1e12},
    {"lambda", SettingKind::number, "", "", "pois: mean of a day's cases", 1e-9, 1e9},
    {"gd.prior.kappa", SettingKind::number, "", "0.1", "prior weight of each delay", 1e-6, 1e6},
    {"nSamples", SettingKind::whole, "", "1000", "bayes.trunc: delay distributions drawn", 1,
     100000},
    {"seed", SettingKind::whole, "", "1", "of bayes.trunc", 0, 9e15},
};

struct LineList {
  std::vector<ReportedCase> cases;
  std::vector<Error> refused;
};

std::string place_fault(const std::string& text, std::string_view what) {
  if (text.empty() || text == "NA") return "this case has no " + std::string(what);
  return "a day such as 2026-11-21 is expected, not “" + text + "”";
}

Result<LineList> read_cases(const stats::Sheet& sheet, const Settings& options) {
  const auto event = sheet.column(options.text("dEventCol"));
  if (!event) return unexpected(event.error());
  const auto report = sheet.column(options.text("dReportCol"));
  if (!report) return unexpected(report.error());
  LineList list;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const auto from = parse_date(sheet.text(row, *event));
    const auto to = parse_date(sheet.text(row, *report));
    if (!from)
      list.refused.push_back(
          sheet.fault(row, *event, place_fault(sheet.text(row, *event), "day of the event")));
    else if (!to)
      list.refused.push_back(
          sheet.fault(row, *report, place_fault(sheet.text(row, *report), "day of the report")));
    else if (*to < *from)
      list.refused.push_back(sheet.fault(row, *report, "this case is reported before its event"));
    else
      list.cases.push_back({*from, *to});
  }
  if (list.cases.empty())
    return unexpected(sheet.fault("no case with both days is left; the first fault: " +
                                  list.refused.front().message));
  return list;
}

/// The event days asked for.
Result<std::vector<Date>> days_of(const Settings& options, Date now, int most_delay) {
  std::vector<Date> days;
  if (!options.has("when")) {
    const int back = options.has("back") ? static_cast<int>(options.number("back")) : most_delay;
    for (int i = back; i >= 1; --i) days.push_back({now.days - i});
    return days;
  }
  for (const std::string& text : options.texts("when")) {
    const auto day = parse_date(text);
    if (!day) return unexpected(options.fault("when", day.error().message));
    if (*day > now) return unexpected(options.fault("when", text + " lies after now"));
    days.push_back(*day);
  }
  return days;
}

Result<void> read_prior(const Settings& options, NowcastOptions& nowcast) {
  const std::string prior = options.text("N.tInf.prior");
  if (prior == "unif") return {};
  const bool gamma = prior == "poisgamma";
  nowcast.prior = gamma ? CountPrior::poisson_gamma : CountPrior::poisson;
  for (const std::string_view name :
       gamma ? std::vector<std::string_view>{"mean.lambda", "var.lambda"}
             : std::vector<std::string_view>{"lambda"})
    if (!options.has(name))
      return unexpected(options.fault("N.tInf.prior", prior + " needs " + std::string(name)));
  nowcast.prior_mean = options.number(gamma ? "mean.lambda" : "lambda");
  nowcast.prior_variance = gamma ? options.number("var.lambda") : 2 * nowcast.prior_mean;
  if (!(nowcast.prior_variance > nowcast.prior_mean))
    return unexpected(options.fault("var.lambda", "it must be above mean.lambda"));
  return {};
}

Result<NowcastOptions> nowcast_options(const Settings& options, const LineList& list) {
  NowcastOptions nowcast;
  nowcast.now = Date{0};
  if (options.has("now"))
    nowcast.now = options.day("now");
  else
    nowcast.now = std::ranges::max(list.cases, {}, &ReportedCase::report).report;
  const std::string method = options.text("method");
  nowcast.method = method == "lawless"         ? NowcastMethod::lawless
                   : method == "bayes.notrunc" ? NowcastMethod::bayes_notrunc
                                               : NowcastMethod::bayes_trunc;
  nowcast.most_delay = static_cast<int>(options.number("D"));
  if (options.has("m")) nowcast.moving = static_cast<int>(options.number("m"));
  nowcast.alpha = options.number("alpha");
  nowcast.most_cases = static_cast<int>(options.number("N.tInf.max"));
  nowcast.kappa = options.number("gd.prior.kappa");
  nowcast.samples = static_cast<int>(options.number("nSamples"));
  nowcast.seed = static_cast<std::uint64_t>(options.number("seed"));
  if (const auto prior = read_prior(options, nowcast); !prior) return unexpected(prior.error());
  return nowcast;
}

std::string_view status_text(NowcastStatus status) {
  switch (status) {
    case NowcastStatus::ok:
      return "ok";
    case NowcastStatus::cut:
      return "N.tInf.max cuts the distribution";
    case NowcastStatus::beyond:
      return "more cases than N.tInf.max are likely";
    case NowcastStatus::no_delays:
      break;
  }
  return "no reports to learn delays from";
}

}  // namespace

std::span<const SettingRule> nowcast_settings() { return rules; }

Result<TempoAnswer> run_nowcast(const TextFile& linelist, const TextFile& config) {
  const auto options = Settings::read(config.text, config.name, rules);
  if (!options) return unexpected(options.error());
  const auto sheet = stats::Sheet::read(linelist.text, linelist.name);
  if (!sheet) return unexpected(sheet.error());
  auto list = read_cases(*sheet, *options);
  if (!list) return unexpected(list.error());
  const auto settings = nowcast_options(*options, *list);
  if (!settings) return unexpected(settings.error());
  const auto days = days_of(*options, settings->now, settings->most_delay);
  if (!days) return unexpected(days.error());
  const auto all = nowcast(list->cases, *days, *settings);
  if (!all) return unexpected(options->fault(all.error().message));
  std::string csv = "now,date,reported,final,nowcast,lower,upper,status\n";
  const std::string now = format_date(settings->now);
  for (const NowcastDay& day : *all) {
    csv += now + "," + format_date(day.day) + "," + std::to_string(day.reported) + "," +
           std::to_string(day.total) + ",";
    for (const std::optional<int>& figure : {day.nowcast, day.lower, day.upper})
      csv += (figure ? std::to_string(*figure) : "") + ",";
    csv += std::string(status_text(day.status)) + "\n";
  }
  return TempoAnswer{std::move(csv), std::move(list->refused)};
}

}  // namespace hb::tempo
