#pragma once
#include "core/result.hpp"

namespace hb::server {

struct Services;

/// Gives open signals of the last days to the flow of the scenes (one instance each, known by the
/// signal's id), and takes what its moves decided as the result of the signal. Idempotent.
/// errors  those of the flows and of the kept signals; what was done before stays done
Result<void> follow_flow(Services& services);

}  // namespace hb::server
