#include "tables/pool.hpp"

namespace hb::tables {
namespace {

constexpr const char* scope_of_nobody =
    "SET VARIABLE hb_unrestricted = false; SET VARIABLE hb_areas = NULL::VARCHAR";

/// An area code and everything below it, any of several: ^(?:330105|330106). Codes are digits; any
/// other character is escaped.
std::string area_pattern(const std::vector<std::string>& areas) {
  std::string pattern;
  for (const std::string& area : areas) {
    if (area.empty()) continue;  // would match every area
    pattern += pattern.empty() ? "^(?:" : "|";
    for (const char c : area) {
      const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                         (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
      if (!plain) pattern += '\\';
      pattern += c;
    }
  }
  return pattern.empty() ? pattern : pattern + ')';
}

}  // namespace

Result<std::unique_ptr<ConnectionPool>> ConnectionPool::open(const duck::Engine& engine, int size) {
  auto pool = std::make_unique<ConnectionPool>();
  for (int i = 0; i < size; ++i) {
    Result<duck::Connection> connection = duck::Connection::open(engine);
    if (!connection) return unexpected(connection.error());
    if (Result<void> set = connection->run("SET search_path = 'scoped'"); !set)
      return unexpected(set.error());
    if (Result<void> set = connection->run(scope_of_nobody); !set) return unexpected(set.error());
    pool->connections_.push_back(std::move(*connection));
    pool->free_.push_back(static_cast<std::size_t>(i));
  }
  return pool;
}

Result<ConnectionPool::Loan> ConnectionPool::take(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_until(lock, deadline, [this] { return !free_.empty(); }))
    return fail(ErrorCode::unavailable, "the tables are busy: no connection within the time limit");
  const std::size_t index = free_.back();
  free_.pop_back();
  return Loan(*this, index);
}

Result<void> ConnectionPool::Loan::set_scope(const Principal& principal) const {
  const std::string pattern = area_pattern(principal.areas);
  return connection().run(
      std::string("SET VARIABLE hb_unrestricted = ") + (principal.unrestricted ? "true" : "false") +
      "; SET VARIABLE hb_areas = " +
      (pattern.empty() ? "NULL::VARCHAR" : duck::literal(pattern) + "::VARCHAR"));
}

ConnectionPool::Loan::~Loan() {
  if (pool_ == nullptr) return;
  // The next loan sets its own scope before it asks; this only keeps the old one from lying about.
  (void)connection().run(scope_of_nobody);
  {
    const std::lock_guard lock(pool_->mutex_);
    pool_->free_.push_back(index_);
  }
  pool_->freed_.notify_one();
}

}  // namespace hb::tables
