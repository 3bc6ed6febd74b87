#include "indicators/measure_share.hpp"

#include <algorithm>
#include <iterator>
#include <thread>

/// Brings figures up by what the touched residents alone contributed and contribute. Exact, since
/// both shares are asked of the very states of the tables that the slices show before and after.
namespace hb::indicators {
namespace {

/// More residents than these at once are a load: one pass over all rows is cheaper.
constexpr std::size_t most_residents = 3'000;

bool is_owned(const tables::TableSchema& schema) {
  return std::ranges::find(schema.columns, "resident_id", &tables::ColumnSpec::name) !=
         schema.columns.end();
}

bool meets(const std::vector<std::string>& names, const std::set<std::string>& set) {
  return std::ranges::any_of(names, [&](const std::string& name) { return set.contains(name); });
}

bool failed(const std::vector<std::shared_ptr<const Slice>>& slices) {
  return std::ranges::any_of(slices, [](const auto& slice) { return slice->error.has_value(); });
}

/// By table.
using Contents = std::map<std::string, tables::Share::Content>;

/// Copies the residents' rows of the tables to a share and fingerprints them.
/// returns  nullopt: a table could not be read
std::optional<Contents> fill(tables::Share& share, const std::vector<std::string>& names,
                             const tables::Moment& moment,
                             const std::vector<ResidentId>& residents) {
  Contents contents;
  for (const std::string& name : names) {
    if (!share.fill(name, moment, residents)) return std::nullopt;
    auto content = share.content(name);
    if (!content) return std::nullopt;
    contents.emplace(name, std::move(*content));
  }
  return contents;
}

}  // namespace

bool MeasureEngine::open_shares() {
  if (shares_) return shares_->former != nullptr;
  shares_ = std::make_unique<Shares>();
  shares_->schemas = share_schemas(queries_, tables_.schemas());
  if (shares_->schemas.empty()) return false;
  auto former = tables::Share::open(shares_->schemas);
  auto present = tables::Share::open(shares_->schemas);
  if (!former || !present) return false;
  shares_->former = std::move(*former);
  shares_->present = std::move(*present);
  return true;
}

void MeasureEngine::prepare() {
  const std::lock_guard making(making_);
  if (!open_shares()) return;
  std::set<SliceKey> keys;
  for (const auto& [key, slice] : snapshot()->slices)
    if (queries_.at(key.query).by_resident && !slice->error) keys.insert(key);
  const std::vector<Task> tasks = tasks_for(keys, Over::few_rows);
  const auto plan = [&](const tables::Share& share) {
    for (const Task& task : tasks)
      if (!cancelled_) run_cube(asked_of(share), task.run, options_.today);
  };
  std::jthread helper([&] { plan(*shares_->former); });
  plan(*shares_->present);
}

/// Residents and tables of all rows that went, came or were corrected.
bool MeasureEngine::find_touched(Exchange& exchange) const {
  tables::Changes& changes = exchange.changes;
  exchange.unowned = changes.unowned;
  const auto former = tables_.former(exchange.feed);
  if (!former) return false;
  const auto lost_rows = [&](const std::string& name) {
    return std::ranges::find(*former, name, &tables::FormerRows::table) != former->end();
  };
  for (const tables::TableSchema& schema : shares_->schemas) {
    if (changes.tables.contains(schema.name) || (changes.fixed && is_owned(schema)))
      exchange.changed.insert(schema.name);
    if (!lost_rows(schema.name)) continue;  // each look is a scan
    const auto owners = exchange.before.owners(schema, changes.replaced);
    if (!owners) return false;
    if (!owners->any) continue;
    exchange.changed.insert(schema.name);
    if (owners->unowned) exchange.unowned.insert(schema.name);
    std::ranges::copy(owners->residents, std::back_inserter(changes.residents));
  }
  std::ranges::sort(changes.residents);
  const auto rest = std::ranges::unique(changes.residents);
  changes.residents.erase(rest.begin(), rest.end());
  return changes.residents.size() <= most_residents;
}

/// Copies the residents' rows, before and after at once, and keeps of `changed` what really
/// differs.
bool MeasureEngine::fill_shares(Exchange& exchange) {
  std::set<std::string> needed;
  for (const SliceKey& key : exchange.keys) {
    const std::vector<std::string>& tables = queries_.at(key.query).tables;
    if (meets(tables, exchange.changed)) needed.insert(tables.begin(), tables.end());
  }
  std::vector<std::string> present_names;
  std::vector<std::string> former_names;
  for (const tables::TableSchema& schema : shares_->schemas) {
    if (!needed.contains(schema.name)) continue;
    present_names.push_back(schema.name);
    if (exchange.changed.contains(schema.name)) former_names.push_back(schema.name);
  }
  const std::vector<ResidentId>& residents = exchange.changes.residents;
  std::optional<Contents> former;
  std::jthread helper(
      [&] { former = fill(*shares_->former, former_names, exchange.before, residents); });
  const auto present = fill(*shares_->present, present_names, exchange.after, residents);
  helper.join();
  if (!former || !present) return false;
  for (const tables::TableSchema& schema : shares_->schemas) {
    const std::string& name = schema.name;
    if (!needed.contains(name)) continue;
    const tables::Share::Content& now = present->at(name);
    const auto was = former->find(name);
    if (was == former->end() && !shares_->former->fill(name, *shares_->present)) return false;
    const tables::Share::Content& before = was == former->end() ? now : was->second;
    if (before == now) exchange.changed.erase(name);
    if (is_owned(schema) && before.rows > 0) exchange.with_former.insert(name);
    if (is_owned(schema) && now.rows > 0) exchange.with_present.insert(name);
  }
  return true;
}

Asked MeasureEngine::asked_of(const tables::Share& share) const {
  return [&share, limit = options_.time_limit](const std::string& sql, const auto& parameters) {
    return share.query(sql, parameters, limit);
  };
}

/// Asks both shares, each on a thread of its own; where only one has rows, both threads ask it.
void MeasureEngine::ask_shares(Exchange& exchange) const {
  const std::size_t tasks = exchange.tasks.size();
  exchange.former.resize(tasks);
  exchange.present.resize(tasks);
  for (std::size_t i = 0; i < tasks; ++i) {
    const std::vector<std::string>& names = exchange.tasks[i].run.query->tables;
    exchange.former[i].needed = meets(names, exchange.with_former);
    exchange.present[i].needed = meets(names, exchange.with_present);
  }
  const auto run = [&](const tables::Share& share, std::vector<Exchange::Answers>& answers,
                       std::atomic<std::size_t>& next) {
    const Asked ask = asked_of(share);
    for (std::size_t i = next++; i < tasks && !cancelled_; i = next++)
      if (answers[i].needed)
        answers[i].slices = run_cube(ask, exchange.tasks[i].run, options_.today);
  };
  std::atomic<std::size_t> next_former{0};
  std::atomic<std::size_t> next_present{0};
  const bool only_present =
      std::ranges::none_of(exchange.former, &Exchange::Answers::needed) && [&] {
        for (const tables::TableSchema& schema : shares_->schemas)
          if (!shares_->former->fill(schema.name, *shares_->present)) return false;
        return true;
      }();
  std::jthread helper([&] {
    if (only_present)
      run(*shares_->former, exchange.present, next_present);
    else
      run(*shares_->former, exchange.former, next_former);
  });
  run(*shares_->present, exchange.present, next_present);
}

/// Puts the new slices in; those whose shares do not fit stay with the others.
void MeasureEngine::put_exchanged(Exchange& exchange, Snapshot& next) {
  const Asked ask = asked(exchange.after);
  for (std::size_t i = 0; i < exchange.tasks.size(); ++i) {
    const Task& task = exchange.tasks[i];
    const auto& former = exchange.former[i].slices;
    const auto& present = exchange.present[i].slices;
    if (failed(former) || failed(present)) continue;
    for (std::size_t k = 0; k < task.keys.size(); ++k) {
      const std::size_t place = task.periods[k];
      std::shared_ptr<const Slice>& slice = next.slices[task.keys[k]];
      const bool same = former.empty() == present.empty() &&
                        (former.empty() || *former[place] == *present[place]);
      if (same && !slice->rows.empty()) {  // an empty one may have been without data
        exchange.done.insert(task.keys[k]);
        continue;
      }
      std::optional<Slice> made = exchanged(*slice, former.empty() ? nullptr : former[place].get(),
                                            present.empty() ? nullptr : present[place].get());
      if (!made) continue;
      made->no_data = made->rows.empty() &&
                      data_.is_without_data(ask, *task.run.query, task.run.periods[place]);
      slice = std::make_shared<const Slice>(std::move(*made));
      exchange.done.insert(task.keys[k]);
    }
  }
}

/// returns  the keys that must be made from all rows
std::set<SliceKey> MeasureEngine::exchange_shares(Snapshot& next, const tables::Moment& fresh,
                                                  std::set<SliceKey> keys, Refreshed& refreshed) {
  std::optional<tables::Changes> changes =
      tables_.changes_between(moment_->position(), fresh.position());
  if (!changes || !open_shares()) {
    data_.forget_all();
    return keys;
  }
  Exchange exchange{
      *moment_, fresh, snapshot()->feed, std::move(*changes), {}, {}, {}, {}, {}, {}, {}, {}, {}};
  const bool few = find_touched(exchange);
  for (const std::string& name : exchange.changed) data_.forget(name);
  for (const std::string& name : exchange.unowned) data_.forget(name);
  if (!few) {
    data_.forget_all();
    return keys;
  }
  for (const SliceKey& key : keys) {
    const CubeQuery& query = queries_.at(key.query);
    if (!query.by_resident || next.slices.at(key)->error || meets(query.tables, exchange.unowned))
      continue;
    if (!shares_->sound.contains(key.query)) {
      if (!tables_.check_scene_sql(query.part.sql)) continue;
      shares_->sound.insert(key.query);
    }
    exchange.keys.insert(key);
  }
  if (!fill_shares(exchange)) return keys;
  std::set<SliceKey> differ;
  for (const SliceKey& key : exchange.keys)
    if (meets(queries_.at(key.query).tables, exchange.changed))
      differ.insert(key);
    else
      keys.erase(key);  // the residents' rows are what they were
  exchange.tasks = tasks_for(differ, Over::few_rows);
  ask_shares(exchange);
  if (cancelled_) return {};
  put_exchanged(exchange, next);
  for (const SliceKey& key : exchange.done) keys.erase(key);
  refreshed.exchanged = exchange.done.size();
  return keys;
}

}  // namespace hb::indicators
