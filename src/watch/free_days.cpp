#include "watch/free_days.hpp"

#include <yaml-cpp/yaml.h>

namespace hb::watch {
namespace {

constexpr int most_days = 366;  // of one span

int weekday(Date day) {  // 1970-01-01 was a Thursday
  return ((day.days + 3) % 7 + 7) % 7 + 1;
}

unexpected<Error> wrong(const YAML::Node& node, const std::string& file, std::string why) {
  return fail(ErrorCode::invalid_input, std::move(why),
              file + ":" + std::to_string(node.Mark().line + 1));
}

/// "2026-10-01" or "2026-10-01..2026-10-07"
Result<void> read_days(const YAML::Node& list, const std::string& file,
                       std::set<std::int32_t>& days) {
  for (const YAML::Node& item : list) {
    const std::string text = item.as<std::string>("");
    const std::size_t dots = text.find("..");
    const auto from = parse_date(text.substr(0, dots));
    const auto to = dots == std::string::npos ? from : parse_date(text.substr(dots + 2));
    if (!from || !to || *to < *from || to->days - from->days > most_days)
      return wrong(item, file, "a day or days are expected, 2026-10-01..2026-10-07");
    for (std::int32_t day = from->days; day <= to->days; ++day) days.insert(day);
  }
  return {};
}

}  // namespace

bool FreeDays::is_free(Date day) const {
  if (free.contains(day.days)) return true;
  return weekend.contains(weekday(day)) && !work.contains(day.days);
}

Result<FreeDays> load_free_days(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return fail(ErrorCode::not_found, "there is no such calendar", file.string());
  try {
    const YAML::Node root = YAML::LoadFile(file.string());
    FreeDays days;
    days.id = root["id"].as<std::string>("");
    for (const YAML::Node& item : root["weekend"]) {
      const int day = item.as<int>(0);
      if (day < 1 || day > 7) return wrong(item, file.string(), "weekend: 1 to 7 is expected");
      days.weekend.insert(day);
    }
    for (const auto& year : root["years"]) {
      if (const auto read = read_days(year.second["free"], file.string(), days.free); !read)
        return unexpected(read.error());
      if (const auto read = read_days(year.second["work"], file.string(), days.work); !read)
        return unexpected(read.error());
    }
    return days;
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::invalid_input, error.msg,
                file.string() + ":" + std::to_string(error.mark.line + 1));
  }
}

}  // namespace hb::watch
