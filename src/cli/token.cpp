#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/accounts.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "core/json_text.hpp"

namespace hb::cli {

namespace {

namespace json = boost::json;

struct TokenArguments {
  std::string store, client, id;
  std::string scope;
  std::string expires = "1d";
};

int run_create(const TokenArguments& arguments) {
  const Result<std::int64_t> seconds = security::parse_duration(arguments.expires);
  if (!seconds) {
    say_error(Error{seconds.error().code, seconds.error().message, "--expires"});
    return exit_usage;
  }
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  const Result<std::string> token =
      (*accounts)->create_token(arguments.client, arguments.scope, *seconds);
  if (!token) return give_up(token.error());
  fmt::print("{}\n", *token);
  return exit_ok;
}

int run_list(const TokenArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  const auto tokens = (*accounts)->tokens();
  if (!tokens) return give_up(tokens.error());
  const auto when = [](const std::optional<Instant>& at) -> json::value {
    return at ? json::value(format_instant(*at)) : json::value();
  };
  json::array out;
  for (const security::ApiToken& token : *tokens)
    out.push_back(json::object{{"id", token.id},
                               {"client", token.client},
                               {"scope", token.scope},
                               {"created", format_instant(token.created)},
                               {"expires", format_instant(token.expires)},
                               {"revoked", when(token.revoked)},
                               {"lastUsed", when(token.last_used)}});
  fmt::print("{}\n", json_text(out));
  return exit_ok;
}

int run_revoke(const TokenArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return give_up(accounts.error());
  if (Result<void> done = (*accounts)->revoke_token(arguments.id); !done)
    return give_up(done.error());
  fmt::print("{}\n", json_text(json::object{{"revoked", arguments.id}}));
  return exit_ok;
}

}  // namespace

void add_token(CLI::App& app, int& exit_code) {
  CLI::App* token = app.add_subcommand("token", "Machines' rights to call the API");
  token->require_subcommand(1);
  token->footer(
      "Example:\n  healthbrain token create --store district-store --client his-1 --scope "
      "'system/*.cruds' --expires 1d");
  auto arguments = std::make_shared<TokenArguments>();
  const auto action = [&](const char* name, const char* what, int (*run)(const TokenArguments&)) {
    CLI::App* added = token->add_subcommand(name, what);
    added->add_option("--store", arguments->store, "Store directory")->required();
    added->callback([&exit_code, arguments, run] { exit_code = run(*arguments); });
    return added;
  };
  CLI::App* create = action("create", "Make a token and print it, once", run_create);
  create->add_option("--client", arguments->client, "Who will use it")->required();
  create->add_option("--scope", arguments->scope, "SMART system scopes, separated by spaces")
      ->required();
  create->add_option("--expires", arguments->expires, "30m, 12h, 1d, 4w")->capture_default_str();
  create->footer(
      "Example:\n  healthbrain token create --store s --client his-1 --scope 'system/Patient.rs' "
      "--expires 12h");
  action("list", "Print all tokens, without their secrets (JSON)", run_list)
      ->footer("Example:\n  healthbrain token list --store s");
  CLI::App* revoke = action("revoke", "End a token at once", run_revoke);
  revoke->add_option("--id", arguments->id, "Its id, as listed")->required();
  revoke->footer("Example:\n  healthbrain token revoke --store s --id 0a1b2c3d4e5f607182");
}

}  // namespace hb::cli
