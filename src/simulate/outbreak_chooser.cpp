#include "simulate/outbreak_chooser.hpp"

#include <algorithm>
#include <numeric>

namespace hb::simulate {
namespace {

constexpr int tries = 24;
constexpr int oldest_pupil = 20;            ///< years
constexpr double same_class = 0.75;         ///< of infections in a school
constexpr double same_household = 0.65;     ///< of infections between households
constexpr double same_community = 0.5;      ///< of infections in a street
constexpr double same_market_street = 0.7;  ///< of people at a market

int school_year(Date day) {
  const YearMonthDay parts = civil(day);
  return parts.month >= 9 ? parts.year : parts.year - 1;
}

bool in_school(Setting setting) {
  return setting == Setting::school || setting == Setting::kindergarten ||
         setting == Setting::childcare;
}

}  // namespace

ResidentIndex::ResidentIndex(const OutbreakDistrict& district) : district_(district) {
  const auto& residents = district.residents;
  by_birth_.resize(residents.size());
  std::iota(by_birth_.begin(), by_birth_.end(), 0u);
  by_street_ = by_birth_;
  const auto older = [&](std::uint32_t a, std::uint32_t b) {
    return residents[a].birth != residents[b].birth ? residents[a].birth < residents[b].birth
                                                    : a < b;
  };
  std::sort(by_birth_.begin(), by_birth_.end(), older);
  std::sort(by_street_.begin(), by_street_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return residents[a].street != residents[b].street ? residents[a].street < residents[b].street
                                                      : older(a, b);
  });
  street_begin_.assign(district.streets + 1, by_street_.size());
  for (std::size_t i = by_street_.size(); i-- > 0;)
    street_begin_[residents[by_street_[i]].street] = i;
  for (std::size_t street = district.streets; street-- > 0;)  // a street of nobody
    street_begin_[street] = std::min(street_begin_[street], street_begin_[street + 1]);
}

ResidentIndex::Slice ResidentIndex::aged(std::uint16_t street, int from, int until,
                                         Date day) const {
  Slice all = by_birth_;
  if (street != no_street)
    all = Slice(by_street_)
              .subspan(street_begin_[street], street_begin_[street + 1u] - street_begin_[street]);
  const auto born_before = [&](std::uint32_t person, Date date) {
    return district_.residents[person].birth < date;
  };
  const Date earliest{years_before(day, until + 1).days + 1};
  const Date after{years_before(day, from).days + 1};
  const auto begin = std::lower_bound(all.begin(), all.end(), earliest, born_before);
  const auto end = std::lower_bound(begin, all.end(), after, born_before);
  return {begin, end};
}

void ResidentIndex::teach(int year) {
  if (school_year_ == year) return;
  school_year_ = year;
  schools_.assign(district_.places.size(), {});
  if (!district_.enrolment) return;
  const Date day = *make_date(year, 10, 1);
  for (const std::uint32_t person : aged(no_street, 0, oldest_pupil, day)) {
    const auto enrolment = district_.enrolment(person, day);
    if (!enrolment) continue;
    School& school = schools_[enrolment->place];
    school.classes[enrolment->group].push_back(person);
    ++school.pupils;
  }
}

const ResidentIndex::Classes& ResidentIndex::classes(std::uint32_t place, Date day) {
  teach(school_year(day));
  return schools_[place].classes;
}

std::size_t ResidentIndex::pupils(std::uint32_t place, Date day) {
  teach(school_year(day));
  return schools_[place].pupils;
}

void Chooser::settle(PlannedOutbreak& outbreak, Date start, std::size_t cases) {
  if (content_.setting == Setting::district) return;
  if (in_school(content_.setting)) settle_in_school(outbreak, start, cases);
  if (content_.setting == Setting::hospital) {
    std::vector<double> cumulative;
    std::vector<std::uint32_t> hospitals;
    double sum = 0;
    for (std::uint32_t place = 0; place < district_.places.size(); ++place)
      if (district_.places[place].setting == Setting::hospital) {
        hospitals.push_back(place);
        cumulative.push_back(sum += district_.places[place].weight);
      }
    if (sum > 0) outbreak.place = hospitals[random_.pick(std::span<const double>(cumulative))];
  }
  if (outbreak.place != no_place)
    outbreak.street = district_.places[outbreak.place].street;
  else
    settle_in_street(outbreak, start);
  street_ = outbreak.street;
  place_ = outbreak.place;
}

/// A school with enough pupils, by how many of the wanted ages it teaches among all schools.
void Chooser::settle_in_school(PlannedOutbreak& outbreak, Date start, std::size_t cases) {
  for (const AgeWeight& band : content_.ages) (band.from < 18 ? children_ : adults_) += band.weight;
  struct School {
    std::uint32_t place;
    std::size_t pupils;
    std::vector<std::size_t> by_band;
  };
  std::vector<School> schools;
  std::vector<std::size_t> total(content_.ages.size());
  for (std::uint32_t place = 0; place < district_.places.size(); ++place) {
    if (district_.places[place].setting != content_.setting) continue;
    School school{place, index_.pupils(place, start), std::vector<std::size_t>(total.size())};
    for (const auto& [group, members] : index_.classes(place, start))
      for (const std::uint32_t person : members)
        for (std::size_t band = 0; band < total.size(); ++band) {
          const int age = age_in_years(district_.residents[person].birth, start);
          if (age < content_.ages[band].from || age > content_.ages[band].until) continue;
          ++school.by_band[band];
          ++total[band];
        }
    schools.push_back(std::move(school));
  }
  std::size_t enough = cases + cases / 2;
  for (const School& school : schools) enough = std::min(enough, std::max(cases, school.pupils));
  std::size_t largest = 0;
  for (const School& school : schools) largest = std::max(largest, school.pupils);
  std::vector<double> cumulative;
  double sum = 0;
  for (const School& school : schools) {
    if (school.pupils >= std::min(enough, largest))
      for (std::size_t band = 0; band < total.size(); ++band)
        if (total[band] > 0)
          sum += content_.ages[band].weight * static_cast<double>(school.by_band[band]) /
                 static_cast<double>(total[band]);
    cumulative.push_back(sum);
  }
  if (!(sum > 0)) return;  // nobody of these ages is taught: the street takes its place
  outbreak.place = schools[random_.pick(std::span<const double>(cumulative))].place;
  classes_ = &index_.classes(outbreak.place, start);
}

void Chooser::settle_in_street(PlannedOutbreak& outbreak, Date start) {
  std::vector<double> cumulative;
  double sum = 0;
  for (std::size_t street = 0; street < district_.streets; ++street) {
    for (const AgeWeight& band : content_.ages)
      sum += static_cast<double>(
          index_.aged(static_cast<std::uint16_t>(street), band.from, band.until, start).size());
    cumulative.push_back(sum);
  }
  if (!(sum > 0)) return;
  outbreak.street = static_cast<std::uint16_t>(random_.pick(std::span<const double>(cumulative)));
  if (content_.setting == Setting::market)
    outbreak.number = random_.below(static_cast<std::uint32_t>(surroundings_.markets_per_street));
  if (content_.setting != Setting::workplace) return;
  // The street's people of these ages work at so many places; a person's is always the same.
  std::vector<std::uint32_t> workers;
  for (const AgeWeight& band : content_.ages)
    for (const std::uint32_t person : index_.aged(outbreak.street, band.from, band.until, start))
      workers.push_back(person);
  const auto places = static_cast<std::uint32_t>(std::max<std::size_t>(
      1, workers.size() / static_cast<std::size_t>(surroundings_.people_per_workplace)));
  outbreak.number = random_.below(places);
  for (const std::uint32_t person : workers)
    if (Random(0, stream::workplace, person).below(places) == outbreak.number)
      pool_.push_back(person);
}

bool Chooser::fits(std::uint32_t person, Date exposure, Date onset) const {
  const OutbreakDistrict::Resident& who = district_.residents[person];
  return who.from <= exposure && exposure >= who.birth && onset <= who.to &&
         !taken_.contains(person);
}

double Chooser::weight(std::uint32_t person, Date day) const {
  const int age = age_in_years(district_.residents[person].birth, day);
  for (const AgeWeight& band : content_.ages)
    if (age >= band.from && age <= band.until) return band.weight;
  return 0;
}

Chooser::Person Chooser::from_ages(std::uint16_t street, Date exposure, Date onset) {
  std::vector<double> cumulative;
  double sum = 0;
  for (const AgeWeight& band : content_.ages) cumulative.push_back(sum += band.weight);
  for (int attempt = 0; attempt < tries; ++attempt) {
    const AgeWeight& band = content_.ages[random_.pick(std::span<const double>(cumulative))];
    const auto people = index_.aged(street, band.from, band.until, exposure);
    if (people.empty()) continue;
    const std::uint32_t person = people[random_.below(static_cast<std::uint32_t>(people.size()))];
    if (street != no_street && district_.residents[person].settled > exposure) continue;
    if (fits(person, exposure, onset)) return person;
  }
  return std::nullopt;
}

Chooser::Person Chooser::from_household(std::uint32_t of, Date exposure, Date onset) {
  const std::uint32_t household = district_.residents[of].household;
  std::uint32_t first = of;
  while (first > 0 && district_.residents[first - 1].household == household) --first;
  std::vector<std::uint32_t> members;
  std::vector<double> cumulative;
  double sum = 0;
  for (std::uint32_t person = first;
       person < district_.residents.size() && district_.residents[person].household == household;
       ++person) {
    if (!fits(person, exposure, onset) || !(weight(person, exposure) > 0)) continue;
    members.push_back(person);
    cumulative.push_back(sum += weight(person, exposure));
  }
  if (members.empty()) return std::nullopt;
  return members[random_.pick(std::span<const double>(cumulative))];
}

Chooser::Person Chooser::from_community(std::uint32_t of, Date exposure, Date onset) {
  for (int attempt = 0; attempt < tries; ++attempt) {
    const Person person = from_ages(district_.residents[of].street, exposure, onset);
    if (person && district_.residents[*person].community == district_.residents[of].community)
      return person;
  }
  return std::nullopt;
}

Chooser::Person Chooser::from_pool(Date exposure, Date onset) {
  while (!pool_.empty()) {
    std::swap(pool_[random_.below(static_cast<std::uint32_t>(pool_.size()))], pool_.back());
    const std::uint32_t person = pool_.back();
    pool_.pop_back();
    if (fits(person, exposure, onset) && weight(person, exposure) > 0) return person;
  }
  return std::nullopt;
}

std::optional<Chooser::Chosen> Chooser::pupil(std::uint16_t group, Date exposure, Date onset) {
  const auto& members = classes_->at(group);
  const auto count = static_cast<std::uint32_t>(members.size());
  const std::uint32_t begin = random_.below(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t person = members[(begin + i) % count];
    if (!fits(person, exposure, onset) || !(weight(person, exposure) > 0)) continue;
    const auto enrolment = district_.enrolment(person, exposure);  // may have moved away
    if (enrolment && enrolment->place == place_) return Chosen{person, place_, enrolment->group};
  }
  return std::nullopt;
}

std::optional<Chooser::Chosen> Chooser::from_school(const Chosen* infector, Date exposure,
                                                    Date onset) {
  if (!chosen_.empty() && random_.unit() * (children_ + adults_) < adults_) {
    // Grown-ups of a school's outbreak are those at home with a child of it.
    for (int attempt = 0; attempt < tries; ++attempt) {
      const Chosen& child = chosen_[random_.below(static_cast<std::uint32_t>(chosen_.size()))];
      if (const Person adult = from_household(child.person, exposure, onset);
          adult && age_in_years(district_.residents[*adult].birth, exposure) >= 18)
        return Chosen{*adult};
    }
  }
  if (infector && infector->group != no_group && random_.chance(same_class))
    if (auto chosen = pupil(infector->group, exposure, onset)) return chosen;
  std::vector<double> cumulative;
  std::vector<std::uint16_t> groups;
  double sum = 0;
  for (const auto& [group, members] : *classes_) {
    groups.push_back(group);
    cumulative.push_back(sum += static_cast<double>(members.size()));
  }
  for (int attempt = 0; attempt < tries; ++attempt) {
    const std::uint16_t group = groups[random_.pick(std::span<const double>(cumulative))];
    if (auto chosen = pupil(group, exposure, onset)) return chosen;
  }
  return std::nullopt;
}

Chooser::Person Chooser::anybody(const Chosen* infector, Date exposure, Date onset) {
  const bool between_homes =
      content_.setting == Setting::household || content_.setting == Setting::import;
  if (infector && between_homes && random_.chance(same_household))
    if (const Person person = from_household(infector->person, exposure, onset)) return person;
  if (infector && content_.setting == Setting::street && random_.chance(same_community))
    if (const Person person = from_community(infector->person, exposure, onset)) return person;
  if (content_.setting == Setting::workplace) return from_pool(exposure, onset);
  if (content_.setting == Setting::hospital) return from_ages(no_street, exposure, onset);
  if (content_.setting == Setting::market && !random_.chance(same_market_street))
    return from_ages(no_street, exposure, onset);
  return from_ages(street_, exposure, onset);
}

std::optional<Chooser::Chosen> Chooser::next(const Chosen* infector, Date exposure, Date onset) {
  std::optional<Chosen> chosen;
  if (classes_)
    chosen = from_school(infector, exposure, onset);
  else if (const Person person = anybody(infector, exposure, onset))
    chosen = Chosen{*person};
  if (!chosen) return std::nullopt;
  taken_.insert(chosen->person);
  if (classes_) chosen_.push_back(*chosen);
  return chosen;
}

}  // namespace hb::simulate
