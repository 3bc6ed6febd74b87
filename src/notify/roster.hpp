#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/date.hpp"
#include "core/localized.hpp"
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
  std::string shift = {};  ///< part of the day, by its id; empty: all of it

  friend auto operator<=>(const Duty&, const Duty&) = default;
};

/// A part of the day that somebody is on call for.
struct Shift {
  std::string id;
  Localized name;
  int from = 0;  ///< minutes of the day
  int to = 0;    ///< minutes of the day; not after from: of the next day
};

/// Content: scenes/core/roster.yaml (schema roster-1). A file that is not there: no shifts.
/// errors  invalid_input: with the file and its line
Result<std::vector<Shift>> load_shifts(const std::string& path);

/// Whether a duty is under way at a moment; one of a shift that is not known is, all day.
bool is_under_way(const Duty& duty, const std::vector<Shift>& shifts, Instant now);

/// What stands for these duties and no others, whatever their order.
std::string stamp_of(std::vector<Duty> duties);

/// The on-call roster: roster.db beside the records. All members may be called from many threads.
class Roster {
 public:
  /// errors  unavailable: locked or full; invalid_input: not such a file
  static Result<std::unique_ptr<Roster>> open(const std::string& path);
  ~Roster();

  /// By day, role, area, account and shift. to  included
  Result<std::vector<Duty>> between(Date from, Date to) const;
  /// Replaces what stands on these days for areas that begin with one of these; "" is all.
  /// seen    stamp() of what the caller knew; another now: nothing is done. Empty: not asked
  /// errors  conflict: the roster is another than the caller knew
  Result<void> replace(Date from, Date to, const std::vector<std::string>& areas,
                       const std::vector<Duty>& duties, const std::string& seen = "");
  /// Those under way at a moment.
  Result<std::vector<Duty>> at(Instant now, const std::vector<Shift>& shifts) const;
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
