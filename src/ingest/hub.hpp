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

  /// Applies what the tables lack, from the feed; returns the batch reached.
  Result<BatchId> catch_up(const std::function<void(double)>& progress = {});
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
