#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace hb {

/// Who asks, with what right and for what: a required argument of every read of records and tables.
/// Row, field and compartment rules hold below every engine, so nothing reads without one.
struct Principal {
  std::string user;                        ///< account name; "system" for our own jobs
  std::vector<std::string> roles;          ///< "system-admin", "epidemiologist", …
  std::vector<std::string> areas;          ///< area codes whose rows may be read; see unrestricted
  std::vector<std::string> organizations;  ///< organisation ids whose rows may be read
  std::string purpose;                     ///< "operation", "care", "public-health", …
  bool unrestricted = false;               ///< true: areas and organisations do not limit
  std::string from;                        ///< address the request came from; empty: this machine
  std::vector<std::string> practitioners;  ///< Practitioner ids: the asker's own, or the team's
  std::vector<std::int64_t> own;           ///< residents who are the asker, or in the asker's care
  std::vector<std::int64_t> granted;       ///< residents opened by break-glass at this moment
  std::string approval;                    ///< number under which another department asks

  /// The program's own jobs: load, rebuild, check.
  static Principal system(std::string purpose) {
    return {"system", {"system"}, {}, {}, std::move(purpose), true, ""};
  }

  /// The program's own jobs whose results everybody sees: all areas, no compartment.
  static Principal published(std::string purpose) {
    return {"system", {"published"}, {}, {}, std::move(purpose), true, ""};
  }
};

}  // namespace hb
