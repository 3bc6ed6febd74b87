#include "tables/moment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tables/moment_connections.hpp"
#include "tables/picked.hpp"

namespace hb::tables {
namespace {

std::int64_t whole(const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr ? *number : 0;
}

/// Applied batches as the connection's transaction sees them: reading them is what begins it.
Result<Moment::Reach> reach_of(const duck::Connection& connection) {
  const Result<ResultSet> set =
      connection.ask("SELECT count(*), CAST(coalesce(max(batch), 0) AS BIGINT) FROM feed.applied");
  if (!set) return unexpected(set.error());
  const std::int64_t batches = whole(set->rows[0][0]);
  const BatchId newest = whole(set->rows[0][1]);
  if (batches == newest) return Moment::Reach{newest, 0};
  const Result<std::int64_t> reached = connection.number(
      "SELECT CAST(min(batch) AS BIGINT) FROM (SELECT batch, coalesce(lead(batch) OVER (ORDER BY "
      "batch) = batch + 1, false) AS has_next FROM (SELECT 0 AS batch UNION ALL SELECT batch FROM "
      "feed.applied)) AS a WHERE NOT has_next");
  if (!reached) return unexpected(reached.error());
  const Result<ResultSet> beyond = connection.ask(
      "SELECT count(*), CAST(bit_xor(batch) AS BIGINT), CAST(sum(batch) % 9007199254740881 AS "
      "BIGINT) FROM feed.applied WHERE batch > ?",
      {*reached});
  if (!beyond) return unexpected(beyond.error());
  const std::vector<Value>& row = beyond->rows[0];
  return Moment::Reach{*reached, 1 + whole(row[0]) + whole(row[1]) + whole(row[2])};
}

Result<Moment::Reach> begin(Moment::Connections::Seat& seat) {
  Result<duck::Transaction> transaction = duck::Transaction::begin(*seat.connection);
  if (!transaction) return unexpected(transaction.error());
  seat.transaction.emplace(std::move(*transaction));
  return reach_of(*seat.connection);
}

const Error lost{ErrorCode::unavailable, "the former state of the tables is lost; ask again", ""};

}  // namespace

Moment::Connections::Loan::Loan(Connections& from) : from_(from), index_(from.seats.size()) {
  std::unique_lock lock(from_.mutex);
  from_.freed.wait(lock, [&] { return !from_.free.empty() || from_.lost == from_.seats.size(); });
  if (from_.free.empty()) return;
  index_ = from_.free.back();
  from_.free.pop_back();
}

Moment::Connections::Loan::~Loan() {
  if (!has_connection()) return;
  {
    const std::lock_guard lock(from_.mutex);
    if (lost_)
      ++from_.lost;
    else
      from_.free.push_back(index_);
  }
  from_.freed.notify_all();
}

void Moment::Connections::Loan::failed() {
  if (connection().run("SELECT 1")) return;
  Seat& seat = from_.seats[index_];
  seat.transaction.reset();
  lost_ = !from_.begin_again(seat);
}

Moment::Moment(const Database& database, std::unique_ptr<Connections> connections, Reach reach,
               std::uint64_t position)
    : database_(database),
      connections_(std::move(connections)),
      reach_(reach),
      position_(position) {}

Moment::~Moment() = default;

Result<std::unique_ptr<Moment>> Database::moment(int connections) const {
  auto opened = std::make_unique<Moment::Connections>(*state_->watchdog, state_->open_moments);
  for (int i = 0; i < std::max(1, connections); ++i) {
    Result<duck::Connection> connection = duck::Connection::open(*state_->engine);
    if (!connection) return unexpected(connection.error());
    opened->seats.push_back({std::make_unique<duck::Connection>(std::move(*connection)), {}});
    opened->free.push_back(static_cast<std::size_t>(i));
  }
  // No commit comes between, so that all connections see the same.
  const std::unique_lock lock(state_->commit_mutex);
  Moment::Reach reach;
  for (Moment::Connections::Seat& seat : opened->seats) {
    const Result<Moment::Reach> begun = begin(seat);
    if (!begun) return unexpected(begun.error());
    reach = *begun;
  }
  const std::uint64_t position = state_->changes.position();
  opened->begin_again = [&state = *state_, position](Moment::Connections::Seat& seat) {
    const std::unique_lock no_commit(state.commit_mutex);
    return state.changes.position() == position && begin(seat).has_value();
  };
  return std::make_unique<Moment>(*this, std::move(opened), reach, position);
}

std::optional<Changes> Database::changes_between(std::uint64_t after, std::uint64_t upto) const {
  return state_->changes.between(after, upto);
}

Result<ResultSet> Moment::query(const std::string& sql,
                                const std::vector<std::pair<std::string, Value>>& parameters,
                                std::chrono::milliseconds time_limit) const {
  if (Result<void> checked = database_.check_scene_sql(sql); !checked)
    return unexpected(checked.error());
  Connections::Loan loan(*connections_);
  if (!loan.has_connection()) return unexpected<Error>(lost);
  auto set =
      ask_watched(connections_->watchdog, loan.connection(),
                  {sql, parameters, std::chrono::steady_clock::now() + time_limit, time_limit});
  if (!set) loan.failed();
  return set;
}

bool Moment::is_lost() const {
  const std::lock_guard lock(connections_->mutex);
  return connections_->lost > 0;
}

Result<Moment::Owners> Moment::owners(const TableSchema& schema,
                                      const std::vector<std::int64_t>& seqs) const {
  Owners owners;
  if (seqs.empty()) return owners;
  const bool owned =
      std::ranges::find(schema.columns, "resident_id", &ColumnSpec::name) != schema.columns.end();
  const Picked picked(seqs);
  const std::string sql =
      fmt::format("SELECT DISTINCT {} FROM main.{} WHERE {}", owned ? "resident_id" : "NULL",
                  duck::quoted(schema.name), picked.condition("seq"));
  Connections::Loan loan(*connections_);
  if (!loan.has_connection()) return unexpected<Error>(lost);
  const Result<ResultSet> rows = loan.connection().ask(sql);
  if (!rows) {
    loan.failed();
    return unexpected(rows.error());
  }
  for (const auto& row : rows->rows) {
    owners.any = true;
    if (const auto* resident = std::get_if<std::int64_t>(&row[0]))
      owners.residents.push_back(*resident);
    else
      owners.unowned = true;
  }
  return owners;
}

}  // namespace hb::tables
