#pragma once
#include <span>
#include <string>

#include "core/result.hpp"
#include "records/migrations.hpp"
#include "records/sqlite.hpp"

namespace hb::records {

/// Opens, or makes, a file beside the records that other programs write too: readable by its owner
/// alone, every commit on the disk, brought forward to the newest schema.
/// guards  SQL for each opening: triggers that keep what must not change
/// errors  unavailable: the file cannot be opened or written; invalid_input: made by a newer
/// program
Result<sqlite::Connection> open_book(const std::string& path, std::span<const Migration> steps,
                                     const char* guards);

}  // namespace hb::records
