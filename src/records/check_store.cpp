#include "records/packed_id.hpp"
#include "records/reads.hpp"
#include "records/tokens.hpp"

/// Store::check: what is kept twice must agree. Indexes are compared with the versions by an
/// order-independent sum over all their entries, so that both are read from end to end, never at
/// random.
namespace hb::records {
namespace {

using sqlite::one_integer;
using sqlite::Query;

constexpr std::int64_t rows_per_report = 100'000;

/// Count and sum of hashes of a set of pairs: equal sets have equal sums in any order.
struct PairSum {
  std::int64_t count = 0;
  std::uint64_t sum = 0;

  void add(std::int64_t key, std::int64_t value) {
    std::uint64_t x =
        static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15ULL ^ static_cast<std::uint64_t>(value);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    sum += x ^ (x >> 31);
    ++count;
  }
  friend bool operator==(const PairSum&, const PairSum&) = default;
};

struct VersionSums {
  PairSum keys;
  PairSum residents;
  std::map<int, std::int64_t> versions;   // per type
  std::map<int, std::int64_t> resources;  // first versions, one per id
  PairSum deletions;                      // (seq, 0)
};

class Check {
 public:
  Check(const Engine& engine, sqlite::Connection& connection,
        const std::function<void(double)>& progress)
      : engine_(engine), connection_(connection), progress_(progress) {}

  Result<std::vector<std::string>> run() {
    // One snapshot: commits may go on meanwhile.
    Result<void> done = connection_.run("BEGIN");
    if (done) done = steps();
    const Result<void> ended = connection_.run("COMMIT");
    if (!done) return unexpected(done.error());
    if (!ended) return unexpected(ended.error());
    return std::move(faults_);
  }

 private:
  Result<void> steps() {
    Result<void> done = structure();
    report(0.2);
    if (done) done = numbers();
    if (done) done = versions();
    report(0.6);
    if (done) done = index("key_index", "SELECT key, seq FROM key_index", sums_.keys);
    report(0.75);
    if (done) {
      done = index("resident_index", "SELECT resident, seq FROM resident_index", sums_.residents);
    }
    report(0.85);
    if (done) done = index("deletion", "SELECT seq, 0 FROM deletion", sums_.deletions);
    if (done) done = words();
    if (done) done = patients();
    if (done) done = residents();
    if (done) done = counts();
    if (done) done = deliveries();
    report(1.0);
    return done;
  }

  void report(double fraction) const {
    if (progress_) progress_(fraction);
  }
  void fault(std::string sentence) { faults_.push_back(std::move(sentence)); }

  /// One sentence per row that the query yields.
  Result<void> faults_from(const char* sql, const char* sentence) {
    Query query(connection_, sql);
    while (query.next()) fault(std::string(sentence) + query.text(0));
    return query.finished();
  }

  Result<void> structure() {
    Query query(connection_, "PRAGMA quick_check");
    while (query.next()) {
      if (query.bytes(0) != "ok") fault("SQLite: " + query.text(0));
    }
    return query.finished();
  }

  /// Batches are 1, 2, … and their versions 1, 2, … without a gap.
  Result<void> numbers() {
    BatchId batch = 0;
    Seq seq = 0;
    Query query(connection_, "SELECT batch, first_seq, last_seq FROM batch ORDER BY batch");
    while (query.next()) {
      const std::string name = "batch " + std::to_string(query.integer(0));
      if (query.integer(0) != ++batch) fault(name + " follows a gap in the feed");
      if (query.integer(1) != seq + 1) fault(name + " does not begin where the former ended");
      batch = query.integer(0);
      seq = query.integer(2);
    }
    if (!query.ok()) return query.finished();
    last_seq_ = seq;
    return {};
  }

  Result<void> versions() {
    Query query(connection_,
                "SELECT seq, type, id, version, resident, length(body) = 0 FROM version "
                "ORDER BY seq");
    Seq expected = 0;
    while (query.next()) {
      const Seq seq = query.integer(0);
      if (seq != ++expected) {
        fault("version " + std::to_string(expected) + " is missing");
        expected = seq;
      }
      const int type = static_cast<int>(query.integer(1));
      const std::string name = engine_.types.name(type);
      if (name.empty()) fault("version " + std::to_string(seq) + " has an unknown type");
      sums_.keys.add(engine_.key(name, unpack_id(query.bytes(2))), seq);
      if (query.integer(4) != 0) sums_.residents.add(query.integer(4), seq);
      ++sums_.versions[type];
      if (query.integer(3) == 1) ++sums_.resources[type];
      if (query.integer(5) != 0) sums_.deletions.add(seq, 0);
      if (seq % rows_per_report == 0 && last_seq_ > 0) {
        report(0.2 + 0.4 * static_cast<double>(seq) / static_cast<double>(last_seq_));
      }
    }
    if (!query.ok()) return query.finished();
    if (expected != last_seq_) {
      fault("the feed ends with version " + std::to_string(last_seq_) + ", the versions with " +
            std::to_string(expected));
    }
    return {};
  }

  Result<void> index(const std::string& name, const char* sql, const PairSum& want) {
    PairSum found;
    Query query(connection_, sql);
    while (query.next()) found.add(query.integer(0), query.integer(1));
    if (!query.ok()) return query.finished();
    if (found != want) {
      fault(name + " does not agree with the versions: " + std::to_string(found.count) +
            " entries, expected " + std::to_string(want.count));
    }
    return {};
  }

  Result<void> words() {
    PairSum want;
    Query query(connection_, "SELECT resident, tokens FROM resident_words");
    while (query.next()) {
      for (const std::int64_t token : unpack_tokens(query.bytes(1))) {
        want.add(token, query.integer(0));
      }
    }
    if (!query.ok()) return query.finished();
    return index("token_index", "SELECT token, resident FROM token_index", want);
  }

  Result<void> patients() {
    PairSum want;
    Query query(connection_, "SELECT patient_key, id FROM resident");
    while (query.next()) want.add(query.integer(0), query.integer(1));
    if (!query.ok()) return query.finished();
    return index("patient_index", "SELECT patient_key, resident FROM patient_index", want);
  }

  Result<void> residents() {
    Result<void> done = faults_from(
        "SELECT r.id FROM resident r LEFT JOIN version v ON v.seq = r.seq LEFT JOIN resource_type "
        "t ON t.type = v.type WHERE r.seq > 0 AND (v.seq IS NULL OR t.name <> 'Patient' "
        "OR v.id <> r.patient_id)",
        "no Patient version stands behind resident ");
    if (done) {
      done = faults_from(
          "SELECT max(id) FROM resident HAVING max(id) >= "
          "(SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM info WHERE name = 'next_resident')",
          "the next resident number was already given: ");
    }
    if (done) {
      done = faults_from(
          "SELECT patient_key FROM resident GROUP BY patient_key, patient_id HAVING count(*) > 1",
          "two residents have one Patient, key ");
    }
    return done;
  }

  /// Newest versions that are deletions, per type.
  Result<std::map<int, std::int64_t>> deleted() {
    std::map<int, std::int64_t> counts;
    Query query(connection_,
                "SELECT v.type, count(*) FROM deletion d JOIN version v ON v.seq = d.seq LEFT JOIN "
                "superseded s ON s.seq = d.seq WHERE s.seq IS NULL GROUP BY v.type");
    while (query.next()) counts[static_cast<int>(query.integer(0))] = query.integer(1);
    if (!query.ok()) return unexpected(query.error());
    return counts;
  }

  /// Each id has one first version and one newest, which may be a deletion.
  Result<void> counts() {
    std::int64_t resources = 0;
    std::int64_t all = 0;
    Result<std::map<int, std::int64_t>> gone = deleted();
    if (!gone) return unexpected(gone.error());
    Query query(connection_, "SELECT type, resources, versions, name FROM resource_type");
    while (query.next()) {
      const int type = static_cast<int>(query.integer(0));
      if (query.integer(1) != sums_.resources[type] - (*gone)[type] ||
          query.integer(2) != sums_.versions[type]) {
        fault("the counts of " + query.text(3) + " do not agree with the versions");
      }
      resources += sums_.resources[type];
      all += sums_.versions[type];
    }
    if (!query.ok()) return query.finished();
    const Result<std::int64_t> superseded = one_integer(
        connection_, 0, "SELECT count(*) FROM superseded s JOIN version v ON v.seq = s.seq");
    if (!superseded) return unexpected(superseded.error());
    const Result<std::int64_t> marked =
        one_integer(connection_, 0, "SELECT count(*) FROM superseded");
    if (!marked) return unexpected(marked.error());
    if (*marked != *superseded) fault("superseded names versions that do not exist");
    if (resources + *superseded != all) {
      fault("current and superseded versions do not add up: " + std::to_string(resources) + " + " +
            std::to_string(*superseded) + " of " + std::to_string(all));
    }
    return {};
  }

  Result<void> deliveries() {
    Result<void> done = faults_from(
        "SELECT b.batch FROM batch b LEFT JOIN delivery d ON d.id = b.delivery "
        "WHERE b.delivery > 0 AND d.id IS NULL",
        "no delivery stands behind batch ");
    if (done) {
      done = faults_from(
          "SELECT p.id FROM problem p LEFT JOIN delivery d ON d.id = p.delivery "
          "WHERE p.delivery > 0 AND d.id IS NULL",
          "no delivery stands behind problem ");
    }
    return done;
  }

  const Engine& engine_;
  sqlite::Connection& connection_;
  const std::function<void(double)>& progress_;
  std::vector<std::string> faults_;
  VersionSums sums_;
  Seq last_seq_ = 0;
};

}  // namespace

Result<std::vector<std::string>> check_store(const Engine& engine,
                                             const std::function<void(double)>& progress) {
  if (engine.bulk) {
    return fail(ErrorCode::unavailable, "a bulk load is running: its indexes are still owed");
  }
  Result<sqlite::ReaderPool::Lease> reader = engine.readers.lease();
  if (!reader) return unexpected(reader.error());
  return Check(engine, **reader, progress).run();
}

}  // namespace hb::records
