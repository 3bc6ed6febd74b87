#include "support/postgres.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <thread>

#include "support/paths.hpp"

namespace hb::test {
namespace {

using tables::ColumnSpec;
using tables::ColumnType;
using tables::Database;
using tables::Decimal;
using tables::ResultSet;
using tables::TableSchema;
using tables::Value;

/// The directory with initdb and postgres, newest version first; empty when there is none.
std::filesystem::path programs() {
  std::vector<std::filesystem::path> found;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none))
    if (std::filesystem::exists(entry.path() / "bin" / "initdb"))
      found.push_back(entry.path() / "bin");
  std::ranges::sort(found);
  return found.empty() ? std::filesystem::path() : found.back();
}

/// PostgreSQL does not run as root: then it runs as its own user.
void become_postgres() {
  if (geteuid() != 0) return;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr || initgroups("postgres", user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
      setuid(user->pw_uid) != 0)
    _exit(126);
}

/// Starts a program with its output in a file; it dies when this program does.
pid_t spawn(const std::vector<std::string>& words, const std::filesystem::path& output) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int log = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) _exit(126);
  become_postgres();
  prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which clears it
  if (getppid() != parent || chdir("/") != 0) _exit(126);
  execv(argv[0], argv.data());
  _exit(127);
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct ConnectionCloser {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ResultCloser {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, ConnectionCloser>;
using Answer = std::unique_ptr<PGresult, ResultCloser>;

const char* sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return "BOOLEAN";
    case ColumnType::integer:
      return "INTEGER";
    case ColumnType::bigint:
      return "BIGINT";
    case ColumnType::decimal:
      return "NUMERIC(18,4)";
    case ColumnType::real:
      return "DOUBLE PRECISION";
    case ColumnType::text:
      return "TEXT";
    case ColumnType::date:
      return "DATE";
    case ColumnType::timestamp:
      return "TIMESTAMP WITH TIME ZONE";
  }
  return "";
}

/// A private cluster.
class Server {
 public:
  static Result<std::unique_ptr<Server>> start();
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Result<Answer> run(const std::string& sql) const;
  Result<Answer> ask(const Numbered& numbered, const Parameters& parameters) const;
  /// Makes the tables equal to the database's, unless they are already.
  Result<void> copy(const Database& database);

 private:
  Server() = default;
  Result<void> connect();
  Result<void> copy_table(const Database& database, const TableSchema& schema) const;

  TempDir directory_;
  pid_t pid_ = 0;
  Connection connection_;
  std::map<std::string, std::string> copied_;  ///< table → schema and checksum
};

Result<std::unique_ptr<Server>> Server::start() {
  const std::filesystem::path bin = programs();
  if (bin.empty()) return fail(ErrorCode::unavailable, "PostgreSQL is not installed");
  std::unique_ptr<Server> server(new Server);
  const std::filesystem::path home = server->directory_.path();
  const std::string data = (home / "data").string();
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown(home.c_str(), user->pw_uid, user->pw_gid) != 0)
      return fail(ErrorCode::unavailable, "there is no user postgres to run the server");
  }
  const pid_t init = spawn({(bin / "initdb").string(), "-D", data, "-A", "trust", "-U", "postgres",
                            "--locale=C", "--encoding=UTF8", "--no-sync"},
                           home / "initdb.log");
  int status = 0;
  if (init < 0 || waitpid(init, &status, 0) != init || status != 0)
    return fail(ErrorCode::unavailable, "initdb failed: " + content(home / "initdb.log"));
  server->pid_ = spawn({(bin / "postgres").string(), "-D", data, "-k", home.string(), "-c",
                        "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=32MB"},
                       home / "postgres.log");
  if (Result<void> connected = server->connect(); !connected) return unexpected(connected.error());
  return server;
}

Result<void> Server::connect() {
  const std::string where =
      fmt::format("host={} user=postgres dbname=postgres", directory_.path().string());
  for (int attempt = 0; attempt < 300; ++attempt) {
    connection_.reset(PQconnectdb(where.c_str()));
    if (PQstatus(connection_.get()) == CONNECTION_OK) {
      const Result<Answer> set =
          run("SET TimeZone = 'Asia/Shanghai'; SET DateStyle = ISO; "
              "SET client_min_messages = warning");
      return set ? Result<void>() : unexpected(set.error());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return fail(ErrorCode::unavailable,
              "PostgreSQL does not start: " + content(directory_.path() / "postgres.log"));
}

Server::~Server() {
  connection_.reset();
  if (pid_ <= 0) return;
  kill(pid_, SIGQUIT);
  waitpid(pid_, nullptr, 0);
}

Result<Answer> checked(PGresult* raw) {
  Answer answer(raw);
  const ExecStatusType status = PQresultStatus(raw);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN)
    return answer;
  return fail(ErrorCode::invalid_input, fmt::format("PostgreSQL: {}", PQresultErrorMessage(raw)));
}

Result<Answer> Server::run(const std::string& sql) const {
  return checked(PQexec(connection_.get(), sql.c_str()));
}

/// A parameter as libpq sends it.
struct Bound {
  Oid type;
  std::optional<std::string> text;
};

std::string decimal_text(const Decimal& value) {
  std::string digits = std::to_string(value.scaled < 0 ? -value.scaled : value.scaled);
  const auto scale = static_cast<std::size_t>(value.scale);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - scale, 1, '.');
  return value.scaled < 0 ? "-" + digits : digits;
}

Bound bound(const Value& value) {
  struct Binder {
    Bound operator()(std::monostate) const { return {0, std::nullopt}; }
    Bound operator()(bool v) const { return {16, v ? "t" : "f"}; }
    Bound operator()(std::int64_t v) const { return {20, std::to_string(v)}; }
    Bound operator()(double v) const { return {701, fmt::format("{}", v)}; }
    Bound operator()(const Decimal& v) const { return {1700, decimal_text(v)}; }
    Bound operator()(const std::string& v) const { return {25, v}; }
    Bound operator()(Date v) const { return {1082, format_date(v)}; }
    Bound operator()(Instant v) const {
      const std::int64_t micros = ((v.micros % 1'000'000) + 1'000'000) % 1'000'000;
      std::string text = format_instant(v);  // …:00.123Z
      text.replace(text.size() - 4, 4, fmt::format("{:06}Z", micros));
      return {1184, text};
    }
  };
  return std::visit(Binder{}, value);
}

Result<Answer> Server::ask(const Numbered& numbered, const Parameters& parameters) const {
  std::vector<Bound> given;
  for (const std::string& name : numbered.names) {
    const auto found =
        std::ranges::find_if(parameters, [&](const auto& p) { return p.first == name; });
    if (found == parameters.end())
      return fail(ErrorCode::invalid_input, fmt::format("parameter ${} is missing", name));
    given.push_back(bound(found->second));
  }
  std::vector<Oid> types;
  std::vector<const char*> texts;
  for (const Bound& parameter : given) {
    types.push_back(parameter.type);
    texts.push_back(parameter.text ? parameter.text->c_str() : nullptr);
  }
  return checked(PQexecParams(connection_.get(), numbered.sql.c_str(),
                              static_cast<int>(given.size()), types.data(), texts.data(), nullptr,
                              nullptr, 0));
}

Result<void> Server::copy_table(const Database& database, const TableSchema& schema) const {
  std::string columns;
  for (const ColumnSpec& column : schema.columns)
    columns +=
        fmt::format("{}\"{}\" {}", columns.empty() ? "" : ", ", column.name, sql_type(column.type));
  const Result<Answer> made = run(fmt::format("CREATE TABLE \"{}\" ({})", schema.name, columns));
  if (!made) return unexpected(made.error());
  const TempDir directory;
  const std::string path = (directory.path() / "table.csv").string();
  if (Result<void> written = database.export_csv(schema.name, path); !written) return written;
  const Result<Answer> copying =
      run(fmt::format("COPY \"{}\" FROM STDIN (FORMAT csv, HEADER)", schema.name));
  if (!copying) return unexpected(copying.error());
  std::ifstream file(path, std::ios::binary);
  std::string piece(1 << 16, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    if (PQputCopyData(connection_.get(), piece.data(), static_cast<int>(file.gcount())) != 1)
      return fail(ErrorCode::unavailable, PQerrorMessage(connection_.get()));
  PQputCopyEnd(connection_.get(), nullptr);
  const Result<Answer> done = checked(PQgetResult(connection_.get()));
  Answer(PQgetResult(connection_.get()));  // the end of the command
  return done ? Result<void>() : unexpected(done.error());
}

Result<void> Server::copy(const Database& database) {
  std::map<std::string, std::string> wanted;
  for (const TableSchema& schema : database.schemas()) {
    const auto sum = database.checksum(schema.name);
    if (!sum) return unexpected(sum.error());
    std::string& state = wanted[schema.name];
    for (const ColumnSpec& column : schema.columns)
      state += fmt::format("{} {},", column.name, sql_type(column.type));
    state += fmt::format("{} {}", sum->rows, sum->hash);
  }
  if (wanted == copied_) return {};
  copied_.clear();
  const Result<Answer> emptied = run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  if (!emptied) return unexpected(emptied.error());
  for (const TableSchema& schema : database.schemas())
    if (Result<void> copied = copy_table(database, schema); !copied) return copied;
  const Result<Answer> analysed = run("ANALYZE");
  if (!analysed) return unexpected(analysed.error());
  copied_ = std::move(wanted);
  return {};
}

// ---------------------------------------------------------------- comparing

/// A value as text: the same text for equal values of both engines, whatever their numeric type.
std::string plain_number(std::string text) {
  if (text.find_first_of("eEnN") != std::string::npos || text.find('.') == std::string::npos)
    return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string text_of(const Value& value) {
  struct Writer {
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(bool v) const { return v ? "t" : "f"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return plain_number(fmt::format("{}", v)); }
    std::string operator()(const Decimal& v) const { return plain_number(decimal_text(v)); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(Date v) const { return format_date(v); }
    std::string operator()(Instant v) const { return std::to_string(v.micros); }
  };
  return std::visit(Writer{}, value);
}

/// 2025-01-01 08:00:00.5+08 → microseconds, as text_of() writes an instant.
std::string instant_text(std::string text) {
  if (const std::size_t space = text.find(' '); space != std::string::npos) text[space] = 'T';
  if (text.size() > 3 && (text[text.size() - 3] == '+' || text[text.size() - 3] == '-'))
    text += ":00";
  const Result<Instant> instant = parse_instant(text);
  return instant ? std::to_string(instant->micros) : text;
}

std::string text_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return "NULL";
  std::string text = PQgetvalue(result, row, column);
  switch (PQftype(result, column)) {
    case 20:    // bigint
    case 21:    // smallint
    case 23:    // integer
    case 700:   // real
    case 701:   // double precision
    case 1700:  // numeric
      return plain_number(std::move(text));
    case 1184:
      return instant_text(std::move(text));
    default:
      return text;
  }
}

bool agree(const Value& value, const std::string& left, const std::string& right) {
  if (left == right) return true;
  if (!std::holds_alternative<double>(value) || right == "NULL") return false;
  const double a = std::strtod(left.c_str(), nullptr);
  const double b = std::strtod(right.c_str(), nullptr);
  return std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}

struct Row {
  std::vector<std::string> key;  ///< doubles shortened, so that both engines sort alike
  std::vector<std::string> texts;
  std::vector<Value> values;  ///< DuckDB's only
};

std::string key_of(bool real, const std::string& text) {
  return real && text != "NULL" ? fmt::format("{:.6g}", std::strtod(text.c_str(), nullptr)) : text;
}

std::vector<Difference> compare(const ResultSet& set, const PGresult* result, bool ordered) {
  const auto size = [](std::size_t rows, std::size_t columns) {
    return fmt::format("{} rows of {} columns", rows, columns);
  };
  const auto rows = static_cast<std::size_t>(PQntuples(result));
  const auto columns = static_cast<std::size_t>(PQnfields(result));
  if (rows != set.rows.size() || columns != set.columns.size())
    return {{0, "", size(set.rows.size(), set.columns.size()), size(rows, columns)}};
  std::vector<bool> real(columns);
  for (const auto& row : set.rows)
    for (std::size_t c = 0; c < columns; ++c)
      if (std::holds_alternative<double>(row[c])) real[c] = true;
  std::vector<Row> ours(rows);
  std::vector<Row> theirs(rows);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      ours[r].texts.push_back(text_of(set.rows[r][c]));
      ours[r].key.push_back(key_of(real[c], ours[r].texts[c]));
      ours[r].values = set.rows[r];
      theirs[r].texts.push_back(text_of(result, static_cast<int>(r), static_cast<int>(c)));
      theirs[r].key.push_back(key_of(real[c], theirs[r].texts[c]));
    }
  if (!ordered)
    for (std::vector<Row>* side : {&ours, &theirs}) std::ranges::sort(*side, {}, &Row::key);
  std::vector<Difference> differences;
  for (std::size_t c = 0; c < columns; ++c) {
    if (set.columns[c] != PQfname(result, static_cast<int>(c)))
      differences.push_back(
          {0, set.columns[c], set.columns[c], PQfname(result, static_cast<int>(c))});
    for (std::size_t r = 0; r < rows; ++r)
      if (!agree(ours[r].values[c], ours[r].texts[c], theirs[r].texts[c]))
        differences.push_back({r, set.columns[c], ours[r].texts[c], theirs[r].texts[c]});
  }
  return differences;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Behind the text, quoted name or comment that begins at `at`; `at` itself when none does.
std::size_t skip_quoted(std::string_view sql, std::size_t at) {
  const auto behind = [&](std::string_view end, std::size_t from) {
    const std::size_t found = sql.find(end, from);
    return found == std::string_view::npos ? sql.size() : found + end.size();
  };
  if (sql[at] == '\'' || sql[at] == '"') return behind(sql.substr(at, 1), at + 1);
  if (sql.substr(at, 2) == "--") return behind("\n", at);
  if (sql.substr(at, 2) == "/*") return behind("*/", at + 2);
  return at;
}

}  // namespace

Numbered number_parameters(std::string_view sql) {
  Numbered numbered;
  int depth = 0;
  std::size_t at = 0;
  while (at < sql.size()) {
    const std::size_t quoted = skip_quoted(sql, at);
    if (quoted > at) {
      numbered.sql += sql.substr(at, quoted - at);
      at = quoted;
      continue;
    }
    if (sql[at] == '(') ++depth;
    if (sql[at] == ')') --depth;
    std::size_t end = at + 1;
    if (sql[at] == '$' || is_letter(sql[at]))
      while (end < sql.size() && is_letter(sql[end])) ++end;
    const std::string_view word = sql.substr(at, end - at);
    if (depth == 0 && (word == "ORDER" || word == "order")) numbered.ordered = true;
    if (word.size() > 1 && word[0] == '$') {
      const std::string name(word.substr(1));
      auto& names = numbered.names;
      const auto known = std::ranges::find(names, name) - names.begin();
      if (known == static_cast<std::ptrdiff_t>(names.size())) names.push_back(name);
      numbered.sql += fmt::format("${}", known + 1);
    } else {
      numbered.sql += word;
    }
    at = end;
  }
  return numbered;
}

bool has_postgres() { return !programs().empty(); }

Result<std::vector<Difference>> compare_on_postgres(const Database& database,
                                                    const std::string& sql,
                                                    const Parameters& parameters) {
  static const Result<std::unique_ptr<Server>> server = Server::start();
  if (!server) return unexpected(server.error());
  const Result<ResultSet> set =
      database.query(Principal::system("test"), sql, parameters, std::chrono::minutes(1));
  if (!set) {
    Error error = set.error();
    error.message = "DuckDB: " + error.message;
    return unexpected<Error>(std::move(error));
  }
  if (Result<void> copied = (*server)->copy(database); !copied) return unexpected(copied.error());
  const Numbered numbered = number_parameters(sql);
  const Result<Answer> answer = (*server)->ask(numbered, parameters);
  if (!answer) return unexpected(answer.error());
  return compare(*set, answer->get(), numbered.ordered);
}

std::string describe(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& difference : differences)
    text += fmt::format("row {} {}: DuckDB {} | PostgreSQL {}\n", difference.row, difference.column,
                        difference.duckdb, difference.postgres);
  return text;
}

}  // namespace hb::test
