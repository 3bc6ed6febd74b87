#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/store_index.hpp"
#include "scene/compartments.hpp"
#include "scene/search_plan.hpp"
#include "search/open_index.hpp"
#include "core/json_text.hpp"

namespace hb::cli {

namespace {

namespace json = boost::json;

struct StoreArguments {
  std::string store;
  std::string scenes;
  int threads = default_threads();
};

int run_rebuild(const StoreArguments& arguments) {
  const auto hub = open_hub(arguments.store, arguments.scenes, arguments.threads, false, false);
  if (!hub) return give_up(hub.error());
  const Result<void> rebuilt = [&] {
    ProgressBar bar("rebuilding");
    return (*hub)->rebuild([&bar](double fraction) { bar.show(fraction); });
  }();
  if (!rebuilt) return give_up(rebuilt.error());
  const auto tables = (*hub)->tables().tables();
  if (!tables) return give_up(tables.error());
  json::object rows;
  for (const tables::TableInfo& table : *tables) rows[table.name] = table.rows;
  fmt::print("{}\n", json_text(json::object{{"rebuilt", true}, {"tables", rows}}));
  return exit_ok;
}

/// The search index, where there is one, against the records.
Result<std::vector<std::string>> check_search(const StoreArguments& arguments,
                                              const records::Store& store) {
  const std::filesystem::path path = std::filesystem::path(arguments.store) / "search.db";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::vector<std::string>();
  const auto folder = find_content(arguments.scenes, "scenes");
  if (!folder) return unexpected(folder.error());
  auto plan = scene::load_search_plan(*folder / "core/search.yaml");
  if (!plan) return unexpected(plan.error());
  const auto index = search::open_index(path.string(), store, std::move(*plan));
  if (!index) return unexpected(index.error());
  if (Result<void> done = (*index)->catch_up(); !done) return unexpected(done.error());
  return (*index)->check();
}

/// By which labels are kept and looked after.
Result<std::shared_ptr<const Compartments>> compartments_of(const StoreArguments& arguments) {
  const auto folder = find_content(arguments.scenes, "scenes");
  if (!folder) return unexpected(folder.error());
  auto loaded = scene::load_compartments(*folder / "core/compartments.yaml");
  if (!loaded) return unexpected(loaded.error());
  return std::make_shared<const Compartments>(std::move(*loaded));
}

int run_check(const StoreArguments& arguments) {
  const auto compartments = compartments_of(arguments);
  if (!compartments) return give_up(compartments.error());
  const auto hub =
      open_hub(arguments.store, arguments.scenes, arguments.threads, false, false, *compartments);
  if (!hub) return give_up(hub.error());
  Result<std::vector<std::string>> faults = [&] {
    ProgressBar bar("checking");
    return (*hub)->check([&bar](double fraction) { bar.show(fraction); });
  }();
  if (!faults) return give_up(faults.error());
  const Result<std::vector<std::string>> search = check_search(arguments, (*hub)->store());
  if (!search) return give_up(search.error());
  faults->insert(faults->end(), search->begin(), search->end());
  const Result<std::vector<std::string>> labels = (*hub)->store().check_labels();
  if (!labels) return give_up(labels.error());
  faults->insert(faults->end(), labels->begin(), labels->end());
  json::array list;
  for (const std::string& fault : *faults) {
    say_error(fault);
    list.emplace_back(fault);
  }
  fmt::print("{}\n", json_text(json::object{{"sound", faults->empty()}, {"faults", list}}));
  return faults->empty() ? exit_ok : exit_nothing_done;
}

int run_info(const StoreArguments& arguments) {
  const auto hub = open_hub(arguments.store, arguments.scenes, arguments.threads, false, false);
  if (!hub) return give_up(hub.error());
  const records::StoreInfo& info = (*hub)->store().info();
  const auto counts = (*hub)->store().counts();
  if (!counts) return give_up(counts.error());
  const auto tables = (*hub)->tables().tables();
  if (!tables) return give_up(tables.error());
  const auto reached = std::as_const(**hub).tables().reached();
  if (!reached) return give_up(reached.error());
  json::object resources;
  for (const auto& [type, count] : *counts) resources[type] = count;
  json::object rows;
  for (const tables::TableInfo& table : *tables) rows[table.name] = table.rows;
  fmt::print("{}\n", json_text(json::object{
                         {"id", info.id},
                         {"simulated", info.simulated},
                         {"name", json::object{{"zh", info.name_zh}, {"en", info.name_en}}},
                         {"schemaVersion", info.schema_version},
                         {"committed", (*hub)->store().last_batch()},
                         {"reached", *reached},
                         {"versions", (*hub)->store().last_seq()},
                         {"resources", resources},
                         {"tables", rows}}));
  return exit_ok;
}

CLI::App* add_action(CLI::App& store, const char* name, const char* what, int& exit_code,
                     int (*run)(const StoreArguments&)) {
  auto arguments = std::make_shared<StoreArguments>();
  CLI::App* action = store.add_subcommand(name, what);
  action->add_option("--store", arguments->store, "Store directory")->required();
  action->add_option("--threads", arguments->threads, "Threads to use")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  action->add_option("--scenes", arguments->scenes,
                     "Scenes directory; found beside the program if not given");
  action->footer(fmt::format("Example:\n  healthbrain store {} --store district-store", name));
  action->callback([&exit_code, arguments, run] { exit_code = run(*arguments); });
  return action;
}

}  // namespace

void add_store(CLI::App& app, int& exit_code) {
  CLI::App* store =
      app.add_subcommand("store", "Look after a store: check, rebuild, info, backup, restore");
  store->require_subcommand(1);
  store->footer("Example:\n  healthbrain store check --store district-store");
  add_action(*store, "rebuild", "Make all tables anew from the records", exit_code, run_rebuild);
  add_action(*store, "check",
             "Prove that tables and search index equal the records (exit 1 when not)", exit_code,
             run_check);
  add_action(
      *store, "index", "Make the search index, as serve would do in the background", exit_code,
      +[](const StoreArguments& arguments) {
        return run_index(arguments.store, arguments.scenes, arguments.threads);
      });
  add_action(*store, "info", "Print what the store holds (JSON)", exit_code, run_info);
  add_store_backup(*store, exit_code);
}

}  // namespace hb::cli
