#include "simulate/outbreak_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "simulate/random.hpp"
#include "simulate/yaml.hpp"

namespace hb::simulate {
namespace {

constexpr double z90 = 1.2815515655446004;  // 90th percentile of the standard normal
constexpr double most_cases = 5'000'000;

void only(const Field& field, std::initializer_list<const char*> known) {
  std::set<std::string> seen;
  for (const auto& [key, member] : field.members()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      member.fault("is no field known here");
    if (!seen.insert(key).second) member.fault("stands here twice");
  }
}

template <std::size_t n>
std::size_t one_of(const std::string& word, const std::array<const char*, n>& names,
                   const Field& field) {
  std::string known;
  for (std::size_t i = 0; i < n; ++i) {
    if (word == names[i]) return i;
    known += (i ? ", " : "") + std::string(names[i]);
  }
  field.fault(fmt::format("is {}, needs one of {}", word, known));
}

/// [median, second figure]
std::array<double, 2> pair_of(const Field& field, double least, double most) {
  const auto items = field.items();
  if (items.size() != 2) field.fault("needs two numbers");
  return {items[0].number(least, most), items[1].number(least, most)};
}

LogNormal read_median_p90(const Field& field, double least, double most) {
  const auto [median, p90] = pair_of(field, least, most);
  if (p90 < median) field.fault("needs a 90th percentile that is not below the median");
  return log_normal(median, p90);
}

std::array<double, 12> read_season(const Field& entry) {
  std::array<double, 12> season{};
  const auto field = entry.find("season");
  if (!field) {
    season.fill(1);
    return season;
  }
  double sum = 0;
  for (const auto& [key, weight] : field->members()) {
    char* end = nullptr;
    const long month = std::strtol(key.c_str(), &end, 10);
    if (end == key.c_str() || *end != '\0' || month < 1 || month > 12)
      weight.fault("is no month from 1 to 12");
    double& value = season[static_cast<std::size_t>(month - 1)];
    if (value > 0) weight.fault("stands here twice");
    sum += value = weight.number(0, 1e6);
  }
  if (!(sum > 0)) field->fault("needs a month with a weight above 0");
  return season;
}

/// "6-11" or "75+"
AgeWeight read_age(const std::string& key, const Field& field) {
  const auto whole = [&](std::string_view text) {
    int value = 0;
    if (text.empty() || text.size() > 3) return -1;
    for (const char c : text) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value <= oldest ? value : -1;
  };
  AgeWeight band{-1, -1, field.number(0, 1e6)};
  const std::string_view text = key;
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    band.from = whole(text.substr(0, dash));
    band.until = whole(text.substr(dash + 1));
  } else if (text.ends_with('+')) {
    band.from = whole(text.substr(0, text.size() - 1));
    band.until = oldest;
  }
  if (band.from < 0 || band.until < band.from)
    field.fault("is no age band such as 6-11 or 75+, from 0 to 120");
  return band;
}

std::vector<AgeWeight> read_ages(const Field& field) {
  std::vector<AgeWeight> ages;
  double sum = 0;
  for (const auto& [key, weight] : field.members()) {
    const AgeWeight band = read_age(key, weight);
    for (const AgeWeight& other : ages)
      if (band.from <= other.until && other.from <= band.until)
        weight.fault("overlaps another age band");
    sum += band.weight;
    if (band.weight > 0) ages.push_back(band);
  }
  if (!(sum > 0)) field.fault("needs an age band with a weight above 0");
  return ages;
}

void read_traces(const Field& entry, OutbreakContent& outbreak) {
  const auto field = entry.find("streams");
  if (!field) return;
  std::set<std::string> seen;
  for (const auto& [key, trace] : field->members()) {
    if (!seen.insert(key).second) trace.fault("stands here twice");
    const std::size_t index = one_of(key, trace_names, trace);
    only(trace, {"per_case", "lead_days"});
    outbreak.traces[index] = {trace.at("per_case").number(0, 100),
                              trace.at("lead_days").number(-60, 60)};
  }
}

void read_shape(const Field& field, OutbreakContent& outbreak) {
  const auto needs = [&](const char* key, bool wanted, double least, double most) {
    if (wanted) return field.at(key).number(least, most);
    if (const auto extra = field.find(key))
      extra->fault(fmt::format("does not belong to the shape {}",
                               shape_names[static_cast<std::size_t>(outbreak.shape)]));
    return 0.0;
  };
  outbreak.shape =
      static_cast<Shape>(one_of(field.at("shape").text(), shape_names, field.at("shape")));
  const bool propagated = outbreak.shape == Shape::propagated;
  outbreak.exposure_days = needs("exposure_days", outbreak.shape == Shape::continuous, 0.1, 365);
  outbreak.r = needs("r", propagated, 0, 30);
  outbreak.generation_days = needs("generation_days", propagated, 0.1, 365);
  outbreak.control_after_days = needs("control_after_days", propagated, 0, 3650);
  if (outbreak.shape == Shape::seasonal && outbreak.setting != Setting::district)
    field.at("setting").fault("must be district for the shape seasonal");
}

OutbreakContent read_outbreak(const Field& field) {
  only(field, {"id", "disease", "per_year", "setting", "season", "shape", "exposure_days", "cases",
               "incubation_days", "r", "generation_days", "control_after_days", "seek_care",
               "reported", "delay_days", "streams", "ages"});
  OutbreakContent outbreak;
  outbreak.id = field.at("id").text();
  for (const char c : outbreak.id)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
          c == '_' || c == '.'))
      field.at("id").fault("may hold letters, digits, '-', '_' and '.' only");
  outbreak.disease = field.at("disease").text();
  if (outbreak.disease.empty() || outbreak.disease.find(',') != std::string::npos)
    field.at("disease").fault("needs a name without a comma");
  outbreak.per_year = field.at("per_year").number(0, 10000);
  outbreak.setting =
      static_cast<Setting>(one_of(field.at("setting").text(), setting_names, field.at("setting")));
  outbreak.season = read_season(field);
  read_shape(field, outbreak);
  outbreak.cases = read_median_p90(field.at("cases"), 1, most_cases);
  const auto [median, dispersion] = pair_of(field.at("incubation_days"), 0.01, 3650);
  if (dispersion < 1) field.at("incubation_days").fault("needs a dispersion of 1 or more");
  outbreak.incubation = {median, portable_log(dispersion)};
  outbreak.seek_care = field.at("seek_care").share();
  outbreak.reported = field.at("reported").share();
  outbreak.delay = read_median_p90(field.at("delay_days"), 0.01, 365);
  read_traces(field, outbreak);
  outbreak.ages = read_ages(field.at("ages"));
  return outbreak;
}

}  // namespace

LogNormal log_normal(double median, double p90) {
  return {median, portable_log(p90 / median) / z90};
}

Result<std::vector<OutbreakContent>> load_outbreaks(const std::filesystem::path& file) {
  try {
    const Field root = Field::open(file);
    only(root, {"outbreaks"});
    std::vector<OutbreakContent> outbreaks;
    std::set<std::string> ids;
    for (const Field& field : root.at("outbreaks").items()) {
      outbreaks.push_back(read_outbreak(field));
      if (!ids.insert(outbreaks.back().id).second) field.at("id").fault("stands in the list twice");
    }
    return outbreaks;
  } catch (const ContentFault& fault) {
    const bool missing = fault.message == "content file is missing";
    return fail(missing ? ErrorCode::not_found : ErrorCode::invalid_input, fault.message,
                fault.where);
  } catch (const YAML::Exception& broken) {
    return fail(ErrorCode::invalid_input, "is not YAML: " + broken.msg,
                fmt::format("{}:{}", file.filename().string(), broken.mark.line + 1));
  }
}

}  // namespace hb::simulate
