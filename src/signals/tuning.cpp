#include "signals/tuning.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <fstream>
#include <iterator>

namespace hb::signals {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::array<std::string_view, 6> states = {"running",   "done",        "failed",
                                                    "cancelled", "interrupted", "damaged"};

json::object to_json(const TuningRun& run) {
  json::array points;
  for (const TuningRun::Point& one : run.points)
    points.push_back(
        json::object{{"false_discoveries", one.false_discoveries},
                     {"outbreaks", one.outbreaks},
                     {"detected", one.detected},
                     {"days", one.days ? json::value(*one.days) : json::value(nullptr)},
                     {"signals_a_week", one.signals_a_week},
                     {"false_a_week", one.false_a_week},
                     {"chosen", one.chosen}});
  return {{"id", run.id},
          {"state", state_word(run.state)},
          {"by", run.by},
          {"at", run.at.micros},
          {"ended", run.ended ? json::value(run.ended->micros) : json::value(nullptr)},
          {"from", run.from.days},
          {"to", run.to.days},
          {"injections", run.injections},
          {"least_cases", run.least_cases},
          {"most_false_a_week", run.most_false_a_week},
          {"known", run.known},
          {"error", run.error},
          {"points", std::move(points)}};
}

TuningRun::Point point_of(const json::object& one) {
  TuningRun::Point point;
  point.false_discoveries = one.at("false_discoveries").to_number<double>();
  point.outbreaks = one.at("outbreaks").to_number<std::int64_t>();
  point.detected = one.at("detected").to_number<std::int64_t>();
  if (!one.at("days").is_null()) point.days = one.at("days").to_number<double>();
  point.signals_a_week = one.at("signals_a_week").to_number<double>();
  point.false_a_week = one.at("false_a_week").to_number<double>();
  point.chosen = one.at("chosen").as_bool();
  return point;
}

/// errors  invalid_input: not as to_json() writes it
Result<TuningRun> read_run(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  try {
    const json::object body = json::parse(text).as_object();
    TuningRun run;
    run.id = std::string(body.at("id").as_string());
    const auto state = std::ranges::find(states, std::string_view(body.at("state").as_string()));
    run.state = static_cast<TuningRun::State>(state - states.begin());
    run.by = std::string(body.at("by").as_string());
    run.at = Instant{body.at("at").as_int64()};
    if (!body.at("ended").is_null()) run.ended = Instant{body.at("ended").as_int64()};
    run.from = Date{body.at("from").to_number<std::int32_t>()};
    run.to = Date{body.at("to").to_number<std::int32_t>()};
    run.injections = body.at("injections").to_number<int>();
    run.least_cases = body.at("least_cases").to_number<std::int64_t>();
    run.most_false_a_week = body.at("most_false_a_week").to_number<double>();
    run.known = body.at("known").to_number<std::int64_t>();
    run.error = std::string(body.at("error").as_string());
    for (const json::value& one : body.at("points").as_array())
      run.points.push_back(point_of(one.as_object()));
    if (state == states.end()) throw std::out_of_range("state");
    run.progress = run.state == TuningRun::State::done ? 1 : 0;
    return run;
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid_input, std::string("the run is damaged: ") + error.what(),
                file.string());
  }
}

/// What is known of a run whose file cannot be read: its name and when that was written.
TuningRun damaged_run(const fs::path& file, const Error& error) {
  TuningRun run;
  run.id = file.stem().string();
  run.state = TuningRun::State::damaged;
  run.error = file.filename().string() + ": " + error.message;
  constexpr std::string_view prefix = "tuning-";  // and the moment it began
  if (run.id.starts_with(prefix)) {
    std::int64_t micros = 0;
    const char* end = run.id.data() + run.id.size();
    const auto [at, wrong] = std::from_chars(run.id.data() + prefix.size(), end, micros);
    if (wrong == std::errc() && at == end) run.at = Instant{micros};
  }
  return run;
}

/// Written beside and moved over the old one.
Result<void> write_file(const fs::path& file, const std::string& text) {
  const fs::path beside = file.string() + ".new";
  std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  std::error_code wrong;
  if (stream) fs::rename(beside, file, wrong);
  if (!stream || wrong) return fail(ErrorCode::unavailable, "cannot be written", file.string());
  return {};
}

std::vector<TuningRun::Point> points_of(const watch::Tuning& tuning) {
  std::vector<TuningRun::Point> points;
  for (const watch::TuneRow& row : tuning.rows) {
    if (row.detector != "fused") continue;
    watch::Score score;
    score.delays = row.delays;
    points.push_back({row.threshold, static_cast<std::int64_t>(row.outbreaks),
                      static_cast<std::int64_t>(row.detected), score.median_delay(),
                      static_cast<double>(row.signals) / row.weeks,
                      static_cast<double>(row.wrong) / row.weeks,
                      tuning.chosen && tuning.chosen->threshold == row.threshold});
  }
  return points;
}

}  // namespace

std::string_view state_word(TuningRun::State state) {
  return states[static_cast<std::size_t>(state)];
}

Result<std::unique_ptr<TuningDesk>> TuningDesk::open(const fs::path& folder) {
  std::error_code wrong;
  fs::create_directories(folder, wrong);
  if (wrong) return fail(ErrorCode::unavailable, wrong.message(), folder.string());
  std::unique_ptr<TuningDesk> desk(new TuningDesk(folder));
  for (const auto& entry : fs::directory_iterator(folder, wrong)) {
    if (entry.path().extension() != ".json") continue;
    auto run = read_run(entry.path());
    if (!run) run = damaged_run(entry.path(), run.error());
    if (run->state == TuningRun::State::running) {
      run->state = TuningRun::State::interrupted;
      if (Result<void> saved = desk->save(*run); !saved) return unexpected(saved.error());
    }
    desk->runs_.push_back(std::move(*run));
  }
  std::ranges::sort(desk->runs_, {},
                    [](const TuningRun& run) { return std::pair(run.at, run.id); });
  return desk;
}

Result<void> TuningDesk::save(const TuningRun& run) const {
  return write_file(folder_ / (run.id + ".json"), json::serialize(to_json(run)));
}

Result<TuningRun> TuningDesk::start(const tables::Database& database,
                                    std::vector<watch::Stream> streams,
                                    std::vector<watch::Outbreak> truth,
                                    const watch::TuneOptions& options, std::string by,
                                    Clock clock) {
  const std::scoped_lock lock(mutex_);
  if (!runs_.empty() && runs_.back().state == TuningRun::State::running)
    return fail(ErrorCode::conflict, "another tuning is going on", runs_.back().id);
  constexpr int least_days = 28;
  if (options.to.days - options.from.days < least_days)
    return fail(ErrorCode::invalid_input, "tuning needs four weeks at least", "to");
  if (thread_.joinable()) thread_.join();
  TuningRun run;
  run.at = clock();
  run.id = "tuning-" + std::to_string(run.at.micros);
  run.by = std::move(by);
  run.from = options.from;
  run.to = options.to;
  run.injections = options.injections;
  run.least_cases = options.least_cases;
  run.most_false_a_week = options.false_a_week;
  run.known = static_cast<std::int64_t>(truth.size());
  if (Result<void> saved = save(run); !saved) return unexpected(saved.error());
  runs_.push_back(run);
  cancelled_ = false;
  thread_ = std::thread(
      [this, &database, streams = std::move(streams), truth = std::move(truth), options, run,
       clock = std::move(clock)] { work(database, streams, truth, options, run, clock); });
  return run;
}

void TuningDesk::work(const tables::Database& database, const std::vector<watch::Stream>& streams,
                      const std::vector<watch::Outbreak>& truth, watch::TuneOptions options,
                      TuningRun run, const Clock& clock) {
  options.progress = [this](double share) {
    const std::scoped_lock lock(mutex_);
    runs_.back().progress = share;
    return !cancelled_;
  };
  const auto tuning = watch::tune(database, Principal::system("watch"), streams, truth, options);
  run.ended = clock();
  Result<void> kept;
  if (tuning) kept = write_file(folder_ / (run.id + ".csv"), watch::tune_csv(tuning->rows));
  if (tuning && kept) {
    run.state = TuningRun::State::done;
    run.progress = 1;
    run.points = points_of(*tuning);
  } else if (cancelled_) {
    run.state = TuningRun::State::cancelled;
  } else {
    run.state = TuningRun::State::failed;
    run.error = tuning ? kept.error().message : tuning.error().message;
  }
  if (const Result<void> saved = save(run); !saved) run.error = saved.error().message;
  const std::scoped_lock lock(mutex_);
  runs_.back() = std::move(run);
}

Result<TuningRun> TuningDesk::cancel(std::string_view id) {
  const auto run = find(id);
  if (!run) return run;
  if (run->state != TuningRun::State::running)
    return fail(ErrorCode::conflict, "this run has ended", std::string(id));
  cancelled_ = true;
  return run;
}

std::vector<TuningRun> TuningDesk::list() const {
  const std::scoped_lock lock(mutex_);
  return {runs_.rbegin(), runs_.rend()};
}

Result<TuningRun> TuningDesk::find(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(runs_, id, &TuningRun::id);
  if (found == runs_.end())
    return fail(ErrorCode::not_found, "there is no such run", std::string(id));
  return *found;
}

Result<std::string> TuningDesk::rows(std::string_view id) const {
  const auto run = find(id);
  if (!run) return unexpected(run.error());
  if (run->state != TuningRun::State::done)
    return fail(ErrorCode::conflict, "this run has no rows", std::string(id));
  std::ifstream stream(folder_ / (run->id + ".csv"), std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.good() && text.empty())
    return fail(ErrorCode::unavailable, "the rows cannot be read", run->id);
  return text;
}

void TuningDesk::wait() {
  if (thread_.joinable()) thread_.join();
}

void TuningDesk::stop() {
  cancelled_ = true;
  if (thread_.joinable()) thread_.join();
}

}  // namespace hb::signals
