#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/compartments.hpp"
#include "core/policy.hpp"
#include "core/principal.hpp"
#include "core/result.hpp"
#include "fhir/check_validator.hpp"
#include "records/store.hpp"
#include "tables/database.hpp"
#include "views/view.hpp"

namespace hb::ingest {

class IdlePreparers;

struct HubOptions {
  std::string views_dir;       ///< scenes/core/views
  std::string profiles_dir;    ///< scenes/core/profiles; empty = levels as built in, no profiles
  std::string audit_key_file;  ///< empty = audit.key in the store's directory; made when absent
  /// Holds the master key of a sealed store. A store made now is sealed with it, the file made when
  /// it is absent; empty: a new store is not sealed, a sealed one does not open.
  std::string key_file;
  crypto::Suite suite = crypto::Suite::aes_256_gcm;  ///< of a store made now
  crypto::Scope scope = crypto::Scope::all;          ///< of a store made now
  bool create = true;
  int threads = 2;
  bool read_only = false;
  Clock clock = system_clock();
  /// What only its own programme reads; null: nothing is closed to anybody.
  std::shared_ptr<const Compartments> compartments;
  /// Who sees what of persons; null: nothing is kept from anybody but by areas.
  std::shared_ptr<const Policy> policy;
  /// The day at which relations to persons are judged; empty: today in Shanghai by `clock`.
  std::function<Date()> today;
  /// open() builds the tables of changed views before it returns; false: the caller does, by
  /// build_tables(), and the former tables answer until then.
  bool build_tables = true;
  std::function<void(double)> building;  ///< progress 0…1 of that, and of what the tables lack
};

struct BuildOptions {
  std::function<void(double)> progress;  ///< 0…1
  /// Asked between steps and while waiting; true: stops, and the next start goes on from there.
  std::function<bool()> cancelled;
  std::size_t versions_per_step = 100'000;  ///< rows of so many are durable at once
};

/// A store directory opened: records.db, tables.db, and the views that lead from one to the other.
/// Opening catches the tables up with the feed.
class Hub {
 public:
  /// errors  unavailable: used by another process, disk full; invalid_input: not a store
  static Result<std::unique_ptr<Hub>> open(const std::string& directory, const HubOptions& options);
  ~Hub();

  records::Store& store();
  const tables::Database& tables() const;
  tables::Database& tables();
  const views::Flattener& flattener() const;
  const std::shared_ptr<const fhir::Rulebook>& rulebook() const;
  const std::string& directory() const;
  IdlePreparers& idle_preparers();  ///< see ingest/idle_preparers.hpp

  /// Applies what the tables lack, from the feed; returns the batch reached.
  Result<BatchId> catch_up(const std::function<void(double)>& progress = {});
  /// Builds the tables of views that are new or have changed, each beside the one that answers, and
  /// swaps them in one transaction. Other tables are not touched; loads may go on meanwhile. What
  /// was built is kept when the program ends. When it has swapped it commits a batch of the feed
  /// that says the tables were touched, so that everything derived follows.
  /// returns  names of the tables that answer anew; empty: nothing was to be built, or cancelled
  Result<std::vector<std::string>> build_tables(const BuildOptions& options = {});
  /// Makes all tables anew from the records. progress 0…1.
  Result<void> rebuild(const std::function<void(double)>& progress = {});
  /// Proves that the tables equal the records and that the records are sound.
  /// returns  one sentence per fault; empty = sound
  Result<std::vector<std::string>> check(const std::function<void(double)>& progress = {});

 private:
  struct State;
  explicit Hub(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hb::ingest
