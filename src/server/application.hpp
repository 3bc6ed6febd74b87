#pragma once
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server {

/// The route table as the listener wants it: refuses foreign hosts and origins, wrong methods and
/// unknown parameters, asks the gate who may, runs handlers, counts and logs them. `services` must
/// outlive it.
/// https  the browser sees TLS, ours or a proxy's: the own origin begins with https://
Application make_application(Services& services, bool https, bool log_requests);

}  // namespace hb::server
