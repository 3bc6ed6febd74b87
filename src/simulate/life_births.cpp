// Pregnancy, delivery and the first weeks, as the mother's and the child's lives see them. Both
// draw from the sequence of the child, so that they agree without waiting for one another.
#include <algorithm>
#include <cmath>

#include "simulate/life_state.hpp"

namespace hb::simulate {
namespace {

constexpr int week_13 = 13 * 7;  ///< days; earlier is an early registration
constexpr int pregnancy_days = 280;

}  // namespace

std::optional<std::size_t> Simulator::mother_of(const Household& household,
                                                std::size_t child) const {
  const Person& born = population_.people[household.first + child];
  if (born.role != Role::child) return std::nullopt;
  for (std::size_t i = 0; i < household.size; ++i) {
    const Person& who = population_.people[household.first + i];
    if (who.role == Role::mother && born.birth.days - who.birth.days > 17 * 365) return i;
  }
  return std::nullopt;
}

Delivery Simulator::pregnancy(Date birth, int children, Random& random) const {
  const MaternityContent& content = content_.maternity;
  const Normal& length = content.gestation;
  const double days =
      std::max(length.least, random.normal(length.mean, length.sd, length.least, length.most) -
                                 (children > 1 ? content.twins_earlier : 0));
  Delivery delivery;
  delivery.day = birth;
  delivery.conception = {birth.days - static_cast<int>(days)};
  const Normal& early = content.early_week;
  const double week = random.chance(content.early)
                          ? random.normal(early.mean, early.sd, early.least, early.most)
                          : std::min(13.2 + random.exponential(content.late_weeks), days / 7 - 1);
  delivery.registered = weekday({delivery.conception.days + static_cast<int>(week * 7)});
  delivery.caesarean = random.chance(content.caesarean_share);
  delivery.discharge = {birth.days + (delivery.caesarean ? content.caesarean_stay : content.stay)};
  delivery.visit = random.chance(content.visited);
  delivery.visited = weekday({delivery.discharge.days + 1 + static_cast<int>(random.below(6))});
  delivery.check = random.chance(content.checked);
  delivery.hospital = obstetric_.pick(random);
  return delivery;
}

Delivery Simulator::delivery_of(const Household& household, std::size_t child) const {
  const Date birth = population_.people[household.first + child].birth;
  std::size_t first = child;
  int children = 0;
  for (std::size_t i = household.size; i-- > 0;)
    if (population_.people[household.first + i].birth == birth) {
      first = i;
      ++children;
    }
  Random random(seed_, stream::delivery, household.first + first);
  return pregnancy(birth, children, random);
}

void Simulator::plan_deliveries(Life& life) const {
  const Household& household = life.home.household;
  if (life.who.sex != Sex::female || age_in_years(life.who.birth, life.to) < 15) return;
  for (std::size_t i = 0; i < household.size; ++i) {
    const Date birth = population_.people[household.first + i].birth;
    if (birth < life.from || birth > life.to || mother_of(household, i) != life.position) continue;
    const auto same = [&](const Delivery& other) { return other.day == birth; };
    if (std::none_of(life.deliveries.begin(), life.deliveries.end(), same))  // else a twin
      life.deliveries.push_back(delivery_of(household, i));
  }
  Random random(seed_, stream::pregnancy, life.number);
  if (life.who.died) {
    if (content_.population.deaths.causes[life.cause_of_death].maternal) {
      Delivery lost =
          pregnancy({life.who.death.days + 30 + static_cast<int>(random.below(60))}, 1, random);
      lost.day = life.who.death;
      lost.lost = true;
      life.deliveries.push_back(lost);
    }
  } else {
    const double fertility =
        content_.maternity.fertility.at(Sex::female, age_in_years(life.who.birth, life.to));
    const bool pregnant = random.chance(fertility * pregnancy_days / 365);
    const Delivery due =
        pregnancy({life.to.days + 1 + static_cast<int>(random.below(pregnancy_days))}, 1, random);
    const auto close = [&](const Delivery& other) {
      return other.day.days > due.conception.days - 180;
    };
    if (pregnant && std::none_of(life.deliveries.begin(), life.deliveries.end(), close))
      life.deliveries.push_back(due);
  }
  std::sort(life.deliveries.begin(), life.deliveries.end(),
            [](auto& a, auto& b) { return a.day < b.day; });
  for (std::size_t i = 0; i < life.deliveries.size(); ++i) plan_pregnancy(life, i);
}

void Simulator::plan_pregnancy(Life& life, std::size_t index) const {
  Delivery& delivery = life.deliveries[index];
  const MaternityContent& content = content_.maternity;
  if (life.from > window_.first) delivery.registered = std::max(delivery.registered, life.from);
  if (delivery.registered > life.to || delivery.registered >= delivery.day) return;
  const Institution& managing = district_.institutions[district_.managing[life.home.community]];
  EpisodeFacts episode{
      &content.type,
      delivery.registered,
      {},
      delivery.day <= life.to || life.left,
      &managing,
      managing.first_doctor + life.random.below(static_cast<std::uint32_t>(managing.doctors))};
  if (episode.finished) episode.until = std::min(delivery.day, life.to);
  const int pregnant_for = delivery.registered.days - delivery.conception.days;
  episode.gestation_weeks = pregnant_for / 7.0;
  life.writer.episode(episode);

  const auto plan = [&](Date day, Visit::Kind kind) {
    if (day >= life.from && day <= life.to)
      life.visits.push_back({day, kind, static_cast<std::uint16_t>(index)});
  };
  plan(delivery.registered, Visit::Kind::registration);
  int antenatal = 1;
  for (const int week : content.weeks) {
    const Date day =
        weekday({delivery.conception.days + week * 7 - 3 + static_cast<int>(life.random.below(7))});
    if (day.days < delivery.registered.days + 7 || day >= delivery.day ||
        !life.random.chance(content.kept))
      continue;
    ++antenatal;
    plan(day, Visit::Kind::antenatal);
  }
  if (delivery.day > life.to || delivery.lost) return;
  plan(delivery.day, Visit::Kind::delivery);
  if (delivery.visit) plan(delivery.visited, Visit::Kind::postnatal);
  if (delivery.check) plan(weekday({delivery.day.days + 42}), Visit::Kind::check);
  Tally& tally = life.writer.tally();
  tally.add(counter::mothers);
  if (delivery.day >= calendar_.start(calendar_.years() - 1)) tally.add(counter::last_year_mothers);
  if (pregnant_for < week_13) tally.add(counter::registered_early);
  if (antenatal >= 5) tally.add(counter::antenatal_five);
  const bool followed = delivery.day.days + 14 <= life.to.days;
  if (followed) tally.add(counter::mothers_followed);
  if (!delivery.visit || delivery.visited > life.to) return;
  tally.add(counter::postnatal_visited);
  if (followed && pregnant_for < week_13 && antenatal >= 5) tally.add(counter::systematic);
}

void Simulator::plan_newborn(Life& life) const {
  if (age_in_years(life.who.birth, window_.first) >= 7) return;
  const Household& household = life.home.household;
  if (const auto mother = mother_of(household, life.position))
    life.writer.mother(identity(life.home, *mother));
  if (life.who.birth < life.from) return;
  const MaternityContent& content = content_.maternity;
  const Delivery delivery = delivery_of(household, life.position);
  const int early = pregnancy_days - (delivery.day.days - delivery.conception.days);
  const double weight =
      std::clamp(life.random.normal(content.weight.mean, content.weight.sd, 0, 1e5) -
                     early * content.weight_per_day,
                 content.weight.least, content.weight.most);
  const VisitFacts at{
      life.who.birth, static_cast<int>(life.random.below(1440)), 0, VisitKind::service, nullptr, 0,
      nullptr};
  life.writer.observation(at, "", content_.measures[content.birth_weight], {weight});
  Tally& tally = life.writer.tally();
  if (weight < 2500) tally.add(counter::low_weight);
  if (!delivery.visit || delivery.visited > life.to) return;
  tally.add(counter::newborn_visited);
  if (delivery.visited >= calendar_.start(calendar_.years() - 1)) life.seen_as_child = true;
  life.visits.push_back({delivery.visited, Visit::Kind::newborn});
}

void Simulator::write_maternity_visit(Life& life, const Visit& planned) const {
  const MaternityContent& content = content_.maternity;
  const std::size_t managing = district_.managing[community_on(life, planned.day)];
  const auto visit_of = [&](std::size_t at, const Concept& reason, const Concept& type,
                            VisitKind kind) {
    VisitFacts visit = visit_at(life, at, planned.day, reason, kind);
    visit.type = &type;
    if (visit.community) visit.fen = -1;  // a basic public health service
    return visit;
  };
  const auto measured = [&](const VisitFacts& visit, const std::vector<Share>& measures) {
    const std::string encounter = life.writer.encounter(visit);
    for (const Share& share : measures)
      if (life.random.chance(share.chance))
        measure(life, visit, encounter, share.index, nullptr, 0);
  };
  switch (planned.kind) {
    case Visit::Kind::registration:
      return measured(
          visit_of(managing, content.antenatal_reason, content.antenatal, VisitKind::service),
          content.antenatal_measures);
    case Visit::Kind::antenatal:
      return measured(visit_of(life.deliveries[planned.what].hospital, content.antenatal_reason,
                               content.antenatal, VisitKind::service),
                      content.antenatal_measures);
    case Visit::Kind::postnatal:
      return measured(
          visit_of(managing, content.postnatal_reason, content.postnatal, VisitKind::home), {});
    case Visit::Kind::check:
      return measured(visit_of(managing, content.check_reason, content.check, VisitKind::service),
                      {});
    case Visit::Kind::newborn:
      return measured(visit_of(managing, content.newborn_reason, content.newborn, VisitKind::home),
                      content.newborn_measures);
    default:
      break;
  }
  const Delivery& delivery = life.deliveries[planned.what];
  VisitFacts visit =
      visit_of(delivery.hospital, delivery.caesarean ? content.caesarean : content.spontaneous,
               content.delivery, VisitKind::inpatient);
  visit.minute = static_cast<int>(life.random.below(1440));
  const int days = std::min(delivery.discharge, life.to).days - delivery.day.days;
  visit.minutes = std::max(30, days * 1440 + 600 - visit.minute);
  visit.fen = static_cast<std::int64_t>(
      std::max(1, days) *
      life.random.log_normal(content_.prices.day.mean, content_.prices.day.sigma) * 100);
  const std::string encounter = life.writer.encounter(visit);
  life.writer.condition(visit, encounter, false);
  life.writer.procedure(visit, encounter, content.procedure);
}

}  // namespace hb::simulate
