#include <fmt/format.h>

#include "cli/accounts.hpp"
#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "exchange/research_export.hpp"
#include "scene/compartments.hpp"
#include "scene/policy.hpp"

namespace hb::cli {

namespace {

namespace fs = std::filesystem;

struct ExportArguments {
  std::string store;
  std::string out;
  std::string plan;
  std::string approval;
  std::string user;
  std::string purpose = "public-health";
  std::string as_of;
  std::string scenes;
  int threads = default_threads();
};

/// A file, or the name of one under scenes/*/exports.
Result<fs::path> find_plan(const fs::path& scenes, const std::string& given) {
  std::error_code ignored;
  if (fs::is_regular_file(given, ignored)) return fs::path(given);
  std::string known;
  for (const fs::directory_entry& scene : fs::directory_iterator(scenes, ignored))
    for (const fs::directory_entry& file :
         fs::directory_iterator(scene.path() / "exports", ignored)) {
      if (file.path().extension() != ".yaml") continue;
      if (file.path().stem() == given) return file.path();
      known += (known.empty() ? "" : ", ") + file.path().stem().string();
    }
  return fail(ErrorCode::not_found, "there is no such export; the scenes have: " + known, given);
}

Result<Principal> principal_of(const ExportArguments& arguments) {
  const auto accounts = open_accounts(arguments.store);
  if (!accounts) return unexpected(accounts.error());
  const Result<security::User> user = (*accounts)->user(arguments.user);
  if (!user) return unexpected(user.error());
  if (user->locked) return fail(ErrorCode::forbidden, "the account is locked", arguments.user);
  return security::principal_of(*user, arguments.purpose, "");
}

Result<exchange::ResearchOutcome> run(const ExportArguments& arguments) {
  const Result<fs::path> scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  const Result<fs::path> file = find_plan(*scenes, arguments.plan);
  if (!file) return unexpected(file.error());
  const auto plan = exchange::load_research_plan(*file);
  if (!plan) return unexpected(plan.error());
  const Result<Date> as_of = parse_date(arguments.as_of);
  if (!as_of) return unexpected(as_of.error());
  const Result<Principal> principal = principal_of(arguments);
  if (!principal) return unexpected(principal.error());
  auto compartments = scene::load_compartments(*scenes / "core/compartments.yaml");
  if (!compartments) return unexpected(compartments.error());
  auto policy = scene::load_policy(*scenes / "core/policy.yaml");
  if (!policy) return unexpected(policy.error());
  const auto hub = open_hub(arguments.store, arguments.scenes, arguments.threads, false, false,
                            std::make_shared<const Compartments>(std::move(*compartments)),
                            std::make_shared<const Policy>(std::move(*policy)));
  if (!hub) return unexpected(hub.error());
  return exchange::export_research((*hub)->tables(), (*hub)->store(), *principal, *plan,
                                   {arguments.out, arguments.approval, *as_of, ""}, system_clock());
}

int run_research(const ExportArguments& arguments) {
  const auto outcome = run(arguments);
  if (!outcome) return give_up(outcome.error());
  fmt::print("{}", exchange::report_json(*outcome));
  return exit_ok;
}

}  // namespace

void add_export(CLI::App& app, int& exit_code) {
  CLI::App* all = app.add_subcommand("export", "Give data out");
  all->require_subcommand(1);
  all->footer("Example:\n  healthbrain export research --help");
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* research = all->add_subcommand(
      "research", "De-identified rows of chosen tables and residents, with a report of the risk");
  research->add_option("--store", arguments->store, "Store directory")->required();
  research->add_option("--out", arguments->out, "Directory to be made")->required();
  research->add_option("--plan", arguments->plan, "Export of the scenes by its name, or a file")
      ->required();
  research->add_option("--approval", arguments->approval, "Number of the approval")->required();
  research->add_option("--user", arguments->user, "Account whose rights limit the export")
      ->required();
  research->add_option("--as-of", arguments->as_of, "Day of the ages, 2025-12-31")->required();
  research
      ->add_option("--purpose", arguments->purpose,
                   "Purpose: which rules of access hold, and which compartments open")
      ->capture_default_str();
  research->add_option("--scenes", arguments->scenes,
                       "Scenes directory; found beside the program if not given");
  research->add_option("--threads", arguments->threads, "Threads to use")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  research->footer(
      "Example:\n  healthbrain export research --store district-store --out export-1 "
      "--plan hypertension-care\n    --approval 2026-ETH-017 --user zhou.analyst "
      "--as-of 2025-12-31\n\nThe report is printed and stands in report.json; the audit has an "
      "entry "
      "before and after.");
  research->callback([&exit_code, arguments] { exit_code = run_research(*arguments); });
}

}  // namespace hb::cli
