#include <fmt/format.h>
#include <signal.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>

#include "backup/restore.hpp"
#include "backup/take.hpp"
#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/store_index.hpp"
#include "core/json_text.hpp"

namespace hb::cli {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct BackupArguments {
  std::string store, to, verify;
  bool with_keys = false, with_tables = false;
};

struct RestoreArguments {
  std::string from, store, scenes;
  int threads = default_threads();
  bool force_empty = false, no_tables = false;
};

std::atomic<bool> stopped{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // set by a signal

/// The first Ctrl-C ends the work cleanly, a second one the program.
void stop_on_signal() {
  struct sigaction action {};
  action.sa_handler = [](int) { stopped = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

backup::Progress shown_on(ProgressBar& bar) {
  return [&bar](double fraction) {
    bar.show(fraction);
    return !stopped.load();
  };
}

json::object described(const backup::Manifest& manifest) {
  std::int64_t bytes = 0;
  for (const backup::Part& part : manifest.parts) bytes += part.bytes;
  return {
      {"made", format_instant(manifest.made)},
      {"store",
       json::object{{"id", manifest.store_id},
                    {"simulated", manifest.simulated},
                    {"name", json::object{{"zh", manifest.name_zh}, {"en", manifest.name_en}}}}},
      {"sealed", manifest.sealed},
      {"withKeys", manifest.with_keys},
      {"withTables", manifest.with_tables},
      {"versions", manifest.seq},
      {"committed", manifest.batch},
      {"auditEntries", manifest.audit_entries},
      {"auditHash", manifest.audit_hash},
      {"parts", manifest.parts.size()},
      {"bytesUnpacked", bytes}};
}

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// What the operator has to know of keys, once.
void say_about_keys(const backup::Manifest& manifest, const std::string& key_file) {
  if (manifest.with_keys)
    say_error("the backup holds the store's key: whoever has it reads everything; seal the medium");
  else if (manifest.sealed)
    say_error("the store's key is not in the backup: keep a copy of " + key_file +
              " apart from it, nobody opens the backup without");
  else
    say_error("the store is not sealed: whoever has the backup reads it (healthbrain key seal)");
}

int run_verify(const BackupArguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const auto manifest = [&] {
    ProgressBar bar("verifying");
    return backup::verify(arguments.verify, shown_on(bar));
  }();
  if (!manifest) {
    say_error(manifest.error());
    fmt::print("{}\n", json_text(
                           json::object{{"sound", false}, {"fault", manifest.error().message}}));
    return exit_nothing_done;
  }
  json::object report = described(*manifest);
  report["sound"] = true;
  report["seconds"] = seconds_since(began);
  fmt::print("{}\n", json_text(report));
  return exit_ok;
}

int run_backup(const BackupArguments& arguments) {
  stop_on_signal();
  if (!arguments.verify.empty()) return run_verify(arguments);
  if (arguments.store.empty() || arguments.to.empty()) {
    say_error("--store and --to are needed, or --verify FILE");
    return exit_usage;
  }
  const auto began = std::chrono::steady_clock::now();
  backup::TakeOptions options;
  options.store = arguments.store;
  options.to = arguments.to;
  options.key_file = key_file_of(arguments.store);
  options.with_keys = arguments.with_keys;
  options.with_tables = arguments.with_tables;
  options.program = HB_VERSION;
  const auto taken = [&] {
    ProgressBar bar("backing up");
    options.progress = shown_on(bar);
    return backup::take(options);
  }();
  if (!taken) return give_up(taken.error());
  say_about_keys(taken->manifest, options.key_file.string());
  json::object report = described(taken->manifest);
  report["file"] = taken->file.string();
  report["bytes"] = taken->bytes;
  report["seconds"] = seconds_since(began);
  fmt::print("{}\n", json_text(report));
  return exit_ok;
}

/// Tables and search index, from the records that were put back.
Result<void> make_derived(const RestoreArguments& arguments) {
  const auto made = make_index(arguments.store, arguments.scenes, arguments.threads,
                               [] { return stopped.load(); });
  if (!made) return unexpected(made.error());
  return {};
}

int run_restore(const RestoreArguments& arguments) {
  stop_on_signal();
  const auto began = std::chrono::steady_clock::now();
  backup::RestoreOptions options;
  options.from = arguments.from;
  options.store = arguments.store;
  options.key_file = key_file_of(arguments.store);
  options.move_aside = arguments.force_empty;
  const auto restored = [&] {
    ProgressBar bar("restoring");
    options.progress = shown_on(bar);
    return backup::restore(options);
  }();
  if (!restored) return give_up(restored.error());
  if (!restored->aside.empty())
    say_error("what was there before is now in " + restored->aside.string());
  json::object report = described(restored->manifest);
  report["restored"] = true;
  report["keyWritten"] = restored->key_written;
  bool made = false;
  if (!arguments.no_tables) {
    const Result<void> derived = make_derived(arguments);
    made = derived.has_value();
    if (!derived) {
      say_error(derived.error());
      say_error("the records are back; tables and search index are made when the store is opened");
    }
  }
  report["tables"] = made ? "made" : "owed";
  report["seconds"] = seconds_since(began);
  fmt::print("{}\n", json_text(report));
  return made || arguments.no_tables ? exit_ok : exit_some_put_aside;
}

void add_restore(CLI::App& store, int& exit_code) {
  auto arguments = std::make_shared<RestoreArguments>();
  CLI::App* restore =
      store.add_subcommand("restore", "Put a backup back, after verifying all of it");
  restore->add_option("--from", arguments->from, "Backup file")->required();
  restore->add_option("--store", arguments->store, "Store directory: absent or empty")->required();
  restore->add_flag("--force-empty", arguments->force_empty,
                    "Move what is in the directory aside, to STORE.before-<time>");
  restore->add_flag("--no-tables", arguments->no_tables,
                    "Leave tables and search index to the first start");
  restore->add_option("--threads", arguments->threads, "Threads to use")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  restore->add_option("--scenes", arguments->scenes,
                      "Scenes directory; found beside the program if not given");
  restore->footer(
      "Example:\n  healthbrain store restore --from backups/district-20261122T021500Z.tar.zst "
      "--store district-store\n\n"
      "Exit codes: 0 done, 3 the records are back but the tables could not be made (key missing), "
      "1 nothing was written.");
  restore->callback([&exit_code, arguments] { exit_code = run_restore(*arguments); });
}

}  // namespace

void add_store_backup(CLI::App& store, int& exit_code) {
  auto arguments = std::make_shared<BackupArguments>();
  CLI::App* backup = store.add_subcommand(
      "backup", "Back a store up into one file, while a server goes on writing it");
  backup->add_option("--store", arguments->store, "Store directory");
  backup->add_option("--to", arguments->to,
                     "File to make, or a directory: then the name has the time in it");
  backup->add_flag("--with-keys", arguments->with_keys,
                   "Put the store's key into the backup: whoever has it reads everything");
  backup->add_flag("--with-tables", arguments->with_tables,
                   "Put tables and search index in too; no server may run");
  backup->add_option("--verify", arguments->verify, "Only hold a backup against its digests");
  backup->footer(
      "Example:\n  healthbrain store backup --store district-store --to /mnt/backups/\n"
      "  healthbrain store backup --verify /mnt/backups/district-store-20261122T021500Z.tar.zst");
  backup->callback([&exit_code, arguments] { exit_code = run_backup(*arguments); });
  add_restore(store, exit_code);
}

}  // namespace hb::cli
