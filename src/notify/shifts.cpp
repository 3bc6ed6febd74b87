#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "crypto/digest.hpp"
#include "notify/roster.hpp"

namespace hb::notify {

namespace {

constexpr int minutes_per_day = 24 * 60;
constexpr std::int64_t micros_per_minute = 60'000'000;

/// "08:00" as minutes of the day; -1: it is none.
int minutes_of(const std::string& text) {
  int hours = 0;
  int minutes = 0;
  const char* begin = text.data();
  const bool written = text.size() == 5 && text[2] == ':' &&
                       std::from_chars(begin, begin + 2, hours).ptr == begin + 2 &&
                       std::from_chars(begin + 3, begin + 5, minutes).ptr == begin + 5;
  return written && hours < 24 && minutes < 60 ? hours * 60 + minutes : -1;
}

}  // namespace

Result<std::vector<Shift>> load_shifts(const std::string& path) {
  std::vector<Shift> shifts;
  if (!std::filesystem::exists(path)) return shifts;
  const auto bad = [&](const YAML::Mark& mark, const std::string& why) {
    return fail(ErrorCode::invalid_input, why, path + ":" + std::to_string(mark.line + 1));
  };
  try {
    const YAML::Node root = YAML::LoadFile(path);
    for (const YAML::Node& one : root["shifts"]) {
      Shift shift;
      shift.id = one["id"].as<std::string>("");
      shift.name = {one["name"]["zh"].as<std::string>(""), one["name"]["en"].as<std::string>("")};
      shift.from = minutes_of(one["from"].as<std::string>(""));
      shift.to = minutes_of(one["to"].as<std::string>(""));
      if (shift.id.empty() || shift.name.zh.empty() || shift.name.en.empty())
        return bad(one.Mark(), "a shift has an id and a name in both languages");
      if (shift.from < 0 || shift.to < 0)
        return bad(one.Mark(), "a shift begins and ends at a time such as \"08:00\"");
      shifts.push_back(std::move(shift));
    }
  } catch (const YAML::Exception& error) {
    return bad(error.mark, "not YAML: " + error.msg);
  }
  return shifts;
}

bool is_under_way(const Duty& duty, const std::vector<Shift>& shifts, Instant now) {
  const Date today = day_in_shanghai(now);
  const auto shift = std::ranges::find(shifts, duty.shift, &Shift::id);
  if (shift == shifts.end()) return duty.day == today;
  const std::int64_t start_of_day =
      parse_instant(format_date(duty.day) + "T00:00:00+08:00")->micros;
  const std::int64_t minute = (now.micros - start_of_day) / micros_per_minute;
  const int end = shift->to > shift->from ? shift->to : shift->to + minutes_per_day;
  return now.micros >= start_of_day && minute >= shift->from && minute < end;
}

std::string stamp_of(std::vector<Duty> duties) {
  std::ranges::sort(duties);
  std::string all;
  const char end = '\0';
  for (const Duty& duty : duties)
    all += std::to_string(duty.day.days) + end + duty.role + end + duty.area + end + duty.user +
           end + duty.shift + end;
  const crypto::Fingerprint print = crypto::fingerprint(all);
  return std::to_string(print.high) + "." + std::to_string(print.low);
}

}  // namespace hb::notify
