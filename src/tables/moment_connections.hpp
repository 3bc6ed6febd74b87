#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "tables/moment.hpp"
#include "tables/state.hpp"

namespace hb::tables {

/// Connections whose transactions began between the same two commits.
struct Moment::Connections {
  struct Seat {
    std::unique_ptr<duck::Connection> connection;
    std::optional<duck::Transaction> transaction;  ///< ends before its connection
  };
  /// Begins the transaction of a seat. returns  whether it sees what the others see
  using Begin = std::function<bool(Seat& seat)>;

  Connections(Watchdog& dog, std::atomic<int>& open_moments) : watchdog(dog), count(open_moments) {
    ++count;
  }
  ~Connections() { --count; }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// A connection that is not in use; waits for one. None when all are lost.
  class Loan {
   public:
    explicit Loan(Connections& from);
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    bool has_connection() const { return index_ < from_.seats.size(); }
    const duck::Connection& connection() const { return *from_.seats[index_].connection; }
    /// A statement failed: where DuckDB has ended the transaction with it, another is begun if it
    /// still shows the same, or else the connection is given up.
    void failed();

   private:
    Connections& from_;
    std::size_t index_;
    bool lost_ = false;
  };

  Watchdog& watchdog;
  std::atomic<int>& count;
  Begin begin_again;
  std::vector<Seat> seats;
  std::mutex mutex;
  std::condition_variable freed;
  std::vector<std::size_t> free;
  std::size_t lost = 0;
};

}  // namespace hb::tables
