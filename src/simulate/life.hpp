#pragma once
#include <array>
#include <optional>
#include <vector>

#include "simulate/content.hpp"
#include "simulate/dirt.hpp"
#include "simulate/district.hpp"
#include "simulate/outbreaks.hpp"
#include "simulate/population.hpp"
#include "simulate/resources.hpp"
#include "simulate/schools.hpp"

namespace hb::simulate {

struct Visit;
struct Delivery;

/// When visits happen: for each cause, level and year of the window the days' cumulative weights
/// (season of the cause × weekday of the level); for each age and sex the causes' cumulative rates.
class Calendar {
 public:
  Calendar(const Content& content, const Window& window);

  int years() const { return static_cast<int>(starts_.size()) - 1; }
  Date start(int year) const { return starts_[static_cast<std::size_t>(year)]; }
  /// Visits a person of this age makes in a year, all causes.
  double visits(Sex sex, int age) const { return causes_[cell(sex, age)].back(); }
  std::size_t cause(Sex sex, int age, Random& random) const {
    return random.pick(std::span<const float>(causes_[cell(sex, age)]));
  }
  Date day(std::size_t cause, bool hospital, int year, Random& random) const;

 private:
  static std::size_t cell(Sex sex, int age) {
    return AgeTable::clamp(age) * 2 + static_cast<std::size_t>(sex);
  }
  std::vector<Date> starts_;                ///< of the years, and the day after the last
  std::vector<std::vector<float>> causes_;  ///< per age and sex
  std::vector<std::vector<float>> days_;    ///< per cause, level and year
};

/// Lives of households, each from its own sequence of random numbers: the result does not depend on
/// which household is simulated first or by which thread.
class Simulator {
 public:
  Simulator(const Content& content, const District& district, const Population& population,
            const Outbreaks& outbreaks, const Window& window, std::uint64_t seed, DirtLevel dirt);

  void household(std::size_t index, Batch& batch) const;

 private:
  struct Home;
  struct Life;
  struct Membership;

  // life.cpp: who somebody is, illness and its visits
  Home make_home(std::size_t index) const;
  std::string address(const Home& home, std::size_t community, Random& random) const;
  void person(const Home& home, std::size_t position, Batch& batch) const;
  MotherFacts identity(const Home& home, std::size_t position) const;
  void write_patient(const Home& home, Life& life, const Stay& stay, Batch& batch) const;
  void write_versions(const Home& home, Life& life, PatientFacts& facts, Batch& batch) const;
  void write_class(const Life& life, Batch& batch) const;
  void plan_care(Life& life) const;
  void plan_illness(Life& life, std::size_t cause, int year) const;
  void write_visits(Life& life) const;
  void write_care(Life& life, const Visit& visit) const;
  void write_stay(Life& life, std::size_t cause, VisitFacts& visit) const;
  void write_death(Life& life) const;
  void write_outbreak_cases(Life& life) const;
  void write_outbreak_case(Life& life, const PlannedCase& fallen) const;
  void at_minute(Life& life, VisitFacts& visit, int minute) const;
  void write_outbreak_card(Life& life, const PlannedCase& fallen, const VisitFacts& visit,
                           bool confirmed) const;
  void set_card_group(Life& life, Date day, std::optional<Schooling> schooling,
                      CardFacts& facts) const;
  /// Whether all components are at the programme's target.
  bool measure(Life& life, const VisitFacts& visit, const std::string& encounter,
               std::size_t measure, const ProgrammeMeasure* programme, double managed_years) const;
  std::size_t community_on(const Life& life, Date day) const;
  VisitFacts visit_at(Life& life, std::size_t institution, Date day, const Concept& reason,
                      VisitKind kind) const;
  void count_person(Life& life) const;

  // life_programmes.cpp
  void plan_programmes(Life& life) const;
  void plan_members(Life& life, std::size_t programme) const;
  void plan_year(Life& life, Membership& membership, int year, Random& random) const;
  void plan_by_age(Life& life, std::size_t programme) const;
  void plan_after_illness(Life& life, std::size_t cause, Date day) const;
  void plan_contracts(Life& life) const;
  bool in_key_group(const Life& life, Date day) const;
  bool contracted(const Life& life, Date day) const;
  void write_programme_visit(Life& life, const Visit& visit) const;
  void write_examination(Life& life, Date day) const;
  void vaccinate(Life& life) const;
  void write_card(Life& life, const CardContent& card, const VisitFacts& visit) const;

  // life_births.cpp
  std::optional<std::size_t> mother_of(const Household& household, std::size_t child) const;
  Delivery delivery_of(const Household& household, std::size_t child) const;
  Delivery pregnancy(Date birth, int children, Random& random) const;
  void plan_deliveries(Life& life) const;
  void plan_pregnancy(Life& life, std::size_t delivery) const;
  void plan_newborn(Life& life) const;
  void write_maternity_visit(Life& life, const Visit& visit) const;

  const Content& content_;
  const District& district_;
  const Population& population_;
  const Outbreaks& outbreaks_;
  Window window_;
  std::uint64_t seed_;
  Calendar calendar_;
  Dirt dirt_;
  Choice obstetric_;                        ///< hospitals where children are born
  std::vector<double> examination_days_;    ///< of a year, cumulative
  std::vector<std::size_t> after_illness_;  ///< per cause the programme that follows, or none
};

}  // namespace hb::simulate
