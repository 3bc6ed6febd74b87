#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/compartments.hpp"
#include "core/date.hpp"
#include "core/ids.hpp"
#include "core/policy.hpp"
#include "core/principal.hpp"
#include "core/result.hpp"
#include "tables/rows.hpp"

namespace hb::tables {

/// One value of a result or a parameter. DECIMAL comes as its exact text in `Decimal`.
struct Decimal {
  std::int64_t scaled;  ///< value × 10^scale
  int scale;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};
using Value =
    std::variant<std::monostate, bool, std::int64_t, double, Decimal, std::string, Date, Instant>;

struct ResultSet {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

/// All rows that some consecutive commits of the records made, and which former versions they
/// replace.
struct TableBatch {
  std::vector<BatchId> batches;        ///< numbers of the commits whose rows are here, all of them
  std::vector<RowBlock> blocks;        ///< stamped
  std::vector<std::int64_t> replaced;  ///< seqs whose rows go, in every table
  struct ResidentFix {                 ///< corrected demographics: follow into the event tables
    ResidentId resident;
    std::string sex;  ///< FHIR code; empty = unknown
    bool has_birth_date;
    Date birth_date;
  };
  std::vector<ResidentFix> resident_fixes;
};

struct OpenOptions {
  int threads = 2;
  std::int64_t memory_limit_mb = 768;
  bool compress = true;  ///< false: uncompressed staging (bench)
  bool read_only = false;
  /// What only its own programme sees; null: nothing is closed to anybody. They take effect with
  /// define().
  std::shared_ptr<const Compartments> compartments;
  /// Who sees which rows and columns; null: nothing is kept back but by areas and compartments.
  std::shared_ptr<const Policy> policy;
  /// The day at which relations to persons are judged; empty: today in Shanghai.
  std::function<Date()> today;
};

/// Rows that were deleted or corrected, by the month of their event.
struct FormerRows {
  std::string table;
  std::string month;  ///< "2025-11"; empty: the rows carry no event date
};

/// Batches first … last, both included.
struct BatchRange {
  BatchId first;
  BatchId last;
  friend bool operator==(const BatchRange&, const BatchRange&) = default;
};

/// A table that is filled beside the one that still answers under its name.
struct Building {
  TableSchema schema;
  std::vector<BatchRange> owed;  ///< whose rows it lacks, rising; empty: it can be finished
};

/// What the commits between two moments touched.
struct Changes {
  std::vector<ResidentId> residents;   ///< of appended and corrected rows, in order, each once
  std::vector<std::int64_t> replaced;  ///< seqs whose rows went, in order
  std::set<std::string> tables;        ///< with appended rows
  std::set<std::string> unowned;       ///< with appended rows that belong to no resident
  bool fixed = false;     ///< demographics in the event tables of some of the residents
  bool too_many = false;  ///< a bulk load, or tables made anew: nothing else is filled in
};

class Moment;

struct TableInfo {
  std::string name;
  std::int64_t rows;
};

/// The derived tables: DuckDB in tables.db beside the records. Can always be thrown away and
/// rebuilt. All members may be called from many threads.
class Database {
 public:
  /// errors  unavailable: file locked, disk full, wrong library; invalid_input: not a DuckDB file
  static Result<std::unique_ptr<Database>> open(const std::string& path,
                                                const OpenOptions& options);
  ~Database();

  /// Makes each table physical under a name with its schema's content hash, behind a plain view of
  /// its own name, and drops physical tables no schema names any more. A table whose hash is new is
  /// built beside the former one, which goes on answering under the name until finish_building();
  /// other tables are not touched. On an empty database the new one answers at once.
  /// returns  names of the tables that are being built
  /// errors   invalid_input: a name that is not [a-z_]+ (columns: digits too), a table twice, no
  /// seq
  Result<std::vector<std::string>> define(const std::vector<TableSchema>& schemas);

  /// The tables that are being built. Rows of new batches reach them through apply() as they reach
  /// any other; what they owe is what was applied before they were defined.
  std::vector<Building> building() const;
  /// The schemas that answer meanwhile and that new rows must still be made for.
  std::vector<TableSchema> formers() const;
  /// No rows can be made for this former table any more: it stands still until its successor is
  /// finished, and will not be trusted later.
  Result<void> let_stand(const std::string& name);
  /// Appends rows of the batches of `range`, with which each of `names` begins to owe, and takes
  /// these batches off what they owe; one transaction.
  /// errors  invalid_input: not being built, or owes other batches
  Result<void> build(const std::vector<std::string>& names, BatchRange range,
                     const std::vector<RowBlock>& blocks);
  /// The tables answer in place of their former ones, which go; one transaction. What was replaced
  /// or corrected since they were defined is made good first.
  /// errors  invalid_input: not being built, or still owes batches
  Result<void> finish_building(const std::vector<std::string>& names);

  /// Appends, deletes, fixes and records `applied(batch)` in one transaction. Batches already
  /// applied make the call do nothing. Parallel calls with disjoint batches do not conflict; those
  /// with `replaced` or `resident_fixes` wait for each other. Deletes and fixes act on the rows
  /// that are there, those of this call included: the batch that made a row must be applied before,
  /// or together with, the one that replaces it. errors  invalid_input: no batch number, some
  /// batches applied and some not, rows that do not
  ///         fit the defined table; unavailable: disk full. Nothing is then changed.
  Result<void> apply(const TableBatch& batch);

  /// Longest gap-free prefix of applied batches.
  Result<BatchId> reached() const;
  /// Is this batch applied? Beyond reached() some may be, after a crash or a full disk.
  bool is_applied(BatchId batch) const;
  /// Where batches after this one deleted or corrected rows: the change feed of the records names
  /// only what the new rows touch.
  Result<std::vector<FormerRows>> former(BatchId after) const;
  /// Forgets all rows and applied batches (before a rebuild); what was being built answers at once.
  Result<void> clear();

  /// Scene SQL: one SELECT over unqualified names, in the schema of scoped views, with $name
  /// parameters bound by name; a parameter the statement does not use is left out. The statement is
  /// checked on DuckDB's own syntax tree (check_scene_sql) before it runs; it is interrupted after
  /// `time_limit`, the waiting for a free connection included. At most a million rows.
  /// errors  invalid_input: refused by the check, does not bind, or a parameter is missing;
  ///         unavailable: time limit
  Result<ResultSet> query(const Principal& principal, const std::string& sql,
                          const std::vector<std::pair<std::string, Value>>& parameters = {},
                          std::chrono::milliseconds time_limit = std::chrono::seconds(5)) const;

  /// The same for answers of any length: rows are visited as they are fetched, in no certain order
  /// without ORDER BY. visit  returns false to stop
  Result<void> scan(const Principal& principal, const std::string& sql,
                    const std::vector<std::pair<std::string, Value>>& parameters,
                    const std::function<bool(const std::vector<Value>&)>& visit,
                    std::chrono::milliseconds time_limit = std::chrono::minutes(30)) const;

  /// The tables as they are now, for as long as it is held. connections  that it may use at once
  Result<std::unique_ptr<Moment>> moment(int connections) const;
  /// What was committed between two moments (Moment::position()); nothing when it is too much or
  /// too long ago.
  std::optional<Changes> changes_between(std::uint64_t after, std::uint64_t upto) const;

  /// Only the check: one SELECT, allowed functions and tables, the common subset of DuckDB and
  /// PostgreSQL (docs/scene-sql.md). errors invalid_input with what is refused and what to write.
  Result<void> check_scene_sql(const std::string& sql) const;

  /// Residents who have one of these relations to the principal. Empty without a policy.
  /// day  at which they are judged; none: today
  Result<Related> related(const Principal& principal, Policy::Set relations,
                          std::optional<Date> day = {}) const;

  Result<std::vector<TableInfo>> tables() const;
  /// What is defined: the schema that answers, or that of a table being built for the first time.
  std::vector<TableSchema> schemas() const;
  /// Content of a table independent of row order: count and a hash, for `store check`.
  struct Checksum {
    std::int64_t rows;
    std::string hash;
    friend bool operator==(const Checksum&, const Checksum&) = default;
  };
  Result<Checksum> checksum(const std::string& table) const;
  /// Writes what is in the log into the file and compresses it.
  Result<void> checkpoint();
  /// Table as CSV with header (NULL = empty unquoted field) for copying into another engine.
  Result<void> export_csv(const std::string& table, const std::string& path) const;

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hb::tables
