#include "tables/pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tables/state.hpp"

namespace hb::tables {
namespace {

/// Distinct lengths of a principal's area codes (2, 4, 6, 9 and 12 digits are official).
constexpr std::size_t most_lengths = 6;

/// Code points.
std::size_t length_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

/// The variables that scoped_view_sql() reads: whether areas limit, the area codes, their lengths.
Result<std::string> scope_of(const Principal& principal, const Compartments* compartments,
                             Compartments::Set closed) {
  std::set<std::size_t> lengths;
  std::string codes;
  for (const std::string& area : principal.areas) {
    if (area.empty()) continue;  // would be the beginning of every area
    lengths.insert(length_of(area));
    codes += (codes.empty() ? "" : ", ") + duck::literal(area);
  }
  if (lengths.size() > most_lengths)
    return fail(ErrorCode::forbidden, "the areas of the account have codes of too many lengths");
  std::string sql =
      fmt::format("SET VARIABLE hb_unrestricted = {}; SET VARIABLE hb_areas = {}",
                  principal.unrestricted, codes.empty() ? "NULL::VARCHAR[]" : "[" + codes + "]");
  auto length = lengths.begin();
  for (std::size_t i = 1; i <= most_lengths; ++i)
    sql += length == lengths.end()
               ? fmt::format("; SET VARIABLE hb_length_{} = NULL::BIGINT", i)
               : fmt::format("; SET VARIABLE hb_length_{} = {}::BIGINT", i, *length++);
  if (closed != 0) sql += closed_variables_sql(*compartments, closed);
  return sql;
}

}  // namespace

std::string scope_condition(const std::string& column) {
  const auto matches = [&](std::size_t i) {
    return fmt::format(
        "list_contains(getvariable('hb_areas'), "
        "left({}, getvariable('hb_length_{}')))",
        column, i);
  };
  std::string any = matches(1);
  for (std::size_t i = 2; i <= most_lengths; ++i) any += " OR " + matches(i);
  // Decided when a statement is planned: nothing, one test of the column's dictionary, or several.
  return fmt::format(
      "CASE WHEN getvariable('hb_unrestricted') THEN true "
      "WHEN getvariable('hb_length_2') IS NULL THEN {} ELSE {} END",
      matches(1), any);
}

Result<std::unique_ptr<ConnectionPool>> ConnectionPool::open(
    const duck::Engine& engine, int size, std::shared_ptr<const Compartments> compartments) {
  auto pool = std::make_unique<ConnectionPool>();
  pool->compartments_ = std::move(compartments);
  for (int i = 0; i < size; ++i) {
    Seat seat;
    for (const char* schema : {"scoped", "closed"}) {
      if (!pool->compartments_ && !seat.sides.empty()) break;
      Result<duck::Connection> connection = duck::Connection::open(engine);
      if (!connection) return unexpected(connection.error());
      if (Result<void> set =
              connection->run(fmt::format("SET search_path = '{}.{}'", duck::catalog, schema));
          !set)
        return unexpected(set.error());
      seat.sides.push_back({std::move(*connection), ""});
    }
    pool->seats_.push_back(std::move(seat));
    pool->free_.push_back(static_cast<std::size_t>(i));
  }
  return pool;
}

/// A free connection that has the scope already, or else any.
std::size_t ConnectionPool::choose(const std::string& scope, std::size_t side) {
  auto chosen = std::ranges::find_if(
      free_, [&](std::size_t index) { return seats_[index].sides[side].scope == scope; });
  if (chosen == free_.end()) chosen = free_.begin();
  const std::size_t index = *chosen;
  free_.erase(chosen);
  return index;
}

Result<ConnectionPool::Loan> ConnectionPool::take(const Principal& principal,
                                                  std::chrono::steady_clock::time_point deadline) {
  const Compartments::Set closed = compartments_ ? compartments_->closed_to(principal) : 0;
  const std::size_t side = closed != 0 ? 1 : 0;
  const Result<std::string> scope = scope_of(principal, compartments_.get(), closed);
  if (!scope) return unexpected(scope.error());
  std::size_t index = 0;
  {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_until(lock, deadline, [this] { return !free_.empty(); }))
      return fail(ErrorCode::unavailable,
                  "the tables are busy: no connection within the time limit");
    index = choose(*scope, side);
  }
  Loan loan(*this, index, side);
  Side& seat = seats_[index].sides[side];
  if (seat.scope == *scope) return loan;
  seat.scope.clear();  // until all variables are set
  if (Result<void> set = seat.connection.run(*scope); !set) return unexpected(set.error());
  seat.scope = *scope;
  return loan;
}

ConnectionPool::Loan::~Loan() {
  if (pool_ == nullptr) return;
  {
    const std::lock_guard lock(pool_->mutex_);
    pool_->free_.push_back(index_);
  }
  pool_->freed_.notify_one();
}

}  // namespace hb::tables
