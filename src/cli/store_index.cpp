#include "cli/store_index.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "scene/compartments.hpp"
#include "scene/search_plan.hpp"
#include "search/index.hpp"
#include "core/json_text.hpp"

namespace hb::cli {

namespace {

namespace json = boost::json;

/// Runs it and says how long it took, in seconds.
Result<double> timed(const std::function<Result<void>()>& work) {
  const auto began = std::chrono::steady_clock::now();
  const Result<void> done = work();
  if (!done) return unexpected(done.error());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

double in_milliseconds(double seconds) { return std::round(seconds * 1000) / 1000; }

}  // namespace

Result<MadeIndex> make_index(const std::string& store, const std::string& scenes, int threads,
                             const std::function<bool()>& stopped) {
  const auto folder = find_content(scenes, "scenes");
  if (!folder) return unexpected(folder.error());
  auto plan = scene::load_search_plan(*folder / "core/search.yaml");
  if (!plan) return unexpected(plan.error());
  auto compartments = scene::load_compartments(*folder / "core/compartments.yaml");
  if (!compartments) return unexpected(compartments.error());
  const auto hub = open_hub(store, scenes, threads, false, false,
                            std::make_shared<const Compartments>(std::move(*compartments)));
  if (!hub) return unexpected(hub.error());
  search::Index::Options options;
  options.threads = threads;
  const std::string path = (std::filesystem::path(store) / "search.db").string();
  const auto index = search::Index::open(path, (*hub)->store(), std::move(*plan), options);
  if (!index) return unexpected(index.error());
  MadeIndex made;
  made.from = (*index)->reached();
  const auto before = (*index)->size();
  if (!before) return unexpected(before.error());

  ProgressBar bar("building the search index");
  const auto show = [&](std::int64_t done, std::int64_t all) {
    bar.show(all == 0 ? 1 : static_cast<double>(done) / static_cast<double>(all));
    return !stopped || !stopped();
  };
  const auto seconds = timed([&] { return (*index)->catch_up(show); });
  if (!seconds) return unexpected(seconds.error());
  const auto label_seconds = timed([&] { return (*hub)->store().catch_up_labels(show); });
  if (!label_seconds) return unexpected(label_seconds.error());
  const auto after = (*index)->size();
  if (!after) return unexpected(after.error());
  made.reached = (*index)->reached();
  made.entries = *after - *before;
  made.all_entries = *after;
  made.seconds = *seconds;
  made.label_seconds = *label_seconds;
  return made;
}

int run_index(const std::string& store, const std::string& scenes, int threads) {
  const auto made = make_index(store, scenes, threads);
  if (!made) return give_up(made.error());
  fmt::print("{}\n", json_text(
                         json::object{{"from", made->from},
                                      {"reached", made->reached},
                                      {"entries", made->entries},
                                      {"allEntries", made->all_entries},
                                      {"seconds", in_milliseconds(made->seconds)},
                                      {"labelSeconds", in_milliseconds(made->label_seconds)}}));
  return exit_ok;
}

}  // namespace hb::cli
