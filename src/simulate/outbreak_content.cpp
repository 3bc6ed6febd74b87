// diseases.yaml, streams.yaml
#include "simulate/outbreak_content.hpp"

#include <cstdio>

#include "simulate/yaml.hpp"

namespace hb::simulate {
namespace {

constexpr const char* disease_system =
    "https://health-brain.org/fhir/CodeSystem/notifiable-disease";
constexpr const char* stream_system = "https://health-brain.org/fhir/CodeSystem/stream";
constexpr const char* diagnosis_system = "http://hl7.org/fhir/sid/icd-10";

template <class Thing>
std::vector<Share> shares_of(const Field& field, const std::vector<Thing>& things) {
  std::vector<Share> shares;
  for (const auto& [id, chance] : field.members()) {
    std::size_t index = 0;
    while (index < things.size() && things[index].id != id) ++index;
    if (index == things.size()) chance.fault("is not defined in care.yaml: " + id);
    shares.push_back({index, chance.share()});
  }
  return shares;
}

Concept concept_or_code(const Field& field, const std::string& system) {
  if (field.has("text")) return read_concept(field, system);
  return make_concept(system, field.at("code").text(), {});
}

DiseaseContent read_disease(const Field& field, const Content& content) {
  DiseaseContent disease;
  disease.diagnosis = concept_or_code(field.at("diagnosis"), diagnosis_system);
  const Field card = field.at("card");
  disease.card.disease = concept_or_code(card, disease_system);
  const std::string letter = card.at("class").text();
  if (letter != "A" && letter != "B" && letter != "C" && letter != "O")
    card.at("class").fault("needs A, B, C or O");
  disease.card.legal_class = letter[0];
  disease.card.disease.counter =
      content.counters.find("disease." + disease.card.disease.code).value_or(no_counter);
  disease.fever_clinic = field.at("fever_clinic").share();
  disease.community = field.at("community").share();
  disease.measures = shares_of(field.at("measures"), content.measures);
  disease.drugs = shares_of(field.at("drugs"), content.drugs);
  const Field test = field.at("test");
  disease.test = make_concept(lab_test_system, test.at("code").text(), test.at("text").localized());
  disease.tested = test.at("share").share();
  disease.positive = test.at("positive").share();
  const Field streams = field.at("streams");
  disease.pharmacy = streams.at("pharmacy").text();
  disease.lab = streams.at("lab").text();
  disease.wave_days = field.at("wave_days").number(1, 365);
  return disease;
}

template <std::size_t n>
void relative(const Field& field, std::array<double, n>& values) {
  field.weights(values);
  double sum = 0, counted = 0;
  for (const double value : values) {
    sum += value;
    counted += value > 0 ? 1 : 0;
  }
  for (double& value : values) value *= counted / sum;
}

StreamContent read_stream(const Field& field) {
  StreamContent stream;
  stream.code = read_concept(field, stream_system);
  for (const Field& type : field.at("at").items()) stream.at.push_back(type.text());
  if (stream.at.empty()) field.at("at").fault("needs an entry");
  const std::string days = field.at("days").text();
  if (days != "all" && days != "school") field.at("days").fault("needs all or school");
  stream.school_days = days == "school";
  stream.per_1000 = field.at("per_1000").number(0, 1000);
  stream.spread = field.at("spread").number(0, 2);
  stream.place_spread = field.at("place_spread").number(0, 2);
  relative(field.at("months"), stream.months);
  relative(field.at("weekdays"), stream.weekdays);
  return stream;
}

/// "07-01/08-31"
DayRange read_range(const Field& field) {
  DayRange range{};
  const std::string text = field.text();
  char more = 0;
  const int got = std::sscanf(text.c_str(), "%2d-%2d/%2d-%2d%c", &range.from_month, &range.from_day,
                              &range.until_month, &range.until_day, &more);
  if (got != 4 || !make_date(2024, range.from_month, range.from_day) ||
      !make_date(2024, range.until_month, range.until_day))
    field.fault("needs a range of days such as 07-01/08-31");
  return range;
}

void read_streams(const Field& root, OutbreakSurroundings& surroundings) {
  for (const Field& field : root.at("streams").items()) {
    StreamContent stream = read_stream(field);
    if (surroundings.stream(stream.code.code) < surroundings.streams.size())
      field.at("code").fault("stands in the list twice");
    surroundings.streams.push_back(std::move(stream));
  }
  for (const auto& [name, code] : root.at("traces").members()) {
    std::size_t trace = 0;
    while (trace < trace_count && name != trace_names[trace]) ++trace;
    if (trace == trace_count) code.fault("is no trace of outbreaks");
    if (surroundings.stream(code.text()) == surroundings.streams.size())
      code.fault("names no stream: " + code.text());
    surroundings.traces[trace] = code.text();
  }
  for (const Field& range : root.at("school_closed").items())
    surroundings.school_closed.push_back(read_range(range));
  const Field places = root.at("places");
  surroundings.market = places.at("market").at("name").localized();
  surroundings.markets_per_street = places.at("market").at("per_street").integer(1, 100);
  surroundings.workplace = places.at("workplace").at("name").localized();
  surroundings.people_per_workplace = places.at("workplace").at("people").integer(1, 100000);
}

void read_diseases(const Field& root, const Content& content, OutbreakSurroundings& surroundings) {
  const auto checked = [&](const Field& field) {
    DiseaseContent disease = read_disease(field, content);
    for (const std::string& code : {disease.pharmacy, disease.lab})
      if (surroundings.stream(code) == surroundings.streams.size())
        field.at("streams").fault("name no stream of streams.yaml: " + code);
    return disease;
  };
  surroundings.other = checked(root.at("other"));
  for (const Field& field : root.at("diseases").items()) {
    DiseaseContent disease = checked(field);
    for (const Field& name : field.at("names").items()) {
      disease.names.push_back(name.text());
      for (const DiseaseContent& other : surroundings.diseases)
        for (const std::string& taken : other.names)
          if (taken == disease.names.back()) name.fault("is taken by another disease: " + taken);
    }
    if (disease.names.empty()) field.at("names").fault("needs an entry");
    surroundings.diseases.push_back(std::move(disease));
  }
}

}  // namespace

bool OutbreakSurroundings::school_day(Date day) const {
  if (weekday_of(day) >= 5) return false;
  const YearMonthDay parts = civil(day);
  const int today = parts.month * 100 + parts.day;
  for (const DayRange& range : school_closed) {
    const int from = range.from_month * 100 + range.from_day;
    const int until = range.until_month * 100 + range.until_day;
    const bool inside =
        from <= until ? today >= from && today <= until : today >= from || today <= until;
    if (inside) return false;
  }
  return true;
}

DiseaseContent OutbreakSurroundings::disease(const std::string& name) const {
  for (const DiseaseContent& disease : diseases)
    for (const std::string& known : disease.names)
      if (known == name) return disease;
  DiseaseContent unlisted = other;
  unlisted.names = {name};
  unlisted.diagnosis = make_concept(diagnosis_system, other.diagnosis.code, {name, name});
  unlisted.card.disease = make_concept(disease_system, other.card.disease.code, {name, name});
  return unlisted;
}

std::size_t OutbreakSurroundings::stream(const std::string& code) const {
  std::size_t index = 0;
  while (index < streams.size() && streams[index].code.code != code) ++index;
  return index;
}

int weekday_of(Date day) { return ((day.days + 3) % 7 + 7) % 7; }  // 1970-01-01: Thursday

Result<OutbreakSurroundings> load_surroundings(const std::filesystem::path& directory,
                                               const Content& content) {
  std::string file;
  const auto open = [&](const char* name) {
    file = name;
    return Field::open(directory / name);
  };
  return read_guarded(file, [&] {
    OutbreakSurroundings surroundings;
    read_streams(open("streams.yaml"), surroundings);
    read_diseases(open("diseases.yaml"), content, surroundings);
    surroundings.report_hours = content.cards.report_hours;
    surroundings.community_hours = content.community_hours;
    surroundings.hospital_hours = content.hospital_hours;
    return surroundings;
  });
}

}  // namespace hb::simulate
