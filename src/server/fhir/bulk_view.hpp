#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/fhir/bulk_export.hpp"
#include "views/view.hpp"

/// $viewdefinition-run: the rows of a view over resources that come along, or over those of the
/// store that the asker may read.
/// source  SQL on FHIR v2, operation ViewDefinition/$viewdefinition-run
namespace hb::server::fhir_api {

enum class RowFormat : std::uint8_t { ndjson, json, csv };
/// Media type of rows.
std::string_view row_type(RowFormat format);

struct ViewAsk {
  std::string view;  ///< ViewDefinition as JSON
  std::vector<std::string> resources;
  bool on_store = true;  ///< no resources came along
  std::vector<std::string> patients;
  std::string group;
  std::optional<Instant> since;
  std::int64_t limit = -1;  ///< rows; -1 = all
  RowFormat format = RowFormat::ndjson;
  bool header = true;  ///< of CSV
};

/// body         a Parameters resource, or empty
/// views_dir    where views that are named lie: NAME.json
/// reference    the name of the address; empty: of the body
/// errors       invalid_input, not_found
Result<ViewAsk> parse_view_ask(const Request& request, const std::string& views_dir,
                               std::string_view reference);

/// Makes the text of the answer piece by piece, so that memory does not grow with the rows. Persons
/// stand in the audit before their rows are given.
class ViewRun {
 public:
  /// errors  invalid_input: the view (where = its place)
  static Result<std::unique_ptr<ViewRun>> begin(Services& services, const Principal& principal,
                                                ViewAsk ask);
  ~ViewRun();
  /// Empty at the end. errors  invalid_input: a view that does not fit a resource, or takes more
  /// than its steps for one; unavailable: the store, or it takes too long altogether
  Result<std::string> next();

 private:
  struct State;
  explicit ViewRun(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hb::server::fhir_api
