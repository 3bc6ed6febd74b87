#include "tables/duck.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

namespace hb::tables::duck {
namespace {

constexpr int oldest_major = 1;
constexpr int oldest_minor = 5;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The first line: DuckDB adds the statement and a caret below it.
std::string first_line(std::string_view message) {
  return std::string(message.substr(0, message.find('\n')));
}

bool says_full(std::string_view message) {
  return contains(message, "No space left") || contains(message, "File too large") ||
         contains(message, "Disk quota") || contains(message, "max_temp_directory_size");
}

bool says_damaged(std::string_view message) {
  return contains(message, "Corrupt") || contains(message, "checksum") ||
         contains(message, "Could not read enough bytes") || contains(message, "Serialization") ||
         contains(message, "replaying WAL") || contains(message, "deserialize");
}

Error open_error(const std::string& path, std::string_view message) {
  if (contains(message, "not a valid DuckDB database"))
    return {ErrorCode::invalid_input, "this is not a DuckDB file", path};
  if (says_damaged(message))
    return {ErrorCode::invalid_input, "the file of the tables is damaged", path};
  if (contains(message, "Could not set lock"))
    return {ErrorCode::unavailable, "the tables are in use by another process", path};
  if (says_full(message)) return {ErrorCode::unavailable, "the disk with the tables is full", path};
  return {ErrorCode::unavailable, "the tables do not open: " + first_line(message), path};
}

/// A fixed set of options of the whole instance.
class Config {
 public:
  Config() { duckdb_create_config(&config_); }
  ~Config() { duckdb_destroy_config(&config_); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  void set(const char* name, const std::string& value) {
    if (duckdb_set_config(config_, name, value.c_str()) != DuckDBSuccess) refused_ = name;
  }
  duckdb_config get() const { return config_; }
  const std::string& refused() const { return refused_; }

 private:
  duckdb_config config_ = nullptr;
  std::string refused_;
};

void configure(Config& config, const std::string& path, const OpenOptions& options) {
  config.set("temp_directory", path + ".tmp");
  config.set("threads", std::to_string(options.threads));
  config.set("memory_limit", fmt::format("{}MiB", options.memory_limit_mb));
  config.set("autoinstall_known_extensions", "false");
  config.set("autoload_known_extensions", "false");
  config.set("checkpoint_threshold", "256MiB");
  // Fewer rows wait for their compression: the pages they lie in are used again while warm.
  config.set("write_buffer_row_group_count", "2");
  // What makes DuckDB mean the same as PostgreSQL.
  config.set("integer_division", "true");
  config.set("default_null_order", "nulls_last_on_asc_first_on_desc");
  config.set("ieee_floating_point_ops", "false");
  if (!options.compress) config.set("force_compression", "uncompressed");
}

/// The file is attached to an instance in memory, because only so can it be told its format:
/// * the newest format that every accepted DuckDB reads compresses texts in half the time of the
///   format DuckDB writes unasked (which versions from 0.10 on read);
/// * row groups of a quarter of the usual size are compressed by the threads that append; with
///   larger ones more is left for the checkpoint, which has one thread.
/// Figures: docs/performance/flatten.md. Files in the older format stay readable and writable.
std::string attach_sql(const std::string& path, const OpenOptions& options) {
  if (path == in_memory) return fmt::format("ATTACH {} AS {}", literal(path), catalog);
  return fmt::format(
      "ATTACH {} AS {} ({})", literal(path), catalog,
      options.read_only ? "READ_ONLY" : "STORAGE_VERSION 'v1.5.0', ROW_GROUP_SIZE 30720");
}

}  // namespace

Result<void> check_library() {
  const std::string version = duckdb_library_version();  // "v1.5.6"
  char* rest = nullptr;
  const long major = std::strtol(version.c_str() + 1, &rest, 10);
  const long minor = *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0;
  if (version.empty() || version[0] != 'v' || major != oldest_major || minor < oldest_minor)
    return fail(ErrorCode::unavailable,
                fmt::format("DuckDB {}.{} or a later {}.x is needed, the library is {}",
                            oldest_major, oldest_minor, oldest_major, version));
  return {};
}

Error to_error(duckdb_error_type type, std::string_view message) {
  if (says_full(message))
    return {ErrorCode::unavailable, "the disk with the tables is full; nothing was changed", ""};
  switch (type) {
    case DUCKDB_ERROR_INTERRUPT:
      return {ErrorCode::unavailable, "the query was stopped", ""};
    case DUCKDB_ERROR_OUT_OF_MEMORY:
      return {ErrorCode::unavailable, "the query needs more memory than the tables may use", ""};
    case DUCKDB_ERROR_TRANSACTION:
      return {ErrorCode::conflict, first_line(message), ""};
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_FATAL:
    case DUCKDB_ERROR_INTERNAL:
    case DUCKDB_ERROR_CONNECTION:
      return {ErrorCode::unavailable, first_line(message), ""};
    case DUCKDB_ERROR_CONVERSION:  // the message repeats the value
      return {ErrorCode::invalid_input, "a value does not convert to the type asked for", ""};
    case DUCKDB_ERROR_OUT_OF_RANGE:
      return {ErrorCode::invalid_input, "a number is too large for its type", ""};
    default:
      return {ErrorCode::invalid_input, first_line(message), ""};
  }
}

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

std::string literal(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result.append(c == '\'' ? 2 : 1, c);
  return result + '\'';
}

Result<Engine> Engine::open(const std::string& path, const OpenOptions& options) {
  Config config;
  configure(config, path, options);
  if (!config.refused().empty())
    return fail(ErrorCode::unavailable, "DuckDB refuses the option " + config.refused(), path);
  duckdb_database database = nullptr;
  char* message = nullptr;
  if (duckdb_open_ext(nullptr, &database, config.get(), &message) != DuckDBSuccess) {
    const Error error = open_error(path, message != nullptr ? message : "no reason given");
    duckdb_free(message);
    return unexpected<Error>(error);
  }
  Engine engine(database);
  if (Result<void> attached = engine.attach(path, options); !attached)
    return unexpected(attached.error());
  return engine;
}

Result<void> Engine::attach(const std::string& path, const OpenOptions& options) const {
  duckdb_connection raw = nullptr;
  if (duckdb_connect(database_, &raw) != DuckDBSuccess)
    return fail(ErrorCode::unavailable, "the tables give no connection", path);
  const Connection connection(raw);
  Answer answer;
  if (duckdb_query(raw, attach_sql(path, options).c_str(), &answer.get()) != DuckDBSuccess)
    return unexpected<Error>(open_error(path, duckdb_result_error(&answer.get())));
  return connection.run("SET GLOBAL enable_external_access = false");
}

Engine& Engine::operator=(Engine&& other) noexcept {
  if (this != &other) {
    duckdb_close(&database_);
    database_ = std::exchange(other.database_, nullptr);
  }
  return *this;
}

Engine::~Engine() { duckdb_close(&database_); }

Result<void> Answer::whole() {
  const char* message = duckdb_result_error(&result_);
  if (message == nullptr || *message == '\0') return {};
  return unexpected<Error>(to_error(duckdb_result_error_type(&result_), message));
}

Result<Connection> Connection::open(const Engine& engine) {
  duckdb_connection connection = nullptr;
  if (duckdb_connect(engine.get(), &connection) != DuckDBSuccess)
    return fail(ErrorCode::unavailable, "the tables give no connection");
  Connection opened(connection);
  if (Result<void> used = opened.run(fmt::format("USE {}", catalog)); !used)
    return unexpected(used.error());
  return opened;
}

Connection::~Connection() { duckdb_disconnect(&connection_); }

Result<void> Connection::run(const std::string& sql) const {
  Answer answer;
  if (duckdb_query(connection_, sql.c_str(), &answer.get()) == DuckDBSuccess) return {};
  return unexpected<Error>(
      to_error(duckdb_result_error_type(&answer.get()), duckdb_result_error(&answer.get())));
}

Result<ResultSet> Connection::ask(const std::string& sql,
                                  const std::vector<Value>& parameters) const {
  Result<Statement> statement = Statement::prepare(*this, sql);
  if (!statement) return unexpected(statement.error());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (Result<void> bound = statement->bind(i + 1, parameters[i]); !bound)
      return unexpected(bound.error());
  Result<Answer> answer = statement->execute();
  if (!answer) return unexpected(answer.error());
  return read_all(*answer, SIZE_MAX);
}

Result<std::int64_t> Connection::number(const std::string& sql) const {
  const Result<ResultSet> set = ask(sql);
  if (!set) return unexpected(set.error());
  if (set->rows.empty()) return 0;
  const auto* value = std::get_if<std::int64_t>(&set->rows[0][0]);
  return value != nullptr ? *value : 0;
}

Result<Statement> Statement::prepare(const Connection& connection, const std::string& sql) {
  duckdb_prepared_statement raw = nullptr;
  const duckdb_state state = duckdb_prepare(connection.get(), sql.c_str(), &raw);
  Statement statement(raw);
  if (state == DuckDBSuccess) return statement;
  const char* message = duckdb_prepare_error(raw);
  return unexpected<Error>(
      to_error(DUCKDB_ERROR_BINDER, message != nullptr ? message : "the statement is empty"));
}

std::vector<std::string> Statement::parameters() const {
  std::vector<std::string> names;
  for (idx_t i = 1; i <= duckdb_nparams(statement_); ++i) {
    const char* name = duckdb_parameter_name(statement_, i);
    names.emplace_back(name != nullptr ? name : "");
    duckdb_free(const_cast<char*>(name));
  }
  return names;
}

Result<void> Statement::bind(std::size_t index, const Value& value) {
  struct Binder {
    duckdb_prepared_statement statement;
    idx_t index;
    duckdb_state operator()(std::monostate) const { return duckdb_bind_null(statement, index); }
    duckdb_state operator()(bool v) const { return duckdb_bind_boolean(statement, index, v); }
    duckdb_state operator()(std::int64_t v) const { return duckdb_bind_int64(statement, index, v); }
    duckdb_state operator()(double v) const { return duckdb_bind_double(statement, index, v); }
    duckdb_state operator()(const Decimal& v) const {
      const duckdb_hugeint wide{static_cast<std::uint64_t>(v.scaled), v.scaled < 0 ? -1 : 0};
      return duckdb_bind_decimal(statement, index,
                                 duckdb_decimal{18, static_cast<std::uint8_t>(v.scale), wide});
    }
    duckdb_state operator()(const std::string& v) const {
      return duckdb_bind_varchar_length(statement, index, v.data(), v.size());
    }
    duckdb_state operator()(Date v) const {
      return duckdb_bind_date(statement, index, duckdb_date{v.days});
    }
    duckdb_state operator()(Instant v) const {
      return duckdb_bind_timestamp_tz(statement, index, duckdb_timestamp{v.micros});
    }
  };
  if (std::visit(Binder{statement_, index}, value) == DuckDBSuccess) return {};
  return fail(ErrorCode::invalid_input,
              fmt::format("parameter {} does not take this value", index));
}

Result<Answer> Statement::execute() {
  Answer answer;
  if (duckdb_execute_prepared(statement_, &answer.get()) == DuckDBSuccess) return answer;
  return unexpected<Error>(
      to_error(duckdb_result_error_type(&answer.get()), duckdb_result_error(&answer.get())));
}

Result<Answer> Statement::stream() {
  duckdb_pending_result pending = nullptr;
  const duckdb_state state = duckdb_pending_prepared_streaming(statement_, &pending);
  Answer answer;
  if (state == DuckDBSuccess && duckdb_execute_pending(pending, &answer.get()) == DuckDBSuccess) {
    duckdb_destroy_pending(&pending);
    return answer;
  }
  const char* message = duckdb_pending_error(pending);
  const Error error = to_error(duckdb_result_error_type(&answer.get()),
                               message != nullptr ? message : "the query did not run");
  duckdb_destroy_pending(&pending);
  return unexpected<Error>(error);
}

Result<Transaction> Transaction::begin(const Connection& connection) {
  if (Result<void> begun = connection.run("BEGIN TRANSACTION"); !begun)
    return unexpected(begun.error());
  return Transaction(connection);
}

Result<void> Transaction::commit() {
  Result<void> committed = connection_->run("COMMIT");
  if (committed) connection_ = nullptr;
  return committed;
}

Transaction::~Transaction() {
  // A rollback that fails has nothing to undo: DuckDB has already ended the transaction.
  if (connection_ != nullptr) (void)connection_->run("ROLLBACK");
}

}  // namespace hb::tables::duck
