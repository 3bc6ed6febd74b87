#include "simulate/tally.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hb::simulate {
namespace {

constexpr std::array<const char*, counter::fixed_count> fixed_names = {"residents",
                                                                       "resident-days",
                                                                       "men",
                                                                       "children-0-14",
                                                                       "elders-60",
                                                                       "elders-65",
                                                                       "women-15-49",
                                                                       "centenarians",
                                                                       "children-0-6",
                                                                       "children-seen",
                                                                       "elders-examined",
                                                                       "community-visits",
                                                                       "hospital-visits",
                                                                       "emergency-visits",
                                                                       "stays",
                                                                       "stay-days",
                                                                       "community-fen",
                                                                       "hospital-fen",
                                                                       "stays-fen",
                                                                       "contracted-community",
                                                                       "contracted-hospital",
                                                                       "contracts-valid",
                                                                       "key-group",
                                                                       "key-group-contracts",
                                                                       "births",
                                                                       "boys-born",
                                                                       "mothers-followed",
                                                                       "mothers",
                                                                       "registered-early",
                                                                       "antenatal-five",
                                                                       "systematic",
                                                                       "postnatal-visited",
                                                                       "newborn-visited",
                                                                       "low-weight",
                                                                       "doses",
                                                                       "doses-due",
                                                                       "cards",
                                                                       "late-cards",
                                                                       "cards-a",
                                                                       "cards-b",
                                                                       "cards-c",
                                                                       "deaths",
                                                                       "infant-deaths",
                                                                       "under-five-deaths",
                                                                       "maternal-deaths",
                                                                       "last-year-days",
                                                                       "last-year-mothers"};

}  // namespace

std::size_t life_group(int age) {
  if (age < 1) return 0;
  if (age < 5) return 1;
  return std::min<std::size_t>(static_cast<std::size_t>(age) / 5 + 1, life_groups - 1);
}

int life_group_start(std::size_t group) {
  return group < 2 ? static_cast<int>(group) : static_cast<int>(group - 1) * 5;
}

CounterNames::CounterNames() {
  for (const char* name : fixed_names) add(name);
  for (const char* kind : {"days", "deaths", "chronic"})
    for (const char* sex : {"male", "female"})
      for (std::size_t group = 0; group < life_groups; ++group)
        add(fmt::format("{}.{}.{}", kind, sex, life_group_start(group)));
}

std::size_t CounterNames::add(const std::string& name) {
  const auto [at, added] = numbers_.try_emplace(name, names_.size());
  if (added) names_.push_back(name);
  return at->second;
}

std::optional<std::size_t> CounterNames::find(const std::string& name) const {
  const auto at = numbers_.find(name);
  return at == numbers_.end() ? std::nullopt : std::optional(at->second);
}

void Tally::add(const Tally& other) {
  for (std::size_t i = 0; i < other.values_.size(); ++i)
    if (other.values_[i]) add(i, other.values_[i]);
}

}  // namespace hb::simulate
