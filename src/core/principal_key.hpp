#pragma once
#include <string>

#include "core/principal.hpp"

namespace hb {

/// Everything of a principal that decides what it sees, as one text: two with the same key get the
/// same answers. For caches of what was made for one and may be given to another.
std::string principal_key(const Principal& principal);

}  // namespace hb
