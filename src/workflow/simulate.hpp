#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "core/result.hpp"
#include "workflow/library.hpp"

namespace hb::workflow {

/// The people who do what an actor has to.
struct Crew {
  int people = 2;
  Duration least{5, 0, false};   ///< a piece of work takes between …
  Duration most{120, 0, false};  ///< … and, evenly
  std::string calendar;          ///< works in its hours only; empty: day and night
};

struct SimulateOptions {
  int instances = 100;
  std::uint64_t seed = 1;
  Duration every{30, 0, false};         ///< mean time between two starts
  Instant from{1'767'574'800'000'000};  ///< 2026-01-05 09:00 in Shanghai, a Monday
  std::map<std::string, Crew> crews;    ///< by actor; others: as Crew{}
};

/// Reads an actors file (schema flow-actors-1) into the options. All faults are added.
void load_crews(const std::filesystem::path& file, SimulateOptions& options,
                std::vector<Fault>& faults);

/// What random people made of a flow.
struct Simulation {
  struct StateLine {
    std::string id;
    int entered = 0;
    std::vector<double> hours;  ///< that each stay took, sorted
    int deadlines = 0;          ///< of stays
    int missed = 0;
  };
  struct MoveLine {
    std::string state;
    std::string id;
    int made = 0;
  };
  struct ActorLine {
    std::string id;
    int people = 0;
    double busy = 0;          ///< share of the time in which there was work
    int longest_queue = 0;    ///< pieces of work that waited at one moment
    double longest_wait = 0;  ///< hours
  };
  int finished = 0;
  int stuck = 0;                        ///< nobody can go on
  std::map<std::string, int> stuck_in;  ///< states
  std::map<std::string, int> ended_in;
  std::map<std::string, int> problems;  ///< refusals that a flow should not give, by their words
  std::vector<StateLine> states;
  std::vector<MoveLine> moves;
  std::vector<ActorLine> actors;
};

/// Runs instances with random people on a clock of its own: moves and answers of forms are drawn
/// evenly among what is possible; forms are not checked; SQL conditions hold every other time. The
/// same seed gives the same result.
/// flows   all that the flow may start, itself among them
/// errors  invalid_input: the flow cannot be started at all
Result<Simulation> simulate(const Flow& flow, std::span<const Library::Entry> flows,
                            const SimulateOptions& options);

/// A table of everything, CSV: part, name, figure, value.
std::string to_csv(const Simulation& simulation);

/// A random QuestionnaireResponse: an option of each choice, small numbers, days of the last week.
/// errors  not_found, invalid_input: no Questionnaire
Result<std::string> random_response(const std::filesystem::path& questionnaire, Instant now,
                                    std::mt19937_64& random);

}  // namespace hb::workflow
