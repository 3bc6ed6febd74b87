#pragma once
#include <vector>

#include "search/walk.hpp"

namespace hb::search {

/// What _include and _revinclude bring along for these matches, each resource once and none that is
/// a match; with :iterate what those refer to as well.
/// errors  as walk; too costly: more than limits.included
Result<std::vector<records::StoredVersion>> included(
    Asking& asking, const Query& query, const std::vector<records::StoredVersion>& matches);

}  // namespace hb::search
