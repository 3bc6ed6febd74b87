#include "exchange/measure_report.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "indicators/decimal.hpp"

namespace hb::exchange {
namespace {

namespace json = boost::json;

constexpr const char* area_system = "https://health-brain.org/fhir/CodeSystem/area";
constexpr const char* population_system =
    "http://terminology.hl7.org/CodeSystem/measure-population";
constexpr const char* absent_url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
constexpr const char* limits_url =
    "https://health-brain.org/fhir/StructureDefinition/confidence-interval-95";

/// Decimals keep the digits they are printed with: they are put into the text at the end.
std::string marked(const std::string& number) { return "\u0001" + number + "\u0001"; }

std::string unmark(std::string text) {
  // "\u0001" is written as \u0001 by the serializer, inside quotes: "\u000192.30\u0001" → 92.30
  const std::string begin = "\"\\u0001";
  const std::string end = "\\u0001\"";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t found = text.find(begin, at);
    const std::size_t close =
        found == std::string::npos ? found : text.find(end, found + begin.size());
    if (close == std::string::npos) return out + text.substr(at);
    out += text.substr(at, found - at);
    out += text.substr(found + begin.size(), close - found - begin.size());
    at = close + end.size();
  }
  return out;
}

json::object quantity(const std::string& value, const Localized& unit) {
  json::object out{{"value", marked(value)}};
  if (!unit.zh.empty()) out["unit"] = unit.zh;
  return out;
}

json::object coded(const char* code) {
  return {{"coding", json::array{json::object{{"system", population_system}, {"code", code}}}}};
}

void put_numbers(json::object& into, const DataValue& value) {
  json::array population;
  if (!value.numerator.empty())
    population.push_back(
        json::object{{"code", coded("numerator")}, {"count", std::stoll(value.numerator)}});
  if (!value.denominator.empty())
    population.push_back(
        json::object{{"code", coded("denominator")}, {"count", std::stoll(value.denominator)}});
  if (!population.empty()) into["population"] = std::move(population);
  if (value.value.empty()) {
    into["extension"] = json::array{
        json::object{{"url", absent_url}, {"valueCode", "not-performed"}},
        json::object{{"url", "https://health-brain.org/fhir/StructureDefinition/reason"},
                     {"valueString", value.reason.zh.empty() ? "没有数值" : value.reason.zh}}};
    return;
  }
  json::object score = quantity(value.value, value.unit);
  if (!value.lower.empty() && !value.upper.empty())
    score["extension"] = json::array{
        json::object{{"url", limits_url},
                     {"valueRange", json::object{{"low", quantity(value.lower, value.unit)},
                                                 {"high", quantity(value.upper, value.unit)}}}}};
  into["measureScore"] = std::move(score);
}

json::object stratifier(const std::vector<const DataValue*>& values, const char* name,
                        std::string DataValue::*key) {
  json::array strata;
  for (const DataValue* one : values) {
    if ((one->*key).empty()) continue;
    json::object stratum{{"value", json::object{{"text", one->*key}}}};
    put_numbers(stratum, *one);
    strata.push_back(std::move(stratum));
  }
  if (strata.empty()) return {};
  return {{"code", json::array{json::object{{"text", name}}}}, {"stratum", std::move(strata)}};
}

json::object report_of(const std::vector<const DataValue*>& values, Instant at,
                       const std::string& reporter) {
  const DataValue& first = *values.front();
  const auto period = parse_period(first.period);
  json::object report{
      {"resourceType", "MeasureReport"},
      {"status", "complete"},
      {"type", "summary"},
      {"measure", fmt::format("{}{}|{}", measure_base, first.indicator, first.version)},
      {"subject",
       json::object{{"identifier", json::object{{"system", area_system}, {"value", first.area}}}}},
      {"date", format_instant(at)}};
  if (period)
    report["period"] =
        json::object{{"start", format_date(period->first)}, {"end", format_date(period->last)}};
  if (!reporter.empty()) report["reporter"] = json::object{{"display", reporter}};
  if (first.better == "higher" || first.better == "lower")
    report["improvementNotation"] = json::object{
        {"coding",
         json::array{json::object{{"system",
                                   "http://terminology.hl7.org/CodeSystem/"
                                   "measure-improvement-notation"},
                                  {"code", first.better == "higher" ? "increase" : "decrease"}}}}};
  json::object group{{"code", json::object{{"text", first.name.zh}}}};
  std::vector<const DataValue*> splits;
  for (const DataValue* one : values) {
    if (one->sex.empty() && one->age.empty())
      put_numbers(group, *one);
    else
      splits.push_back(one);
  }
  json::array stratifiers;
  for (auto&& one :
       {stratifier(splits, "sex", &DataValue::sex), stratifier(splits, "age", &DataValue::age)})
    if (!one.empty()) stratifiers.push_back(one);
  if (!stratifiers.empty()) group["stratifier"] = std::move(stratifiers);
  report["group"] = json::array{std::move(group)};
  return report;
}

/// Members that may be missing, of a JSON tree that somebody else wrote.
const json::value* member(const json::value* at, std::string_view name) {
  if (at == nullptr || !at->is_object()) return nullptr;
  return at->get_object().if_contains(name);
}
const json::value* element(const json::value* at, std::size_t index) {
  if (at == nullptr || !at->is_array() || index >= at->get_array().size()) return nullptr;
  return &at->get_array()[index];
}
std::string text_at(const json::value* at) {
  if (at == nullptr) return {};
  if (at->is_string()) return std::string(at->get_string());
  if (at->is_int64()) return std::to_string(at->get_int64());
  if (at->is_uint64()) return std::to_string(at->get_uint64());
  if (at->is_double()) return fmt::format("{}", at->get_double());
  return {};
}

void read_numbers(const json::value& from, DataValue& into) {
  into.value = text_at(member(member(&from, "measureScore"), "value"));
  const json::value* population = member(&from, "population");
  for (std::size_t i = 0; const json::value* one = element(population, i); ++i) {
    const std::string code =
        text_at(member(element(member(member(one, "code"), "coding"), 0), "code"));
    if (code == "numerator") into.numerator = text_at(member(one, "count"));
    if (code == "denominator") into.denominator = text_at(member(one, "count"));
  }
}

std::string end_of(const std::string& url) {
  const std::string bare = url.substr(0, url.find('|'));
  return bare.substr(bare.rfind('/') + 1);
}

void read_strata(const json::value& group, const DataValue& whole, std::vector<DataValue>& out) {
  const json::value* stratifiers = member(&group, "stratifier");
  for (std::size_t i = 0; const json::value* one = element(stratifiers, i); ++i) {
    const std::string name = text_at(member(element(member(one, "code"), 0), "text"));
    const json::value* strata = member(one, "stratum");
    for (std::size_t k = 0; const json::value* stratum = element(strata, k); ++k) {
      DataValue value = whole;
      const std::string word = text_at(member(member(stratum, "value"), "text"));
      if (name == "sex")
        value.sex = word;
      else if (name == "age")
        value.age = word;
      else
        continue;
      value.numerator.clear();
      value.denominator.clear();
      read_numbers(*stratum, value);
      out.push_back(std::move(value));
    }
  }
}

Result<void> read_report(const json::value& report, const std::string& where,
                         std::vector<DataValue>& out) {
  DataValue value;
  const std::string measure = text_at(member(&report, "measure"));
  value.indicator = end_of(measure);
  if (const std::size_t bar = measure.find('|'); bar != std::string::npos)
    if (const auto version = indicators::parse_decimal(measure.substr(bar + 1));
        version && version->scale == 0)
      value.version = static_cast<int>(version->scaled);
  if (value.indicator.empty())
    return fail(ErrorCode::invalid_input, "a MeasureReport names its Measure", where + ".measure");
  value.area = text_at(member(member(member(&report, "subject"), "identifier"), "value"));
  const auto day = [&](const char* name) {
    return parse_date(text_at(member(member(&report, "period"), name)).substr(0, 10));
  };
  const auto first = day("start");
  const auto last = day("end");
  if (!first || !last)
    return fail(ErrorCode::invalid_input, "a period of two days is expected", where + ".period");
  const auto period = period_of_days(*first, *last);
  if (!period) return fail(ErrorCode::invalid_input, period.error().message, where + ".period");
  value.period = *period;
  const json::value* group = element(member(&report, "group"), 0);
  if (group == nullptr)
    return fail(ErrorCode::invalid_input, "a summary has a group", where + ".group");
  read_numbers(*group, value);
  out.push_back(value);
  read_strata(*group, value, out);
  return {};
}

}  // namespace

Result<std::string> period_of_days(Date first, Date last) {
  const YearMonthDay day = civil(first);
  for (const std::string& text :
       {fmt::format("{:04}", day.year), fmt::format("{:04}-Q{}", day.year, (day.month + 2) / 3),
        fmt::format("{:04}-{:02}", day.year, day.month)})
    if (const auto period = parse_period(text);
        period && period->first == first && period->last == last)
      return text;
  return fail(ErrorCode::invalid_input, "the days are no year, quarter or month",
              format_date(first) + "/" + format_date(last));
}

std::string measure_reports(const std::vector<DataValue>& values, Instant at,
                            const std::string& reporter) {
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<const DataValue*>> all;
  for (const DataValue& one : values) all[{one.indicator, one.area, one.period}].push_back(&one);
  json::array entries;
  for (const auto& [key, group] : all)
    entries.push_back(json::object{{"resource", report_of(group, at, reporter)}});
  const json::object bundle{{"resourceType", "Bundle"},
                            {"type", "collection"},
                            {"timestamp", format_instant(at)},
                            {"entry", std::move(entries)}};
  return unmark(json::serialize(bundle));
}

Result<std::vector<DataValue>> read_measure_reports(std::string_view text) {
  boost::system::error_code problem;
  json::parse_options options;
  options.max_depth = 32;
  const json::value root = json::parse(text, problem, {}, options);
  if (problem) return fail(ErrorCode::invalid_input, "not JSON: " + problem.message());
  std::vector<DataValue> out;
  const std::string type = text_at(member(&root, "resourceType"));
  if (type == "MeasureReport") {
    if (const auto read = read_report(root, "MeasureReport", out); !read)
      return unexpected(read.error());
    return out;
  }
  if (type != "Bundle")
    return fail(ErrorCode::invalid_input, "a MeasureReport or a Bundle of them is expected",
                "resourceType");
  const json::value* entries = member(&root, "entry");
  for (std::size_t i = 0; const json::value* entry = element(entries, i); ++i) {
    const json::value* resource = member(entry, "resource");
    if (resource == nullptr || text_at(member(resource, "resourceType")) != "MeasureReport")
      continue;
    if (const auto read = read_report(*resource, fmt::format("entry[{}].resource", i), out); !read)
      return unexpected(read.error());
  }
  if (out.empty())
    return fail(ErrorCode::invalid_input, "the Bundle holds no MeasureReport", "entry");
  return out;
}

}  // namespace hb::exchange
