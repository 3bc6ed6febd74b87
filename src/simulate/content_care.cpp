// care.yaml, programmes.yaml, vaccines.yaml, cards.yaml
#include <fmt/format.h>

#include "simulate/yaml.hpp"

namespace hb::simulate {
namespace {

constexpr const char* disease_system =
    "https://health-brain.org/fhir/CodeSystem/notifiable-disease";
constexpr const char* visit_system = "https://health-brain.org/fhir/CodeSystem/encounter-type";

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

CardContent read_card(const Field& field, Content& content) {
  CardContent card{read_concept(field, disease_system)};
  const std::string letter = field.at("class").text();
  if (letter != "A" && letter != "B" && letter != "C" && letter != "O")
    field.at("class").fault("needs A, B, C or O");
  card.legal_class = letter[0];
  card.reported = field.at("reported").share();
  card.confirmed = field.at("confirmed").share();
  card.onset_days = field.at("onset_days").number(0, 365);
  card.disease.counter = content.counters.add("disease." + card.disease.code);
  return card;
}

Cause read_cause(const Field& field, const Systems& systems, double scale, Content& content) {
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
  if (const auto fever = field.find("fever_clinic")) cause.fever_clinic = fever->share();
  if (const auto card = field.find("card")) {
    cause.card = read_card(*card, content);
    return cause;
  }
  for (auto& sex : cause.per_year.values)
    for (double& value : sex) value *= scale;
  return cause;
}

Price read_price(const Field& field) {
  return {field.at("mean").number(0, 1e6), field.at("sigma").number(0, 3)};
}

void read_hours(const Field& field, std::array<double, 24>& hours) {
  field.weights(hours);
  double sum = 0;
  for (double& hour : hours) hour = sum += hour;
}

}  // namespace

Systems read_systems(const Field& care) {
  const Field names = care.at("systems");
  return {names.at("diagnosis").text(), names.at("drug").text(), names.at("measure").text(),
          names.at("procedure").text()};
}

std::optional<ProcedureContent> read_procedure(const Field& owner, const std::string& system) {
  const auto field = owner.find("procedure");
  if (!field) return std::nullopt;
  const auto share = field->find("share");
  return ProcedureContent{read_concept(*field, system), share ? share->share() : 1.0};
}

Concept read_visit_type(const Field& field, Content& content) {
  Concept type = read_concept(field, visit_system);
  type.counter = content.counters.add("type." + type.code);
  return type;
}

void read_care(const Field& care, Content& content) {
  const Field weekdays = care.at("weekdays");
  weekdays.at("community").weights(content.community_weekdays);
  weekdays.at("hospital").weights(content.hospital_weekdays);
  const Field hours = care.at("hours");
  read_hours(hours.at("community"), content.community_hours);
  read_hours(hours.at("hospital"), content.hospital_hours);
  const Field emergency = hours.at("emergency");
  content.emergency_from = emergency.at("from").integer(12, 24);
  content.emergency_until = emergency.at("until").integer(0, 12);
  const Field prices = care.at("prices");
  content.prices = {read_price(prices.at("community")), read_price(prices.at("hospital")),
                    read_price(prices.at("emergency")), read_price(prices.at("day"))};
  const Field referral = care.at("referral");
  content.referral = {referral.at("up").share(), referral.at("back").share(),
                      referral.at("days").integer(1, 90)};
  content.fever_clinic = read_visit_type(care.at("fever_clinic"), content);
  const Systems systems = read_systems(care);
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

VaccineContent read_vaccines(const Field& root, Content& content) {
  VaccineContent vaccines;
  content.vaccination = read_visit_type(root.at("visit"), content);
  content.vaccination_reason = read_concept(root.at("reason"), "http://hl7.org/fhir/sid/icd-10");
  const std::string system = root.at("system").text();
  vaccines.coverage = root.at("coverage").share();
  vaccines.delay_days = root.at("delay_days").number(0, 3650);
  vaccines.history_until_age = root.at("history_until_age").integer(0, oldest);
  for (const Field& field : root.at("doses").items()) {
    Dose dose{read_concept(field, system), field.at("dose").integer(1, 20),
              field.at("age").integer(0, oldest * 12)};
    dose.vaccine.counter = content.counters.add("vaccine." + dose.vaccine.code);
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

namespace {
CardGroup read_card_group(const Field& field, const DistrictContent& district) {
  CardGroup group{field.at("code").text()};
  if (const auto taught = field.find("taught")) {
    for (const Field& id : taught->items()) {
      const std::size_t kind = index_of(district.institutions, id.text(), id);
      if (!district.institutions[kind].school) id.fault("teaches nobody: " + id.text());
      group.taught.push_back(kind);
    }
    return group;
  }
  group.from = field.at("from").integer(0, oldest);
  group.until = field.at("until").integer(0, oldest);
  group.share = field.at("share").number(0, 1e6);
  if (const auto school = field.find("school")) {
    group.school = school->text();
    for (const Field& name : field.at("classes").items()) group.classes.push_back(name.text());
    if (group.classes.empty()) field.at("classes").fault("needs an entry");
  }
  return group;
}

/// Everybody has a group: at each age those who are not taught, some of them with no other school
/// (for a card that names a workplace), and those of each kind of school.
void check_card_groups(const CardRules& rules, const DistrictContent& district,
                       const Field& field) {
  for (int age = 0; age <= oldest; ++age) {
    bool found = false;
    for (const CardGroup& group : rules.groups)
      found = found ||
              (age >= group.from && age <= group.until && group.share > 0 && group.school.empty());
    if (!found) field.fault(fmt::format("have none without a school for age {}", age));
  }
  for (std::size_t kind = 0; kind < district.institutions.size(); ++kind) {
    if (!district.institutions[kind].school) continue;
    int found = 0;
    for (const CardGroup& group : rules.groups)
      for (const std::size_t taught : group.taught) found += taught == kind;
    if (found != 1)
      field.fault(fmt::format("have {} for those taught in: {}, need one", found,
                              district.institutions[kind].id));
  }
}
}  // namespace

CardRules read_cards(const Field& root, const DistrictContent& district) {
  CardRules rules;
  for (const Field& field : root.at("groups").items())
    rules.groups.push_back(read_card_group(field, district));
  check_card_groups(rules, district, root.at("groups"));
  rules.report_hours = root.at("report_hours").number(0, 1000);
  rules.late = root.at("late").share();
  rules.hospital_review_hours = root.at("hospital_review_hours").number(0, 1000);
  rules.county_review_hours = root.at("county_review_hours").number(0, 1000);
  rules.amended = root.at("amended").share();
  rules.deleted = root.at("deleted").share();
  return rules;
}

}  // namespace hb::simulate
