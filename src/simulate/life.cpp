#include "simulate/life.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "simulate/life_state.hpp"
#include "simulate/names.hpp"
#include "simulate/schools.hpp"

namespace hb::simulate {

Calendar::Calendar(const Content& content, const Window& window) {
  const Date end{window.last.days + 1};
  for (int year = window.years; year > 0; --year) starts_.push_back(years_before(end, year));
  starts_.push_back(end);
  for (int age = 0; age <= oldest; ++age)
    for (const Sex sex : {Sex::male, Sex::female}) {
      std::vector<float> cumulative;
      float sum = 0;
      for (const Cause& cause : content.causes)
        cumulative.push_back(sum += static_cast<float>(cause.per_year.at(sex, age)));
      causes_.push_back(std::move(cumulative));
    }
  for (const Cause& cause : content.causes)
    for (const auto* weekdays : {&content.community_weekdays, &content.hospital_weekdays})
      for (int year = 0; year < years(); ++year) {
        std::vector<float> cumulative;
        float sum = 0;
        for (Date day = start(year); day < start(year + 1); ++day.days) {
          const auto month = static_cast<std::size_t>(civil(day).month - 1);
          const auto weekday =
              static_cast<std::size_t>(((day.days + 3) % 7 + 7) % 7);  // 1970-01-01: Thursday
          sum += static_cast<float>(cause.months[month] * (*weekdays)[weekday]);
          cumulative.push_back(sum);
        }
        days_.push_back(std::move(cumulative));
      }
}

Date Calendar::day(std::size_t cause, bool hospital, int year, Random& random) const {
  const std::size_t index = (cause * 2 + (hospital ? 1 : 0)) * static_cast<std::size_t>(years()) +
                            static_cast<std::size_t>(year);
  return {start(year).days + static_cast<int>(random.pick(std::span<const float>(days_[index])))};
}

Simulator::Simulator(const Content& content, const District& district, const Population& population,
                     const Outbreaks& outbreaks, const Window& window, std::uint64_t seed,
                     DirtLevel dirt)
    : content_(content),
      district_(district),
      population_(population),
      outbreaks_(outbreaks),
      window_(window),
      seed_(seed),
      calendar_(content, window),
      dirt_(content, district, dirt, seed, window.last) {
  for (std::size_t i = 0; i < district.institutions.size(); ++i) {
    const InstitutionKind& kind = content.district.institutions[district.institutions[i].kind];
    for (const std::string& id : content.maternity.hospitals)
      if (kind.id == id) obstetric_.add(i, kind.weight);
  }
  double sum = 0;
  for (int day = 0; day < 365; ++day)
    examination_days_.push_back(sum += content.examination.months[static_cast<std::size_t>(
                                    civil({calendar_.start(0).days + day}).month - 1)]);
  after_illness_.assign(content.causes.size(), no_counter);
  for (std::size_t i = 0; i < content.programmes.size(); ++i)
    for (std::size_t cause = 0; cause < content.causes.size(); ++cause)
      if (content.programmes[i].illness == content.causes[cause].id) after_illness_[cause] = i;
}

Simulator::Home Simulator::make_home(std::size_t index) const {
  Home home{population_.households[index], index, Random(seed_, stream::household, index)};
  home.surname = pick_surname(content_.population, home.random);
  home.community = home.household.community;
  home.former = home.household.former;
  home.moved = home.household.moved;
  home.address = address(home, home.community, home.random);
  if (home.former != home.community) home.former_address = address(home, home.former, home.random);
  return home;
}

std::string Simulator::address(const Home&, std::size_t community, Random& random) const {
  const Community& place = district_.communities[community];
  const auto& roads = content_.district.roads;
  return fmt::format("{}{}{}{}{}号{}幢{}{:02}室", content_.district.name.zh,
                     content_.district.streets[place.street].name.zh, place.name.zh,
                     roads[(community * 7 + random.below(3)) % roads.size()], 1 + random.below(280),
                     1 + random.below(24), 1 + random.below(17), 1 + random.below(4));
}

void Simulator::household(std::size_t index, Batch& batch) const {
  const Home home = make_home(index);
  for (std::size_t position = 0; position < home.household.size; ++position)
    person(home, position, batch);
}

void Simulator::person(const Home& home, std::size_t position, Batch& batch) const {
  const std::uint32_t number = home.household.first + static_cast<std::uint32_t>(position);
  const Mark mark = mark_of(batch);
  const Person& who = population_.people[number];
  Life life{who, home, Random(seed_, stream::life, number), PersonWriter(batch, number + 1),
            number};
  life.position = position;
  const Stay stay = stay_of(who, home.household, window_);
  life.from = stay.from;
  life.to = stay.to;
  life.left = stay.left;
  const double spread = content_.population.care_spread;
  life.care = portable_exp(spread * life.random.normal() - spread * spread / 2);  // mean 1
  life.examined.resize(static_cast<std::size_t>(calendar_.years()));
  if (who.died) {
    Random random(seed_, stream::death_cause, number);
    const int age = age_in_years(who.birth, who.death);
    std::vector<double> cumulative;
    double sum = 0;
    for (const DeathCause& cause : content_.population.deaths.causes)
      cumulative.push_back(sum += cause.shares.at(who.sex, age));
    life.cause_of_death = random.pick(cumulative);
  }
  write_patient(home, life, stay, batch);
  plan_deliveries(life);
  plan_newborn(life);
  plan_programmes(life);
  plan_contracts(life);
  plan_care(life);
  vaccinate(life);
  write_visits(life);
  if (who.died && !life.left) write_death(life);
  write_outbreak_cases(life);
  count_person(life);
  dirt_.soil(number, life.duplicated, mark, batch);
}

MotherFacts Simulator::identity(const Home& home, std::size_t position) const {
  const std::uint32_t number = home.household.first + static_cast<std::uint32_t>(position);
  const Person& who = population_.people[number];
  MotherFacts facts{home.surname, "", "", who.birth};
  if (who.family != 0) {
    Random other(seed_, stream::family + who.family, home.index);
    facts.family = pick_surname(content_.population, other);
  }
  Random random(seed_, stream::name, number);
  facts.given = pick_given(content_.population, random, civil(who.birth).year, who.sex);
  facts.identity_number =
      identity_number(content_.district.origins[who.origin].first, who.birth, who.sequence);
  return facts;
}

void Simulator::write_patient(const Home& home, Life& life, const Stay& stay, Batch& batch) const {
  const Person& who = life.who;
  PatientFacts facts{&who};
  MotherFacts named = identity(home, life.position);
  facts.family = std::move(named.family);
  facts.given = std::move(named.given);
  facts.identity_number = std::move(named.identity_number);
  const std::string& origin = content_.district.origins[who.origin].first;
  facts.record_number = fmt::format("{}{:05}", district_.communities[home.community].code,
                                    home.household.record + life.position);
  facts.telephone = fmt::format("000{:08}", life.number + 1);
  if (stay.arrived) facts.arrived = stay.from;
  facts.registered_area =
      origin == content_.district.code ? district_.communities[home.former].code : origin;
  life.registered_area = facts.registered_area;
  facts.managing = &district_.institutions[district_.managing[home.community]];
  const int age = age_in_years(who.birth, life.to);
  facts.partner_stated = who.partner && age >= 20;
  facts.single_stated =
      !who.partner && age >= 22 && age < 45;  // later: widowed or divorced, unknown
  dirt_.blur(facts, life.number, batch);
  write_versions(home, life, facts, batch);
  write_class(life, batch);
}

/// A record begins with the first day in the district, and is delivered again on the day of a move,
/// of leaving and of death.
void Simulator::write_versions(const Home& home, Life& life, PatientFacts& facts,
                               Batch& batch) const {
  const auto truth = [&](std::string_view kind, Date day, std::string_view from,
                         std::string_view to, bool recorded = true) {
    batch.row(Truth::moves)
        .put('p', Padded{life.number + 1u, 7}, ',', kind, ',', day, ',', from, ',', to,
             recorded ? ",yes\n" : ",no\n");
  };
  const bool moved =
      home.former != home.community && home.moved > life.from && home.moved <= life.to;
  const std::size_t first = moved ? home.former : home.community;
  facts.area = district_.communities[first].code;
  facts.address = moved ? home.former_address : home.address;
  life.writer.patient(facts);
  life.duplicated = dirt_.duplicate(facts, life.number, batch);
  if (facts.arrived) truth("arrival", *facts.arrived, "", facts.area);
  if (moved && dirt_.forgets_move(life.number)) {
    truth("move", home.moved, facts.area, district_.communities[home.community].code, false);
  } else if (moved) {
    facts.former_area = std::move(facts.area);
    facts.former_address = std::move(facts.address);
    facts.area = district_.communities[home.community].code;
    facts.address = home.address;
    facts.moved = home.moved;
    facts.next_version(home.moved);
    life.writer.patient(facts);
    truth("move", home.moved, facts.former_area, facts.area);
  }
  if (life.who.died && !life.left) {
    facts.deceased = true;
    facts.next_version(life.to);
    life.writer.patient(facts);
  }
  if (life.left) {
    facts.left = Date{life.to.days + 1};
    facts.next_version(*facts.left);
    life.writer.patient(facts);
    truth("departure", *facts.left, facts.area, "");
  }
}

/// Class lists as of the last day.
void Simulator::write_class(const Life& life, Batch& batch) const {
  const auto schooling =
      school_of(content_, district_, population_, seed_, life.number, window_.last);
  if (!schooling) return;
  batch.row(Truth::classes)
      .put('p', Padded{life.number + 1u, 7}, ',', district_.institutions[schooling->institution].id,
           ',', class_name(content_, district_, *schooling), '\n');
}

void Simulator::plan_care(Life& life) const {
  const int age_first = age_in_years(life.who.birth, window_.first);
  for (int year = 0; year < calendar_.years(); ++year) {
    if (calendar_.start(year) > life.to || calendar_.start(year + 1) <= life.from) continue;
    const int age = std::max(0, age_first + year);
    const int visits = life.random.poisson(calendar_.visits(life.who.sex, age) * life.care);
    for (int n = 0; n < visits; ++n)
      plan_illness(life, calendar_.cause(life.who.sex, age, life.random), year);
  }
}

void Simulator::plan_illness(Life& life, std::size_t index, int year) const {
  const Cause& cause = content_.causes[index];
  double away = 1 - cause.community;
  if (contracted(life, {calendar_.start(year).days + 182}))
    away *= content_.contract.hospital_factor;
  const bool hospital = life.random.chance(away);
  const Date day = calendar_.day(index, hospital, year, life.random);
  if (day < life.from || day > life.to) return;
  Visit visit{day, hospital ? Visit::Kind::hospital : Visit::Kind::community,
              static_cast<std::uint16_t>(index)};
  const Date later{
      day.days + 1 +
      static_cast<int>(life.random.below(static_cast<std::uint32_t>(content_.referral.days)))};
  if (!hospital && life.random.chance(content_.referral.up) && later <= life.to) {
    visit.mark = Visit::Mark::refers;
    life.visits.push_back({later, Visit::Kind::hospital, visit.what, Visit::Mark::referred});
  }
  life.visits.push_back(visit);
  if (hospital) plan_after_illness(life, index, day);
}

void Simulator::write_visits(Life& life) const {
  const auto earlier = [](const Visit& a, const Visit& b) { return a.day < b.day; };
  std::stable_sort(life.visits.begin(), life.visits.end(), earlier);
  for (std::size_t i = 0; i < life.visits.size(); ++i) {  // writing one may plan a later one
    const Visit visit = life.visits[i];
    switch (visit.kind) {
      case Visit::Kind::community:
      case Visit::Kind::hospital:
        write_care(life, visit);
        break;
      case Visit::Kind::programme:
        write_programme_visit(life, visit);
        break;
      case Visit::Kind::examination:
        write_examination(life, visit.day);
        break;
      default:
        write_maternity_visit(life, visit);
    }
  }
}

std::size_t Simulator::community_on(const Life& life, Date day) const {
  return simulate::community_on(life.home.household, day);
}

VisitFacts Simulator::visit_at(Life& life, std::size_t institution, Date day, const Concept& reason,
                               VisitKind kind) const {
  const Institution& at = district_.institutions[institution];
  const bool community =
      content_.district.institutions[at.kind].level == InstitutionKind::Level::community;
  const bool office_hours = community || kind == VisitKind::service || kind == VisitKind::home;
  const auto hour = static_cast<int>(life.random.pick(
      std::span<const double>(office_hours ? content_.community_hours : content_.hospital_hours)));
  const int minute = hour * 60 + static_cast<int>(life.random.below(60));
  const int length = std::min(10 + static_cast<int>(life.random.below(35)), 1439 - minute);
  if (kind == VisitKind::outpatient && !office_hours &&
      (hour >= content_.emergency_from || hour < content_.emergency_until))
    kind = VisitKind::emergency;
  const std::size_t doctor =
      at.first_doctor + life.random.below(static_cast<std::uint32_t>(at.doctors));
  VisitFacts visit{day, minute, length, kind, &at, doctor, &reason};
  visit.community = community;
  const Price& price = community                      ? content_.prices.community
                       : kind == VisitKind::emergency ? content_.prices.emergency
                                                      : content_.prices.hospital;
  visit.fen = static_cast<std::int64_t>(life.random.log_normal(price.mean, price.sigma) * 100);
  return visit;
}

void Simulator::write_stay(Life& life, std::size_t index, VisitFacts& visit) const {
  visit.kind = VisitKind::inpatient;
  const int left = life.to.days - visit.day.days;  // who is there on the last day leaves on it
  const int days = std::min(left, 1 + life.random.poisson(content_.causes[index].days - 1));
  visit.minutes = std::max(visit.minutes, days * 1440 + 600 - visit.minute);
  const Price& price = content_.prices.day;
  visit.fen = static_cast<std::int64_t>(std::max(1, days) *
                                        life.random.log_normal(price.mean, price.sigma) * 100);
  const Date back{
      visit.day.days + days + 2 +
      static_cast<int>(life.random.below(static_cast<std::uint32_t>(content_.referral.days)))};
  if (life.random.chance(content_.referral.back) && back <= life.to) {
    const Visit follow{back, Visit::Kind::community, static_cast<std::uint16_t>(index),
                       Visit::Mark::follows};
    life.visits.insert(std::upper_bound(life.visits.begin(), life.visits.end(), follow,
                                        [](auto& a, auto& b) { return a.day < b.day; }),
                       follow);
  }
}

void Simulator::write_care(Life& life, const Visit& planned) const {
  const Cause& cause = content_.causes[planned.what];
  const bool hospital = planned.kind == Visit::Kind::hospital;
  const std::size_t at = hospital
                             ? district_.hospitals.pick(life.random)
                             : district_.primary[community_on(life, planned.day)].pick(life.random);
  VisitFacts visit = visit_at(life, at, planned.day, cause.diagnosis, VisitKind::outpatient);
  const bool first = planned.mark == Visit::Mark::none || planned.mark == Visit::Mark::refers;
  if (hospital && life.random.chance(cause.inpatient))
    write_stay(life, planned.what, visit);
  else if (hospital && first && life.random.chance(cause.fever_clinic))
    visit.type = &content_.fever_clinic;
  if (planned.mark == Visit::Mark::referred && life.referral_cause == planned.what)
    visit.request = std::move(life.referral);
  if (visit.kind != VisitKind::inpatient && contracted(life, planned.day))
    life.writer.tally().add(hospital ? counter::contracted_hospital
                                     : counter::contracted_community);
  const std::string encounter = life.writer.encounter(visit);
  life.writer.condition(visit, encounter, false);
  for (const Share& share : cause.measures)
    if (life.random.chance(share.chance)) measure(life, visit, encounter, share.index, nullptr, 0);
  for (const Share& share : cause.drugs)
    if (life.random.chance(share.chance))
      life.writer.prescription(visit, encounter, content_.drugs[share.index]);
  if (cause.procedure && life.random.chance(cause.procedure->share))
    life.writer.procedure(visit, encounter, cause.procedure->what);
  if (planned.mark == Visit::Mark::refers) {
    life.referral = life.writer.referral(visit, encounter);
    life.referral_cause = planned.what;
  }
  if (first && cause.card && life.random.chance(cause.card->reported))
    write_card(life, *cause.card, visit);
}

namespace {
double typical(const Component& component, double age) {
  const auto& curve = component.by_age;
  if (age <= curve.front().first) return curve.front().second;
  for (std::size_t i = 1; i < curve.size(); ++i)
    if (age < curve[i].first) {
      const double part = (age - curve[i - 1].first) / (curve[i].first - curve[i - 1].first);
      return curve[i - 1].second + part * (curve[i].second - curve[i - 1].second);
    }
  return curve.back().second;
}
}  // namespace

bool Simulator::measure(Life& life, const VisitFacts& visit, const std::string& encounter,
                        std::size_t index, const ProgrammeMeasure* programme,
                        double managed_years) const {
  const Measure& measure = content_.measures[index];
  const std::vector<double>* target = nullptr;
  if (programme)
    for (const auto& [age, limits] : programme->target)
      if (age_in_years(life.who.birth, visit.day) >= age) target = &limits;
  bool at_target = true;
  std::vector<double> values;
  for (std::size_t i = 0; i < measure.components.size(); ++i) {
    const Component& component = measure.components[i];
    // What a person tends to is theirs for life: drawn anew from the same sequence each time.
    const double tendency = Random(seed_, stream::tendency + index * 16 + i, life.number).normal();
    double shift = programme ? programme->shift[i] : 0;
    for (const Membership& membership :
         life.memberships)  // a condition shows wherever one is measured
      for (const ProgrammeMeasure& other : content_.programmes[membership.programme].measures)
        if (other.measure == index) shift = std::max(shift, other.shift[i]);
    if (programme) shift += programme->trend[i] * managed_years;
    double value = component.mean + shift + component.between * tendency;
    if (!component.by_age.empty()) {
      const double age = (visit.day.days - life.who.birth.days) / 365.25;
      value = typical(component, age) * (1 + value);
    }
    value += component.within * life.random.normal();
    values.push_back(std::clamp(value, component.least, component.most));
    if (target && values.back() >= (*target)[i]) at_target = false;
  }
  life.writer.observation(visit, encounter, measure, values);
  return at_target;
}

void Simulator::write_death(Life& life) const {
  const DeathCause& cause = content_.population.deaths.causes[life.cause_of_death];
  const std::size_t hospital = district_.hospitals.pick(life.random);
  life.writer.death(life.who.death, cause.what, district_.institutions[hospital]);
  Tally& tally = life.writer.tally();
  const int age = age_in_years(life.who.birth, life.who.death);
  const auto sex = static_cast<std::size_t>(life.who.sex);
  tally.add(counter::deaths);
  tally.add(content_.counters.deaths(sex, life_group(age)));
  if (cause.chronic) tally.add(content_.counters.chronic(sex, life_group(age)));
  if (age < 1) tally.add(counter::infant_deaths);
  if (age < 5) tally.add(counter::under_five_deaths);
  if (cause.maternal) tally.add(counter::maternal_deaths);
}

void Simulator::count_person(Life& life) const {
  Tally& tally = life.writer.tally();
  const auto sex = static_cast<std::size_t>(life.who.sex);
  if (life.to >= life.from) {
    tally.add(counter::resident_days,
              static_cast<std::uint64_t>(life.to.days - life.from.days + 1));
    const Date last_year = std::max(life.from, calendar_.start(calendar_.years() - 1));
    if (life.to >= last_year)
      tally.add(counter::last_year_days,
                static_cast<std::uint64_t>(life.to.days - last_year.days + 1));
    for (Date day = life.from; day <= life.to;) {  // birthday by birthday
      const int age = age_in_years(life.who.birth, day);
      const Date next =
          std::min(months_after(life.who.birth, (age + 1) * 12), Date{life.to.days + 1});
      tally.add(content_.counters.days(sex, life_group(age)),
                static_cast<std::uint64_t>(std::max(1, next.days - day.days)));
      day.days = std::max(next.days, day.days + 1);
    }
  }
  if (life.who.birth == life.from) {
    tally.add(counter::births);
    if (life.who.sex == Sex::male) tally.add(counter::boys_born);
  }
  if (life.to < window_.last || life.who.died) return;
  const int age = age_in_years(life.who.birth, window_.last);
  const auto add = [&](std::size_t which, bool when) {
    if (when) tally.add(which);
  };
  add(counter::residents, true);
  add(counter::men, life.who.sex == Sex::male);
  add(counter::children_0_14, age <= 14);
  add(counter::elders_60, age >= 60);
  add(counter::elders_65, age >= 65);
  add(counter::women_15_49, life.who.sex == Sex::female && age >= 15 && age <= 49);
  add(counter::centenarians, age >= 100);
  add(counter::children_0_6, age <= 6);
  add(counter::children_seen, age <= 6 && life.seen_as_child);
  add(counter::elders_examined, age >= 65 && life.examined.back());
  const bool valid = contracted(life, window_.last), key = in_key_group(life, window_.last);
  add(counter::contracts_valid, valid);
  add(counter::key_group, key);
  add(counter::key_group_contracts, key && valid);
  for (const Membership& membership : life.memberships) {
    const Programme& programme = content_.programmes[membership.programme];
    add(programme.members_counter, true);
    add(programme.by_rules_counter, membership.rules_kept);
    add(programme.controlled_counter, membership.measured && membership.at_target);
  }
}

}  // namespace hb::simulate
