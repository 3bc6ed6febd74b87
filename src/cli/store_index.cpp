#include "cli/store_index.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>

#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "scene/compartments.hpp"
#include "scene/search_plan.hpp"
#include "search/index.hpp"
#include "server/json_text.hpp"

namespace hb::cli {

namespace json = boost::json;

namespace {

double seconds_of(const std::function<Result<void>()>& work, Result<void>& done) {
  const auto began = std::chrono::steady_clock::now();
  done = work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// Rounded to milliseconds, so that it can be read.
double rounded(double seconds) { return std::round(seconds * 1000) / 1000; }

}  // namespace

int run_index(const std::string& store, const std::string& scenes, int threads) {
  const auto folder = find_content(scenes, "scenes");
  if (!folder) return give_up(folder.error());
  auto plan = scene::load_search_plan(*folder / "core/search.yaml");
  if (!plan) return give_up(plan.error());
  auto compartments = scene::load_compartments(*folder / "core/compartments.yaml");
  if (!compartments) return give_up(compartments.error());
  const auto hub = open_hub(store, scenes, threads, false, false,
                            std::make_shared<const Compartments>(std::move(*compartments)));
  if (!hub) return give_up(hub.error());
  search::Index::Options options;
  options.threads = threads;
  const auto path = std::filesystem::path(store) / "search.db";
  const auto index = search::Index::open(path.string(), (*hub)->store(), std::move(*plan), options);
  if (!index) return give_up(index.error());
  const Seq from = (*index)->reached();
  const auto before = (*index)->size();
  if (!before) return give_up(before.error());

  ProgressBar bar("indexing");
  const auto show = [&bar](std::int64_t done, std::int64_t all) {
    bar.show(all == 0 ? 1 : static_cast<double>(done) / static_cast<double>(all));
    return true;
  };
  Result<void> done;
  const double seconds = seconds_of([&] { return (*index)->catch_up(show); }, done);
  if (!done) return give_up(done.error());
  const double label_seconds =
      seconds_of([&] { return (*hub)->store().catch_up_labels(show); }, done);
  if (!done) return give_up(done.error());
  const auto after = (*index)->size();
  if (!after) return give_up(after.error());
  fmt::print("{}\n", server::json_text(json::object{{"from", from},
                                                    {"reached", (*index)->reached()},
                                                    {"entries", *after - *before},
                                                    {"allEntries", *after},
                                                    {"seconds", rounded(seconds)},
                                                    {"labelSeconds", rounded(label_seconds)}}));
  return exit_ok;
}

}  // namespace hb::cli
