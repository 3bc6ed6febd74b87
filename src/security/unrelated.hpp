#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/date.hpp"
#include "core/policy.hpp"
#include "core/principal.hpp"
#include "core/result.hpp"
#include "records/store.hpp"
#include "tables/database.hpp"

namespace hb::security {

/// Somebody who looked at a resident to whom no relation leads.
struct Look {
  std::string user;
  ResidentId resident = 0;
  std::int64_t reads = 0;
  Instant first, last;
  std::string purpose;     ///< of the last read
  bool emergency = false;  ///< opened by break-glass at the last read
};

struct UnrelatedAsk {
  Instant since, until;  ///< [since, until)
  std::string user;      ///< empty: everybody
  Date today;            ///< of the store: in a simulated one its last day
};

struct UnrelatedReport {
  std::vector<Look> looks;   ///< most reads first
  std::int64_t entries = 0;  ///< reads of persons that were looked at
  bool complete = true;      ///< false: there were more entries than are looked at at once
};

/// The account of a user as a principal with links; nullopt: there is no such account (any more).
using FindAccount = std::function<Result<std::optional<Principal>>(const std::string& user)>;
/// Whether a resident was open to a user by break-glass at a moment.
using WasOpen = std::function<Result<bool>(const std::string&, ResidentId, Instant)>;

/// Reads of persons in the audit whose reader has none of the policy's relations to the person,
/// neither on the first nor on the last day asked for nor today, and who is not the person. The
/// program's own jobs are left out. errors  those of the audit, the tables and of find
Result<UnrelatedReport> looks_without_relation(const records::Store& store,
                                               const tables::Database& tables, const Policy& policy,
                                               const FindAccount& find, const WasOpen& was_open,
                                               const UnrelatedAsk& ask);

}  // namespace hb::security
