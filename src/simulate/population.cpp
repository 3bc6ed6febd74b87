#include "simulate/population.hpp"

#include <algorithm>
#include <cmath>

#include "simulate/random.hpp"

namespace hb::simulate {
namespace {

/// Somebody to be housed: the age on the last day.
struct Member {
  int age;
  Sex sex;
  bool partner = false;
  std::uint8_t family = 0;
  Role role = Role::other;
  bool twin = false;  ///< born with the one before
};

using Home = std::vector<Member>;

/// How many people of each age and sex still have no household.
class Pool {
 public:
  /// Cumulative rounding: the counts add up to `residents`, each within 1 of its share.
  Pool(const AgeTable& pyramid, std::uint32_t residents) {
    double exact = 0;
    std::int64_t given = 0;
    for (int age = 0; age <= oldest; ++age)
      for (const Sex sex : {Sex::male, Sex::female}) {
        exact += pyramid.at(sex, age) * residents;
        const auto until = static_cast<std::int64_t>(std::floor(exact + 0.5));
        count(sex, age) = static_cast<std::uint32_t>(until - given);
        given = until;
      }
    count(Sex::female, 40) += static_cast<std::uint32_t>(residents - given);  // rounding of the sum
  }

  std::uint32_t& count(Sex sex, int age) {
    return counts_[static_cast<std::size_t>(sex)][AgeTable::clamp(age)];
  }

  std::uint32_t total(int from, int until) {
    std::uint32_t sum = 0;
    for (int age = from; age <= until; ++age)
      sum += count(Sex::male, age) + count(Sex::female, age);
    return sum;
  }

  /// Takes the person of that sex nearest in age, at most `reach` years away and within [least,
  /// most].
  std::optional<Member> take(Sex sex, int age, int reach, int least, int most) {
    for (int away = 0; away <= reach; ++away)
      for (const int candidate : {age - away, age + away}) {
        if (candidate < least || candidate > most || count(sex, candidate) == 0) continue;
        --count(sex, candidate);
        return Member{candidate, sex};
      }
    return std::nullopt;
  }

  /// A random person of these ages; there must be one.
  Member draw(Random& random, int from, int until, std::uint32_t in_total) {
    std::uint32_t target = random.below(in_total);
    for (int age = from; age <= until; ++age)
      for (const Sex sex : {Sex::male, Sex::female}) {
        if (target < count(sex, age)) {
          --count(sex, age);
          return {age, sex};
        }
        target -= count(sex, age);
      }
    return {until, Sex::female};  // not reached: in_total is the sum
  }

 private:
  std::array<std::array<std::uint32_t, oldest + 1>, 2> counts_{};
};

int years(Random& random, const Normal& normal) {
  const double value =
      std::clamp(normal.mean + normal.sd * random.normal(), normal.least, normal.most);
  return static_cast<int>(std::floor(value + 0.5));
}

constexpr int adult = 18;

class Housing {
 public:
  Housing(const HouseholdContent& content, Pool& pool, Random& random)
      : content_(content), pool_(pool), random_(random) {}

  std::vector<Home> all() {
    std::vector<Home> homes;
    for (std::uint32_t left = pool_.total(0, adult - 1); left > 0; left = pool_.total(0, adult - 1))
      homes.push_back(family(pool_.draw(random_, 0, adult - 1, left)));
    for (std::uint32_t left = pool_.total(adult, oldest); left > 0;
         left = pool_.total(adult, oldest))
      homes.push_back(adults(pool_.draw(random_, adult, oldest, left)));
    return homes;
  }

 private:
  void add(Home& home, std::optional<Member> member, std::uint8_t family, Role role = Role::other) {
    if (!member) return;
    member->family = family;
    member->role = role;
    home.push_back(*member);
  }

  Home family(Member child) {
    child.role = Role::child;
    Home home{child};
    const int gap = years(random_, content_.mother_age);
    auto mother = pool_.take(Sex::female, child.age + gap, 8, child.age + 18, child.age + 46);
    const int mother_age = mother ? mother->age : child.age + gap;
    if (random_.chance(content_.twins)) {
      auto twin = pool_.take(random_.chance(0.5) ? Sex::male : Sex::female, child.age, 0, child.age,
                             child.age);
      if (twin) twin->twin = true;
      add(home, twin, 0, Role::child);
    }
    if (random_.chance(content_.second_child)) {
      add_sibling(home, child.age, mother_age);
      if (random_.chance(content_.third_child / std::max(content_.second_child, 1e-9)))
        add_sibling(home, child.age, mother_age);
    }
    std::optional<Member> father;
    if (!mother || random_.chance(content_.two_parents))
      father = pool_.take(Sex::male, mother_age + years(random_, content_.partner_gap), 8,
                          child.age + 18, oldest);
    if (mother && father) mother->partner = father->partner = true;
    add(home, mother, 1, Role::mother);
    add(home, father, 0, Role::father);
    if (random_.chance(content_.grandparents)) add_grandparents(home, mother_age);
    if (home.size() == 1) add_grandparents(home, mother_age);
    return home;
  }

  /// At least two years of age apart from the others, so that births are a year apart or more.
  void add_sibling(Home& home, int age, int mother_age) {
    const int apart = 2 + static_cast<int>(random_.below(5));
    const bool younger = age >= apart && random_.chance(0.5);
    const int wanted = younger ? age - apart : age + apart;
    for (const Member& member : home)
      if (std::abs(member.age - wanted) < 2) return;
    const Sex sex = random_.chance(0.5) ? Sex::male : Sex::female;
    for (const Sex tried : {sex, sex == Sex::male ? Sex::female : Sex::male}) {
      const auto sibling = pool_.take(tried, wanted, 0, std::max(0, mother_age - 45),
                                      std::min(adult + 4, mother_age - 19));
      if (!sibling) continue;
      add(home, sibling, 0, Role::child);
      return;
    }
  }

  void add_grandparents(Home& home, int mother_age) {
    const int age = mother_age + years(random_, content_.grandmother_gap);
    auto grandmother = pool_.take(Sex::female, age, 6, mother_age + 18, oldest);
    std::optional<Member> grandfather;
    if (random_.chance(0.6))
      grandfather = pool_.take(Sex::male, age + years(random_, content_.partner_gap), 6,
                               mother_age + 16, oldest);
    if (grandmother && grandfather) grandmother->partner = grandfather->partner = true;
    add(home, grandmother, 2, Role::grandparent);
    add(home, grandfather, 0, Role::grandparent);
  }

  Home adults(Member first) {
    Home home{first};
    if (random_.chance(content_.couple.at(first.sex, first.age))) {
      const bool man = first.sex == Sex::male;
      const int gap = years(random_, content_.partner_gap);
      auto partner = pool_.take(man ? Sex::female : Sex::male, first.age + (man ? -gap : gap), 6,
                                adult, oldest);
      if (partner) {
        home.front().partner = partner->partner = true;
        home.front().family = man ? 0 : 1;
        add(home, partner, man ? 1 : 0);
      }
      if (first.age >= 45 && first.age < 70 && random_.chance(content_.adult_child_at_home)) {
        const Sex sex = random_.chance(0.5) ? Sex::male : Sex::female;
        add(home,
            pool_.take(sex, first.age - years(random_, content_.mother_age), 4, adult,
                       first.age - 18),
            0);
      }
      return home;
    }
    if (random_.chance(content_.shared_flat.at(first.sex, first.age))) {
      const std::uint32_t others = 1 + random_.below(3);
      for (std::uint32_t n = 1; n <= others; ++n) {
        const int age = first.age + static_cast<int>(random_.below(7)) - 3;
        add(home, pool_.take(first.sex, age, 3, adult, oldest), static_cast<std::uint8_t>(2 + n));
      }
    }
    return home;
  }

  const HouseholdContent& content_;
  Pool& pool_;
  Random& random_;
};

/// A birthday of somebody who is `age` on `day`.
Date birth_of(Random& random, Date day, int age) {
  const Date latest = years_before(day, age);
  const Date earliest{years_before(day, age + 1).days + 1};
  return {earliest.days + static_cast<int>(random.below(
                              static_cast<std::uint32_t>(latest.days - earliest.days + 1)))};
}

/// Days of the window, cumulatively weighted by month.
std::vector<double> month_weights(const Window& window, const std::array<double, 12>& months) {
  std::vector<double> cumulative;
  double sum = 0;
  for (Date day = window.first; day <= window.last; ++day.days)
    cumulative.push_back(sum += months[static_cast<std::size_t>(civil(day).month - 1)]);
  return cumulative;
}

struct Death {
  Date birth;
  Date death;
  Sex sex;
};

/// Who died: by age and sex as pyramid × force of mortality.
std::vector<Death> plan_deaths(const PopulationContent& content, const Window& window,
                               std::uint32_t residents, std::uint64_t seed) {
  const DeathContent& deaths = content.deaths;
  std::vector<double> cumulative;
  double sum = 0;
  for (int age = 0; age <= oldest; ++age)
    for (const Sex sex : {Sex::male, Sex::female})
      cumulative.push_back(sum += content.pyramid.at(sex, age) * deaths.force.at(sex, age));
  const auto expected = sum * residents * window.years;
  std::vector<Death> list;
  if (!(expected > 0)) return list;
  const std::vector<double> days = month_weights(window, deaths.months);
  Random random(seed, stream::death, 0);
  const auto count = static_cast<std::size_t>(std::floor(expected + random.unit()));
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t cell = random.pick(cumulative);
    const Date day{window.first.days + static_cast<int>(random.pick(days))};
    const auto age = static_cast<int>(cell / 2);
    Date birth = birth_of(random, day, age);
    // Of the infants who die, about half do so in the first week.
    if (age == 0 && random.chance(0.5))
      birth = std::max(birth, Date{day.days - static_cast<int>(random.below(7))});
    list.push_back({birth, day, static_cast<Sex>(cell % 2)});
  }
  return list;
}

/// The household of somebody who died: anyone's, but a child's has a woman who can be the mother
/// and no sibling born within a year of it.
std::size_t home_of(const Death& dead, const std::vector<Home>& homes, Date last, Random& random) {
  const auto count = static_cast<std::uint32_t>(homes.size());
  std::size_t chosen = random.below(count);
  const int age = age_in_years(dead.birth, last);
  if (age >= adult) return chosen;
  for (int tries = 0; tries < 400; ++tries) {
    bool mother = false, close = false;
    for (const Member& member : homes[chosen]) {
      mother = mother ||
               (member.role == Role::mother && member.age >= age + 20 && member.age <= age + 42);
      close = close || std::abs(member.age - age) < 2;
    }
    if (mother && !close) break;
    chosen = random.below(count);
  }
  return chosen;
}

/// Gives every person of one birthday, sex and origin another identity number.
class Sequences {
 public:
  Sequences(const Window& window, std::size_t origins) : last_(window.last), origins_(origins) {
    const int days = 366 * (oldest + 2 + window.years);  // back to the oldest who died at first
    next_.resize(static_cast<std::size_t>(days) * 2 * origins);
  }
  std::uint16_t take(Date birth, Sex sex, std::size_t origin) {
    const auto day = static_cast<std::size_t>(last_.days - birth.days);
    std::uint16_t& next = next_[(day * 2 + static_cast<std::size_t>(sex)) * origins_ + origin];
    const unsigned scattered = next++ * 389u % 500u;  // 389 and 500 have no common factor
    return static_cast<std::uint16_t>(scattered * 2 + (sex == Sex::male ? 1 : 0));
  }

 private:
  Date last_;
  std::size_t origins_;
  std::vector<std::uint16_t> next_;
};

/// When a household moved within the district, counted back from the last day, and from where.
void plan_move(const Content& content, const District& district, const Window& window,
               std::uint64_t seed, std::size_t index, Household& household) {
  Random random(seed, stream::move, index);
  const double waited = random.exponential(1 / std::max(1e-9, content.population.moves_per_year));
  const Date moved{window.last.days - static_cast<int>(std::min(waited, 200.0) * 365.25)};
  if (moved <= window.first) return;
  const std::uint32_t former =
      random.below(static_cast<std::uint32_t>(district.communities.size()));
  if (moved <= household.arrived || moved >= household.left) return;
  household.former = static_cast<std::uint16_t>(former);
  household.moved = moved;
}

/// How much likelier than others a home comes or goes: by the age of its youngest adult.
double mobility(const PopulationContent& content, const Home& home) {
  int age = oldest;
  for (const Member& member : home)
    if (member.age >= adult) age = std::min(age, member.age);
  return content.mobility.at(home.front().sex, age);
}

/// The homes that came from elsewhere within the window, and when. Homes where somebody died were
/// always here.
std::vector<Date> plan_arrivals(const PopulationContent& content, const Window& window,
                                const std::vector<Home>& homes,
                                const std::vector<std::vector<std::uint32_t>>& died,
                                std::uint64_t seed) {
  std::vector<Date> arrived(homes.size(), ever);
  double mean = 0;
  for (const Home& home : homes) mean += mobility(content, home);
  mean /= static_cast<double>(homes.size());
  if (!(mean > 0)) return arrived;
  Random random(seed, stream::arrival, 0);
  const auto days = static_cast<std::uint32_t>(window.last.days - window.first.days);
  for (std::size_t i = 0; i < homes.size(); ++i) {
    const double expected =
        content.arrivals_per_1000 / 1000 * window.years * mobility(content, homes[i]) / mean;
    const bool comes = random.chance(1 - portable_exp(-expected));
    const Date day{window.first.days + 1 + static_cast<int>(random.below(days))};
    if (comes && died[i].empty()) arrived[i] = day;
  }
  return arrived;
}

/// The homes that left within the window; ages are those on the day they did.
std::vector<Home> plan_departures(const PopulationContent& content, const Window& window,
                                  std::size_t homes, std::uint32_t residents, std::uint64_t seed) {
  AgeTable movers;
  double sum = 0;
  for (const Sex sex : {Sex::male, Sex::female})
    for (int age = 0; age <= oldest; ++age) {
      const double weight = content.pyramid.at(sex, age) * content.mobility.at(sex, age);
      sum += movers.values[static_cast<std::size_t>(sex)][AgeTable::clamp(age)] = weight;
    }
  if (!(sum > 0) || homes == 0) return {};
  for (auto& sex : movers.values)
    for (double& value : sex) value /= sum;
  Random random(seed, stream::departure, 0);
  const double leaving = content.departures_per_1000 / 1000 * window.years * residents;
  Pool pool(movers, static_cast<std::uint32_t>(std::floor(leaving + random.unit())));
  return Housing(content.households, pool, random).all();
}

}  // namespace

Stay stay_of(const Person& person, const Household& household, const Window& window) {
  Stay stay{std::max(window.first, person.birth), window.last, false, false};
  if (household.arrived > person.birth && household.arrived > window.first) {
    stay.from = household.arrived;
    stay.arrived = true;
  }
  if (person.died) stay.to = person.death;
  if (household.left <= stay.to) {
    stay.to = {household.left.days - 1};
    stay.left = true;
  }
  return stay;
}

std::size_t household_of(const Population& population, std::uint32_t person) {
  const auto after =
      std::upper_bound(population.households.begin(), population.households.end(), person,
                       [](std::uint32_t p, const Household& home) { return p < home.first; });
  return static_cast<std::size_t>(after - population.households.begin()) - 1;
}

Date years_before(Date day, int years) {
  const YearMonthDay parts = civil(day);
  if (const auto date = make_date(parts.year - years, parts.month, parts.day)) return *date;
  return *make_date(parts.year - years, parts.month, parts.day - 1);
}

namespace {

/// Puts homes into communities, one after the other: households, people, numbers.
class Settlement {
 public:
  Settlement(const Content& content, const District& district, const Window& window,
             std::uint64_t seed, Population& population)
      : content_(content),
        district_(district),
        window_(window),
        seed_(seed),
        population_(population),
        sequences_(window, content.district.origins.size()),
        records_(district.communities.size(), 1) {
    for (const auto& origin : content.district.origins) origin_weights_.push_back(origin.second);
  }

  void settle(const Home& home, const std::vector<Death>& dead, Date arrived, Date left,
              Random& random) {
    const bool elders = std::any_of(home.begin(), home.end(), [](auto& m) { return m.age >= 60; });
    const bool children =
        std::any_of(home.begin(), home.end(), [](auto& m) { return m.age < adult; });
    const std::size_t community = random.pick(district_.household_weights[elders][children]);
    const auto size = static_cast<std::uint16_t>(home.size() + dead.size());
    Household household{static_cast<std::uint32_t>(population_.people.size()),
                        size,
                        static_cast<std::uint16_t>(community),
                        records_[community],
                        static_cast<std::uint16_t>(community),
                        window_.first,
                        arrived,
                        left};
    plan_move(content_, district_, window_, seed_, population_.households.size(), household);
    population_.households.push_back(household);
    records_[community] += size;
    const std::size_t origin = random.pick(origin_weights_);
    const Date day = std::min(window_.last, left);
    Date birth{};
    for (const Member& member : home) {
      if (!member.twin) birth = birth_of(random, day, member.age);
      Person person{birth, {}, 0, 0, member.sex};
      person.partner = member.partner;
      person.family = member.family;
      person.role = member.role;
      add(person, random.chance(0.85) ? origin : random.pick(origin_weights_));
    }
    for (const Death& death : dead) {
      Person person{death.birth, death.death, 0, 0, death.sex, true};
      const bool child = age_in_years(death.birth, window_.last) < adult;
      person.family = child || random.chance(0.5) ? 0 : 9;
      if (child) person.role = Role::child;
      add(person, origin);
    }
  }

 private:
  void add(Person person, std::size_t origin) {
    person.origin = static_cast<std::uint16_t>(origin);
    person.sequence = sequences_.take(person.birth, person.sex, origin);
    population_.people.push_back(person);
  }

  const Content& content_;
  const District& district_;
  const Window& window_;
  std::uint64_t seed_;
  Population& population_;
  Sequences sequences_;
  std::vector<std::uint32_t> records_;
  std::vector<double> origin_weights_;
};

}  // namespace

Population plan_population(const Content& content, const District& district, const Window& window,
                           std::uint32_t residents, std::uint64_t seed) {
  Random random(seed, stream::housing, 0);
  Pool pool(content.population.pyramid, residents);
  std::vector<Home> homes = Housing(content.population.households, pool, random).all();
  for (std::size_t i = homes.size(); i > 1; --i)
    std::swap(homes[i - 1], homes[random.below(static_cast<std::uint32_t>(i))]);

  const std::vector<Death> deaths = plan_deaths(content.population, window, residents, seed);
  std::vector<std::vector<std::uint32_t>> died(homes.size());
  for (std::uint32_t i = 0; i < deaths.size(); ++i)
    died[home_of(deaths[i], homes, window.last, random)].push_back(i);
  const std::vector<Date> arrived = plan_arrivals(content.population, window, homes, died, seed);
  const std::vector<Home> leaving =
      plan_departures(content.population, window, homes.size(), residents, seed);

  Population population;
  population.people.reserve(residents + deaths.size() + 3 * leaving.size());
  population.households.reserve(homes.size() + leaving.size());
  Settlement settlement(content, district, window, seed, population);
  for (std::size_t i = 0; i < homes.size(); ++i) {
    std::vector<Death> dead;
    for (const std::uint32_t n : died[i]) dead.push_back(deaths[n]);
    settlement.settle(homes[i], dead, arrived[i], never, random);
  }
  const auto days = static_cast<std::uint32_t>(window.last.days - window.first.days);
  for (const Home& home : leaving) {
    const Date left{window.first.days + 1 + static_cast<int>(random.below(days))};
    settlement.settle(home, {}, ever, left, random);
    population.left += static_cast<std::uint32_t>(home.size());
  }
  population.living = residents;
  population.died = static_cast<std::uint32_t>(deaths.size());
  return population;
}

}  // namespace hb::simulate
