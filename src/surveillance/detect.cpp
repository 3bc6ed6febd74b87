#include "surveillance/detect.hpp"

#include <algorithm>
#include <cmath>

namespace hb::surveillance {
namespace {

struct Columns {
  std::size_t t;
  std::size_t observed;
  std::optional<std::size_t> unit, date, period, population;
};

Result<Columns> find_columns(const stats::Sheet& sheet) {
  const auto t = sheet.column("t");
  if (!t) return unexpected(t.error());
  const auto observed = sheet.column("observed");
  if (!observed) return unexpected(observed.error());
  return Columns{*t,
                 *observed,
                 sheet.find("unit"),
                 sheet.find("date"),
                 sheet.find("period"),
                 sheet.find("population")};
}

/// Dates are used where every row has one.
Result<bool> is_dated(const stats::Sheet& sheet, const Columns& columns) {
  if (!columns.date) return false;
  for (std::size_t row = 0; row < sheet.rows(); ++row) {
    const std::string& text = sheet.text(row, *columns.date);
    if (text.empty() || text == "NA") return false;
  }
  return true;
}

/// The step between two neighbouring dates; unknown: none of those we know.
Step step_between(Date a, Date b) {
  if (b.days - a.days == 1) return Step::day;
  if (b.days - a.days == 7) return Step::week;
  const YearMonthDay from = civil(a);
  const YearMonthDay to = civil(b);
  if (from.day != to.day) return Step::unknown;
  switch ((to.year - from.year) * 12 + to.month - from.month) {
    case 1:
      return Step::month;
    case 3:
      return Step::quarter;
    case 12:
      return Step::year;
    default:
      return Step::unknown;
  }
}

int freq_of(Step step) {
  switch (step) {
    case Step::day:
      return 365;
    case Step::week:
      return 52;
    case Step::month:
      return 12;
    case Step::quarter:
      return 4;
    default:
      return 1;
  }
}

/// Whole numbers, each one more than the one before.
Result<void> check_times(const stats::Sheet& sheet, std::size_t column,
                         const std::vector<double>& t, const std::vector<std::size_t>& rows) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (t[rows[i]] == t[rows[i - 1]] + 1) continue;
    return unexpected(sheet.fault(
        rows[i], column,
        "t: " + stats::number_text(t[rows[i - 1]] + 1) + " is expected, not “" +
            sheet.text(rows[i], column) +
            "”; a time point that is not known stands in the table with observed empty"));
  }
  constexpr double longest = 1e9;
  const double first = t[rows[0]];
  if (first != std::floor(first) || std::abs(first) > longest)
    return unexpected(sheet.fault(rows[0], column, "t: a whole number is expected"));
  return {};
}

Result<void> read_dates(const stats::Sheet& sheet, std::size_t column,
                        const std::vector<std::size_t>& rows, Series& series) {
  for (const std::size_t row : rows) {
    const Result<Date> date = parse_date(sheet.text(row, column));
    if (!date)
      return unexpected(sheet.fault(
          row, column,
          "date: a day like 2026-11-21 is expected, not “" + sheet.text(row, column) + "”"));
    series.dates.push_back(*date);
  }
  if (rows.size() < 2) return {};
  series.step = step_between(series.dates[0], series.dates[1]);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (series.step != Step::unknown &&
        step_between(series.dates[i - 1], series.dates[i]) == series.step)
      continue;
    const bool twice = series.dates[i] == series.dates[i - 1];
    return unexpected(sheet.fault(
        rows[i], column,
        twice ? "date: the date of the row before is there again"
              : "date: dates one day, week, month, quarter or year apart are expected, all alike; "
                "this one follows " +
                    format_date(series.dates[i - 1])));
  }
  return {};
}

Result<void> read_counts(const stats::Sheet& sheet, const Columns& columns, bool whole_counts,
                         const std::vector<double>& observed, const std::vector<std::size_t>& rows,
                         Series& series) {
  constexpr double largest = 1e9;
  for (const std::size_t row : rows) {
    const double count = observed[row];
    const bool fraction = !std::isnan(count) && count != std::floor(count);
    if (count < 0 || count > largest || (whole_counts && fraction))
      return unexpected(sheet.fault(row, columns.observed,
                                    "observed: a " + std::string(whole_counts ? "whole " : "") +
                                        "number from 0 to a milliard is expected, not “" +
                                        sheet.text(row, columns.observed) + "”"));
    series.observed.push_back(count);
  }
  return {};
}

/// Periods a year from the largest one; a 53rd week and a 366th day belong to longer years.
Result<int> freq_of_periods(const stats::Sheet& sheet, const Columns& columns) {
  const std::string question = "freq: time points a year are expected in --config";
  if (!columns.period)
    return unexpected(
        sheet.fault(question + ", as there is neither a date in every row nor a column period"));
  const Result<std::vector<double>> periods = sheet.numbers(*columns.period);
  if (!periods) return unexpected(periods.error());
  double largest = 0;
  for (std::size_t row = 0; row < periods->size(); ++row) {
    const double period = (*periods)[row];
    constexpr double most = 1000;
    if (std::isnan(period)) continue;
    if (period < 1 || period > most || period != std::floor(period))
      return unexpected(
          sheet.fault(row, *columns.period, "period: a whole number from 1 to 1000 is expected"));
    largest = std::max(largest, period);
  }
  if (largest == 0) return unexpected(sheet.fault(question + ", as every period is empty"));
  if (largest == 53) return 52;
  if (largest == 366) return 365;
  return static_cast<int>(largest);
}

Result<Series> read_unit(const stats::Sheet& sheet, const Columns& columns, bool dated,
                         bool whole_counts, double first_t, const std::vector<double>& observed,
                         const std::vector<std::size_t>& rows) {
  Series series;
  series.first_t = static_cast<std::int64_t>(first_t);
  if (columns.unit) series.unit = sheet.text(rows[0], *columns.unit);
  if (const auto read = read_counts(sheet, columns, whole_counts, observed, rows, series); !read)
    return unexpected(read.error());
  if (dated)
    if (const auto read = read_dates(sheet, *columns.date, rows, series); !read)
      return unexpected(read.error());
  if (columns.period)
    if (const auto period = stats::parse_number(sheet.text(rows[0], *columns.period));
        period && *period >= 1 && *period <= 1000)
      series.first_period = static_cast<int>(*period);
  return series;
}

/// First and last time point as the table numbers them.
struct Asked {
  double first;
  double last;
};

Result<std::optional<Asked>> parse_range(std::string_view text) {
  if (text.empty()) return std::optional<Asked>();
  const std::size_t colon = text.find(':');
  const auto first = stats::parse_number(text.substr(0, colon));
  const auto last =
      colon == std::string_view::npos ? first : stats::parse_number(text.substr(colon + 1));
  const bool sound = first && last && *last >= *first && *first == std::floor(*first) &&
                     *last == std::floor(*last);
  if (!sound)
    return fail(ErrorCode::invalid_input, "first and last time point are expected, 100:160",
                "--range " + std::string(text));
  return std::optional<Asked>(Asked{*first, *last});
}

std::string number(double value) {
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  return stats::number_text(value);
}

void append_rows(const Series& series, Range range, const Judgement& judgement, std::string& csv) {
  for (std::size_t i = 0; i < range.size(); ++i) {
    const std::size_t at = range.first + i;
    const Judged& point = judgement.points[i];
    csv += csv_field(series.unit);
    csv += ',' + std::to_string(series.first_t + static_cast<std::int64_t>(at)) + ',';
    if (series.dated()) csv += format_date(series.dates[at]);
    csv += ',' + number(series.observed[at]) + ',' + number(point.expected) + ',' +
           number(point.upperbound) + ',';
    if (point.alarm != Alarm::unknown) csv += point.alarm == Alarm::yes ? '1' : '0';
    for (const std::vector<double>& column : judgement.own) csv += ',' + number(column[i]);
    csv += '\n';
  }
}

std::string known_methods() {
  std::string text;
  for (const Detector& one : detectors())
    text += (text.empty() ? "" : ", ") + std::string(one.name);
  return text;
}

/// The range asked for, else everything from the first time point on that can be judged.
Result<Range> range_for(const Detector& detector, const Series& series,
                        const std::optional<Asked>& asked, const DetectOptions& options) {
  if (asked) {
    const auto begin = static_cast<double>(series.first_t);
    const double end = begin + static_cast<double>(series.size()) - 1;
    if (asked->first < begin || asked->last > end)
      return fail(
          ErrorCode::invalid_input,
          "the range " + stats::number_text(asked->first) + ":" + stats::number_text(asked->last) +
              " is not within t = " + stats::number_text(begin) + " to " + stats::number_text(end),
          "unit " + series.unit);
    return Range{static_cast<std::size_t>(asked->first - begin),
                 static_cast<std::size_t>(asked->last - begin) + 1};
  }
  const Result<std::size_t> start = detector.start(series, options);
  if (!start) return unexpected(start.error());
  if (*start >= series.size())
    return fail(ErrorCode::invalid_input,
                "the history is too short: with these options the first time point that can be "
                "judged is behind its " +
                    std::to_string(series.size()),
                "unit " + series.unit);
  return Range{*start, series.size()};
}

Error with_file(Error error, const std::string& file) {
  error.where = error.where.empty() ? file : file + ", " + error.where;
  return error;
}

}  // namespace

Result<std::vector<Series>> read_series(const stats::Sheet& sheet, std::optional<int> freq,
                                        bool whole_counts) {
  const Result<Columns> columns = find_columns(sheet);
  if (!columns) return unexpected(columns.error());
  const Result<std::vector<double>> t = sheet.all_numbers(columns->t);
  if (!t) return unexpected(t.error());
  const Result<std::vector<double>> observed = sheet.numbers(columns->observed);
  if (!observed) return unexpected(observed.error());
  const Result<bool> dated = is_dated(sheet, *columns);
  if (!dated) return unexpected(dated.error());
  const stats::Groups units = stats::group_rows(
      sheet, columns->unit ? std::vector{*columns->unit} : std::vector<std::size_t>());
  std::vector<Series> all;
  for (const std::vector<std::size_t>& rows : units.rows) {
    if (const auto sound = check_times(sheet, columns->t, *t, rows); !sound)
      return unexpected(sound.error());
    Result<Series> series =
        read_unit(sheet, *columns, *dated, whole_counts, (*t)[rows[0]], *observed, rows);
    if (!series) return unexpected(series.error());
    if (columns->population) {
      const Result<std::vector<double>> people = sheet.numbers(*columns->population);
      if (!people) return unexpected(people.error());
      for (const std::size_t row : rows) series->population.push_back((*people)[row]);
    }
    all.push_back(std::move(*series));
  }
  const bool stepped = *dated && all.front().step != Step::unknown;
  Result<int> common = 1;
  if (freq)
    common = *freq;
  else if (!stepped)
    common = freq_of_periods(sheet, *columns);
  if (!common) return unexpected(common.error());
  for (Series& series : all)
    series.freq = !freq && series.step != Step::unknown ? freq_of(series.step) : *common;
  return all;
}

Result<DetectAnswer> detect(const DetectRequest& request) {
  const Detector* detector = find_detector(request.method);
  if (detector == nullptr)
    return fail(ErrorCode::not_found, "the methods are " + known_methods(),
                "--method " + std::string(request.method));
  const auto options = DetectOptions::read(request.config, request.config_name, detector->options,
                                           detector->presets);
  if (!options) return unexpected(options.error());
  auto asked = parse_range(request.range);
  if (!asked) return unexpected(asked.error());
  if (const auto given = options->numbers("range"); !*asked && given.size() == 2)
    asked = parse_range(stats::number_text(given[0]) + ":" + stats::number_text(given[1]));
  if (!asked) return unexpected(asked.error());
  const auto sheet = stats::Sheet::read(request.csv, request.csv_name);
  if (!sheet) return unexpected(sheet.error());
  std::optional<int> freq;
  options->whole("freq", freq);
  const auto all = read_series(*sheet, freq, detector->whole_counts);
  if (!all) return unexpected(all.error());
  DetectAnswer answer;
  answer.csv = "unit,t,date,observed,expected,upperbound,alarm";
  if (!detector->columns.empty()) answer.csv += ',' + std::string(detector->columns);
  answer.csv += '\n';
  for (const Series& series : *all) {
    const Result<Range> range = range_for(*detector, series, *asked, *options);
    if (!range) {
      answer.refused.push_back(with_file(range.error(), request.csv_name));
      continue;
    }
    const Result<Judgement> judgement = detector->run(series, *range, *options);
    if (!judgement) {
      answer.refused.push_back(with_file(judgement.error(), request.csv_name));
      continue;
    }
    append_rows(series, *range, *judgement, answer.csv);
  }
  if (answer.refused.size() == all->size()) return unexpected(answer.refused.front());
  return answer;
}

}  // namespace hb::surveillance
