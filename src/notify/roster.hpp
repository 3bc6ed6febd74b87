#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"
#include "records/file_lock.hpp"
#include "records/sqlite.hpp"

namespace hb::notify {

/// Who is on call on a day, for what and where.
struct Duty {
  Date day;
  std::string role;  ///< of roles.yaml, or an actor of a flow: "outbreak/duty"
  std::string area;  ///< beginning of area codes; empty: everywhere
  std::string user;

  friend auto operator<=>(const Duty&, const Duty&) = default;
};

/// The on-call roster: roster.db beside the records. All members may be called from many threads.
class Roster {
 public:
  /// errors  unavailable: locked or full; invalid_input: not such a file
  static Result<std::unique_ptr<Roster>> open(const std::string& path);
  ~Roster();

  /// By day, role, area and account. to  included
  Result<std::vector<Duty>> between(Date from, Date to) const;
  /// Replaces what stands on these days for areas that begin with one of these; "" is all.
  Result<void> replace(Date from, Date to, const std::vector<std::string>& areas,
                       const std::vector<Duty>& duties);
  /// Duties of a day; kept in memory.
  Result<std::shared_ptr<const std::vector<Duty>>> on(Date day) const;

 private:
  Roster(std::string path, records::FileLock lock);

  records::FileLock lock_;
  std::mutex writing_;
  std::optional<records::sqlite::Connection> writer_;
  mutable records::sqlite::ReaderPool readers_;
  mutable std::mutex days_mutex_;
  mutable std::map<Date, std::shared_ptr<const std::vector<Duty>>> days_;
};

}  // namespace hb::notify
