#pragma once
#include <memory>
#include <string>

#include "core/principal.hpp"
#include "indicators/given_cells.hpp"
#include "server/json.hpp"
#include "server/services.hpp"

namespace hb::server {

/// The engine of the computed indicators of a store. profile  of similar areas; may be null
std::unique_ptr<indicators::MeasureEngine> make_measure_engine(
    const Services& services, const std::string& store,
    std::shared_ptr<const indicators::AreaProfile> profile);

/// Periods that are computed before anybody asks: the running month, quarter and year and the year
/// before; later the months, quarters and years that they are compared with.
std::vector<Period> first_periods(Date today);
std::vector<Period> later_periods(Date today);

/// Whether a period asked for can have numbers: years long before the first record are refused, so
/// that no request starts a computation over nothing. errors  invalid_input: where = "period"
Result<void> check_period(const Services& services, const Period& period);

using indicators::Reader;
Reader reader_of(const Services& services, const Principal& principal);

/// Permission to be given internal indicators, and counts that are internal.
inline constexpr std::string_view internal_figures = "internal-figures:read";
/// A measure by id; null: there is none, or none that this principal may know figures of.
const indicators::Measure* given_measure(const Services& services, const Principal& principal,
                                         std::string_view id);
/// Whether an indicator, computed or reported, is internal and this principal is not given it.
bool is_kept_from(const Services& services, const Principal& principal,
                  const indicators::Measure& measure);

/// indicators::given_cells() by the rules of this server.
Result<std::vector<indicators::MeasureCell>> given_cells(const Services& services,
                                                         const indicators::Snapshot& snapshot,
                                                         const Reader& reader,
                                                         const indicators::CellsAsk& ask);
/// The same for what asks by itself; makes what is missing. Must not outlive the services.
indicators::CellSource source_of(const Services& services, const Reader& reader);

/// The Measure object of the API of figures that are at hand. trend  oldest first
json::object measure_view(const indicators::Measure& measure, const indicators::MeasureCell& cell,
                          const std::optional<double>& previous,
                          const std::vector<indicators::MeasureCell>& trend);

/// The Measure object of the API: value, target, status, trend. area has been allowed.
Result<json::object> measure_object(const Services& services, const indicators::Snapshot& snapshot,
                                    const Reader& reader, const indicators::CellsAsk& ask);
/// The same with definition, SQL, targets and what plans report.
Result<json::object> measure_detail(const Services& services, const indicators::Snapshot& snapshot,
                                    const Reader& reader, const indicators::CellsAsk& ask);

/// What a derived indicator is made of, with the figures of its parts; null of one with SQL.
json::value derivation_value(const Services& services, const indicators::Measure& measure,
                             const indicators::MeasureCell& cell);
/// The parts of one row of a split of a derived indicator.
json::array row_parts(const indicators::Measure& measure, const indicators::MeasureCell& cell);

/// One row of a split.
json::object measure_row(const Services& services, const indicators::Measure& measure,
                         indicators::By by, const indicators::MeasureCell& cell);

/// Makes what is missing for these questions, waiting at most a moment while the everyday periods
/// are being made; the cells then say 正在计算.
void ensure_measures(const Services& services, const std::vector<indicators::CellsAsk>& asks);

/// key  area|period|list_word(), such as "7701|2025|c": GET /api/measures, for FeedCache
Result<std::string> make_measure_list(Services& services, const std::string& key);
/// Readers with the same word are given the same list.
std::string list_word(const Reader& reader);

}  // namespace hb::server
