#include "cli/accounts.hpp"

#include <filesystem>

namespace hb::cli {

Result<std::unique_ptr<security::Accounts>> open_accounts(const std::string& store) {
  const std::filesystem::path directory(store);
  if (!std::filesystem::exists(directory / "records.db"))
    return fail(ErrorCode::not_found, "there is no store here (healthbrain load makes one)", store);
  return security::Accounts::open((directory / "accounts.db").string());
}

}  // namespace hb::cli
