#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "cli/accounts.hpp"
#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/user_demo.hpp"
#include "scene/catalogue.hpp"
#include "core/json_text.hpp"

namespace hb::cli {

namespace {

namespace json = boost::json;

struct UserArguments {
  std::string store, name, display;
  std::vector<std::string> roles, areas, organizations;
  bool password_from_stdin = false;
  bool unlock = false;
  bool drop_second_factor = false;
  std::string scenes;
  std::string provider, subject;
};

json::array list(const std::vector<std::string>& words) {
  return json::array(words.begin(), words.end());
}

/// A role that the content does not have would give no right at all: surely a slip.
Result<void> check_roles(const UserArguments& arguments) {
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  const auto catalogue = scene::Catalogue::load(*scenes);
  if (!catalogue) return unexpected(catalogue.error());
  std::string known;
  for (const scene::Role& role : catalogue->roles()) known += (known.empty() ? "" : ", ") + role.id;
  for (const std::string& role : arguments.roles)
    if (!catalogue->role(role))
      return fail(ErrorCode::invalid_input,
                  "there is no role \"" + role + "\"; the roles are " + known, "--role");
  if (catalogue->policy())
    if (const auto why = catalogue->policy()->conflict(arguments.roles))
      return fail(ErrorCode::invalid_input, "these roles are not joined: " + why->en, "--role");
  return {};
}

int run_add(const UserArguments& arguments) {
  if (Result<void> fits = check_roles(arguments); !fits) return give_up(fits.error());
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  security::User user;
  user.name = arguments.name;
  user.display = arguments.display;
  user.roles = arguments.roles;
  user.areas = arguments.areas;
  user.organizations = arguments.organizations;
  user.must_change = !arguments.password_from_stdin;
  std::string password;
  if (arguments.password_from_stdin)
    std::getline(std::cin, password);
  else
    password = security::first_password(user.name);
  if (Result<void> added = (*accounts)->add(user, password); !added) return give_up(added.error());
  json::object out{{"user", user.name}, {"roles", list(user.roles)}, {"areas", list(user.areas)}};
  if (!arguments.password_from_stdin) out["password"] = password;
  fmt::print("{}\n", json_text(out));
  return exit_ok;
}

int run_set_rights(const UserArguments& arguments) {
  if (Result<void> fits = check_roles(arguments); !fits) return give_up(fits.error());
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  if (Result<void> done = (*accounts)->set_rights(arguments.name, arguments.roles, arguments.areas,
                                                  arguments.organizations);
      !done)
    return give_up(done.error());
  fmt::print("{}\n",
             json_text(json::object{{"user", arguments.name},
                                            {"roles", list(arguments.roles)},
                                            {"areas", list(arguments.areas)},
                                            {"organizations", list(arguments.organizations)}}));
  return exit_ok;
}

int run_lock(const UserArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  if (Result<void> done = (*accounts)->lock(arguments.name, !arguments.unlock); !done)
    return give_up(done.error());
  fmt::print("{}\n", json_text(
                         json::object{{"user", arguments.name}, {"locked", !arguments.unlock}}));
  return exit_ok;
}

int run_reset(const UserArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  const Result<std::string> fresh = (*accounts)->reset(arguments.name);
  if (!fresh) return give_up(fresh.error());
  if (arguments.drop_second_factor)
    if (Result<void> done = (*accounts)->drop_second_factor(arguments.name); !done)
      return give_up(done.error());
  fmt::print("{}\n",
             json_text(json::object{{"user", arguments.name}, {"password", *fresh}}));
  return exit_ok;
}

int run_link(const UserArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  if (Result<void> done = (*accounts)->link(arguments.provider, arguments.subject, arguments.name);
      !done)
    return give_up(done.error());
  fmt::print("{}\n", json_text(
                         json::object{{"user", arguments.name}, {"provider", arguments.provider}}));
  return exit_ok;
}

int run_unlink(const UserArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  if (Result<void> done = (*accounts)->unlink(arguments.provider, arguments.name); !done)
    return give_up(done.error());
  fmt::print("{}\n", json_text(
                         json::object{{"user", arguments.name}, {"unlinked", arguments.provider}}));
  return exit_ok;
}

int run_list(const UserArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  const auto users = (*accounts)->users();
  if (!users) return give_up(users.error());
  json::array out;
  for (const security::User& user : *users)
    out.push_back(json::object{{"user", user.name},
                               {"display", user.display},
                               {"roles", list(user.roles)},
                               {"areas", list(user.areas)},
                               {"organizations", list(user.organizations)},
                               {"locked", user.locked},
                               {"mustChange", user.must_change},
                               {"secondFactor", user.second_factor}});
  fmt::print("{}\n", json_text(out));
  return exit_ok;
}

CLI::App* add_action(CLI::App& parent, const char* name, const char* what,
                     const std::shared_ptr<UserArguments>& arguments, int& exit_code,
                     int (*run)(const UserArguments&)) {
  CLI::App* action = parent.add_subcommand(name, what);
  action->add_option("--store", arguments->store, "Store directory")->required();
  action->callback([&exit_code, arguments, run] { exit_code = run(*arguments); });
  return action;
}

void add_rights(CLI::App& action, const std::shared_ptr<UserArguments>& arguments) {
  action.add_option("--name", arguments->name, "Name to log in with")->required();
  action.add_option("--role", arguments->roles, "Role; may be given several times")->required();
  action.add_option("--area", arguments->areas, "Area code whose rows may be read; '*' for all");
  action.add_option("--organization", arguments->organizations, "Organisation id");
  action.add_option("--scenes", arguments->scenes,
                    "Scenes directory; found beside the program if not given");
}

void add_links(CLI::App& user, const std::shared_ptr<UserArguments>& arguments, int& exit_code) {
  CLI::App* link = add_action(user, "link", "Let an identity provider vouch for an account",
                              arguments, exit_code, run_link);
  CLI::App* unlink = add_action(user, "unlink", "End that", arguments, exit_code, run_unlink);
  for (CLI::App* one : {link, unlink}) {
    one->add_option("--name", arguments->name, "Account")->required();
    one->add_option("--provider", arguments->provider, "id of the provider's description")
        ->required();
  }
  link->add_option("--subject", arguments->subject, "Who it is there: the claim sub")->required();
  link->footer(
      "Example:\n  healthbrain user link --store s --name li.na --provider bureau --subject 8271");
  unlink->footer("Example:\n  healthbrain user unlink --store s --name li.na --provider bureau");
}

void add_demo(CLI::App& user, int& exit_code) {
  auto arguments = std::make_shared<DemoArguments>();
  CLI::App* demo = user.add_subcommand(
      "demo", "One account per role in a simulated store, all with one password that is printed");
  demo->add_option("--store", arguments->store, "Store directory")->required();
  demo->add_option("--organization", arguments->organizations, "Organisation id of all of them, in place of the busiest");
  demo->add_option("--scenes", arguments->scenes,
                   "Scenes directory; found beside the program if not given");
  demo->footer("Example:\n  healthbrain user demo --store demo-data/r20000/store");
  demo->callback([&exit_code, arguments] { exit_code = run_user_demo(*arguments); });
}

}  // namespace

void add_user(CLI::App& app, int& exit_code) {
  CLI::App* user =
      app.add_subcommand("user", "Accounts of a store: add, set-rights, lock, reset, list");
  user->require_subcommand(1);
  user->footer(
      "Example:\n  healthbrain user add --store district-store --name li.na --display 李娜 --role "
      "epidemiologist --area 770101");
  auto arguments = std::make_shared<UserArguments>();
  CLI::App* add = add_action(*user, "add", "Add an account; prints its first password once",
                             arguments, exit_code, run_add);
  add_rights(*add, arguments);
  add->add_option("--display", arguments->display, "Name to show");
  add->add_flag("--password-stdin", arguments->password_from_stdin,
                "Read the password from standard input instead of making one");
  add->footer(
      "Example:\n  healthbrain user add --store s --name li.na --role nurse --area 770101001");
  CLI::App* rights =
      add_action(*user, "set-rights", "Give an account other roles, areas and organisations",
                 arguments, exit_code, run_set_rights);
  add_rights(*rights, arguments);
  rights->footer(
      "Example:\n  healthbrain user set-rights --store s --name li.na --role nurse --role "
      "vaccinator --area 770101\n\nAll three are replaced; they hold from the next request on.");
  CLI::App* lock = add_action(*user, "lock", "Lock an account and end its sessions", arguments,
                              exit_code, run_lock);
  lock->add_option("--name", arguments->name, "Account")->required();
  lock->add_flag("--undo", arguments->unlock, "Unlock it again");
  lock->footer("Example:\n  healthbrain user lock --store s --name li.na");
  CLI::App* reset = add_action(*user, "reset", "Give a new password, to be changed at log-in",
                               arguments, exit_code, run_reset);
  reset->add_option("--name", arguments->name, "Account")->required();
  reset->add_flag("--drop-second-factor", arguments->drop_second_factor,
                  "Also forget the one-time codes, after a lost phone");
  reset->footer("Example:\n  healthbrain user reset --store s --name li.na");
  CLI::App* all =
      add_action(*user, "list", "Print all accounts (JSON)", arguments, exit_code, run_list);
  all->footer("Example:\n  healthbrain user list --store s");
  add_links(*user, arguments, exit_code);
  add_demo(*user, exit_code);
}

}  // namespace hb::cli
