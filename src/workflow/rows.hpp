#pragma once
#include <boost/json/array.hpp>

#include "records/store.hpp"
#include "workflow/criteria.hpp"
#include "workflow/journal.hpp"

namespace hb::workflow {

/// The rows that criteria count: of the last form of the sub-flow that they name, as it stands in
/// the records. No sub-flow yet, or no form in it: no rows.
/// errors  unavailable: the log or the records cannot be read
Result<boost::json::array> rows_from(const Journal& journal, const records::Store& store,
                                     const Criteria& criteria, const Instance& instance);

}  // namespace hb::workflow
