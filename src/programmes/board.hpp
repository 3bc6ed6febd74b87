#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/principal.hpp"
#include "programmes/schedule.hpp"
#include "tables/database.hpp"

namespace hb::programmes {

/// One service of one enrolled resident.
struct DueRow {
  ResidentId resident;
  std::uint16_t programme;     ///< index into Library::all()
  std::uint16_t service;       ///< index into its services
  std::uint32_t area;          ///< index into Board::areas
  std::uint32_t organization;  ///< index into Board::organizations
  Date since;
  std::optional<Date> last;
  Due due;
};

/// What is due for all whom somebody sees, ordered by resident, programme and service.
struct Board {
  Date day;
  std::vector<DueRow> rows;
  std::vector<std::string> areas;
  struct Organization {
    std::int64_t key = 0;  ///< 0: none is known
    std::string name;
  };
  std::vector<Organization> organizations;
};

/// Computed from the tables as the principal sees them: one pass for each service. Members are the
/// residents with an active EpisodeOfCare of the programme who live and have not moved away.
/// one    this resident alone
/// errors  invalid_input: SQL of the content; unavailable: time limit
Result<Board> make_board(const Library& library, const tables::Database& tables,
                         const Principal& principal, Date today, std::optional<ResidentId> one = {},
                         std::chrono::milliseconds limit = std::chrono::seconds(20));

/// Residents whom the programme's `eligible` names and who have no open enrolment.
struct Eligible {
  ResidentId resident;
  std::optional<Date> since;
  std::string note;
};
Result<std::vector<Eligible>> eligible_of(const Programme& programme,
                                          const tables::Database& tables,
                                          const Principal& principal, Date today,
                                          std::int64_t most);

/// The SQL of a service, for the check of content. one  with $resident
std::string member_sql(const Programme& programme, const Service& service, bool one);

}  // namespace hb::programmes
