#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/accounts.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "core/date.hpp"
#include "security/access_book.hpp"
#include "core/json_text.hpp"

/// healthbrain access link|show: what an account is to persons, beside its roles (docs/access.md)
namespace hb::cli {

namespace {

namespace json = boost::json;

constexpr std::int64_t micros_per_day = std::int64_t{86'400} * 1'000'000;
constexpr std::int64_t shanghai_ahead = std::int64_t{8} * 3'600 * 1'000'000;

struct AccessArguments {
  std::string store, user, approval, until;
  std::vector<std::string> practitioners;
  std::vector<std::int64_t> residents;
};

/// The account must exist: a slip in its name would leave somebody without relations.
Result<std::unique_ptr<security::AccessBook>> open_book(const AccessArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return unexpected(accounts.error());
  if (const auto user = (*accounts)->user(arguments.user); !user) return unexpected(user.error());
  return security::AccessBook::open((std::filesystem::path(arguments.store) / "access.db").string(),
                                    {});
}

int show(const security::AccessBook& book, const std::string& user) {
  const auto links = book.links(user);
  if (!links) return give_up(links.error());
  json::object out{
      {"user", user},
      {"practitioners", json::array(links->practitioners.begin(), links->practitioners.end())},
      {"residents", json::array(links->residents.begin(), links->residents.end())},
      {"approval", links->approval},
      {"approvedUntil", links->approved_until ? json::value(format_instant(*links->approved_until))
                                              : json::value(nullptr)}};
  fmt::print("{}\n", json_text(out));
  return exit_ok;
}

int run_show(const AccessArguments& arguments) {
  const auto book = open_book(arguments);
  if (!book) return give_up(book.error());
  return show(**book, arguments.user);
}

int run_link(const AccessArguments& arguments) {
  security::Links links;
  links.practitioners = arguments.practitioners;
  links.residents = arguments.residents;
  links.approval = arguments.approval;
  if (!arguments.until.empty()) {
    const Result<Date> day = parse_date(arguments.until);
    if (!day)
      return give_up({ErrorCode::invalid_input, "expected a day such as 2026-12-31", "--until"});
    links.approved_until = Instant{(day->days + 1) * micros_per_day - shanghai_ahead};
  }
  const auto book = open_book(arguments);
  if (!book) return give_up(book.error());
  if (const Result<void> done = (*book)->set_links(arguments.user, links); !done)
    return give_up(done.error());
  return show(**book, arguments.user);
}

CLI::App* add_action(CLI::App& parent, const char* name, const char* what,
                     const std::shared_ptr<AccessArguments>& arguments, int& exit_code,
                     int (*run)(const AccessArguments&)) {
  CLI::App* action = parent.add_subcommand(name, what);
  action->add_option("--store", arguments->store, "Store directory")->required();
  action->add_option("--user", arguments->user, "Name of the account")->required();
  action->callback([arguments, &exit_code, run] { exit_code = run(*arguments); });
  return action;
}

}  // namespace

void add_access(CLI::App& app, int& exit_code) {
  CLI::App* access =
      app.add_subcommand("access", "What accounts are to persons, beside their roles");
  access->require_subcommand(1);
  const auto arguments = std::make_shared<AccessArguments>();
  CLI::App* link =
      add_action(*access, "link", "Say who the account is; replaces what was said before",
                 arguments, exit_code, run_link);
  link->add_option("--practitioner", arguments->practitioners,
                   "Id of the Practitioner, or of each of the team");
  link->add_option("--resident", arguments->residents,
                   "Number of the resident who is the asker, or in the asker's care");
  link->add_option("--approval", arguments->approval,
                   "Number of the approval of another department");
  link->add_option("--until", arguments->until, "Last day of the approval");
  link->footer(
      "Example: healthbrain access link --store store --user li.na --practitioner doc00008");
  CLI::App* shown = add_action(*access, "show", "What was said", arguments, exit_code, run_show);
  shown->footer("Example: healthbrain access show --store store --user li.na");
}

}  // namespace hb::cli
