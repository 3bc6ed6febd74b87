#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "simulate/outbreak_catalogue.hpp"
#include "simulate/outbreak_content.hpp"
#include "simulate/population.hpp"

namespace hb::simulate {

/// Where a child is taught.
struct Enrolment {
  std::uint32_t place;  ///< index into OutbreakDistrict::places
  std::uint16_t group;  ///< class in it, by a number of its own
};

/// What outbreaks need to know of a district and its people; nothing of it is written.
struct OutbreakDistrict {
  struct Resident {
    Date birth;
    Date from, to;            ///< present in the district, both inclusive
    std::uint32_t household;  ///< members of a household stand together
    Date settled;             ///< lives in `community` since
    std::uint16_t street;
    std::uint16_t community;
  };
  struct Place {
    Setting setting;  ///< school, kindergarten, childcare or hospital
    std::uint16_t street;
    double weight = 1;  ///< of hospitals: chance to be chosen
  };
  std::vector<Resident> residents;  ///< by number of the person
  std::vector<Place> places;
  std::size_t streets = 0;
  std::uint32_t living = 0;  ///< on the last day; numbers of outbreaks scale with it
  std::function<std::optional<Enrolment>(std::uint32_t person, Date day)> enrolment;
};

constexpr std::uint32_t no_place = 0xffffffff;
constexpr std::uint16_t no_street = 0xffff;
constexpr std::uint16_t no_group = 0xffff;
constexpr std::int32_t no_minute = -1;

/// A true case. 36 bytes.
struct PlannedCase {
  std::uint32_t person;
  std::uint32_t outbreak;  ///< index into OutbreakPlan::outbreaks
  float onset;             ///< days after `onset_day`, in [0, 1)
  Date onset_day;
  Date visit_day;                         ///< when they seek care, or would have
  std::int32_t wait = 0;                  ///< minutes from diagnosis to report
  std::int32_t visit_minute = no_minute;  ///< of visit_day; no_minute: never seeks care
  std::uint32_t school = no_place;        ///< where the case is taught at the time
  std::uint16_t group = no_group;
  bool community = false;  ///< seen at the community level, else in a hospital
  bool reported = false;
  /// Minutes after midnight of visit_day.
  std::int32_t report_minute() const { return visit_minute + wait; }
  Date report_day() const { return {visit_day.days + report_minute() / 1440}; }
};

struct PlannedOutbreak {
  std::size_t content;               ///< index into the catalogue
  std::uint16_t street = no_street;  ///< no_street: the whole district
  std::uint32_t place = no_place;
  std::uint32_t number = 0;  ///< of the market or workplace in its street, from 0
  Date first_exposure, first_onset, last_onset;
  std::optional<Date> third_onset;
  std::uint32_t cases = 0, reported = 0;
};

struct OutbreakPlan {
  std::vector<PlannedOutbreak> outbreaks;  ///< by first exposure
  std::vector<PlannedCase> cases;          ///< by person, then outbreak
  /// The cases of one person.
  std::span<const PlannedCase> of(std::uint32_t person) const;
};

/// Decides which outbreaks happen in the window and who falls ill. Entries come Poisson(per_year ×
/// years × living / 1.12 million) times, on days drawn by season (in schools on school days); a
/// seasonal wave comes every year, and its size scales instead. Every case is a resident who fits
/// the setting and the ages, is present from exposure to onset, and falls ill once per outbreak;
/// cases outside the window are left out, and an outbreak ends early when nobody fits any more.
/// Each outbreak has a sequence of random numbers of its own.
OutbreakPlan plan_outbreaks(std::span<const OutbreakContent> catalogue,
                            const OutbreakSurroundings& surroundings,
                            const OutbreakDistrict& district, const Window& window,
                            std::uint64_t seed);

}  // namespace hb::simulate
