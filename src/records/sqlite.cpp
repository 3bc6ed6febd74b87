#include "records/sqlite.hpp"

#include <utility>

namespace hb::records::sqlite {
namespace {

constexpr int busy_wait_ms = 10'000;
constexpr int idle_statements_per_text = 8;

Error error_of(int extended_code, const std::string& detail) {
  switch (extended_code & 0xFF) {
    case SQLITE_FULL:
      return {
          ErrorCode::unavailable, "the disk of the record store is full; nothing was written", {}};
    case SQLITE_IOERR:
      return {ErrorCode::unavailable,
              "the disk of the record store could not be read or written (" + detail + ", code " +
                  std::to_string(extended_code) + "); nothing was written",
              {}};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {ErrorCode::unavailable,
              "the record store may not be written or opened here (" + detail +
                  "); check permissions of its folder",
              {}};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::unavailable, "the record store is used by another process", {}};
    case SQLITE_NOTADB:
      return {ErrorCode::invalid_input, "the file is not a record store", {}};
    case SQLITE_CONSTRAINT:
      return {ErrorCode::conflict, "the record store refuses the change: " + detail, {}};
    case SQLITE_CORRUPT:
      return {ErrorCode::unavailable, "the record store is damaged: " + detail, {}};
    default:
      return {
          ErrorCode::unavailable,
          "the record store failed: " + detail + " (code " + std::to_string(extended_code) + ")",
          {}};
  }
}

}  // namespace

Result<Connection> Connection::open(const std::string& path, Mode mode) {
  // Counting every allocation takes a lock that all connections share. Before the first one only.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(uncounted);
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  Connection connection;
  connection.handle_.reset(database);
  if (code != SQLITE_OK) {
    Error error = error_of(code, sqlite3_errstr(code));
    error.where = path;
    return unexpected(std::move(error));
  }
  sqlite3_busy_timeout(database, busy_wait_ms);
  return connection;
}

Result<void> Connection::run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return unexpected(last_error());
  }
  return {};
}

Error Connection::last_error() const {
  const int code = sqlite3_extended_errcode(handle_.get());
  Error error = error_of(code, sqlite3_errmsg(handle_.get()));
  if (damage_ && (code & 0xFF) == SQLITE_CORRUPT) damage_->say(error.message);
  return error;
}

StatementHandle Connection::take(const char* sql) {
  std::vector<StatementHandle>& idle = idle_[sql];
  if (!idle.empty()) {
    StatementHandle statement = std::move(idle.back());
    idle.pop_back();
    return statement;
  }
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  return StatementHandle(statement);
}

void Connection::give_back(const char* sql, StatementHandle statement) {
  sqlite3_reset(statement.get());
  sqlite3_clear_bindings(statement.get());
  std::vector<StatementHandle>& idle = idle_[sql];
  if (idle.size() < idle_statements_per_text) idle.push_back(std::move(statement));
}

Query::~Query() {
  if (statement_) connection_->give_back(sql_, std::move(statement_));
}

void Query::check(int code) {
  if (code != SQLITE_OK && !error_) error_ = connection_->last_error();
}

void Query::bind_one(int position, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  check(sqlite3_bind_text64(statement_.get(), position, data, text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
}

void Query::bind_one(int position, Blob blob) {
  const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  check(sqlite3_bind_blob64(statement_.get(), position, data, blob.bytes.size(), SQLITE_STATIC));
}

bool Query::next() {
  if (error_) return false;
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) error_ = connection_->last_error();
  return false;
}

Result<void> Query::run() {
  while (next()) {
  }
  return finished();
}

Result<void> Query::finished() const {
  if (error_) return unexpected(*error_);
  return {};
}

std::string_view Query::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);  // text as it is stored, too
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

ReaderPool::Lease::~Lease() {
  if (!connection_) return;
  const std::lock_guard lock(pool_->mutex_);
  pool_->idle_.push_back(std::move(connection_));
}

void ReaderPool::close() {
  const std::lock_guard lock(mutex_);
  idle_.clear();
}

Result<ReaderPool::Lease> ReaderPool::lease() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Lease lease(*this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
  }
  Result<Connection> opened = Connection::open(path_, Connection::Mode::read);
  if (!opened) return unexpected(std::move(opened.error()));
  opened->tell_damage(damage_);
  const Result<void> prepared = opened->run("PRAGMA cache_size = -8192; PRAGMA query_only = 1");
  if (!prepared) return unexpected(prepared.error());
  return Lease(*this, std::make_unique<Connection>(std::move(*opened)));
}

}  // namespace hb::records::sqlite
