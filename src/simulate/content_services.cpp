// programmes.yaml and maternity.yaml
#include <fmt/format.h>

#include "simulate/yaml.hpp"

namespace hb::simulate {
namespace {

constexpr const char* programme_system = "https://health-brain.org/fhir/CodeSystem/programme";

std::vector<double> numbers(const Field& field, std::size_t count) {
  std::vector<double> values;
  for (const Field& item : field.items()) values.push_back(item.number(-1e6, 1e6));
  if (values.size() != count)
    field.fault(fmt::format("needs {} numbers, one per component", count));
  return values;
}

int age_of(const std::string& key, const Field& field) {
  char* end = nullptr;
  const long age = std::strtol(key.c_str(), &end, 10);
  if (end == key.c_str() || *end != '\0' || age < 0 || age > oldest)
    field.fault("is no age from 0 to 120");
  return static_cast<int>(age);
}

std::vector<ProgrammeMeasure> read_measures(const Field& owner, const Content& content) {
  std::vector<ProgrammeMeasure> measures;
  for (const Field& item : owner.at("measures").items()) {
    ProgrammeMeasure measure;
    measure.measure = index_of(content.measures, item.at("id").text(), item);
    const std::size_t components = content.measures[measure.measure].components.size();
    measure.share = item.at("share").share();
    measure.shift = numbers(item.at("shift"), components);
    measure.trend = numbers(item.at("trend"), components);
    if (const auto target = item.find("target"))
      for (const auto& [age, limits] : target->members()) {
        const int from = age_of(age, limits);
        if (!measure.target.empty() && measure.target.back().first >= from)
          limits.fault("must be a higher age than the one before");
        measure.target.emplace_back(from, numbers(limits, components));
      }
    measures.push_back(std::move(measure));
  }
  return measures;
}

std::vector<Diagnosis> read_diagnoses(const Field& field, const std::string& system) {
  std::vector<Diagnosis> list;
  double sum = 0;
  for (const Field& item : field.items())
    list.push_back({read_concept(item, system), sum += item.at("share").number(0, 1e6)});
  if (!(sum > 0)) field.fault("need a share above 0");
  return list;
}

void read_members(const Field& field, Programme& programme) {
  programme.prevalence = field.at("prevalence").by_age(0, 1);
  programme.enrolled_within_years = field.at("enrolled_within_years").number(0.1, 100);
  if (const auto from = field.find("enrolled_from_age"))
    programme.enrolled_from_age = from->integer(0, oldest);
  programme.by_rules = field.at("by_rules").share();
  programme.per_year = field.at("per_year").integer(0, 52);
  if (programme.per_year > 0) {
    double sum = 0;
    for (const Field& share : field.at("fewer").items())
      programme.fewer.push_back(sum += share.number(0, 1e6));
    if (!(sum > 0) || static_cast<int>(programme.fewer.size()) != programme.per_year)
      field.at("fewer").fault("needs a share for each number of visits below per_year");
  }
  const Field examined = field.at("examined");
  programme.examined = examined.at("by_rules").share();
  programme.examined_others = examined.at("others").share();
  if (const auto recheck = field.find("recheck")) {
    programme.recheck = recheck->at("share").share();
    programme.recheck_days = recheck->at("days").integer(1, 90);
  }
}

void read_ages(const Field& field, Programme& programme) {
  programme.kind = Programme::Kind::ages;
  for (const Field& age : field.at("ages_in_months").items())
    programme.ages_in_months.push_back(age.integer(0, oldest * 12));
  programme.enrolled = field.at("enrolled").share();
  programme.until_age = field.at("until_age").integer(1, oldest);
  programme.kept = field.at("kept").share();
}

void read_illness(const Field& field, Programme& programme, const Content& content) {
  programme.kind = Programme::Kind::illness;
  programme.illness = field.at("illness").text();
  index_of(content.causes, programme.illness, field.at("illness"));
  programme.enrolled = field.at("enrolled").share();
  programme.interval = field.at("interval").integer(1, 365);
  programme.lasts = field.at("lasts").integer(1, 3650);
  programme.kept = field.at("kept").share();
}

Programme read_programme(const Field& field, const Systems& systems, Content& content) {
  Programme programme;
  const std::string id = field.at("id").text();
  programme.type = make_concept(programme_system, id, field.at("text").localized());
  if (const auto visit = field.find("visit")) programme.visit = read_visit_type(*visit, content);
  if (const auto diagnoses = field.find("diagnoses"))
    programme.diagnoses = read_diagnoses(*diagnoses, systems.diagnosis);
  programme.reason = programme.diagnoses.empty()
                         ? read_concept(field.at("reason"), systems.diagnosis)
                         : programme.diagnoses.front().what;
  if (const auto priced = field.find("priced")) programme.priced = priced->flag();
  programme.spread = field.at("spread").integer(0, 365);
  if (field.find("prevalence"))
    read_members(field, programme);
  else if (field.find("ages_in_months"))
    read_ages(field, programme);
  else
    read_illness(field, programme, content);
  if (programme.visit.code.empty() && programme.per_year > 0) field.at("visit");
  programme.drugs = read_shares(field, "drugs", content.drugs);
  programme.procedure = read_procedure(field, systems.procedure);
  programme.measures = read_measures(field, content);
  programme.members_counter = content.counters.add(id + ".members");
  programme.by_rules_counter = content.counters.add(id + ".by-rules");
  programme.controlled_counter = content.counters.add(id + ".controlled");
  return programme;
}

ContractContent read_contract(const Field& field) {
  ContractContent contract;
  contract.type =
      make_concept(programme_system, field.at("id").text(), field.at("text").localized());
  contract.share = field.at("share").by_age(0, 1);
  contract.key_group = field.at("key_group").share();
  contract.team = field.at("team").integer(1, 100000);
  contract.renewal_gap = field.at("renewal_gap").integer(0, 180);
  contract.hospital_factor = field.at("hospital_factor").number(0, 1);
  return contract;
}

}  // namespace

void read_programmes(const Field& root, const Systems& systems, Content& content) {
  for (const Field& field : root.at("programmes").items())
    content.programmes.push_back(read_programme(field, systems, content));
  const Field examination = root.at("examination");
  content.examination.visit = read_visit_type(examination.at("visit"), content);
  content.examination.reason = read_concept(examination.at("reason"), systems.diagnosis);
  examination.at("months").weights(content.examination.months);
  content.examination.measures = read_measures(examination, content);
  content.examination.procedure = read_procedure(examination, systems.procedure);
  content.contract = read_contract(root.at("contract"));
}

void read_maternity(const Field& root, const Systems& systems, Content& content) {
  MaternityContent& to = content.maternity;
  to.type = make_concept(programme_system, root.at("id").text(), root.at("text").localized());
  const auto visit = [&](const char* key, Concept& type, Concept& reason) {
    const Field field = root.at(key);
    type = read_visit_type(field.at("visit"), content);
    reason = read_concept(field.at("reason"), systems.diagnosis);
    return field;
  };
  const Field antenatal = visit("antenatal", to.antenatal, to.antenatal_reason);
  to.early = antenatal.at("early").share();
  to.early_week = antenatal.at("early_week").normal(2, 13);
  to.late_weeks = antenatal.at("late_weeks").number(0, 30);
  for (const Field& week : antenatal.at("weeks").items()) to.weeks.push_back(week.integer(1, 42));
  to.kept = antenatal.at("kept").share();
  to.antenatal_measures = read_shares(antenatal, "measures", content.measures);
  const Field delivery = visit("delivery", to.delivery, to.spontaneous);
  to.caesarean = read_concept(delivery.at("caesarean"), systems.diagnosis);
  to.caesarean_share = delivery.at("caesarean").at("share").share();
  to.caesarean_stay = delivery.at("caesarean").at("stay").integer(1, 30);
  to.stay = delivery.at("stay").integer(1, 30);
  to.procedure = read_concept(delivery.at("procedure"), systems.procedure);
  for (const Field& kind : delivery.at("hospitals").items()) {
    to.hospitals.push_back(kind.text());
    index_of(content.district.institutions, to.hospitals.back(), kind);
  }
  to.gestation = delivery.at("gestation").normal(140, 310);
  to.twins_earlier = delivery.at("twins_earlier").number(0, 100);
  const Field postnatal = visit("postnatal", to.postnatal, to.postnatal_reason);
  to.visited = postnatal.at("visited").share();
  const Field check = visit("check", to.check, to.check_reason);
  to.checked = check.at("checked").share();
  const Field newborn = visit("newborn", to.newborn, to.newborn_reason);
  to.newborn_measures = read_shares(newborn, "measures", content.measures);
  const Field weight = newborn.at("birth_weight");
  to.birth_weight = index_of(content.measures, weight.at("measure").text(), weight.at("measure"));
  to.weight = weight.normal(0, 10000);
  to.weight_per_day = weight.at("per_day").number(0, 200);
  to.fertility = root.at("fertility").by_age(0, 1);
}

}  // namespace hb::simulate
