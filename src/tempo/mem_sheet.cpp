#include <algorithm>
#include <cmath>
#include <optional>

#include "core/csv.hpp"
#include "stats/sheet.hpp"
#include "tempo/commands.hpp"
#include "tempo/epidemic_method.hpp"

namespace hb::tempo {
namespace {

using stats::number_text;
using stats::SettingKind;
using stats::SettingRule;
using stats::Settings;

constexpr SettingRule rules[] = {
    {"estimate", SettingKind::word, "memmodel|memtiming|typical_curve", "memmodel",
     "what is given"},
    {"i.seasons", SettingKind::text, "", "10", "the last seasons used; NA = all"},
    {"i.type.threshold", SettingKind::word, "1|2|5|6", "5", "how thresholds are made"},
    {"i.level.threshold", SettingKind::number, "", "0.95", "level of the thresholds", 0.001,
     0.9999},
    {"i.tails.threshold", SettingKind::whole, "", "1", "tails of the thresholds", 1, 2},
    {"i.type.intensity", SettingKind::word, "1|2|5|6", "6", "how intensity levels are made"},
    {"i.level.intensity", SettingKind::numbers, "", "0.40, 0.90, 0.975",
     "levels of medium, high, very high", 0.001, 0.9999},
    {"i.tails.intensity", SettingKind::whole, "", "1", "tails of the intensity levels", 1, 2},
    {"i.type.curve", SettingKind::word, "1|2|5|6", "2", "how the typical curve is made"},
    {"i.level.curve", SettingKind::number, "", "0.95", "level of the typical curve", 0.001, 0.9999},
    {"i.type.other", SettingKind::whole, "", "1", "known of R; durations are averaged plainly", 1,
     6},
    {"i.level.other", SettingKind::number, "", "0.95", "known of R; changes no figure", 0.001,
     0.9999},
    {"i.method", SettingKind::whole, "", "2", "timing: 2 = fixed criterium, the only one", 2, 2},
    {"i.param", SettingKind::number, "", "2.8", "timing: least gain of a further week, percent",
     0.01, 99},
    {"i.n.max", SettingKind::whole, "", "-1",
     "highest values per season; −1 = 30 / seasons, 0 = all", -1, 1000},
    {"i.use.t", SettingKind::truth, "", "false", "Student's t and a new value's spread"},
};

struct Seasons {
  std::vector<std::string> weeks;
  std::vector<std::string> names;
  std::vector<Season> all;
};

Result<Seasons> read_seasons(const stats::Sheet& sheet) {
  Seasons seasons;
  const auto week = sheet.column("week");
  if (!week) return unexpected(week.error());
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const std::string& name = sheet.text(row, *week);
    for (std::size_t former = 0; former < row; ++former)
      if (seasons.weeks[former] == name)
        return unexpected(sheet.fault(row, *week, "week " + name + " is there twice"));
    seasons.weeks.push_back(name);
  }
  for (std::size_t column = 0; column < sheet.columns(); ++column) {
    if (column == *week) continue;
    auto season = sheet.numbers(column);
    if (!season) return unexpected(season.error());
    for (std::size_t row = 0; row < season->size(); ++row)
      if ((*season)[row] < 0)
        return unexpected(sheet.fault(row, column, "a rate cannot be below 0"));
    seasons.names.push_back(sheet.name(column));
    seasons.all.push_back(std::move(*season));
  }
  if (seasons.all.empty())
    return unexpected(sheet.fault("beside week a column for each season is expected"));
  return seasons;
}

LimitKind kind_of(const Settings& options, std::string_view name) {
  return static_cast<LimitKind>(options.text(name)[0] - '0');
}

Result<EpidemicModelOptions> model_options(const Settings& options) {
  EpidemicModelOptions model;
  const std::string seasons = options.text("i.seasons");
  if (seasons == "NA") {
    model.seasons = 0;
  } else {
    const auto number = stats::parse_number(seasons);
    if (!number || *number < 2 || *number > 1000 || *number != std::floor(*number))
      return unexpected(options.fault("i.seasons", "a whole number from 2 or NA is expected"));
    model.seasons = static_cast<std::size_t>(*number);
  }
  model.most_values = static_cast<int>(options.number("i.n.max"));
  model.slope = options.number("i.param");
  model.use_t = options.truth("i.use.t");
  model.threshold = {kind_of(options, "i.type.threshold"), options.number("i.level.threshold"),
                     static_cast<int>(options.number("i.tails.threshold"))};
  model.intensity = kind_of(options, "i.type.intensity");
  model.intensity_tails = static_cast<int>(options.number("i.tails.intensity"));
  model.curve = {kind_of(options, "i.type.curve"), options.number("i.level.curve"), 2};
  const auto levels = options.numbers("i.level.intensity");
  if (levels.size() != 3)
    return unexpected(options.fault("i.level.intensity", "three levels are expected"));
  std::ranges::copy(levels, model.intensity_levels.begin());
  return model;
}

Result<std::string> timing_csv(const Seasons& seasons, const Settings& options) {
  std::string csv = "season,start_row,end_row,duration_j,pct,sum,start_week,end_week,status\n";
  for (std::size_t i = 0; i < seasons.all.size(); ++i) {
    const auto season = fill_gaps(seasons.all[i]);
    if (!season) return unexpected(options.fault(season.error().message));
    csv += csv_field(seasons.names[i]) + ",";
    const auto timing = epidemic_timing(*season, options.number("i.param"));
    if (!timing) {
      csv += ",,,,,,,no cases\n";
      continue;
    }
    csv += std::to_string(timing->start + 1) + "," + std::to_string(timing->end() + 1) + "," +
           std::to_string(timing->weeks) + "," + number_text(timing->percent) + "," +
           number_text(timing->sum) + "," + csv_field(seasons.weeks[timing->start]) + "," +
           csv_field(seasons.weeks[timing->end()]) + ",ok\n";
  }
  return csv;
}

std::string model_csv(const Seasons& seasons, const EpidemicModel& model) {
  std::string csv = "quantity,value\npre1," + number_text(model.pre) + "\npost1," +
                    number_text(model.post) + "\n";
  constexpr std::string_view names[] = {"medium", "high", "veryhigh"};
  for (std::size_t i = 0; i < model.intensity.size(); ++i)
    csv += std::string(names[i]) + "," + number_text(model.intensity[i]) + "\n";
  csv += "seasons," + std::to_string(model.used.size()) + "\n";
  csv += "typical_start_week," + csv_field(seasons.weeks[model.typical_start]) + "\n";
  return csv + "typical_weeks," + std::to_string(model.typical_weeks) + "\n";
}

std::string curve_csv(const Seasons& seasons, const EpidemicModel& model) {
  std::string csv = "i,X1,X2,X3,week,seasons\n";
  for (std::size_t week = 0; week < model.curve.size(); ++week) {
    const CurveWeek& point = model.curve[week];
    csv += std::to_string(week + 1) + "," + number_text(point.lower) + "," +
           number_text(point.middle) + "," + number_text(point.upper) + "," +
           csv_field(seasons.weeks[week]) + "," + std::to_string(point.seasons) + "\n";
  }
  return csv;
}

}  // namespace

std::span<const SettingRule> mem_settings() { return rules; }

Result<TempoAnswer> run_mem(const TextFile& table, const TextFile& config) {
  const auto options = Settings::read(config.text, config.name, rules);
  if (!options) return unexpected(options.error());
  const auto sheet = stats::Sheet::read(table.text, table.name);
  if (!sheet) return unexpected(sheet.error());
  const auto seasons = read_seasons(*sheet);
  if (!seasons) return unexpected(seasons.error());
  if (options->is("estimate", "memtiming")) {
    auto csv = timing_csv(*seasons, *options);
    if (!csv) return unexpected(csv.error());
    return TempoAnswer{std::move(*csv), {}};
  }
  const auto how = model_options(*options);
  if (!how) return unexpected(how.error());
  const auto model = epidemic_model(seasons->all, *how);
  if (!model) return unexpected(sheet->fault(model.error().message));
  return TempoAnswer{options->is("estimate", "memmodel") ? model_csv(*seasons, *model)
                                                         : curve_csv(*seasons, *model),
                     {}};
}

}  // namespace hb::tempo
