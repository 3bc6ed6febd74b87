#include "records/sqlite_snapshot.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace hb::records::sqlite {
namespace {

constexpr int busy_wait_ms = 10'000;
constexpr int pages_per_step = 512;  // of 8 KB: 4 MB

using Handle = std::unique_ptr<sqlite3, CloseDatabase>;

Error error_of(sqlite3* database, const std::string& path) {
  return {ErrorCode::unavailable, std::string("cannot be copied: ") + sqlite3_errmsg(database),
          path};
}

Result<Handle> open_handle(const std::string& path, int flags) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database,
                                   flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Handle handle(database);
  if (code != SQLITE_OK) return unexpected(error_of(database, path));
  sqlite3_busy_timeout(database, busy_wait_ms);
  return handle;
}

/// The number a PRAGMA answers with.
Result<std::int64_t> number_of(sqlite3* database, const char* sql, const std::string& path) {
  sqlite3_stmt* raw = nullptr;
  sqlite3_prepare_v2(database, sql, -1, &raw, nullptr);
  const StatementHandle statement(raw);
  if (!statement || sqlite3_step(raw) != SQLITE_ROW) return unexpected(error_of(database, path));
  return sqlite3_column_int64(raw, 0);
}

Result<void> make_durable(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  if (!done) return fail(ErrorCode::unavailable, "the copy could not be made durable", path);
  return {};
}

}  // namespace

Result<Snapshot> Snapshot::open(const std::string& path) {
  Result<Handle> source = open_handle(path, SQLITE_OPEN_READONLY);
  if (!source) return unexpected(source.error());
  Snapshot snapshot;
  snapshot.source_ = std::move(*source);
  sqlite3* database = snapshot.source_.get();
  // The first read inside the transaction is what fixes the moment.
  if (sqlite3_exec(database, "BEGIN; SELECT count(*) FROM sqlite_schema", nullptr, nullptr,
                   nullptr) != SQLITE_OK)
    return unexpected(error_of(database, path));
  const Result<std::int64_t> pages = number_of(database, "PRAGMA page_count", path);
  if (!pages) return unexpected(pages.error());
  const Result<std::int64_t> size = number_of(database, "PRAGMA page_size", path);
  if (!size) return unexpected(size.error());
  snapshot.page_bytes_ = *size;
  snapshot.bytes_ = *pages * *size;
  return snapshot;
}

Result<void> Snapshot::copy_to(const std::string& path,
                               const std::function<bool(std::int64_t)>& progress) const {
  Result<Handle> target = open_handle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!target) return unexpected(target.error());
  // A copy that is cut off is thrown away: no journal, one fsync at the end.
  sqlite3_exec(target->get(), "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", nullptr,
               nullptr, nullptr);
  sqlite3_backup* copy = sqlite3_backup_init(target->get(), "main", source_.get(), "main");
  if (copy == nullptr) return unexpected(error_of(target->get(), path));
  bool stopped = false;
  int code = SQLITE_OK;
  std::int64_t before = 0;
  while (code == SQLITE_OK && !stopped) {
    code = sqlite3_backup_step(copy, pages_per_step);
    const std::int64_t copied =
        static_cast<std::int64_t>(sqlite3_backup_pagecount(copy) - sqlite3_backup_remaining(copy)) *
        page_bytes_;
    stopped = progress && !progress(std::max<std::int64_t>(0, copied - before));
    before = copied;
  }
  sqlite3_backup_finish(copy);
  if (stopped) return fail(ErrorCode::unavailable, "stopped on request", path);
  if (code == SQLITE_FULL)
    return fail(ErrorCode::unavailable, "the disk of the copy is full", path);
  if (code != SQLITE_DONE)
    return fail(ErrorCode::unavailable,
                std::string("the copy could not be written: ") + sqlite3_errstr(code), path);
  target->reset();
  return make_durable(path);
}

}  // namespace hb::records::sqlite
