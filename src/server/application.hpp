#pragma once
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server {

/// The route table as the listener wants it: refuses foreign hosts and origins, wrong methods and
/// unknown parameters, runs handlers, counts and logs them. `services` must outlive it.
Application make_application(Services& services, bool log_requests);

}  // namespace hb::server
