#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "search/entries.hpp"

namespace hb::search {

/// An entry of the index with the version it belongs to, as it stands in the file.
struct Row {
  Entry entry;
  Seq seq;
  friend auto operator<=>(const Row&, const Row&) = default;
};

/// Writes rows, which are in order, to a new file; it is on the disk, whole, when this returns.
/// errors  unavailable: the disk
Result<void> write_rows(const std::string& path, std::span<const Row> rows);

/// Gives the rows of several files in one order, each once, from behind `after` on. What it takes
/// of memory does not grow with the files.
/// use     returns false to stop
/// errors  unavailable: a file is missing or cut off; and those of `use`
Result<void> merge_rows(const std::vector<std::string>& paths, const std::optional<Row>& after,
                        const std::function<Result<bool>(const Row&)>& use);

}  // namespace hb::search
