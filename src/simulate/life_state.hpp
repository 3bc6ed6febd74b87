#pragma once
// What life.cpp and life_programmes.cpp share; nobody else includes it.
#include <string>
#include <vector>

#include "simulate/life.hpp"

namespace hb::simulate {

/// A planned visit; facts are drawn when it is written.
struct Visit {
  enum class Kind : std::uint8_t { community, hospital, programme };
  Date day;
  Kind kind;
  std::uint16_t what;  ///< index of the cause or programme
};

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
};

struct Simulator::Life {
  const Person& who;
  const Home& home;
  Random random;
  PersonWriter writer;
  std::uint32_t number;
  std::size_t position = 0;  ///< in the household
  Date from, to;             ///< present in the window
  bool left = false;         ///< for elsewhere after `to`
  double care = 1;           ///< personal factor of use
  std::string registered_area;
  std::vector<Membership> memberships;
  std::vector<Visit> visits;
};

}  // namespace hb::simulate
