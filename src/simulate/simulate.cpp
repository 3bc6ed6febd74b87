#include "simulate/simulate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "simulate/content.hpp"
#include "simulate/district.hpp"
#include "simulate/life.hpp"
#include "simulate/outbreaks.hpp"
#include "simulate/output.hpp"
#include "simulate/population.hpp"
#include "simulate/problems.hpp"
#include "simulate/resources.hpp"

namespace hb::simulate {
namespace {

constexpr std::uint32_t most_residents = 5'000'000;
constexpr const char* dirt_names[] = {"none", "normal", "heavy"};
constexpr std::uint32_t most_problems = 100'000;

Result<Window> check(const Options& options) {
  if (options.residents < 1 || options.residents > most_residents)
    return fail(ErrorCode::invalid_input, "residents must be from 1 to 5000000", "--residents");
  if (options.years < 1 || options.years > 100)
    return fail(ErrorCode::invalid_input, "years must be from 1 to 100", "--years");
  if (options.problems > most_problems)
    return fail(ErrorCode::invalid_input, "problems must be from 0 to 100000", "--problems");
  if (options.directory.empty())
    return fail(ErrorCode::invalid_input, "a directory is needed", "--out");
  const Date last = options.last_day.value_or(*make_date(2025, 12, 31));
  const int year = civil(last).year;
  if (year < 1990 || year > 2100)
    return fail(ErrorCode::invalid_input, "the last day must be from 1990 to 2100", "--last-day");
  const Date first = years_before({last.days + 1}, options.years);
  return Window{first, last, options.years};
}

/// Text of one piece, packed when files are; made by any thread.
struct Piece {
  Batch batch;
  std::array<std::string, type_count> packed;
  Commit commit;

  Result<void> finish(const Options& options, std::uint64_t number) {
    if (options.take) {
      Result<Commit> taken = options.take(number, batch);
      if (!taken) return unexpected(taken.error());
      commit = std::move(*taken);
      return {};
    }
    if (!options.gzip) return {};
    for (std::size_t type = 0; type < type_count; ++type) {
      packed[type].clear();
      if (batch.lines[type].size() > 0) packed[type] = gzip_member(batch.lines[type].view());
    }
    return {};
  }
};

/// One file per type and per kind of truth, written by whichever thread has the turn: pieces in
/// order, so that the bytes do not depend on the threads.
class TypeFiles {
 public:
  static Result<TypeFiles> open(Output& output, const Options& options) {
    TypeFiles files(output, options.gzip);
    for (std::size_t type = 0; type < type_count && !options.take; ++type) {
      const Result<std::size_t> file =
          files.create(fmt::format("{}.ndjson{}", type_names[type], options.gzip ? ".gz" : ""));
      if (!file) return unexpected(file.error());
      files.numbers_[type] = *file;
    }
    for (std::size_t kind = 0; kind < truth_count; ++kind) {
      const Result<std::size_t> file = files.create(truth_files[kind].name);
      if (!file) return unexpected(file.error());
      files.truths_[kind] = *file;
      const Result<void> written = output.append(*file, truth_files[kind].header);
      if (!written) return unexpected(written.error());
    }
    return files;
  }

  Result<void> append(const Piece& piece, Summary& summary) {
    const Batch& batch = piece.batch;
    summary.tally.add(batch.tally);
    for (std::size_t type = 0; type < type_count; ++type) {
      const std::string_view text = batch.lines[type].view();
      summary.bytes += text.size();
      summary.resources += batch.counts[type];
      summary.counts[type_names[type]] += batch.counts[type];
      if (piece.commit || text.empty()) continue;
      const Result<void> written =
          output_->append(numbers_[type], gzip_ ? std::string_view(piece.packed[type]) : text);
      if (!written) return written;
    }
    for (std::size_t kind = 0; kind < truth_count; ++kind) {
      const Result<void> written = output_->append(truths_[kind], batch.truth[kind].view());
      if (!written) return written;
    }
    return piece.commit ? piece.commit() : Result<void>{};
  }

  std::vector<std::string> names;

 private:
  TypeFiles(Output& output, bool gzip) : output_(&output), gzip_(gzip) {}

  Result<std::size_t> create(std::string name) {
    names.push_back(name);
    return output_->create(name);
  }

  Output* output_;
  bool gzip_;
  std::array<std::size_t, type_count> numbers_{};
  std::array<std::size_t, truth_count> truths_{};
};

/// Households in pieces: threads take the next piece, make its text, and wait for their turn to
/// write.
class Work {
 public:
  /// first_piece: what came before the households in pieces of its own is numbered below it
  Work(const Simulator& simulator, std::uint64_t households, std::uint64_t first_piece,
       const Options& options, TypeFiles& files, Summary& summary, const Progress& progress)
      : simulator_(simulator),
        households_(households),
        first_piece_(first_piece),
        options_(options),
        files_(files),
        summary_(summary),
        progress_(progress) {
    piece_ = static_cast<std::uint64_t>(std::clamp(2048 / options.years, 16, 512));
  }

  Result<void> run(int threads) {
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : others) thread.join();
    return result_;
  }

 private:
  void work() {
    Piece piece;
    while (true) {
      const std::uint64_t number = take();
      const std::uint64_t from = number * piece_;
      if (from >= households_) return;
      const std::uint64_t until = std::min(from + piece_, households_);
      piece.batch.clear();
      for (std::uint64_t household = from; household < until; ++household)
        simulator_.household(household, piece.batch);
      Result<void> made = piece.finish(options_, first_piece_ + number);
      if (options_.stop && *options_.stop)
        made = fail(ErrorCode::unavailable, "stopped on request; nothing was left behind");
      if (!write(number, piece, std::move(made), until)) return;
    }
  }

  std::uint64_t take() {
    const std::lock_guard lock(mutex_);
    return next_++;
  }

  bool write(std::uint64_t number, const Piece& piece, Result<void> made, std::uint64_t until) {
    std::unique_lock lock(mutex_);
    turn_changed_.wait(lock, [&] { return turn_ == number || !result_; });
    if (!result_) return false;
    lock.unlock();  // the turn keeps others away; taking the next piece must not wait for the disk
    if (made) made = files_.append(piece, summary_);
    lock.lock();
    if (!made)
      result_ = std::move(made);
    else if (progress_)
      progress_(until, households_);
    ++turn_;
    turn_changed_.notify_all();
    return result_.has_value();
  }

  const Simulator& simulator_;
  std::uint64_t households_, first_piece_;
  std::uint64_t piece_;
  const Options& options_;
  TypeFiles& files_;
  Summary& summary_;
  const Progress& progress_;
  std::mutex mutex_;
  std::condition_variable turn_changed_;
  std::uint64_t next_ = 0, turn_ = 0;
  Result<void> result_;
};

/// Everything that makes the bytes; no time of day, so that it is the same for the same seed.
std::string manifest(const Options& options, const Content& content, const Summary& summary,
                     const std::vector<std::string>& files) {
  std::string counts, names;
  for (const auto& [type, count] : summary.counts)
    counts += fmt::format("{}\n    \"{}\": {}", counts.empty() ? "" : ",", type, count);
  for (const std::string& name : files)
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", name);
  return fmt::format(
      "{{\n  \"generator\": \"healthbrain simulate\",\n  \"simulated\": true,\n"
      "  \"name\": {{\"zh\": \"{}（虚构）\", \"en\": \"{} (invented)\"}},\n"
      "  \"area\": \"{}\",\n  \"seed\": {},\n  \"residents\": {},\n  \"deceased\": {},\n  "
      "\"left\": {},\n  "
      "\"households\": {},\n"
      "  \"years\": {},\n  \"firstDay\": \"{}\",\n  \"lastDay\": \"{}\",\n  \"dirt\": \"{}\",\n  "
      "\"problems\": {},\n  "
      "\"resources\": {},\n"
      "  \"counts\": {{{}\n  }},\n  \"files\": [{}]\n}}\n",
      content.district.name.zh, content.district.name.en, content.district.code, options.seed,
      summary.residents, summary.deceased, summary.left, summary.households, options.years,
      format_date(summary.first_day), format_date(summary.last_day),
      dirt_names[static_cast<std::size_t>(options.dirt)], summary.problems, summary.resources,
      counts, names);
}

/// What really broke out, for whoever judges detectors.
Result<void> write_truth(const Outbreaks& outbreaks, const Content& content,
                         const District& district, Output& output, std::vector<std::string>& files,
                         Summary& summary) {
  summary.outbreaks = static_cast<std::uint32_t>(outbreaks.plan.outbreaks.size());
  summary.outbreak_cases = outbreaks.plan.cases.size();
  for (const PlannedOutbreak& outbreak : outbreaks.plan.outbreaks)
    summary.outbreak_cards += outbreak.reported;
  files.emplace_back("truth/outbreaks.csv");
  const Result<void> written =
      output.write(files.back(), outbreaks_csv(outbreaks, content, district));
  if (!written) return written;
  files.emplace_back("truth/cases.csv");
  return output.write(files.back(), cases_csv(outbreaks));
}

Result<void> write_rest(const Options& options, const Content& content, const District& district,
                        const Population& population, const Window& window, Output& output,
                        std::vector<std::string> files, Summary& summary) {
  if (options.problems > 0) {
    files.emplace_back("dirty-clinic.ndjson");
    const std::string lines =
        dirty_lines(content, district, population, window, options.problems, options.seed);
    const Result<void> written = output.write(files.back(), lines);
    if (!written) return written;
    summary.problems = options.problems;
  }
  files.emplace_back("areas.geojson");
  const Result<void> areas = output.write(files.back(), areas_geojson(content.district, district));
  if (!areas) return areas;
  files.emplace_back("manifest.json");
  return output.write(files.back(), manifest(options, content, summary, files));
}

}  // namespace

Result<Summary> simulate(const Options& options, const Progress& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const Result<Window> window = check(options);
  if (!window) return unexpected(window.error());
  const Result<Content> content = load_content(options.content);
  if (!content) return unexpected(content.error());
  Result<Outbreaks> outbreaks = load_outbreak_content(options.content, options.outbreaks, *content);
  if (!outbreaks) return unexpected(outbreaks.error());
  const Result<District> district = build_district(content->district, options.residents);
  if (!district) return unexpected(district.error());
  Result<Output> output = Output::open(options.directory);
  if (!output) return unexpected(output.error());
  Result<TypeFiles> files = TypeFiles::open(*output, options);
  if (!files) return unexpected(files.error());

  const Population population =
      plan_population(*content, *district, *window, options.residents, options.seed);
  Summary summary;
  summary.residents = population.living;
  summary.deceased = population.died;
  summary.left = population.left;
  summary.households = static_cast<std::uint32_t>(population.households.size());
  summary.first_day = window->first;
  summary.last_day = window->last;
  Piece piece;
  std::uint64_t pieces = 0;
  const auto append = [&](Batch& batch) -> Result<void> {
    std::swap(piece.batch, batch);
    if (const Result<void> made = piece.finish(options, pieces++); !made) return made;
    return files->append(piece, summary);
  };
  Batch places;
  write_district(*content, *district, options.seed, places);
  Result<void> done = append(places);
  plan(*outbreaks, *content, *district, population, *window, options.seed);
  if (done) done = write_streams(*outbreaks, *content, *district, *window, options.seed, append);
  if (done) done = write_truth(*outbreaks, *content, *district, *output, files->names, summary);
  if (done) {
    const Simulator simulator(*content, *district, population, *outbreaks, *window, options.seed,
                              options.dirt);
    const int hardware = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const int threads = options.threads > 0 ? std::min(options.threads, 64) : hardware;
    done = Work(simulator, population.households.size(), pieces, options, *files, summary, progress)
               .run(threads);
  }
  if (done)
    done = write_rest(options, *content, *district, population, *window, *output, files->names,
                      summary);
  if (done) done = output->finish();
  if (!done) return unexpected(done.error());
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return summary;
}

}  // namespace hb::simulate
