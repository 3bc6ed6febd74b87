#pragma once
#include <array>
#include <vector>

#include "simulate/content.hpp"
#include "simulate/district.hpp"
#include "simulate/population.hpp"
#include "simulate/resources.hpp"

namespace hb::simulate {

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
            const Window& window, std::uint64_t seed);

  void household(std::size_t index, Batch& batch) const;

 private:
  struct Home;
  struct Life;
  struct Membership;

  Home make_home(std::size_t index) const;
  std::string address(const Home& home, std::size_t community, Random& random) const;
  void person(const Home& home, std::size_t position, Batch& batch) const;
  void write_patient(const Home& home, Life& life, const Stay& stay, Batch& batch) const;
  void write_versions(const Home& home, Life& life, PatientFacts& facts, Batch& batch) const;
  void write_class(const Life& life, Batch& batch) const;
  void plan_care(Life& life) const;
  void plan_programmes(Life& life) const;
  void plan_regular(Life& life, std::size_t programme) const;
  void plan_by_age(Life& life, std::size_t programme) const;
  void vaccinate(Life& life) const;
  void write_visits(Life& life) const;
  void write_care(Life& life, std::size_t cause, bool hospital, Date day) const;
  void write_programme_visit(Life& life, std::size_t programme, Date day) const;
  void write_card(Life& life, const CardContent& card, const VisitFacts& visit) const;
  void write_death(Life& life) const;
  void measure(Life& life, const VisitFacts& visit, const std::string& encounter,
               std::size_t measure, const ProgrammeMeasure* programme, double managed_years) const;

  std::size_t community_on(const Life& life, Date day) const;
  VisitFacts visit_at(Life& life, const Institution& at, Date day, const Concept& reason,
                      VisitKind kind) const;

  const Content& content_;
  const District& district_;
  const Population& population_;
  Window window_;
  std::uint64_t seed_;
  Calendar calendar_;
};

}  // namespace hb::simulate
