#include <fmt/format.h>

#include <exception>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"

namespace hb::cli {

void add_version(CLI::App& app, int& exit_code) {
  CLI::App* version = app.add_subcommand("version", "Print the program's version");
  version->footer("Example:\n  healthbrain version");
  version->callback([&exit_code] {
    fmt::print("healthbrain {}\n", HB_VERSION);
    exit_code = exit_ok;
  });
}

int run(int argc, char** argv) {
  CLI::App app{"Health Brain (健康大脑): a region's public health, from deliveries to decisions"};
  app.require_subcommand(1);
  app.set_version_flag("--version", HB_VERSION);
  app.footer(
      "Example:\n  healthbrain load --store district-store deliveries/\n"
      "  healthbrain serve --store district-store\n\n"
      "Exit codes: 0 done, 3 done but some records were put aside as problem data,\n"
      "1 nothing could be done, 2 wrong usage. Every command answers --help with an example.");
  int exit_code = exit_ok;
  add_key_options(app);
  add_load(app, exit_code);
  add_store(app, exit_code);
  add_user(app, exit_code);
  add_token(app, exit_code);
  add_client(app, exit_code);
  add_access(app, exit_code);
  add_audit(app, exit_code);
  add_key(app, exit_code);
  add_export(app, exit_code);
  add_indicator(app, exit_code);
  add_stat(app, exit_code);
  add_scan(app, exit_code);
  add_rt(app, exit_code);
  add_nowcast(app, exit_code);
  add_mem(app, exit_code);
  add_detect(app, exit_code);
  add_watch(app, exit_code);
  add_signals(app, exit_code);
  add_cards(app, exit_code);
  add_scene(app, exit_code);
  add_simulate(app, exit_code);
  add_serve(app, exit_code);
  add_flow(app, exit_code);
  add_form(app, exit_code);
  add_fhirpath(app, exit_code);
  add_view(app, exit_code);
  add_validate(app, exit_code);
  add_version(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    say_error(fmt::format("{} (see healthbrain --help)", error.what()));
    return exit_usage;
  }
  return exit_code;
}

}  // namespace hb::cli

int main(int argc, char** argv) {
  try {
    return hb::cli::run(argc, argv);
  } catch (const std::exception& bug) {
    hb::cli::say_error(fmt::format("stopped by a fault of the program itself: {}", bug.what()));
    return hb::cli::exit_nothing_done;
  }
}
