#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulate/district.hpp"
#include "simulate/population.hpp"
#include "simulate/text.hpp"

namespace hb::simulate {

enum class Type : std::uint8_t {
  organization,
  location,
  practitioner,
  patient,
  encounter,
  condition,
  observation,
  medication_request,
  procedure,
  immunization,
  episode_of_care,
  composition,
  task,
  related_person,
  service_request,
};
constexpr std::size_t type_count = 15;
constexpr std::array<const char*, type_count> type_names = {
    "Organization", "Location",      "Practitioner",  "Patient",
    "Encounter",    "Condition",     "Observation",   "MedicationRequest",
    "Procedure",    "Immunization",  "EpisodeOfCare", "Composition",
    "Task",         "RelatedPerson", "ServiceRequest"};

/// What the simulation knows and no institution would deliver: CSV files in truth/.
enum class Truth : std::uint8_t { duplicates, unknown_visits, moves, errors, classes };
constexpr std::size_t truth_count = 5;
struct TruthFile {
  const char* name;
  const char* header;
};
constexpr std::array<TruthFile, truth_count> truth_files = {{
    {"truth/duplicates.csv", "patient,duplicate,slips\n"},
    {"truth/unknown_visits.csv", "encounter,patient,written_as\n"},
    {"truth/moves.csv", "patient,kind,day,from_area,to_area,recorded\n"},
    {"truth/errors.csv", "type,id,error,field,truth,written\n"},
    {"truth/classes.csv", "patient,school,class\n"},
}};

/// Lines of resources by type, as one piece of work produces them.
struct Batch {
  std::array<Text, truth_count> truth;
  std::array<Text, type_count> lines;
  std::array<std::uint64_t, type_count> counts{};
  Tally tally;

  Text& line(Type type) {
    ++counts[static_cast<std::size_t>(type)];
    return lines[static_cast<std::size_t>(type)];
  }
  /// Where in the Encounters a line begins that cannot be loaded, on purpose.
  std::vector<std::size_t> refused;
  Text& row(Truth file) { return truth[static_cast<std::size_t>(file)]; }
  void clear();
};

/// Organization, Location (areas and institutions) and Practitioner of the district.
void write_district(const Content& content, const District& district, std::uint64_t seed,
                    Batch& batch);

struct PatientFacts {
  const Person* person;
  std::string family, given;
  std::string identity_number;  ///< empty: missing, as the next two
  std::string record_number;    ///< 17 digits
  std::string telephone;
  std::string area, address;                ///< present: community code, line of text
  std::string former_area, former_address;  ///< before the move; empty: never moved
  Date moved;
  std::optional<Date> arrived, left;  ///< from and for elsewhere
  bool deceased = false;              ///< by now
  int version = 1;
  bool street_only = false;     ///< the community is not known
  char letter = 'p';            ///< of the id
  Date changed;                 ///< day of a version after the first
  std::string registered_area;  ///< 户籍: community of the district or 6 digits elsewhere
  const Institution* managing;
  bool partner_stated, single_stated;  ///< what the record says about marriage; neither: nothing

  void next_version(Date day) {
    ++version;
    changed = day;
  }
};

/// service: outpatient, but by appointment in office hours.
enum class VisitKind : std::uint8_t { outpatient, emergency, inpatient, home, service };

struct VisitFacts {
  Date day;
  int minute;
  int minutes;  ///< length; a stay runs over midnight
  VisitKind kind;
  const Institution* at;
  std::size_t doctor;
  const Concept* reason;
  const Concept* type = nullptr;  ///< none: a plain visit for an illness
  bool community = false;         ///< the institution is of the community level
  std::int64_t fen = -1;          ///< cost in 1/100 yuan; -1: none stated
  std::string request;            ///< id of the ServiceRequest it answers
};

struct EpisodeFacts {
  const Concept* type;
  Date from;
  std::optional<Date> until;
  bool finished = false;
  const Institution* managing;
  std::size_t doctor;
  double gestation_weeks = -1;  ///< at `from`; -1: no pregnancy
};

struct MotherFacts {
  std::string family, given, identity_number;
  Date birth;
};

struct CardFacts {
  const CardContent* card;
  VisitFacts visit;
  std::string_view status, case_class, group;
  Date onset;
  int report_minute, hospital_minute, county_minute;  ///< after midnight of visit.day; -1: not yet
  std::string area, registered_area, school, school_class;
};

struct TaskFacts {
  std::string_view code, display;
  std::string focus;  ///< "Composition/r0000001-1"
  Date authored, due;
  std::string_view owner;  ///< organisation id
};

/// Writes the resources of one person; ids are "<letter><number of the person>-<n>".
class PersonWriter {
 public:
  PersonWriter(Batch& batch, std::uint32_t number);

  void patient(const PatientFacts& facts);
  /// The id, to refer to.
  std::string encounter(const VisitFacts& facts);
  void condition(const VisitFacts& facts, const std::string& encounter, bool chronic);
  /// An empty encounter: measured outside of any.
  void observation(const VisitFacts& facts, const std::string& encounter, const Measure& measure,
                   const std::vector<double>& values);
  void prescription(const VisitFacts& facts, const std::string& encounter, const Drug& drug);
  void procedure(const VisitFacts& facts, const std::string& encounter, const Concept& what);
  void immunization(Date day, const std::string& encounter, const Dose& dose, const Institution& at,
                    std::uint32_t lot);
  void episode(const EpisodeFacts& facts);
  void mother(const MotherFacts& facts);
  /// A referral to a hospital; the id, for the visit that answers it.
  std::string referral(const VisitFacts& facts, const std::string& encounter);
  /// A laboratory test that finds what it looks for, or does not.
  void finding(const VisitFacts& facts, const std::string& encounter, const Concept& test,
               bool positive);
  std::string card(const CardFacts& facts);
  void death(Date day, const Concept& cause, const Institution& at);
  void task(const TaskFacts& facts);
  Tally& tally() { return batch_.tally; }

 private:
  Text& begin(Type type, char letter, std::string* id = nullptr);

  Batch& batch_;
  std::string number_;  ///< "0000123"
  std::array<int, type_count> serials_{};
};

std::string doctor_id(std::size_t index);
/// area (6), birth date (8), sequence (3) and the check digit.
std::string identity_number(const std::string& area, Date birth, unsigned sequence);

}  // namespace hb::simulate
