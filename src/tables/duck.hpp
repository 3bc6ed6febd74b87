#pragma once
#include <duckdb.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "tables/database.hpp"
#include "tables/rows.hpp"

/// DuckDB's C API, owned and turned into Result. Only this folder includes it.
namespace hb::tables::duck {

/// errors  unavailable: not DuckDB 1.x from 1.5 on (older checkpoints stop readers)
Result<void> check_library();

/// What DuckDB says, as our Error: locks, disk and limits are `unavailable`, a lost race
/// `conflict`, everything about the statement `invalid_input`. Values of rows are never repeated.
Error to_error(duckdb_error_type type, std::string_view message);

/// A name in double quotes, a text in single quotes.
std::string quoted(std::string_view name);
std::string literal(std::string_view text);

/// What the file is called inside DuckDB.
inline constexpr const char* catalog = "tables";

/// Path of an instance without a file.
inline constexpr const char* in_memory = ":memory:";

/// The opened file.
class Engine {
 public:
  static Result<Engine> open(const std::string& path, const OpenOptions& options);
  Engine(Engine&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Engine& operator=(Engine&& other) noexcept;
  ~Engine();
  duckdb_database get() const { return database_; }

 private:
  explicit Engine(duckdb_database database) : database_(database) {}
  Result<void> attach(const std::string& path, const OpenOptions& options) const;
  duckdb_database database_ = nullptr;
};

/// A materialised or streamed answer.
class Answer {
 public:
  Answer() = default;
  Answer(Answer&& other) noexcept : result_(std::exchange(other.result_, duckdb_result{})) {}
  Answer& operator=(Answer&&) = delete;
  ~Answer() { duckdb_destroy_result(&result_); }
  duckdb_result& get() { return result_; }
  /// After the last chunk of a streamed answer: whether it was the end or a failure.
  Result<void> whole();

 private:
  duckdb_result result_{};
};

/// One connection; used by one thread at a time, except interrupt().
class Connection {
 public:
  explicit Connection(duckdb_connection connection) : connection_(connection) {}
  static Result<Connection> open(const Engine& engine);
  Connection(Connection&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Connection& operator=(Connection&&) = delete;
  ~Connection();
  duckdb_connection get() const { return connection_; }

  Result<void> run(const std::string& sql) const;
  /// Parameters are bound to ?1, ?2, …
  Result<ResultSet> ask(const std::string& sql, const std::vector<Value>& parameters = {}) const;
  /// The first value of the first row; NULL and no row are 0.
  Result<std::int64_t> number(const std::string& sql) const;
  void interrupt() const { duckdb_interrupt(connection_); }

 private:
  duckdb_connection connection_ = nullptr;
};

/// A prepared statement.
class Statement {
 public:
  static Result<Statement> prepare(const Connection& connection, const std::string& sql);
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement() { duckdb_destroy_prepare(&statement_); }

  /// Names of the parameters in the order of their index, "1" for an unnamed one.
  std::vector<std::string> parameters() const;
  /// index  from 1
  Result<void> bind(std::size_t index, const Value& value);
  Result<Answer> execute();
  /// Rows come as they are fetched: for answers that do not fit into memory.
  Result<Answer> stream();

 private:
  explicit Statement(duckdb_prepared_statement statement) : statement_(statement) {}
  duckdb_prepared_statement statement_ = nullptr;
};

/// BEGIN … commit(); rolled back when it is left without.
class Transaction {
 public:
  static Result<Transaction> begin(const Connection& connection);
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(const Connection& connection) : connection_(&connection) {}
  const Connection* connection_;
};

/// All rows of an answer, at most `limit`.
/// errors  invalid_input: more rows than limit, a type that has no Value, a number beyond 64 bits
Result<ResultSet> read_all(Answer& answer, std::size_t limit);
/// Row by row, as they are fetched. visit  returns false to stop
Result<void> read_each(Answer& answer, const std::function<bool(const std::vector<Value>&)>& visit);

}  // namespace hb::tables::duck
