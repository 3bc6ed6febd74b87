#pragma once
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "tables/changes.hpp"
#include "tables/database.hpp"
#include "tables/duck.hpp"
#include "tables/pool.hpp"
#include "tables/scene_sql.hpp"
#include "tables/watchdog.hpp"

namespace hb::tables {

/// Which batches are in the tables: what `feed.applied` says, kept in memory.
class Applied {
 public:
  enum class Claim { ours, done, mixed };

  void load(const ResultSet& batches);
  void forget();
  /// All of them as ranges, rising.
  std::vector<BatchRange> ranges() const;
  bool empty() const;
  BatchId reached() const;
  bool done(BatchId batch) const;
  /// ours: the caller applies them and must call finish(); done: all were applied before; mixed:
  /// some were. Waits while another caller has one of them in hand.
  Claim claim(const std::vector<BatchId>& batches);
  void finish(const std::vector<BatchId>& batches, bool applied);

 private:
  bool has(BatchId batch) const { return batch <= reached_ || ahead_.contains(batch); }
  void add(BatchId batch);

  mutable std::mutex mutex_;
  std::condition_variable finished_;
  BatchId reached_ = 0;        ///< longest gap-free prefix
  std::set<BatchId> ahead_;    ///< applied beyond it
  std::set<BatchId> in_hand_;  ///< claimed, not finished
};

/// A table that is defined: its schema and where its rows are.
struct Physical {
  TableSchema schema;
  std::string table;  ///< in schema main: encounter__0f3c…
  bool kept = true;   ///< false: nobody can make its rows any more; it stands still
};

/// A table that is filled beside the one that answers under its name, if there is one.
struct Unfinished {
  Physical physical;
  std::vector<BatchRange> owed;  ///< rising; guarded by build_mutex
};

using Tables = std::map<std::string, Physical>;
using UnfinishedTables = std::map<std::string, Unfinished>;

struct Database::State {
  std::string path;
  OpenOptions options;
  std::optional<duck::Engine> engine;
  Applied applied;

  /// Appends hold it shared; what changes tables as a whole (define, clear, checkpoint) alone.
  std::shared_mutex tables_mutex;
  /// Deletes and updates of two transactions could meet in one row: one at a time.
  std::mutex change_mutex;
  /// One piece at a time is built, and what is owed changes with it.
  mutable std::mutex build_mutex;
  Tables tables;                ///< that answer, by name; guarded by tables_mutex
  UnfinishedTables unfinished;  ///< by name; guarded by tables_mutex
  /// Commits hold it shared; a moment, whose connections must see the same, alone.
  std::shared_mutex commit_mutex;
  std::atomic<int> open_moments{0};
  ChangeLog changes;                        ///< of what is committed; added to under commit_mutex
  std::shared_ptr<const SceneNames> names;  ///< of tables; guarded by tables_mutex

  std::unique_ptr<Watchdog> watchdog;  ///< before pool: the pool's connections die first
  std::unique_ptr<ConnectionPool> pool;
  std::unique_ptr<SceneSqlCheck> check;

  Result<void> load_tables(const duck::Connection& connection);
  void name_tables();
};

using NamedValues = std::vector<std::pair<std::string, Value>>;

/// A statement with its parameters bound by name and an end; at most a million rows.
struct WatchedAsk {
  const std::string& sql;
  const NamedValues& parameters;
  Watchdog::Time deadline;
  std::chrono::milliseconds time_limit;  ///< for the message
};
Result<ResultSet> ask_watched(Watchdog& watchdog, const duck::Connection& connection,
                              const WatchedAsk& ask);
/// Statements of one connection, planned once and run again with other parameters.
using Prepared = std::map<std::string, duck::Statement>;
Result<ResultSet> ask_watched(Watchdog& watchdog, const duck::Connection& connection,
                              Prepared& prepared, const WatchedAsk& ask);

/// encounter__0f3c…: the name and a hash of all that makes the rows.
std::string physical_name(const TableSchema& schema);
const char* sql_type(ColumnType type);

/// Statements that create a table, empty, and the views under its plain name.
std::string create_table_sql(const TableSchema& schema, const std::string& table);
/// The same under all the rules of access that `options` state.
std::vector<std::string> create_views_sql(const Tables& tables, const OpenOptions& options);
/// Statements that write down what is defined and what is owed, in place of what stood there.
std::vector<std::string> remember_sql(const Tables& tables, const UnfinishedTables& unfinished);
Result<void> run_all(const duck::Connection& connection, const std::vector<std::string>& sqls);
std::string text_of(const Value& value);
/// One column of numbers; one more text or, where it is empty, NULL.
Column integers(const std::vector<std::int64_t>& values);
Result<void> append_column(const duck::Connection& connection, const std::string& schema,
                           const std::string& table, const std::vector<ColumnType>& types,
                           const std::vector<Column>& columns);

/// The views of schema `closed`: those of `scoped` without the rows of the compartments that are
/// closed to the principal, which ConnectionPool states in variables of the connection.
std::vector<std::string> closed_views_sql(const Compartments& compartments, const Tables& tables);
/// The statements that set those variables. set  the closed compartments
std::string closed_variables_sql(const Compartments& compartments, Compartments::Set set);

/// errors  invalid_input: the policy keeps back a column that a defined table has not
Result<void> check_columns(const Policy& policy, const std::map<std::string, Physical>& tables);
/// The views of schema `ruled`: those of `closed` (or `scoped`) with hidden and masked columns,
/// empty where the principal sees no record of the kind; and of schema `related`: those of `ruled`
/// with the rows of related persons alone. Both read variables of the connection.
std::vector<std::string> policy_views_sql(const Policy& policy,
                                          const std::map<std::string, Physical>& tables,
                                          bool has_compartments);
/// The statements that set those variables. rule  the one that counts; null: none does
std::string policy_variables_sql(const Policy& policy, const Policy::Rule* rule,
                                 const Principal& principal, Date today);

/// Tables that a change is made in.
using Targets = std::vector<const Physical*>;

/// Appends the rows of each block to the target that has its schema. Blocks of a former schema
/// without a target are left out.
Result<void> append_blocks(const duck::Connection& connection, const Targets& targets,
                           const std::vector<RowBlock>& blocks);
/// Statements that bring the event tables in line with corrected demographics; the temporary table
/// `fix` holds them. Both note in feed.former, under `batch`, which months they change.
Result<void> apply_fixes(const duck::Connection& connection, const Targets& targets,
                         const std::vector<TableBatch::ResidentFix>& fixes, BatchId batch);
Result<void> delete_replaced(const duck::Connection& connection, const Targets& targets,
                             const std::vector<std::int64_t>& replaced, BatchId batch);
/// While tables are built: what goes and what is corrected is written down for the day they are
/// finished, because their rows may come after it.
Result<void> note_for_unfinished(const duck::Connection& connection, const TableBatch& batch);

}  // namespace hb::tables
