#pragma once
#include <filesystem>
#include <optional>

#include "core/clock.hpp"
#include "core/date.hpp"
#include "ingest/hub.hpp"

namespace hb::server {

/// Last day of a simulated store: manifest.json, which `load` keeps beside the records.
std::optional<Date> simulated_day(const std::filesystem::path& store);

/// The day the store is at: the last simulated one, else today in Shanghai.
Date day_of_store(ingest::Hub& hub, const Clock& clock);

}  // namespace hb::server
