#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "core/principal.hpp"
#include "tables/duck.hpp"

namespace hb::tables {

/// A fixed number of connections that see the scoped views; it bounds how many queries run at once.
class ConnectionPool {
 public:
  /// Opened once, before the configuration is locked.
  static Result<std::unique_ptr<ConnectionPool>> open(const duck::Engine& engine, int size);

  /// A connection on loan. Its scope is a principal's while it is used and nobody's afterwards.
  class Loan {
   public:
    Loan(ConnectionPool& pool, std::size_t index) : pool_(&pool), index_(index) {}
    Loan(Loan&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), index_(other.index_) {}
    Loan& operator=(Loan&&) = delete;
    ~Loan();
    const duck::Connection& connection() const { return pool_->connections_[index_]; }
    /// Makes the scoped views show what the principal may see.
    Result<void> set_scope(const Principal& principal) const;

   private:
    ConnectionPool* pool_;
    std::size_t index_;
  };

  /// Waits for a free connection. errors  unavailable: none before `deadline`
  Result<Loan> take(std::chrono::steady_clock::time_point deadline);

 private:
  std::vector<duck::Connection> connections_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::size_t> free_;
};

}  // namespace hb::tables
