// Regular services: programmes, contracts, vaccinations, and the cards of notifiable diseases.
#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "simulate/life_state.hpp"

namespace hb::simulate {
namespace {

int minutes_of(double hours) { return static_cast<int>(std::floor(hours * 60 + 0.5)); }

/// In [-spread, spread].
int around(Random& random, int spread) {
  return spread > 0
             ? static_cast<int>(random.below(static_cast<std::uint32_t>(2 * spread + 1))) - spread
             : 0;
}

}  // namespace

Date months_after(Date day, int months) {
  const YearMonthDay parts = civil(day);
  const int month = parts.month - 1 + months;
  for (int last = parts.day; last > 28; --last)
    if (const auto date = make_date(parts.year + month / 12, month % 12 + 1, last)) return *date;
  return *make_date(parts.year + month / 12, month % 12 + 1, std::min(parts.day, 28));
}

Date weekday(Date day) {
  const int number = ((day.days + 3) % 7 + 7) % 7;  // Monday 0
  return number == 5 ? Date{day.days - 1} : number == 6 ? Date{day.days + 1} : day;
}

void Simulator::plan_programmes(Life& life) const {
  for (std::size_t i = 0; i < content_.programmes.size(); ++i) {
    if (content_.programmes[i].kind == Programme::Kind::members) plan_members(life, i);
    if (content_.programmes[i].kind == Programme::Kind::ages) plan_by_age(life, i);
  }
}

void Simulator::plan_members(Life& life, std::size_t index) const {
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
  Membership membership{index, enrolled};
  const Institution& managing = district_.institutions[district_.managing[life.home.community]];
  const std::size_t doctor =
      managing.first_doctor + random.below(static_cast<std::uint32_t>(managing.doctors));
  EpisodeFacts episode{&programme.type, enrolled, {}, life.who.died || life.left,
                       &managing,       doctor};
  if (episode.finished) episode.until = life.to;
  life.writer.episode(episode);
  if (!programme.diagnoses.empty()) {
    const double drawn = random.unit() * programme.diagnoses.back().until;
    for (const Diagnosis& diagnosis : programme.diagnoses) {
      membership.diagnosis = &diagnosis.what;
      if (drawn < diagnosis.until) break;
    }
    VisitFacts at{
        enrolled, 9 * 60, 15, VisitKind::service, &managing, doctor, membership.diagnosis};
    life.writer.condition(at, "", true);
  }
  for (int year = 0; year < calendar_.years(); ++year)
    if (calendar_.start(year + 1) > enrolled && calendar_.start(year) <= life.to)
      plan_year(life, membership, year, random);
  life.memberships.push_back(membership);
}

void Simulator::plan_year(Life& life, Membership& membership, int year, Random& random) const {
  const Programme& programme = content_.programmes[membership.programme];
  const Date start = calendar_.start(year), first = std::max(life.from, membership.enrolled);
  const bool last_year = year + 1 == calendar_.years();
  const bool rules = random.chance(programme.by_rules);
  int wanted = programme.per_year, made = 0;
  if (!rules && wanted > 0)
    wanted = static_cast<int>(random.pick(std::span<const double>(programme.fewer)));
  for (int slot = 0; slot < programme.per_year; ++slot) {
    const int length = (calendar_.start(year + 1).days - start.days) / programme.per_year;
    const Date day =
        weekday({start.days + slot * length + length / 2 + around(random, programme.spread)});
    const auto left = static_cast<std::uint32_t>(programme.per_year - slot);
    const bool kept = random.below(left) < static_cast<std::uint32_t>(wanted);
    if (kept) --wanted;
    if (kept && day >= first && day <= life.to) {
      life.visits.push_back(
          {day, Visit::Kind::programme, static_cast<std::uint16_t>(membership.programme)});
      ++made;
    }
    // The last visit that was due did not take place: somebody has to ask why.
    if (!kept && last_year && left == 1 && day >= first && day <= life.to && !life.who.died &&
        !life.left)
      life.writer.task({"follow-up-overdue", "随访逾期", "",
                        Date{std::min(day.days + 14, window_.last.days)},
                        Date{window_.last.days + 14},
                        district_.institutions[district_.managing[life.home.community]].id});
  }
  const auto index = static_cast<std::size_t>(year);
  if (!life.examined[index] &&
      random.chance(rules ? programme.examined : programme.examined_others)) {
    Date day = weekday({start.days + static_cast<int>(random.pick(examination_days_))});
    if (day < start) day.days += 3;  // the Friday before the year began
    if (day >= first && day <= life.to) {
      life.visits.push_back({day, Visit::Kind::examination});
      life.examined[index] = true;
    }
  }
  if (!last_year) return;
  membership.last_year = made;
  membership.rules_kept = made >= programme.per_year && life.examined[index];
}

void Simulator::plan_by_age(Life& life, std::size_t index) const {
  const Programme& programme = content_.programmes[index];
  const Date end = months_after(life.who.birth, programme.until_age * 12);
  const Date enrolled{life.who.birth.days + 4 + static_cast<int>(life.number % 6)};
  if (end <= life.from || enrolled > life.to) return;
  Random random(seed_, stream::programme + index, life.number);
  if (!random.chance(programme.enrolled)) return;
  const Institution& managing = district_.institutions[district_.managing[life.home.community]];
  EpisodeFacts episode{
      &programme.type,
      enrolled,
      {},
      end <= life.to || life.who.died || life.left,
      &managing,
      managing.first_doctor + random.below(static_cast<std::uint32_t>(managing.doctors))};
  if (episode.finished) episode.until = std::min(end, life.to);
  life.writer.episode(episode);
  if (end > life.to) life.memberships.push_back({index, enrolled});
  const Date last_year = calendar_.start(calendar_.years() - 1);
  for (const int months : programme.ages_in_months) {
    const Date due = months_after(life.who.birth, months);
    if (due.days < window_.first.days - programme.spread * 6) continue;
    if (due > life.to) break;  // ages rise
    const double late = std::fabs(random.normal()) * programme.spread;
    const Date day = weekday({due.days + static_cast<int>(late)});
    if (!random.chance(programme.kept) || day < life.from || day > life.to) continue;
    life.visits.push_back({day, Visit::Kind::programme, static_cast<std::uint16_t>(index)});
    if (day >= last_year) life.seen_as_child = true;
  }
}

void Simulator::plan_after_illness(Life& life, std::size_t cause, Date day) const {
  const std::size_t index = after_illness_[cause];
  if (index == no_counter) return;
  for (const Membership& membership : life.memberships)
    if (membership.programme == index) return;
  const Programme& programme = content_.programmes[index];
  const Date enrolled = weekday({day.days + 4});
  if (!life.random.chance(programme.enrolled) || enrolled > life.to) return;
  const Date until{enrolled.days + programme.lasts};
  life.memberships.push_back({index, enrolled, until});
  const Institution& managing = district_.institutions[district_.managing[life.home.community]];
  EpisodeFacts episode{
      &programme.type,
      enrolled,
      {},
      until <= life.to || life.who.died || life.left,
      &managing,
      managing.first_doctor + life.random.below(static_cast<std::uint32_t>(managing.doctors))};
  if (episode.finished) episode.until = std::min(until, life.to);
  life.writer.episode(episode);
  for (Date due = enrolled; due < until; due.days += programme.interval) {
    const Date visit = weekday({due.days + around(life.random, programme.spread)});
    if (life.random.chance(programme.kept) && visit > day && visit <= life.to)
      life.visits.push_back({visit, Visit::Kind::programme, static_cast<std::uint16_t>(index)});
  }
}

bool Simulator::in_key_group(const Life& life, Date day) const {
  const int age = age_in_years(life.who.birth, day);
  if (age <= 6 || age >= 65) return true;
  for (const Membership& membership : life.memberships)
    if (membership.enrolled <= day && (membership.until == Date{} || membership.until >= day))
      return true;
  for (const Delivery& delivery : life.deliveries)
    if (delivery.registered <= day && day <= delivery.day) return true;
  return false;
}

bool Simulator::contracted(const Life& life, Date day) const {
  for (const Date signed_on : life.contracts)
    if (signed_on <= day && day.days < signed_on.days + 365) return true;
  return false;
}

void Simulator::plan_contracts(Life& life) const {
  const ContractContent& contract = content_.contract;
  Random random(seed_, stream::contract, life.number);
  const double inclined = random.unit();  // the same person signs again
  const auto anniversary = static_cast<int>(random.below(365));
  const Institution& managing = district_.institutions[district_.managing[life.home.community]];
  const auto teams = static_cast<std::uint32_t>(
      std::clamp<std::size_t>(population_.living / static_cast<std::size_t>(contract.team) /
                                  content_.district.streets.size(),
                              1, managing.doctors));
  const std::size_t doctor = managing.first_doctor + random.below(teams);
  Date free{life.who.birth.days + 28};  // no second contract while one runs
  for (int year = -1; year < calendar_.years(); ++year) {
    const Date start = year < 0 ? years_before(calendar_.start(0), 1) : calendar_.start(year);
    const int gap =
        static_cast<int>(random.below(static_cast<std::uint32_t>(contract.renewal_gap + 1)));
    const Date day = std::max(free, Date{start.days + anniversary + gap});
    if (day > life.to) return;
    if (day.days + 364 < life.from.days) continue;
    if (life.from > window_.first && day < life.from) continue;
    const double share = in_key_group(life, day)
                             ? contract.key_group
                             : contract.share.at(life.who.sex, age_in_years(life.who.birth, day));
    if (inclined >= share) continue;
    life.contracts.push_back(day);
    free = {day.days + 365};
    Date end{day.days + 364};
    if (life.who.died || life.left) end = std::min(end, life.to);
    life.writer.episode({&contract.type, day, end, end <= window_.last, &managing, doctor});
  }
}

void Simulator::write_programme_visit(Life& life, const Visit& planned) const {
  const Programme& programme = content_.programmes[planned.what];
  Membership* member = nullptr;
  for (Membership& membership : life.memberships)
    if (membership.programme == planned.what) member = &membership;
  const Concept& reason = member && member->diagnosis ? *member->diagnosis : programme.reason;
  VisitFacts visit = visit_at(life, district_.managing[community_on(life, planned.day)],
                              planned.day, reason, VisitKind::service);
  visit.type = &programme.visit;
  if (!programme.priced) visit.fen = -1;
  const std::string encounter = life.writer.encounter(visit);
  const double managed = member ? (planned.day.days - member->enrolled.days) / 365.25 : 0;
  for (const ProgrammeMeasure& measured : programme.measures) {
    if (!life.random.chance(measured.share)) continue;
    const bool at_target = measure(life, visit, encounter, measured.measure, &measured, managed);
    if (measured.target.empty() || !member) continue;
    if (planned.day >= calendar_.start(calendar_.years() - 1)) {
      member->measured = true;
      member->at_target = at_target;
    }
    const Date again = weekday({planned.day.days + programme.recheck_days});
    if (at_target || planned.mark == Visit::Mark::follows || again > life.to ||
        !life.random.chance(programme.recheck))
      continue;
    const Visit follow{again, Visit::Kind::programme, planned.what, Visit::Mark::follows};
    life.visits.insert(std::upper_bound(life.visits.begin(), life.visits.end(), follow,
                                        [](auto& a, auto& b) { return a.day < b.day; }),
                       follow);
  }
  for (const Share& share : programme.drugs) {
    // Who takes a drug keeps taking it.
    if (Random(seed_, stream::drug + share.index, life.number).chance(share.chance))
      life.writer.prescription(visit, encounter, content_.drugs[share.index]);
  }
  if (programme.procedure && life.random.chance(programme.procedure->share))
    life.writer.procedure(visit, encounter, programme.procedure->what);
}

void Simulator::write_examination(Life& life, Date day) const {
  const Examination& examination = content_.examination;
  VisitFacts visit = visit_at(life, district_.managing[community_on(life, day)], day,
                              examination.reason, VisitKind::service);
  visit.type = &examination.visit;
  visit.fen = -1;
  const std::string encounter = life.writer.encounter(visit);
  for (const ProgrammeMeasure& measured : examination.measures)
    if (life.random.chance(measured.share))
      measure(life, visit, encounter, measured.measure, &measured, 0);
  if (examination.procedure && life.random.chance(examination.procedure->share))
    life.writer.procedure(visit, encounter, examination.procedure->what);
}

void Simulator::vaccinate(Life& life) const {
  const VaccineContent& vaccines = content_.vaccines;
  const int age_first = age_in_years(life.who.birth, window_.first);
  const bool history = age_first < vaccines.history_until_age;
  const int oldest_due = 12 * (age_in_years(life.who.birth, life.to) + 1);
  struct Given {
    Date day;
    const Dose* dose;
    std::uint32_t lot;
  };
  std::vector<Given> list;
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
    const bool given = life.random.chance(vaccines.coverage) && day <= life.to;
    if (due >= life.from) {
      life.writer.tally().add(counter::doses_due);
      if (given) life.writer.tally().add(counter::doses);
    }
    if (!given || (!history && day < window_.first)) continue;
    list.push_back({day, &dose, lot});
  }
  std::stable_sort(list.begin(), list.end(), [](auto& a, auto& b) { return a.day < b.day; });
  std::string encounter;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Given& given = list[i];
    const std::size_t at = district_.managing[community_on(life, given.day)];
    if (i == 0 || list[i - 1].day != given.day) {  // one visit for all doses of the day
      encounter.clear();
      if (given.day >= life.from && given.day > life.who.birth) {
        VisitFacts visit =
            visit_at(life, at, given.day, content_.vaccination_reason, VisitKind::service);
        visit.type = &content_.vaccination;
        visit.fen = -1;
        encounter = life.writer.encounter(visit);
      }
    }
    life.writer.immunization(given.day, encounter, *given.dose, district_.institutions[at],
                             given.lot);
    if (given.day >= life.from) life.writer.tally().add(given.dose->vaccine.counter);
  }
}

/// Group of people, school and class; `facts.school` may already name where a grown-up works.
void Simulator::set_card_group(Life& life, Date day, std::optional<Schooling> schooling,
                               CardFacts& facts) const {
  const std::vector<CardGroup>& groups = content_.cards.groups;
  if (schooling) {
    const Institution& school = district_.institutions[schooling->institution];
    for (const CardGroup& group : groups)
      if (std::find(group.taught.begin(), group.taught.end(), school.kind) != group.taught.end())
        facts.group = group.code;
    facts.school = school.name.zh;
    facts.school_class = class_name(content_, district_, *schooling);
    return;
  }
  const int age = age_in_years(life.who.birth, day);
  std::vector<double> cumulative;
  double sum = 0;
  for (const CardGroup& group : groups) {
    const bool fits =
        age >= group.from && age <= group.until && (facts.school.empty() || group.school.empty());
    cumulative.push_back(sum += fits ? group.share : 0);
  }
  const CardGroup& group = groups[life.random.pick(std::span<const double>(cumulative))];
  facts.group = group.code;
  if (group.school.empty()) return;
  facts.school = group.school;
  facts.school_class =
      group.classes[life.random.below(static_cast<std::uint32_t>(group.classes.size()))];
}

void Simulator::write_card(Life& life, const CardContent& card, const VisitFacts& visit) const {
  const CardRules& rules = content_.cards;
  Random& random = life.random;
  CardFacts facts{&card, visit};
  facts.case_class = random.chance(card.confirmed) ? "confirmed" : "clinical";
  facts.onset = {visit.day.days -
                 static_cast<int>(std::min(random.exponential(card.onset_days), 180.0))};
  facts.onset = std::max(facts.onset, life.who.birth);
  facts.area = district_.communities[community_on(life, visit.day)].code;
  facts.registered_area = life.registered_area;
  set_card_group(life, visit.day,
                 school_of(content_, district_, population_, seed_, life.number, visit.day), facts);
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
