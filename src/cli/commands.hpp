#pragma once
#include <CLI/CLI.hpp>

namespace hb::cli {

// One function per subcommand: adds it to the command line. When the subcommand runs it puts its
// exit code (exit_code.hpp) into exit_code.
void add_load(CLI::App& app, int& exit_code);
void add_user(CLI::App& app, int& exit_code);
void add_token(CLI::App& app, int& exit_code);
void add_key(CLI::App& app, int& exit_code);
void add_key_options(CLI::App& app);
void add_client(CLI::App& app, int& exit_code);
void add_audit(CLI::App& app, int& exit_code);
void add_access(CLI::App& app, int& exit_code);
void add_export(CLI::App& app, int& exit_code);
void add_store(CLI::App& app, int& exit_code);
/// To `store`: backup, restore.
void add_store_backup(CLI::App& store, int& exit_code);
void add_stat(CLI::App& app, int& exit_code);
void add_rt(CLI::App& app, int& exit_code);
void add_scan(CLI::App& app, int& exit_code);
void add_nowcast(CLI::App& app, int& exit_code);
void add_mem(CLI::App& app, int& exit_code);
void add_detect(CLI::App& app, int& exit_code);
void add_watch(CLI::App& app, int& exit_code);
void add_signals(CLI::App& app, int& exit_code);
void add_cards(CLI::App& app, int& exit_code);
void add_indicator(CLI::App& app, int& exit_code);
void add_scene(CLI::App& app, int& exit_code);
void add_simulate(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);
void add_flow(CLI::App& app, int& exit_code);
void add_form(CLI::App& app, int& exit_code);
void add_fhirpath(CLI::App& app, int& exit_code);
void add_view(CLI::App& app, int& exit_code);
void add_validate(CLI::App& app, int& exit_code);
void add_version(CLI::App& app, int& exit_code);

}  // namespace hb::cli
