#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "simulate/content.hpp"
#include "simulate/outbreak_catalogue.hpp"

namespace hb::simulate {

/// What a disease leaves in the records of those who see a doctor (diseases.yaml).
struct DiseaseContent {
  std::vector<std::string> names;  ///< in catalogues
  Concept diagnosis;               ///< ICD-10
  CardContent card;                ///< disease and class of the report card
  double fever_clinic = 0;         ///< share of hospital visits made to the fever clinic
  double community = 0;            ///< share seen at the community level
  double tested = 0;               ///< share with a laboratory test
  double positive = 0;             ///< share of tests that confirm
  Concept test;                    ///< what the laboratory looks for
  std::vector<Share> drugs, measures;
  std::string pharmacy, lab;  ///< streams its purchases and positive samples are counted in
  double wave_days = 32;      ///< width at half height of a seasonal wave
};

constexpr const char* lab_test_system = "https://health-brain.org/fhir/CodeSystem/lab-test";

/// Monday 0 … Sunday 6.
int weekday_of(Date day);

struct DayRange {
  int from_month, from_day, until_month, until_day;  ///< inclusive; may run over New Year
};

/// A count per day and place, with or without outbreaks (streams.yaml).
struct StreamContent {
  Concept code;
  std::vector<std::string> at;       ///< types of organisations, or "street"
  bool school_days = false;          ///< counted on school days only
  double per_1000 = 0;               ///< events a day per 1,000 people served
  double spread = 0;                 ///< sd of the logarithm of a day's level
  double place_spread = 0;           ///< sd of the logarithm of a place's level
  std::array<double, 12> months{};   ///< mean 1
  std::array<double, 7> weekdays{};  ///< Monday first, mean 1 over the days counted
};

/// What surrounds outbreaks: diseases, streams, the school year, places that are no institution.
struct OutbreakSurroundings {
  std::vector<DiseaseContent> diseases;
  DiseaseContent other;  ///< of a disease that is not listed; card and diagnosis get its name
  std::vector<StreamContent> streams;
  std::array<std::string, trace_count> traces;  ///< stream of each trace; empty: by disease
  std::vector<DayRange> school_closed;
  Localized market, workplace;  ///< with {street} and {number}
  int markets_per_street = 1, people_per_workplace = 400;
  double report_hours = 3.5;                                   ///< mean from diagnosis to report
  std::array<double, 24> community_hours{}, hospital_hours{};  ///< cumulative, of visits

  bool school_day(Date day) const;
  /// By one of its names; an unlisted one is `other` under its own name.
  DiseaseContent disease(const std::string& name) const;
  /// Index into streams by code; streams.size() if there is none.
  std::size_t stream(const std::string& code) const;
};

/// Reads diseases.yaml and streams.yaml of a content directory.
/// errors  as load_content
Result<OutbreakSurroundings> load_surroundings(const std::filesystem::path& directory,
                                               const Content& content);

}  // namespace hb::simulate
