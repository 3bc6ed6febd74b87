#include "indicators/measure_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/check.hpp"
#include "indicators/measure_file.hpp"
#include "indicators/measure_share.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace hb::indicators {
namespace {

constexpr auto shortest_pause = std::chrono::milliseconds(500);  // between two refreshes
constexpr auto longest_rest = std::chrono::milliseconds(1'200);  // where `took` does not ask more
constexpr auto quiet_before_plans = std::chrono::seconds(2);
constexpr auto save_every = std::chrono::seconds(60);
constexpr const char* file_name = "measures.cells";

std::uint64_t fingerprint_of(const std::vector<tables::TableSchema>& schemas) {
  std::string text;
  for (const tables::TableSchema& schema : schemas) {
    text += fmt::format("{}|{}|{}\n", schema.name, schema.event_date_column, schema.definition);
    for (const tables::ColumnSpec& column : schema.columns)
      text += fmt::format("{} {}\n", column.name, static_cast<int>(column.type));
  }
  return XXH3_64bits(text.data(), text.size());
}

Period make_period(Period::Kind kind, int year, int month) {
  const std::string text = kind == Period::Kind::year ? fmt::format("{:04}", year)
                           : kind == Period::Kind::quarter
                               ? fmt::format("{:04}-Q{}", year, (month + 2) / 3)
                               : fmt::format("{:04}-{:02}", year, month);
  const Result<Period> period = parse_period(text);
  HB_CHECK(period.has_value());
  return *period;
}

Period period_of(const SliceKey& key) {
  const YearMonthDay day = civil(key.first);
  return make_period(key.kind, day.year, day.month);
}

/// The months after one and before another; none when they follow each other or lie years apart.
std::vector<Period> months_between(const Period& one, const Period& other) {
  constexpr std::size_t most = 24;
  std::vector<Period> months;
  Period month = month_of(Date{one.last.days + 1});
  for (; month.first < other.first; month = month_of(Date{month.last.days + 1})) {
    if (months.size() == most) return {};
    months.push_back(month);
  }
  return months;
}

}  // namespace

Period month_of(Date day) {
  const YearMonthDay at = civil(day);
  return make_period(Period::Kind::month, at.year, at.month);
}

Period period_before(const Period& period) {
  const YearMonthDay at = civil(Date{period.first.days - 1});
  return make_period(period.kind, at.year, at.month);
}

std::vector<Period> months_of(const Period& period) {
  std::vector<Period> months;
  for (Period month = month_of(period.first); month.first <= period.last;
       month = month_of(Date{month.last.days + 1}))
    months.push_back(month);
  return months;
}

MeasureEngine::MeasureEngine(const tables::Database& tables, const records::Store& store,
                             std::vector<Measure> measures, MeasureOptions options)
    : tables_(tables), store_(store), measures_(std::move(measures)), options_(std::move(options)) {
  const std::vector<tables::TableSchema> schemas = tables_.schemas();
  tables_fingerprint_ = fingerprint_of(schemas);
  for (const Measure& measure : measures_) {
    if (measure.derivation) continue;  // made of the cells of others
    const bool life = is_life_table(measure.method);
    const auto take = [&](const MeasurePart& part, const char* name) {
      CubeQuery query = make_query(part, life, schemas);
      query_of_.emplace(&part, query.fingerprint);
      users_.try_emplace(query.fingerprint, measure.id, name);
      queries_.try_emplace(query.fingerprint, std::move(query));
    };
    take(measure.numerator, "numerator");
    if (measure.denominator) take(*measure.denominator, "denominator");
  }
  auto empty = std::make_shared<Snapshot>();
  empty->today = options_.today;
  snapshot_ = std::move(empty);
  load();
}

MeasureEngine::~MeasureEngine() { stop(); }

const Measure* MeasureEngine::find(std::string_view id) const {
  const auto found = std::ranges::find(measures_, id, &Measure::id);
  return found == measures_.end() ? nullptr : &*found;
}

std::shared_ptr<const Snapshot> MeasureEngine::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

void MeasureEngine::publish(std::shared_ptr<Snapshot> next) {
  const std::lock_guard lock(mutex_);
  next->generation = snapshot_->generation + 1;
  snapshot_ = std::move(next);
}

std::vector<SliceKey> MeasureEngine::keys_of(const MeasurePart& part, const Period& period) const {
  if (period.first > options_.today) return {};
  const std::uint64_t query = query_of_.at(&part);
  if (part.each) return {{query, period.kind, period.first}};
  if (part.state)
    return {{query, Period::Kind::month, month_of(state_day(part, period, options_.today)).first}};
  std::vector<SliceKey> keys;
  for (const Period& month : months_of(period))
    if (month.first <= options_.today) keys.push_back({query, Period::Kind::month, month.first});
  return keys;
}

MeasureEngine::Gathered MeasureEngine::gather(const Snapshot& snapshot, const MeasurePart& part,
                                              const Period& period) const {
  Gathered gathered;
  gathered.complete = true;
  for (const SliceKey& key : keys_of(part, period)) {
    const auto slice = snapshot.slices.find(key);
    if (slice == snapshot.slices.end()) {
      gathered.complete = false;
      continue;
    }
    if (slice->second->error && gathered.error == nullptr) gathered.error = &*slice->second->error;
    gathered.slices.push_back(aged(slice->second, part.from_age));
  }
  return gathered;
}

std::vector<Error> MeasureEngine::faults(const Snapshot& snapshot, const Measure& measure) const {
  std::vector<Error> faults;
  for (const MeasurePart* part : parts_behind(measure)) {
    const std::uint64_t query = query_of_.at(part);
    for (auto slice = snapshot.slices.lower_bound({query, Period::Kind::year, Date{INT32_MIN}});
         slice != snapshot.slices.end() && slice->first.query == query; ++slice) {
      const std::optional<Error>& error = slice->second->error;
      if (error && std::ranges::find(faults, error->where, &Error::where) == faults.end())
        faults.push_back(*error);
    }
  }
  return faults;
}

/// Months of one query that follow each other are asked for at once: one scan for all of them.
/// Keys that follow each other go into one run. Over few rows, which a query passes in less time
/// than it takes to begin, a run of states also passes the months between two keys: the last months
/// of several years.
std::vector<MeasureEngine::Task> MeasureEngine::tasks_for(const std::set<SliceKey>& keys,
                                                          Over over) const {
  std::vector<Task> tasks;
  for (const SliceKey& key : keys) {
    const CubeQuery& query = queries_.at(key.query);
    const Period period = period_of(key);
    const bool same = !query.part.each && !tasks.empty() && tasks.back().run.query == &query;
    const std::vector<Period> between =
        same && query.part.state && over == Over::few_rows
            ? months_between(tasks.back().run.periods.back(), period)
            : std::vector<Period>{};
    const bool goes_on =
        same && (between.empty() ? tasks.back().run.to.days + 1 : between.back().last.days + 1) ==
                    period.first.days;
    if (!goes_on) tasks.push_back({{&query, period.first, {}, {}}, {}, {}});
    Task& task = tasks.back();
    if (goes_on) std::ranges::copy(between, std::back_inserter(task.run.periods));
    task.run.to = std::min(period.last, options_.today);
    task.periods.push_back(task.run.periods.size());
    task.run.periods.push_back(period);
    task.keys.push_back(key);
  }
  // The long ones first, so that no thread ends alone with one of them.
  std::ranges::stable_sort(tasks, std::greater{},
                           [](const Task& task) { return task.keys.size(); });
  return tasks;
}

Asked MeasureEngine::asked(const tables::Moment& moment) const {
  return [&moment, limit = options_.time_limit](const std::string& sql, const auto& parameters) {
    return moment.query(sql, parameters, limit);
  };
}

/// What has failed before is tried on a connection that a failure does not cost.
std::vector<std::shared_ptr<const Slice>> MeasureEngine::run_task(const Asked& ask,
                                                                  const Task& task) const {
  if (failing_.contains(task.run.query->fingerprint)) {
    const Asked apart = [this](const std::string& sql, const auto& parameters) {
      return tables_.query(Principal::system("public-health"), sql, parameters,
                           options_.time_limit);
    };
    auto slices = run_cube(apart, task.run, options_.today);
    if (slices.front()->error) return slices;
  }
  return run_cube(ask, task.run, options_.today);
}

Refreshed MeasureEngine::make(Snapshot& next, const tables::Moment& moment,
                              const std::set<SliceKey>& keys,
                              const std::function<void(double)>& progress) {
  const Asked ask = asked(moment);
  const std::vector<Task> tasks = tasks_for(keys, Over::all_rows);
  std::vector<std::vector<std::shared_ptr<const Slice>>> made(tasks.size());
  std::atomic<std::size_t> taken{0};
  std::atomic<std::size_t> done{0};
  const auto work = [&](bool reports) {
    for (std::size_t i = taken++; i < tasks.size() && !cancelled_; i = taken++) {
      made[i] = run_task(ask, tasks[i]);
      ++done;
      if (reports && progress)
        progress(static_cast<double>(done) / static_cast<double>(tasks.size()));
    }
  };
  std::vector<std::jthread> helpers;
  const auto wanted =
      std::min<std::size_t>(tasks.size(), static_cast<std::size_t>(std::max(1, options_.threads)));
  for (std::size_t i = 1; i < wanted; ++i) helpers.emplace_back(work, false);
  work(true);
  helpers.clear();  // waits
  Refreshed refreshed{next.feed, tasks.size(), keys.size()};
  for (std::size_t i = 0; i < tasks.size() && !cancelled_; ++i)
    if (made[i].front()->error)
      failing_.insert(tasks[i].run.query->fingerprint);
    else
      failing_.erase(tasks[i].run.query->fingerprint);
  for (std::size_t i = 0; i < tasks.size() && !cancelled_; ++i)
    for (std::size_t k = 0; k < tasks[i].keys.size(); ++k) {
      std::shared_ptr<const Slice>& slice = next.slices[tasks[i].keys[k]];
      const std::size_t place = tasks[i].periods[k];
      slice = made[i][place];
      if (!slice->rows.empty() || slice->error ||
          !data_.is_without_data(ask, *tasks[i].run.query, tasks[i].run.periods[place]))
        continue;
      auto unknown = std::make_shared<Slice>(*slice);
      unknown->no_data = true;
      slice = std::move(unknown);
    }
  return refreshed;
}

Refreshed MeasureEngine::ensure(const std::vector<const Measure*>& measures,
                                const std::vector<Period>& periods) {
  const std::lock_guard making(making_);
  // What is made must show the state that the kept slices show.
  if (!moment_) static_cast<void>(refresh_now());
  if (!moment_) return {};
  const std::shared_ptr<const Snapshot> now = snapshot();
  std::set<SliceKey> missing;
  for (const Measure* measure : measures)
    for (const Period& period : periods) {
      if (!measure->has_period(period.kind)) continue;
      for (const MeasurePart* part : parts_behind(*measure))
        for (const SliceKey& key : keys_of(*part, period))
          if (!now->slices.contains(key)) missing.insert(key);
    }
  if (missing.empty()) return {now->feed, 0, 0};
  auto next = std::make_shared<Snapshot>(*now);
  Refreshed refreshed = make(*next, *moment_, missing);
  if (moment_->is_lost() && !cancelled_) {
    // A query failed while something was committed: once more, from the state that there is now.
    moment_.reset();
    static_cast<void>(refresh_now());
    if (!moment_) return {};
    next = std::make_shared<Snapshot>(*snapshot());
    refreshed = make(*next, *moment_, missing);
  }
  if (!cancelled_) publish(std::move(next));
  return refreshed;
}

Date MeasureEngine::first_event_day() const {
  const std::lock_guard lock(first_day_mutex_);
  const BatchId reached = tables_.reached().value_or(0);
  if (first_day_ && first_day_->first == reached) return first_day_->second;
  Date first = options_.today;
  for (const tables::TableSchema& schema : tables_.schemas()) {
    if (schema.event_date_column.empty()) continue;
    const auto set = tables_.query(Principal::system("public-health"),
                                   fmt::format("SELECT min(CAST({} AS DATE)) AS day FROM {}",
                                               schema.event_date_column, schema.name));
    if (!set || set->rows.empty()) continue;
    if (const auto* day = std::get_if<Date>(&set->rows.front().front()))
      first = std::min(first, *day);
  }
  first_day_ = {reached, first};
  return first;
}

/// Takes the feed number that the tables have reached at the moment.
void MeasureEngine::stamp(Snapshot& snapshot, const tables::Moment& moment) const {
  snapshot.feed = moment.reached();
  snapshot.beyond = moment.beyond();
  const auto entry = store_.feed(snapshot.feed - 1, 1);
  if (entry && !entry->empty() && entry->front().batch == snapshot.feed)
    snapshot.as_of = entry->front().committed;
}

Refreshed MeasureEngine::refresh() {
  const std::lock_guard making(making_);
  return refresh_now();
}

Refreshed MeasureEngine::refresh_now(int attempts) {
  const std::shared_ptr<const Snapshot> now = snapshot();
  Result<std::unique_ptr<tables::Moment>> fresh = tables_.moment(std::max(1, options_.threads));
  if (!fresh) return {now->feed};  // the tables give no connection: the next call tries again
  const bool known = moment_ != nullptr;
  if (known && moment_->position() == (*fresh)->position()) return {now->feed};
  auto next = std::make_shared<Snapshot>(*now);
  stamp(*next, **fresh);
  Refreshed refreshed{next->feed};
  // Batches beyond a gap are in the tables, but not in the feed up to the number reached.
  const bool followed = next->beyond == now->beyond;
  std::set<SliceKey> keys = touched(*now, followed ? next->feed : now->feed - 1);
  if (known)
    keys = exchange_shares(*next, **fresh, std::move(keys), refreshed);
  else
    data_.forget_all();
  const Refreshed made = make(*next, **fresh, keys);
  if (cancelled_) return {now->feed};
  // A query failed while something was committed, and others found no connection: once more, from
  // the state that there is now. What has failed is then tried apart.
  if ((*fresh)->is_lost() && attempts > 1) {
    moment_.reset();
    return refresh_now(attempts - 1);
  }
  refreshed.queries = made.queries;
  refreshed.slices = made.slices;
  moment_ = std::move(*fresh);
  if (next->feed != now->feed || made.slices + refreshed.exchanged > 0 || !known)
    publish(std::move(next));
  return refreshed;
}

void MeasureEngine::load() {
  if (options_.directory.empty()) return;
  const std::string path = options_.directory + "/" + file_name;
  Result<Snapshot> kept = read_cells(path, {store_.info().id, tables_fingerprint_});
  if (!kept || kept->feed > tables_.reached().value_or(0)) return;  // made again when asked for
  // What was kept on another day: periods that were running then have a new last day.
  const Date running = std::min(kept->today, options_.today);
  std::erase_if(kept->slices, [&](const auto& item) {
    const auto query = queries_.find(item.first.query);
    if (query == queries_.end()) return true;
    if (kept->today == options_.today) return false;
    return query->second.uses_today || period_of(item.first).last >= running;
  });
  kept->today = options_.today;
  publish(std::make_shared<Snapshot>(std::move(*kept)));
  saved_ = snapshot();
}

Result<void> MeasureEngine::save() {
  if (options_.directory.empty()) return {};
  const std::lock_guard making(making_);
  const std::shared_ptr<const Snapshot> now = snapshot();
  if (now == saved_) return {};
  Result<void> written = write_cells(options_.directory + "/" + file_name, *now,
                                     {store_.info().id, tables_fingerprint_});
  if (written) saved_ = now;
  return written;
}

void MeasureEngine::start(std::vector<Period> first, std::vector<Period> later,
                          std::function<void(const Snapshot&)> on_change) {
  on_change_ = std::move(on_change);
  first_ = std::move(first);
  later_ = std::move(later);
  std::ranges::reverse(later_);
  ready_ = false;
  thread_ = std::thread([this] { follow(); });
}

void MeasureEngine::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  cancelled_ = true;  // what is being made is thrown away
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void MeasureEngine::notify() {
  {
    const std::lock_guard lock(mutex_);
    moved_ = true;
  }
  wake_.notify_all();
}

bool MeasureEngine::wait_until_ready(std::chrono::milliseconds at_most) const {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, at_most, [this] { return ready_ || stopping_; });
  return ready_;
}

std::vector<const Measure*> MeasureEngine::all() const {
  std::vector<const Measure*> all;
  for (const Measure& measure : measures_) all.push_back(&measure);
  return all;
}

std::vector<const MeasurePart*> MeasureEngine::parts_behind(const Measure& measure) const {
  std::vector<const MeasurePart*> parts;
  for (const Measure* one : behind(measure)) {
    parts.push_back(&one->numerator);
    if (one->denominator) parts.push_back(&*one->denominator);
  }
  return parts;
}

void MeasureEngine::make_ready() {
  refresh();
  ensure(all(), first_);
  {
    const std::lock_guard lock(mutex_);
    ready_ = true;
  }
  wake_.notify_all();
  if (on_change_ && !cancelled_) on_change_(*snapshot());
}

void MeasureEngine::follow() {
  make_ready();
  bool prepared = false;
  auto saved_at = std::chrono::steady_clock::now() - save_every;
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto has_work = [this] { return stopping_ || moved_ || !later_.empty(); };
    if (!prepared && !wake_.wait_for(lock, quiet_before_plans, has_work)) {
      lock.unlock();
      prepare();
      prepared = true;
      lock.lock();
    }
    wake_.wait(lock, has_work);
    if (stopping_) return;
    const bool moved = std::exchange(moved_, false);
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    const std::int64_t before = snapshot()->generation;
    if (moved) {
      refresh();
    } else if (!later_.empty()) {
      ensure(all(), {later_.back()});
      later_.pop_back();
    }
    const std::shared_ptr<const Snapshot> now = snapshot();
    if (now->generation != before && on_change_ && !cancelled_) on_change_(*now);
    // A crash costs at most what was touched since.
    if (began - saved_at > save_every && save()) saved_at = began;
    const auto took = std::chrono::steady_clock::now() - began;
    lock.lock();
    // While deliveries move the feed, a quarter of the time goes into cells: half of it where they
    // would be late otherwise.
    const auto rest = std::max<std::chrono::steady_clock::duration>(
        {shortest_pause, took,
         std::min<std::chrono::steady_clock::duration>(3 * took, longest_rest)});
    const auto pause = moved ? rest : took;
    wake_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

}  // namespace hb::indicators
