#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "records/engine.hpp"
#include "records/keys.hpp"

namespace hb::records {

/// What of a problem is sealed. found and note: nullopt in a store without keys, where they stand
/// in plain columns.
struct SealedProblem {
  std::string original;
  std::optional<std::string> found, note;
};
SealedProblem sealed_problem(const crypto::Vault& vault, const Problem& problem);

/// What of a WriteSet can be worked out in the caller's thread.
struct PreparedSet {
  std::vector<std::int64_t> keys;                 ///< per resource
  std::vector<std::string> ids;                   ///< per resource, packed
  std::vector<std::string> fingerprints;          ///< per resource, as stored
  std::vector<SealedProblem> problems;            ///< per problem
  std::vector<std::int64_t> resident_keys;        ///< per resident
  std::vector<std::vector<std::int64_t>> tokens;  ///< per resident, rising, each once
};
/// errors  invalid_input: an empty or too long id, no body, an index out of range
Result<PreparedSet> prepare(const Engine& engine, const WriteSet& set);

/// The writing connection and what goes with a transaction. Used by the committer's thread only.
class Writer {
 public:
  Writer(Engine& engine, sqlite::Connection connection);

  // --- the transaction, driven by the committer
  // -----------------------------------------------------
  Result<void> begin();
  Result<void> savepoint();
  Result<void> keep_savepoint();
  Result<void> undo_savepoint();
  Result<void> write_audit(const std::vector<Store::AuditEntry>& entries);
  /// Makes it durable, then visible: indexes of the bulk load, caches, numbers.
  Result<void> commit();
  void abandon(const Error& why);
  void leave_transaction();

  // --- work inside a transaction ----------------------------------------------------------------
  Result<Receipt> write(const WriteSet& set, const PreparedSet& prepared);
  Result<Delivery> begin_delivery(std::string_view name, std::string_view source,
                                  std::string_view digest);
  Result<void> write_info(const StoreInfo& info);
  /// returns  the number of the new dictionary
  Result<std::uint32_t> write_dictionary(std::string_view type, std::string_view content);

  /// Bodies sealed anew, and how far that has come.
  Result<void> write_resealed(const Resealed& resealed);
  /// Writes a row as it stands.
  Result<void> touch();
  /// A batch of problems, which others may change meanwhile.
  Result<void> reseal_problems(Resealing from);

  // --- work outside a transaction ---------------------------------------------------------------
  /// A new data key that seals from now on.
  Result<void> rotate_keys();
  /// Takes the ring that stands in the store, also when another process changed it.
  /// returns  true when it was another
  Result<bool> adopt_keys();
  /// Gives keys to a store that has none: from now on everything new is sealed, and search tokens
  /// are those of the keys.
  Result<void> give_keys(const crypto::Keyring& ring, crypto::Scope scope);
  Result<void> change_master_key(const std::string& master_key);
  /// Writes the file anew, so that nothing is left of what was replaced.
  Result<void> scrub();
  Result<void> begin_bulk();
  Result<void> finish_bulk(const std::function<void(double)>& progress);
  /// After a crash: collects again what the indexes owe; finish_bulk() then pays it.
  Result<void> collect_owed();
  Result<bool> owes();

 private:
  struct Current {
    Seq seq;
    std::int64_t version;
    std::string fingerprint;
    ResidentId resident;
    bool deleted;
  };
  struct Count {
    int type;
    std::int64_t resources;
    std::int64_t versions;
  };
  /// What becomes visible with the commit; a savepoint undone cuts it back.
  struct Effects {
    std::vector<Pair> keys;
    std::vector<Pair> residents;
    std::vector<Pair> tokens;
    std::vector<Pair> patients;
    std::vector<std::pair<std::int64_t, Resident>> changed;  // patient key
    std::vector<std::int64_t> words;                         // tokens whose lists changed
    std::vector<std::pair<int, std::string>> types;
  };
  struct Mark {
    Seq next_seq = 0;
    BatchId next_batch = 0;
    std::size_t keys = 0, residents = 0, tokens = 0, patients = 0, changed = 0, types = 0;
  };

  Result<int> type_number(std::string_view name);
  Result<std::optional<Current>> find_current(int type, std::string_view id, std::int64_t key);
  Result<std::optional<Current>> current_among(std::vector<Seq> candidates, int type,
                                               std::string_view id);
  Result<std::optional<Current>> current_in_table(int type, std::string_view id, std::int64_t key);
  bool table_may_have(std::int64_t key);
  Result<void> build_table_filter();

  Result<void> write_version(const WriteSet& set, const PreparedSet& prepared, std::size_t i,
                             Receipt& receipt, std::vector<Count>& counts);
  Result<void> insert_version(const NewVersion& version, int type, const PreparedSet& prepared,
                              std::size_t i, const std::optional<Current>& former);
  /// People whose Patient the set deletes: refused while others of their resources are there.
  Result<void> forget_people(const WriteSet& set, const Receipt& receipt);
  Result<void> forget_person(ResidentId id, Seq deletion, BatchId batch);
  /// People who were forgotten and whom a resource of the set names after all.
  Result<void> remember_people(const WriteSet& set, const Receipt& receipt);
  Result<void> remember_person(ResidentId id);
  Result<void> load_gone();
  Result<bool> has_records(ResidentId resident);
  Result<void> write_counts(const std::vector<Count>& counts);
  Result<void> write_residents(const WriteSet& set, const PreparedSet& prepared,
                               const Receipt& receipt);
  Result<bool> write_resident(const Resident& resident, std::int64_t key);
  Result<void> write_words(ResidentId resident, const std::vector<std::int64_t>& tokens,
                           BatchId batch);
  Result<void> write_rest(const WriteSet& set, const PreparedSet& prepared, const Receipt& receipt);
  Result<void> write_problems(const std::vector<Problem>& problems,
                              const std::vector<SealedProblem>& sealed, DeliveryId delivery);
  Result<void> write_orphans(const std::vector<Orphan>& orphans, DeliveryId delivery);
  Result<void> write_reported(const std::vector<ReportedValue>& values, DeliveryId delivery);
  Result<void> write_touched(const std::vector<Touched>& touched, BatchId batch);
  Result<void> write_delivery(const Delivery& delivery);
  Result<void> update_problem(const WriteSet::ProblemUpdate& update, const Receipt& receipt);
  Result<void> write_resident_watermark();
  void publish();
  void publish_residents();
  void reset_to_committed();

  Result<void> preload_residents();
  Result<void> collect_owed_versions(Seq after);
  Result<void> collect_owed_words(BatchId after);
  Result<void> collect_owed_patients();
  Result<void> merge_into(const char* sql, const OwedPairs& pairs,
                          const std::function<void(std::int64_t)>& merged);
  Result<void> drop_stale_tokens();
  Result<void> seal_tokens(const crypto::Keyring& ring);
  Result<void> reseal_dictionaries();

  Engine& engine_;
  sqlite::Connection connection_;
  Seq next_seq_ = 1;
  BatchId next_batch_ = 1;
  ResidentId stored_next_resident_ = 1;
  Effects effects_;
  Mark mark_;
  std::uint64_t kept_ = 0;  // pieces of work in this transaction
  KeyTable overlay_;        // keys of this transaction while a bulk load runs
  // While a bulk load runs, about the key table as it stood before:
  Seq table_rows_ = 0;
  std::int64_t table_lookups_ = 0;
  std::optional<Bloom> table_filter_;
  std::optional<std::set<ResidentId>> gone_;  // people who may be gone; read when first needed
  std::vector<Pair> suspect_tokens_;  // (token, resident) that a later version may have dropped
};

}  // namespace hb::records
