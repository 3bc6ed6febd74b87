#pragma once
#include <boost/json.hpp>
#include <optional>

#include "server/services.hpp"

namespace hb::server {

/// The accounts that `healthbrain user demo` made, with their password, for the log-in page of a
/// simulated store: {"password","accounts":[{"name","display","roles"}]}; nothing when there are
/// none. Locked ones and those with another first password are left out.
std::optional<boost::json::object> demo_accounts(Services& services);

}  // namespace hb::server
