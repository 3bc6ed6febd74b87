#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "cli/accounts.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "core/json_text.hpp"

namespace hb::cli {

namespace {

namespace json = boost::json;

struct ClientArguments {
  std::string store, name, scope, keys;
};

int run_add(const ClientArguments& arguments) {
  std::ifstream in(arguments.keys, std::ios::binary);
  if (!in) return give_up({ErrorCode::not_found, "the key set cannot be read", arguments.keys});
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  security::Client client;
  client.id = arguments.name;
  client.scope = arguments.scope;
  client.keys.assign(std::istreambuf_iterator<char>(in), {});
  if (Result<void> added = (*accounts)->add_client(client); !added) return give_up(added.error());
  fmt::print("{}\n",
             json_text(json::object{{"client", client.id}, {"scope", client.scope}}));
  return exit_ok;
}

int run_list(const ClientArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  const auto clients = (*accounts)->clients();
  if (!clients) return give_up(clients.error());
  json::array out;
  for (const security::Client& client : *clients)
    out.push_back(
        json::object{{"client", client.id},
                     {"scope", client.scope},
                     {"created", format_instant(client.created)},
                     {"lastUsed", client.last_used ? json::value(format_instant(*client.last_used))
                                                   : json::value()}});
  fmt::print("{}\n", json_text(out));
  return exit_ok;
}

int run_remove(const ClientArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  if (Result<void> done = (*accounts)->remove_client(arguments.name); !done)
    return give_up(done.error());
  fmt::print("{}\n", json_text(json::object{{"removed", arguments.name}}));
  return exit_ok;
}

}  // namespace

void add_client(CLI::App& app, int& exit_code) {
  CLI::App* client =
      app.add_subcommand("client", "Machines that prove themselves with their own key (SMART)");
  client->require_subcommand(1);
  client->footer(
      "Example:\n  healthbrain client add --store district-store --name his-1 --scope "
      "'system/*.rs' --keys his-1.jwks.json");
  auto arguments = std::make_shared<ClientArguments>();
  const auto action = [&](const char* name, const char* what, int (*run)(const ClientArguments&)) {
    CLI::App* added = client->add_subcommand(name, what);
    added->add_option("--store", arguments->store, "Store directory")->required();
    added->callback([&exit_code, arguments, run] { exit_code = run(*arguments); });
    return added;
  };
  CLI::App* add = action("add", "Register a client with its public keys", run_add);
  add->add_option("--name", arguments->name, "Its client_id")->required();
  add->add_option("--scope", arguments->scope, "The most it may ask for, separated by spaces")
      ->required();
  add->add_option("--keys", arguments->keys, "File with its JSON Web Key Set: RSA or EC, public")
      ->required();
  add->footer(
      "Example:\n  healthbrain client add --store s --name his-1 --scope 'system/Patient.rs' "
      "--keys his-1.jwks.json");
  action("list", "Print all clients (JSON)", run_list)
      ->footer("Example:\n  healthbrain client list --store s");
  CLI::App* remove = action("remove", "Remove a client; the tokens it was given end", run_remove);
  remove->add_option("--name", arguments->name, "Its client_id")->required();
  remove->footer("Example:\n  healthbrain client remove --store s --name his-1");
}

}  // namespace hb::cli
