#pragma once
// How things that several routes show look in JSON.
#include "core/principal.hpp"
#include "indicators/plan.hpp"
#include "records/store.hpp"
#include "server/json.hpp"
#include "server/outcome.hpp"
#include "server/parameters.hpp"
#include "server/services.hpp"

namespace hb::server {

json::array words(const std::vector<std::string>& list);
/// [{"id","name"}] of an account's roles; a role that the content no longer has keeps its id.
json::array role_list(const std::vector<std::string>& roles, const scene::Catalogue& catalogue);

json::object feed_object(const FeedState& feed);
/// Counts of all that is stored include what lies in compartments. Who takes no part in the
/// deliveries gets them in thousands, so that nobody sees one item come.
std::int64_t in_thousands(std::int64_t count);

json::array table_rows(const std::vector<tables::TableInfo>& tables);

/// {"total","page","size","items"}; capped adds "totalIsAtLeast": true.
json::object list_object(std::int64_t total, const Page& page, json::array items,
                         bool capped = false);

json::object delivery_object(const records::Delivery& delivery, std::int64_t open_problems,
                             const std::optional<UploadState>& upload);
/// An upload that the records do not know.
json::object delivery_object(const UploadState& upload);

/// Open problems of a delivery, 0 = of the whole store.
Result<std::int64_t> open_problems(const records::Store& store, const Principal& principal,
                                   DeliveryId delivery);

json::object problem_object(const records::Problem& problem, const scene::Catalogue& catalogue);

json::object indicator_object(const indicators::Indicator& indicator, const indicators::Plan& plan);
json::object counts_object(const indicators::StatusCounts& counts);

json::object resident_object(const records::Resident& resident, const Services& services,
                             const struct PersonCard& card);
/// Reads and opens the Patient of a resident; an empty card for a provisional one.
Result<struct PersonCard> card_of(const records::Resident& resident, const Principal& principal,
                                  Services& services);
/// The same of somebody who was opened already.
struct PersonCard card_of(const records::Store::Person& person);

// What the caches of Services make.
Result<std::string> make_status(Services& services);
/// key  "cockpit|7701|2025|all" with small counts, "cockpit|7701|2025|" without
Result<std::string> make_board(Services& services, const std::string& key);

}  // namespace hb::server
