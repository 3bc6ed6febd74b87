#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/date.hpp"
#include "core/localized.hpp"
#include "core/result.hpp"
#include "simulate/tally.hpp"

namespace hb::simulate {

enum class Sex : std::uint8_t { male, female };
constexpr int oldest = 120;  ///< years; tables by age end here

/// A number for every year of age and sex.
struct AgeTable {
  std::array<std::array<double, oldest + 1>, 2> values{};
  double at(Sex sex, int age) const { return values[static_cast<std::size_t>(sex)][clamp(age)]; }
  static std::size_t clamp(int age) {
    return static_cast<std::size_t>(age < 0 ? 0 : age > oldest ? oldest : age);
  }
};

struct Normal {
  double mean = 0;
  double sd = 0;
  double least = 0;
  double most = 0;
};

/// A code with its words; `json` is a CodeableConcept, `coding` the Coding inside, made once.
struct Concept {
  std::string code;
  Localized text;
  std::string json;
  std::string coding;
  std::size_t counter = no_counter;  ///< where events of this concept are counted
};

// ---- the place (district.yaml) ----
struct StreetContent {
  std::string code;  ///< 9 digits
  Localized name;
  double share = 0;     ///< part of the residents, any scale
  int communities = 0;  ///< 1–99
  double elders = 1;    ///< factor of households with somebody of 60 or more
  double children = 1;  ///< factor of households with somebody below 18
};

/// What makes an institution a school: whom it takes and how its classes are called.
struct SchoolContent {
  int from_age = 0;                 ///< completed years on 31 August for the first grade
  std::vector<std::string> grades;  ///< one per school year
  std::string class_name;           ///< with {grade} and {number}
  int streets = 1;                  ///< one school at least for so many streets
  int places = 0;                   ///< children of a school; more are shared among several
  int class_size = 0;               ///< children of a class, about
  double per_grade = 0;             ///< share of the residents in one year of age
  double attending = 1;             ///< share of the children of those ages
};

struct InstitutionKind {
  enum class Per : std::uint8_t { district, street, community };
  /// community and hospital receive visits; the last office reviews report cards
  enum class Level : std::uint8_t { office, community, hospital, school, other };
  std::string id;
  Per per = Per::district;
  Level level = Level::office;
  int every = 1;      ///< one for so many communities
  double weight = 0;  ///< chance to be chosen among those of its level that serve a place
  double staff = 0;   ///< doctors per 1,000 residents served
  Concept type;
  Localized name;  ///< with {district}, {street}, {community}
  std::optional<SchoolContent> school;
};

struct MapContent {
  std::uint64_t seed = 0;
  double longitude = 0, latitude = 0;  ///< centre, degrees
  double width = 0, height = 0;        ///< degrees
  int relax = 0;                       ///< rounds of evening out
};

struct DistrictContent {
  std::string code;  ///< 6 digits, begins with 77
  Localized name;
  std::vector<std::pair<std::string, double>> origins;  ///< code, cumulative share
  MapContent map;
  std::vector<StreetContent> streets;
  Localized community_suffix;
  std::vector<Localized> community_heads, community_tails;
  std::vector<std::string> roads;
  std::vector<InstitutionKind> institutions;
};

// ---- the people (population.yaml, names.yaml) ----
struct DeathCause {
  Concept what;
  AgeTable shares;        ///< among the deaths of an age and sex
  bool chronic = false;   ///< one of the four major chronic diseases (cancer, heart and vessels,
                          ///< diabetes, chronic respiratory)
  bool maternal = false;  ///< the woman dies while pregnant
};

struct DeathContent {
  AgeTable force;  ///< deaths per person and year; age 0: per live birth
  std::array<double, 12> months{};
  std::vector<DeathCause> causes;
};

struct HouseholdContent {
  Normal mother_age, partner_gap, grandmother_gap;  ///< years
  double twins = 0, second_child = 0, third_child = 0, two_parents = 0, grandparents = 0;
  double adult_child_at_home = 0;
  AgeTable couple, shared_flat;
};

struct GivenNames {
  int born_from = 0;
  double two = 0;                                      ///< chance of a second character
  std::array<std::vector<std::string>, 2> characters;  ///< by Sex
};

struct PopulationContent {
  AgeTable pyramid;  ///< share of all residents per year of age and sex; sums to 1
  DeathContent deaths;
  HouseholdContent households;
  double moves_per_year = 0;                              ///< within the district, per household
  double arrivals_per_1000 = 0, departures_per_1000 = 0;  ///< households and year
  AgeTable mobility;       ///< how likely to come or go, by age of the youngest adult, any scale
  double care_spread = 0;  ///< sd of the logarithm of the personal factor
  std::vector<std::string> surnames;
  std::vector<double> surname_weights;  ///< cumulative
  std::vector<GivenNames> given;        ///< rising born_from
};

// ---- care (care.yaml, programmes.yaml, vaccines.yaml, cards.yaml) ----
struct Component {
  Concept what;
  std::string unit;  ///< UCUM
  int decimals = 0;
  double mean = 0, between = 0, within = 0, least = 0, most = 0;
  /// (age in years, typical value): when present, `mean` and `between` are relative to it.
  std::vector<std::pair<double, double>> by_age;
};

struct Measure {
  std::string id;
  std::string category;  ///< FHIR observation-category code
  Concept what;
  std::vector<Component> components;  ///< one: the measure itself
  bool panel = false;                 ///< true: values are Observation.component
};

struct Drug {
  std::string id;
  Concept what;
  std::string dosage;
};

struct Share {
  std::size_t index;  ///< into drugs or measures
  double chance;
};

struct ProcedureContent {
  Concept what;
  double share = 1;
};

struct CardContent {
  Concept disease;
  char legal_class = 0;   ///< A, B, C; O: other, under observation
  double reported = 0;    ///< share of visits a card is filled in for
  double confirmed = 0;   ///< share confirmed; the rest clinical
  double onset_days = 0;  ///< mean from onset to diagnosis
};

struct Cause {
  std::string id;
  Concept diagnosis;
  AgeTable per_year;  ///< visits per person and year
  std::array<double, 12> months{};
  double community = 0;  ///< share of visits at the community level
  double inpatient = 0;  ///< share of hospital visits admitted
  double days = 0;       ///< mean stay
  std::vector<Share> drugs, measures;
  std::optional<ProcedureContent> procedure;
  std::optional<CardContent> card;
  double fever_clinic = 0;  ///< share of the hospital's visits that are made to its fever clinic
};

/// A log-normal amount of money, yuan.
struct Price {
  double mean = 0;
  double sigma = 0;  ///< sd of the logarithm
};

struct Prices {
  Price community, hospital, emergency;
  Price day;  ///< of a stay in hospital
};

struct Referral {
  double up = 0;    ///< share of the community's visits for an illness sent on to a hospital
  double back = 0;  ///< share of stays followed by a visit at the community level
  int days = 0;     ///< within so many days
};

struct ProgrammeMeasure {
  std::size_t measure;
  double share = 1;
  std::vector<double> shift, trend;  ///< per component; trend per year
  /// From an age on: the values, one per component, that all must stay below to be at target.
  std::vector<std::pair<int, std::vector<double>>> target;
};

struct Diagnosis {
  Concept what;
  double until = 0;  ///< cumulative share
};

struct Programme {
  enum class Kind : std::uint8_t { members, ages, illness };
  Kind kind = Kind::members;  ///< by prevalence, by age in months, or after an illness of care.yaml
  Concept type;
  Concept visit;                     ///< type of its visits
  std::vector<Diagnosis> diagnoses;  ///< a Condition of its members; empty: none
  Concept reason;                    ///< of its visits
  bool priced = false;               ///< its visits cost what a visit there costs
  AgeTable prevalence;
  int enrolled_from_age = 18;
  double enrolled_within_years = 0;
  int per_year = 0;           ///< visits that the rules ask for
  double by_rules = 0;        ///< share of members, each year, who are managed by the rules
  std::vector<double> fewer;  ///< cumulative: the others have 0, 1, 2 … visits
  double examined = 0, examined_others = 0;  ///< yearly examination: by the rules, others
  double recheck = 0;                        ///< chance of another visit when not at target
  int recheck_days = 14;
  std::vector<int> ages_in_months;
  double enrolled = 1;          ///< by age: share of children who take part
  int until_age = 0;            ///< by age: the episode ends
  std::string illness;          ///< id of the cause it follows
  int interval = 0, lasts = 0;  ///< days; after an illness
  int spread = 0;               ///< days
  double kept = 1;
  std::vector<Share> drugs;
  std::vector<ProgrammeMeasure> measures;
  std::optional<ProcedureContent> procedure;
  std::size_t members_counter = 0, by_rules_counter = 0, controlled_counter = 0;
};

/// The yearly health examination; one a year, whoever asks for it.
struct Examination {
  Concept visit, reason;
  std::array<double, 12> months{};
  std::vector<ProgrammeMeasure> measures;
  std::optional<ProcedureContent> procedure;
};

/// Family doctor contracts of one year.
struct ContractContent {
  Concept type;
  AgeTable share;        ///< of residents with a contract
  double key_group = 0;  ///< the same among members of the programmes and pregnant women
  int team = 0;          ///< residents per team
  int renewal_gap = 0;   ///< days, at most
  double hospital_factor =
      1;  ///< hospital visits of people with a contract, as part of the others'
};

struct MaternityContent {
  Concept type;                                            ///< of the episode
  Concept antenatal, delivery, postnatal, check, newborn;  ///< types of visits
  Concept antenatal_reason, postnatal_reason, check_reason, newborn_reason;
  Concept spontaneous, caesarean;  ///< reason of the stay
  Concept procedure;
  std::vector<std::string> hospitals;  ///< ids of institution kinds where children are born
  Normal gestation;                    ///< days
  double twins_earlier = 0;            ///< days
  double early = 0;                    ///< share registered before week 13
  Normal early_week;
  double late_weeks = 0;   ///< mean after week 13 of the others
  std::vector<int> weeks;  ///< of antenatal visits after the registration
  double kept = 1;
  double caesarean_share = 0;
  int stay = 0, caesarean_stay = 0;  ///< days
  double visited = 0;                ///< share of mothers and newborns visited at home
  double checked = 0;                ///< share of mothers seen after 42 days
  Normal weight;                     ///< of a child born after 280 days, grams
  double weight_per_day = 0;         ///< less for each day earlier
  std::size_t birth_weight = 0;      ///< measure
  std::vector<Share> antenatal_measures, newborn_measures;
  AgeTable fertility;  ///< births per woman and year, for pregnancies that outlast the window
};

struct Dose {
  Concept vaccine;
  int number = 0;
  int age_in_months = 0;
  std::optional<Date> born_from, born_until, from;
  std::optional<Sex> sex;
};

struct VaccineContent {
  double coverage = 0;
  double delay_days = 0;
  int history_until_age = 0;
  std::vector<Dose> doses;
};

/// Either all who are taught in some kinds of institution, or a share of the others of some ages.
struct CardGroup {
  std::string code;
  std::vector<std::size_t> taught;  ///< indexes into DistrictContent::institutions
  int from = 0, until = -1;         ///< years, inclusive; of those who are not taught
  double share = 0;
  std::string school;  ///< outside the district; empty: none
  std::vector<std::string> classes;
};

struct CardRules {
  std::vector<CardGroup> groups;
  double report_hours = 0, late = 0, hospital_review_hours = 0, county_review_hours = 0;
  double amended = 0, deleted = 0;
};

// ---- what goes wrong (dirt.yaml) ----
enum class DirtLevel : std::uint8_t { none, normal, heavy };
enum class Slip : std::uint8_t { name, phone, sex, birth_date, address };
constexpr std::size_t slip_count = 5;
constexpr std::array<const char*, slip_count> slip_names = {"name", "phone", "sex", "birth-date",
                                                            "address"};

struct DirtContent {
  double heavy = 1;  ///< factor of the shares
  double identity_missing = 0, phone_missing = 0, community_missing = 0, duplicated = 0;
  double duplicate_visits = 0, duplicate_identity_missing = 0, second_slip = 0;
  std::array<double, slip_count> slips{};
  double move_unrecorded = 0;
  double unknown = 0, unknown_registered = 0;
  std::string unknown_name;
  double wrong_code = 0, late = 0, late_days = 0, withdrawn = 0, corrected = 0, refused = 0;
};

struct Content {
  DirtContent dirt;
  DistrictContent district;
  PopulationContent population;
  std::array<double, 7> community_weekdays{}, hospital_weekdays{};  ///< Monday first
  std::array<double, 24> community_hours{}, hospital_hours{};       ///< cumulative
  int emergency_from = 18,
      emergency_until = 7;  ///< hours in which a hospital visit is an emergency
  Prices prices;
  Referral referral;
  Concept fever_clinic, vaccination;  ///< types of visits
  Concept vaccination_reason;
  std::vector<Drug> drugs;
  std::vector<Measure> measures;
  std::vector<Cause> causes;
  std::vector<Programme> programmes;
  Examination examination;
  ContractContent contract;
  MaternityContent maternity;
  VaccineContent vaccines;
  CardRules cards;
  CounterNames counters;
};

/// Reads district, population, names, care, programmes, maternity, vaccines, cards and dirt (.yaml)
/// of a directory. errors  not_found: a file is missing; invalid_input: message names field and
/// expectation, where is
///         "care.yaml:12"
Result<Content> load_content(const std::filesystem::path& directory);

}  // namespace hb::simulate
