#pragma once
// What life.cpp and life_programmes.cpp share; nobody else includes it.
#include <string>
#include <vector>

#include "simulate/life.hpp"

namespace hb::simulate {

/// A planned visit; facts are drawn when it is written.
struct Visit {
  enum class Kind : std::uint8_t {
    community,
    hospital,
    programme,
    examination,
    registration,  ///< first antenatal visit, at the community
    antenatal,
    delivery,
    postnatal,
    check,  ///< 42 days after delivery
    newborn,
  };
  enum class Mark : std::uint8_t {
    none,
    refers,    ///< sends on to a hospital
    referred,  ///< answers that
    follows,   ///< after a stay, or because a measure was not at target
  };
  Date day;
  Kind kind;
  std::uint16_t what = 0;  ///< index of the cause, programme or delivery
  Mark mark = Mark::none;
};

/// A delivery as both the mother's and the child's life see it.
struct Delivery {
  Date day;
  Date conception;  ///< first day of the last period, from which weeks are counted
  Date registered;
  Date discharge;
  Date visited;  ///< at home; only when `visit`
  bool visit = false, check = false, caesarean = false;
  bool lost = false;  ///< the woman dies pregnant on `day`
  std::size_t hospital = 0;
};

/// Months added; the last day of a month stays in it.
Date months_after(Date day, int months);
/// Programme work is done on weekdays.
Date weekday(Date day);

struct Simulator::Home {
  const Household& household;
  std::size_t index;
  Random random;
  std::string surname;
  std::size_t community = 0, former = 0;  ///< indexes; the same if they never moved
  Date moved;                             ///< first day at `community`
  std::string address, former_address;
};

struct Simulator::Membership {
  std::size_t programme;
  Date enrolled;
  Date until{};  ///< only of an illness that ends
  const Concept* diagnosis = nullptr;
  int last_year = 0;                         ///< visits in the last year
  bool rules_kept = false;                   ///< managed by the rules in the last year
  bool measured = false, at_target = false;  ///< last measure of the last year
};

struct Simulator::Life {
  const Person& who;
  const Home& home;
  Random random;
  PersonWriter writer;
  std::uint32_t number;
  std::size_t position = 0;  ///< in the household
  Date from, to;             ///< present in the window
  bool duplicated = false;   ///< has a second record
  bool left = false;         ///< for elsewhere after `to`
  double care = 1;           ///< personal factor of use
  std::string registered_area;
  std::size_t cause_of_death = 0;
  std::vector<Membership> memberships;
  std::vector<Delivery> deliveries;
  std::vector<Date> contracts;  ///< days of signing
  std::vector<bool> examined;   ///< per year
  std::vector<Visit> visits;
  std::string referral;  ///< the open one
  std::size_t referral_cause = 0;
  bool seen_as_child = false;  ///< a visit of a programme by age in the last year
};

}  // namespace hb::simulate
