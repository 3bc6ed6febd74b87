#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/scene_flows.hpp"
#include "cli/scene_programmes.hpp"
#include "scene/catalogue.hpp"
#include "tables/database.hpp"
#include "views/view.hpp"

namespace hb::cli {

namespace {

namespace fs = std::filesystem;

/// An empty database with the core tables in a directory that goes away: what scene SQL is checked
/// on.
struct Scratch {
  fs::path directory;
  std::unique_ptr<tables::Database> database;
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    database.reset();
    std::error_code ignored;
    if (!directory.empty()) fs::remove_all(directory, ignored);
  }
};

/// nullopt-like: the database stays null when the scenes hold no core tables.
Result<void> make_scratch(const fs::path& scenes, Scratch& scratch) {
  const fs::path views_dir = scenes / "core/views";
  std::error_code ignored;
  if (!fs::is_directory(views_dir, ignored)) return {};
  const auto views = views::load_views(views_dir.string());
  if (!views) return {};  // scene::check says what is wrong with them, with file and line
  std::vector<tables::TableSchema> schemas;
  for (const views::View& view : *views) schemas.push_back(view.table());

  std::string name = (fs::temp_directory_path() / "healthbrain-scene-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    return fail(ErrorCode::unavailable, "no temporary directory can be made", name);
  scratch.directory = name;
  auto database = tables::Database::open((scratch.directory / "tables.db").string(), {});
  if (!database) return unexpected(database.error());
  const auto defined = (*database)->define(schemas);
  if (!defined) return unexpected(defined.error());
  scratch.database = std::move(*database);
  return {};
}

/// The columns that a board's SQL gives on empty tables.
Result<std::vector<std::string>> columns_of(const tables::Database& database,
                                            const std::string& sql) {
  const Date day = *parse_date("2025-12-31");
  const std::pair<std::string, tables::Value> known[] = {
      {"area", std::string{}}, {"from", day}, {"to", day}, {"today", day}};
  std::vector<std::pair<std::string, tables::Value>> used;
  for (const auto& parameter : known)
    if (sql.find("$" + parameter.first) != std::string::npos) used.push_back(parameter);
  auto rows = database.query(Principal::system("scene-check"), sql, used, std::chrono::seconds(20));
  if (!rows) return unexpected(rows.error());
  return std::move(rows->columns);
}

int run_check(const std::string& given) {
  const auto scenes = find_content(given, "scenes");
  if (!scenes) return give_up(scenes.error());
  Scratch scratch;
  if (const Result<void> made = make_scratch(*scenes, scratch); !made) return give_up(made.error());
  scene::SqlCheck sql_check;
  scene::SqlColumns sql_columns;
  if (scratch.database) {
    sql_check = [&scratch](const std::string& sql) {
      return scratch.database->check_scene_sql(sql);
    };
    sql_columns = [&scratch](const std::string& sql) { return columns_of(*scratch.database, sql); };
  }
  Result<std::vector<scene::SceneFault>> faults = scene::check(*scenes, sql_check, sql_columns);
  if (!faults) return give_up(faults.error());
  const auto more = flow_and_form_faults(*scenes);
  if (!more) return give_up(more.error());
  faults->insert(faults->end(), more->begin(), more->end());
  const auto programmes = programme_faults(*scenes, scratch.database.get());
  faults->insert(faults->end(), programmes.begin(), programmes.end());
  for (const scene::SceneFault& fault : *faults) {
    const std::string path = fault.path.empty() ? "" : fault.path + ": ";
    fmt::print("{}:{}: {}{}\n", fault.file, fault.line, path, fault.message);
  }
  if (faults->empty()) fmt::print(stderr, "sound: {}\n", scenes->string());
  return faults->empty() ? exit_ok : exit_nothing_done;
}

}  // namespace

void add_scene(CLI::App& app, int& exit_code) {
  CLI::App* scene = app.add_subcommand("scene", "Scenes: the content the program works with");
  scene->require_subcommand(1);
  scene->footer("Example:\n  healthbrain scene check");
  auto directory = std::make_shared<std::string>();
  CLI::App* check = scene->add_subcommand(
      "check", "Check scenes; each fault on stdout as file:line: path: message (exit 1)");
  check->add_option("directory", *directory,
                    "Scenes directory, or one scene; found beside the program if not given");
  check->footer("Example:\n  healthbrain scene check scenes/");
  check->callback([&exit_code, directory] { exit_code = run_check(*directory); });
}

}  // namespace hb::cli
