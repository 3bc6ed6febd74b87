// Regular services: programmes, vaccinations, and the cards of notifiable diseases.
#include <algorithm>
#include <cmath>
#include <optional>

#include "simulate/life_state.hpp"

namespace hb::simulate {
namespace {

Date months_after(Date day, int months) {
  const YearMonthDay parts = civil(day);
  const int month = parts.month - 1 + months;
  for (int last = parts.day; last > 28; --last)
    if (const auto date = make_date(parts.year + month / 12, month % 12 + 1, last)) return *date;
  return *make_date(parts.year + month / 12, month % 12 + 1, std::min(parts.day, 28));
}

/// Programme work is done on weekdays.
Date weekday(Date day) {
  const int number = ((day.days + 3) % 7 + 7) % 7;  // Monday 0
  return number == 5 ? Date{day.days - 1} : number == 6 ? Date{day.days + 1} : day;
}

int minutes_of(double hours) { return static_cast<int>(std::floor(hours * 60 + 0.5)); }

}  // namespace

void Simulator::plan_programmes(Life& life) const {
  for (std::size_t i = 0; i < content_.programmes.size(); ++i) {
    if (content_.programmes[i].has_members)
      plan_regular(life, i);
    else
      plan_by_age(life, i);
  }
}

void Simulator::plan_regular(Life& life, std::size_t index) const {
  const Programme& programme = content_.programmes[index];
  const double prevalence =
      programme.prevalence.at(life.who.sex, age_in_years(life.who.birth, life.to));
  Random random(seed_, stream::programme + index, life.number);
  if (!random.chance(prevalence)) return;
  const Date earliest = months_after(life.who.birth, programme.enrolled_from_age * 12);
  const auto before = static_cast<int>(random.unit() * programme.enrolled_within_years * 365.25);
  Date since = std::max(earliest, life.who.birth);
  if (life.home.household.arrived > since) since = life.from;  // enrolled anew by who is here
  const Date enrolled = weekday(std::max(since, Date{life.to.days - before}));
  if (enrolled > life.to) return;
  life.memberships.push_back({index, enrolled});

  const Institution& managing = district_.institutions[district_.managing[life.home.community]];
  const std::size_t doctor =
      managing.first_doctor + random.below(static_cast<std::uint32_t>(managing.doctors));
  life.writer.episode(programme, enrolled, life.who.died || life.left ? &life.to : nullptr,
                      managing, doctor);
  if (programme.diagnosis)
    life.writer.condition(
        {enrolled, 9 * 60, 15, VisitKind::programme, &managing, doctor, &*programme.diagnosis}, "",
        true);

  Date due = enrolled;
  if (due < window_.first)
    due = {window_.first.days +
           static_cast<int>(random.below(static_cast<std::uint32_t>(programme.interval)))};
  std::optional<Date> missed;  // only when the latest due visit was
  while (due <= life.to) {
    const Date day = weekday(due);
    const bool kept = random.chance(programme.kept);
    if (kept && day >= life.from && day <= life.to)
      life.visits.push_back({day, Visit::Kind::programme, static_cast<std::uint16_t>(index)});
    missed = kept ? std::nullopt : std::optional(due);
    const int spread =
        programme.spread > 0
            ? static_cast<int>(random.below(static_cast<std::uint32_t>(2 * programme.spread + 1))) -
                  programme.spread
            : 0;
    due.days += std::max(1, programme.interval + spread);
  }
  if (!missed || life.who.died || life.left) return;
  // The last visit that was due did not take place: somebody has to ask why.
  life.writer.task({"follow-up-overdue", "随访逾期", "",
                    Date{std::min(missed->days + 14, window_.last.days)},
                    Date{window_.last.days + 14}, managing.id});
}

void Simulator::plan_by_age(Life& life, std::size_t index) const {
  const Programme& programme = content_.programmes[index];
  for (const int months : programme.ages_in_months) {
    const Date due = months_after(life.who.birth, months);
    if (due.days < window_.first.days - programme.spread * 6) continue;
    if (due > life.to) return;  // ages rise
    const double late = std::fabs(life.random.normal()) * programme.spread;
    const Date day = weekday({due.days + static_cast<int>(late)});
    if (life.random.chance(programme.kept) && day >= life.from && day <= life.to)
      life.visits.push_back({day, Visit::Kind::programme, static_cast<std::uint16_t>(index)});
  }
}

void Simulator::write_programme_visit(Life& life, std::size_t index, Date day) const {
  const Programme& programme = content_.programmes[index];
  const std::size_t at = district_.managing[community_on(life, day)];
  const VisitFacts visit =
      visit_at(life, district_.institutions[at], day, programme.reason, VisitKind::programme);
  const std::string encounter = life.writer.encounter(visit);
  double managed = 0;
  for (const Membership& membership : life.memberships)
    if (membership.programme == index) managed = (day.days - membership.enrolled.days) / 365.25;
  for (const ProgrammeMeasure& measured : programme.measures)
    if (life.random.chance(measured.share))
      measure(life, visit, encounter, measured.measure, &measured, managed);
  for (const Share& share : programme.drugs) {
    // Who takes a drug keeps taking it.
    if (Random(seed_, stream::drug + share.index, life.number).chance(share.chance))
      life.writer.prescription(visit, encounter, content_.drugs[share.index]);
  }
  if (programme.procedure && life.random.chance(programme.procedure->share))
    life.writer.procedure(visit, encounter, programme.procedure->what);
}

void Simulator::vaccinate(Life& life) const {
  const VaccineContent& vaccines = content_.vaccines;
  const int age_first = age_in_years(life.who.birth, window_.first);
  const bool history = age_first < vaccines.history_until_age;
  const int oldest_due = 12 * (age_in_years(life.who.birth, life.to) + 1);
  for (const Dose& dose : vaccines.doses) {
    if (dose.age_in_months > oldest_due) continue;
    if (!history && !dose.from && dose.age_in_months + 14 < 12 * age_first) continue;
    if (dose.sex && *dose.sex != life.who.sex) continue;
    if (dose.born_from && life.who.birth < *dose.born_from) continue;
    if (dose.born_until && life.who.birth > *dose.born_until) continue;
    Date due = months_after(life.who.birth, dose.age_in_months);
    if (dose.from) due = std::max(due, *dose.from);
    if (due > life.to || (!history && due.days < window_.first.days - 400)) continue;
    const double delay = dose.age_in_months == 0 ? 0 : life.random.exponential(vaccines.delay_days);
    const Date day{due.days + static_cast<int>(std::min(delay, 3650.0))};
    const std::uint32_t lot = 10000 + life.random.below(90000);
    if (!life.random.chance(vaccines.coverage) || day > life.to ||
        (!history && day < window_.first))
      continue;
    const std::size_t at = district_.managing[community_on(life, day)];
    life.writer.immunization(day, dose, district_.institutions[at], lot);
  }
}

void Simulator::write_card(Life& life, const CardContent& card, const VisitFacts& visit) const {
  const CardRules& rules = content_.cards;
  Random& random = life.random;
  const int age = age_in_years(life.who.birth, visit.day);
  std::vector<double> cumulative;
  double sum = 0;
  for (const CardGroup& group : rules.groups)
    cumulative.push_back(sum += age >= group.from && age <= group.until ? group.share : 0);
  const CardGroup& group = rules.groups[random.pick(std::span<const double>(cumulative))];
  const std::size_t community = community_on(life, visit.day);
  const Community& place = district_.communities[community];

  CardFacts facts{&card, visit};
  facts.case_class = random.chance(card.confirmed) ? "confirmed" : "clinical";
  facts.group = group.code;
  facts.onset = {visit.day.days -
                 static_cast<int>(std::min(random.exponential(card.onset_days), 180.0))};
  facts.onset = std::max(facts.onset, life.who.birth);
  facts.area = place.code;
  facts.registered_area = life.registered_area;
  if (!group.school.empty()) {
    const Localized street = stem(content_.district.streets[place.street].name);
    facts.school = fill_in(fill_in(group.school, "{street}", street.zh), "{district}",
                           stem(content_.district.name).zh);
    facts.school_class =
        group.classes[random.below(static_cast<std::uint32_t>(group.classes.size()))];
  }
  const double wait = random.chance(rules.late)
                          ? 24.1 + random.exponential(12)
                          : std::min(23.9, random.exponential(rules.report_hours));
  const int end = (window_.last.days - visit.day.days + 1) * 1440;  // minutes until the data end
  facts.report_minute = visit.minute + std::max(5, minutes_of(wait));
  facts.hospital_minute =
      facts.report_minute + 5 + minutes_of(random.exponential(rules.hospital_review_hours));
  facts.county_minute =
      facts.hospital_minute + 10 + minutes_of(random.exponential(rules.county_review_hours));
  const double fate = random.unit();
  if (facts.report_minute >= end) return;  // not yet reported when the data end
  if (facts.hospital_minute >= end) facts.hospital_minute = facts.county_minute = -1;
  if (facts.county_minute >= end) facts.county_minute = -1;
  const bool reviewed = facts.county_minute >= 0;
  facts.status = !reviewed                              ? "preliminary"
                 : fate < rules.deleted                 ? "entered-in-error"
                 : fate < rules.deleted + rules.amended ? "amended"
                                                        : "final";
  const std::string id = life.writer.card(facts);
  if (reviewed) return;
  const Institution& owner =
      facts.hospital_minute < 0 ? *visit.at : district_.institutions[district_.review_office];
  life.writer.task({"review-card", "审核传染病报告卡", "Composition/" + id, visit.day,
                    Date{visit.day.days + 1}, owner.id});
}

}  // namespace hb::simulate
