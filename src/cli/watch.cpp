#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/signals.hpp"
#include "cli/watch_series.hpp"
#include "cli/watch_tune.hpp"
#include "watch/decisions.hpp"
#include "watch/replay.hpp"

namespace hb::cli {
namespace {

struct WatchArguments {
  std::string store;
  std::string scenes;
  std::string from;
  std::string to;
  std::string format = "csv";
  double at_most = 0;
  bool keep = false;
  std::optional<double> threshold;
  std::optional<double> share;
};

int run(const WatchArguments& arguments, bool one_day) {
  const Result<Date> from = parse_date(arguments.from);
  if (!from) return say_error(from.error()), exit_usage;
  const Result<Date> to = parse_date(arguments.to);
  if (!to) return say_error(to.error()), exit_usage;
  if (*to < *from) return say_error("the first day is behind the last"), exit_usage;
  if (arguments.keep)
    return keep_signals(
        {arguments.store, arguments.scenes, one_day ? std::nullopt : std::optional(*from), *to});
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return give_up(scenes.error());
  const auto streams = watch::load_streams(*scenes, arguments.store);
  if (!streams) return give_up(streams.error());
  const auto hub = open_hub(arguments.store, arguments.scenes, default_threads(), false, true);
  if (!hub) return give_up(hub.error());
  auto decided = watch::decided_options(arguments.store);
  if (!decided) return give_up(decided.error());
  watch::FusionOptions& options = *decided;
  options.false_discoveries = arguments.share.value_or(options.false_discoveries);
  options.threshold = arguments.threshold.value_or(options.threshold);
  if (arguments.at_most > 0) options.at_most = arguments.at_most;
  const auto signals =
      watch::replay((*hub)->tables(), Principal::system("watch"), *streams, *from, *to, options);
  if (!signals) return give_up(signals.error());
  fmt::print("{}", watch::signals_csv(*signals));
  return exit_ok;
}

void add_common(CLI::App& command, WatchArguments& arguments) {
  command.add_option("--store", arguments.store, "Store directory")->required();
  command.add_option("--scenes", arguments.scenes, "Scenes directory, if not beside the program");
  command
      .add_option("--at-most", arguments.at_most,
                  "Signals a week in the ranked lane; the one-case lane is never silenced")
      ->check(CLI::Range(1.0, 10000.0));
  command
      .add_option("--false-discoveries", arguments.share,
                  "Share of false ones among what is taken on a day (as decided, else 0.1)")
      ->check(CLI::Range(1e-9, 0.9));
  command
      .add_option("--threshold", arguments.threshold,
                  "Score below which there is no signal (as decided, else 2)")
      ->check(CLI::Range(0.5, 100.0));
  command
      .add_flag("--keep", arguments.keep,
                "Keep the signals in the store, under the workload decided there")
      ->excludes("--at-most")
      ->excludes("--threshold")
      ->excludes("--false-discoveries");
  command.add_option("--format", arguments.format, "csv")->check(CLI::IsMember({"csv"}));
}

}  // namespace

void add_watch(CLI::App& app, int& exit_code) {
  CLI::App* watch =
      app.add_subcommand("watch", "Early warning: signals from the streams of scenes");
  watch->require_subcommand(1);
  watch->footer(
      "Example:\n  healthbrain watch replay --store district-store --from 2025-01-01 --to "
      "2025-12-31 "
      "--at-most 2\n  healthbrain watch run --store district-store --date 2025-11-21\n\n"
      "CSV on stdout, a line per signal: "
      "id,date,lane,area,place,disease,streams,score,first_date.");
  auto arguments = std::make_shared<WatchArguments>();
  CLI::App* replay =
      watch->add_subcommand("replay", "Signals of past days as they would have come");
  add_common(*replay, *arguments);
  replay->add_option("--from", arguments->from, "First day, 2025-01-01")->required();
  replay->add_option("--to", arguments->to, "Last day, 2025-12-31")->required();
  replay->callback([&exit_code, arguments] { exit_code = run(*arguments, false); });
  auto today = std::make_shared<WatchArguments>();
  CLI::App* one =
      watch->add_subcommand("run", "Signals of one day; the same data, the same signals");
  add_common(*one, *today);
  one->add_option("--date", today->from, "Day, 2025-11-21")->required();
  one->callback([&exit_code, today] {
    today->to = today->from;
    exit_code = run(*today, true);
  });
  add_watch_series(*watch, exit_code);
  add_watch_tune(*watch, exit_code);
}

}  // namespace hb::cli
