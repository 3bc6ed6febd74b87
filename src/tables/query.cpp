#include <fmt/format.h>

#include <algorithm>

#include "core/clock.hpp"
#include "tables/state.hpp"

namespace hb::tables {
namespace {

constexpr std::size_t most_rows = 1'000'000;
constexpr auto relations_limit = std::chrono::seconds(20);

using Parameters = NamedValues;

Result<void> bind_all(duck::Statement& statement, const Parameters& parameters) {
  const std::vector<std::string> names = statement.parameters();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto given =
        std::ranges::find_if(parameters, [&](const auto& p) { return p.first == names[i]; });
    if (given == parameters.end())
      return fail(ErrorCode::invalid_input, fmt::format("parameter ${} is missing", names[i]));
    if (Result<void> bound = statement.bind(i + 1, given->second); !bound) return bound;
  }
  return {};
}

Result<duck::Answer> run(duck::Statement& statement, const Parameters& parameters) {
  if (Result<void> bound = bind_all(statement, parameters); !bound)
    return unexpected(bound.error());
  return statement.stream();
}

Result<duck::Answer> run(const duck::Connection& connection, const std::string& sql,
                         const Parameters& parameters) {
  Result<duck::Statement> statement = duck::Statement::prepare(connection, sql);
  if (!statement) return unexpected(statement.error());
  return run(*statement, parameters);
}

Result<ResultSet> ask(const duck::Connection& connection, const std::string& sql,
                      const Parameters& parameters) {
  Result<duck::Answer> answer = run(connection, sql, parameters);
  if (!answer) return unexpected(answer.error());
  return duck::read_all(*answer, most_rows);
}

Error stopped(std::chrono::milliseconds time_limit) {
  return {ErrorCode::unavailable,
          fmt::format("the query was stopped after {} ms", time_limit.count()), ""};
}

}  // namespace

Result<ResultSet> ask_watched(Watchdog& watchdog, const duck::Connection& connection,
                              const WatchedAsk& watched) {
  const Watchdog::Watch watch(watchdog, connection, watched.deadline);
  Result<ResultSet> set = ask(connection, watched.sql, watched.parameters);
  if (!set && watch.expired()) return unexpected<Error>(stopped(watched.time_limit));
  return set;
}

Result<ResultSet> ask_watched(Watchdog& watchdog, const duck::Connection& connection,
                              Prepared& prepared, const WatchedAsk& watched) {
  const Watchdog::Watch watch(watchdog, connection, watched.deadline);
  auto known = prepared.find(watched.sql);
  if (known == prepared.end()) {
    Result<duck::Statement> statement = duck::Statement::prepare(connection, watched.sql);
    if (!statement) return unexpected(statement.error());
    known = prepared.emplace(watched.sql, std::move(*statement)).first;
  }
  Result<duck::Answer> answer = run(known->second, watched.parameters);
  if (!answer && watch.expired()) return unexpected<Error>(stopped(watched.time_limit));
  if (!answer) return unexpected(answer.error());
  Result<ResultSet> set = duck::read_all(*answer, most_rows);
  if (!set && watch.expired()) return unexpected<Error>(stopped(watched.time_limit));
  return set;
}

Result<Related> Database::related(const Principal& principal, Policy::Set relations,
                                  std::optional<Date> day) const {
  if (!state_->options.policy || relations == 0) return Related{};
  const auto deadline = std::chrono::steady_clock::now() + relations_limit;
  const Date at = day                     ? *day
                  : state_->options.today ? state_->options.today()
                                          : day_in_shanghai(system_clock()());
  const Result<ConnectionPool::Loan> loan =
      state_->pool->take_for_relations(principal, relations, at, deadline);
  if (!loan) return unexpected(loan.error());
  const Watchdog::Watch watch(*state_->watchdog, loan->connection(), deadline);
  const Result<ResultSet> set =
      ask(loan->connection(),
          "SELECT DISTINCT resident_id, relation FROM hb_related WHERE resident_id IS NOT NULL AND "
          "relation >= 0 ORDER BY resident_id",
          {});
  if (!set) return unexpected(set.error());
  Related related;
  for (const auto& row : set->rows) {
    const std::int64_t resident = std::get<std::int64_t>(row[0]);
    const Policy::Set bit = Policy::Set{1} << std::get<std::int64_t>(row[1]);
    if (related.empty() || related.back().first != resident)
      related.emplace_back(resident, bit);
    else
      related.back().second |= bit;
  }
  return related;
}

Result<void> Database::check_scene_sql(const std::string& sql) const {
  std::shared_ptr<const SceneNames> names;
  {
    const std::shared_lock lock(state_->tables_mutex);
    names = state_->names;
  }
  return state_->check->check(sql, *names);
}

Result<ResultSet> Database::query(const Principal& principal, const std::string& sql,
                                  const Parameters& parameters,
                                  std::chrono::milliseconds time_limit) const {
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  if (Result<void> checked = check_scene_sql(sql); !checked) return unexpected(checked.error());
  const Result<ConnectionPool::Loan> loan = state_->pool->take(principal, deadline);
  if (!loan) return unexpected(loan.error());
  return ask_watched(*state_->watchdog, loan->connection(),
                     {sql, parameters, deadline, time_limit});
}

Result<void> Database::scan(const Principal& principal, const std::string& sql,
                            const Parameters& parameters,
                            const std::function<bool(const std::vector<Value>&)>& visit,
                            std::chrono::milliseconds time_limit) const {
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  if (Result<void> checked = check_scene_sql(sql); !checked) return checked;
  const Result<ConnectionPool::Loan> loan = state_->pool->take(principal, deadline);
  if (!loan) return unexpected(loan.error());
  const Watchdog::Watch watch(*state_->watchdog, loan->connection(), deadline);
  Result<duck::Answer> answer = run(loan->connection(), sql, parameters);
  Result<void> read =
      answer ? duck::read_each(*answer, visit) : Result<void>(unexpected(answer.error()));
  if (!read && watch.expired()) return unexpected<Error>(stopped(time_limit));
  return read;
}

}  // namespace hb::tables
