#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/policy.hpp"
#include "core/principal.hpp"
#include "core/result.hpp"
#include "tables/database.hpp"

namespace hb::ingest {

/// Who is related to whom, as the tables say, kept for a moment: a list asks once, not per row. A
/// new contract or visit counts after half a minute at the latest. All members may be called from
/// many threads.
class RelationCache {
 public:
  /// errors  those of Database::related
  Result<std::shared_ptr<const Related>> of(const Policy& policy, const Principal& principal,
                                            const tables::Database& tables);

 private:
  struct Entry {
    std::shared_ptr<const Related> related;
    std::chrono::steady_clock::time_point made;
  };
  static constexpr auto lasts = std::chrono::seconds(30);
  static constexpr std::size_t most = 500;

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;  ///< by what decides: roles, purpose, keys
};

}  // namespace hb::ingest
