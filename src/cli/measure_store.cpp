#include "cli/measure_store.hpp"

#include <algorithm>
#include <filesystem>

#include "cli/accounts.hpp"
#include "scene/compartments.hpp"
#include "scene/policy.hpp"
#include "server/store_day.hpp"

namespace hb::cli {

Result<MeasureStore> open_measure_store(const MeasureStoreArguments& arguments) {
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  auto measures = indicators::load_measures(*scenes);
  if (!measures) return unexpected(measures.error());
  MeasureStore opened;
  auto hub = open_hub(arguments.store, arguments.scenes, arguments.threads, false, false);
  if (!hub) return unexpected(hub.error());
  opened.hub = std::move(*hub);
  auto compartments = scene::load_compartments(*scenes / "core/compartments.yaml");
  if (!compartments) return unexpected(compartments.error());
  opened.rules.compartments = std::make_shared<const Compartments>(std::move(*compartments));
  auto policy = scene::load_policy(*scenes / "core/policy.yaml");
  if (!policy) return unexpected(policy.error());
  opened.rules.policy = std::make_shared<const Policy>(std::move(*policy));
  indicators::MeasureOptions options;
  options.directory = opened.hub->directory();
  options.today = server::day_of_store(*opened.hub, system_clock());
  options.threads = arguments.threads;
  options.time_limit = std::chrono::seconds(arguments.time_limit);
  opened.engine = std::make_unique<indicators::MeasureEngine>(
      opened.hub->tables(), opened.hub->store(), std::move(*measures), options);
  return opened;
}

Result<std::unique_ptr<indicators::ReportBook>> open_report_book(const std::string& store) {
  const std::filesystem::path directory(store);
  if (!std::filesystem::exists(directory / "records.db"))
    return fail(ErrorCode::not_found, "there is no store here (healthbrain load makes one)", store);
  return indicators::ReportBook::open((directory / "figures.db").string());
}

Result<std::string> signer(const std::string& store, const scene::Catalogue& catalogue,
                           const std::string& user, std::string_view permission) {
  const auto accounts = open_accounts(store);
  if (!accounts) return unexpected(accounts.error());
  const auto account = (*accounts)->user(user);
  if (!account) return unexpected(account.error());
  if (account->locked) return fail(ErrorCode::forbidden, "the account is locked", user);
  for (const std::string& id : account->roles) {
    const scene::Role* role = catalogue.role(id);
    if (role != nullptr &&
        std::ranges::find(role->permissions, permission) != role->permissions.end())
      return user;
  }
  return fail(ErrorCode::forbidden,
              "no role of this account has the permission " + std::string(permission), user);
}

}  // namespace hb::cli
