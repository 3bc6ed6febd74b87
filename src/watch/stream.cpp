#include "watch/stream.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "watch/area_points.hpp"

namespace hb::watch {
namespace {

namespace fs = std::filesystem;

/// One file; every fault names file:line.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  Result<Stream> read(const YAML::Node& root) {
    if (!root.IsMap()) return wrong(root, "a map is expected");
    Stream stream;
    for (const auto& entry : root) {
      const auto read = field(entry.first.as<std::string>(""), entry.first, entry.second, stream);
      if (!read) return unexpected(read.error());
    }
    for (const char* needed : {"id", "title", "kind", "lane", "sql"})
      if (!root[needed]) return wrong(root, std::string(needed) + " is missing");
    if (stream.lane == Lane::ranked && stream.detectors.empty() && !stream.pooled)
      return wrong(root, "detectors are missing");
    if (root["free_days"] && !stream.calendar)
      return wrong(root["free_days"], "free_days: a calendar is expected beside it");
    if (stream.family.empty()) stream.family = stream.id;
    return stream;
  }

 private:
  unexpected<Error> wrong(const YAML::Node& node, const std::string& message) const {
    return fail(ErrorCode::invalid_input, message,
                file_ + ":" + std::to_string(node.Mark().line + 1));
  }

  Result<void> field(const std::string& name, const YAML::Node& key, const YAML::Node& node,
                     Stream& stream) {
    if (name == "schema") return {};
    if (name == "title") return text(node, stream.title);
    if (name == "closed") return closed(node, stream);
    if (name == "closed_weekdays") return weekdays(node, stream);
    if (name == "detectors") return detectors(node, stream);
    if (name == "lane") return lane(node, stream);
    if (name == "parts") return parts(node, stream);
    if (name == "syndromes") return syndromes(node, stream);
    if (name == "since") return since(node, stream);
    if (name == "calendar") return calendar(node, stream);
    if (name == "free_days") return free_days(node, stream);
    for (auto [known, value] : {std::pair{"id", &stream.id},
                                {"kind", &stream.kind},
                                {"syndrome", &stream.syndrome},
                                {"family", &stream.family},
                                {"sql", &stream.sql}}) {
      if (name != known) continue;
      if (!node.IsScalar() || node.Scalar().empty())
        return wrong(node, name + ": a text is expected");
      *value = node.Scalar();
      return {};
    }
    if (name == "delay") return whole(name, node, 0, 60, stream.delay);
    if (name == "window") return whole(name, node, 1, 28, stream.window);
    int least = 1;
    if (name == "min_cases") {
      const auto read = whole(name, node, 1, 1000000, least);
      stream.min_cases = least;
      return read;
    }
    return wrong(key, "there is no field " + name);
  }

  Result<void> whole(const std::string& name, const YAML::Node& node, int least, int most,
                     int& value) const {
    try {
      value = node.as<int>();
      if (value >= least && value <= most) return {};
    } catch (const YAML::Exception&) {
    }
    return wrong(node, name + ": a whole number from " + std::to_string(least) + " to " +
                           std::to_string(most) + " is expected");
  }

  Result<void> text(const YAML::Node& node, Localized& value) const {
    if (!node.IsMap() || !node["zh"] || !node["en"]) return wrong(node, "zh and en are expected");
    value = {node["zh"].as<std::string>(""), node["en"].as<std::string>("")};
    return {};
  }

  Result<void> lane(const YAML::Node& node, Stream& stream) const {
    for (const Lane lane : {Lane::one_case, Lane::ranked, Lane::trend_only})
      if (node.IsScalar() && node.Scalar() == lane_word(lane)) {
        stream.lane = lane;
        return {};
      }
    return wrong(node, "lane: one-case, ranked or trend-only is expected");
  }

  Result<void> syndromes(const YAML::Node& node, Stream& stream) const {
    if (!node.IsMap()) return wrong(node, "syndromes: lists of diseases by syndrome are expected");
    for (const auto& entry : node) {
      if (!entry.second.IsSequence())
        return wrong(entry.first, "syndromes: a list of diseases is expected");
      for (const YAML::Node& disease : entry.second) {
        const std::string code = disease.as<std::string>("");
        if (code.empty() || !stream.syndromes.emplace(code, entry.first.as<std::string>("")).second)
          return wrong(disease, "syndromes: a disease that stands in one list is expected");
      }
    }
    return {};
  }

  Result<void> parts(const YAML::Node& node, Stream& stream) const {
    const std::string word = node.as<std::string>("");
    if (word != "units" && word != "strata")
      return wrong(node, "parts: units or strata is expected");
    stream.parts = word == "units" ? Parts::units : Parts::strata;
    return {};
  }

  Result<void> weekdays(const YAML::Node& node, Stream& stream) const {
    if (!node.IsSequence()) return wrong(node, "closed_weekdays: a list is expected");
    for (const YAML::Node& item : node) {
      int day = 0;
      if (const auto read = whole("closed_weekdays", item, 1, 7, day); !read) return read;
      stream.closed_weekdays.push_back(day);
    }
    return {};
  }

  Result<void> closed(const YAML::Node& node, Stream& stream) const {
    if (!node.IsSequence()) return wrong(node, "closed: a list is expected");
    for (const YAML::Node& item : node) {
      const std::string span = item.as<std::string>("");
      constexpr std::size_t length = std::string_view("07-01/08-31").size();
      const auto from = day_of_year(span.substr(0, std::min<std::size_t>(span.size(), 5)));
      const auto to = day_of_year(span.size() == length ? span.substr(6) : "");
      if (!from || !to || span[5] != '/')
        return wrong(item, "closed: days of the year are expected, 07-01/08-31");
      stream.closed.push_back({*from, *to});
    }
    return {};
  }

  /// Of the scene itself, else of the core.
  Result<void> calendar(const YAML::Node& node, Stream& stream) const {
    const std::string name = node.as<std::string>("");
    if (name.empty() || name.find('/') != std::string::npos)
      return wrong(node, "calendar: the id of a calendar is expected");
    const fs::path scene = fs::path(file_).parent_path().parent_path();
    for (const fs::path& place : {scene, scene.parent_path() / "core"}) {
      auto days = load_free_days(place / "calendars" / (name + ".yaml"));
      if (!days && days.error().code == ErrorCode::not_found) continue;
      if (!days) return unexpected(days.error());
      stream.calendar = std::make_shared<const FreeDays>(std::move(*days));
      return {};
    }
    return wrong(node, "calendar: no scene has calendars/" + name + ".yaml");
  }

  Result<void> since(const YAML::Node& node, Stream& stream) const {
    if (!node.IsMap()) return wrong(node, "since: days by disease are expected");
    for (const auto& entry : node) {
      const auto day = parse_date(entry.second.as<std::string>(""));
      if (!day) return wrong(entry.second, "since: a day is expected, 2008-05-02");
      stream.since[entry.first.as<std::string>("")] = *day;
    }
    return {};
  }

  Result<void> free_days(const YAML::Node& node, Stream& stream) const {
    const std::string word = node.as<std::string>("");
    if (word != "closed" && word != "apart")
      return wrong(node, "free_days: closed or apart is expected");
    stream.free_days_closed = word == "closed";
    return {};
  }

  static std::optional<int> day_of_year(const std::string& text) {
    const auto date = parse_date("2024-" + text);  // a leap year knows every day
    if (!date) return std::nullopt;
    const YearMonthDay day = civil(*date);
    return day.month * 100 + day.day;
  }

  Result<void> detectors(const YAML::Node& node, Stream& stream) {
    if (!node.IsSequence()) return wrong(node, "detectors: a list is expected");
    for (const YAML::Node& item : node) {
      if (!item.IsMap() || !item["method"] || !item["why"])
        return wrong(item, "method and why are expected");
      const std::string name = item["method"].as<std::string>("");
      if (name == "pooled" || name == "scan") {
        Localized why;
        if (const auto read = text(item["why"], why); !read) return read;
        const auto read = name == "scan" ? clusters(item, stream) : pooled(item, stream);
        if (!read) return read;
        continue;
      }
      const surveillance::Detector* method = surveillance::find_detector(name);
      // Only what gives a p-value can be compared across streams.
      if (method == nullptr ||
          ("," + std::string(method->columns) + ",").find(",pvalue,") == std::string::npos)
        return wrong(
            item["method"],
            "method: pooled, scan, bayes, ewma-regression or farrington-flexible is expected");
      Localized why;
      if (const auto read = text(item["why"], why); !read) return read;
      std::ostringstream yaml;
      if (item["options"]) yaml << item["options"];
      auto options =
          surveillance::DetectOptions::read(yaml.str(), file_, method->options, method->presets);
      if (!options) return wrong(item["options"] ? item["options"] : item, options.error().message);
      int freq = 52;
      options->whole("freq", freq);
      stream.detectors.push_back({method, std::move(*options), freq, std::move(why)});
    }
    return {};
  }

  Result<void> pooled(const YAML::Node& item, Stream& stream) const {
    surveillance::PooledOptions options;
    for (const auto& entry : item["options"]) {
      const std::string name = entry.first.as<std::string>("");
      const YAML::Node& node = entry.second;
      Result<void> read;
      if (name == "windows") {
        read = windows(node, options.windows);
      } else if (name == "baseline") {
        read = whole(name, node, 28, 366, options.baseline);
      } else if (name == "guard") {
        read = whole(name, node, 1, 120, options.guard);
      } else if (name == "level") {
        read = whole(name, node, 7, 366, options.level);
      } else if (name == "worth") {
        read = real(name, node, options.worth);
      } else if (name == "alike") {
        read = real(name, node, options.alike);
      } else if (name == "spread") {
        read = real(name, node, options.spread);
      } else {
        return wrong(entry.first,
                     "there is no option " + name +
                         "; pooled has windows, baseline, guard, level, worth, alike, spread");
      }
      if (!read) return read;
    }
    stream.pooled = options;
    return {};
  }

  Result<void> clusters(const YAML::Node& item, Stream& stream) const {
    ClusterOptions options;
    for (const auto& entry : item["options"]) {
      const std::string name = entry.first.as<std::string>("");
      const YAML::Node& node = entry.second;
      Result<void> read;
      if (name == "longest") {
        read = whole(name, node, 1, 60, options.longest);
      } else if (name == "baseline") {
        read = whole(name, node, 28, 366, options.baseline);
      } else if (name == "most_areas") {
        read = whole(name, node, 1, 1000, options.most_areas);
      } else if (name == "replicates") {
        read = whole(name, node, 99, 99999, options.replicates);
      } else {
        return wrong(entry.first, "there is no option " + name +
                                      "; scan has longest, baseline, most_areas, replicates");
      }
      if (!read) return read;
    }
    if (options.baseline < 2 * options.longest)
      return wrong(item, "scan: a baseline of at least twice the longest window is expected");
    stream.clusters = options;
    return {};
  }

  Result<void> windows(const YAML::Node& node, std::vector<int>& windows) const {
    windows.clear();
    if (!node.IsSequence() || node.size() == 0) return wrong(node, "windows: a list is expected");
    for (const YAML::Node& item : node) {
      int days = 0;
      if (const auto read = whole("windows", item, 1, 120, days); !read) return read;
      if (!windows.empty() && days <= windows.back())
        return wrong(item, "windows: rising numbers of days are expected");
      windows.push_back(days);
    }
    return {};
  }

  Result<void> real(const std::string& name, const YAML::Node& node, double& value) const {
    constexpr double most = 1e6;
    try {
      value = node.as<double>();
      if (value > 0 && value <= most) return {};
    } catch (const YAML::Exception&) {
    }
    return wrong(node, name + ": a number above 0 is expected");
  }

  std::string file_;
};

Result<Stream> read_file(const fs::path& path) {
  try {
    return Reader(path.string()).read(YAML::LoadFile(path.string()));
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::invalid_input, error.msg,
                path.string() + ":" + std::to_string(error.mark.line + 1));
  }
}

}  // namespace

std::string_view lane_word(Lane lane) {
  switch (lane) {
    case Lane::one_case:
      return "one-case";
    case Lane::ranked:
      return "ranked";
    case Lane::trend_only:
      return "trend-only";
  }
  return "";
}

const std::string& Stream::syndrome_of(const std::string& disease) const {
  const auto found = syndromes.find(disease);
  return found == syndromes.end() ? syndrome : found->second;
}

bool Stream::is_apart(Date day) const {
  return calendar && !free_days_closed && calendar->is_free(day);
}

bool Stream::is_open(Date day) const {
  constexpr int thursday = 4;  // 1970-01-01
  const int weekday = ((day.days + thursday - 1) % 7 + 7) % 7 + 1;
  if (std::ranges::find(closed_weekdays, weekday) != closed_weekdays.end()) return false;
  if (free_days_closed && calendar->is_free(day)) return false;
  const YearMonthDay civil_day = civil(day);
  const int at = civil_day.month * 100 + civil_day.day;
  return std::ranges::none_of(closed, [&](const ClosedDays& span) {
    if (span.from <= span.to) return at >= span.from && at <= span.to;
    return at >= span.from || at <= span.to;
  });
}

Result<std::vector<Stream>> load_streams(const fs::path& scenes) {
  std::error_code ignored;
  std::set<fs::path> files;
  for (const auto& scene : fs::directory_iterator(scenes, ignored))
    for (const auto& file : fs::directory_iterator(scene.path() / "streams", ignored))
      if (file.path().extension() == ".yaml") files.insert(file.path());
  std::vector<Stream> streams;
  for (const fs::path& file : files) {
    Result<Stream> stream = read_file(file);
    if (!stream) return unexpected(stream.error());
    for (const Stream& other : streams)
      if (other.id == stream->id)
        return fail(ErrorCode::invalid_input, "the id " + stream->id + " is there twice",
                    file.string() + ":1");
    streams.push_back(std::move(*stream));
  }
  if (streams.empty())
    return fail(ErrorCode::not_found, "there is no streams/*.yaml in any scene", scenes.string());
  return streams;
}

Result<std::vector<Stream>> load_streams(const fs::path& scenes, const fs::path& store) {
  auto streams = load_streams(scenes);
  if (!streams) return streams;
  auto points = read_area_points(store / "areas.geojson");
  if (!points) return unexpected(points.error());
  if (points->empty()) return streams;
  const auto shared = std::make_shared<const AreaPoints>(std::move(*points));
  for (Stream& stream : *streams) stream.points = shared;
  return streams;
}

}  // namespace hb::watch
