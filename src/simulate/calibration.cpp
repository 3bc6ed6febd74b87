#include "simulate/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "simulate/content.hpp"
#include "simulate/yaml.hpp"
#include "stats/life_table.hpp"

namespace hb::simulate {
namespace {

using Verdict = CalibrationResult::Verdict;

std::vector<std::size_t> read_counters(const Field& field, const CounterNames& names) {
  std::vector<std::size_t> counters;
  for (const Field& item : field.items()) {
    const auto counter = names.find(item.text());
    if (!counter) item.fault("is no counter: " + item.text());
    counters.push_back(*counter);
  }
  if (counters.empty()) field.fault("needs a counter");
  return counters;
}

CalibrationRow read_row(const Field& field, const CounterNames& names) {
  CalibrationRow row;
  row.id = field.at("id").text();
  row.facts = field.at("facts").text();
  row.document = field.at("document").text();
  row.quote = field.at("quote").text();
  row.what = field.at("what").localized();
  row.unit = field.at("unit").localized();
  if (const auto basis = field.find("basis")) row.basis = basis->localized();
  const Field aim = field.at("aim");
  row.aim = aim.at("figure").number(0, 1e12);
  if (const auto times = aim.find("times")) row.aim *= times->number(1e-9, 1e12);
  if (const auto over = aim.find("over")) row.aim /= over->number(1e-9, 1e12);
  row.within = field.at("within").number(0, 100);
  if (const auto counted = field.find("counted")) row.counted = counted->flag();
  if (const auto method = field.find("method")) {
    const std::string word = method->text();
    if (word != "life-expectancy" && word != "premature-30q70")
      method->fault("needs life-expectancy or premature-30q70");
    row.method = word == "life-expectancy" ? CalibrationRow::Method::life_expectancy
                                           : CalibrationRow::Method::premature;
    return row;
  }
  if (const auto times = field.find("times")) row.times = times->number(1e-9, 1e12);
  row.numerator = read_counters(field.at("count"), names);
  row.denominator = read_counters(field.at("per"), names);
  return row;
}

std::uint64_t sum(const std::vector<std::size_t>& counters, const Tally& tally) {
  std::uint64_t total = 0;
  for (const std::size_t counter : counters) total += tally.at(counter);
  return total;
}

/// P(X >= events) when high, else P(X <= events), for a binomial count of `base` at this
/// probability.
double tail(double events, double base, double probability, bool high) {
  if (probability >= 1 || events > base) return 0;
  if (probability <= 0) return high && events > 0 ? 0 : 1;
  if (high) return events <= 0 ? 1 : boost::math::ibeta(events, base - events + 1, probability);
  return events >= base ? 1 : boost::math::ibetac(events + 1, base - events, probability);
}

CalibrationResult judge_ratio(const CalibrationRow& row, const Tally& tally) {
  CalibrationResult result;
  result.low = row.aim * (1 - row.within);
  result.high = row.aim * (1 + row.within);
  const std::uint64_t events = sum(row.numerator, tally);
  const auto base = static_cast<double>(sum(row.denominator, tally));
  if (!(base > 0)) {
    result.reason = "nobody to count";
    return result;
  }
  result.value = row.times * static_cast<double>(events) / base;
  result.verdict = result.value >= result.low && result.value <= result.high ? Verdict::inside
                                                                             : Verdict::outside;
  if (result.verdict == Verdict::inside || !row.counted) return result;
  const bool high = result.value > result.high;
  const double end = (high ? result.high : result.low) / row.times;
  if (tail(static_cast<double>(events), base, end, high) > 0.001) result.verdict = Verdict::chance;
  return result;
}

std::vector<stats::AgeGroup> age_groups(const CounterNames& names, const Tally& tally,
                                        bool chronic) {
  std::vector<stats::AgeGroup> groups;
  for (std::size_t group = 0; group < life_groups; ++group) {
    stats::AgeGroup read{life_group_start(group), 0, 0};
    for (std::size_t sex = 0; sex < 2; ++sex) {
      read.pop += static_cast<double>(tally.at(names.days(sex, group))) / 365.25;
      read.deaths += static_cast<double>(
          tally.at(chronic ? names.chronic(sex, group) : names.deaths(sex, group)));
    }
    groups.push_back(read);
  }
  return groups;
}

CalibrationResult judge_interval(const CalibrationRow& row, double value,
                                 const stats::Interval& limits, double tolerance) {
  CalibrationResult result;
  result.value = value;
  result.low = row.aim - tolerance;
  result.high = row.aim + tolerance;
  result.verdict = value >= result.low && value <= result.high                 ? Verdict::inside
                   : limits.upper >= result.low && limits.lower <= result.high ? Verdict::chance
                                                                               : Verdict::outside;
  return result;
}

CalibrationResult none(std::string reason) {
  CalibrationResult result;
  result.reason = std::move(reason);
  return result;
}

CalibrationResult judge_life(const CalibrationRow& row, const CounterNames& names,
                             const Tally& tally) {
  const auto table =
      stats::life_table(age_groups(names, tally, false), {.open_from = 85, .confidence = 0.998});
  if (!table) return none(table.error().message);
  const stats::LifeExpectancy& birth = table->front();
  if (!birth.years || !birth.limits) return none(std::string(stats::status_word(birth.status)));
  return judge_interval(row, *birth.years, *birth.limits, row.within);
}

CalibrationResult judge_premature(const CalibrationRow& row, const CounterNames& names,
                                  const Tally& tally) {
  const auto groups = age_groups(names, tally, true);
  std::vector<stats::AgeGroup> middle;
  for (const stats::AgeGroup& group : groups)
    if (group.from >= 30 && group.from < 70) middle.push_back(group);
  const auto made = stats::premature_mortality(middle, 0.998);
  if (!made) return none(made.error().message);
  return judge_interval(row, made->probability * 100,
                        {made->limits.lower * 100, made->limits.upper * 100}, row.aim * row.within);
}

std::string_view word(Verdict verdict) {
  constexpr std::string_view words[] = {"inside", "inside (chance)", "OUTSIDE", "none"};
  return words[static_cast<std::size_t>(verdict)];
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

/// Columns a text takes on a terminal: Chinese characters take two.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) ++width;
    if (byte >= 0xC0) width += byte >= 0xE0 ? 2 : 1;
  }
  return width;
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t has = width_of(text);
  return text + std::string(width > has ? width - has : 1, ' ');
}

std::string figure(double value) { return fmt::format("{:.{}f}", value, value < 100 ? 2 : 1); }

std::string text_report(const Calibration& calibration,
                        const std::vector<CalibrationResult>& results) {
  std::string out = padded("source fact", 30) + padded("what", 62) + padded("unit", 16) +
                    fmt::format("{:>10}{:>11}   {:<19}{}\n", "aim", "simulated", "tolerance", "");
  std::size_t counts[4] = {};
  for (std::size_t i = 0; i < results.size(); ++i) {
    const CalibrationRow& row = calibration.rows[i];
    const CalibrationResult& result = results[i];
    ++counts[static_cast<std::size_t>(result.verdict)];
    const bool has = result.verdict != Verdict::none;
    out += padded(row.facts, 30) + padded(row.what.en, 62) + padded(row.unit.en, 16) +
           fmt::format("{:>10}{:>11}   {:<19}{}{}\n", figure(row.aim),
                       has ? figure(result.value) : "–",
                       has ? figure(result.low) + " – " + figure(result.high) : "",
                       word(result.verdict), has ? "" : ": " + result.reason);
  }
  out += fmt::format("{} rows: {} inside, {} by chance, {} outside, {} without a figure\n",
                     results.size(), counts[0], counts[1], counts[2], counts[3]);
  out += "\nSource figures that contradict a row and are not aimed at:\n";
  for (const CalibrationConflict& conflict : calibration.conflicts)
    out += padded(conflict.facts, 30) + conflict.what.en + ": " + conflict.why.en + "\n";
  return out;
}

std::string csv_report(const Calibration& calibration,
                       const std::vector<CalibrationResult>& results) {
  std::string out = "id,facts,what_zh,what_en,unit,aim,simulated,low,high,verdict,document,quote\n";
  for (std::size_t i = 0; i < results.size(); ++i) {
    const CalibrationRow& row = calibration.rows[i];
    const CalibrationResult& result = results[i];
    const bool has = result.verdict != Verdict::none;
    out += fmt::format("{},{},{},{},{},{:.6g},{},{},{},{},{},{}\n", row.id, quoted(row.facts),
                       quoted(row.what.zh), quoted(row.what.en), quoted(row.unit.zh), row.aim,
                       has ? fmt::format("{:.6g}", result.value) : "",
                       has ? fmt::format("{:.6g}", result.low) : "",
                       has ? fmt::format("{:.6g}", result.high) : "", word(result.verdict),
                       quoted(row.document), quoted(row.quote));
  }
  return out;
}

/// Content texts hold no quotation mark, backslash or control character (Field::text).
std::string json_report(const Calibration& calibration,
                        const std::vector<CalibrationResult>& results) {
  std::string out = "{\"rows\":[";
  for (std::size_t i = 0; i < results.size(); ++i) {
    const CalibrationRow& row = calibration.rows[i];
    const CalibrationResult& result = results[i];
    const bool has = result.verdict != Verdict::none;
    out += fmt::format(
        R"({}{{"id":"{}","facts":"{}","what":{{"zh":"{}","en":"{}"}},"unit":{{"zh":"{}","en":"{}"}},"aim":{:.6g},"simulated":{},"low":{:.6g},"high":{:.6g},"verdict":"{}","document":"{}","quote":"{}"}})",
        i ? ",\n" : "\n", row.id, row.facts, row.what.zh, row.what.en, row.unit.zh, row.unit.en,
        row.aim, has ? fmt::format("{:.6g}", result.value) : "null", result.low, result.high,
        word(result.verdict), row.document, row.quote);
  }
  out += "\n],\"conflicts\":[";
  for (std::size_t i = 0; i < calibration.conflicts.size(); ++i) {
    const CalibrationConflict& conflict = calibration.conflicts[i];
    out += fmt::format(
        R"({}{{"facts":"{}","document":"{}","what":{{"zh":"{}","en":"{}"}},"why":{{"zh":"{}","en":"{}"}}}})",
        i ? ",\n" : "\n", conflict.facts, conflict.document, conflict.what.zh, conflict.what.en,
        conflict.why.zh, conflict.why.en);
  }
  return out + "\n]}\n";
}

}  // namespace

Result<Calibration> load_calibration(const std::filesystem::path& directory) {
  const Result<Content> content = load_content(directory);
  if (!content) return unexpected(content.error());
  try {
    const Field root = Field::open(directory / "calibration.yaml");
    Calibration calibration;
    for (const Field& field : root.at("rows").items())
      calibration.rows.push_back(read_row(field, content->counters));
    for (const Field& field : root.at("conflicts").items())
      calibration.conflicts.push_back({field.at("facts").text(), field.at("document").text(),
                                       field.at("what").localized(), field.at("why").localized()});
    return calibration;
  } catch (const ContentFault& fault) {
    const bool missing = fault.message == "content file is missing";
    return fail(missing ? ErrorCode::not_found : ErrorCode::invalid_input, fault.message,
                fault.where);
  } catch (const YAML::Exception& broken) {
    return fail(ErrorCode::invalid_input, "is not YAML: " + broken.msg,
                fmt::format("calibration.yaml:{}", broken.mark.line + 1));
  }
}

std::vector<CalibrationResult> judge(const Calibration& calibration, const CounterNames& names,
                                     const Tally& tally) {
  std::vector<CalibrationResult> results;
  for (const CalibrationRow& row : calibration.rows) {
    if (row.method == CalibrationRow::Method::life_expectancy)
      results.push_back(judge_life(row, names, tally));
    else if (row.method == CalibrationRow::Method::premature)
      results.push_back(judge_premature(row, names, tally));
    else
      results.push_back(judge_ratio(row, tally));
  }
  return results;
}

std::string calibration_report(const Calibration& calibration,
                               const std::vector<CalibrationResult>& results, ReportFormat format) {
  if (format == ReportFormat::csv) return csv_report(calibration, results);
  if (format == ReportFormat::json) return json_report(calibration, results);
  return text_report(calibration, results);
}

Result<std::string> report(const std::filesystem::path& directory, const Tally& tally,
                           ReportFormat format) {
  const Result<Content> content = load_content(directory);
  if (!content) return unexpected(content.error());
  const Result<Calibration> calibration = load_calibration(directory);
  if (!calibration) return unexpected(calibration.error());
  return calibration_report(*calibration, judge(*calibration, content->counters, tally), format);
}

}  // namespace hb::simulate
