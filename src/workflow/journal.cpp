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
constexpr std::int64_t layout = 1;
constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS instance (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " start_key TEXT UNIQUE, flow TEXT NOT NULL, version INTEGER NOT NULL, status INTEGER NOT NULL,"
    " events INTEGER NOT NULL, next INTEGER) STRICT;"
    "CREATE INDEX IF NOT EXISTS instance_next ON instance (next) WHERE next IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS event (instance INTEGER NOT NULL, number INTEGER NOT NULL,"
    " body BLOB NOT NULL, PRIMARY KEY (instance, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS work (instance INTEGER NOT NULL, token INTEGER NOT NULL,"
    " flow TEXT NOT NULL, state TEXT NOT NULL, actor TEXT NOT NULL, user TEXT NOT NULL,"
    " area TEXT NOT NULL, since INTEGER NOT NULL, due INTEGER NOT NULL, escalated INTEGER NOT NULL,"
    " PRIMARY KEY (instance, token)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS work_user ON work (user, due) WHERE user <> '';"
    "CREATE INDEX IF NOT EXISTS work_due ON work (actor, due, area) WHERE user = '';"
    "CREATE INDEX IF NOT EXISTS work_area ON work (actor, area, due) WHERE user = '';"
    "CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " key TEXT NOT NULL UNIQUE, instance TEXT NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL) STRICT;"
    "PRAGMA user_version = 1";
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

std::string area_of(const Instance& instance) {
  const boost::json::value* area = instance.data.if_contains("area");
  return area != nullptr && area->is_string() ? std::string(area->get_string()) : std::string();
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
  return writer_->run(schema);
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

Result<void> Journal::write_derived(Connection& connection, std::int64_t row,
                                    const Instance& instance) const {
  Result<void> done = execute(connection, "DELETE FROM work WHERE instance = ?1", row);
  const std::string area = area_of(instance);
  for (const Token& token : instance.tokens) {
    if (!done) return done;
    if (token.owner.actor.empty()) continue;
    done =
        execute(connection,
                "INSERT INTO work (instance, token, flow, state, actor, user, area, since, due,"
                " escalated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                row, token.id, instance.flow, token.state, instance.flow + "/" + token.owner.actor,
                token.owner.user, area, token.since.micros, due_of(token).micros,
                static_cast<int>(token.superiors.size()));
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
