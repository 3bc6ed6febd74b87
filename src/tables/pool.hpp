#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/compartments.hpp"
#include "core/policy.hpp"
#include "core/principal.hpp"
#include "tables/duck.hpp"

namespace hb::tables {

/// Condition of a scoped view on its column with the area code: the row's area is one of the areas
/// of the principal for whom the connection was taken, or lies within one. False for NULL.
std::string scope_condition(const std::string& column);

/// What decides which rows and columns a principal sees; what is null decides nothing.
struct AccessRules {
  std::shared_ptr<const Compartments> compartments;
  std::shared_ptr<const Policy> policy;
  std::function<Date()> today;  ///< empty: today in Shanghai

  Date day() const { return today ? today() : day_in_shanghai(system_clock()()); }
};

/// A fixed number of connections that see the scoped views; it bounds how many queries run at once.
class ConnectionPool {
 public:
  /// Opened once, before the configuration is locked.
  static Result<std::unique_ptr<ConnectionPool>> open(const duck::Engine& engine, int size,
                                                      AccessRules rules = {});

  /// A connection on loan, with the scope of the principal it was taken for.
  class Loan {
   public:
    Loan(ConnectionPool& pool, std::size_t index, std::size_t side)
        : pool_(&pool), index_(index), side_(side) {}
    Loan(Loan&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), index_(other.index_), side_(other.side_) {}
    Loan& operator=(Loan&&) = delete;
    ~Loan();
    const duck::Connection& connection() const {
      return pool_->seats_[index_].sides[side_].connection;
    }

   private:
    ConnectionPool* pool_;
    std::size_t index_;
    std::size_t side_;
  };

  /// Waits for a free connection and makes the scoped views show what the principal may see.
  /// errors  unavailable: none before `deadline`; forbidden: areas of more than six lengths
  Result<Loan> take(const Principal& principal, std::chrono::steady_clock::time_point deadline);
  /// The same, to ask for related persons: by these relations, at this day.
  Result<Loan> take_for_relations(const Principal& principal, Policy::Set relations, Date day,
                                  std::chrono::steady_clock::time_point deadline);

 private:
  /// The search path is fixed when the configuration is locked: one connection for principals whom
  /// no rule holds and who open all compartments, one for those who do not open all, one for those
  /// of whom rules hold, one for those who see related persons only.
  struct Side {
    duck::Connection connection;
    std::string scope;  ///< statements that set its variables; empty: not known
  };
  struct Seat {
    std::vector<Side> sides;  ///< one per schema
  };
  struct Sitting {
    std::size_t side;
    std::string scope;
  };
  Result<Sitting> sitting(const Principal& principal) const;
  Result<Loan> seat(Sitting sitting, std::chrono::steady_clock::time_point deadline);
  std::size_t choose(const std::string& scope, std::size_t side);

  AccessRules rules_;
  std::vector<Seat> seats_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::size_t> free_;
};

}  // namespace hb::tables
