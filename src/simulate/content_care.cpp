// care.yaml, programmes.yaml, vaccines.yaml, cards.yaml
#include <fmt/format.h>

#include "simulate/yaml.hpp"

namespace hb::simulate {
namespace {

constexpr const char* disease_system =
    "https://health-brain.org/fhir/CodeSystem/notifiable-disease";
constexpr const char* programme_system = "https://health-brain.org/fhir/CodeSystem/programme";

struct Systems {
  std::string diagnosis, drug, measure, procedure;
};

template <class Thing>
std::size_t index_of(const std::vector<Thing>& things, const std::string& id, const Field& field) {
  for (std::size_t i = 0; i < things.size(); ++i)
    if (things[i].id == id) return i;
  field.fault("is not defined: " + id);
}

template <class Thing>
std::vector<Share> read_shares(const Field& owner, const std::string& key,
                               const std::vector<Thing>& things) {
  std::vector<Share> shares;
  const auto field = owner.find(key);
  if (!field) return shares;
  for (const auto& [id, chance] : field->members())
    shares.push_back({index_of(things, id, chance), chance.share()});
  return shares;
}

Component read_component(const Field& field, const std::string& system) {
  Component component{read_concept(field, system), field.at("unit").text(),
                      field.at("decimals").integer(0, 4)};
  component.mean = field.at("mean").number(-1e6, 1e6);
  component.between = field.at("between").number(0, 1e6);
  component.within = field.at("within").number(0, 1e6);
  component.least = field.at("least").number(-1e6, 1e6);
  component.most = field.at("most").number(component.least, 1e6);
  if (const auto curve = field.find("by_age")) {
    for (const auto& [age, value] : curve->members()) {
      char* end = nullptr;
      const double years = std::strtod(age.c_str(), &end);
      const double before = component.by_age.empty() ? -1 : component.by_age.back().first;
      if (end == age.c_str() || *end != '\0' || !(years >= 0 && years > before))
        value.fault("must be an age in years, higher than the one before");
      component.by_age.emplace_back(years, value.number(-1e6, 1e6));
    }
    if (component.by_age.empty()) curve->fault("needs an age");
  }
  return component;
}

Measure read_measure(const Field& field, const std::string& system) {
  Measure measure;
  measure.id = field.at("id").text();
  measure.category = field.at("category").text();
  measure.what = read_concept(field, system);
  if (const auto components = field.find("components")) {
    measure.panel = true;
    for (const Field& component : components->items())
      measure.components.push_back(read_component(component, system));
    if (measure.components.empty()) components->fault("needs an entry");
  } else {
    measure.components.push_back(read_component(field, system));
  }
  return measure;
}

std::optional<ProcedureContent> read_procedure(const Field& owner, const std::string& system) {
  const auto field = owner.find("procedure");
  if (!field) return std::nullopt;
  const auto share = field->find("share");
  return ProcedureContent{read_concept(*field, system), share ? share->share() : 1.0};
}

Cause read_cause(const Field& field, const Systems& systems, double scale, const Content& content) {
  Cause cause;
  cause.id = field.at("id").text();
  cause.diagnosis = read_concept(field, systems.diagnosis);
  cause.per_year = field.at("per_year").by_age(0, 1000);
  field.at("months").weights(cause.months);
  cause.community = field.at("community").share();
  if (const auto inpatient = field.find("inpatient")) {
    cause.inpatient = inpatient->share();
    cause.days = field.at("days").number(1, 365);
  }
  cause.drugs = read_shares(field, "drugs", content.drugs);
  cause.measures = read_shares(field, "measures", content.measures);
  cause.procedure = read_procedure(field, systems.procedure);
  if (const auto card = field.find("card")) {
    cause.card = CardContent{read_concept(*card, disease_system), card->at("reported").share(),
                             card->at("confirmed").share(), card->at("onset_days").number(0, 365)};
    return cause;
  }
  for (auto& sex : cause.per_year.values)
    for (double& value : sex) value *= scale;
  return cause;
}

std::vector<double> numbers(const Field& field, std::size_t count) {
  std::vector<double> values;
  for (const Field& item : field.items()) values.push_back(item.number(-1e6, 1e6));
  if (values.size() != count)
    field.fault(fmt::format("needs {} numbers, one per component", count));
  return values;
}

Programme read_programme(const Field& field, const Content& content, const std::string& diagnosis,
                         const std::string& procedure) {
  Programme programme;
  programme.type =
      make_concept(programme_system, field.at("id").text(), field.at("text").localized());
  if (const auto disease = field.find("diagnosis"))
    programme.diagnosis = read_concept(*disease, diagnosis);
  programme.reason =
      programme.diagnosis ? *programme.diagnosis : read_concept(field.at("reason"), diagnosis);
  programme.spread = field.at("spread").integer(0, 365);
  programme.kept = field.at("kept").share();
  if (const auto prevalence = field.find("prevalence")) {
    programme.has_members = true;
    programme.prevalence = prevalence->by_age(0, 1);
    programme.enrolled_within_years = field.at("enrolled_within_years").number(0.1, 100);
    programme.interval = field.at("interval").integer(1, 3650);
    if (const auto from = field.find("enrolled_from_age"))
      programme.enrolled_from_age = from->integer(0, oldest);
  } else {
    for (const Field& age : field.at("ages_in_months").items())
      programme.ages_in_months.push_back(age.integer(0, oldest * 12));
  }
  programme.drugs = read_shares(field, "drugs", content.drugs);
  programme.procedure = read_procedure(field, procedure);
  for (const Field& item : field.at("measures").items()) {
    ProgrammeMeasure measure;
    measure.measure = index_of(content.measures, item.at("id").text(), item);
    const std::size_t components = content.measures[measure.measure].components.size();
    measure.share = item.at("share").share();
    measure.shift = numbers(item.at("shift"), components);
    measure.trend = numbers(item.at("trend"), components);
    programme.measures.push_back(std::move(measure));
  }
  return programme;
}

}  // namespace

void read_care(const Field& care, Content& content) {
  const Field weekdays = care.at("weekdays");
  weekdays.at("community").weights(content.community_weekdays);
  weekdays.at("hospital").weights(content.hospital_weekdays);
  care.at("hours").weights(content.hours);
  double sum = 0;
  for (double& hour : content.hours) hour = sum += hour;
  const Field names = care.at("systems");
  const Systems systems{names.at("diagnosis").text(), names.at("drug").text(),
                        names.at("measure").text(), names.at("procedure").text()};
  for (const Field& drug : care.at("drugs").items())
    content.drugs.push_back(
        {drug.at("id").text(), read_concept(drug, systems.drug), drug.at("dosage").text()});
  for (const Field& measure : care.at("measures").items())
    content.measures.push_back(read_measure(measure, systems.measure));
  const double scale = care.at("scale").number(0, 100);
  for (const Field& cause : care.at("causes").items())
    content.causes.push_back(read_cause(cause, systems, scale, content));
  if (content.causes.empty()) care.at("causes").fault("needs an entry");
}

std::vector<Programme> read_programmes(const Field& root, const Content& content,
                                       const std::string& diagnosis_system,
                                       const std::string& procedure_system) {
  std::vector<Programme> programmes;
  for (const Field& field : root.at("programmes").items())
    programmes.push_back(read_programme(field, content, diagnosis_system, procedure_system));
  return programmes;
}

VaccineContent read_vaccines(const Field& root) {
  VaccineContent vaccines;
  const std::string system = root.at("system").text();
  vaccines.coverage = root.at("coverage").share();
  vaccines.delay_days = root.at("delay_days").number(0, 3650);
  vaccines.history_until_age = root.at("history_until_age").integer(0, oldest);
  for (const Field& field : root.at("doses").items()) {
    Dose dose{read_concept(field, system), field.at("dose").integer(1, 20),
              field.at("age").integer(0, oldest * 12)};
    if (const auto day = field.find("born_from")) dose.born_from = day->day();
    if (const auto day = field.find("born_until")) dose.born_until = day->day();
    if (const auto day = field.find("from")) dose.from = day->day();
    if (const auto sex = field.find("sex")) {
      const std::string word = sex->text();
      if (word != "male" && word != "female") sex->fault("needs male or female");
      dose.sex = word == "male" ? Sex::male : Sex::female;
    }
    vaccines.doses.push_back(std::move(dose));
  }
  return vaccines;
}

CardRules read_cards(const Field& root) {
  CardRules rules;
  for (const Field& field : root.at("groups").items()) {
    CardGroup group{field.at("from").integer(0, oldest), field.at("until").integer(0, oldest),
                    field.at("code").text(), field.at("share").number(0, 1e6)};
    if (const auto school = field.find("school")) {
      group.school = school->text();
      for (const Field& name : field.at("classes").items()) group.classes.push_back(name.text());
      if (group.classes.empty()) field.at("classes").fault("needs an entry");
    }
    rules.groups.push_back(std::move(group));
  }
  for (int age = 0; age <= oldest; ++age) {
    bool found = false;
    for (const CardGroup& group : rules.groups)
      found = found || (age >= group.from && age <= group.until && group.share > 0);
    if (!found) root.at("groups").fault(fmt::format("have none for age {}", age));
  }
  rules.report_hours = root.at("report_hours").number(0, 1000);
  rules.late = root.at("late").share();
  rules.hospital_review_hours = root.at("hospital_review_hours").number(0, 1000);
  rules.county_review_hours = root.at("county_review_hours").number(0, 1000);
  rules.amended = root.at("amended").share();
  rules.deleted = root.at("deleted").share();
  return rules;
}

}  // namespace hb::simulate
