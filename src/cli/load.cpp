#include <fmt/format.h>
#include <signal.h>

#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "core/json_text.hpp"
#include "cli/content.hpp"
#include "cli/district.hpp"
#include "cli/exit_code.hpp"
#include "ingest/load.hpp"

namespace hb::cli {

namespace {

namespace json = boost::json;

struct LoadArguments {
  std::string store;
  std::string scenes;
  std::vector<std::string> paths;
  int threads = default_threads();
  std::size_t max_line_mb = 16;
  bool simulated = false;
};

std::atomic<bool> cancelled{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // may be set by a signal

/// The first Ctrl-C asks the load to end cleanly, a second one ends the program.
void cancel_on_signal() {
  struct sigaction action {};
  action.sa_handler = [](int) { cancelled = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

json::object counts(const std::map<std::string, std::int64_t>& of) {
  json::object object;
  for (const auto& [name, count] : of) object[name] = count;
  return object;
}

json::object report_object(const ingest::LoadReport& report) {
  json::array failed;
  for (const auto& error : report.failed)
    failed.push_back(json::object{{"file", error.file}, {"message", error.message}});
  json::array deliveries(report.deliveries.begin(), report.deliveries.end());
  return {{"accepted", report.accepted},
          {"quarantined", report.quarantined},
          {"duplicates", report.duplicates},
          {"orphans", report.orphans},
          {"warnings", counts(report.warnings)},
          {"seconds", nullptr},  // put in as a plain decimal: Boost.JSON writes 3.03E0
          {"bytes", report.bytes},
          {"resources", counts(report.resources)},
          {"tables", counts(report.tables)},
          {"deliveries", std::move(deliveries)},
          {"failed", std::move(failed)},
          {"cancelled", report.cancelled}};
}

void print_report(const ingest::LoadReport& report) {
  std::string text = json_text(report_object(report));
  constexpr std::string_view empty = "\"seconds\":null";
  text.replace(text.find(empty), empty.size(), fmt::format("\"seconds\":{:.3f}", report.seconds));
  fmt::print("{}\n", text);
}

int exit_code_of(const ingest::LoadReport& report) {
  const bool anything = report.accepted + report.duplicates + report.quarantined > 0;
  if (!anything && (!report.failed.empty() || report.cancelled)) return exit_nothing_done;
  const bool all = report.quarantined == 0 && report.failed.empty() && !report.cancelled;
  return all ? exit_ok : exit_some_put_aside;
}

int run_load(const LoadArguments& arguments) {
  const auto hub = open_hub(arguments.store, arguments.scenes, arguments.threads, true, false);
  if (!hub) return give_up(hub.error());
  const Result<void> marked = take_district(**hub, arguments.paths, arguments.simulated);
  if (!marked) return give_up(marked.error());

  cancel_on_signal();
  ingest::LoadOptions options;
  options.threads = arguments.threads;
  options.max_line_bytes = arguments.max_line_mb << 20;
  options.cancel = &cancelled;
  Result<ingest::LoadReport> report = [&] {
    ProgressBar bar("loading");
    options.progress = [&bar](double fraction, std::int64_t count) { bar.show(fraction, count); };
    return ingest::load(**hub, arguments.paths, options);
  }();
  if (!report) return give_up(report.error());
  for (const auto& error : report->failed)
    say_error({ErrorCode::invalid_input, error.message, error.file});
  if (report->cancelled) say_error("stopped on request; what was already loaded stays");
  print_report(*report);
  return exit_code_of(*report);
}

}  // namespace

void add_load(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<LoadArguments>();
  CLI::App* load =
      app.add_subcommand("load", "Load deliveries into a store (JSON report on stdout)");
  load->add_option("--store", arguments->store, "Store directory; made when absent")->required();
  load->add_option("paths", arguments->paths,
                   "Files or directories: NDJSON, FHIR JSON or XML, Bundles, .gz of these, plan CSV")
      ->required();
  load->add_option("--threads", arguments->threads, "Threads that read and check")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  load->add_option("--max-line-mb", arguments->max_line_mb,
                   "A longer line becomes problem data, unparsed")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  load->add_flag("--simulated", arguments->simulated,
                 "Mark a new store as holding simulated people (identity numbers of area 77)");
  load->add_option("--scenes", arguments->scenes,
                   "Scenes directory; found beside the program if not given");
  load->footer(
      "Example:\n  healthbrain load --store district-store deliveries/2025/ cards.ndjson.gz\n\n"
      "Exit codes: 0 all accepted, 3 some quarantined, 1 nothing could be done, 2 wrong usage.");
  load->callback([&exit_code, arguments] { exit_code = run_load(*arguments); });
}

}  // namespace hb::cli
