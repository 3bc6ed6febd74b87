#include "signals/ledger.hpp"

#include <algorithm>
#include <set>

namespace hb::signals {
namespace {

using records::FileLock;
using records::sqlite::Blob;
using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::one_integer;
using records::sqlite::Query;

constexpr const char* settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216";
// A later layout counts user_version up and comes here from each former one.
constexpr std::int64_t layout = 1;
constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS signal (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " day INTEGER NOT NULL, first INTEGER NOT NULL, lane INTEGER NOT NULL, area TEXT NOT NULL,"
    " place TEXT NOT NULL, disease TEXT NOT NULL, streams TEXT NOT NULL, score REAL NOT NULL,"
    " state INTEGER NOT NULL, supported INTEGER NOT NULL, events INTEGER NOT NULL,"
    " raised INTEGER NOT NULL, verified INTEGER, closed INTEGER, verifier TEXT NOT NULL,"
    " way TEXT NOT NULL, reason TEXT NOT NULL, cases INTEGER, instance TEXT NOT NULL,"
    " grounds TEXT NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS signal_day ON signal (day);"
    "CREATE TABLE IF NOT EXISTS event (signal TEXT NOT NULL, number INTEGER NOT NULL,"
    " body BLOB NOT NULL, PRIMARY KEY (signal, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS run (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " user TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, feed INTEGER NOT NULL,"
    " found INTEGER NOT NULL, raised INTEGER NOT NULL, changed INTEGER NOT NULL,"
    " unsupported INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS workload (number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " at INTEGER NOT NULL, user TEXT NOT NULL, at_most TEXT NOT NULL, note BLOB NOT NULL) STRICT;"
    "PRAGMA user_version = 1";
constexpr const char* columns_of_all =
    "SELECT id, day, first, lane, area, place, disease, streams, CAST(score AS TEXT), state,"
    " supported, events, raised, verified, closed, verifier, way, reason, cases, instance, grounds"
    " FROM signal ORDER BY day, id";
constexpr const char* columns_of_one =
    "SELECT id, day, first, lane, area, place, disease, streams, CAST(score AS TEXT), state,"
    " supported, events, raised, verified, closed, verifier, way, reason, cases, instance, grounds"
    " FROM signal WHERE id = ?1";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> parted(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    words.emplace_back(text.substr(0, space));
    text = space == text.npos ? "" : text.substr(space + 1);
  }
  return words;
}

std::optional<Instant> instant_or_none(const Query& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return Instant{query.integer(column)};
}

Kept kept_of(const Query& query) {
  Kept kept;
  kept.id = query.text(0);
  Facts& facts = kept.facts;
  facts.date = Date{static_cast<std::int32_t>(query.integer(1))};
  facts.first_date = Date{static_cast<std::int32_t>(query.integer(2))};
  facts.lane = static_cast<watch::Lane>(query.integer(3));
  facts.area = query.text(4);
  facts.place = query.text(5);
  facts.disease = query.text(6);
  facts.streams = parted(query.bytes(7));
  facts.score = std::stod(query.text(8));
  kept.state = static_cast<State>(query.integer(9));
  kept.supported = query.integer(10) != 0;
  kept.events = static_cast<int>(query.integer(11));
  kept.raised_at = Instant{query.integer(12)};
  kept.verified_at = instant_or_none(query, 13);
  kept.closed_at = instant_or_none(query, 14);
  kept.verified_by = query.text(15);
  kept.way = query.text(16);
  kept.reason = query.text(17);
  if (!query.is_null(18)) kept.cases = query.integer(18);
  kept.instance = query.text(19);
  if (auto grounds = grounds_from(query.bytes(20))) facts.grounds = std::move(*grounds);
  return kept;
}

std::optional<std::int64_t> micros(const std::optional<Instant>& instant) {
  return instant ? std::optional(instant->micros) : std::nullopt;
}

bool begins_with_one(const std::string& area, const std::vector<std::string>& beginnings) {
  return beginnings.empty() || std::ranges::any_of(beginnings, [&](const std::string& one) {
           return area.starts_with(one);
         });
}

bool fits(const Kept& kept, const SignalQuery& query) {
  const Facts& facts = kept.facts;
  if (!query.states.empty() && std::ranges::count(query.states, kept.state) == 0) return false;
  if (query.lane && facts.lane != *query.lane) return false;
  if (!facts.area.starts_with(query.area) || !begins_with_one(facts.area, query.areas))
    return false;
  if (!query.disease.empty() && facts.disease != query.disease) return false;
  if (!query.stream.empty() && std::ranges::count(facts.streams, query.stream) == 0) return false;
  if (query.from && facts.date < *query.from) return false;
  return !query.to || facts.date <= *query.to;
}

/// Open signals of the one-case lane first, then open ones by score, then the others by day.
bool ranks_before(const Kept& a, const Kept& b) {
  if (a.open() != b.open()) return a.open();
  if (!a.open()) return a.facts.date > b.facts.date;
  if (a.facts.lane != b.facts.lane) return a.facts.lane == watch::Lane::one_case;
  if (a.facts.score != b.facts.score) return a.facts.score > b.facts.score;
  return a.facts.date > b.facts.date;
}

bool shares_stream(const Facts& a, const Facts& b) {
  return std::ranges::any_of(
      a.streams, [&](const std::string& one) { return std::ranges::count(b.streams, one) > 0; });
}

}  // namespace

Sealing sealing_of(const records::Store& store) {
  return {[&store](std::string_view plain, std::string_view context) {
            return store.seal(plain, context);
          },
          [&store](std::string_view sealed, std::string_view context) {
            return store.open_sealed(sealed, context);
          }};
}

Ledger::Ledger(std::string path, FileLock lock, Sealing sealing)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      sealing_(std::move(sealing)),
      readers_(path_) {}

Ledger::~Ledger() { readers_.close(); }

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& path, Sealing sealing) {
  auto lock = FileLock::take(path + ".lock");
  if (!lock) return unexpected(lock.error());
  std::unique_ptr<Ledger> ledger(new Ledger(path, std::move(*lock), std::move(sealing)));
  if (Result<void> ready = ledger->prepare(); !ready) {
    if (ready.error().where.empty()) ready.error().where = path;
    return unexpected(ready.error());
  }
  return ledger;
}

Result<void> Ledger::prepare() {
  Result<Connection> connection = Connection::open(path_, Connection::Mode::create);
  if (!connection) return unexpected(connection.error());
  writer_.emplace(std::move(*connection));
  if (Result<void> set = writer_->run(settings); !set) return set;
  const Result<std::int64_t> found = one_integer(*writer_, 0, "PRAGMA user_version");
  if (!found) return unexpected(found.error());
  if (*found > layout)
    return fail(ErrorCode::invalid_input,
                "the signals were written by a newer version of the program");
  return writer_->run(schema);
}

Result<void> Ledger::together(const std::function<Result<void>()>& work) {
  if (Result<void> begun = writer_->run("BEGIN IMMEDIATE"); !begun) return begun;
  Result<void> done = work();
  if (done) done = writer_->run("COMMIT");
  if (!done && writer_->in_transaction()) (void)writer_->run("ROLLBACK");
  return done;
}

Result<Kept> Ledger::load(Connection& connection, std::string_view id) const {
  Query query(connection, columns_of_one, id);
  if (query.next()) return kept_of(query);
  if (!query.ok()) return unexpected(query.error());
  return fail(ErrorCode::not_found, "there is no such signal", std::string(id));
}

Result<std::vector<Event>> Ledger::log(Connection& connection, std::string_view id) const {
  Query query(connection, "SELECT body FROM event WHERE signal = ?1 ORDER BY number", id);
  std::vector<Event> events;
  while (query.next()) {
    const auto body =
        sealing_.open ? sealing_.open(query.bytes(0), id) : Result<std::string>(query.text(0));
    if (!body) return unexpected(body.error());
    auto event = event_from(*body);
    if (!event) return unexpected(event.error());
    events.push_back(std::move(*event));
  }
  if (!query.ok()) return unexpected(query.error());
  return events;
}

/// One event and what it derives; inside a transaction.
Result<void> Ledger::append(Kept& kept, Event event) {
  event.number = kept.events + 1;
  if (Result<void> taken = take(kept, event); !taken) return taken;
  const std::string plain = to_json(event);
  const std::string body = sealing_.seal ? sealing_.seal(plain, kept.id) : plain;
  const auto logged =
      execute(*writer_, "INSERT INTO event (signal, number, body) VALUES (?1, ?2, ?3)", kept.id,
              event.number, Blob{body});
  if (!logged) return logged;
  const Facts& facts = kept.facts;
  const std::string grounds = to_json(facts.grounds);
  return execute(
      *writer_,
      "INSERT INTO signal (id, day, first, lane, area, place, disease, streams, score, state,"
      " supported, events, raised, verified, closed, verifier, way, reason, cases, instance,"
      " grounds) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, CAST(?9 AS REAL), ?10, ?11, ?12, ?13,"
      " ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21) ON CONFLICT (id) DO UPDATE SET day = excluded.day,"
      " first = excluded.first, lane = excluded.lane, area = excluded.area,"
      " place = excluded.place, disease = excluded.disease, streams = excluded.streams,"
      " score = excluded.score, state = excluded.state, supported = excluded.supported,"
      " events = excluded.events, raised = excluded.raised, verified = excluded.verified,"
      " closed = excluded.closed, verifier = excluded.verifier, way = excluded.way,"
      " reason = excluded.reason, cases = excluded.cases, instance = excluded.instance,"
      " grounds = excluded.grounds",
      kept.id, facts.date.days, facts.first_date.days, static_cast<int>(facts.lane), facts.area,
      facts.place, facts.disease, joined(facts.streams), std::to_string(facts.score),
      static_cast<int>(kept.state), kept.supported ? 1 : 0, kept.events, kept.raised_at.micros,
      micros(kept.verified_at), micros(kept.closed_at), kept.verified_by, kept.way, kept.reason,
      kept.cases, kept.instance, grounds);
}

Result<std::vector<std::string>> Ledger::ids_between(Date from, Date to) {
  Query query(*writer_, "SELECT id FROM signal WHERE day BETWEEN ?1 AND ?2 ORDER BY day, id",
              from.days, to.days);
  std::vector<std::string> ids;
  while (query.next()) ids.push_back(query.text(0));
  if (!query.ok()) return unexpected(query.error());
  return ids;
}

/// vanished  kept signals of these days that were not found under their id
Result<void> Ledger::keep_one(const watch::Signal& signal, Run& run,
                              std::vector<std::string>& vanished) {
  Facts facts = facts_of(signal);
  auto kept = load(*writer_, signal.id);
  if (!kept && kept.error().code != ErrorCode::not_found) return unexpected(kept.error());
  for (auto it = vanished.begin(); !kept && it != vanished.end(); ++it) {
    auto other = load(*writer_, *it);
    if (!other) return unexpected(other.error());
    const Facts& was = other->facts;
    if (was.lane != facts.lane || was.lane == watch::Lane::one_case || was.area != facts.area ||
        !shares_stream(was, facts) ||
        std::abs(was.first_date.days - facts.first_date.days) > same_days)
      continue;
    kept = std::move(other);
    vanished.erase(it);
    break;
  }
  Event event;
  event.at = run.at;
  event.by = run.by;
  if (!kept) {
    ++run.raised;
    event.act = Act::raised;
    event.facts = std::move(facts);
    Kept fresh;
    fresh.id = signal.id;
    return append(fresh, std::move(event));
  }
  if (kept->facts == facts && kept->supported) return {};
  ++run.changed;
  event.act = kept->facts == facts ? Act::supported : Act::changed;
  if (event.act == Act::changed) event.facts = std::move(facts);
  return append(*kept, std::move(event));
}

Result<Run> Ledger::keep(const std::vector<watch::Signal>& found, Run run) {
  const std::scoped_lock lock(mutex_);
  run.found = static_cast<std::int64_t>(found.size());
  run.raised = run.changed = run.unsupported = 0;
  const Result<void> done = together([&]() -> Result<void> {
    auto vanished = ids_between(run.from, run.to);
    if (!vanished) return unexpected(vanished.error());
    std::set<std::string> ids;
    for (const watch::Signal& signal : found) ids.insert(signal.id);
    std::erase_if(*vanished, [&](const std::string& id) { return ids.contains(id); });
    for (const watch::Signal& signal : found)
      if (Result<void> one = keep_one(signal, run, *vanished); !one) return one;
    for (const std::string& id : *vanished) {
      auto kept = load(*writer_, id);
      if (!kept) return unexpected(kept.error());
      if (!kept->supported) continue;
      ++run.unsupported;
      Event event;
      event.at = run.at;
      event.by = run.by;
      event.act = Act::unsupported;
      if (Result<void> one = append(*kept, std::move(event)); !one) return one;
    }
    const auto noted =
        execute(*writer_,
                "INSERT INTO run (at, user, first, last, feed, found, raised, changed, unsupported)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                run.at.micros, run.by, run.from.days, run.to.days, run.feed, run.found, run.raised,
                run.changed, run.unsupported);
    run.number = writer_->last_rowid();
    return noted;
  });
  if (!done) return unexpected(done.error());
  return run;
}

Result<Kept> Ledger::act(std::string_view id, Event event, std::optional<int> seen) {
  const std::scoped_lock lock(mutex_);
  Kept after;
  const Result<void> done = together([&]() -> Result<void> {
    auto kept = load(*writer_, id);
    if (!kept) return unexpected(kept.error());
    after = std::move(*kept);
    if (!event.key.empty()) {
      const auto events = log(*writer_, id);
      if (!events) return unexpected(events.error());
      if (std::ranges::count(*events, event.key, &Event::key) > 0) return {};
    }
    if (seen && *seen != after.events)
      return fail(ErrorCode::conflict, "more has happened to the signal meanwhile: read it again",
                  std::string(id));
    return append(after, std::move(event));
  });
  if (!done) return unexpected(done.error());
  return after;
}

Result<SignalPage> Ledger::list(const SignalQuery& asked) const {
  auto lease = readers_.lease();
  if (!lease) return unexpected(lease.error());
  Query query(**lease, columns_of_all);
  SignalPage page;
  while (query.next())
    if (Kept kept = kept_of(query); fits(kept, asked)) page.signals.push_back(std::move(kept));
  if (!query.ok()) return unexpected(query.error());
  page.total = static_cast<std::int64_t>(page.signals.size());
  if (asked.ranked)
    std::ranges::stable_sort(page.signals, ranks_before);
  else
    std::ranges::reverse(page.signals);
  const auto begin = std::min(asked.offset, page.total);
  const auto end = std::min(begin + asked.limit, page.total);
  page.signals = {std::make_move_iterator(page.signals.begin() + begin),
                  std::make_move_iterator(page.signals.begin() + end)};
  return page;
}

Result<Kept> Ledger::find(std::string_view id) const {
  auto lease = readers_.lease();
  if (!lease) return unexpected(lease.error());
  return load(**lease, id);
}

Result<std::vector<Event>> Ledger::events(std::string_view id) const {
  auto lease = readers_.lease();
  if (!lease) return unexpected(lease.error());
  auto events = log(**lease, id);
  if (events && events->empty())
    return fail(ErrorCode::not_found, "there is no such signal", std::string(id));
  return events;
}

Result<std::vector<Run>> Ledger::runs(std::int64_t limit) const {
  auto lease = readers_.lease();
  if (!lease) return unexpected(lease.error());
  Query query(**lease,
              "SELECT number, at, user, first, last, feed, found, raised, changed, unsupported"
              " FROM run ORDER BY number DESC LIMIT ?1",
              limit);
  std::vector<Run> runs;
  while (query.next())
    runs.push_back({query.integer(0), Instant{query.integer(1)}, query.text(2),
                    Date{static_cast<std::int32_t>(query.integer(3))},
                    Date{static_cast<std::int32_t>(query.integer(4))}, query.integer(5),
                    query.integer(6), query.integer(7), query.integer(8), query.integer(9)});
  if (!query.ok()) return unexpected(query.error());
  return runs;
}

Result<Workload> Ledger::set_workload(Workload workload) {
  if (workload.at_most && !(*workload.at_most >= 1 && *workload.at_most <= 10000))
    return fail(ErrorCode::invalid_input, "from 1 to 10000 signals a week are expected", "at_most");
  const std::scoped_lock lock(mutex_);
  const std::string note = sealing_.seal ? sealing_.seal(workload.note, "workload") : workload.note;
  const std::string at_most = workload.at_most ? std::to_string(*workload.at_most) : "";
  const auto done =
      execute(*writer_, "INSERT INTO workload (at, user, at_most, note) VALUES (?1, ?2, ?3, ?4)",
              workload.at.micros, workload.by, at_most, Blob{note});
  if (!done) return unexpected(done.error());
  workload.number = writer_->last_rowid();
  return workload;
}

Result<std::vector<Workload>> Ledger::workloads() const {
  auto lease = readers_.lease();
  if (!lease) return unexpected(lease.error());
  Query query(**lease, "SELECT number, at, user, at_most, note FROM workload ORDER BY number DESC");
  std::vector<Workload> all;
  while (query.next()) {
    Workload one{query.integer(0), Instant{query.integer(1)}, query.text(2), {}, {}};
    if (const std::string at_most = query.text(3); !at_most.empty())
      one.at_most = std::stod(at_most);
    const auto note = sealing_.open ? sealing_.open(query.bytes(4), "workload")
                                    : Result<std::string>(query.text(4));
    if (!note) return unexpected(note.error());
    one.note = *note;
    all.push_back(std::move(one));
  }
  if (!query.ok()) return unexpected(query.error());
  return all;
}

Result<std::vector<std::string>> Ledger::check() const {
  auto lease = readers_.lease();
  if (!lease) return unexpected(lease.error());
  std::vector<Kept> all;
  {
    Query query(**lease, columns_of_all);
    while (query.next()) all.push_back(kept_of(query));
    if (!query.ok()) return unexpected(query.error());
  }
  std::vector<std::string> faults;
  for (const Kept& kept : all) {
    const auto events = log(**lease, kept.id);
    if (!events) {
      faults.push_back("signal " + kept.id + ": " + events.error().message);
      continue;
    }
    Kept again;
    again.id = kept.id;
    Result<void> sound;
    for (const Event& event : *events)
      if (sound) sound = take(again, event);
    if (!sound)
      faults.push_back("signal " + kept.id + ": " + sound.error().message);
    else if (!(again.facts == kept.facts) || again.state != kept.state ||
             again.events != kept.events || again.supported != kept.supported)
      faults.push_back("signal " + kept.id + ": the list says another thing than its log");
  }
  return faults;
}

}  // namespace hb::signals
