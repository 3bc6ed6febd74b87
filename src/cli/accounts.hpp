#pragma once
#include <memory>
#include <string>

#include "security/accounts.hpp"

namespace hb::cli {

/// The accounts of a store; made when it has none yet. errors  not_found: no such store
Result<std::unique_ptr<security::Accounts>> open_accounts(const std::string& store);

}  // namespace hb::cli
