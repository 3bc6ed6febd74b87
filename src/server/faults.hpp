#pragma once
#include <string>
#include <vector>

#include "core/localized.hpp"
#include "server/services.hpp"

namespace hb::server {

/// Something about the store that its administrator has to know.
struct StoreFault {
  std::string part;  ///< "records", "tables"
  Localized message;
  bool stops = false;  ///< the server cannot do all of its work: /readyz says 503
};

/// What is wrong now. Where nothing could be written a moment ago it is tried again first, so that
/// a disk which has room again is seen without a client's write.
std::vector<StoreFault> faults_of(Services& services);

}  // namespace hb::server
