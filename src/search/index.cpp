#include "search/index.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <queue>
#include <thread>

#include "fhir/parser.hpp"
#include "records/sqlite.hpp"
#include "search/sorted_rows.hpp"

namespace hb::search {
namespace {

using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::one_integer;
using Statement = records::sqlite::Query;
using records::sqlite::ReaderPool;

constexpr Seq versions_per_step = 20'000;
constexpr std::int64_t rows_per_fetch = 128;

constexpr const char* settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;"
    "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864";
constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS entry (key INTEGER NOT NULL, value INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, PRIMARY KEY (key, value, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS state (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) "
    "STRICT;";

Result<std::string> state_text(Connection& connection, std::string_view name) {
  Statement query(connection, "SELECT value FROM state WHERE name = ?1", name);
  std::string value;
  if (query.next()) value = query.text(0);
  if (!query.ok()) return unexpected(query.error());
  return value;
}

Result<void> set_state(Connection& connection, std::string_view name, std::string_view value) {
  return execute(connection,
                 "INSERT INTO state (name, value) VALUES (?1, ?2) "
                 "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                 name, value);
}

/// One range, read in pieces of rows_per_fetch in its order.
class Stream {
 public:
  Stream(ReaderPool& readers, const Range& range, const Index::Scan& scan)
      : readers_(readers), range_(range), scan_(scan), place_(scan.after) {}

  /// The next place; nullopt at the end.
  Result<std::optional<Place>> next() {
    if (at_ == fetched_.size() && !ended_) {
      const Result<void> done = fetch();
      if (!done) return unexpected(done.error());
    }
    if (at_ == fetched_.size()) return std::nullopt;
    place_ = fetched_[at_++];
    return place_;
  }

 private:
  Result<void> fetch() {
    fetched_.clear();
    at_ = 0;
    Result<ReaderPool::Lease> reader = readers_.lease();
    if (!reader) return unexpected(reader.error());
    const bool down = scan_.descending;
    const Place from = place_.value_or(down ? Place{INT64_MAX, INT64_MAX} : Place{INT64_MIN, 0});
    Statement query(**reader,
                    down
                        ? "SELECT value, seq FROM entry WHERE key = ?1 AND value BETWEEN ?2 AND ?3 "
                          "AND (value, seq) < (?4, ?5) ORDER BY value DESC, seq DESC LIMIT ?6"
                        : "SELECT value, seq FROM entry WHERE key = ?1 AND value BETWEEN ?2 AND ?3 "
                          "AND (value, seq) > (?4, ?5) ORDER BY value, seq LIMIT ?6",
                    range_.key, range_.low, range_.high, from.value, start(from), rows_per_fetch);
    while (query.next()) fetched_.push_back({query.integer(0), query.integer(1)});
    ended_ = static_cast<std::int64_t>(fetched_.size()) < rows_per_fetch;
    return query.finished();
  }

  /// Among equals the order is that of the versions, so their limit is where the reading begins.
  Seq start(const Place& from) const {
    if (!range_.is_equality() || from.value > 0) return from.seq;
    if (!scan_.descending) return from.value < 0 ? from.seq : std::max(from.seq, scan_.first - 1);
    return from.seq;
  }

  ReaderPool& readers_;
  const Range range_;
  const Index::Scan& scan_;
  std::optional<Place> place_;
  std::vector<Place> fetched_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace

struct Index::State {
  State(const std::string& path_of_file, const records::Store& records, IndexPlan plan,
        Options chosen)
      : path(path_of_file),
        store(records),
        indexer(std::move(plan),
                [&records](std::string_view word) { return records.keyed_token(word); }),
        options(chosen),
        readers(path_of_file) {}

  Result<void> prepare(const std::string& plan);
  Result<void> write(std::vector<Row>& rows, Seq reached);
  Result<std::vector<Row>> rows_of(Seq from, Seq to) const;
  Result<void> add_rows(std::vector<Row>& rows, Seq from, Seq to) const;

  Result<void> build(Seq end, const Progress& progress);
  Result<Seq> make_run(int number, Seq from, Seq end, const Progress& progress);
  Result<void> fill(const std::vector<std::string>& runs, Seq to, Seq end,
                    const Progress& progress);
  Result<void> forget_runs();
  void remove_runs() const;
  Result<std::string> past(Seq seq) const;
  Result<void> set_reached(Seq to);
  std::string run_path(int number, int thread) const;
  std::vector<std::string> run_paths(int runs) const;
  Result<void> tell(const Progress& progress, std::int64_t done, std::int64_t all) const;

  const std::string path;
  const records::Store& store;
  Indexer indexer;
  Options options;
  mutable ReaderPool readers;
  std::mutex writing;
  std::optional<Connection> writer;
  std::atomic<Seq> reached{0};
  mutable std::atomic<double> made{1};
};

Index::Index(std::unique_ptr<State> state) : state_(std::move(state)) {}
Index::~Index() {
  if (state_) state_->readers.close();
}

/// Names the versions up to this one: when they were committed. A store put back from a backup and
/// written on has others.
Result<std::string> Index::State::past(Seq seq) const {
  if (seq == 0) return std::string("0");
  std::string name;
  const Result<void> read = store.scan(
      Principal::system("index"), seq - 1, seq, [&name](const records::StoredVersion& version) {
        name = std::to_string(version.batch) + " " + std::to_string(version.recorded.micros);
        return false;
      });
  if (!read) return unexpected(read.error());
  return name;
}

Result<void> Index::State::prepare(const std::string& plan) {
  const std::string name = store.info().id + " " + plan;
  const Result<std::string> kept = state_text(*writer, "plan");
  const Result<std::string> text = state_text(*writer, "reached");
  const Result<std::string> past_then = state_text(*writer, "past");
  if (!kept || !text || !past_then)
    return unexpected((!kept ? kept : !text ? text : past_then).error());
  const Seq seq = text->empty() ? 0 : std::stoll(*text);
  bool same = *kept == name && seq <= store.last_seq();
  if (same && seq > 0) {
    const Result<std::string> past_now = past(seq);
    if (!past_now) return unexpected(past_now.error());
    same = *past_now == *past_then;
  }
  if (same) {
    reached = seq;
    return {};
  }
  remove_runs();
  Result<void> done = writer->run("BEGIN IMMEDIATE; DROP TABLE entry; DELETE FROM state");
  if (done) done = writer->run(schema);
  if (done) done = set_state(*writer, "plan", name);
  if (done) done = writer->run("COMMIT");
  return done;
}

void Index::State::remove_runs() const {
  const std::filesystem::path file(path);
  const std::string beginning = file.filename().string() + "-run-";
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(file.parent_path(), ignored))
    if (entry.path().filename().string().starts_with(beginning))
      std::filesystem::remove(entry.path(), ignored);
}

Result<std::unique_ptr<Index>> Index::open(const std::string& path, const records::Store& store,
                                           IndexPlan plan) {
  return open(path, store, std::move(plan), Options());
}

Result<std::unique_ptr<Index>> Index::open(const std::string& path, const records::Store& store,
                                           IndexPlan plan, const Options& options) {
  const std::string fingerprint = plan.fingerprint();
  auto state = std::make_unique<State>(path, store, std::move(plan), options);
  Result<Connection> connection = Connection::open(path, Connection::Mode::create);
  if (!connection) return unexpected(connection.error());
  state->writer.emplace(std::move(*connection));
  Result<void> ready = state->writer->run(settings);
  if (ready) ready = state->writer->run(schema);
  if (ready) ready = state->prepare(fingerprint);
  if (!ready) {
    ready.error().where = path;
    return unexpected(ready.error());
  }
  return std::unique_ptr<Index>(new Index(std::move(state)));
}

Seq Index::reached() const { return state_->reached; }
double Index::made() const { return state_->made; }
const Indexer& Index::indexer() const { return state_->indexer; }

Result<void> Index::State::add_rows(std::vector<Row>& rows, Seq from, Seq to) const {
  fhir::Parser parser;
  fhir::Evaluation evaluation;
  fhir::PaddedText text;
  std::optional<Error> wrong;
  const Result<void> read =
      store.scan(Principal::system("index"), from, to, [&](const records::StoredVersion& version) {
        text.assign(version.json);
        const auto resource = parser.parse(text.view());
        if (!resource) return true;  // a withdrawn resource has no content
        const Result<std::vector<Entry>> entries = indexer.entries(evaluation, *resource);
        if (!entries) {
          wrong = entries.error();
          return false;
        }
        for (const Entry& entry : *entries) rows.push_back({entry, version.seq});
        return true;
      });
  if (!read) return read;
  if (wrong) return unexpected(*wrong);
  return {};
}

Result<std::vector<Row>> Index::State::rows_of(Seq from, Seq to) const {
  std::vector<Row> rows;
  const Result<void> added = add_rows(rows, from, to);
  if (!added) return unexpected(added.error());
  return rows;
}

Result<void> Index::State::set_reached(Seq to) {
  const Result<std::string> past_now = past(to);
  if (!past_now) return unexpected(past_now.error());
  const Result<void> done = set_state(*writer, "reached", std::to_string(to));
  return done ? set_state(*writer, "past", *past_now) : done;
}

Result<void> Index::State::write(std::vector<Row>& rows, Seq to) {
  // In the order of the table, so that each page of it is touched once.
  std::ranges::sort(rows);
  Result<void> done = writer->run("BEGIN IMMEDIATE");
  {
    Statement insert(*writer, "INSERT OR IGNORE INTO entry (key, value, seq) VALUES (?1, ?2, ?3)");
    std::int64_t count = 0;
    for (const Row& row : rows) {
      if (!done) break;
      insert.bind(row.entry.key, row.entry.value, row.seq);
      done = insert.run();
      if (done && ++count % options.commit == 0) {
        done = writer->run("COMMIT");
        if (done) done = writer->run("BEGIN IMMEDIATE");
      }
    }
  }
  if (done) done = set_reached(to);
  if (done) done = writer->run("COMMIT");
  if (!done && writer->in_transaction()) (void)writer->run("ROLLBACK");
  rows.clear();
  if (done) reached = to;
  return done;
}

Result<void> Index::State::tell(const Progress& progress, std::int64_t done,
                                std::int64_t all) const {
  constexpr double nearly = 0.999;  // all of it only when it can be asked
  made = std::min(nearly, static_cast<double>(done) / static_cast<double>(std::max(all, done)));
  if (progress && !progress(done, all))
    return fail(ErrorCode::unavailable, "the making of the search index was stopped");
  return {};
}

Result<void> Index::catch_up(const Progress& progress) {
  const std::scoped_lock lock(state_->writing);
  State& state = *state_;
  const Seq begin = state.reached;
  const Seq end = state.store.last_seq();
  if (begin == 0 && end >= state.options.large) return state.build(end, progress);
  std::vector<Row> rows;
  for (Seq from = begin; from < end;) {
    const Seq to = std::min(end, from + versions_per_step);
    const Result<void> more = state.add_rows(rows, from, to);
    if (!more) return more;
    from = to;
    if (rows.size() >= state.options.entries_in_memory || from == end) {
      Result<void> written = state.write(rows, to);
      if (!written) return written;
    }
    const Result<void> told = state.tell(progress, from - begin, end - begin);
    if (!told) return told;
  }
  state.made = 1;
  return {};
}

std::string Index::State::run_path(int number, int thread) const {
  return path + "-run-" + std::to_string(number) + "-" + std::to_string(thread);
}

std::vector<std::string> Index::State::run_paths(int runs) const {
  std::vector<std::string> paths;
  for (int run = 0; run < runs; ++run)
    for (int thread = 0; thread < options.threads; ++thread) paths.push_back(run_path(run, thread));
  return paths;
}

/// One sorted file per thread of the versions behind `from`, as many as memory holds.
/// returns  the last of them
Result<Seq> Index::State::make_run(int number, Seq from, Seq end, const Progress& progress) {
  const auto threads = static_cast<std::size_t>(options.threads);
  const std::size_t most = options.entries_in_memory / threads;
  std::atomic<Seq> next{from};
  std::atomic<bool> full{false};
  std::vector<Result<void>> results(threads);
  const auto work = [&](std::size_t thread) {
    std::vector<Row> rows;
    rows.reserve(most + most / 8);
    while (!full) {
      const Seq begin = next.fetch_add(options.slice);
      if (begin >= end) break;
      results[thread] = add_rows(rows, begin, std::min(end, begin + options.slice));
      if (!results[thread]) full = true;
      if (rows.size() >= most) full = true;
      if (thread == 0 && results[thread]) results[thread] = tell(progress, begin, 2 * end);
      if (!results[thread]) full = true;
    }
    if (!results[thread]) return;
    std::ranges::sort(rows);
    results[thread] = write_rows(run_path(number, static_cast<int>(thread)), rows);
  };
  std::vector<std::thread> others;
  for (std::size_t thread = 1; thread < threads; ++thread) others.emplace_back(work, thread);
  work(0);
  for (std::thread& other : others) other.join();
  for (const Result<void>& result : results)
    if (!result) return unexpected(result.error());
  return std::min<Seq>(end, next);
}

/// The index of a whole store: sorted files, merged into the empty table in its order, so that each
/// page of it is written once. Where it was cut off, the finished files and the last row of the
/// table say how far it is.
Result<void> Index::State::build(Seq end, const Progress& progress) {
  const Result<std::string> runs_text = state_text(*writer, "runs");
  const Result<std::string> to_text = state_text(*writer, "run to");
  if (!runs_text || !to_text) return unexpected((!runs_text ? runs_text : to_text).error());
  int runs = runs_text->empty() ? 0 : std::stoi(*runs_text);
  Seq to = to_text->empty() ? 0 : std::stoll(*to_text);
  Result<void> done;
  if (runs == 0) done = writer->run("DELETE FROM entry");  // of a step that was cut off
  const Result<std::int64_t> filled = one_integer(*writer, 0, "SELECT 1 FROM entry LIMIT 1");
  if (!filled) return unexpected(filled.error());
  if (*filled == 1) end = to;  // what came after the files were made is indexed afterwards
  while (done && to < end) {
    const Result<Seq> made_to = make_run(runs, to, end, progress);
    if (!made_to) return unexpected(made_to.error());
    to = *made_to;
    done = writer->run("BEGIN IMMEDIATE");
    if (done) done = set_state(*writer, "runs", std::to_string(++runs));
    if (done) done = set_state(*writer, "run to", std::to_string(to));
    if (done) done = writer->run("COMMIT");
  }
  if (!done) return done;
  return fill(run_paths(runs), to, end, progress);
}

Result<void> Index::State::fill(const std::vector<std::string>& runs, Seq to, Seq end,
                                const Progress& progress) {
  std::optional<Row> after;
  {
    Statement last(*writer,
                   "SELECT key, value, seq FROM entry ORDER BY key DESC, value DESC, seq DESC "
                   "LIMIT 1");
    if (last.next()) after = Row{{last.integer(0), last.integer(1)}, last.integer(2)};
    if (!last.ok()) return unexpected(last.error());
  }
  std::int64_t all = 0;
  for (const std::string& run : runs) {
    std::error_code error;
    all += static_cast<std::int64_t>(std::filesystem::file_size(run, error) / sizeof(Row));
    if (error) return forget_runs();
  }
  std::int64_t count = 0;
  Result<void> done = writer->run("BEGIN IMMEDIATE");
  {
    Statement insert(*writer, "INSERT INTO entry (key, value, seq) VALUES (?1, ?2, ?3)");
    const auto put = [&](const Row& row) -> Result<bool> {
      insert.bind(row.entry.key, row.entry.value, row.seq);
      Result<void> written = insert.run();
      if (written && ++count % options.commit == 0) {
        written = writer->run("COMMIT");
        if (written) written = writer->run("BEGIN IMMEDIATE");
        if (written) written = tell(progress, end + end * count / std::max(all, count), 2 * end);
      }
      if (!written) return unexpected(written.error());
      return true;
    };
    if (done) done = merge_rows(runs, after, put);
  }
  if (done) done = execute(*writer, "DELETE FROM state WHERE name IN ('runs', 'run to')");
  if (done) done = set_reached(to);
  if (done) done = writer->run("COMMIT");
  if (!done && writer->in_transaction()) (void)writer->run("ROLLBACK");
  if (!done) return done;
  reached = to;
  made = 1;
  remove_runs();
  return {};
}

/// A file is missing: everything is made anew.
Result<void> Index::State::forget_runs() {
  Result<void> done = writer->run(
      "BEGIN IMMEDIATE; DELETE FROM entry; DELETE FROM state WHERE name IN ('runs', 'run to')");
  if (done) done = writer->run("COMMIT");
  if (!done) return done;
  return fail(ErrorCode::unavailable, "a part of the search index is missing; it is made anew");
}

Result<std::int64_t> Index::count(const std::vector<Range>& ranges, std::int64_t most) const {
  Result<ReaderPool::Lease> reader = state_->readers.lease();
  if (!reader) return unexpected(reader.error());
  std::int64_t total = 0;
  for (const Range& range : ranges) {
    const Result<std::int64_t> found = one_integer(
        **reader, 0,
        "SELECT count(*) FROM (SELECT 1 FROM entry WHERE key = ?1 AND value BETWEEN ?2 AND ?3 "
        "LIMIT ?4)",
        range.key, range.low, range.high, most - total);
    if (!found) return found;
    total += *found;
    if (total >= most) return most;
  }
  return total;
}

namespace {

/// Does a version stand in one of the lists of equals?
Result<bool> is_in(ReaderPool& readers, const std::vector<Range>& ranges, Seq seq) {
  Result<ReaderPool::Lease> reader = readers.lease();
  if (!reader) return unexpected(reader.error());
  for (const Range& range : ranges) {
    const Result<std::int64_t> found =
        one_integer(**reader, 0, "SELECT 1 FROM entry WHERE key = ?1 AND value = 0 AND seq = ?2",
                    range.key, seq);
    if (!found) return unexpected(found.error());
    if (*found == 1) return true;
  }
  return false;
}

Result<bool> is_in_all(ReaderPool& readers, const Index::Scan& scan, Seq seq) {
  if (seq < scan.first || seq > scan.last) return false;
  for (const std::vector<Range>& ranges : scan.also) {
    const Result<bool> found = is_in(readers, ranges, seq);
    if (!found || !*found) return found;
  }
  return true;
}

}  // namespace

Result<void> Index::scan(const Scan& scan,
                         const std::function<Result<bool>(const Place&)>& visit) const {
  struct Head {
    Place place;
    std::size_t stream;
  };
  const auto later = [&scan](const Head& left, const Head& right) {
    return scan.descending ? left.place < right.place : left.place > right.place;
  };
  std::priority_queue<Head, std::vector<Head>, decltype(later)> heads(later);
  std::vector<Stream> streams;
  streams.reserve(scan.ranges.size());
  const auto advance = [&](std::size_t number) -> Result<void> {
    const Result<std::optional<Place>> place = streams[number].next();
    if (!place) return unexpected(place.error());
    if (*place) heads.push({**place, number});
    return {};
  };
  for (const Range& range : scan.ranges) {
    streams.emplace_back(state_->readers, range, scan);
    const Result<void> begun = advance(streams.size() - 1);
    if (!begun) return begun;
  }
  std::optional<Place> former;
  while (!heads.empty()) {
    const Head head = heads.top();
    heads.pop();
    if (former != head.place) {
      former = head.place;
      const Result<bool> in = is_in_all(state_->readers, scan, head.place.seq);
      if (!in) return unexpected(in.error());
      if (*in) {
        const Result<bool> go_on = visit(head.place);
        if (!go_on) return unexpected(go_on.error());
        if (!*go_on) return {};
      }
    }
    const Result<void> moved = advance(head.stream);
    if (!moved) return moved;
  }
  return {};
}

Result<std::int64_t> Index::size() const {
  Result<ReaderPool::Lease> reader = state_->readers.lease();
  if (!reader) return unexpected(reader.error());
  return one_integer(**reader, 0, "SELECT count(*) FROM entry");
}

Result<std::vector<std::string>> Index::check() const {
  std::vector<std::string> faults;
  std::int64_t expected = 0;
  const Seq end = state_->reached;
  for (Seq from = 0; from < end; from += versions_per_step) {
    const Result<std::vector<Row>> rows =
        state_->rows_of(from, std::min(end, from + versions_per_step));
    if (!rows) return unexpected(rows.error());
    Result<ReaderPool::Lease> reader = state_->readers.lease();
    if (!reader) return unexpected(reader.error());
    expected += static_cast<std::int64_t>(rows->size());
    for (const Row& row : *rows) {
      const Result<std::int64_t> found =
          one_integer(**reader, 0, "SELECT 1 FROM entry WHERE key = ?1 AND value = ?2 AND seq = ?3",
                      row.entry.key, row.entry.value, row.seq);
      if (!found) return unexpected(found.error());
      if (*found == 0 && faults.size() < 100)
        faults.push_back("the search index lacks an entry of version " + std::to_string(row.seq));
    }
  }
  const Result<std::int64_t> there = size();
  if (!there) return unexpected(there.error());
  if (*there > expected && faults.empty())
    faults.push_back("the search index has " + std::to_string(*there - expected) +
                     " entries that no version should have");
  return faults;
}

}  // namespace hb::search
