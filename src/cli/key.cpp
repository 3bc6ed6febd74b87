#include <fmt/format.h>
#include <stdlib.h>

#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "crypto/key_file.hpp"
#include "records/keys.hpp"
#include "records/store.hpp"
#include "core/json_text.hpp"

namespace hb::cli {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct KeyArguments {
  std::string store;
  std::string new_key_file;
  bool count = false;
};

std::string records_of(const std::string& store) {
  return (fs::path(store) / "records.db").string();
}

Result<std::string> master_key_of(const std::string& store) {
  const std::string file = key_file_of(store);
  if (file.empty())
    return fail(ErrorCode::invalid_input, "a key file is needed here, not \"none\"", "--key-file");
  return crypto::read_master_key(file);
}

/// The records alone: keys change without the tables.
Result<std::unique_ptr<records::Store>> open_records(const std::string& store,
                                                     const std::string& master_key,
                                                     bool read_only) {
  std::error_code ignored;
  if (!fs::exists(records_of(store), ignored))
    return fail(ErrorCode::not_found, "there is no store here (healthbrain load makes one)", store);
  records::OpenOptions options;
  options.create = false;
  options.read_only = read_only;
  options.master_key = master_key;
  return records::Store::open(records_of(store), options);
}

json::object described(const records::KeyState& state) {
  if (!state.sealed) return {{"sealed", false}};
  json::array keys;
  for (const crypto::Keyring::Key& key : state.keys)
    keys.push_back(json::object{
        {"key", key.id},
        {"created",
         key.created.micros == 0 ? json::value() : json::value(format_instant(key.created))},
        {"seals", key.id == state.current}});
  const records::Resealing& at = state.resealing;
  return {{"sealed", true},
          {"algorithm", std::string(crypto::suite_name(state.suite))},
          {"scope", std::string(crypto::scope_name(state.scope))},
          {"keys", std::move(keys)},
          {"sealingAnew", json::object{{"withKey", at.key},
                                       {"versions", at.seq},
                                       {"ofVersions", at.last_seq},
                                       {"problems", at.problem},
                                       {"ofProblems", at.last_problem},
                                       {"done", at.done() && at.key == state.current}}},
          {"plainTextMayRemainInFile", state.scrub_owed}};
}

int print_state(records::Store& store, bool count) {
  const Result<records::KeyState> state = store.keys().state();
  if (!state) return give_up(state.error());
  json::object out = described(*state);
  if (count) {
    const auto counts = store.keys().count();
    if (!counts) return give_up(counts.error());
    json::object by_key;
    for (const auto& [key, values] : *counts)
      by_key[key == 0 ? "none" : std::to_string(key)] = values;
    out["values"] = std::move(by_key);
  }
  fmt::print("{}\n", json_text(out));
  return exit_ok;
}

int run_list(const KeyArguments& arguments) {
  Result<std::string> master = master_key_of(arguments.store);
  if (!master && master.error().code == ErrorCode::not_found) master = std::string();
  if (!master) return give_up(master.error());
  const auto store = open_records(arguments.store, *master, true);
  return store ? print_state(**store, arguments.count) : give_up(store.error());
}

int run_seal(const KeyArguments& arguments) {
  const std::string file = key_file_of(arguments.store);
  std::error_code ignored;
  if (!file.empty() && !fs::exists(file, ignored) &&
      fs::exists(records_of(arguments.store), ignored)) {
    const Result<void> made = crypto::make_master_key(file);
    if (!made) return give_up(made.error());
    fmt::print(stderr, "A new key was made: {} (keep a copy apart from the store)\n", file);
  }
  const Result<std::string> master = master_key_of(arguments.store);
  if (!master) return give_up(master.error());
  const auto suite = key_suite();
  const auto scope = key_scope();
  if (!suite) return give_up(suite.error());
  if (!scope) return give_up(scope.error());
  const auto store = open_records(arguments.store, *master, false);
  if (!store) return give_up(store.error());
  const Result<void> sealed = [&] {
    ProgressBar bar("sealing");
    return (*store)->keys().seal(*master, *suite, *scope,
                                 [&bar](double fraction) { bar.show(fraction); });
  }();
  return sealed ? print_state(**store, false) : give_up(sealed.error());
}

int run_rotate(const KeyArguments& arguments) {
  const Result<std::string> master = master_key_of(arguments.store);
  if (!master) return give_up(master.error());
  const auto store = open_records(arguments.store, *master, false);
  if (!store && store.error().code == ErrorCode::unavailable) {  // a server has it
    const auto key = records::rotate_in_use(records_of(arguments.store), *master, system_clock()());
    if (!key) return give_up(key.error());
    fmt::print("{}\n",
               json_text(json::object{
                   {"key", *key}, {"sealingAnew", "by the program that has the store open"}}));
    return exit_ok;
  }
  if (!store) return give_up(store.error());
  if (const Result<void> rotated = (*store)->keys().rotate(); !rotated)
    return give_up(rotated.error());
  const Result<void> finished = [&] {
    ProgressBar bar("sealing anew");
    return (*store)->keys().finish([&bar](double fraction) { bar.show(fraction); });
  }();
  return finished ? print_state(**store, false) : give_up(finished.error());
}

int run_rewrap(const KeyArguments& arguments) {
  const Result<std::string> master = master_key_of(arguments.store);
  if (!master) return give_up(master.error());
  const auto store = open_records(arguments.store, *master, false);
  if (!store) return give_up(store.error());
  std::error_code ignored;
  if (!fs::exists(arguments.new_key_file, ignored)) {
    const Result<void> made = crypto::make_master_key(arguments.new_key_file);
    if (!made) return give_up(made.error());
  }
  const Result<std::string> next = crypto::read_master_key(arguments.new_key_file);
  if (!next) return give_up(next.error());
  const Result<void> changed = (*store)->keys().change_master_key(*next);
  if (!changed) return give_up(changed.error());
  fmt::print("{}\n", json_text(json::object{{"keyFile", arguments.new_key_file}}));
  return exit_ok;
}

}  // namespace

void add_key(CLI::App& app, int& exit_code) {
  CLI::App* key = app.add_subcommand("key", "Keys of a sealed store: list, rotate, seal, rewrap");
  key->require_subcommand(1);
  key->footer("Example:\n  healthbrain key rotate --store district-store\n\nSee docs/vault.md.");
  auto arguments = std::make_shared<KeyArguments>();
  const auto action = [&](const char* name, const char* what, int (*run)(const KeyArguments&)) {
    CLI::App* added = key->add_subcommand(name, what);
    added->add_option("--store", arguments->store, "Store directory")->required();
    added->footer(fmt::format("Example:\n  healthbrain key {} --store district-store", name));
    added->callback([&exit_code, arguments, run] { exit_code = run(*arguments); });
    return added;
  };
  CLI::App* list = action("list", "Print the keys and how far sealing anew has come", run_list);
  list->add_flag("--count", arguments->count, "Count what each key seals (reads everything)");
  action(
      "rotate",
      "A new data key: seals everything written from now on; what is there follows. Works beside "
      "a running server",
      run_rotate);
  action("seal",
         "Give keys to a store that has none and seal all of it; goes on after an interruption",
         run_seal);
  CLI::App* rewrap = action("rewrap", "Change the master key; no data changes", run_rewrap);
  rewrap->add_option("--new-key-file", arguments->new_key_file, "Made when absent")->required();
  rewrap->footer(
      "Example:\n  healthbrain key rewrap --store district-store --new-key-file new.key\n\n"
      "The former key file opens the store no more, only its older backups.");
}

/// Options of the whole program, which every command passes on by the environment.
void add_key_options(CLI::App& app) {
  const auto option = [&app](const char* name, const char* variable, const char* what) {
    app.add_option_function<std::string>(
           name, [variable](const std::string& value) { ::setenv(variable, value.c_str(), 1); },
           what)
        ->type_name(variable);
  };
  option("--key-file", "HB_KEY_FILE",
         "Master key of the store (default: STORE.key beside it; \"none\": a new store is not "
         "sealed)");
  option("--key-suite", "HB_KEY_SUITE",
         "Algorithms of a store that gets keys: aes-256-gcm (default) or sm4-ctr-hmac-sm3");
  option("--key-scope", "HB_KEY_SCOPE",
         "What is sealed in a store that gets keys: all (default) or persons");
  app.fallthrough();
}

}  // namespace hb::cli
