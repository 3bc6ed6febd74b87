#include "security/access_book.hpp"

#include <array>
#include <mutex>
#include <sstream>

#include <sys/stat.h>

#include "records/migrations.hpp"
#include "records/sqlite.hpp"

namespace hb::security {
namespace {

using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::one_integer;
using records::sqlite::Query;

constexpr std::int64_t micros_per_minute = 60'000'000;
constexpr std::int64_t micros_per_day = 24 * 60 * micros_per_minute;
constexpr std::size_t longest_text = 2000;  // bytes

constexpr std::array migrations = {
    records::Migration{"0001_access", R"sql(
CREATE TABLE link (
  account TEXT NOT NULL PRIMARY KEY,
  practitioners TEXT NOT NULL,      -- ids separated by spaces, as residents are
  residents TEXT NOT NULL,
  approval TEXT NOT NULL,
  approved_until BIGINT
);
CREATE TABLE emergency (
  id INTEGER NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  resident BIGINT NOT NULL,
  reason TEXT NOT NULL,
  asked BIGINT NOT NULL,
  open_until BIGINT NOT NULL,
  state BIGINT NOT NULL,            -- 0 waiting, 1 approved, 2 objected
  reviewer TEXT NOT NULL,
  note TEXT NOT NULL,
  reviewed BIGINT
);
CREATE INDEX emergency_account ON emergency (account, open_until);
)sql"},
};

template <class Item>
std::string joined(const std::vector<Item>& items) {
  std::ostringstream out;
  for (const Item& item : items) out << (out.tellp() > 0 ? " " : "") << item;
  return out.str();
}

template <class Item>
std::vector<Item> split(const std::string& text) {
  std::istringstream in(text);
  std::vector<Item> items;
  for (Item item; in >> item;) items.push_back(item);
  return items;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 && c != ' ';
  return count;
}

constexpr const char* select_emergency =
    "SELECT id, account, resident, reason, asked, open_until, state, reviewer, note, reviewed "
    "FROM emergency WHERE (?1 = '' OR account = ?1) AND (?2 < 0 OR state = ?2) AND (?3 = 0 OR "
    "id = ?3) ORDER BY id DESC LIMIT ?4 OFFSET ?5";

Emergency emergency_of(const Query& row) {
  Emergency one;
  one.id = row.integer(0);
  one.user = row.text(1);
  one.resident = row.integer(2);
  one.reason = row.text(3);
  one.asked = Instant{row.integer(4)};
  one.until = Instant{row.integer(5)};
  one.state = static_cast<Emergency::State>(row.integer(6));
  one.reviewer = row.text(7);
  one.note = row.text(8);
  if (!row.is_null(9)) one.reviewed = Instant{row.integer(9)};
  return one;
}

}  // namespace

std::string_view state_word(Emergency::State state) {
  return state == Emergency::State::waiting    ? "waiting"
         : state == Emergency::State::approved ? "approved"
                                               : "objected";
}

struct AccessBook::State {
  mutable std::mutex mutex;
  mutable Connection connection;
  Policy::BreakGlass rules;
  Clock clock;

  Result<Emergency> emergency(std::int64_t id) const {
    Query query(connection, select_emergency, std::string_view(), -1, id, 1, 0);
    if (!query.next()) {
      if (!query.ok()) return unexpected(query.error());
      return fail(ErrorCode::not_found, "there is no such request");
    }
    return emergency_of(query);
  }
};

AccessBook::AccessBook(std::unique_ptr<State> state) : state_(std::move(state)) {}
AccessBook::~AccessBook() = default;

Result<std::unique_ptr<AccessBook>> AccessBook::open(const std::string& path,
                                                     Policy::BreakGlass rules, Clock clock) {
  Result<Connection> connection = Connection::open(path, Connection::Mode::create);
  if (!connection) return unexpected(connection.error());
  ::chmod(path.c_str(), S_IRUSR | S_IWUSR);
  Result<void> ready = connection->run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000");
  if (!ready) return unexpected(ready.error());
  const Result<int> version = records::migrate(*connection, migrations);
  if (!version) return unexpected(version.error());
  return std::unique_ptr<AccessBook>(new AccessBook(
      std::unique_ptr<State>(new State{{}, std::move(*connection), rules, std::move(clock)})));
}

Result<Links> AccessBook::links(std::string_view user) const {
  const std::lock_guard lock(state_->mutex);
  Query query(state_->connection,
              "SELECT practitioners, residents, approval, approved_until FROM link "
              "WHERE account = ?1",
              user);
  Links links;
  if (query.next()) {
    links.practitioners = split<std::string>(query.text(0));
    links.residents = split<std::int64_t>(query.text(1));
    links.approval = query.text(2);
    if (!query.is_null(3)) links.approved_until = Instant{query.integer(3)};
  }
  if (!query.ok()) return unexpected(query.error());
  return links;
}

Result<void> AccessBook::set_links(std::string_view user, const Links& links) {
  for (const std::string& id : links.practitioners)
    if (id.empty() || id.find_first_of(" \t\n") != std::string::npos)
      return fail(ErrorCode::invalid_input, "an id is empty or holds a space", "practitioners");
  if (!links.approval.empty() && !links.approved_until)
    return fail(ErrorCode::invalid_input, "an approval has a last moment", "approved_until");
  const std::string practitioners = joined(links.practitioners);
  const std::string residents = joined(links.residents);
  const std::lock_guard lock(state_->mutex);
  Result<void> done =
      execute(state_->connection,
              "INSERT OR REPLACE INTO link (account, practitioners, residents, approval) "
              "VALUES (?1, ?2, ?3, ?4)",
              user, std::string_view(practitioners), std::string_view(residents),
              std::string_view(links.approval));
  if (done && links.approved_until)
    done = execute(state_->connection, "UPDATE link SET approved_until = ?2 WHERE account = ?1",
                   user, links.approved_until->micros);
  return done;
}

Result<Emergency> AccessBook::ask(std::string_view user, ResidentId resident,
                                  std::string_view reason) {
  if (characters(reason) < static_cast<std::size_t>(state_->rules.least_reason) ||
      reason.size() > longest_text)
    return fail(ErrorCode::invalid_input, "the reason is too short or too long", "reason");
  const std::int64_t now = state_->clock().micros;
  const std::lock_guard lock(state_->mutex);
  const Result<std::int64_t> open =
      one_integer(state_->connection, 0,
                  "SELECT count(*) FROM emergency WHERE account = ?1 AND resident = ?2 AND "
                  "open_until > ?3",
                  user, resident, now);
  if (!open) return unexpected(open.error());
  if (*open > 0) return fail(ErrorCode::conflict, "this resident is open to you already");
  const Result<std::int64_t> today = one_integer(
      state_->connection, 0, "SELECT count(*) FROM emergency WHERE account = ?1 AND asked > ?2",
      user, now - micros_per_day);
  if (!today) return unexpected(today.error());
  if (*today >= state_->rules.most_a_day)
    return fail(ErrorCode::forbidden, "too many residents were opened within a day");
  Result<void> done =
      execute(state_->connection,
              "INSERT INTO emergency (account, resident, reason, asked, open_until, state, "
              "reviewer, note) VALUES (?1, ?2, ?3, ?4, ?5, 0, '', '')",
              user, resident, reason, now, now + state_->rules.minutes * micros_per_minute);
  if (!done) return unexpected(done.error());
  const Result<std::int64_t> id =
      one_integer(state_->connection, 0, "SELECT max(id) FROM emergency");
  if (!id) return unexpected(id.error());
  return state_->emergency(*id);
}

Result<std::vector<Emergency>> AccessBook::emergencies(std::string_view user,
                                                       std::optional<Emergency::State> state,
                                                       std::int64_t offset, std::int64_t limit,
                                                       std::int64_t* total) const {
  const std::int64_t wanted = state ? static_cast<std::int64_t>(*state) : -1;
  const std::lock_guard lock(state_->mutex);
  if (total != nullptr) {
    const Result<std::int64_t> count =
        one_integer(state_->connection, 0,
                    "SELECT count(*) FROM emergency WHERE (?1 = '' OR account = ?1) AND "
                    "(?2 < 0 OR state = ?2)",
                    user, wanted);
    if (!count) return unexpected(count.error());
    *total = *count;
  }
  Query query(state_->connection, select_emergency, user, wanted, 0, limit, offset);
  std::vector<Emergency> list;
  while (query.next()) list.push_back(emergency_of(query));
  if (!query.ok()) return unexpected(query.error());
  return list;
}

Result<Emergency> AccessBook::review(std::int64_t id, std::string_view reviewer, bool approve,
                                     std::string_view note) {
  if (note.size() > longest_text || (!approve && characters(note) == 0))
    return fail(ErrorCode::invalid_input, "an objection says why, in at most 2000 bytes", "note");
  const std::int64_t now = state_->clock().micros;
  const std::lock_guard lock(state_->mutex);
  const Result<Emergency> known = state_->emergency(id);
  if (!known) return known;
  if (known->user == reviewer)
    return fail(ErrorCode::forbidden, "nobody reviews what they asked for themselves");
  if (known->state != Emergency::State::waiting)
    return fail(ErrorCode::conflict, "this has been reviewed already");
  const Result<void> done =
      execute(state_->connection,
              "UPDATE emergency SET state = ?2, reviewer = ?3, note = ?4, reviewed = ?5, "
              "open_until = CASE WHEN ?2 = 2 AND open_until > ?5 THEN ?5 ELSE open_until END "
              "WHERE id = ?1",
              id, approve ? 1 : 2, reviewer, note, now);
  if (!done) return unexpected(done.error());
  return state_->emergency(id);
}

Result<bool> AccessBook::was_open(std::string_view user, ResidentId resident, Instant at) const {
  const std::lock_guard lock(state_->mutex);
  const Result<std::int64_t> count =
      one_integer(state_->connection, 0,
                  "SELECT count(*) FROM emergency WHERE account = ?1 AND resident = ?2 AND "
                  "asked <= ?3 AND open_until > ?3",
                  user, resident, at.micros);
  if (!count) return unexpected(count.error());
  return *count > 0;
}

Result<void> AccessBook::complete(Principal& principal) const {
  Result<Links> known = links(principal.user);
  if (!known) return unexpected(known.error());
  const std::int64_t now = state_->clock().micros;
  principal.practitioners = std::move(known->practitioners);
  principal.own = std::move(known->residents);
  if (known->approved_until && known->approved_until->micros > now)
    principal.approval = std::move(known->approval);
  const std::lock_guard lock(state_->mutex);
  Query query(state_->connection,
              "SELECT DISTINCT resident FROM emergency WHERE account = ?1 AND open_until > ?2 AND "
              "asked <= ?2",
              std::string_view(principal.user), now);
  while (query.next()) principal.granted.push_back(query.integer(0));
  return query.finished();
}

}  // namespace hb::security
