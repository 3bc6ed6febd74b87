#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "programmes/programme.hpp"

namespace hb::programmes {

/// An EpisodeOfCare as a programme sees it.
struct Enrolment {
  std::string id;
  std::string json;
  std::string programme;      ///< code of its type
  std::string status;         ///< id of a Status; empty: the content knows none such
  std::optional<Date> since;  ///< enrolled
  std::optional<Date> until;  ///< ended
  std::optional<Date> status_since;
  std::string reason;
};

/// nullopt: no EpisodeOfCare of a programme of the library.
std::optional<Enrolment> read_enrolment(const Library& library, std::string_view json);

struct Change {
  std::string programme;
  std::string status;
  Date day;
  std::string reason;
  std::string patient;       ///< "p1"
  std::string organization;  ///< id; may be empty
  std::string practitioner;  ///< id; may be empty
  std::string id;            ///< of an enrolment that is new
};

/// The EpisodeOfCare after the change, its former state kept in statusHistory. Who was enrolled and
/// whose enrolment has ended gets a new one.
/// current  null: not enrolled
/// errors   invalid_input: no such programme or state, a day in the future or before the present
///          state, a missing reason; conflict: not after the present state
Result<std::string> change(const Library& library, const Enrolment* current, const Change& wanted,
                           Date today);

}  // namespace hb::programmes
