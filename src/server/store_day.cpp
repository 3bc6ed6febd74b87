#include "server/store_day.hpp"

#include <fstream>
#include <iterator>

#include "server/json.hpp"

namespace hb::server {

namespace fs = std::filesystem;

std::optional<Date> simulated_day(const fs::path& store) {
  std::ifstream stream(store / "manifest.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  boost::system::error_code error;
  const json::value manifest = json::parse(text, error);
  if (error || !manifest.is_object()) return std::nullopt;
  for (const char* key : {"last_day", "lastDay"}) {
    const json::value* day = manifest.get_object().if_contains(key);
    if (!day || !day->is_string()) continue;
    if (const Result<Date> date = parse_date(day->get_string())) return *date;
  }
  return std::nullopt;
}

Date day_of_store(ingest::Hub& hub, const Clock& clock) {
  const std::optional<Date> day = simulated_day(hub.directory());
  return day && hub.store().info().simulated ? *day : day_in_shanghai(clock());
}

}  // namespace hb::server
