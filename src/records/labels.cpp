#include "records/labels.hpp"

#include <algorithm>

#include "records/reads.hpp"
#include "records/sensitive.hpp"

namespace hb::records {
namespace {

using sqlite::Connection;
using sqlite::execute;
using sqlite::one_integer;
using sqlite::Query;
using sqlite::ReaderPool;

constexpr Seq versions_per_step = 20'000;
constexpr std::size_t most_faults = 100;

constexpr const char* settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216";
constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS label (resident INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " compartments INTEGER NOT NULL, PRIMARY KEY (resident, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS state (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) "
    "STRICT;";

Result<std::string> state_text(Connection& connection, std::string_view name) {
  Query query(connection, "SELECT value FROM state WHERE name = ?1", name);
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

}  // namespace

Result<std::vector<StoredVersion>> whole_person(const Engine& engine, ResidentId resident) {
  const Result<std::vector<Seq>> seqs = seqs_of_resident(engine, resident);
  if (!seqs) return unexpected(seqs.error());
  std::vector<StoredVersion> versions;
  for (const Seq seq : *seqs) {
    Result<std::optional<RawVersion>> raw = find_version(engine, seq);
    if (!raw) return unexpected(raw.error());
    if (!*raw) continue;
    Result<StoredVersion> version = unpacked(engine, std::move(**raw));
    if (!version) return unexpected(version.error());
    versions.push_back(std::move(*version));
  }
  return versions;
}

Labels::~Labels() { readers_.close(); }

Result<std::unique_ptr<Labels>> Labels::open(const std::string& path, const Engine& engine) {
  std::unique_ptr<Labels> labels(new Labels(engine, path));
  Result<Connection> connection = Connection::open(path, Connection::Mode::create);
  if (!connection) return unexpected(connection.error());
  labels->writer_.emplace(std::move(*connection));
  Result<void> ready = labels->writer_->run(settings);
  if (ready) ready = labels->writer_->run(schema);
  if (ready) ready = labels->prepare();
  if (ready) ready = labels->load_persons();
  if (!ready) {
    ready.error().where = path;
    return unexpected(ready.error());
  }
  return labels;
}

/// Names the versions up to this one: when they were committed. Another past has other times.
Result<std::string> Labels::past(Seq seq) const {
  if (seq == 0) return std::string("0");
  Result<ReaderPool::Lease> reader = engine_.readers.lease();
  if (!reader) return unexpected(reader.error());
  const Result<BatchRange> range = batch_of(**reader, seq);
  if (!range) return unexpected(range.error());
  return std::to_string(range->batch) + " " + std::to_string(range->committed.micros);
}

Result<void> Labels::prepare() {
  const std::string name =
      engine_.info.id + " " + labels_fingerprint(*engine_.options.compartments);
  const Result<std::string> made_for = state_text(*writer_, "made for");
  const Result<std::string> reached = state_text(*writer_, "reached");
  const Result<std::string> past_then = state_text(*writer_, "past");
  if (!made_for || !reached || !past_then)
    return unexpected((!made_for ? made_for : !reached ? reached : past_then).error());
  const Seq seq = reached->empty() ? 0 : std::stoll(*reached);
  const Result<std::string> past_now = past(std::min<Seq>(seq, engine_.last_seq));
  if (!past_now) return unexpected(past_now.error());
  if (*made_for == name && seq <= engine_.last_seq && *past_then == *past_now) {
    reached_ = seq;
    return {};
  }
  Result<void> done = writer_->run("BEGIN IMMEDIATE; DELETE FROM label; DELETE FROM state");
  if (done) done = set_state(*writer_, "made for", name);
  if (done) done = set_state(*writer_, "past", "0");
  if (done) done = writer_->run("COMMIT");
  return done;
}

Result<void> Labels::load_persons() {
  Query query(*writer_, "SELECT DISTINCT resident FROM label");
  while (query.next()) mark(query.integer(0));
  return query.finished();
}

bool Labels::has_labels(ResidentId resident) const {
  const std::shared_lock lock(mutex_);
  const auto at = static_cast<std::size_t>(resident);
  return at < persons_.size() && persons_[at];
}

void Labels::mark(ResidentId resident) {
  const std::unique_lock lock(mutex_);
  const auto at = static_cast<std::size_t>(resident);
  if (at >= persons_.size()) persons_.resize(std::max(at + 1, persons_.size() * 2));
  persons_[at] = true;
}

/// Every version of the person there is has been looked at.
Result<bool> Labels::is_known(ResidentId resident) const {
  const Seq reached = reached_;
  if (reached >= engine_.last_seq) return true;
  if (engine_.bulk) return false;  // the index of persons is incomplete
  Result<ReaderPool::Lease> reader = engine_.readers.lease();
  if (!reader) return unexpected(reader.error());
  const Result<std::int64_t> newest =
      one_integer(**reader, 0, "SELECT max(seq) FROM resident_index WHERE resident = ?1", resident);
  if (!newest) return unexpected(newest.error());
  return *newest <= reached;
}

Result<std::optional<Labels::Set>> Labels::of(ResidentId resident, Seq seq) const {
  const Result<bool> known = is_known(resident);
  if (!known) return unexpected(known.error());
  if (!*known) return std::nullopt;
  if (!has_labels(resident)) return Set{0};
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  const Result<std::int64_t> set =
      one_integer(**reader, 0, "SELECT compartments FROM label WHERE resident = ?1 AND seq = ?2",
                  resident, seq);
  if (!set) return unexpected(set.error());
  return static_cast<Set>(*set);
}

Result<std::optional<Labels::Labelled>> Labels::of_resident(ResidentId resident, Seq newest) const {
  if (newest > reached_) return std::nullopt;
  Labelled labelled;
  if (!has_labels(resident)) return labelled;
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  Query query(**reader, "SELECT seq, compartments FROM label WHERE resident = ?1 ORDER BY seq",
              resident);
  while (query.next()) labelled.emplace_back(query.integer(0), static_cast<Set>(query.integer(1)));
  if (!query.ok()) return unexpected(query.error());
  return labelled;
}

Result<Labels::Labelled> Labels::found_by_reading(ResidentId resident) const {
  const Result<std::vector<StoredVersion>> person = whole_person(engine_, resident);
  if (!person) return unexpected(person.error());
  const auto sets = compartments_of_person(*engine_.options.compartments, *person);
  if (!sets) return unexpected(sets.error());
  Labelled labelled;
  for (std::size_t i = 0; i < sets->size(); ++i)
    if ((*sets)[i] != 0) labelled.emplace_back((*person)[i].seq, (*sets)[i]);
  return labelled;
}

Result<void> Labels::write_person(ResidentId resident) {
  const Result<Labelled> labelled = found_by_reading(resident);
  if (!labelled) return unexpected(labelled.error());
  Result<void> done = execute(*writer_, "DELETE FROM label WHERE resident = ?1", resident);
  for (const auto& [seq, set] : *labelled) {
    if (!done) return done;
    done = execute(*writer_, "INSERT INTO label (resident, seq, compartments) VALUES (?1, ?2, ?3)",
                   resident, seq, set);
  }
  return done;
}

Result<void> Labels::write(const std::vector<ResidentId>& persons, Seq to) {
  const Result<std::string> past_now = past(to);
  if (!past_now) return unexpected(past_now.error());
  Result<void> done = writer_->run("BEGIN IMMEDIATE");
  for (const ResidentId resident : persons)
    if (done) done = write_person(resident);
  if (done) done = set_state(*writer_, "reached", std::to_string(to));
  if (done) done = set_state(*writer_, "past", *past_now);
  // Before the rows can be seen: who finds the person unmarked takes all of it for open.
  if (done)
    for (const ResidentId resident : persons) mark(resident);
  if (done) done = writer_->run("COMMIT");
  if (!done && writer_->in_transaction()) (void)writer_->run("ROLLBACK");
  if (done) reached_ = to;
  return done;
}

Result<void> Labels::catch_up(const Scan& scan, const Progress& progress) {
  const std::scoped_lock lock(writing_);
  const Seq begin = reached_;
  const Seq end = engine_.last_seq;
  const Compartments& compartments = *engine_.options.compartments;
  for (Seq from = begin; from < end;) {
    const Seq to = std::min(end, from + versions_per_step);
    // A person without a code of any compartment has no label; one with a label may get more of
    // it from any version, because it refers to others.
    std::vector<ResidentId> persons;
    std::optional<Error> wrong;
    const Result<void> read = scan(from, to, [&](const StoredVersion& version) {
      if (version.resident == 0 || version.type == "Patient") return true;
      if (!has_labels(version.resident)) {
        const auto own = compartments_of(compartments, version.json);
        if (!own) {
          wrong = own.error();
          return false;
        }
        if (*own == 0) return true;
      }
      persons.push_back(version.resident);
      return true;
    });
    if (!read) return read;
    if (wrong) return unexpected(*wrong);
    std::ranges::sort(persons);
    persons.erase(std::unique(persons.begin(), persons.end()), persons.end());
    if (Result<void> written = write(persons, to); !written) return written;
    from = to;
    if (progress && !progress(from - begin, end - begin))
      return fail(ErrorCode::unavailable, "the labelling of compartments was stopped");
  }
  return {};
}

Result<std::vector<std::string>> Labels::check(const Scan& scan) const {
  std::vector<std::string> faults;
  std::vector<ResidentId> persons;
  const Seq end = reached_;
  std::optional<Error> wrong;
  const Result<void> read = scan(0, end, [&](const StoredVersion& version) {
    if (version.resident == 0 || version.type == "Patient") return true;
    const auto own = compartments_of(*engine_.options.compartments, version.json);
    if (!own) {
      wrong = own.error();
      return false;
    }
    if (*own != 0 || has_labels(version.resident)) persons.push_back(version.resident);
    return true;
  });
  if (!read) return unexpected(read.error());
  if (wrong) return unexpected(*wrong);
  std::ranges::sort(persons);
  persons.erase(std::unique(persons.begin(), persons.end()), persons.end());
  for (const ResidentId resident : persons) {
    const Result<bool> known = is_known(resident);
    if (!known) return unexpected(known.error());
    if (!*known) continue;
    const Result<Labelled> expected = found_by_reading(resident);
    if (!expected) return unexpected(expected.error());
    const auto kept = of_resident(resident, end);
    if (!kept) return unexpected(kept.error());
    if (**kept != *expected && faults.size() < most_faults)
      faults.push_back("the labels of compartments of resident " + std::to_string(resident) +
                       " are not those of the records");
  }
  return faults;
}

}  // namespace hb::records
