#include "ingest/load.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <boost/json.hpp>

#include "ingest/commit.hpp"
#include "ingest/json_scan.hpp"
#include "ingest/pipeline.hpp"
#include "ingest/reported.hpp"
#include "ingest/table_feed.hpp"

namespace hb::ingest {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t bulk_from_bytes = 16 << 20;  // smaller loads write their indexes directly
constexpr std::size_t dictionary_samples = 400;     // bodies per type
constexpr std::size_t fewest_samples = 100;

bool is_csv(const std::string& path) { return path.ends_with(".csv"); }

bool is_delivery_name(const std::string& name) {
  if (name == "manifest.json" || name.starts_with(".")) return false;
  for (const char* end : {".ndjson", ".ndjson.gz", ".json", ".json.gz", ".jsonl", ".jsonl.gz",
                          ".xml", ".xml.gz", ".csv"})
    if (name.ends_with(end)) return true;
  return false;
}

/// Files named, and the delivery files of directories in name order.
std::vector<std::string> expanded(const std::vector<std::string>& paths, LoadReport& report) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    // What a simulation knows and nobody would deliver stands in truth/, for judges only.
    const auto is_truth = [&](const fs::path& file) {
      return file.parent_path().filename() == "truth" &&
             fs::exists(file.parent_path().parent_path() / "manifest.json");
    };
    for (const auto& entry : fs::recursive_directory_iterator(path, error))
      if (!is_truth(entry.path()) && entry.is_regular_file() &&
          is_delivery_name(entry.path().filename().string()))
        inside.push_back(entry.path().string());
    if (inside.empty())
      report.failed.push_back(
          {path,
           "no file to load in this directory (.ndjson, .json, .xml, .csv, or these in .gz)"});
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

class Load {
 public:
  Load(Hub& hub, const LoadOptions& options) : hub_(hub), options_(options) {}

  Result<LoadReport> run(const std::vector<std::string>& paths);

 private:
  Result<void> register_files(const std::vector<std::string>& paths);
  Result<void> register_file(const std::string& path);
  void count_again(const records::Delivery& former);
  Result<void> fail_delivery(FileState& file, const std::string& why);
  Result<void> train_dictionaries();
  Result<void> read_passes(TableFeed& feed);
  Result<void> read_pass(TableFeed& feed, KnownReferences& known, bool first);
  void read_file(std::size_t index, bool first, const Pipeline::Push& push);
  Result<void> load_csv_files();
  Result<void> close_deliveries();
  void give_up(const Error& error);
  void show_progress(double fraction);
  bool cancelled() const { return options_.cancel && options_.cancel->load(); }

  Hub& hub_;
  const LoadOptions& options_;
  LoadReport report_;
  std::vector<FileState> files_;
  std::vector<FileState> csv_files_;
  std::int64_t packed_bytes_ = 0;
  double done_before_ = 0;  // bytes of passes and files that are through, weighted
  std::chrono::steady_clock::time_point shown_{};
  std::int64_t seen_ = 0;
};

constexpr double first_pass_share = 0.15;  // of the time, for the progress bar

void Load::show_progress(double fraction) {
  if (!options_.progress) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  options_.progress(std::min(fraction, 1.0), seen_);
}

/// A file that was delivered before: all it holds is there already.
void Load::count_again(const records::Delivery& former) {
  report_.duplicates += former.accepted + former.duplicates;
  report_.deliveries.push_back(former.id);
  boost::system::error_code error;
  const auto parsed = boost::json::parse(former.report_json, error);
  if (error || !parsed.is_object()) return;
  const auto* resources = parsed.as_object().if_contains("resources");
  if (!resources || !resources->is_object()) return;
  for (const auto& [type, count] : resources->as_object())
    report_.resources[std::string(type)] += count.to_number<std::int64_t>();
}

Result<void> Load::register_file(const std::string& path) {
  auto digest = digest_file(path, options_.spool_key);
  if (!digest) {
    report_.failed.push_back({path, digest.error().message});
    return {};
  }
  auto former = hub_.store().delivery_by_digest(digest->sha256);
  if (former) {
    count_again(*former);
    return {};
  }
  if (former.error().code != ErrorCode::not_found) return unexpected(former.error());
  auto delivery = hub_.store().begin_delivery(fs::path(path).filename().string(), options_.source);
  if (!delivery) return unexpected(delivery.error());
  FileState file;
  file.path = path;
  file.spool_key = options_.spool_key;
  file.delivery = std::move(*delivery);
  file.delivery.digest = digest->sha256;
  file.delivery.bytes = digest->bytes;
  packed_bytes_ += digest->bytes;
  report_.deliveries.push_back(file.delivery.id);
  (is_csv(path) ? csv_files_ : files_).push_back(std::move(file));
  return {};
}

Result<void> Load::register_files(const std::vector<std::string>& paths) {
  std::vector<std::string> digests;
  for (const std::string& path : expanded(paths, report_)) {
    auto registered = register_file(path);
    if (!registered) return registered;
    if (cancelled()) break;
  }
  return {};
}

Result<void> Load::fail_delivery(FileState& file, const std::string& why) {
  file.error = why;
  report_.failed.push_back({file.path, why});
  return {};
}

/// Looks at the heads of the files: a type without a dictionary gets one before its bodies are
/// packed.
Result<void> Load::train_dictionaries() {
  std::map<std::string, std::vector<std::string>> samples;
  for (const FileState& file : files_) {
    ReaderOptions reading;
    reading.spool_key = options_.spool_key;
    reading.max_piece = options_.max_line_bytes;
    reading.want_problems = false;
    reading.wants = [&](std::string_view type) {
      const auto found = samples.find(std::string(type));
      return !type.empty() && (found == samples.end() || found->second.size() < dictionary_samples);
    };
    // One chunk is enough; a file that cannot be read is reported by the first pass.
    (void)read_pieces(file.path, file.delivery.bytes, reading, [&](Chunk&& chunk) {
      for (std::size_t index = 0; index < chunk.pieces.size(); ++index) {
        const std::string_view text = chunk.piece(index);
        auto& list = samples[std::string(sniff_type(text))];
        if (list.size() < dictionary_samples) list.emplace_back(text);
      }
      return false;
    });
  }
  for (const auto& [type, bodies] : samples) {
    if (bodies.size() < fewest_samples || !fhir::is_resource_type(type)) continue;
    auto trained = hub_.store().train_dictionary(type, bodies);
    if (!trained) return trained;
  }
  return {};
}

void Load::read_file(std::size_t index, bool first, const Pipeline::Push& push) {
  FileState& file = files_[index];
  ReaderOptions reading;
  reading.spool_key = options_.spool_key;
  reading.max_piece = options_.max_line_bytes;
  reading.want_problems = !first;
  reading.wants = [first](std::string_view type) { return is_first_pass_type(type) == first; };
  BundleLinks links;
  if (first) {
    reading.collect = &file.links;
  } else {
    reading.resolve = &file.links;
  }
  const double share = first ? first_pass_share : 1 - first_pass_share;
  auto read = read_pieces(file.path, file.delivery.bytes, reading, [&](Chunk&& chunk) {
    seen_ += static_cast<std::int64_t>(chunk.pieces.size());
    if (packed_bytes_ > 0)
      show_progress(
          (done_before_ + chunk.fraction * share * static_cast<double>(file.delivery.bytes)) /
          static_cast<double>(packed_bytes_));
    if (cancelled()) return false;
    return push(index, std::move(chunk));
  });
  done_before_ += share * static_cast<double>(file.delivery.bytes);
  if (!read) {
    (void)fail_delivery(file, read.error().message);
    return;
  }
  file.unpacked = read->bytes;
  if (first) file.left = read->left;
}

Result<void> Load::read_pass(TableFeed& feed, KnownReferences& known, bool first) {
  Committer committer(hub_, feed, known, files_, report_);
  Pipeline pipeline(hub_, known, options_.threads + 1, [&](std::size_t file, Prepared&& prepared) {
    return committer.commit(file, std::move(prepared));
  });
  return pipeline.run(files_, [&](const Pipeline::Push& push) {
    for (std::size_t index = 0; index < files_.size() && !cancelled(); ++index) {
      if (!files_[index].error.empty()) continue;
      if (first || files_[index].left > 0) read_file(index, first, push);
    }
  });
}

Result<void> Load::read_passes(TableFeed& feed) {
  KnownReferences known(hub_.store());
  auto people = read_pass(feed, known, true);
  if (!people) return people;
  return read_pass(feed, known, false);
}

Result<void> Load::load_csv_files() {
  for (FileState& file : csv_files_) {
    auto loaded = load_reported(hub_, file, report_);
    if (!loaded) return loaded;
  }
  return {};
}

/// The last word on each delivery: counts, digest, state.
Result<void> Load::close_deliveries() {
  report_.cancelled = cancelled();
  for (std::vector<FileState>* list : {&files_, &csv_files_}) {
    for (FileState& file : *list) {
      auto closed = close_delivery(hub_, file, report_.cancelled);
      if (!closed) return closed;
      report_.bytes += file.unpacked;
    }
  }
  return {};
}

/// The load cannot go on (disk full, store gone): its deliveries say so, if that can still be
/// written.
void Load::give_up(const Error& error) {
  for (std::vector<FileState>* list : {&files_, &csv_files_}) {
    for (FileState& file : *list) {
      if (file.delivery.state == records::Delivery::State::done) continue;
      file.error = error.message;
      (void)close_delivery(hub_, file, false);  // else the next start marks it as interrupted
    }
  }
}

Result<LoadReport> Load::run(const std::vector<std::string>& paths) {
  const auto start = std::chrono::steady_clock::now();
  // What is brought up already, after a crash, must not meet the rows of this load half-way.
  if (const auto caught_up = hub_.catch_up(); !caught_up) return unexpected(caught_up.error());
  auto registered = register_files(paths);
  if (!registered) return unexpected(registered.error());
  auto trained = train_dictionaries();
  if (!trained) return unexpected(trained.error());
  const bool bulk = packed_bytes_ >= bulk_from_bytes;
  Result<void> outcome;
  if (bulk) outcome = hub_.store().begin_bulk();
  if (outcome) {
    TableFeed feed(hub_.tables());
    outcome = read_passes(feed);
    if (outcome) outcome = load_csv_files();
    if (outcome) outcome = close_deliveries();
    auto fed = feed.finish();
    if (outcome) outcome = fed;
  }
  if (bulk) {
    auto finished = hub_.store().finish_bulk();
    if (outcome) outcome = finished;
  }
  if (!outcome) {
    give_up(outcome.error());
    return unexpected(outcome.error());
  }
  auto caught_up = hub_.catch_up();
  if (!caught_up) return unexpected(caught_up.error());
  auto kept = hub_.tables().checkpoint();
  if (!kept) return unexpected(kept.error());
  report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options_.progress) options_.progress(1.0, seen_);
  return std::move(report_);
}

}  // namespace

Result<LoadReport> load(Hub& hub, const std::vector<std::string>& paths,
                        const LoadOptions& options) {
  return Load(hub, options).run(paths);
}

}  // namespace hb::ingest
