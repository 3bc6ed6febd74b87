#include "cli/user_demo.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "cli/accounts.hpp"
#include "cli/content.hpp"
#include "cli/demo_links.hpp"
#include "cli/exit_code.hpp"
#include "records/store.hpp"
#include "scene/catalogue.hpp"
#include "server/areas.hpp"
#include "core/json_text.hpp"

namespace hb::cli {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// One per role that the content has; who cares for people or is asked about a street gets the
/// first street, all others the whole region.
std::vector<security::User> users_of(const scene::Catalogue& catalogue,
                                     const server::Areas& areas) {
  const auto street = std::ranges::find(areas.all(), "street", &server::Area::level);
  std::vector<security::User> users;
  for (const scene::Role& role : catalogue.roles()) {
    security::User user;
    user.name = role.id;
    user.display = role.name.zh;
    user.roles = {role.id};
    const bool local = role.purpose == "care" || role.id == "community-worker";
    user.areas = {local && street != areas.all().end() ? street->code : "*"};
    users.push_back(std::move(user));
  }
  return users;
}

/// For the log-in page (server/demo_accounts.hpp). errors  unavailable
Result<void> write_list(const fs::path& file, const std::vector<security::User>& users,
                        const std::string& password) {
  json::array names;
  for (const security::User& user : users) names.emplace_back(user.name);
  std::ofstream out(file, std::ios::binary);
  ::chmod(file.c_str(), S_IRUSR | S_IWUSR);
  out << json_text(json::object{{"password", password}, {"accounts", std::move(names)}})
      << "\n";
  out.flush();
  if (!out) return fail(ErrorCode::unavailable, "the file cannot be written", file.string());
  return {};
}

/// What ties each account to persons, in the accounts and in the book beside them.
Result<void> link(std::vector<security::User>& users, const DemoArguments& arguments) {
  auto linker = DemoLinker::open(arguments.store, arguments.scenes);
  if (!linker) return unexpected(linker.error());
  const auto book =
      security::AccessBook::open((fs::path(arguments.store) / "access.db").string(), {});
  if (!book) return unexpected(book.error());
  for (security::User& user : users) {
    const auto found = linker->of(user.roles.front());
    if (!found) return unexpected(found.error());
    user.organizations =
        arguments.organizations.empty() ? found->organizations : arguments.organizations;
    if (Result<void> kept = (*book)->set_links(user.name, found->links); !kept) return kept;
  }
  return {};
}

Result<bool> is_simulated(const fs::path& store) {
  const auto opened = records::Store::open(
      (store / "records.db").string(), {.create = false, .read_only = true, .without_key = true});
  if (!opened) return unexpected(opened.error());
  return (*opened)->info().simulated;
}

}  // namespace

int run_user_demo(const DemoArguments& arguments) {
  const Result<bool> simulated = is_simulated(arguments.store);
  if (!simulated) return give_up(simulated.error());
  if (!*simulated)
    return give_up({ErrorCode::forbidden,
                    "accounts whose password everybody knows are made in simulated stores only",
                    arguments.store});
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return give_up(scenes.error());
  const auto catalogue = scene::Catalogue::load(*scenes);
  if (!catalogue) return give_up(catalogue.error());
  const auto areas = server::Areas::load(arguments.store);
  if (!areas) return give_up(areas.error());
  auto users = users_of(*catalogue, *areas);
  if (const Result<void> linked = link(users, arguments); !linked) return give_up(linked.error());
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  const std::string password = security::first_password("demo");
  if (Result<void> added = (*accounts)->add_alike(users, password); !added)
    return give_up(added.error());
  if (Result<void> kept =
          write_list(fs::path(arguments.store) / "demo-accounts.json", users, password);
      !kept)
    return give_up(kept.error());
  for (const security::User& user : users)
    fmt::print("{:<26} {:<18} {}\n", user.name, password, user.display);
  return exit_ok;
}

}  // namespace hb::cli
