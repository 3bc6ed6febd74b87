// What the case of an outbreak leaves in the person's own records: visit, test, card.
#include <algorithm>

#include "simulate/life_state.hpp"
#include "simulate/outbreaks.hpp"
#include "simulate/schools.hpp"

namespace hb::simulate {

/// Comes last in a life and from random numbers of its own: the rest of the life stays the same
/// whatever breaks out.
void Simulator::write_outbreak_cases(Life& life) const {
  const auto cases = outbreaks_.plan.of(life.number);
  if (cases.empty()) return;
  const Random ordinary = life.random;
  for (const PlannedCase& fallen : cases) {
    if (fallen.visit_minute == no_minute) continue;
    life.random = Random(seed_, stream::outbreak_case,
                         (static_cast<std::uint64_t>(life.number) << 24) | fallen.outbreak);
    write_outbreak_case(life, fallen);
  }
  life.random = ordinary;
}

void Simulator::write_outbreak_case(Life& life, const PlannedCase& fallen) const {
  const PlannedOutbreak& outbreak = outbreaks_.plan.outbreaks[fallen.outbreak];
  const DiseaseContent& disease = outbreaks_.diseases[outbreak.content];
  const std::size_t community = community_on(life, fallen.visit_day);
  std::size_t at = fallen.community ? district_.primary[community].pick(life.random)
                                    : district_.hospitals.pick(life.random);
  if (outbreaks_.catalogue[outbreak.content].setting == Setting::hospital &&
      outbreak.place != no_place)
    at = outbreak.place;
  VisitFacts visit = visit_at(life, at, fallen.visit_day, disease.diagnosis, VisitKind::outpatient);
  at_minute(life, visit, fallen.visit_minute);
  if (!visit.community && life.random.chance(disease.fever_clinic))
    visit.type = &content_.fever_clinic;
  const std::string encounter = life.writer.encounter(visit);
  life.writer.condition(visit, encounter, false);
  for (const Share& share : disease.measures)
    if (life.random.chance(share.chance)) measure(life, visit, encounter, share.index, nullptr, 0);
  const bool tested = life.random.chance(disease.tested);
  const bool positive = tested && life.random.chance(disease.positive);
  if (tested) life.writer.finding(visit, encounter, disease.test, positive);
  for (const Share& share : disease.drugs)
    if (life.random.chance(share.chance))
      life.writer.prescription(visit, encounter, content_.drugs[share.index]);
  if (fallen.reported) write_outbreak_card(life, fallen, visit, positive);
}

/// The visit begins at a given minute; its kind and price follow.
void Simulator::at_minute(Life& life, VisitFacts& visit, int minute) const {
  visit.minute = minute;
  visit.minutes = std::min(visit.minutes, 1439 - minute);
  if (visit.community) return;
  const int hour = minute / 60;
  const bool emergency = hour >= content_.emergency_from || hour < content_.emergency_until;
  visit.kind = emergency ? VisitKind::emergency : VisitKind::outpatient;
  const Price& price = emergency ? content_.prices.emergency : content_.prices.hospital;
  visit.fen = static_cast<std::int64_t>(life.random.log_normal(price.mean, price.sigma) * 100);
}

void Simulator::write_outbreak_card(Life& life, const PlannedCase& fallen, const VisitFacts& visit,
                                    bool confirmed) const {
  const CardRules& rules = content_.cards;
  const PlannedOutbreak& outbreak = outbreaks_.plan.outbreaks[fallen.outbreak];
  CardFacts facts{&outbreaks_.diseases[outbreak.content].card, visit};
  facts.case_class = confirmed ? "confirmed" : "clinical";
  facts.onset = fallen.onset_day;
  facts.area = district_.communities[community_on(life, visit.day)].code;
  facts.registered_area = life.registered_area;
  facts.school = place_name(outbreaks_, outbreak, content_);
  std::optional<Schooling> schooling;
  if (fallen.school == no_place)
    schooling = school_of(content_, district_, population_, seed_, life.number, visit.day);
  else
    schooling = Schooling{fallen.school, static_cast<std::size_t>(fallen.group / class_numbers),
                          fallen.group % class_numbers};
  set_card_group(life, visit.day, schooling, facts);
  const auto minutes = [&](double mean_hours) {
    return static_cast<int>(life.random.exponential(mean_hours) * 60);
  };
  facts.report_minute = fallen.report_minute();
  facts.hospital_minute = facts.report_minute + 5 + minutes(rules.hospital_review_hours);
  facts.county_minute = facts.hospital_minute + 10 + minutes(rules.county_review_hours);
  const int end = (window_.last.days - visit.day.days + 1) * 1440;  // minutes until the data end
  if (facts.hospital_minute >= end) facts.hospital_minute = facts.county_minute = -1;
  if (facts.county_minute >= end) facts.county_minute = -1;
  facts.status = facts.county_minute < 0             ? "preliminary"
                 : life.random.chance(rules.amended) ? "amended"
                                                     : "final";
  const std::string id = life.writer.card(facts);
  if (facts.county_minute >= 0) return;
  const Institution& owner =
      facts.hospital_minute < 0 ? *visit.at : district_.institutions[district_.review_office];
  life.writer.task({"review-card", "审核传染病报告卡", "Composition/" + id, visit.day,
                    Date{visit.day.days + 1}, owner.id});
}

}  // namespace hb::simulate
