#include "workflow/journal.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace hb::workflow {
namespace {

using records::FileLock;
using records::sqlite::Blob;
using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::one_integer;
using records::sqlite::Query;
using records::sqlite::ReaderPool;

constexpr const char* settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; "
    "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000";
// A later layout counts user_version up and comes here from each former one.
constexpr std::int64_t layout = 2;
constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS instance (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " start_key TEXT UNIQUE, flow TEXT NOT NULL, version INTEGER NOT NULL, status INTEGER NOT NULL,"
    " events INTEGER NOT NULL, next INTEGER, started INTEGER NOT NULL DEFAULT 0,"
    " area TEXT NOT NULL DEFAULT '', organization TEXT NOT NULL DEFAULT '',"
    " end TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX IF NOT EXISTS instance_next ON instance (next) WHERE next IS NOT NULL;"
    "CREATE INDEX IF NOT EXISTS instance_started ON instance (flow, started, row, area, status,"
    " organization, end);"
    "CREATE TABLE IF NOT EXISTS event (instance INTEGER NOT NULL, number INTEGER NOT NULL,"
    " body BLOB NOT NULL, PRIMARY KEY (instance, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS work (instance INTEGER NOT NULL, token INTEGER NOT NULL,"
    " flow TEXT NOT NULL, state TEXT NOT NULL, actor TEXT NOT NULL, user TEXT NOT NULL,"
    " area TEXT NOT NULL, since INTEGER NOT NULL, due INTEGER NOT NULL, escalated INTEGER NOT NULL,"
    " organization TEXT NOT NULL DEFAULT '', PRIMARY KEY (instance, token)) STRICT, WITHOUT ROWID;"
    // Each list is walked in its order in one of these, without looking at the table.
    "CREATE INDEX IF NOT EXISTS work_of_user ON work (user, due, instance, token, flow, state, "
    "area,"
    " organization) WHERE user <> '';"
    "CREATE INDEX IF NOT EXISTS work_of_actor ON work (actor, due, instance, token, state, area,"
    " user, organization);"
    "CREATE INDEX IF NOT EXISTS work_of_state ON work (actor, state, due, instance, token, area,"
    " user, organization);"
    "CREATE INDEX IF NOT EXISTS work_of_area ON work (actor, area, due, instance, token, state,"
    " user, organization);"
    "CREATE INDEX IF NOT EXISTS work_of_organization ON work (actor, organization, due, instance,"
    " token, state, area, user) WHERE organization <> '';"
    // Work that was escalated, by whom it was escalated to.
    "CREATE TABLE IF NOT EXISTS superior (actor TEXT NOT NULL, due INTEGER NOT NULL,"
    " instance INTEGER NOT NULL, token INTEGER NOT NULL, flow TEXT NOT NULL, state TEXT NOT NULL,"
    " area TEXT NOT NULL, organization TEXT NOT NULL,"
    " PRIMARY KEY (actor, due, instance, token)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS superior_instance ON superior (instance);"
    "CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " key TEXT NOT NULL UNIQUE, instance TEXT NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL) STRICT;";
constexpr const char* from_layout_1 =
    "DROP INDEX IF EXISTS work_user; DROP INDEX IF EXISTS work_due; DROP INDEX IF EXISTS work_area;"
    "ALTER TABLE instance ADD COLUMN started INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE instance ADD COLUMN area TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE instance ADD COLUMN organization TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE instance ADD COLUMN end TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE work ADD COLUMN organization TEXT NOT NULL DEFAULT '';";
constexpr std::size_t most_per_commit = 2000;

std::string outgoing_json(const Outgoing& out) {
  return boost::json::serialize(boost::json::object{{"type", out.type},
                                                    {"id", out.id},
                                                    {"body", out.body},
                                                    {"instance", out.instance},
                                                    {"flow", out.flow},
                                                    {"as", out.as},
                                                    {"end", out.end}});
}

Result<Outgoing> outgoing_from(std::string_view text) {
  try {
    const boost::json::value value = boost::json::parse(text);
    const auto member = [&](const char* name) { return std::string(value.at(name).as_string()); };
    Outgoing out;
    out.type = member("type");
    out.id = member("id");
    out.body = member("body");
    out.instance = member("instance");
    out.flow = member("flow");
    out.as = member("as");
    out.end = member("end");
    return out;
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid_input, std::string("an effect cannot be read: ") + error.what());
  }
}

std::string field_of(const Instance& instance, const char* name) {
  const boost::json::value* value = instance.data.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Instant due_of(const Token& token) {
  Instant due = never;
  for (const Running& clock : token.clocks) due = std::min(due, clock.due);
  return due;
}

}  // namespace

Journal::Journal(std::string path, FileLock lock, Sealing sealing)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      sealing_(std::move(sealing)),
      readers_(path_) {}

Journal::~Journal() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  readers_.close();
}

Result<std::unique_ptr<Journal>> Journal::open(const std::string& path, Sealing sealing) {
  auto lock = FileLock::take(path + ".lock");
  if (!lock) return unexpected(lock.error());
  std::unique_ptr<Journal> journal(new Journal(path, std::move(*lock), std::move(sealing)));
  if (Result<void> ready = journal->prepare(); !ready) {
    if (ready.error().where.empty()) ready.error().where = path;
    return unexpected(ready.error());
  }
  journal->thread_ = std::thread([raw = journal.get()] { raw->loop(); });
  return journal;
}

Result<void> Journal::prepare() {
  Result<Connection> connection = Connection::open(path_, Connection::Mode::create);
  if (!connection) return unexpected(connection.error());
  writer_.emplace(std::move(*connection));
  if (Result<void> set = writer_->run(settings); !set) return set;
  const Result<std::int64_t> found = one_integer(*writer_, 0, "PRAGMA user_version");
  if (!found) return unexpected(found.error());
  if (*found > layout)
    return fail(ErrorCode::invalid_input,
                "the flows were written by a newer version of the program");
  if (*found == layout) return {};
  if (Result<void> begun = writer_->run("BEGIN IMMEDIATE"); !begun) return begun;
  Result<void> made = *found == 1 ? writer_->run(from_layout_1) : Result<void>();
  if (made) made = writer_->run(schema);
  if (made && *found == 1) made = derive_again();
  if (made) made = writer_->run("PRAGMA user_version = 2; COMMIT");
  if (!made && writer_->in_transaction()) (void)writer_->run("ROLLBACK");
  return made;
}

/// What a former layout did not derive.
Result<void> Journal::derive_again() {
  Query all(*writer_, "SELECT row, id FROM instance ORDER BY row");
  while (all.next()) {
    const std::string id = all.text(1);
    std::vector<Event> log;
    Query bodies(*writer_, "SELECT body FROM event WHERE instance = ?1 ORDER BY number",
                 all.integer(0));
    while (bodies.next()) {
      const Result<std::string> body = opened(bodies.bytes(0), id);
      if (!body) return unexpected(body.error());
      Result<Event> event = event_from_json(*body);
      if (!event) return unexpected(event.error());
      log.push_back(std::move(*event));
    }
    if (!bodies.ok()) return unexpected(bodies.error());
    const Result<Instance> instance = replay(id, log);
    if (!instance) return unexpected(instance.error());
    if (Result<void> done = write_derived(*writer_, all.integer(0), *instance); !done) return done;
  }
  return all.finished();
}

std::string Journal::sealed(std::string_view plain, std::string_view context) const {
  return sealing_.seal ? sealing_.seal(plain, context) : std::string(plain);
}

Result<std::string> Journal::opened(std::string_view bytes, std::string_view context) const {
  return sealing_.open ? sealing_.open(bytes, context) : std::string(bytes);
}

Result<void> Journal::run(std::function<Result<void>(Connection&)> work) {
  Job job{std::move(work), {}};
  std::future<Result<void>> done = job.done.get_future();
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return done.get();
}

void Journal::loop() {
  for (;;) {
    std::vector<Job> jobs;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), most_per_commit));
      jobs.assign(std::make_move_iterator(queue_.begin()),
                  std::make_move_iterator(queue_.begin() + count));
      queue_.erase(queue_.begin(), queue_.begin() + count);
    }
    run_group(jobs);
  }
}

/// One transaction; each piece behind a savepoint, so that one that fails takes no other with it.
void Journal::run_group(std::vector<Job>& jobs) {
  Result<void> all = writer_->run("BEGIN IMMEDIATE");
  std::vector<Result<void>> each(jobs.size());
  for (std::size_t i = 0; all && i < jobs.size(); ++i) {
    all = execute(*writer_, "SAVEPOINT piece");
    if (!all) break;
    each[i] = jobs[i].work(*writer_);
    if (!writer_->in_transaction()) {  // a full disk ends all of it
      all = each[i] ? fail(ErrorCode::unavailable, "the flows could not be written") : each[i];
    } else {
      if (!each[i]) all = execute(*writer_, "ROLLBACK TO piece");
      if (all) all = execute(*writer_, "RELEASE piece");
    }
  }
  if (all) all = writer_->run("COMMIT");
  if (!all && writer_->in_transaction()) (void)writer_->run("ROLLBACK");
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].done.set_value(all ? each[i] : all);
}

Result<void> Journal::append(const Fired& fired) {
  if (fired.events.empty()) return {};
  return run([&](Connection& connection) { return write(connection, fired); });
}

Result<void> Journal::write(Connection& connection, const Fired& fired) const {
  const Instance& after = fired.after;
  const int first = fired.events.front().number;
  Query find(connection, "SELECT row, events FROM instance WHERE id = ?1", after.id);
  const bool known = find.next();
  if (!find.ok()) return unexpected(find.error());
  std::int64_t row = known ? find.integer(0) : 0;
  if ((known ? find.integer(1) : 0) != first - 1)
    return fail(ErrorCode::conflict, "the instance has gone on meanwhile", after.id);
  const Instant next = after.status == Status::active ? after.next() : never;
  const std::optional<std::int64_t> next_micros =
      next == never ? std::nullopt : std::optional(next.micros);
  const std::string& start_key = fired.events.front().key;
  Result<void> done;
  if (!known) {
    done = execute(
        connection,
        "INSERT INTO instance (id, start_key, flow, version, status, events, next)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        after.id, start_key.empty() ? std::nullopt : std::optional<std::string_view>(start_key),
        after.flow, after.version, static_cast<int>(after.status), after.events, next_micros);
    row = connection.last_rowid();
  } else {
    done = execute(
        connection,
        "UPDATE instance SET flow = ?2, version = ?3, status = ?4, events = ?5, next = ?6"
        " WHERE row = ?1",
        row, after.flow, after.version, static_cast<int>(after.status), after.events, next_micros);
  }
  for (const Event& event : fired.events) {
    if (!done) return done;
    const std::string body = sealed(to_json(event), after.id);
    done = execute(connection, "INSERT INTO event (instance, number, body) VALUES (?1, ?2, ?3)",
                   row, event.number, Blob{body});
  }
  for (const Outgoing& out : fired.outgoing) {
    if (!done) return done;
    const std::string body = sealed(outgoing_json(out), after.id);
    done = execute(connection,
                   "INSERT INTO outbox (key, instance, first, last, kind, body)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   out.key, after.id, first, after.events, static_cast<int>(out.kind), Blob{body});
  }
  return done ? write_derived(connection, row, after) : done;
}

/// Everything that follows from the state of an instance and is kept for lists.
Result<void> Journal::write_derived(Connection& connection, std::int64_t row,
                                    const Instance& instance) const {
  const std::string area = field_of(instance, "area");
  const std::string organization = field_of(instance, "organization");
  Result<void> done = execute(connection,
                              "UPDATE instance SET started = ?2, area = ?3, organization = ?4,"
                              " end = ?5 WHERE row = ?1 AND (started, area, organization, end)"
                              " <> (?2, ?3, ?4, ?5)",
                              row, instance.started.micros, area, organization, instance.end);
  if (done) done = execute(connection, "DELETE FROM work WHERE instance = ?1", row);
  if (done) done = execute(connection, "DELETE FROM superior WHERE instance = ?1", row);
  for (const Token& token : instance.tokens) {
    if (!done) return done;
    if (token.owner.actor.empty()) continue;
    const std::int64_t due = due_of(token).micros;
    done = execute(connection,
                   "INSERT INTO work (instance, token, flow, state, actor, user, area, since, due,"
                   " escalated, organization)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                   row, token.id, instance.flow, token.state,
                   instance.flow + "/" + token.owner.actor, token.owner.user, area,
                   token.since.micros, due, static_cast<int>(token.superiors.size()), organization);
    for (const std::string& superior : token.superiors)
      if (done)
        done = execute(connection,
                       "INSERT INTO superior (actor, due, instance, token, flow, state, area,"
                       " organization) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                       instance.flow + "/" + superior, due, row, token.id, instance.flow,
                       token.state, area, organization);
  }
  return done;
}

Result<std::vector<Event>> Journal::events(std::string_view id) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader,
              "SELECT e.body FROM event e JOIN instance i ON i.row = e.instance WHERE i.id = ?1"
              " ORDER BY e.number",
              id);
  std::vector<Event> events;
  while (query.next()) {
    const Result<std::string> body = opened(query.bytes(0), id);
    if (!body) return unexpected(body.error());
    Result<Event> event = event_from_json(*body);
    if (!event) return unexpected(event.error());
    events.push_back(std::move(*event));
  }
  if (!query.ok()) return unexpected(query.error());
  if (events.empty())
    return fail(ErrorCode::not_found, "there is no such instance", std::string(id));
  return events;
}

Result<std::string> Journal::started_with(std::string_view key) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader, "SELECT id FROM instance WHERE start_key = ?1", key);
  if (query.next()) return query.text(0);
  if (!query.ok()) return unexpected(query.error());
  return fail(ErrorCode::not_found, "nothing was started with this key");
}

Result<std::vector<std::string>> Journal::due(Instant now, std::int64_t limit) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  Query query(
      **reader,
      "SELECT id FROM instance WHERE next IS NOT NULL AND next <= ?1 ORDER BY next LIMIT ?2",
      now.micros, limit);
  std::vector<std::string> ids;
  while (query.next()) ids.push_back(query.text(0));
  if (!query.ok()) return unexpected(query.error());
  return ids;
}

Result<Instant> Journal::next_due() const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  const Result<std::int64_t> next =
      one_integer(**reader, never.micros,
                  "SELECT next FROM instance WHERE next IS NOT NULL ORDER BY next LIMIT 1");
  if (!next) return unexpected(next.error());
  return Instant{*next};
}

Result<std::vector<Journal::Entry>> Journal::outbox(std::int64_t limit) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader,
              "SELECT number, key, instance, first, last, kind, body FROM outbox ORDER BY number"
              " LIMIT ?1",
              limit);
  std::vector<Entry> entries;
  while (query.next()) {
    Entry entry;
    entry.number = query.integer(0);
    entry.instance = query.text(2);
    entry.first = static_cast<int>(query.integer(3));
    entry.last = static_cast<int>(query.integer(4));
    const Result<std::string> body = opened(query.bytes(6), entry.instance);
    if (!body) return unexpected(body.error());
    Result<Outgoing> outgoing = outgoing_from(*body);
    if (!outgoing) return unexpected(outgoing.error());
    entry.outgoing = std::move(*outgoing);
    entry.outgoing.key = query.text(1);
    entry.outgoing.kind = static_cast<Outgoing::Kind>(query.integer(5));
    entries.push_back(std::move(entry));
  }
  if (!query.ok()) return unexpected(query.error());
  return entries;
}

Result<void> Journal::carried_out(std::int64_t number) {
  return run([number](Connection& connection) {
    return execute(connection, "DELETE FROM outbox WHERE number <= ?1", number);
  });
}

}  // namespace hb::workflow
