#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/localized.hpp"
#include "core/result.hpp"
#include "forms/questionnaire.hpp"

/// Programmes of care: who is enrolled, what is due when, and visits that do all of it. Content of
/// scenes/<scene>/programmes/*.yaml (docs/programmes.md); nothing here knows a disease.
namespace hb::programmes {

/// "3 months", "14 days".
struct Interval {
  int months = 0;
  int days = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// When the next one is due, counted from the last one.
struct Rule {
  std::string when;  ///< what the state must be; empty: any other
  Interval every;
  int early = 0;  ///< days before the due day from which it counts
  int late = 0;   ///< days after it before it is overdue
};

/// One of several that stand at fixed ages: days after the anchor.
struct Point {
  Localized title;
  int from = 0;
  int to = 0;
};

struct Schedule {
  enum class Kind : std::uint8_t { every, yearly, once, points } kind = Kind::every;
  int first = 0;  ///< every: days after the enrolment until the first one is due
  std::vector<Rule> rules;
  int within = 0;  ///< once: days after the anchor
  std::vector<Point> points;
  int until = 0;  ///< days after the anchor when nothing is due any more; 0: never
};

/// Something that is done for the members again and again.
struct Service {
  std::string id;
  Localized title;
  std::vector<std::string> forms;   ///< paths of files
  std::vector<std::string> visits;  ///< types of Encounter that are one of it
  Schedule schedule;
  std::string state_sql;   ///< resident_id, state; empty: none
  std::string anchor_sql;  ///< resident_id, anchor (DATE); empty: the enrolment
};

struct Programme {
  std::string id;     ///< unique; also the code of EpisodeOfCare.type
  std::string scene;  ///< folder
  std::string file;
  int order = 0;
  Localized title;
  Localized source;
  std::vector<std::string> by;  ///< roles that enrol and visit
  std::string eligible_sql;     ///< resident_id, since, note: who should be asked; empty: nobody
  std::vector<Service> services;
};

/// What an enrolment can be.
struct Status {
  std::string id;  ///< "managed"
  Localized title;
  std::string fhir;                ///< of EpisodeOfCare: active, onhold, finished, cancelled
  bool ends = false;               ///< the enrolment has an end
  bool reason = false;             ///< needs one
  std::vector<std::string> after;  ///< of these states; "none": not enrolled
};

/// A mistake in a file.
struct Fault {
  std::string file;
  int line = 0;
  std::string path;
  std::string message;
};

/// All programmes of the scenes, read once; immutable afterwards.
class Library {
 public:
  /// faults  of all files; what has one is left out
  static Library load(const std::filesystem::path& scenes, std::vector<Fault>& faults);

  const std::vector<Programme>& all() const { return programmes_; }
  const std::vector<Status>& statuses() const { return statuses_; }
  const Programme* find(std::string_view id) const;
  const Status* status(std::string_view id) const;
  /// The state of an enrolment as FHIR says it, where nothing more exact stands.
  const Status* status_of_fhir(std::string_view status) const;
  /// The form of a file that a service names; never null for those of all().
  std::shared_ptr<const forms::Questionnaire> form(const std::string& path) const;

 private:
  std::vector<Programme> programmes_;
  std::vector<Status> statuses_;
  std::vector<std::pair<std::string, std::shared_ptr<const forms::Questionnaire>>> forms_;
};

}  // namespace hb::programmes
