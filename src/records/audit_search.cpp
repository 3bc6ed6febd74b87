#include <algorithm>
#include <limits>

#include "records/audit.hpp"
#include "records/committer.hpp"
#include "records/engine.hpp"
#include "records/reads.hpp"
#include "records/store_state.hpp"

namespace hb::records {
namespace {

using sqlite::Connection;
using sqlite::one_integer;
using sqlite::Query;

/// A search along the index of `what` sorts what it finds by time: only when it is not too much.
constexpr std::int64_t most_to_sort = 50'000;
constexpr std::string_view after_all_texts = "\xF4\x8F\xBF\xBF";  // the last code point

/// Values of `what` from `first` up to, but without, `end`.
struct Range {
  std::string first;
  std::string end;
};

/// "resident 12" and "resident 12 …", not "resident 120": the blank comes before all digits.
Range range_of(const Store::AuditQuery& asked) {
  if (asked.resident == 0) return {asked.what, asked.what + std::string(after_all_texts)};
  const std::string person = "resident " + std::to_string(asked.resident);
  return {person, person + "!"};
}

enum class Along : std::uint8_t { time, account, what };

constexpr const char* along_time =
    "SELECT at, account, purpose, action, what, source, id FROM audit INDEXED BY audit_at "
    "WHERE at >= ?1 AND at < ?2 ORDER BY at DESC, id DESC";
constexpr const char* along_account =
    "SELECT at, account, purpose, action, what, source, id FROM audit INDEXED BY audit_account_at "
    "WHERE at >= ?1 AND at < ?2 AND account = ?3 ORDER BY at DESC, id DESC";
constexpr const char* along_what =
    "SELECT at, account, purpose, action, what, source, id FROM audit INDEXED BY audit_what_at "
    "WHERE at >= ?1 AND at < ?2 AND what >= ?3 AND what < ?4 ORDER BY at DESC, id DESC";

Result<Along> choose(Connection& connection, const Store::AuditQuery& asked, const Range& what) {
  if (!what.first.empty()) {
    const Result<std::int64_t> found =
        one_integer(connection, 0,
                    "SELECT count(*) FROM (SELECT 1 FROM audit INDEXED BY audit_what_at "
                    "WHERE what >= ?1 AND what < ?2 LIMIT ?3)",
                    std::string_view(what.first), std::string_view(what.end), most_to_sort + 1);
    if (!found) return unexpected(found.error());
    if (*found <= most_to_sort) return Along::what;
  }
  return asked.user.empty() ? Along::time : Along::account;
}

Store::AuditEntry entry_of(const Query& query) {
  return {Instant{query.integer(0)},
          query.text(1),
          query.text(2),
          query.text(3),
          query.text(4),
          query.text(5),
          query.integer(6)};
}

bool fits(const Query& entry, const Store::AuditQuery& asked, const Range& what) {
  const auto is = [&](int column, const std::string& wanted) {
    return wanted.empty() || entry.bytes(column) == wanted;
  };
  const std::string_view touched = entry.bytes(4);
  return is(1, asked.user) && is(2, asked.purpose) && is(3, asked.action) && is(5, asked.from) &&
         (what.first.empty() || (touched >= what.first && touched < what.end));
}

/// Whether an entry at the instant of asked.before comes before it.
bool is_older(const Query& entry, const Store::AuditQuery& asked) {
  return !asked.before || entry.integer(0) < asked.before->at.micros ||
         entry.integer(6) < asked.before->id;
}

Result<Store::AuditPage> walk(Query& query, const Store::AuditQuery& asked, const Range& what) {
  Store::AuditPage page;
  std::int64_t skipped = 0;
  std::int64_t seen = 0;
  std::optional<Store::AuditPlace> last;
  while (query.next()) {
    if (!is_older(query, asked)) continue;
    const auto found = static_cast<std::int64_t>(page.entries.size());
    if (found == asked.limit || (asked.most > 0 && seen == asked.most)) {
      page.next = last ? last : asked.before;
      return page;
    }
    ++seen;
    last = Store::AuditPlace{Instant{query.integer(0)}, query.integer(6)};
    if (!fits(query, asked, what)) continue;
    if (skipped++ >= asked.offset) page.entries.push_back(entry_of(query));
  }
  if (!query.ok()) return unexpected(query.error());
  return page;
}

/// The audit is read by the auditor alone, whose roles the caller has checked; what waits to be
/// written belongs to the answer.
Result<void> may_read_audit(const Engine& engine, const Principal& principal) {
  if (!principal.unrestricted)
    return fail(ErrorCode::forbidden, "only accounts that see all areas may read the audit");
  if (!engine.committer) return {};
  return engine.committer->flush_audit();
}

}  // namespace

Result<Store::AuditPage> search_audit(Connection& connection, const Store::AuditQuery& asked) {
  if (asked.limit <= 0 || asked.offset < 0 || asked.most < 0)
    return fail(ErrorCode::invalid_input, "limit must be positive, offset and most not negative");
  constexpr std::int64_t beginning = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();
  const std::int64_t since = asked.since ? asked.since->micros : beginning;
  std::int64_t until = asked.until ? asked.until->micros : no_end;
  if (asked.before) until = std::min(until, asked.before->at.micros + 1);
  const Range what = range_of(asked);
  const Result<Along> along = choose(connection, asked, what);
  if (!along) return unexpected(along.error());
  if (*along == Along::account) {
    Query query(connection, along_account, since, until, std::string_view(asked.user));
    return walk(query, asked, what);
  }
  if (*along == Along::what) {
    Query query(connection, along_what, since, until, std::string_view(what.first),
                std::string_view(what.end));
    return walk(query, asked, what);
  }
  Query query(connection, along_time, since, until);
  return walk(query, asked, what);
}

Result<Store::AuditPage> Store::search_audit(const Principal& principal,
                                             const AuditQuery& asked) const {
  const Engine& engine = *state_->engine;
  if (Result<void> may = may_read_audit(engine, principal); !may) return unexpected(may.error());
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  return records::search_audit(**reader, asked);
}

Result<std::vector<Store::AuditEntry>> Store::audit(const Principal& principal,
                                                    const AuditQuery& asked) const {
  Result<AuditPage> page = search_audit(principal, asked);
  if (!page) return unexpected(page.error());
  return std::move(page->entries);
}

void Store::note_audit(const Principal& principal, std::string action, std::string what) const {
  note(*state_->engine, principal, std::move(action), std::move(what));
}

Result<void> Store::note_acts(std::vector<AuditEntry> entries) {
  Engine& engine = *state_->engine;
  if (!engine.committer)
    return fail(ErrorCode::forbidden,
                "the store is open for reading only: no audit can be written");
  for (AuditEntry& entry : entries) engine.committer->audit(std::move(entry));
  return engine.committer->flush_audit();
}

Result<Store::AuditVerdict> Store::verify_audit(const Principal& principal,
                                                const crypto::Key* public_key,
                                                const AuditProgress& progress) const {
  const Engine& engine = *state_->engine;
  if (Result<void> may = may_read_audit(engine, principal); !may) return unexpected(may.error());
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  return records::verify_audit(**reader, engine.info.id, public_key, progress);
}

}  // namespace hb::records
