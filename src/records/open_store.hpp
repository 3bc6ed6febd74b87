#pragma once
#include <memory>
#include <string>

#include "records/engine.hpp"

namespace hb::records {

/// Opens or makes the file, migrates, loads what is kept in memory and finishes what a crash left.
/// errors  as Store::open
Result<std::unique_ptr<Engine>> open_engine(const std::string& path, const OpenOptions& options);

}  // namespace hb::records
