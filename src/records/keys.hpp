#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "crypto/vault.hpp"
#include "records/sqlite.hpp"

namespace hb::records {

struct Engine;

// What sealed values of the records are, as Vault::seal() wants to know.
inline constexpr std::string_view problem_original = "problem original";
inline constexpr std::string_view problem_found = "problem found";
inline constexpr std::string_view problem_note = "problem note";
inline constexpr std::string_view dictionary_content = "dictionary";

/// A dictionary as it stands in the store: sealed, or of a store without keys.
Result<std::string> dictionary_of(const crypto::Vault& vault, std::string_view stored);
/// The token under the keys of one that was made without.
std::int64_t sealed_token(const crypto::Keyring& ring, std::int64_t former);

/// How far what an older key sealed, or none, has been sealed anew; row `resealed` of info. What is
/// written after a key came is sealed with it, so the last numbers of that moment are the goal.
struct Resealing {
  std::uint32_t key = 0;  ///< with which
  Seq seq = 0, last_seq = 0;
  std::int64_t problem = 0, last_problem = 0;
  Seq veiled = 0, last_plain = 0;  ///< fingerprints of a store that was sealed later

  bool done() const { return seq >= last_seq && problem >= last_problem; }
  std::string text() const;
  static Resealing of(std::string_view text);  ///< numbers that are missing are 0
};

/// One batch of versions; they never change otherwise.
struct Resealed {
  struct Version {
    Seq seq;
    std::string body, fingerprint;
  };
  std::vector<Version> versions;
  Resealing reached;
};

/// The ring as it stands in info; empty: the store has no keys. Reads `resealed` too.
struct StoredKeys {
  std::string ring;
  crypto::Scope scope = crypto::Scope::all;
  Resealing resealing;
  bool scrub_owed = false;
};
Result<StoredKeys> read_keys(sqlite::Connection& connection);
/// Rows of a store that was just made, or that gets keys.
Result<void> write_keys(sqlite::Connection& connection, const StoredKeys& keys);

/// Puts the ring of the store into the vault.
/// errors  invalid_input: another master key; forbidden: sealed, and no master key was given
Result<void> load_keys(Engine& engine, sqlite::Connection& connection);
/// The same again for a reader; true when the ring was another.
bool refresh_keys(const Engine& engine);

struct KeyState {
  bool sealed = false;  ///< the rest is empty when not
  crypto::Suite suite{};
  crypto::Scope scope{};
  std::vector<crypto::Keyring::Key> keys;
  std::uint32_t current = 0;
  Resealing resealing;
  bool scrub_owed = false;  ///< a former plain text may still lie in unused parts of the file
};

/// Keys of a store: rotation, and the quiet work of sealing anew what older keys sealed, in small
/// batches between other commits, from where a crash left it. Also watches for a rotation that
/// another process asked for. All members may be called from many threads.
class Keys {
 public:
  explicit Keys(Engine& engine);
  ~Keys();

  Result<KeyState> state() const;
  /// Bodies and originals of problems per key that seals them; 0 = none. Reads everything.
  Result<std::map<std::uint32_t, std::int64_t>> count() const;

  /// A new data key: seals everything that is written after the call. The rest follows by itself.
  Result<void> rotate();
  /// Gives keys to a store without, seals everything in it and writes the file anew, so that
  /// nothing plain is left in it. Called again after an interruption it goes on.
  /// errors  conflict: sealed with another master key, or everything is sealed already
  Result<void> seal(const std::string& master_key, crypto::Suite suite, crypto::Scope scope,
                    const std::function<void(double)>& progress = {});
  /// Seals anew without pauses until nothing is left. progress  called with 0…1
  Result<void> finish(const std::function<void(double)>& progress = {});
  /// Wraps the data keys with another master key; no data changes.
  Result<void> change_master_key(const std::string& master_key);

 private:
  void start();
  void loop();
  /// One batch. returns  false when nothing was left to do
  Result<bool> step();
  Result<Resealed> next_versions(const Resealing& from) const;
  Result<void> adopt();

  Engine& engine_;
  std::mutex stepping_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::string adopted_;  // ring as it stood when the writer last looked
  std::thread thread_;
};

/// Adds a data key to a store that another process has open, which takes it within a second and
/// seals anew. returns  the number of the key. errors  as Store::open
Result<std::uint32_t> rotate_in_use(const std::string& path, const std::string& master_key,
                                    Instant now);

}  // namespace hb::records
