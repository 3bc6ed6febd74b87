#include "cli/watch_series.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "watch/replay.hpp"
#include "watch/series_csv.hpp"

namespace hb::cli {
namespace {

struct SeriesArguments {
  std::string store;
  std::string scenes;
  std::string from;
  std::string to;
  std::string stream;
  std::string format = "csv";
  watch::SeriesOptions options;
  double most = 0.05;
};

Result<std::string> series(const tables::Database& database,
                           const std::vector<watch::Stream>& streams,
                           const SeriesArguments& arguments) {
  const auto found = std::ranges::find(streams, arguments.stream, &watch::Stream::id);
  if (found == streams.end()) {
    std::string known;
    for (const watch::Stream& one : streams) known += (known.empty() ? "" : ", ") + one.id;
    return fail(ErrorCode::not_found,
                "there is no stream " + arguments.stream + "; known are " + known);
  }
  const auto counts = watch::counts_of(database, Principal::system("watch"), *found,
                                       arguments.options.from, arguments.options.to);
  if (!counts) return unexpected(counts.error());
  return watch::series_csv(*counts, arguments.options);
}

Result<std::string> findings(const tables::Database& database,
                             const std::vector<watch::Stream>& streams,
                             const SeriesArguments& arguments) {
  auto found = watch::find(database, Principal::system("watch"), streams, arguments.options.from,
                           arguments.options.to);
  if (!found) return unexpected(found.error());
  std::erase_if(found->all, [&](const watch::Finding& one) { return one.pvalue > arguments.most; });
  return watch::findings_csv(*found);
}

int run(SeriesArguments& arguments) {
  const Result<Date> from = parse_date(arguments.from);
  if (!from) return say_error(from.error()), exit_usage;
  const Result<Date> to = parse_date(arguments.to);
  if (!to) return say_error(to.error()), exit_usage;
  if (*to < *from) return say_error("the first day is behind the last"), exit_usage;
  arguments.options.from = *from;
  arguments.options.to = *to;
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return give_up(scenes.error());
  const auto streams = watch::load_streams(*scenes, arguments.store);
  if (!streams) return give_up(streams.error());
  const auto hub = open_hub(arguments.store, arguments.scenes, default_threads(), false, true);
  if (!hub) return give_up(hub.error());
  const auto csv = arguments.stream.empty() ? findings((*hub)->tables(), *streams, arguments)
                                            : series((*hub)->tables(), *streams, arguments);
  if (!csv) return give_up(csv.error());
  fmt::print("{}", *csv);
  return exit_ok;
}

void add_common(CLI::App& command, SeriesArguments& arguments) {
  command.add_option("--store", arguments.store, "Store directory")->required();
  command.add_option("--scenes", arguments.scenes, "Scenes directory, if not beside the program");
  command.add_option("--from", arguments.from, "First day, 2024-01-01")->required();
  command.add_option("--to", arguments.to, "Last day, 2025-12-31")->required();
  command.add_option("--format", arguments.format, "csv")->check(CLI::IsMember({"csv"}));
}

}  // namespace

void add_watch_series(CLI::App& watch, int& exit_code) {
  auto arguments = std::make_shared<SeriesArguments>();
  CLI::App* series = watch.add_subcommand(
      "series", "Series of a stream, in the form that `detect` and other programs read");
  series->footer(
      "Example:\n  healthbrain watch series --store district-store --stream cards-street \\\n    "
      "--from 2021-01-01 --to 2025-12-31 --window 7\n\nCSV on stdout: "
      "unit,t,date,observed,area,place,disease,part.");
  add_common(*series, *arguments);
  series->add_option("--stream", arguments->stream, "Id of the stream")->required();
  series->add_option("--window", arguments->options.window, "Days summed in a time point")
      ->capture_default_str()
      ->check(CLI::Range(1, 366));
  series
      ->add_option("--least", arguments->options.least,
                   "Series are left out that had fewer cases in every window of the last two years")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e9));
  series->callback([&exit_code, arguments] { exit_code = run(*arguments); });
  auto every = std::make_shared<SeriesArguments>();
  CLI::App* findings = watch.add_subcommand(
      "findings", "What stands out in each stream by itself, before it is joined into signals");
  findings->footer(
      "Example:\n  healthbrain watch findings --store district-store --from 2025-12-01 --to "
      "2025-12-31\n\nCSV on stdout: "
      "day,stream,method,area,place,disease,part,from,to,observed,expected,pvalue.");
  add_common(*findings, *every);
  findings->add_option("--most", every->most, "Largest p-value that is told")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.05));
  findings->callback([&exit_code, every] { exit_code = run(*every); });
}

}  // namespace hb::cli
