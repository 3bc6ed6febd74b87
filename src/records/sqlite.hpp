#pragma once
#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"

/// The only place that talks to SQLite's C interface.
namespace hb::records::sqlite {

/// Bytes bound as BLOB; a plain string_view is bound as TEXT.
struct Blob {
  std::string_view bytes;
};

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// The first sign that a file is damaged, from whichever of its connections met it.
class DamageNote {
 public:
  void say(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (!said_) said_ = what;
  }
  std::optional<std::string> said() const {
    const std::lock_guard lock(mutex_);
    return said_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> said_;
};

/// One connection: used by one thread at a time. Keeps its prepared statements by the address of
/// their SQL text, which therefore has to be a literal.
class Connection {
 public:
  enum class Mode { create, write, read };
  /// errors  unavailable: cannot be opened; invalid_input: not a database
  static Result<Connection> open(const std::string& path, Mode mode);

  /// Runs statements that return nothing; for schema and transactions.
  Result<void> run(const std::string& sql);
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  std::int64_t last_rowid() const { return sqlite3_last_insert_rowid(handle_.get()); }
  /// What the last call that failed means for the caller.
  Error last_error() const;
  /// Where signs of damage are said.
  void tell_damage(std::shared_ptr<DamageNote> note) { damage_ = std::move(note); }

 private:
  friend class Query;
  StatementHandle take(const char* sql);
  void give_back(const char* sql, StatementHandle statement);

  std::unique_ptr<sqlite3, CloseDatabase> handle_;
  std::unordered_map<const char*, std::vector<StatementHandle>> idle_;
  std::shared_ptr<DamageNote> damage_;
};

/// A statement at work. Errors stick: bind and step do nothing after one, next() says false, and
/// error() tells; so that call sites check once.
class Query {
 public:
  template <class... Values>
  Query(Connection& connection, const char* sql, const Values&... values)
      : connection_(&connection), sql_(sql), statement_(connection.take(sql)) {
    if (!statement_) error_ = connection.last_error();
    bind(values...);
  }
  ~Query();
  Query(Query&& other) = default;
  Query& operator=(Query&&) = delete;

  /// Binds ?1, ?2, … and starts anew. Texts and blobs are not copied: they must outlive next().
  template <class... Values>
  void bind(const Values&... values) {
    if (!statement_) return;
    sqlite3_reset(statement_.get());
    [[maybe_unused]] int position = 0;
    (bind_one(++position, values), ...);
  }
  /// True while there is a row.
  bool next();
  /// Runs to the end.
  Result<void> run();
  bool ok() const { return !error_.has_value(); }
  const Error& error() const { return *error_; }
  Result<void> finished() const;

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  bool is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }
  /// Valid until the next call of next() or bind().
  std::string_view bytes(int column) const;
  std::string text(int column) const { return std::string(bytes(column)); }

 private:
  template <std::integral Integer>
  void bind_one(int position, Integer value) {
    check(sqlite3_bind_int64(statement_.get(), position, static_cast<std::int64_t>(value)));
  }
  void bind_one(int position, std::string_view text);
  void bind_one(int position, Blob blob);
  template <class Value>
  void bind_one(int position, const std::optional<Value>& value) {
    if (value) return bind_one(position, *value);
    check(sqlite3_bind_null(statement_.get(), position));
  }
  void check(int code);

  Connection* connection_;
  const char* sql_;
  StatementHandle statement_;
  std::optional<Error> error_;
};

/// One statement without rows.
template <class... Values>
Result<void> execute(Connection& connection, const char* sql, const Values&... values) {
  return Query(connection, sql, values...).run();
}

/// The first column of the first row; `otherwise` when there is none or it is NULL.
template <class... Values>
Result<std::int64_t> one_integer(Connection& connection, std::int64_t otherwise, const char* sql,
                                 const Values&... values) {
  Query query(connection, sql, values...);
  const bool found = query.next();
  if (!query.ok()) return unexpected(query.error());
  return found && !query.is_null(0) ? query.integer(0) : otherwise;
}

/// Read-only connections, lent to one reader at a time; grows to as many as read at once.
class ReaderPool {
 public:
  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    ~Lease();
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    Connection& operator*() const { return *connection_; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  explicit ReaderPool(std::string path, std::shared_ptr<DamageNote> damage = {})
      : path_(std::move(path)), damage_(std::move(damage)) {}
  Result<Lease> lease();
  /// Closes the idle connections, so that the writer is the last to go and empties the write-ahead
  /// log.
  void close();

 private:
  std::string path_;
  std::shared_ptr<DamageNote> damage_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace hb::records::sqlite
