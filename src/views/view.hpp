#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"
#include "fhir/parser.hpp"
#include "tables/rows.hpp"

namespace hb::views {

/// What the records know of the person of an event, stamped into the row when it is made.
struct ResidentStamp {
  ResidentId id = 0;     ///< 0 = no person
  std::string_view sex;  ///< FHIR code, empty = unknown
  bool has_birth_date = false;
  Date birth_date;
  std::string_view area;  ///< code of the present address, empty = unknown
};

/// Asked once per resource with the id of its Patient ("b9c7…", without "Patient/").
using ResidentOf = std::function<ResidentStamp(std::string_view patient_id)>;

/// A ViewDefinition (SQL on FHIR v2), compiled. Columns as declared; our own use of `tag`:
///   hb/store: key        getResourceKey()/getReferenceKey(Type) kept as BIGINT
///   crypto::resource_key hb/store: real       a decimal kept as REAL (DOUBLE), not as
///   DECIMAL(18,4) hb/role: resident    the reference to the Patient: becomes resident_id BIGINT
///   and adds
///                        resident_sex, resident_birth_date, resident_area (system columns; not
///                        for the Patient's own table, which says them itself)
///   hb/role: event_date  the day of the event (a date column): adds age_band INTEGER (0, 5, … 85 =
///   85+; NULL unknown)
class View {
 public:
  /// json    a ViewDefinition resource
  /// errors  invalid_input with the path inside the view: "select[0].column[2].path: column 5: …"
  static Result<View> compile(std::string_view json);
  ~View();
  View(View&&) noexcept;
  View& operator=(View&&) noexcept;

  const std::string& name() const;
  const std::string& resource() const;  ///< "Observation"
  /// Schema of the derived table: seq, the view's columns, then system columns.
  const tables::TableSchema& table() const;
  /// Its rows are wanted only as long as the table of a newer view of this name is built.
  void set_former();
  /// Names of the view's own columns, in order (without seq and system columns).
  std::vector<std::string> columns() const;

  struct Compiled;
  const Compiled& compiled() const { return *compiled_; }

 private:
  explicit View(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

/// All views, applied in one pass per resource.
class Flattener {
 public:
  /// How columns are evaluated; the rows are the same. `general` is there to test `planned`.
  enum class Way : std::uint8_t {
    planned,  ///< simple paths of all views in one walk over the resource
    general,  ///< each path on its own
  };
  explicit Flattener(std::vector<View> views, Way way = Way::planned);
  ~Flattener();
  Flattener(Flattener&&) noexcept;

  /// Without those of former views.
  std::vector<tables::TableSchema> schemas() const;
  /// Does any view make rows of this resource type?
  bool wants(std::string_view resource_type) const;

  /// Blocks of one chunk of resources, one per view that has rows; not thread safe: one per thread.
  class Sink {
   public:
    explicit Sink(const Flattener& flattener);
    ~Sink();
    Sink(Sink&&) noexcept;
    /// Appends the rows of all views of this resource type; `owner` is the resource's index in the
    /// chunk. errors invalid_input: a value does not fit its column (path and value kind); the rows
    /// of this resource are then removed from all blocks.
    Result<void> add(const fhir::Resource& resource, std::uint32_t owner,
                     const ResidentOf& resident_of);
    /// The blocks with rows; the sink is empty afterwards.
    std::vector<tables::RowBlock> take();

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

 private:
  friend class Sink;
  struct State;
  std::unique_ptr<State> state_;
};

/// Rows of one view as JSON texts, one per column of view.columns(): "null" where there is no
/// value, a list for columns with collection = true. What `view run` and the conformance suite see.
/// A resource of another type has no rows.
/// steps   of FHIRPath that the resource may take
/// errors  invalid_input: several values in a column that is no collection, where that is no
///         boolean; too many steps
Result<std::vector<std::vector<std::string>>> json_rows(const View& view,
                                                        const fhir::Resource& resource,
                                                        std::int64_t steps = 5'000'000);

/// Compiles every *.json of a directory, in name order. errors: where = file
Result<std::vector<View>> load_views(const std::string& directory);

}  // namespace hb::views
