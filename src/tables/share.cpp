#include "tables/share.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.hpp"
#include "tables/literals.hpp"
#include "tables/moment_connections.hpp"
#include "tables/picked.hpp"
#include "tables/write.hpp"

namespace hb::tables {
namespace {

/// What makes an instance in memory mean the same as the tables' own.
constexpr const char* same_meaning = "SET GLOBAL TimeZone = 'Asia/Shanghai'";
/// A handful of rows is planned faster than optimised.
/// Besides, an optimised plan may rest on what the tables held when it was made.
constexpr const char* plain_plans = "PRAGMA disable_optimizer";
/// Plans that are kept: queries by periods, of which new ones come every day.
constexpr std::size_t most_prepared = 2'000;

std::string names_of(const TableSchema& schema) {
  std::string names;
  for (const ColumnSpec& column : schema.columns)
    names += (names.empty() ? "" : ", ") + duck::quoted(column.name);
  return names;
}

/// Copies what `select` gives on one connection into a table of another.
Result<void> copy(const duck::Connection& from, const std::string& select,
                  const duck::Connection& to, const std::string& table) {
  Result<duck::Statement> statement = duck::Statement::prepare(from, select);
  if (!statement) return unexpected(statement.error());
  Result<duck::Answer> answer = statement->execute();
  if (!answer) return unexpected(answer.error());
  if (Result<void> emptied = to.run("DELETE FROM main." + duck::quoted(table)); !emptied)
    return emptied;
  return duck::append_answer(*answer, to, table);
}

}  // namespace

struct Share::Instance {
  duck::Engine engine;
  duck::Connection connection;
  mutable Watchdog watchdog;
  mutable Prepared prepared;  ///< after the connection: they die first

  Instance(duck::Engine&& opened, duck::Connection&& connected)
      : engine(std::move(opened)), connection(std::move(connected)) {}
};

Share::Share(std::vector<TableSchema> schemas, std::unique_ptr<Instance> instance)
    : schemas_(std::move(schemas)), instance_(std::move(instance)) {}
Share::~Share() = default;

Result<std::unique_ptr<Share>> Share::open(std::vector<TableSchema> schemas) {
  OpenOptions options;
  options.threads = 1;
  options.memory_limit_mb = 256;
  Result<duck::Engine> engine = duck::Engine::open(duck::in_memory, options);
  if (!engine) return unexpected(engine.error());
  Result<duck::Connection> connection = duck::Connection::open(*engine);
  if (!connection) return unexpected(connection.error());
  std::vector<std::string> sqls = {same_meaning, plain_plans};
  for (const TableSchema& schema : schemas) sqls.push_back(create_table_sql(schema, schema.name));
  sqls.emplace_back("SET GLOBAL lock_configuration = true");
  for (const std::string& sql : sqls)
    if (Result<void> done = connection->run(sql); !done) return unexpected(done.error());
  return std::unique_ptr<Share>(new Share(
      std::move(schemas), std::make_unique<Instance>(std::move(*engine), std::move(*connection))));
}

const TableSchema& Share::schema(const std::string& table) const {
  const auto found = std::ranges::find(schemas_, table, &TableSchema::name);
  HB_CHECK(found != schemas_.end());
  return *found;
}

Result<void> Share::fill(const std::string& table, const Moment& moment,
                         const std::vector<ResidentId>& residents) {
  const TableSchema& asked = schema(table);
  const bool owned =
      std::ranges::find(asked.columns, "resident_id", &ColumnSpec::name) != asked.columns.end();
  std::string select = fmt::format("SELECT {} FROM main.{}", names_of(asked), duck::quoted(table));
  const Picked picked(residents);
  if (owned) select += " WHERE " + picked.condition("resident_id");
  Moment::Connections::Loan loan(*moment.connections_);
  if (!loan.has_connection())
    return fail(ErrorCode::unavailable, "the former state of the tables is lost");
  Result<void> copied = copy(loan.connection(), select, instance_->connection, table);
  if (!copied) loan.failed();
  return copied;
}

Result<void> Share::fill(const std::string& table, const Share& other) {
  const std::string select =
      fmt::format("SELECT {} FROM main.{}", names_of(schema(table)), duck::quoted(table));
  return copy(other.instance_->connection, select, instance_->connection, table);
}

Result<Share::Content> Share::content(const std::string& table) const {
  const Result<ResultSet> set = instance_->connection.ask(fmt::format(
      "SELECT count(*), coalesce(CAST(sum(h) AS VARCHAR), '0') || '-' || "
      "coalesce(CAST(bit_xor(h) AS VARCHAR), '0') FROM (SELECT hash({}) AS h FROM main.{})",
      names_of(schema(table)), duck::quoted(table)));
  if (!set) return unexpected(set.error());
  return Content{std::get<std::int64_t>(set->rows[0][0]), std::get<std::string>(set->rows[0][1])};
}

Result<ResultSet> Share::query(const std::string& sql,
                               const std::vector<std::pair<std::string, Value>>& parameters,
                               std::chrono::milliseconds time_limit) const {
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  const std::optional<std::string> whole = with_literals(sql, parameters);
  if (instance_->prepared.size() >= most_prepared) instance_->prepared.clear();
  return ask_watched(instance_->watchdog, instance_->connection, instance_->prepared,
                     {whole ? *whole : sql, parameters, deadline, time_limit});
}

}  // namespace hb::tables
