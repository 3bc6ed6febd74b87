#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "records/reads.hpp"

/// Versions on their way to a reader: what Store's reads share.
namespace hb::records {

/// All stored versions of one id, newest first, not more than `limit`.
Result<std::vector<RawVersion>> versions_of(const Engine& engine, std::string_view type,
                                            std::string_view id, std::size_t limit);

/// A version as the principal may see it; nullopt: not at all. Leaves no trace. A deletion is
/// visible where that which it deleted was.
/// errors  forbidden: as may_read()
Result<std::optional<StoredVersion>> shown_to(const Engine& engine, const Principal& principal,
                                              RawVersion raw);

/// Was this version the newest of its resource when `snapshot` was the last one?
Result<bool> newest_at(const Engine& engine, const RawVersion& raw, Seq snapshot);

void note_read(const Engine& engine, const Principal& principal, const StoredVersion& version);

}  // namespace hb::records
