#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "crypto/key_file.hpp"
#include "records/store.hpp"
#include "core/json_text.hpp"

namespace hb::cli {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct AuditArguments {
  std::string store;
  std::string public_key;
};

int run_verify(const AuditArguments& arguments) {
  const fs::path folder(arguments.store);
  const fs::path key_file =
      arguments.public_key.empty() ? folder / "audit.key.pub" : fs::path(arguments.public_key);
  const Result<crypto::Key> key = crypto::read_key(key_file);
  if (!key && !arguments.public_key.empty()) return give_up(key.error());
  const auto store =
      records::Store::open((folder / "records.db").string(), {.create = false, .read_only = true, .without_key = true});
  if (!store) return give_up(store.error());
  const auto verdict =
      (*store)->verify_audit(Principal::system("audit verify"), key ? &*key : nullptr);
  if (!verdict) return give_up(verdict.error());
  json::array faults;
  for (const std::string& fault : verdict->faults) {
    say_error(fault);
    faults.emplace_back(fault);
  }
  const bool sound = faults.empty();
  fmt::print("{}\n", json_text(json::object{{"sound", sound},
                                                    {"entries", verdict->entries},
                                                    {"anchors", verdict->anchors},
                                                    {"signaturesChecked", key.has_value()},
                                                    {"faults", std::move(faults)}}));
  return sound ? exit_ok : exit_nothing_done;
}

}  // namespace

void add_audit(CLI::App& app, int& exit_code) {
  CLI::App* audit = app.add_subcommand("audit", "Prove that the audit is whole");
  audit->require_subcommand(1);
  audit->footer("Example:\n  healthbrain audit verify --store district-store");
  auto arguments = std::make_shared<AuditArguments>();
  CLI::App* verify = audit->add_subcommand(
      "verify", "Recompute the chain of hashes and check the signed anchors (exit 1 at any fault)");
  verify->add_option("--store", arguments->store, "Store directory")->required();
  verify->add_option("--public-key", arguments->public_key,
                     "Key that the anchors are signed with, kept outside the store "
                     "(default: audit.key.pub of the store)");
  verify->footer(
      "Example:\n  healthbrain audit verify --store district-store --public-key "
      "/mnt/safe/audit.key.pub\n\n"
      "Works beside a running server. Finds entries that were changed, removed or put in.");
  verify->callback([&exit_code, arguments] { exit_code = run_verify(*arguments); });
}

}  // namespace hb::cli
