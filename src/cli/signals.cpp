#include "cli/signals.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "core/csv.hpp"
#include "signals/daily.hpp"
#include "signals/quality.hpp"
#include "watch/decisions.hpp"

namespace hb::cli {
namespace {

namespace json = boost::json;

struct SignalArguments {
  std::string store, scenes, id, state, from, to;
};

/// The kept signals of a store, opened for one command.
struct House {
  std::unique_ptr<ingest::Hub> hub;
  std::unique_ptr<signals::Ledger> ledger;
};

Result<House> open_house(const std::string& store, const std::string& scenes) {
  House house;
  auto hub = open_hub(store, scenes, default_threads(), false, false);
  if (!hub) return unexpected(hub.error());
  house.hub = std::move(*hub);
  auto ledger = signals::Ledger::open((std::filesystem::path(store) / "signals.db").string(),
                                      signals::sealing_of(house.hub->store()));
  if (!ledger) return unexpected(ledger.error());
  house.ledger = std::move(*ledger);
  return house;
}

int list(const SignalArguments& arguments) {
  const auto house = open_house(arguments.store, arguments.scenes);
  if (!house) return give_up(house.error());
  signals::SignalQuery query;
  query.ranked = true;
  query.limit = 1'000'000;
  if (!arguments.state.empty()) {
    const auto state = signals::read_state(arguments.state);
    if (!state) {
      say_error("--state: there is no state " + arguments.state);
      return exit_usage;
    }
    query.states = {*state};
  }
  const auto page = house->ledger->list(query);
  if (!page) return give_up(page.error());
  fmt::print(
      "id,state,supported,date,lane,area,place,disease,streams,score,first_date,reason,instance\n");
  for (const signals::Kept& kept : page->signals) {
    const signals::Facts& facts = kept.facts;
    fmt::print("{},{},{},{},{},{},{},{},{},{:.2f},{},{},{}\n", csv_field(kept.id),
               signals::state_word(kept.state), kept.supported ? 1 : 0, format_date(facts.date),
               watch::lane_word(facts.lane), csv_field(facts.area), csv_field(facts.place),
               csv_field(facts.disease),
               csv_field(fmt::format("{}", fmt::join(facts.streams, " "))), facts.score,
               format_date(facts.first_date), csv_field(kept.reason), csv_field(kept.instance));
  }
  return exit_ok;
}

int log(const SignalArguments& arguments) {
  const auto house = open_house(arguments.store, arguments.scenes);
  if (!house) return give_up(house.error());
  const auto events = house->ledger->events(arguments.id);
  if (!events) return give_up(events.error());
  for (const signals::Event& event : *events) fmt::print("{}\n", signals::to_json(event));
  return exit_ok;
}

void print_share(const char* name, const signals::Share& share) {
  if (share.value)
    fmt::print("{},{},{},{:.4f},{:.4f},{:.4f}\n", name, share.x, share.n, *share.value,
               share.limits.lower, share.limits.upper);
  else
    fmt::print("{},{},{},,,\n", name, share.x, share.n);
}

int quality(const SignalArguments& arguments) {
  const auto from = parse_date(arguments.from);
  if (!from) return say_error(from.error()), exit_usage;
  const auto to = parse_date(arguments.to);
  if (!to) return say_error(to.error()), exit_usage;
  if (*to < *from) return say_error("the first day is behind the last"), exit_usage;
  const auto house = open_house(arguments.store, arguments.scenes);
  if (!house) return give_up(house.error());
  signals::SignalQuery query;
  query.limit = 1'000'000;
  const auto page = house->ledger->list(query);
  if (!page) return give_up(page.error());
  const signals::Quality made = signals::quality(page->signals, *from, *to);
  fmt::print("figure,x,n,value,lower,upper\n");
  fmt::print("signals-per-week,{},,{:.4f},{:.4f},{:.4f}\n",
             made.lanes.contains(watch::Lane::ranked) ? made.lanes.at(watch::Lane::ranked) : 0,
             made.per_week, made.per_week_limits.lower, made.per_week_limits.upper);
  print_share("verified", made.verified);
  print_share("suspected", made.suspected);
  print_share("confirmed", made.confirmed);
  print_share("verified-in-2-hours", made.in_time);
  const auto spread = [](const char* name, const signals::Spread& one) {
    if (one.n > 0)
      fmt::print("{},,{},{:.2f},{:.2f},{:.2f}\n", name, one.n, one.median, one.lower, one.upper);
    else
      fmt::print("{},,0,,,\n", name);
  };
  spread("hours-to-verify", made.hours_to_verify);
  spread("days-to-signal", made.days_to_signal);
  return exit_ok;
}

int check(const SignalArguments& arguments) {
  const auto house = open_house(arguments.store, arguments.scenes);
  if (!house) return give_up(house.error());
  const auto faults = house->ledger->check();
  if (!faults) return give_up(faults.error());
  for (const std::string& fault : *faults) fmt::print("{}\n", fault);
  return faults->empty() ? exit_ok : exit_nothing_done;
}

CLI::App* add_one(CLI::App& app, int& exit_code, const char* name, const char* what,
                  const std::shared_ptr<SignalArguments>& arguments,
                  int (*run)(const SignalArguments&)) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("--store", arguments->store, "Store directory")->required();
  command->add_option("--scenes", arguments->scenes, "Scenes directory, if not beside the program");
  command->callback([&exit_code, arguments, run] { exit_code = run(*arguments); });
  return command;
}

}  // namespace

int keep_signals(const KeepArguments& arguments) {
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return give_up(scenes.error());
  const auto streams = watch::load_streams(*scenes, arguments.store);
  if (!streams) return give_up(streams.error());
  const auto content = signals::load_content(*scenes);
  if (!content) return give_up(content.error());
  const auto house = open_house(arguments.store, arguments.scenes);
  if (!house) return give_up(house.error());
  signals::DailyAsk ask;
  ask.from = arguments.from ? *arguments.from : signals::first_day(*content, arguments.to);
  ask.to = arguments.to;
  ask.feed = house->hub->tables().reached().value_or(0);
  const auto decided = watch::decided_options(arguments.store);
  if (!decided) return give_up(decided.error());
  ask.options = *decided;
  const auto run = signals::keep_days(house->hub->tables(), *streams, *house->ledger, *content, ask,
                                      system_clock()());
  if (!run) return give_up(run.error());
  fmt::print("{}\n", json::serialize(json::object{{"from", format_date(run->from)},
                                                  {"to", format_date(run->to)},
                                                  {"found", run->found},
                                                  {"raised", run->raised},
                                                  {"changed", run->changed},
                                                  {"unsupported", run->unsupported}}));
  return exit_ok;
}

void add_signals(CLI::App& app, int& exit_code) {
  CLI::App* all = app.add_subcommand("signals", "Kept signals: their list, logs and quality");
  all->require_subcommand(1);
  all->footer(
      "Example:\n  healthbrain watch run --store district-store --date 2025-12-31 --keep\n"
      "  healthbrain signals list --store district-store --state raised\n"
      "  healthbrain signals quality --store district-store --from 2025-01-01 --to 2025-12-31");
  auto arguments = std::make_shared<SignalArguments>();
  CLI::App* one = add_one(*all, exit_code, "list", "Ranked, CSV on stdout", arguments, list);
  one->add_option("--state", arguments->state,
                  "raised, suspected, dismissed, confirmed or excluded");
  arguments = std::make_shared<SignalArguments>();
  one = add_one(*all, exit_code, "log", "What happened to one, NDJSON on stdout", arguments, log);
  one->add_option("id", arguments->id, "Id of the signal")->required();
  arguments = std::make_shared<SignalArguments>();
  one = add_one(*all, exit_code, "quality",
                "Predictive value and times from the kept results, CSV on stdout", arguments,
                quality);
  one->add_option("--from", arguments->from, "First day, 2025-01-01")->required();
  one->add_option("--to", arguments->to, "Last day, 2025-12-31")->required();
  arguments = std::make_shared<SignalArguments>();
  add_one(*all, exit_code, "check", "Replay every log; each difference on stdout (exit 1)",
          arguments, check);
}

}  // namespace hb::cli
