#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/vault.hpp"
#include "records/fields.hpp"
#include "records/file_lock.hpp"
#include "records/health.hpp"
#include "records/owed_pairs.hpp"
#include "records/packer.hpp"
#include "records/resident_cache.hpp"
#include "records/sqlite.hpp"
#include "records/token_lists.hpp"
#include "records/store.hpp"

namespace hb::records {

class Committer;
class Labels;
class Writer;

/// Names of resource types as the small numbers that stand in the versions. Thread safe.
class TypeNames {
 public:
  int number(std::string_view name) const;  ///< 0 when not known
  std::string name(int number) const;       ///< empty when not known
  void put(int number, std::string_view name);
  void forget(int number);  ///< the last one put
  int next() const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, int, std::less<>> numbers_;
  std::vector<std::string> names_;  // [number]
};

/// The four indexes while a bulk load runs. In use: reads consult them before the tables.
struct Owed {
  Owed(const std::string& folder, std::size_t limit)
      : keys(folder, limit, OwedPairs::Lookup::often),
        residents(folder, limit / 2, OwedPairs::Lookup::seldom),
        tokens(folder, limit / 2, OwedPairs::Lookup::seldom),
        patients(folder, limit / 2, OwedPairs::Lookup::seldom) {}
  OwedPairs keys;
  OwedPairs residents;
  OwedPairs tokens;
  OwedPairs patients;  // never looked up: the resident cache is complete meanwhile
};

/// Everything a Store consists of; its parts (writer, reads, check) are functions over it.
struct Engine {
  Engine(std::string store_path, OpenOptions open_options);
  ~Engine();

  std::string path;
  std::string folder;
  OpenOptions options;
  StoreInfo info;  // changes only through set_info
  mutable std::mutex info_mutex;
  /// Key of the search tokens where the store has no keys, or had none once; see token().
  std::string secret;
  std::optional<FileLock> lock;
  mutable crypto::Vault vault;  // mutable: a reader may meet a newer ring than it has
  std::string ring_text;        // the ring in the vault as it stands in info; writer's thread only
  Packer packer{vault};
  mutable Health health;
  HighMark mark;
  mutable sqlite::ReaderPool readers;
  TypeNames types;
  Owed owed;
  mutable Interner texts;
  ResidentCache residents;

  mutable std::shared_mutex traits_mutex;
  mutable bool traits_loaded = false;
  mutable People people;
  mutable TokenLists token_lists;  // put and dropped under traits_mutex

  std::unique_ptr<const FieldPlan> fields;  // when there is a policy
  FindRelated related;
  std::unique_ptr<Labels> labels;  // when there are compartments and the store is open for writing

  std::atomic<Seq> last_seq{0};
  std::atomic<BatchId> last_batch{0};
  std::atomic<bool> bulk{false};

  std::unique_ptr<Writer> writer;        // absent when read-only
  std::unique_ptr<Committer> committer;  // absent when read-only

  std::int64_t key(std::string_view type, std::string_view id) const;
  /// A folded word as it stands in the search index. In a store that was sealed later, a token is
  /// made of what the token was before, so that sealing needs no body.
  std::int64_t token(std::string_view word) const;
};

}  // namespace hb::records
