#include "records/migrations.hpp"

#include <array>
#include <cctype>

namespace hb::records {
namespace {

constexpr Migration all_migrations[] = {
#include "records/migrations.inc"
};

struct TypeName {
  std::string_view common;
  std::string_view sqlite;
};
constexpr std::array type_map = {
    TypeName{"BIGINT", "INTEGER"},  // so that BIGINT PRIMARY KEY is the row id
    TypeName{"DOUBLE", "REAL"},
    TypeName{"BYTES", "BLOB"},
};

constexpr std::int64_t application_id = 0x48424431;  // "HBD1", names our files in SQLite's header

std::string without_comments(std::string_view text) {
  std::string kept;
  bool comment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "--") comment = true;
    if (text[i] == '\n') comment = false;
    if (!comment) kept += text[i];
  }
  return kept;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string_view mapped_word(std::string_view word) {
  for (const TypeName& type : type_map) {
    if (word == type.common) return type.sqlite;
  }
  return word;
}

/// The end of a CREATE TABLE: ")" and "CLUSTERED" or nothing.
std::string table_end(std::string_view statement) {
  constexpr std::string_view clustered = ") CLUSTERED";
  if (statement.ends_with(clustered)) {
    return std::string(statement.substr(0, statement.size() - clustered.size())) +
           ") STRICT, WITHOUT ROWID";
  }
  return std::string(statement) + " STRICT";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

Result<int> schema_version(sqlite::Connection& connection, std::size_t newest) {
  // The mark last: another program may be making the file between these reads, mark and tables at
  // once.
  const Result<std::int64_t> tables =
      sqlite::one_integer(connection, 0, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return unexpected(tables.error());
  const Result<std::int64_t> version = sqlite::one_integer(connection, 0, "PRAGMA user_version");
  if (!version) return unexpected(version.error());
  const Result<std::int64_t> application =
      sqlite::one_integer(connection, 0, "PRAGMA application_id");
  if (!application) return unexpected(application.error());
  if (*application != application_id && (*tables > 0 || *version > 0)) {
    return fail(ErrorCode::invalid_input, "the file is a database, but not a record store");
  }
  if (*version > static_cast<std::int64_t>(newest)) {
    return fail(ErrorCode::invalid_input,
                "the record store was made by a newer program: its schema is " +
                    std::to_string(*version) + ", this program knows " + std::to_string(newest));
  }
  return static_cast<int>(*version);
}

}  // namespace

std::span<const Migration> migrations() { return all_migrations; }

std::string sqlite_text(std::string_view common) {
  const std::string text = without_comments(common);
  std::string mapped;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end == i) {
      mapped += text[i++];
      continue;
    }
    mapped += mapped_word(std::string_view(text).substr(i, end - i));
    i = end;
  }
  std::string result;
  std::string_view rest = mapped;
  while (true) {
    const std::size_t end = rest.find(';');
    if (end == std::string_view::npos) break;
    const std::string_view statement = trimmed(rest.substr(0, end));
    result += statement.starts_with("CREATE TABLE") ? table_end(statement) : std::string(statement);
    result += ";\n";
    rest.remove_prefix(end + 1);
  }
  return result;
}

Result<int> migrate(sqlite::Connection& connection, std::span<const Migration> steps) {
  Result<int> version = schema_version(connection, steps.size());
  if (!version) return version;
  for (auto step = static_cast<std::size_t>(*version); step < steps.size(); ++step) {
    const std::string number = std::to_string(step + 1);
    Result<void> done = connection.run("BEGIN IMMEDIATE");
    // Another process may have taken the step while this one waited for the lock.
    if (done) version = schema_version(connection, steps.size());
    if (done && version && static_cast<std::size_t>(*version) == step)
      done = connection.run(sqlite_text(steps[step].text) + "PRAGMA application_id = " +
                            std::to_string(application_id) + "; PRAGMA user_version = " + number);
    if (done) done = version ? connection.run("COMMIT") : unexpected(version.error());
    if (!done) {
      if (connection.in_transaction()) (void)connection.run("ROLLBACK");
      done.error().where = "migration " + std::string(steps[step].name);
      return unexpected(done.error());
    }
    version = static_cast<int>(step + 1);
  }
  return version;
}

Result<int> expect_migrated(sqlite::Connection& connection, std::span<const Migration> steps) {
  Result<int> version = schema_version(connection, steps.size());
  if (version && static_cast<std::size_t>(*version) < steps.size()) {
    return fail(ErrorCode::invalid_input,
                "the record store is of an older program; open it once for writing");
  }
  return version;
}

}  // namespace hb::records
