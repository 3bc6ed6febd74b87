#include "tables/scene_sql.hpp"

#include <boost/json.hpp>

namespace hb::tables {
namespace {

namespace json = boost::json;

constexpr std::size_t most_bytes = 65'536;
constexpr std::size_t most_remembered = 10'000;

/// DuckDB's limit for nested expressions is 1,000; each is a few levels of JSON.
constexpr std::size_t most_levels = 8'000;

Result<json::object> syntax_tree(const duck::Connection& connection, const std::string& sql) {
  const Result<ResultSet> set =
      connection.ask("SELECT CAST(json_serialize_sql(CAST(? AS VARCHAR)) AS VARCHAR)", {sql});
  if (!set) return unexpected(set.error());
  const auto* serialized = std::get_if<std::string>(&set->rows.at(0).at(0));
  json::parse_options options;
  options.max_depth = most_levels;
  json::error_code error;
  json::value tree = json::parse(serialized != nullptr ? *serialized : "", error, {}, options);
  if (error || !tree.is_object())
    return fail(ErrorCode::invalid_input, "the statement is nested too deeply", "sql");
  return std::move(tree.get_object());
}

std::string message_of(const json::object& tree) {
  const json::value* message = tree.if_contains("error_message");
  if (message == nullptr || !message->is_string()) return "the statement does not parse";
  std::string text(message->get_string());
  if (text.find("syntax error at or near \":\"") != std::string::npos)
    text += " (parameters are written $name)";
  if (text.starts_with("Only SELECT")) return "scene SQL is one SELECT, nothing else";
  return text;
}

}  // namespace

Result<std::unique_ptr<SceneSqlCheck>> SceneSqlCheck::open(const duck::Engine& engine) {
  Result<duck::Connection> connection = duck::Connection::open(engine);
  if (!connection) return unexpected(connection.error());
  return std::unique_ptr<SceneSqlCheck>(new SceneSqlCheck(std::move(*connection)));
}

Result<void> SceneSqlCheck::check(const std::string& sql, const SceneNames& names) {
  if (sql.size() > most_bytes)
    return fail(ErrorCode::invalid_input, "the statement is longer than 64 KB", "sql");
  if (sql.find('\0') != std::string::npos)  // DuckDB would run only what stands before it
    return fail(ErrorCode::invalid_input, "the statement has a NUL character", "sql");
  const std::lock_guard lock(mutex_);
  if (passed_.contains(sql)) return {};
  const Result<json::object> tree = syntax_tree(connection_, sql);
  if (!tree) return unexpected(tree.error());
  const json::value* statements = tree->if_contains("statements");
  if (statements == nullptr || !statements->is_array())
    return fail(ErrorCode::invalid_input, message_of(*tree), "sql");
  if (statements->get_array().size() != 1)
    return fail(ErrorCode::invalid_input, "scene SQL is one SELECT, nothing else", "sql");
  if (Result<void> walked = walk_scene_sql(statements->get_array()[0].as_object(), sql, names);
      !walked)
    return walked;
  if (passed_.size() >= most_remembered) passed_.clear();
  passed_.insert(sql);
  return {};
}

void SceneSqlCheck::forget() {
  const std::lock_guard lock(mutex_);
  passed_.clear();
}

}  // namespace hb::tables
