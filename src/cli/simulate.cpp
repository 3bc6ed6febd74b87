#include "simulate/simulate.hpp"
#include "core/json_text.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <time.h>

#include <atomic>
#include <chrono>

#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/simulate_tables.hpp"
#include "simulate/calibration.hpp"

namespace hb::cli {

namespace {

namespace json = boost::json;

struct SimulateArguments {
  std::int64_t residents = 0;
  int years = 0;
  std::uint64_t seed = 1;
  std::string out, tables;
  std::string last_day;
  std::string scenes;
  std::string outbreaks;
  std::string report;
  bool gzip = true;
  bool format_given = false;  ///< --gzip or --plain
  simulate::DirtLevel dirt = simulate::DirtLevel::normal;
  std::int64_t problems = 0;
  int threads = 0;
};

std::string summary_text(const simulate::Summary& summary, const std::string& directory,
                         const json::object& more) {
  json::object counts;
  for (const auto& [type, count] : summary.counts) counts[type] = count;
  json::object object = {{"directory", directory},
                         {"residents", summary.residents},
                         {"deceased", summary.deceased},
                         {"left", summary.left},
                         {"households", summary.households},
                         {"firstDay", format_date(summary.first_day)},
                         {"lastDay", format_date(summary.last_day)},
                         {"outbreaks", summary.outbreaks},
                         {"outbreakCases", summary.outbreak_cases},
                         {"outbreakCards", summary.outbreak_cards},
                         {"resources", summary.resources},
                         {"counts", std::move(counts)},
                         {"problems", summary.problems},
                         {"bytes", summary.bytes},
                         {"seconds", summary.seconds}};
  for (const auto& [key, value] : more) object[key] = value;
  return json_text(object);
}

std::atomic<bool> stopped{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // may be set by a signal

std::atomic<std::int64_t> stopped_at{0};  // seconds of the monotonic clock

std::int64_t monotonic_seconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);  // allowed in a signal handler
  return now.tv_sec;
}

/// The first Ctrl-C asks the run to end and take its half-written files with it; one that comes
/// later ends the program. The same signal may arrive twice at once (to the process and to its
/// group, as from timeout(1)): that counts as one.
void stop_on_signal() {
  struct sigaction action {};
  action.sa_handler = [](int number) {
    constexpr std::int64_t patience = 2;
    if (!stopped.exchange(true)) {
      stopped_at = monotonic_seconds();
    } else if (monotonic_seconds() - stopped_at >= patience) {
      signal(number, SIG_DFL);
      raise(number);
    }
  };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// A number from the command line that simulate() will judge; what does not fit its field is out of
/// its range in any case.
std::uint32_t limited(std::int64_t number) {
  return number < 0 || number > 0x7fffffff ? 0xffffffffu : static_cast<std::uint32_t>(number);
}

Result<simulate::Options> read_options(const SimulateArguments& arguments) {
  simulate::Options options;
  options.residents = limited(arguments.residents);
  options.years = arguments.years;
  options.seed = arguments.seed;
  options.directory = arguments.out;
  options.gzip = arguments.gzip;
  options.dirt = arguments.dirt;
  options.problems = limited(arguments.problems);
  options.threads = arguments.threads;
  options.stop = &stopped;
  if (!arguments.last_day.empty()) {
    const Result<Date> day = parse_date(arguments.last_day);
    if (!day) return fail(ErrorCode::invalid_input, day.error().message, "--last-day");
    options.last_day = *day;
  }
  const Result<std::filesystem::path> scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return unexpected(scenes.error());
  options.content = *scenes / "demo-district";
  options.outbreaks = arguments.outbreaks;
  return options;
}

Result<simulate::Summary> simulate_with_bar(const simulate::Options& options) {
  ProgressBar bar("simulating households");
  return simulate::simulate(options, [&bar](std::uint64_t done, std::uint64_t of) {
    bar.show(static_cast<double>(done) / static_cast<double>(of), static_cast<long long>(done));
  });
}

/// Straight into the tables of a new store.
Result<simulate::Summary> simulate_tables(const SimulateArguments& arguments,
                                          simulate::Options options, json::object& more) {
  const auto begin = std::chrono::steady_clock::now();
  const int threads = options.threads > 0 ? options.threads : default_threads();
  auto tables = SimulatedTables::open(arguments.tables, arguments.scenes, threads);
  if (!tables) return unexpected(tables.error());
  options.directory = arguments.tables;
  options.take = (*tables)->take();
  Result<simulate::Summary> summary = simulate_with_bar(options);
  if (!summary) return summary;
  if (const Result<void> done = (*tables)->finish(); !done) return unexpected(done.error());
  summary->seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  more["tableBytes"] = (*tables)->bytes();
  return summary;
}

int run_simulate(const SimulateArguments& arguments) {
  if (arguments.out.empty() == arguments.tables.empty())
    return give_up({ErrorCode::invalid_input, "give either --out or --tables", "simulate"});
  if (!arguments.tables.empty() && arguments.format_given)
    return give_up({ErrorCode::invalid_input, "is about files; with --tables there are none",
                    arguments.gzip ? "--gzip" : "--plain"});
  if (!arguments.tables.empty() && arguments.problems != 0)
    return give_up({ErrorCode::invalid_input, "needs --out: the lines are for a load to refuse",
                    "--problems"});
  const Result<simulate::Options> options = read_options(arguments);
  if (!options) return give_up(options.error());
  stop_on_signal();
  json::object more;
  const bool files = arguments.tables.empty();
  const Result<simulate::Summary> summary =
      files ? simulate_with_bar(*options) : simulate_tables(arguments, *options, more);
  if (!summary) return give_up(summary.error());
  if (arguments.report.empty()) {
    fmt::print("{}\n", summary_text(*summary, files ? arguments.out : arguments.tables, more));
    return exit_ok;
  }
  const auto format = arguments.report == "csv"    ? simulate::ReportFormat::csv
                      : arguments.report == "json" ? simulate::ReportFormat::json
                                                   : simulate::ReportFormat::text;
  const Result<std::string> table = simulate::report(options->content, summary->tally, format);
  if (!table) return give_up(table.error());
  fmt::print("{}", *table);
  return exit_ok;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<SimulateArguments>();
  CLI::App* command =
      app.add_subcommand("simulate", "Make the NDJSON files of an invented district（虚构）");
  command
      ->add_option("--residents", arguments->residents,
                   "People alive on the last day, 1 to 5,000,000")
      ->required();
  command
      ->add_option("--years", arguments->years,
                   "Years of life and care up to the last day, 1 to 100")
      ->required();
  command->add_option("--seed", arguments->seed, "The same seed makes the same bytes")
      ->capture_default_str();
  command->add_option("--out", arguments->out, "Directory for the files; made when absent");
  command->add_option("--tables", arguments->tables,
                      "Instead of files: a new store with tables and no records, for benches");
  command->add_option("--last-day", arguments->last_day, "Last simulated day (2025-12-31)");
  CLI::Option* format = command->add_flag("--gzip,!--plain", arguments->gzip,
                                          "Write .ndjson.gz (the default) or plain .ndjson");
  command
      ->add_option("--dirt", arguments->dirt,
                   "What goes wrong between life and record: none, normal (the default), heavy")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, simulate::DirtLevel>{{"none", simulate::DirtLevel::none},
                                                     {"normal", simulate::DirtLevel::normal},
                                                     {"heavy", simulate::DirtLevel::heavy}}));
  command
      ->add_option("--problems", arguments->problems,
                   "Faulty lines to put into dirty-clinic.ndjson, to show problem data")
      ->capture_default_str();
  command
      ->add_option("--threads", arguments->threads,
                   "Threads (0: all of the machine); does not change the result")
      ->capture_default_str()
      ->check(CLI::Range(0, 64));
  command->add_option(
      "--outbreaks", arguments->outbreaks,
      "Catalogue of outbreaks (YAML); none: no outbreaks; default: the district's own");
  command->add_option("--scenes", arguments->scenes,
                      "Directory of the scenes, if not beside the program");
  command
      ->add_option("--report", arguments->report,
                   "Print what the run counted beside the source figures it is calibrated to, "
                   "instead of the summary: text, csv or json")
      ->check(CLI::IsMember({"text", "csv", "json"}))
      ->expected(0, 1)
      ->default_str("text");
  command->footer(
      "Example:\n  healthbrain simulate --residents 20000 --years 3 --seed 7 --problems 12 --out "
      "deliveries\n"
      "  healthbrain load --store district-store deliveries\n\n"
      "A JSON summary goes to stdout, progress to stderr. Nobody in the files exists; identity "
      "numbers\n"
      "begin with 77 and are accepted only by a store that is marked as simulated.");
  command->callback([&exit_code, arguments, format] {
    arguments->format_given = format->count() > 0;
    exit_code = run_simulate(*arguments);
  });
}

}  // namespace hb::cli
