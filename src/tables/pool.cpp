#include "tables/pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tables/state.hpp"

namespace hb::tables {
namespace {

/// Distinct lengths of a principal's area codes (2, 4, 6, 9 and 12 digits are official).
constexpr std::size_t most_lengths = 6;

constexpr const char* schemas[] = {"scoped", "closed", "ruled", "related"};
constexpr std::size_t scoped = 0;
constexpr std::size_t closed_side = 1;
constexpr std::size_t ruled_side = 2;
constexpr std::size_t related_side = 3;

/// Code points.
std::size_t length_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

/// The variables that the scoped views read: whether areas limit, the area codes, their lengths.
Result<std::string> scope_of(const Principal& principal) {
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

Result<std::unique_ptr<ConnectionPool>> ConnectionPool::open(const duck::Engine& engine, int size,
                                                             AccessRules rules) {
  auto pool = std::make_unique<ConnectionPool>();
  pool->rules_ = std::move(rules);
  const std::size_t sides = pool->rules_.policy ? 4 : pool->rules_.compartments ? 2 : 1;
  for (int i = 0; i < size; ++i) {
    Seat seat;
    for (std::size_t side = 0; side < sides; ++side) {
      Result<duck::Connection> connection = duck::Connection::open(engine);
      if (!connection) return unexpected(connection.error());
      if (Result<void> set = connection->run(
              fmt::format("SET search_path = '{}.{}'", duck::catalog, schemas[side]));
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

/// Which schema the principal asks, and what its variables are.
Result<ConnectionPool::Sitting> ConnectionPool::sitting(const Principal& principal) const {
  const Compartments* compartments = rules_.compartments.get();
  const Compartments::Set closed =
      compartments != nullptr ? compartments->closed_to(principal) : Compartments::Set{0};
  const bool ruled = rules_.policy && !Policy::is_own_job(principal);
  if (!ruled) {
    Result<std::string> scope = scope_of(principal);
    if (!scope) return unexpected(scope.error());
    if (closed == 0) return Sitting{scoped, std::move(*scope)};
    return Sitting{closed_side, *scope + closed_variables_sql(*compartments, closed)};
  }
  const Policy::Rule* rule = rules_.policy->widest_rule(principal);
  const bool by_area = rule != nullptr && (rule->area || rule->all_rows);
  const bool by_relation = rule != nullptr && !by_area && !rule->reaches_nobody();
  Principal asking = principal;
  asking.unrestricted =
      by_relation || (rule != nullptr && rule->all_rows) || (by_area && principal.unrestricted);
  Result<std::string> scope = scope_of(asking);
  if (!scope) return unexpected(scope.error());
  if (compartments != nullptr) *scope += closed_variables_sql(*compartments, closed);
  *scope += policy_variables_sql(*rules_.policy, rule, principal, rules_.day());
  return Sitting{by_relation ? related_side : ruled_side, std::move(*scope)};
}

Result<ConnectionPool::Loan> ConnectionPool::take(const Principal& principal,
                                                  std::chrono::steady_clock::time_point deadline) {
  Result<Sitting> sits = sitting(principal);
  if (!sits) return unexpected(sits.error());
  return seat(std::move(*sits), deadline);
}

Result<ConnectionPool::Loan> ConnectionPool::take_for_relations(
    const Principal& principal, Policy::Set relations, Date day,
    std::chrono::steady_clock::time_point deadline) {
  Policy::Rule any;
  any.all_kinds = true;
  any.fields.assign(rules_.policy->groups().size(), Show::none);
  any.relations = relations;
  Principal asking = principal;
  asking.unrestricted = true;
  Result<std::string> scope = scope_of(asking);
  if (!scope) return unexpected(scope.error());
  if (rules_.compartments)
    *scope += closed_variables_sql(*rules_.compartments, rules_.compartments->closed_to(principal));
  *scope += policy_variables_sql(*rules_.policy, &any, principal, day);
  return seat({related_side, std::move(*scope)}, deadline);
}

Result<ConnectionPool::Loan> ConnectionPool::seat(Sitting sitting,
                                                  std::chrono::steady_clock::time_point deadline) {
  std::size_t index = 0;
  {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_until(lock, deadline, [this] { return !free_.empty(); }))
      return fail(ErrorCode::unavailable,
                  "the tables are busy: no connection within the time limit");
    index = choose(sitting.scope, sitting.side);
  }
  Loan loan(*this, index, sitting.side);
  Side& side = seats_[index].sides[sitting.side];
  if (side.scope == sitting.scope) return loan;
  side.scope.clear();  // until all variables are set
  if (Result<void> set = side.connection.run(sitting.scope); !set) return unexpected(set.error());
  side.scope = std::move(sitting.scope);
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
