#include "notify/roster.hpp"

#include <algorithm>

namespace hb::notify {

namespace {

using records::FileLock;
using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::one_integer;
using records::sqlite::Query;
using records::sqlite::ReaderPool;

constexpr std::int64_t layout = 2;
constexpr const char* schema =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS duty (day INTEGER NOT NULL, role TEXT NOT NULL, area TEXT NOT NULL,"
    " user TEXT NOT NULL, shift TEXT NOT NULL DEFAULT '',"
    " PRIMARY KEY (day, role, area, user, shift)) STRICT, WITHOUT ROWID;"
    "PRAGMA user_version = 2";
/// Of layout 1 to 2: parts of the day.
constexpr const char* shifts_added =
    "BEGIN IMMEDIATE; ALTER TABLE duty RENAME TO duty_1;"
    "CREATE TABLE duty (day INTEGER NOT NULL, role TEXT NOT NULL, area TEXT NOT NULL,"
    " user TEXT NOT NULL, shift TEXT NOT NULL DEFAULT '',"
    " PRIMARY KEY (day, role, area, user, shift)) STRICT, WITHOUT ROWID;"
    "INSERT INTO duty (day, role, area, user) SELECT day, role, area, user FROM duty_1;"
    "DROP TABLE duty_1; PRAGMA user_version = 2; COMMIT";
constexpr std::size_t days_kept = 16;

bool is_within(const std::string& area, const std::vector<std::string>& areas) {
  return std::ranges::any_of(
      areas, [&](const std::string& beginning) { return area.starts_with(beginning); });
}

}  // namespace

Roster::Roster(std::string path, FileLock lock)
    : lock_(std::move(lock)), readers_(std::move(path)) {}

Roster::~Roster() { readers_.close(); }

Result<std::unique_ptr<Roster>> Roster::open(const std::string& path) {
  auto lock = FileLock::take(path + ".lock");
  if (!lock) return unexpected(lock.error());
  std::unique_ptr<Roster> roster(new Roster(path, std::move(*lock)));
  auto connection = Connection::open(path, Connection::Mode::create);
  if (!connection) return unexpected(connection.error());
  roster->writer_.emplace(std::move(*connection));
  const auto found = one_integer(*roster->writer_, 0, "PRAGMA user_version");
  if (!found) return unexpected(found.error());
  if (*found > layout)
    return fail(ErrorCode::invalid_input,
                "the roster was written by a newer version of the program", path);
  if (*found == 1)
    if (Result<void> added = roster->writer_->run(shifts_added); !added)
      return unexpected(added.error());
  if (Result<void> made = roster->writer_->run(schema); !made) return unexpected(made.error());
  return roster;
}

Result<std::vector<Duty>> Roster::between(Date from, Date to) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  Query rows(**reader,
             "SELECT day, role, area, user, shift FROM duty WHERE day BETWEEN ?1 AND ?2"
             " ORDER BY day, role, area, user, shift",
             from.days, to.days);
  std::vector<Duty> list;
  while (rows.next())
    list.push_back({Date{static_cast<std::int32_t>(rows.integer(0))}, rows.text(1), rows.text(2),
                    rows.text(3), rows.text(4)});
  if (!rows.ok()) return unexpected(rows.error());
  return list;
}

Result<void> Roster::replace(Date from, Date to, const std::vector<std::string>& areas,
                             const std::vector<Duty>& duties, const std::string& seen) {
  const std::scoped_lock lock(writing_);
  const auto known = between(from, to);
  if (!known) return unexpected(known.error());
  if (!seen.empty() && stamp_of(*known) != seen)
    return fail(ErrorCode::conflict, "the roster was changed meanwhile: look at it again");
  Result<void> done = writer_->run("BEGIN IMMEDIATE");
  if (!done) return done;
  for (const Duty& duty : *known)
    if (done && is_within(duty.area, areas))
      done = execute(*writer_,
                     "DELETE FROM duty WHERE day = ?1 AND role = ?2 AND area = ?3 AND user = ?4"
                     " AND shift = ?5",
                     duty.day.days, duty.role, duty.area, duty.user, duty.shift);
  for (const Duty& duty : duties)
    if (done)
      done = execute(*writer_,
                     "INSERT INTO duty (day, role, area, user, shift) VALUES (?1, ?2, ?3, ?4, ?5)"
                     " ON CONFLICT DO NOTHING",
                     duty.day.days, duty.role, duty.area, duty.user, duty.shift);
  if (done) done = writer_->run("COMMIT");
  if (!done && writer_->in_transaction()) (void)writer_->run("ROLLBACK");
  const std::scoped_lock forget(days_mutex_);
  days_.clear();
  return done;
}

Result<std::vector<Duty>> Roster::at(Instant now, const std::vector<Shift>& shifts) const {
  const Date today = day_in_shanghai(now);
  std::vector<Duty> under_way;
  for (const Date day : {Date{today.days - 1}, today}) {  // the night of yesterday
    const auto duties = on(day);
    if (!duties) return unexpected(duties.error());
    for (const Duty& duty : **duties)
      if (is_under_way(duty, shifts, now)) under_way.push_back(duty);
  }
  return under_way;
}

Result<std::shared_ptr<const std::vector<Duty>>> Roster::on(Date day) const {
  // Read under the lock of the days: what is replaced meanwhile is not kept as it was.
  const std::scoped_lock lock(days_mutex_);
  if (const auto known = days_.find(day); known != days_.end()) return known->second;
  auto read = between(day, day);
  if (!read) return unexpected(read.error());
  if (days_.size() >= days_kept) days_.clear();
  return days_[day] = std::make_shared<const std::vector<Duty>>(std::move(*read));
}

}  // namespace hb::notify
