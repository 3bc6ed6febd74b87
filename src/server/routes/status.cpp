#include "server/faults.hpp"
#include "server/json.hpp"
#include "core/json_text.hpp"
#include "server/routes.hpp"
#include "server/views.hpp"

namespace hb::server {

namespace {

void round_counts(json::object& status) {
  const auto round = [](json::value& count) { count = in_thousands(count.as_int64()); };
  round(status["counts"].as_object()["resources"]);
  json::array many;  // that a type occurs at all would tell of the few that have it
  for (json::value& type : status["types"].as_array()) {
    if (type.as_object()["type"].as_string() != "Patient") round(type.as_object()["count"]);
    if (type.as_object()["count"].as_int64() > 0) many.push_back(std::move(type));
  }
  status["types"] = std::move(many);
  for (json::value& table : status["tables"].as_array())
    if (table.as_object()["name"].as_string() != "resident") round(table.as_object()["rows"]);
}

}  // namespace

/// GET /api/status: what the store is and how fresh. Made once per feed number (FeedCache).
Response get_status(Request&, const Principal& principal, Services& services) {
  const auto made = services.status->get("status", 0);
  if (!made) return outcome(made.error());
  boost::system::error_code error;
  json::value body = json::parse(*made->text, error);
  if (!services.gate.may(principal, "deliveries:read")) round_counts(body.get_object());
  const FeedState feed = services.feed.state();
  body.get_object()["feed"] = feed_object(feed);
  body.get_object()["asOf"] = format_instant(feed.committed_at);
  json::array faults;
  for (const StoreFault& fault : faults_of(services))
    faults.push_back(json::object{
        {"part", fault.part}, {"message", texts(fault.message)}, {"stops", fault.stops}});
  if (!faults.empty()) body.get_object()["faults"] = std::move(faults);
  return json_response(200, body);
}

Result<std::string> make_status(Services& services) {
  const Principal principal = Principal::system("operation");
  const records::Store& store = services.hub.store();
  const auto counts = store.counts();
  if (!counts) return unexpected(counts.error());
  const auto tables = services.hub.tables().tables();
  if (!tables) return unexpected(tables.error());
  std::int64_t deliveries = 0;
  if (const auto read = store.deliveries(principal, 0, 1, &deliveries); !read)
    return unexpected(read.error());
  const auto problems = open_problems(store, principal, 0);
  if (!problems) return unexpected(problems.error());

  std::int64_t residents = 0;
  std::int64_t resources = 0;
  json::array types;
  for (const auto& [type, count] : *counts) {
    if (type == "Patient") residents = count;
    resources += count;
    types.push_back(json::object{{"type", type},
                                 {"name", texts(services.catalogue.text("resource-kind", type))},
                                 {"count", count}});
  }
  const records::StoreInfo& info = store.info();
  return json_text(
      json::object{{"product", "Health Brain"},
                   {"productZh", "健康大脑"},
                   {"version", services.version},
                   {"store", json::object{{"id", info.id},
                                          {"simulated", info.simulated},
                                          {"name", texts({info.name_zh, info.name_en})}}},
                   {"now", format_date(services.today())},
                   {"counts", json::object{{"residents", residents},
                                           {"resources", resources},
                                           {"openProblems", *problems},
                                           {"deliveries", deliveries}}},
                   {"types", std::move(types)},
                   {"tables", table_rows(*tables)}});
}

}  // namespace hb::server
