// People: records that lack something, and second records.
#include "simulate/dirt.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulate/names.hpp"

namespace hb::simulate {

Mark mark_of(const Batch& batch) {
  Mark mark;
  for (std::size_t type = 0; type < type_count; ++type) mark.sizes[type] = batch.lines[type].size();
  mark.encounters = batch.counts[static_cast<std::size_t>(Type::encounter)];
  return mark;
}

Dirt::Dirt(const Content& content, const District& district, DirtLevel level, std::uint64_t seed,
           Date last)
    : content_(content),
      dirt_(content.dirt),
      district_(district),
      factor_(level == DirtLevel::none     ? 0
              : level == DirtLevel::normal ? 1
                                           : content.dirt.heavy),
      seed_(seed),
      last_(last) {}

double Dirt::share(double normal) const { return std::min(1.0, normal * factor_); }

void Dirt::blur(PatientFacts& facts, std::uint32_t person, Batch& batch) const {
  if (factor_ == 0) return;
  Random random(seed_, stream::dirt, person);
  const auto missing = [&](std::string_view field, std::string_view truth) {
    batch.row(Truth::errors)
        .put("Patient,p", Padded{person + 1u, 7}, ",missing,", field, ',', truth, ",\n");
  };
  if (random.chance(share(dirt_.identity_missing))) {
    missing("identifier", facts.identity_number);
    facts.identity_number.clear();
  }
  if (random.chance(share(dirt_.phone_missing))) {
    missing("telecom", facts.telephone);
    facts.telephone.clear();
  }
  if (random.chance(share(dirt_.community_missing))) {
    missing("address", "community");
    facts.street_only = true;
  }
}

bool Dirt::forgets_move(std::uint32_t person) const {
  // A household moves, but its members' records are kept by different hands.
  return factor_ > 0 &&
         Random(seed_, stream::dirt + 1, person).chance(share(dirt_.move_unrecorded));
}

bool Dirt::duplicate(const PatientFacts& facts, std::uint32_t person, Batch& batch) const {
  if (factor_ == 0) return false;
  Random random(seed_, stream::dirt + 2, person);
  if (!random.chance(share(dirt_.duplicated))) return false;
  PatientFacts second = facts;
  Person twin = *facts.person;
  second.person = &twin;
  second.letter = 'd';
  second.record_number.clear();
  std::string slips;
  if (random.chance(dirt_.duplicate_identity_missing)) {
    second.identity_number.clear();
    slips = "no-identity-number;";
  }
  const auto first = random.pick(std::span<const double>(dirt_.slips));
  slip(static_cast<Slip>(first), second, twin, random);
  slips += slip_names[first];
  if (random.chance(dirt_.second_slip)) {
    const auto other = random.pick(std::span<const double>(dirt_.slips));
    if (other != first) {
      slip(static_cast<Slip>(other), second, twin, random);
      slips += fmt::format(";{}", slip_names[other]);
    }
  }
  PersonWriter(batch, person + 1).patient(second);
  batch.row(Truth::duplicates)
      .put('p', Padded{person + 1u, 7}, ",d", Padded{person + 1u, 7}, ',', slips, '\n');
  return true;
}

void Dirt::slip(Slip slip, PatientFacts& facts, Person& twin, Random& random) const {
  switch (slip) {
    case Slip::name: {  // another character of the same fashion, or the second one left out
      const int born = civil(twin.birth).year;
      std::string given = pick_given(content_.population, random, born, twin.sex);
      constexpr std::size_t character = 3;  // bytes of a Han character
      if (facts.given.size() > character && random.chance(0.4))
        given = facts.given.substr(0, character);
      else if (facts.given.size() > character)
        given = facts.given.substr(0, character) + given.substr(0, character);
      facts.given = std::move(given);
      break;
    }
    case Slip::phone:
      for (std::size_t i = facts.telephone.size(); i-- > 4;)
        if (facts.telephone[i] != facts.telephone[i - 1]) {
          std::swap(facts.telephone[i], facts.telephone[i - 1]);
          break;
        }
      break;
    case Slip::sex:
      twin.sex = twin.sex == Sex::male ? Sex::female : Sex::male;
      break;
    case Slip::birth_date: {
      const YearMonthDay day = civil(twin.birth);
      const auto swapped = make_date(day.year, day.day, day.month);
      if (swapped && day.day != day.month && *swapped <= last_)
        twin.birth = *swapped;
      else
        --twin.birth.days;
      break;
    }
    case Slip::address: {
      const auto count = static_cast<std::uint32_t>(district_.communities.size());
      const Community& place = district_.communities[random.below(count)];
      facts.area = place.code;
      facts.address = content_.district.name.zh + content_.district.streets[place.street].name.zh +
                      place.name.zh;
      break;
    }
  }
}

}  // namespace hb::simulate
