#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/compartments.hpp"
#include "core/policy.hpp"
#include "core/principal.hpp"
#include "core/result.hpp"
#include "crypto/signature.hpp"
#include "records/packer.hpp"
#include "records/types.hpp"

namespace hb::records {

class Health;
class Keys;

struct OpenOptions {
  bool create = true;
  bool read_only = false;
  Clock clock = system_clock();
  /// Index entries that a bulk load keeps in memory before it writes a sorted run; 64 bytes each at
  /// most.
  std::size_t bulk_entries_in_memory = 6'000'000;
  /// Signs anchors of the audit (Ed25519); without one there are none.
  std::optional<crypto::Key> audit_key;
  int key_bits =
      63;  ///< fewer make ids share keys, which tests need; fixed for the life of a store
  /// What only its own programme reads; null: nothing is closed to anybody.
  std::shared_ptr<const Compartments> compartments;
  /// Who sees what of whom; null: nothing is kept from anybody but by areas and compartments.
  std::shared_ptr<const Policy> policy;
  /// Opens a sealed store; a store made now is sealed with it, unsealed when it is empty. An
  /// existing store without keys stays as it is: Keys::seal() gives it keys.
  std::string master_key;
  crypto::Suite suite = crypto::Suite::aes_256_gcm;  ///< of a store made now
  crypto::Scope scope = crypto::Scope::all;          ///< of a store made now
  /// A sealed store may be opened without its key, for what reads no body (the audit's check).
  bool without_key = false;
};

/// Residents who have relations to a principal (tables::Database::related).
using FindRelated =
    std::function<Result<std::shared_ptr<const Related>>(const Principal& principal)>;

/// Properties that hold for the whole store, set once.
struct StoreInfo {
  bool simulated = false;  ///< people are simulated: area 77 accepted, 模拟数据 on every page
  std::string name_zh;
  std::string name_en;
  std::string id;  ///< random, made at creation
  int schema_version = 0;
};

struct PersonQuery {
  std::vector<std::string> words;  ///< all must match; as Store's words (folded)
  std::string area;                ///< prefix of the area code; empty = all
  std::string sex;
  int age_from = -1;  ///< full years at `today`; -1 = no limit
  int age_to = -1;
  Date today;
  std::int64_t offset = 0;
  std::int64_t limit = 50;
};
/// Versions of many resources, newest first.
struct HistoryQuery {
  std::string type;       ///< empty: all types
  Seq first = 0;          ///< versions from here …
  Seq last = INT64_MAX;   ///< … to here
  std::optional<Seq> at;  ///< of versions up to this one only those that were the newest then
  std::int64_t limit = 50;
  std::int64_t most = 50'000;  ///< versions to look into before giving up for now
};
struct HistoryPage {
  std::vector<StoredVersion> versions;
  Seq next = 0;  ///< `last` of the next page; 0: there is none
};

struct PersonPage {
  std::int64_t total;  ///< exact up to 10,000, then 10,000 = "at least"
  std::vector<Resident> residents;
};

/// The truth: SQLite (WAL, synchronous=FULL) in records.db. Every read asks who reads; every read
/// of a person leaves an audit entry. What lies in a compartment that is closed to the reader is
/// not there for him: reads by id and seq say not_found, lists leave it out; so is a person whom
/// the policy does not let him reach. Bodies and residents come with their hidden fields taken out
/// and masked ones masked. All members may be called from many threads.
class Store {
 public:
  /// Migrates forward; finishes an index that a crash left owed.
  /// errors  unavailable: locked, full, no permission; invalid_input: not a store, newer than us,
  /// or
  ///         sealed with another master key; forbidden: sealed, and no master key was given
  static Result<std::unique_ptr<Store>> open(const std::string& path, const OpenOptions& options);
  ~Store();

  /// Where relations to persons are found; until it is set nobody has any. Before the first read.
  void set_related(FindRelated find);

  const StoreInfo& info() const;
  Result<void> set_info(const StoreInfo& info);  ///< simulated can be set only while empty

  const Packer& packer() const;
  Keys& keys();                  ///< see records/keys.hpp
  const Health& health() const;  ///< see records/health.hpp
  /// Writes something that changes nothing, so that health() says whether it can be done again.
  void try_writing();
  /// Trains and stores a dictionary for a type that has none yet; `samples` are bodies.
  Result<void> train_dictionary(std::string_view type, const std::vector<std::string>& samples);

  // --- writes
  // -------------------------------------------------------------------------------------
  /// digest  empty when it is not known before the end of the stream
  /// errors  conflict: a delivery with this digest is already done (message has its id)
  Result<Delivery> begin_delivery(std::string_view name, std::string_view source,
                                  std::string_view digest = {});
  /// One WriteSet, durable when it returns. Concurrent callers share one SQLite commit (group
  /// commit).
  /// errors  conflict: a Patient is to be deleted and other resources belong to the person
  Result<Receipt> commit(WriteSet set);

  /// Bulk load: between begin and finish, keys stay off the B-trees (sorted runs, merged at the
  /// end). Reads by id still see everything. A crash leaves the index owed; open() pays it.
  Result<void> begin_bulk();
  /// progress  called with 0…1
  Result<void> finish_bulk(const std::function<void(double)>& progress = {});

  /// The person behind a Patient id; a new number when unknown (written by the next commit that has
  /// a ResidentChange for it). second = true when new: to one caller only, who has to write it; if
  /// that commit fails, to the next who asks.
  Result<std::pair<Resident, bool>> resolve_resident(std::string_view patient_id);

  // --- reads
  // --------------------------------------------------------------------------------------
  Result<StoredVersion> read(const Principal& principal, std::string_view type,
                             std::string_view id) const;
  Result<StoredVersion> read_seq(const Principal& principal, Seq seq) const;
  /// As read(); of a resource that was deleted the deletion, to whom the resource was visible.
  Result<StoredVersion> latest(const Principal& principal, std::string_view type,
                               std::string_view id) const;
  /// Newest first, deletions too.
  Result<std::vector<StoredVersion>> history(const Principal& principal, std::string_view type,
                                             std::string_view id) const;
  Result<HistoryPage> history(const Principal& principal, const HistoryQuery& query) const;
  /// How a resource stands to somebody who wants to change it. Leaves no trace.
  struct Standing {
    enum class Seen : std::uint8_t { nothing, part, whole } seen = Seen::nothing;
    /// The newest version, a deletion too; none: there never was one. Its json only when seen is
    /// whole.
    std::optional<StoredVersion> newest;
  };
  Result<Standing> standing(const Principal& principal, std::string_view type,
                            std::string_view id) const;
  /// A version as it was written, a deletion too, for whoever wrote it. Leaves no trace.
  Result<StoredVersion> written(Seq seq) const;
  /// All current versions that belong to a person, oldest seq first.
  Result<std::vector<StoredVersion>> of_resident(const Principal& principal, ResidentId id,
                                                 std::int64_t limit = 20000) const;
  Result<Resident> resident(const Principal& principal, ResidentId id) const;
  /// The row of somebody and the Patient behind it, with one trace of the look.
  struct Person {
    Resident resident;
    std::optional<StoredVersion> patient;  ///< nothing: provisional, or not for this principal
  };
  Result<Person> person(const Principal& principal, ResidentId id) const;
  Result<PersonPage> find_residents(const Principal& principal, const PersonQuery& query) const;
  /// For a search, which looks into many and shows few: the version, if it was the newest of its
  /// resource when `snapshot` was the last one and the principal may see it; nullopt otherwise. Not
  /// audited: whoever shows it calls note_given().
  Result<std::optional<StoredVersion>> peek(const Principal& principal, Seq seq,
                                            Seq snapshot) const;
  Result<std::optional<StoredVersion>> peek(const Principal& principal, std::string_view type,
                                            std::string_view id, Seq snapshot) const;
  void note_given(const Principal& principal, const StoredVersion& version) const;
  /// The first version of a commit at or after this time; one more than the last when there is
  /// none.
  Result<Seq> first_since(Instant time) const;
  /// Does a resource of this type and id exist, not deleted?
  Result<bool> exists(std::string_view type, std::string_view id) const;

  Result<std::vector<Delivery>> deliveries(const Principal& principal, std::int64_t offset,
                                           std::int64_t limit, std::int64_t* total = nullptr) const;
  Result<Delivery> delivery(const Principal& principal, DeliveryId id) const;
  /// nullopt-like: not_found when no finished delivery has this digest.
  Result<Delivery> delivery_by_digest(std::string_view digest) const;
  /// state < 0: all
  Result<std::vector<Problem>> problems(const Principal& principal, DeliveryId delivery, int state,
                                        std::int64_t offset, std::int64_t limit,
                                        std::int64_t* total = nullptr) const;
  Result<Problem> problem(const Principal& principal, std::int64_t id) const;  ///< original opened
  Result<std::vector<Orphan>> orphans(const Principal& principal, DeliveryId delivery,
                                      std::int64_t offset, std::int64_t limit) const;
  Result<std::vector<ReportedValue>> reported(const Principal& principal,
                                              std::string_view plan) const;

  /// Change feed, oldest first.
  Result<std::vector<FeedEntry>> feed(BatchId after, std::int64_t limit) const;
  BatchId last_batch() const;
  Seq last_seq() const;

  /// 63-bit hash of a word under the store's secret: what an index outside of the records keeps
  /// instead of a name or an identifier.
  std::int64_t keyed_token(std::string_view word) const;

  /// Every version in seq order in (from, to], deletions too, for rebuild and check; `current` is
  /// right for each.
  /// visit   returns false to stop
  /// wanted  versions of other types are not unpacked and not visited; empty: all are
  Result<void> scan(const Principal& principal, Seq from, Seq to,
                    const std::function<bool(const StoredVersion&)>& visit,
                    const std::function<bool(std::string_view type)>& wanted = {}) const;
  /// Labels of compartments are kept for versions up to this one; those of later ones are found by
  /// reading their person. Where nothing is kept: last_seq().
  Seq labelled() const;
  /// Keeps those that came since, so that reads need not find them. What was done stays done.
  /// progress  called with versions done and to do; false stops
  /// errors    unavailable: the disk, or stopped
  Result<void> catch_up_labels(
      const std::function<bool(std::int64_t done, std::int64_t all)>& progress = {});
  /// Kept labels that are not what reading finds, one sentence each.
  Result<std::vector<std::string>> check_labels() const;
  /// For an export, which gives everything that one principal may see: a stretch of the versions in
  /// seq order, those that were the newest of their resource when `snapshot` was the last one. As
  /// peek() otherwise; not audited either: whoever gives them says so with note_acts().
  struct Stretch {
    Seq from = 0;  ///< exclusive
    Seq to = 0;    ///< inclusive
    Seq snapshot = 0;
    std::size_t bytes = 8u << 20;  ///< of bodies, unpacked; the stretch ends early behind these
    const std::vector<Seq>* only = nullptr;  ///< looks at these alone, rising
    bool deletions = false;  ///< gives those too, where the principal might see what was deleted
  };
  struct Walked {
    std::vector<StoredVersion> versions;
    Seq reached = 0;  ///< everything up to here was looked at
  };
  /// wanted  asked before a body is unpacked; empty: all
  using Wanted = std::function<bool(std::string_view type, ResidentId resident)>;
  Result<Walked> walk(const Principal& principal, const Stretch& stretch,
                      const Wanted& wanted = {}) const;
  /// Versions of all resources of these persons, rising, for Stretch::only.
  Result<std::vector<Seq>> versions_of_residents(const std::vector<ResidentId>& residents) const;

  /// Bytes that lie in files beside the records, sealed as bodies are; plain in a store without
  /// keys. context  as Vault::seal()
  std::string seal(std::string_view plain, std::string_view context) const;
  Result<std::string> open_sealed(std::string_view sealed, std::string_view context) const;

  /// Counts of current resources per type.
  Result<std::vector<std::pair<std::string, std::int64_t>>> counts() const;

  /// Internal consistency: indexes agree with versions, feed has no gap, SQLite's own check.
  /// returns  one sentence per fault; empty = sound
  Result<std::vector<std::string>> check(const std::function<void(double)>& progress = {}) const;

  struct AuditEntry {
    Instant at;
    std::string user;
    std::string purpose;
    std::string action;  ///< "read", "search", "write"
    /// "resident 12", "resident 12 Encounter/…", "residents, 1 words, area all"; never a name
    std::string what;
    std::string from;     ///< address; empty: this machine
    std::int64_t id = 0;  ///< place in the chain; given by reads
  };
  /// A place between two entries, from where a search goes on.
  struct AuditPlace {
    Instant at;
    std::int64_t id = 0;
  };
  struct AuditQuery {
    std::string user;                     ///< empty: anybody
    std::string what;                     ///< beginning of it; empty: anything
    ResidentId resident = 0;              ///< what was done about this person; 0: anybody or nobody
    std::string action, purpose, from;    ///< exact; empty: any
    std::optional<Instant> since, until;  ///< [since, until)
    std::optional<AuditPlace> before;     ///< entries older than this place
    std::int64_t offset = 0;
    std::int64_t limit = 100;
    std::int64_t most = 0;  ///< entries to look at before giving up for now; 0: no end
  };
  struct AuditPage {
    std::vector<AuditEntry> entries;  ///< newest first
    std::optional<AuditPlace> next;   ///< where to go on; none: everything was looked at
  };
  /// Looks along the index that leaves the fewest entries, so that a page of a hundred million
  /// entries takes as long as one of a thousand; what no index narrows down is bounded by `most`.
  Result<AuditPage> search_audit(const Principal& principal, const AuditQuery& query) const;
  /// The entries of search_audit alone.
  Result<std::vector<AuditEntry>> audit(const Principal& principal, const AuditQuery& query) const;
  /// Leaves an entry about what is neither a read nor a commit: an account, the audit itself.
  /// what  never a name of a resident
  void note_audit(const Principal& principal, std::string action, std::string what) const;
  /// The newest audit entry that the calling thread has noted since it asked last; 0: none.
  std::uint64_t take_noted() const;
  /// Calls done(true) as soon as this entry and all before it are on the disk, done(false) when
  /// they could not be written: at once, or from the thread that writes. Nobody is shown what he
  /// read before.
  void when_audited(std::uint64_t entry, std::function<void(bool)> done) const;
  /// Appends entries that were kept elsewhere until now, with their own times; durable when it
  /// returns.
  /// errors  forbidden: open for reading only
  Result<void> note_acts(std::vector<AuditEntry> entries);
  struct AuditVerdict {
    std::int64_t entries = 0;
    std::int64_t anchors = 0;
    std::vector<std::string> faults;  ///< one sentence each, the first 100; empty = sound
  };
  /// Called now and then with the entries looked at and those there were at the beginning; false
  /// stops.
  using AuditProgress = std::function<bool(std::int64_t done, std::int64_t all)>;
  /// Recomputes the chain of hashes; with a public key also the signatures of the anchors.
  /// errors  unavailable: stopped by `progress`
  Result<AuditVerdict> verify_audit(const Principal& principal,
                                    const crypto::Key* public_key = nullptr,
                                    const AuditProgress& progress = {}) const;

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hb::records
