#pragma once
#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "indicators/measure_engine.hpp"

namespace hb::indicators {

/// What kept cells belong to: other ones are not taken.
struct CellsOwner {
  std::string store;         ///< id of the store
  std::uint64_t tables = 0;  ///< fingerprint of the table definitions
  friend bool operator==(const CellsOwner&, const CellsOwner&) = default;
};

/// Writes a snapshot under a temporary name, makes it durable and renames it: the file is the
/// former or the new one, never half. Slices with an error are left out.
/// errors  unavailable: disk full, no permission; the former file stays
Result<void> write_cells(const std::string& path, const Snapshot& snapshot,
                         const CellsOwner& owner);

/// errors  not_found: no file; invalid_input: not whole, another version, or another owner
Result<Snapshot> read_cells(const std::string& path, const CellsOwner& owner);

}  // namespace hb::indicators
