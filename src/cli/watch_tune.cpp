#include "cli/watch_tune.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "core/clock.hpp"
#include "watch/decisions.hpp"
#include "watch/tune.hpp"

namespace hb::cli {
namespace {

struct TuneArguments {
  std::string store;
  std::string scenes;
  std::string from;
  std::string to;
  std::string truth;
  std::string names;
  std::string author;
  bool decide = false;
  watch::TuneOptions options;
};

/// Codes of cards by the names of diseases, from diseases.yaml of a simulated district.
Result<std::map<std::string, std::string>> read_names(const std::filesystem::path& file) {
  std::map<std::string, std::string> codes;
  try {
    const YAML::Node root = YAML::LoadFile(file.string());
    for (const YAML::Node& disease : root["diseases"])
      for (const YAML::Node& name : disease["names"])
        codes[name.as<std::string>()] = disease["card"]["code"].as<std::string>();
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::invalid_input, error.msg,
                file.string() + ":" + std::to_string(error.mark.line + 1));
  }
  return codes;
}

Result<std::vector<watch::Outbreak>> read_truth(const TuneArguments& arguments,
                                                const std::filesystem::path& scenes) {
  if (arguments.truth.empty()) return std::vector<watch::Outbreak>{};
  const std::filesystem::path names = arguments.names.empty()
                                          ? scenes / "demo-district/diseases.yaml"
                                          : std::filesystem::path(arguments.names);
  const auto codes = read_names(names);
  if (!codes) return unexpected(codes.error());
  std::ifstream file(arguments.truth, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return fail(ErrorCode::not_found, "cannot be read", arguments.truth);
  return watch::read_outbreaks(text, arguments.truth, *codes);
}

std::string percent(std::size_t x, std::size_t n) { return fmt::format("{} of {}", x, n); }

/// Stores the operating point that was found, with what is known of it.
Result<void> decide(const TuneArguments& arguments, const watch::Tuning& tuning) {
  if (!tuning.chosen)
    return fail(ErrorCode::invalid_input,
                "no operating point has as few false signals: nothing is decided");
  const watch::TuneRow& row = *tuning.chosen;
  watch::Decision decision;
  decision.at = system_clock()();
  decision.author = arguments.author;
  decision.threshold = watch::FusionOptions{}.threshold;
  decision.false_discoveries = row.threshold;
  decision.basis = fmt::format(
      "{} to {}: outbreaks with {} cases or more found {} of {}, signals that fit none {:.2f} a "
      "week, at "
      "most {:.2f} wanted",
      arguments.from, arguments.to, arguments.options.least_cases, row.detected, row.outbreaks,
      static_cast<double>(row.wrong) / row.weeks, arguments.options.false_a_week);
  return watch::add_decision(arguments.store, decision);
}

int run(TuneArguments& arguments) {
  const Result<Date> from = parse_date(arguments.from);
  if (!from) return say_error(from.error()), exit_usage;
  const Result<Date> to = parse_date(arguments.to);
  if (!to) return say_error(to.error()), exit_usage;
  if (arguments.decide && arguments.author.empty())
    return say_error("--decide needs --by NAME"), exit_usage;
  arguments.options.from = *from;
  arguments.options.to = *to;
  const auto scenes = find_content(arguments.scenes, "scenes");
  if (!scenes) return give_up(scenes.error());
  const auto streams = watch::load_streams(*scenes, arguments.store);
  if (!streams) return give_up(streams.error());
  const auto truth = read_truth(arguments, *scenes);
  if (!truth) return give_up(truth.error());
  const auto hub = open_hub(arguments.store, arguments.scenes, default_threads(), false, true);
  if (!hub) return give_up(hub.error());
  const auto tuning = watch::tune((*hub)->tables(), Principal::system("watch"), *streams, *truth,
                                  arguments.options);
  if (!tuning) return give_up(tuning.error());
  fmt::print("{}", watch::tune_csv(tuning->rows));
  if (!arguments.decide) return exit_ok;
  if (const auto done = decide(arguments, *tuning); !done) return give_up(done.error());
  return exit_ok;
}

}  // namespace

void add_watch_tune(CLI::App& watch, int& exit_code) {
  CLI::App* tune = watch.add_subcommand(
      "tune", "Replays history with outbreaks put into it, and holds signals against known ones");
  tune->footer(
      "Example:\n  healthbrain watch tune --store district-store --from 2024-01-01 --to 2025-12-31 "
      "\\\n    --truth truth/outbreaks.csv --decide --by zhang\n\nCSV on stdout: per detector, "
      "stream, disease and season, and per shape and size, how many outbreaks are found and when, "
      "and how many signals are false; the points of the curves.");
  auto arguments = std::make_shared<TuneArguments>();
  tune->add_option("--store", arguments->store, "Store directory")->required();
  tune->add_option("--scenes", arguments->scenes, "Scenes directory, if not beside the program");
  tune->add_option("--from", arguments->from, "First day, 2024-01-01")->required();
  tune->add_option("--to", arguments->to, "Last day, 2025-12-31")->required();
  tune->add_option("--truth", arguments->truth, "Known outbreaks: outbreaks.csv of a simulation")
      ->check(CLI::ExistingFile);
  tune->add_option("--names", arguments->names,
                   "diseases.yaml with the names in it and their codes, if not demo-district's")
      ->check(CLI::ExistingFile);
  tune->add_option("--cases", arguments->options.least_cases, "Cases of outbreaks to be found")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  tune->add_option("--false-a-week", arguments->options.false_a_week,
                   "Signals that fit no known outbreak, at most")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 10000.0));
  tune->add_option("--injections", arguments->options.injections,
                   "Outbreaks put in per stream, shape and size")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  tune->add_option("--seed", arguments->options.seed, "Of the series they are put into")
      ->capture_default_str();
  tune->add_flag("--decide", arguments->decide,
                 "Store the operating point that finds most; run and replay then work with it");
  tune->add_option("--by", arguments->author, "Who decides");
  tune->callback([&exit_code, arguments] { exit_code = run(*arguments); });
}

}  // namespace hb::cli
